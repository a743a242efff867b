import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import { earlier, OVERLAP } from './gaps.ts';
import { wildcardsOver } from './interest.ts';
import type { Names } from './names.ts';

interface Told {
  readonly names: Names;
  readonly upTo: Timetoken;
  /** The serial of the backfill that was to bring it. */
  readonly serial: number;
}

interface Found {
  readonly channel: string;
  readonly group: string | undefined;
  readonly timetoken: Timetoken;
}

/**
 * What a subscription was told it misses. A later backfill reads from a little before its own loss, and what it finds of an
 * earlier one would come out of its order.
 */
export class Missed {
  #told: readonly Told[] = [];

  /** Something is missing, up to a timetoken, and the backfill that was to bring it has said so. */
  note(names: Names, upTo: Timetoken, serial: number): void {
    // Nobody reads further back.
    const horizon = earlier(upTo, OVERLAP);
    this.#told = [
      ...this.#told.filter((one) => compareTimetokens(one.upTo, horizon) > 0),
      { names, upTo, serial },
    ];
  }

  /** Whether it was told of an entry that the backfill of this serial has found. */
  has({ channel, group, timetoken }: Found, serial: number): boolean {
    const isOf = ({ channels, groups }: Names) =>
      channels.includes(channel) ||
      wildcardsOver(channel).some((name) => channels.includes(name)) ||
      (group !== undefined && groups.includes(group));
    return this.#told.some(
      (one) => one.serial < serial && compareTimetokens(timetoken, one.upTo) <= 0 && isOf(one.names),
    );
  }
}
