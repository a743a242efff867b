import { type Linked, LinkedList } from '../../protocol/linked-list.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import { pauseFor } from '../runtime/signals.ts';
import type { SteadyClock } from '../runtime/steady-clock.ts';

/** The events that end work early, each with its error. */
export interface Limits {
  /** Milliseconds after which `onTimeout` makes the error; `Infinity` for never. */
  readonly timeout?: number | undefined;
  readonly onTimeout?: () => PubNubError;
  /** The caller's own signal. */
  readonly signal?: AbortSignal | undefined;
  readonly onAbort?: (reason: unknown) => PubNubError;
  /** Aborts the work, in place of a controller of its own. */
  readonly controller?: AbortController | undefined;
  /** Makes the error of `cancelAll()`, in place of its argument. */
  readonly onClose?: () => PubNubError;
}

type Cancel = (error: PubNubError) => void;

interface Running extends Linked {
  readonly close: Cancel;
}

/**
 * Runs work that a deadline, the caller's signal or the end of the client cancels. The promise settles at that moment, even
 * if the work ignores its signal.
 */
export class Cancellation {
  readonly #clock: SteadyClock;
  readonly #running = new LinkedList<Running>();
  #ended: PubNubError | undefined;

  constructor(clock: SteadyClock) {
    this.#clock = clock;
  }

  /** Runs the work with a signal of its own, within the limits. */
  run<T>(limits: Limits, start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { timeout, signal, onTimeout, onAbort, onClose } = limits;
    return new Promise<T>((resolve, reject) => {
      // A retry may be about to begin its next attempt at the moment when everything ends.
      if (this.#ended) return reject(onClose?.() ?? this.#ended);
      if (signal?.aborted && onAbort) return reject(onAbort(signal.reason));
      const { controller = new AbortController() } = limits;
      const abort = () => onAbort && cancel(onAbort(signal?.reason));
      // First, since a foreign signal may throw: nothing is left behind then.
      signal?.addEventListener('abort', abort);
      const cancel: Cancel = (error) => {
        release();
        reject(error);
        controller.abort(error);
      };
      const running: Running = { close: (error) => cancel(onClose?.() ?? error) };
      const timer =
        timeout === undefined || timeout === Number.POSITIVE_INFINITY || !onTimeout
          ? undefined
          : this.#clock.setTimeout(() => cancel(onTimeout()), timeout);
      const release = () => {
        this.#running.remove(running);
        if (timer !== undefined) this.#clock.clearTimeout(timer);
        signal?.removeEventListener('abort', abort);
      };
      this.#running.push(running);
      start(controller.signal).then(resolve, reject).finally(release);
    });
  }

  /** A pause that the limits end early. */
  sleep(milliseconds: number, limits: Limits): Promise<void> {
    return this.run(limits, (signal) => pauseFor(this.#clock, milliseconds, signal));
  }

  /** Ends all work, and later work before it begins. */
  cancelAll(error: PubNubError): void {
    this.#ended = error;
    for (const { close } of this.#running.all) close(error);
  }
}
