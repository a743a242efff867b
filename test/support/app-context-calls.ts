import type { OriginOptions } from '../../src/origin/index.ts';
import type { WireEnvelope } from '../../src/protocol/envelope.ts';
import { originNetwork, queryText, type Reply, type RequestParts } from './origin-network.ts';

type Query = Readonly<Record<string, string | number | undefined>>;

/** What App Context answers with. */
export interface ObjectsBody {
  readonly status: number;
  readonly data?: unknown;
  readonly totalCount?: number;
  readonly next?: string;
  readonly prev?: string;
  readonly error?: {
    readonly message: string;
    readonly source: string;
    readonly details?: readonly unknown[];
  };
}

/** An origin on a virtual clock, and short ways to call its App Context. */
export function appContext(options: OriginOptions = {}) {
  const network = originNetwork(options);
  const send = (path: string, query: Query, parts: RequestParts): Promise<Reply> =>
    network.send(`/v2/objects/demo/${path}${queryText(query)}`, parts);
  const get = (path: string, query: Query = {}) => send(path, query, {});
  const patch = (path: string, body: unknown, query: Query = {}, headers: RequestParts['headers'] = {}) =>
    send(path, query, {
      method: 'PATCH',
      body: typeof body === 'string' ? body : JSON.stringify(body),
      headers,
    });
  const remove = (path: string, headers: RequestParts['headers'] = {}) =>
    send(path, {}, { method: 'DELETE', headers });
  /** The payloads of the App Context events on some channels since a cursor, each with its channel. */
  const told = async (names: string, tt: string) => {
    const { m } = await network.drain(names, tt);
    return m.map(({ c, e, d }: WireEnvelope) => ({ c, e, d }));
  };
  const now = async () => (await network.subscribe('x')).t.t;
  return { ...network, get, patch, remove, told, now };
}

/** The body of an answer. */
export function bodyOf(reply: Reply): ObjectsBody {
  return reply.json as ObjectsBody;
}
