import type { Delivery } from '../../errors/pubnub-error.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import { attempting } from './endpoint.ts';

const { operation } = attempting;

/** What an error tells of its message. */
interface Details {
  readonly delivery?: Delivery;
  readonly publishId?: string;
  readonly cause?: unknown;
}

/** The error of a message that has not settled when its queue or client is closed, and of a call after that. */
export function closedError(why: string, details: Details = {}): PubNubError {
  return new PubNubError('PN-2004', `${operation}: ${why}.`, { operation, delivery: 'not-sent', ...details });
}

/** The error of a message that its signal has taken out. */
export function abortedError(details: Details): PubNubError {
  return new PubNubError('PN-2003', `${operation} was aborted by the caller.`, { operation, ...details });
}

/** The error of a message that the queue has no room for. */
export function fullError(
  size: number,
  { bytes, most, mostBytes }: { readonly bytes: number; readonly most: number; readonly mostBytes: number },
): PubNubError {
  const what = `${operation}: the queue is full: ${size} messages of ${bytes} bytes wait, and at most ${most} of ${mostBytes} may.`;
  return new PubNubError('PN-2008', what, { operation, delivery: 'not-sent' });
}

/** The error of a message that was sent too long ago to be sent again, if it is not known to have been lost. */
export function forgottenError(): PubNubError {
  const what = `${operation}: an attempt was not answered for longer than the server remembers ids, and history cannot tell whether it arrived.`;
  return new PubNubError('PN-2002', what, { operation, delivery: 'unknown' });
}

/** The error of the attempts of an earlier process, as far as this one knows. */
export function unansweredError(): PubNubError {
  const what = `${operation}: an attempt of an earlier process may have arrived.`;
  return new PubNubError('PN-2002', what, { operation, delivery: 'unknown' });
}

/** The error of a storage. */
export function storageError(what: string, cause?: unknown): PubNubError {
  const details = { operation, delivery: 'not-sent', cause } as const;
  return new PubNubError('PN-2009', `publishQueue: ${what}.`, details);
}
