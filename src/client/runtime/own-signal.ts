/** What every implementation of a signal has. */
interface SignalLike {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void): void;
}

/** Members that a program may have replaced. */
const MEMBERS = ['aborted', 'reason', 'addEventListener', 'removeEventListener', 'throwIfAborted'];

/**
 * The signal itself if it is the runtime's, also of another realm; else one that follows it. A polyfill may lack members,
 * and a program's own signal may throw, which must not happen in the middle of a call. Throws what it throws.
 */
export function ownSignal(signal: SignalLike): AbortSignal {
  if (isRuntimes(signal)) return signal;
  const controller = new AbortController();
  const abort = () => controller.abort(reasonOf(signal));
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort);
  return controller.signal;
}

function isRuntimes(signal: object): signal is AbortSignal {
  const isSignal = Object.prototype.toString.call(signal) === '[object AbortSignal]';
  return isSignal && MEMBERS.every((name) => !Object.hasOwn(signal, name));
}

function reasonOf(signal: SignalLike): unknown {
  try {
    return signal.reason;
  } catch (thrown) {
    return thrown;
  }
}
