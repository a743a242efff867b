import { PNStatusCategory } from '../../protocol/status.ts';

/** What is known of an error by its code alone. Each code has a page in `docs/reference/errors`. */
export interface ErrorKind {
  /** Short name, the title of its page. */
  readonly title: string;
  readonly category: PNStatusCategory;
  /** Whether the same call may succeed when it is made again. */
  readonly retryable: boolean;
  /** What to do, appended to every message. */
  readonly next: string;
}

const {
  PNAccessDeniedCategory,
  PNBadRequestCategory,
  PNCancelledCategory,
  PNMalformedFilterExpressionCategory,
  PNMalformedResponseCategory,
  PNNetworkIssuesCategory,
  PNSerializationErrorCategory,
  PNServerErrorCategory,
  PNTimeoutCategory,
  PNUnknownCategory,
  PNValidationErrorCategory,
} = PNStatusCategory;

function kind(category: PNStatusCategory, retryable: boolean, title: string, next: string): ErrorKind {
  return { title, category, retryable, next };
}

/** Every error of the library, by its stable code. */
export const ERROR_KINDS = {
  'PN-1001': kind(
    PNValidationErrorCategory,
    false,
    'Missing parameter',
    'Set it on the builder before the call.',
  ),
  'PN-1002': kind(PNValidationErrorCategory, false, 'Invalid parameter', 'Correct the value.'),
  'PN-1003': kind(PNValidationErrorCategory, false, 'Unknown parameter', 'Check the spelling.'),
  'PN-1004': kind(PNSerializationErrorCategory, false, 'Not JSON', 'Publish plain JSON values only.'),
  'PN-1005': kind(
    PNValidationErrorCategory,
    false,
    'Message too large',
    'Send less, or publish a reference to the data instead.',
  ),
  'PN-1006': kind(PNValidationErrorCategory, false, 'Missing key', 'Give it to the constructor.'),
  'PN-1007': kind(PNValidationErrorCategory, false, 'Invalid configuration', 'Correct the option.'),
  'PN-2001': kind(PNNetworkIssuesCategory, true, 'Network failure', 'Check the connection and the origin.'),
  'PN-2002': kind(PNTimeoutCategory, true, 'Timeout', 'Try again, or allow more time.'),
  'PN-2003': kind(
    PNCancelledCategory,
    false,
    'Cancelled',
    'The caller aborted the call; nothing needs to be done.',
  ),
  'PN-2004': kind(PNCancelledCategory, false, 'Client closed', 'Create a new client.'),
  'PN-2005': kind(
    PNNetworkIssuesCategory,
    true,
    'Redirected',
    'Set `origin` to the final address: a redirect is not followed, as it would carry keys and messages elsewhere.',
  ),
  'PN-3001': kind(PNBadRequestCategory, false, 'Bad request', 'Correct the request as the server says.'),
  'PN-3002': kind(
    PNAccessDeniedCategory,
    false,
    'Access denied',
    'Check the token, its expiry and its permissions.',
  ),
  'PN-3003': kind(PNUnknownCategory, false, 'Not found', 'Check the origin and the name.'),
  'PN-3004': kind(
    PNBadRequestCategory,
    false,
    'Request too long',
    'Name fewer channels, or use channel groups.',
  ),
  'PN-3005': kind(
    PNUnknownCategory,
    true,
    'Too many requests',
    'Slow down; the server says when to come back.',
  ),
  'PN-3006': kind(PNServerErrorCategory, true, 'Server error', 'Try again later.'),
  'PN-3007': kind(
    PNUnknownCategory,
    false,
    'Unexpected status',
    'See what the server answered in `errorData`.',
  ),
  'PN-3008': kind(
    PNMalformedFilterExpressionCategory,
    false,
    'Malformed filter expression',
    'Correct the filter expression.',
  ),
  'PN-4001': kind(
    PNMalformedResponseCategory,
    true,
    'Malformed response',
    'Check that nothing between client and origin (a proxy, a login page) answers in its place.',
  ),
  'PN-4002': kind(
    PNMalformedResponseCategory,
    true,
    'Response too large',
    'Check what answers at the origin.',
  ),
} as const satisfies Readonly<Record<string, ErrorKind>>;

/** A stable error code, for example `PN-1001`. */
export type ErrorCode = keyof typeof ERROR_KINDS;
