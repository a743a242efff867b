import type { Clock } from 'timetoken/core';
import { type Frame, retryFrame } from './frame.ts';
import type { QueueLimits } from './frame-queue.ts';
import { systemClock } from './system.ts';

/** Options of a `Publisher`. */
export interface PublisherOptions {
  /**
   * Events that are kept for readers that connect again, over all channels. Default 0: none. With a backlog, events
   * without an id get one.
   */
  readonly backlog?: number;
  /**
   * Bytes that the backlog takes at most, with the names of channels and 512 for each event. Default 16 MiB. The latest
   * event is kept whatever its size. What a published function holds is not counted.
   */
  readonly backlogBytes?: number;
  /** Events that wait for a slow reader at most. Default 1 000. */
  readonly queue?: number;
  /** Bytes that wait for a slow reader at most. Default 1 MiB. One event always fits. */
  readonly queueBytes?: number;
  /**
   * What happens to a reader that is slower than that. `close`, the default: its subscriber is closed, what waited is
   * dropped, and its stream fails; an `EventSource` then connects again and continues from the backlog. `drop-oldest`: it
   * loses the oldest events that wait, without notice.
   */
  readonly overflow?: 'close' | 'drop-oldest';
  /** Milliseconds between keep-alive comments in streams. Default 15 000; 0: none. */
  readonly keepAlive?: number;
  /**
   * Milliseconds after which readers connect again, sent at the start of each stream. Absent: they decide. It is also
   * what makes a server send its headers at once that sends them with the first bytes.
   */
  readonly retry?: number;
  /** The clock of the keep-alive comments. Default: the machine's. */
  readonly clock?: Clock;
  /** Random numbers in [0, 1), for the ids of events. Default: the machine's. */
  readonly random?: () => number;
}

const MEBIBYTE = 1_048_576;
// Timers of runtimes count milliseconds in 31 bits.
const LONGEST = 2 ** 31 - 1;
const UNBOUNDED = Number.MAX_SAFE_INTEGER;

/** The options, if they are an object. Throws a `TypeError` for anything else: plain JavaScript may pass it. */
export function optionsOf<T extends object>(caller: string, options: T): T {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return options;
  throw new TypeError(`The options of ${caller} must be an object.`);
}

/** The clock of an option, or the machine's. Throws a `TypeError` for anything else, also `null`. */
export function clockOf(clock: Clock = systemClock): Clock {
  const given: Partial<Clock> | null = clock;
  const methods = [given?.now, given?.setTimeout, given?.clearTimeout];
  if (methods.every((method) => typeof method === 'function')) return clock;
  throw new TypeError('`clock` must have the methods now(), setTimeout() and clearTimeout().');
}

/** The limits of queues. Throws a `RangeError` or `TypeError` for what they cannot be. */
export function queueLimits({
  queue = 1_000,
  queueBytes = MEBIBYTE,
  overflow = 'close',
}: PublisherOptions): QueueLimits {
  if (overflow !== 'close' && overflow !== 'drop-oldest')
    throw new TypeError("`overflow` must be 'close' or 'drop-oldest'.");
  return {
    entries: wholeNumber('queue', queue, [1]),
    bytes: wholeNumber('queueBytes', queueBytes, [1]),
    overflow,
  };
}

/** The limits of the backlog. */
export function backlogLimits({ backlog = 0, backlogBytes = 16 * MEBIBYTE }: PublisherOptions) {
  return {
    entries: wholeNumber('backlog', backlog, [0]),
    bytes: wholeNumber('backlogBytes', backlogBytes, [0]),
  };
}

/** What every stream begins with: the reconnection time, if there is one. */
export function startFrames(retry: number | undefined): readonly Frame[] {
  return retry === undefined ? [] : [retryFrame(milliseconds('retry', retry))];
}

/** Milliseconds, within what timers can count. */
export function milliseconds(name: string, value: number): number {
  return wholeNumber(name, value, [0, LONGEST]);
}

/** The smallest and the largest value. */
type Bounds = readonly [low: number, high?: number];

/** Throws a `RangeError` unless the value is a whole number within bounds. */
export function wholeNumber(name: string, value: unknown, [low, high = UNBOUNDED]: Bounds): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= low && value <= high) return value;
  const range = high === UNBOUNDED ? `of ${low} or more` : `from ${low} to ${high}`;
  throw new RangeError(`\`${name}\` must be a whole number ${range}, not ${String(value)}.`);
}
