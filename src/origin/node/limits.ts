import { inProportion, resolved } from '../resolved-limits.ts';

/** The limits of a server: what connections may hold, each and all together. */
export interface ServeLimits {
  /** Open connections; further ones are closed at once. Default 20 000. */
  readonly connections: number;
  /** Requests that wait on one connection for the answers before them; more end the connection. Default 100. */
  readonly pipelined: number;
  /** Bytes of the headers of such requests of one connection; more end it. Default 128 KiB. */
  readonly pipelinedBytes: number;
  /** Such requests on all connections; the connection that exceeds them is ended. Default 10 000. */
  readonly totalPipelined: number;
  /** Bytes of the headers of all such requests; the connection that exceeds them is ended. Default 16 MiB. */
  readonly totalPipelinedBytes: number;
  /** Requests under way on one HTTP/2 connection; a client waits with more, or they are refused. Default 100. */
  readonly streams: number;
  /** Bytes of the headers of such requests of one connection; more requests are refused. Default 1 MiB. */
  readonly streamBytes: number;
  /** Requests under way on all HTTP/2 connections; more are refused. Default 50 000, or less. */
  readonly totalStreams: number;
  /** Bytes of the headers of all such requests; more requests are refused. Default 128 MiB, or less. */
  readonly totalStreamBytes: number;
  /**
   * Requests that the client of one HTTP/2 connection gives up at once; more end the connection with `ENHANCE_YOUR_CALM`. A tenth of the limit is
   * forgiven each second, and one that has waited for a quarter of a second, as polls do, counts a tenth. Default 100.
   */
  readonly resets: number;
  /** The same of all HTTP/2 connections; beyond it, a connection is ended at a fifth of its own limit. Default 1 000. */
  readonly totalResets: number;
  /** Bytes of all bodies that are received and handled, of uploads what the store has not taken; beyond, the largest is refused with 503. Default 128 MiB. */
  readonly totalBodyBytes: number;
  /** Bytes of all answers that wait for slow readers; more end the connection that waits longest. Default 256 MiB. */
  readonly totalAnswerBytes: number;
  /** Seconds within which the header of a request comes. Then, or up to 5 seconds later: 408, and the connection is ended. Default 30. */
  readonly headerSeconds: number;
  /**
   * Seconds within which a body comes; a large one has a second for each 40 kB that it announces, and one without a length
   * the time of the largest. Then: 408, as above. Default 30.
   */
  readonly bodySeconds: number;
  /** Seconds within which an answer is read; a large one has a second for each 40 kB. Then: the end. Default 30. */
  readonly answerSeconds: number;
  /** Seconds for which a connection without requests stays open. Default 75. */
  readonly idleSeconds: number;
  /** Seconds that `close()` gives the requests under way. Default 1. */
  readonly closeSeconds: number;
}

const KIB = 1024;
const MIB = KIB * KIB;

const DEFAULTS: ServeLimits = Object.freeze({
  connections: 20_000,
  pipelined: 100,
  pipelinedBytes: 128 * KIB,
  totalPipelined: 10_000,
  totalPipelinedBytes: 16 * MIB,
  streams: 100,
  streamBytes: MIB,
  totalStreams: 50_000,
  totalStreamBytes: 128 * MIB,
  resets: 100,
  totalResets: 1_000,
  totalBodyBytes: 128 * MIB,
  totalAnswerBytes: 256 * MIB,
  headerSeconds: 30,
  bodySeconds: 30,
  answerSeconds: 30,
  // Longer than the pause of clients between two polls, so that polls reuse connections.
  idleSeconds: 75,
  closeSeconds: 1,
});

// The others bound what is beside the heap, or take little of it.
const IN_HEAP = ['totalStreams', 'totalStreamBytes'] as const;
// The lowest rate at which large bodies come and large answers are read.
const BYTES_PER_MS = 40;

/** The defaults, overridden by the given limits. Throws a `RangeError` as `createOrigin` does. */
export function resolveServeLimits(given?: Partial<ServeLimits>): ServeLimits {
  return resolved(inProportion(DEFAULTS, IN_HEAP), given, { owner: 'a server' });
}

/** Milliseconds for so many bytes: the given seconds, or more for what takes longer at the lowest rate. */
export function deadlineMs(seconds: number, bytes: number): number {
  return Math.max(seconds * 1000, bytes / BYTES_PER_MS);
}

/** An amount that all connections share. */
export class Budget {
  readonly #limit: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isExceeded(): boolean {
    return this.#taken > this.#limit;
  }

  take(amount: number): void {
    this.#taken += amount;
  }

  give(amount: number): void {
    this.#taken -= amount;
  }
}
