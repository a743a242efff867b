import { PNOperationType } from '../../protocol/status.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { Refused } from './given.ts';
import { must, optional } from './params.ts';
import { type OptionTable, readOptions } from './read-options.ts';

/**
 * The options of a call, frozen. Throws a `PubNubError` that begins with the caller's name:
 * `PN-1003` for an unknown option, `PN-1002` for any other mistake.
 */
export function checkOptions<T extends object>(caller: string, source: unknown, table: OptionTable<T>): T {
  const refusal = ({ code, what, cause }: Refused): PubNubError =>
    new PubNubError(code, `${caller}: ${what}`, { operation: operationOf(caller), cause });
  if (isSignal(source))
    throw refusal(new Refused('PN-1002', 'a signal is no options; give it as { signal }.'));
  return Object.freeze(readOptions(source === undefined ? {} : source, table, refusal));
}

/** Options of what waits. */
interface WaitOptions {
  readonly signal?: AbortSignal;
}

/** Options of what takes none. */
export const NO_OPTIONS: OptionTable<object> = Object.freeze({});

/** Options of what waits. */
export const WAIT_OPTIONS: OptionTable<WaitOptions> = Object.freeze({
  signal: {
    ...optional(must('be an AbortSignal', isSignal)),
    take: (value) => ({ value: isSignal(value) ? ownSignal(value) : value }),
  },
});

/** Options of what sends a request. */
export const CALL_OPTIONS: OptionTable<WaitOptions & { readonly timeout?: number }> = Object.freeze({
  ...WAIT_OPTIONS,
  timeout: optional(
    must(
      'be a number of milliseconds above 0, or Infinity for no limit',
      (value) => typeof value === 'number' && value > 0,
    ),
  ),
});

function operationOf(caller: string): PNOperationType | undefined {
  const names: readonly PNOperationType[] = Object.values(PNOperationType);
  return names.find((name) => name === caller);
}

/** What every implementation of a signal has. */
interface SignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
}

// An `AbortSignal` of another realm is as good, and so is a polyfill.
function isSignal(value: unknown): value is SignalLike {
  try {
    const { aborted, addEventListener, removeEventListener } = Object(value);
    return (
      typeof aborted === 'boolean' &&
      typeof addEventListener === 'function' &&
      typeof removeEventListener === 'function'
    );
  } catch {
    return false;
  }
}

/** Members that a program may have replaced. */
const MEMBERS = ['aborted', 'reason', 'addEventListener', 'removeEventListener', 'throwIfAborted'];

/**
 * The signal itself if it is the runtime's, also of another realm; else one that follows it. A polyfill may lack members,
 * and a program's own signal may throw, which must not happen in the middle of a call. Throws what it throws.
 */
function ownSignal(signal: SignalLike): SignalLike {
  const isNative = Object.prototype.toString.call(signal) === '[object AbortSignal]';
  if (isNative && MEMBERS.every((name) => !Object.hasOwn(signal, name))) return signal;
  const controller = new AbortController();
  const abort = () => controller.abort(reasonOf(signal));
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort);
  return controller.signal;
}

function reasonOf(signal: SignalLike): unknown {
  try {
    return signal.reason;
  } catch (thrown) {
    return thrown;
  }
}
