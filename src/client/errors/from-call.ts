import type { PNOperationType } from '../../protocol/status.ts';
import type { Limits } from '../request/cancellation.ts';
import type { TransportResponse } from '../request/transport.ts';
import { type Delivery, PubNubError } from './pubnub-error.ts';

/** The limits of a call. */
interface CallLimits {
  readonly timeout?: number | undefined;
  /** The time that the caller gave, if less of it is left. */
  readonly given?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The delivery of the request when a limit ends it. @default 'unknown' */
  readonly delivery?: Delivery;
  /** Who is waited for: scheme, host and port, or words. */
  readonly from?: string | undefined;
}

/** The limits of a call: its deadline, the caller's signal and the end of the client, each with its error. */
export function limitsOf(
  operation: PNOperationType,
  { timeout, signal, delivery = 'unknown', from, given = timeout }: CallLimits,
): Limits {
  const details = { operation, delivery };
  return {
    timeout,
    signal,
    onTimeout: () =>
      new PubNubError(
        'PN-2002',
        `${operation} failed: no answer${from === undefined ? '' : ` from ${from}`} within ${given} ms.`,
        details,
      ),
    onAbort: (cause) => aborted(operation, delivery, cause),
    onClose: () =>
      new PubNubError('PN-2004', `${operation}: the client was closed while the call ran.`, details),
  };
}

/** The error of a call that its caller aborted. */
export function aborted(operation: PNOperationType, delivery: Delivery, cause: unknown): PubNubError {
  const details = { operation, delivery, cause };
  return new PubNubError('PN-2003', `${operation} was aborted by the caller.`, details);
}

/** The error of a call of a client that is closed. */
export function closed(operation: PNOperationType): PubNubError {
  const details = { operation, delivery: 'not-sent' } as const;
  return new PubNubError('PN-2004', `${operation}: the client is closed.`, details);
}

/** The error of a request that could not be built, which is not a connection failure. */
export function unbuilt(
  operation: PNOperationType,
  cause: unknown,
  code: 'PN-1002' | 'PN-1004' = 'PN-1002',
): PubNubError {
  const why = cause instanceof Error ? cause.message || cause.name : String(cause);
  const what = `${operation}: the request cannot be put together: ${why.replace(/\.$/, '')}.`;
  return new PubNubError(code, what, { operation, delivery: 'not-sent', cause });
}

/** The error of an answer that is not a protocol answer. */
export function malformed(
  operation: PNOperationType,
  {
    status,
    cause,
    from,
  }: { readonly status: number | undefined; readonly cause: unknown; readonly from?: string },
): PubNubError {
  const isJson = !(cause instanceof SyntaxError);
  const why = !isJson ? 'it is not JSON' : cause instanceof Error ? cause.message : String(cause);
  const answer = from === undefined ? 'the answer' : `the answer of ${from}`;
  return new PubNubError('PN-4001', `${operation} failed: ${answer} is not one of the protocol's: ${why}.`, {
    operation,
    statusCode: status,
    delivery: 'unknown',
    // The text of a SyntaxError repeats a piece of the answer, which may be a piece of a secret.
    cause: isJson ? cause : undefined,
  });
}

/** Checks the answer of a transport, which may be a program's own; throws `PN-4001` if it is not one. */
export function checkAnswer(operation: PNOperationType, answer: unknown): TransportResponse {
  let fault: unknown;
  try {
    const missing = missingIn(Object(answer));
    // Each member has been checked.
    if (missing === undefined) return answer as TransportResponse;
    fault = new TypeError(`the transport gives no ${missing}`);
  } catch (thrown) {
    fault = thrown;
  }
  throw malformed(operation, { status: undefined, cause: fault });
}

// Called for each answer, so without a table of checks.
function missingIn({ status, headers, body, stream }: Partial<TransportResponse>): string | undefined {
  if (!Number.isInteger(status)) return 'status';
  if (typeof headers?.get !== 'function') return 'headers';
  if (typeof body !== 'string') return 'body';
  return stream === undefined || typeof stream?.getReader === 'function' ? undefined : 'stream';
}
