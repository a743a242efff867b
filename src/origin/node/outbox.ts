import type { Socket } from 'node:net';
import type { Clock } from '../../protocol/clock.ts';
import { Budget, deadlineMs, type ServeLimits } from './limits.ts';

interface Unread {
  /** Bytes that only this answer holds. */
  readonly bytes: number;
  readonly timer: unknown;
}

/** The answers that are written and wait for slow readers. Each has a deadline; all together have a size. */
export class Outbox {
  readonly #clock: Clock;
  readonly #seconds: number;
  readonly #budget: Budget;
  // In the order in which they began to wait.
  readonly #unread = new Map<Socket, Unread>();

  constructor(clock: Clock, { answerSeconds, totalAnswerBytes }: ServeLimits) {
    this.#clock = clock;
    this.#seconds = answerSeconds;
    this.#budget = new Budget(totalAnswerBytes);
  }

  /** As `watch`, unless the answer is watched already: its deadline is that of the whole. */
  watchOnce(socket: Socket, size: number, held: number): void {
    if (!this.#unread.has(socket)) this.watch(socket, size, held);
  }

  /** Watches an answer that was just written, of which `held` bytes wait. */
  watch(socket: Socket, size: number, held = size): void {
    // The system has taken all of it, as is usual.
    if (socket.writableLength === 0 || socket.destroyed) return;
    this.sent(socket);
    const timer = this.#clock.setTimeout(() => this.#drop(socket), deadlineMs(this.#seconds, size));
    this.#unread.set(socket, { bytes: held, timer });
    this.#budget.take(held);
    for (const waiting of this.#unread.keys()) {
      if (!this.#budget.isExceeded) return;
      this.#drop(waiting);
    }
  }

  /** An answer was read, or its connection has ended. */
  sent(socket: Socket): void {
    const unread = this.#unread.get(socket);
    if (!unread) return;
    this.#unread.delete(socket);
    this.#clock.clearTimeout(unread.timer);
    this.#budget.give(unread.bytes);
  }

  #drop(socket: Socket): void {
    this.sent(socket);
    socket.destroy();
  }
}
