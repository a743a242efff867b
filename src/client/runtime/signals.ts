import type { Clock } from '../../protocol/clock.ts';

/** The members that every implementation of a signal has. */
interface SignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
}

/** Members that a program may have replaced. */
const MEMBERS = ['aborted', 'reason', 'addEventListener', 'removeEventListener', 'throwIfAborted'];

/** `true` for a signal, also one of another realm or of a polyfill. */
export function isSignal(value: unknown): value is SignalLike {
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

/**
 * The signal itself if it is the runtime's, of any realm; else a new one that follows it: a polyfill may lack members, and
 * a program's own signal may throw. Throws what such a signal throws, ahead of the call.
 */
export function ownSignal(signal: SignalLike): SignalLike {
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

/** Runs work with a signal that either of two aborts. One of them may come from another realm, or from a polyfill. */
export async function endedByBoth<T>(
  one: AbortSignal | undefined,
  other: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (!one) return work(other);
  const controller = new AbortController();
  const signals = [one, other].map((signal) => {
    const abort = () => controller.abort(signal.reason);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    return { signal, abort };
  });
  try {
    return await work(controller.signal);
  } finally {
    for (const { signal, abort } of signals) signal.removeEventListener('abort', abort);
  }
}

/**
 * A promise that rejects as soon as a signal is aborted, with its reason or what `errorOf` makes of it. `begin` gets how to
 * settle the promise before, and returns what gives the wait up.
 */
export function unlessAborted(
  signal: AbortSignal | undefined,
  begin: (resolve: () => void, reject: (error: unknown) => void) => () => unknown,
  errorOf = (reason: unknown) => reason,
): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(errorOf(signal.reason));
    const settling =
      <T>(settle: (value: T) => void) =>
      (value: T) => {
        signal?.removeEventListener('abort', abort);
        settle(value);
      };
    const fail = settling(reject);
    const abort = () => {
      giveUp();
      fail(errorOf(signal?.reason));
    };
    const giveUp = begin(settling(resolve), fail);
    signal?.addEventListener('abort', abort);
  });
}

/** Waits for a number of milliseconds; rejects with the signal's reason as soon as it is aborted. */
export function pauseFor(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  return unlessAborted(signal, (resolve) => {
    const timer = clock.setTimeout(resolve, milliseconds);
    return () => clock.clearTimeout(timer);
  });
}
