import { compareTimetokens, type Timetoken } from '../../../protocol/timetoken.ts';
import { sooner } from '../../subscribe/gaps.ts';

/** Counts the newest stored messages of a channel as they are delivered, and leaves no hole among them. */
export class Rewind {
  /** Newer messages are not counted. */
  readonly at: Timetoken;
  #left: number;
  /** The oldest that was delivered: newer ones are wanted, however many they are. */
  #oldest: Timetoken;

  constructor(at: Timetoken, most: number) {
    this.at = at;
    this.#left = most;
    this.#oldest = at;
  }

  /** Whether a timetoken is from before the start. */
  isBefore(timetoken: Timetoken): boolean {
    return compareTimetokens(timetoken, this.at) <= 0;
  }

  /** Whether a stored message from before the start is wanted. */
  wants(timetoken: Timetoken): boolean {
    return this.#left > 0 || compareTimetokens(timetoken, this.#oldest) > 0;
  }

  /** The wanted ones of a list, oldest first. */
  newestOf<T>(sorted: readonly T[], timeOf: (item: T) => Timetoken): readonly T[] {
    const closing = sorted.filter((item) => compareTimetokens(timeOf(item), this.#oldest) > 0).length;
    return sorted.slice(Math.max(0, sorted.length - Math.max(closing, this.#left)));
  }

  /** A message was delivered. */
  note(timetoken: Timetoken): void {
    if (!this.isBefore(timetoken)) return;
    this.#left--;
    this.#oldest = sooner(this.#oldest, timetoken);
  }
}
