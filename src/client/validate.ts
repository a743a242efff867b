import type { Given } from './builder.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Endpoint, Param } from './endpoint.ts';
import type { ErrorCode } from './errors/codes.ts';
import { PubNubError } from './errors/pubnub-error.ts';

/** What validation needs to know of an endpoint. */
export type Validated = Pick<Endpoint<never, unknown>, 'operation' | 'needs'> & {
  readonly params: Readonly<Record<string, Param>>;
  readonly oneOf?: readonly string[];
  readonly conflict?: (values: never) => string | undefined;
};

/**
 * Checks what was given to a builder before anything is sent. Throws a `PubNubError` of category
 * `PNValidationErrorCategory` (`PN-1001` to `PN-1003`, `PN-1006`) or `PNSerializationErrorCategory` (`PN-1004`).
 */
export function validate(
  endpoint: Validated,
  given: Given,
  keys: { readonly publishKey: string; readonly secretKey?: string | undefined },
): void {
  const { operation, params, oneOf, needs } = endpoint;
  const refuse = (code: ErrorCode, what: string, end = '.'): never => {
    throw new PubNubError(code, `${operation}: ${what}${end}`, { operation });
  };
  for (const name of Object.keys(given)) {
    if (!Object.hasOwn(params, name))
      refuse('PN-1003', `"${name}" is no parameter`, didYouMean(name, Object.keys(params)));
  }
  for (const [name, param] of Object.entries(params)) {
    const fault = faultOf(param, given[name]);
    if (fault) refuse(fault.code, `${name} ${fault.problem}`);
  }
  if (oneOf && !oneOf.some((name) => isGiven(given[name])))
    refuse('PN-1001', `${oneOf.join(' or ')} missing`);
  // Each value has been found to be what the endpoint declares.
  const conflict = endpoint.conflict?.(given as never);
  if (conflict !== undefined) refuse('PN-1002', conflict);
  const missing = needs?.find((key) => !keys[key]);
  if (missing) refuse('PN-1006', `the client has no ${missing}`);
}

function faultOf(
  { required, kind, check, code = 'PN-1002' }: Param,
  value: unknown,
): { readonly code: ErrorCode; readonly problem: string } | undefined {
  const given = kind === 'list' ? isGiven(value) : value !== undefined;
  if (!given && required) return { code: 'PN-1001', problem: 'missing' };
  if (value === undefined) return undefined;
  const problem = check(value);
  return problem === undefined ? undefined : { code, problem };
}

// An empty list selects nothing.
function isGiven(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}
