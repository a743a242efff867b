import type { Clock, TimerHandle } from 'timetoken/core';
import { keepAliveComment } from './frame.ts';

/** A stream that wants comments. */
export interface Listening {
  /** Sends a comment, if the reader waits for something. */
  comment(bytes: Uint8Array): void;
}

/** Sends a comment to open streams again and again, so that nobody on the way takes them for dead. */
export class KeepAlive {
  readonly #interval: number;
  readonly #clock: Clock;
  readonly #streams = new Set<Listening>();
  #timer: TimerHandle;

  /** `interval` is in milliseconds; with 0 there are no comments. */
  constructor(interval: number, clock: Clock) {
    this.#interval = interval;
    this.#clock = clock;
  }

  add(stream: Listening): void {
    if (this.#interval === 0) return;
    this.#streams.add(stream);
    if (this.#streams.size === 1) this.#start();
  }

  /** Without streams no timer runs. */
  delete(stream: Listening): void {
    if (this.#streams.delete(stream) && this.#streams.size === 0) this.#clock.clearTimeout(this.#timer);
  }

  #start(): void {
    this.#timer = this.#clock.setTimeout(() => {
      const comment = keepAliveComment(this.#clock.now());
      for (const stream of this.#streams) stream.comment(comment);
      this.#start();
    }, this.#interval);
    letExit(this.#timer);
  }
}

// A process ends that has nothing left but this timer: its sockets, and not comments, keep a server alive.
function letExit(timer: TimerHandle): void {
  if (typeof timer !== 'object' || timer === null || !('unref' in timer)) return;
  if (typeof timer.unref === 'function') timer.unref();
}
