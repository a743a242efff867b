import type { PNOperationType, PNStatusCategory } from '../../protocol/status.ts';
import { ERROR_KINDS, type ErrorCode } from './codes.ts';

/** The delivery of a publish: it was not sent, its outcome is unknown, or the server refused it. */
export type Delivery = 'not-sent' | 'unknown' | 'rejected';

/** The properties of an error that do not follow from its code. */
export interface ErrorDetails {
  readonly operation?: PNOperationType | undefined;
  /** HTTP status, if there was an answer. */
  readonly statusCode?: number | undefined;
  /** The body of the answer: parsed JSON, or a text. */
  readonly errorData?: unknown;
  readonly channels?: readonly string[] | undefined;
  readonly channelGroups?: readonly string[] | undefined;
  readonly delivery?: Delivery | undefined;
  /** The id of the message, if it has one. */
  readonly publishId?: string | undefined;
  /** Milliseconds that the server asked to wait. */
  readonly retryAfter?: number | undefined;
  readonly cause?: unknown;
}

/** Causes of causes that `toJSON()` lists. */
const DEEPEST = 8;

const BRAND = Symbol.for('timetoken.PubNubError');

/**
 * The error of the library. `message` says what happened and what to do; `code` is stable and has a page in
 * `docs/reference/errors`. Keys, tokens and payloads never appear in it or its properties.
 *
 * @example
 * ```ts
 * try {
 *   await pubnub.publish().channel('room').message('hello').execute();
 * } catch (error) {
 *   if (PubNubError.is(error) && error.delivery === 'unknown') console.warn('sent perhaps:', error.message);
 * }
 * ```
 */
export class PubNubError extends Error {
  override readonly name = 'PubNubError';
  readonly code: ErrorCode;
  readonly category: PNStatusCategory;
  readonly retryable: boolean;
  readonly operation: PNOperationType | undefined;
  readonly statusCode: number | undefined;
  readonly errorData: unknown;
  readonly channels: readonly string[];
  readonly channelGroups: readonly string[];
  readonly delivery: Delivery | undefined;
  /** Of a publish with an id: that id, also one of the client's own. */
  readonly publishId: string | undefined;
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, what: string, given?: ErrorDetails) {
    // `null`, from JavaScript, is none.
    const details: ErrorDetails = Object(given);
    const { category, retryable, next } = ERROR_KINDS[code];
    super(`${what} ${next} (${code})`, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.category = category;
    this.retryable = retryable;
    this.operation = details.operation;
    this.statusCode = details.statusCode;
    this.errorData = details.errorData;
    this.channels = details.channels ?? [];
    this.channelGroups = details.channelGroups ?? [];
    // PN-1xxx: refused by the library, before sending.
    this.delivery = details.delivery ?? (code.startsWith('PN-1') ? 'not-sent' : undefined);
    this.publishId = details.publishId;
    this.retryAfter = details.retryAfter;
    Object.defineProperty(this, BRAND, { value: true });
  }

  /** `true` for such an error, also from another copy of the library or another realm. */
  static is(value: unknown): value is PubNubError {
    try {
      return typeof value === 'object' && value !== null && BRAND in value;
    } catch {
      // A proxy may throw whenever it is looked at.
      return false;
    }
  }

  /** Plain data for logs: all its members, and its causes by name, message and code. */
  toJSON(): Record<string, unknown> {
    const { message, cause } = this;
    // An error's own `message` and `cause` are not enumerable; its other members are.
    return { ...Object.fromEntries(Object.entries(this)), message, cause: reasonOf(cause, 0) };
  }
}

/** `true` for an error of this copy of the library, with a code that exists. */
export function isOwnError(value: unknown): value is PubNubError {
  try {
    return value instanceof PubNubError && Object.hasOwn(ERROR_KINDS, value.code);
  } catch {
    return false;
  }
}

/** An error with some details changed, if any: a copy, since it may be the error of other calls, too, or frozen. */
export function withDetails(error: PubNubError, details: ErrorDetails | false): PubNubError {
  if (!details) return error;
  const { code, message, stack, cause } = error;
  return Object.assign(new PubNubError(code, '', { cause }), error, { message, stack }, details);
}

// Foreign errors may hold a request, or an endless chain of causes.
function reasonOf(cause: unknown, depth: number): unknown {
  if (!(cause instanceof Error)) return /string|number|boolean/.test(typeof cause) ? cause : undefined;
  const { name, message, cause: deeper } = cause;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  return { name, message, code, cause: depth < DEEPEST ? reasonOf(deeper, depth + 1) : undefined };
}
