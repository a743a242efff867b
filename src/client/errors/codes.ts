import { PNStatusCategory } from '../../protocol/status.ts';

/** What is known of an error by its code alone. Each code has a page in `docs/reference/errors`. */
export interface ErrorKind {
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
  PNDecryptionErrorCategory,
  PNMalformedFilterExpressionCategory,
  PNMalformedResponseCategory,
  PNNetworkIssuesCategory,
  PNSerializationErrorCategory,
  PNServerErrorCategory,
  PNTimeoutCategory,
  PNUnknownCategory,
  PNValidationErrorCategory,
} = PNStatusCategory;

/** Every error of the library, by its stable code. */
export const ERROR_KINDS = {
  'PN-1001': {
    category: PNValidationErrorCategory,
    retryable: false,
    next: 'Set it on the builder before the call.',
  },
  'PN-1002': {
    category: PNValidationErrorCategory,
    retryable: false,
    next: 'Correct the value.',
  },
  'PN-1003': {
    category: PNValidationErrorCategory,
    retryable: false,
    next: 'Check the spelling.',
  },
  'PN-1004': {
    category: PNSerializationErrorCategory,
    retryable: false,
    next: 'Publish plain JSON values only.',
  },
  'PN-1005': {
    category: PNValidationErrorCategory,
    retryable: false,
    next: 'Send less, or publish a reference to the data instead.',
  },
  'PN-1006': {
    category: PNValidationErrorCategory,
    retryable: false,
    next: 'Give it to the constructor.',
  },
  'PN-1007': {
    category: PNValidationErrorCategory,
    retryable: false,
    next: 'Correct the option.',
  },
  'PN-2001': {
    category: PNNetworkIssuesCategory,
    retryable: true,
    next: 'Check the connection and the origin.',
  },
  'PN-2002': {
    category: PNTimeoutCategory,
    retryable: true,
    next: 'Try again, or allow more time.',
  },
  'PN-2003': {
    category: PNCancelledCategory,
    retryable: false,
    next: 'The caller aborted the call; nothing needs to be done.',
  },
  'PN-2004': {
    category: PNCancelledCategory,
    retryable: false,
    next: 'Create a new client.',
  },
  'PN-2005': {
    category: PNNetworkIssuesCategory,
    retryable: true,
    next: 'Set `origin` to the final address: a redirect is not followed, as it would carry keys and messages elsewhere.',
  },
  'PN-3001': {
    category: PNBadRequestCategory,
    retryable: false,
    next: 'Correct the request as the server says.',
  },
  'PN-3002': {
    category: PNAccessDeniedCategory,
    retryable: false,
    next: 'Check the token, its expiry and its permissions.',
  },
  'PN-3003': {
    category: PNUnknownCategory,
    retryable: false,
    next: 'Check the origin and the name.',
  },
  'PN-3004': {
    category: PNBadRequestCategory,
    retryable: false,
    next: 'Name fewer channels, or use channel groups.',
  },
  'PN-3005': {
    category: PNUnknownCategory,
    retryable: true,
    next: 'Slow down; the server says when to come back.',
  },
  'PN-3006': {
    category: PNServerErrorCategory,
    retryable: true,
    next: 'Try again later.',
  },
  'PN-3007': {
    category: PNUnknownCategory,
    retryable: false,
    next: 'See what the server answered in `errorData`.',
  },
  'PN-3008': {
    category: PNMalformedFilterExpressionCategory,
    retryable: false,
    next: 'Correct the filter expression.',
  },
  'PN-4001': {
    category: PNMalformedResponseCategory,
    retryable: true,
    next: 'Check that nothing between client and origin (a proxy, a login page) answers in its place.',
  },
  'PN-4002': {
    category: PNMalformedResponseCategory,
    retryable: true,
    next: 'Check what answers at the origin.',
  },
  'PN-5001': {
    category: PNDecryptionErrorCategory,
    retryable: false,
    next: 'Check that both sides have the same cipher key; the message is given as it came.',
  },
  'PN-5002': {
    category: PNSerializationErrorCategory,
    retryable: false,
    next: 'Check the crypto module.',
  },
} as const satisfies Readonly<Record<string, ErrorKind>>;

/** A stable error code, for example `PN-1001`. */
export type ErrorCode = keyof typeof ERROR_KINDS;
