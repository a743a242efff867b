import type { PNStatusCategory } from '../../protocol/status.ts';

/** The properties of an error that follow from its code. Each code has a page in `docs/reference/errors`. */
export interface ErrorKind {
  readonly category: PNStatusCategory;
  /** `true` if the same call may succeed when it is repeated. */
  readonly retryable: boolean;
  /** The action to take; the end of every message. */
  readonly next: string;
}

/** The same call fails again when it is repeated. */
function final(category: PNStatusCategory, next: string): ErrorKind {
  return { category, retryable: false, next };
}

/** The same call may succeed when it is repeated. */
function passing(category: PNStatusCategory, next: string): ErrorKind {
  return { category, retryable: true, next };
}

/** Every error of the library, by its stable code. */
export const ERROR_KINDS = {
  'PN-1001': final('PNValidationErrorCategory', 'Set it on the builder before the call.'),
  'PN-1002': final('PNValidationErrorCategory', 'Correct the value.'),
  'PN-1003': final('PNValidationErrorCategory', 'Correct the name.'),
  'PN-1004': final('PNSerializationErrorCategory', 'Publish plain JSON values only.'),
  'PN-1005': final('PNValidationErrorCategory', 'Send less, or publish a reference to the data instead.'),
  'PN-1006': final('PNValidationErrorCategory', 'Pass it to the constructor.'),
  'PN-1007': final('PNValidationErrorCategory', 'Correct the option.'),
  'PN-1008': final(
    'PNValidationErrorCategory',
    'Call .execute() at the end: it sends, and returns a promise.',
  ),
  'PN-2001': passing('PNNetworkIssuesCategory', 'Check the connection and the origin.'),
  'PN-2002': passing('PNTimeoutCategory', 'Try again, or allow more time.'),
  'PN-2003': final('PNCancelledCategory', 'Your program ended it: this is no failure.'),
  'PN-2004': final('PNCancelledCategory', 'Create a new client.'),
  'PN-2005': passing(
    'PNNetworkIssuesCategory',
    'Set `origin` to the final address: no redirect is followed.',
  ),
  'PN-2007': passing('PNUnknownCategory', 'Read faster, or set another `buffer` or `overflow`.'),
  'PN-2008': passing('PNUnknownCategory', 'Wait for `drain()`, or raise the limit.'),
  'PN-2009': passing('PNUnknownCategory', 'Check the storage.'),
  'PN-3001': final('PNBadRequestCategory', 'Correct the request as the server says.'),
  'PN-3002': final('PNAccessDeniedCategory', 'Check the token, its expiry and its permissions.'),
  'PN-3003': final('PNUnknownCategory', 'Check that what the call names exists.'),
  'PN-3004': final(
    'PNBadRequestCategory',
    'Shorten the address: fewer names, or groups; less message or `meta`.',
  ),
  'PN-3005': passing(
    'PNUnknownCategory',
    'Send fewer requests; `retryAfter` has the delay, if the server gave one.',
  ),
  'PN-3006': passing('PNServerErrorCategory', 'Try again later.'),
  'PN-3007': final('PNUnknownCategory', 'See `errorData`, the answer of the server.'),
  'PN-3008': final('PNMalformedFilterExpressionCategory', 'Correct the filter expression.'),
  'PN-3009': passing('PNAccessDeniedCategory', 'See `cause`, or pass a token to `setToken()`.'),
  'PN-3010': final('PNUnknownCategory', 'Read the current version, and apply the change to it.'),
  'PN-4001': passing(
    'PNMalformedResponseCategory',
    'Check whether a proxy or login page answers for the origin.',
  ),
  'PN-4002': passing('PNMalformedResponseCategory', 'Check which server answers at the origin.'),
  'PN-5001': final('PNDecryptionErrorCategory', 'Check that both sides have the same cipher key.'),
  'PN-5002': final('PNSerializationErrorCategory', 'See `cause`.'),
} as const satisfies Readonly<Record<string, ErrorKind>>;

/** A stable error code, for example `PN-1001`. */
export type ErrorCode = keyof typeof ERROR_KINDS;
