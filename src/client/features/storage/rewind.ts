import { compareTimetokens, type Timetoken } from '../../../protocol/timetoken.ts';
import { sooner } from '../../subscribe/gaps.ts';

/** The newest so many stored messages of a channel, as far as they have come: without a hole among them. */
export class Rewind {
  /** What is newer than this is no matter of the rewind. */
  readonly at: Timetoken;
  #left: number;
  /** The oldest that has come: what lies behind it is wanted, however many it is. */
  #oldest: Timetoken;

  constructor(at: Timetoken, most: number) {
    this.at = at;
    this.#left = most;
    this.#oldest = at;
  }

  /** Whether something came before the start. */
  isBefore(timetoken: Timetoken): boolean {
    return compareTimetokens(timetoken, this.at) <= 0;
  }

  /** Whether a stored message from before the start is wanted. */
  wants(timetoken: Timetoken): boolean {
    return this.#left > 0 || compareTimetokens(timetoken, this.#oldest) > 0;
  }

  /** Those that are wanted, of what is there at once, oldest first. */
  newestOf<T>(sorted: readonly T[], timeOf: (item: T) => Timetoken): readonly T[] {
    const closing = sorted.filter((item) => compareTimetokens(timeOf(item), this.#oldest) > 0).length;
    return sorted.slice(Math.max(0, sorted.length - Math.max(closing, this.#left)));
  }

  /** A message has come. */
  note(timetoken: Timetoken): void {
    if (!this.isBefore(timetoken)) return;
    this.#left--;
    this.#oldest = sooner(this.#oldest, timetoken);
  }
}
