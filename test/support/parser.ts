import type { Operation } from '../../src/client/builder/operation.ts';
import type { Endpoint } from '../../src/client/endpoint.ts';

/** What the endpoint of an operation makes of the body of an answer. */
export function parserOf({ endpoint }: Operation): (body: unknown) => unknown {
  // Every operation is made of a whole endpoint.
  const { parse } = endpoint as unknown as Endpoint<never, unknown>;
  return (body) => parse({ body, text: JSON.stringify(body), status: 200 });
}
