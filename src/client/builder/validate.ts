import type { Endpoint, Values } from '../endpoint.ts';
import type { Hints } from '../errors/hints.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { at } from '../wire/read.ts';
import { faultIn, type Given, isGiven, type ParamsByName, Refused } from './given.ts';

/** The part of an endpoint that its values are checked by. */
export interface Validated<P> extends Pick<Endpoint<never, unknown>, 'operation' | 'needs'> {
  readonly params: ParamsByName;
  readonly oneOf?: readonly string[];
  readonly conflict?: (values: Values<P>) => string | undefined;
  readonly complete?: (values: Values<P>, ownId: () => string | undefined) => Values<P>;
}

/**
 * The checked values of a builder. Throws a `PubNubError` of category
 * `PNValidationErrorCategory` (`PN-1001` to `PN-1003`, `PN-1006`) or `PNSerializationErrorCategory` (`PN-1004`).
 */
export function validate<P>(
  endpoint: Validated<P>,
  given: Given,
  keys: {
    readonly publishKey: string;
    readonly secretKey?: string | undefined;
    readonly hints?: Hints | undefined;
  },
): Values<P> {
  const { operation, params } = endpoint;
  // Values without a fault have the types of the endpoint's table of parameters, which is checked against `P`.
  const values = given as Values<P>;
  const fault = faultIn(params, given) ?? faultOf(endpoint, values, keys);
  if (!fault) return values;
  throw new PubNubError(fault.code, `${operation}: ${fault.hinted(keys.hints)}`, {
    operation,
    cause: fault.cause,
  });
}

function faultOf<P>(
  { oneOf, conflict, needs }: Validated<P>,
  values: Values<P>,
  keys: Parameters<typeof validate>[2],
): Refused | undefined {
  if (oneOf && !oneOf.some((name) => isGiven(at(values, name))))
    return new Refused('PN-1001', `${oneOf.join(' or ')} missing.`);
  const problem = conflict?.(values);
  if (problem !== undefined) return new Refused('PN-1002', `${problem}.`);
  const missing = needs?.find((key) => !keys[key]);
  return missing && new Refused('PN-1006', `the client has no ${missing}.`);
}
