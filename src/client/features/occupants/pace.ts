/**
 * Why the server is asked again: events are lost; they are there, and do not tell enough; or the number of users is
 * another than theirs, which may pass.
 */
export type Reason = 'lost' | 'unsure' | 'count';

/** Least time between an answer and the next question, in milliseconds. */
export const REST = 10_000;
/** Longest time, after questions that brought nothing. */
const LONGEST_REST = 300_000;
/** All sets of a channel hear of a loss at once; their questions are spread over this time. */
export const SPREAD = 5_000;

/** How soon the server is asked. */
export class Pace {
  #answeredAt = Number.NEGATIVE_INFINITY;
  #rest = REST;
  #hasFailed = false;

  /** Milliseconds until a question may be asked; `chance` is a number from 0 to 1. */
  delay(reason: Reason, now: number, chance: number): number {
    // The first one is asked at once.
    if (this.#answeredAt === Number.NEGATIVE_INFINITY) return 0;
    const rest = reason === 'lost' && !this.#hasFailed ? REST : this.#rest;
    return Math.max(0, this.#answeredAt + rest - now) + chance * SPREAD;
  }

  /** A question was answered, and brought news or not; or it failed. */
  answered(now: number, outcome: 'news' | 'nothing' | 'failure'): void {
    this.#answeredAt = now;
    this.#hasFailed = outcome === 'failure';
    this.#rest = outcome === 'news' ? REST : Math.min(this.#rest * 2, LONGEST_REST);
  }

  /** A question was given up. */
  interrupted(now: number): void {
    this.#answeredAt = now;
  }

  /** What made questions fail may be over. */
  renew(): void {
    this.#hasFailed = false;
    this.#rest = REST;
  }
}
