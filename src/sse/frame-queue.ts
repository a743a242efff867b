import type { Frame } from './frame.ts';

/** What may wait for a slow reader, and what happens to more. */
export interface QueueLimits {
  /** Events. */
  readonly entries: number;
  /** Bytes of these events. One event always fits, whatever its size. */
  readonly bytes: number;
  /** `close`: the subscriber is closed. `drop-oldest`: the oldest event gives way. */
  readonly overflow: 'close' | 'drop-oldest';
}

/** What waits for one reader: what it was promised at its start, and then what came since, within limits. */
export class FrameQueue {
  readonly #limits: QueueLimits;
  // Without limits: the subscriber's caller, and the bounded backlog, say how much it is.
  readonly #first: Fifo;
  readonly #live = new Fifo([]);

  constructor(first: readonly Frame[], limits: QueueLimits) {
    this.#first = new Fifo(first);
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#first.length + this.#live.length === 0;
  }

  /** Adds a frame. `false` if it does not fit and nothing may be dropped. */
  add(frame: Frame): boolean {
    const { entries, bytes, overflow } = this.#limits;
    const live = this.#live;
    while (live.length > 0 && (live.length >= entries || live.bytes + frame.bytes.length > bytes)) {
      if (overflow === 'close') return false;
      live.shift();
    }
    live.push(frame);
    return true;
  }

  /** Takes the oldest frame. */
  next(): Frame | undefined {
    return this.#first.shift() ?? this.#live.shift();
  }

  clear(): void {
    this.#first.clear();
    this.#live.clear();
  }
}

// `shift()` of an array moves all that follows: too slow for a long queue that drops its oldest.
class Fifo {
  #frames: (Frame | undefined)[];
  #head = 0;
  bytes = 0;

  constructor(frames: readonly Frame[]) {
    this.#frames = [...frames];
    for (const frame of frames) this.bytes += frame.bytes.length;
  }

  get length(): number {
    return this.#frames.length - this.#head;
  }

  push(frame: Frame): void {
    this.#frames.push(frame);
    this.bytes += frame.bytes.length;
  }

  shift(): Frame | undefined {
    const frame = this.#frames[this.#head];
    if (frame === undefined) return undefined;
    this.#frames[this.#head] = undefined;
    this.#head++;
    this.bytes -= frame.bytes.length;
    if (this.#head * 2 > this.#frames.length) {
      this.#frames = this.#frames.slice(this.#head);
      this.#head = 0;
    }
    return frame;
  }

  clear(): void {
    this.#frames = [];
    this.#head = 0;
    this.bytes = 0;
  }
}
