import type { Endpoint, Param } from '../endpoint.ts';
import type { ErrorCode } from '../errors/codes.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { type Given, type ParamsByName, Refused } from './given.ts';

/** What validation needs to know of an endpoint. */
export type Validated = Pick<Endpoint<never, unknown>, 'operation' | 'needs'> & {
  readonly params: ParamsByName;
  readonly oneOf?: readonly string[];
  readonly conflict?: (values: never) => string | undefined;
};

/**
 * Checks that what was given to a builder can be sent. Throws a `PubNubError` of category `PNValidationErrorCategory`
 * (`PN-1001` to `PN-1003`, `PN-1006`) or `PNSerializationErrorCategory` (`PN-1004`).
 */
export function validate(
  endpoint: Validated,
  given: Given,
  keys: { readonly publishKey: string; readonly secretKey?: string | undefined },
): void {
  const { operation, params, oneOf, needs } = endpoint;
  const refuse = (code: ErrorCode, what: string): never => {
    throw new PubNubError(code, `${operation}: ${what}.`, { operation });
  };
  const refused = Object.values(given).find((value) => value instanceof Refused);
  if (refused) {
    const { code, what, cause } = refused;
    throw new PubNubError(code, `${operation}: ${what}`, { operation, cause });
  }
  for (const [name, param] of Object.entries(params)) {
    const [code, problem] = faultOf(param, given[name]);
    if (code) refuse(code, `${name} ${problem}`);
  }
  if (oneOf && !oneOf.some((name) => isGiven(given[name])))
    refuse('PN-1001', `${oneOf.join(' or ')} missing`);
  // Each value has been found to be what the endpoint declares.
  const conflict = endpoint.conflict?.(given as never);
  if (conflict !== undefined) refuse('PN-1002', conflict);
  const missing = needs?.find((key) => !keys[key]);
  if (missing) refuse('PN-1006', `the client has no ${missing}`);
}

function faultOf({ required, kind, most = Number.POSITIVE_INFINITY }: Param, value: unknown): Fault {
  const isThere = kind === 'list' ? isGiven(value) : value !== undefined;
  if (required && !isThere) return ['PN-1001', 'missing'];
  if (!Array.isArray(value) || value.length <= most) return [];
  const { size } = new Set(value);
  return size > most ? ['PN-1002', `must have at most ${most} names, not ${size}`] : [];
}

type Fault = readonly [code: ErrorCode, problem: string] | readonly [];

// An empty list selects nothing.
function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}
