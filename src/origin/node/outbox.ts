import type { Clock } from '../../protocol/clock.ts';
import { Budget, deadlineMs, type ServeLimits } from './limits.ts';
import type { Lane } from './message.ts';

/** An answer that lasts. */
export interface LastingAnswer {
  /** Characters that were written since it began. */
  readonly written: number;
}

interface Unread {
  /** Bytes that only this answer holds. */
  bytes: number;
  readonly timer: unknown;
  /** Absent: it has an end. */
  readonly lasting: LastingAnswer | undefined;
}

/** The answers that are written and wait for slow readers. Each has a deadline; all together have a size. */
export class Outbox {
  readonly #clock: Clock;
  readonly #seconds: number;
  readonly #budget: Budget;
  // In the order in which they began to wait.
  readonly #unread = new Map<Lane, Unread>();

  constructor(clock: Clock, { answerSeconds, totalAnswerBytes }: ServeLimits) {
    this.#clock = clock;
    this.#seconds = answerSeconds;
    this.#budget = new Budget(totalAnswerBytes);
  }

  /** As `watch`, unless the answer is watched already: its deadline is that of the whole. */
  watchOnce(socket: Lane, size: number, held: number): void {
    if (!this.#unread.has(socket)) this.watch(socket, size, held);
  }

  /** Watches an answer that was just written, of which `held` bytes wait. */
  watch(socket: Lane, size: number, held = size): void {
    // The system has taken all of it, as is usual.
    if (socket.writableLength === 0 || socket.destroyed) return;
    this.sent(socket);
    const timer = this.#clock.setTimeout(() => this.#drop(socket), deadlineMs(this.#seconds, size));
    this.#unread.set(socket, { bytes: held, timer, lasting: undefined });
    this.#budget.take(held);
    this.#shrink();
  }

  /** Watches an answer that lasts, of which a part was just written. Its reader has the time of an answer for all that waits. */
  watchLasting(socket: Lane, lasting: LastingAnswer): void {
    const bytes = socket.writableLength;
    const unread = this.#unread.get(socket);
    if (bytes === 0 || socket.destroyed) {
      if (unread) this.sent(socket);
      return;
    }
    if (unread) this.#count(unread, bytes);
    else this.#wait(socket, lasting);
    this.#shrink();
  }

  /** An answer was read, or its connection has ended. */
  sent(socket: Lane): void {
    const unread = this.#unread.get(socket);
    if (!unread) return;
    this.#unread.delete(socket);
    this.#clock.clearTimeout(unread.timer);
    this.#budget.give(unread.bytes);
  }

  #wait(socket: Lane, lasting: LastingAnswer): void {
    const bytes = socket.writableLength;
    const { written } = lasting;
    const timer = this.#clock.setTimeout(
      () => this.#late(socket, lasting, written),
      deadlineMs(this.#seconds, bytes),
    );
    this.#unread.set(socket, { bytes, timer, lasting });
    this.#budget.take(bytes);
  }

  // A reader that has read all that waited when its time began has as much time for what came since.
  #late(socket: Lane, lasting: LastingAnswer, written: number): void {
    if (lasting.written - socket.writableLength < written) return void this.#drop(socket);
    this.sent(socket);
    if (socket.writableLength > 0) this.#wait(socket, lasting);
  }

  #shrink(): void {
    if (!this.#budget.isExceeded) return;
    for (const [socket, { lasting }] of this.#unread) if (lasting) this.#measure(socket);
    for (const waiting of this.#unread.keys()) {
      if (!this.#budget.isExceeded) return;
      this.#drop(waiting);
    }
  }

  // Nobody has told yet that it was read.
  #measure(socket: Lane): void {
    const unread = this.#unread.get(socket);
    const bytes = socket.writableLength;
    if (bytes === 0) this.sent(socket);
    else if (unread) this.#count(unread, bytes);
  }

  #count(unread: Unread, bytes: number): void {
    this.#budget.take(bytes - unread.bytes);
    unread.bytes = bytes;
  }

  #drop(socket: Lane): void {
    this.sent(socket);
    // What was handed to the connection is not freed with one of its streams.
    (socket.session ?? socket).destroy();
  }
}
