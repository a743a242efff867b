import type { WireEnvelope } from '../../../protocol/envelope.ts';
import { compareTimetokens, type Timetoken } from '../../../protocol/timetoken.ts';
import type { Arrived, Held } from '../../subscribe/arrived.ts';
import { isStored } from '../../subscribe/envelope.ts';
import type { HistoryRange } from './history-source.ts';
import { type Doubt, type Place, type Read, StoredBackfill } from './stored-backfill.ts';

/** A backfill that reads the history of each of its channels, while newer entries wait behind it. */
export abstract class ChannelBackfill extends StoredBackfill {
  override readonly isRepeatable = false;
  /** Channels whose history has been read. */
  protected readonly done = new Set<string>();

  override isToBring({ c, p }: WireEnvelope): boolean {
    return !this.done.has(c) && compareTimetokens(p.t, this.plan.to) <= 0;
  }

  /** Reads and delivers the history of the channels that are not done. */
  protected async readHistory(signal: AbortSignal): Promise<void> {
    const places = await this.placesOf(this.names, signal);
    // These groups may have a channel of the loss: their lists tell.
    for (const group of new Set([...(this.plan.groups?.values() ?? [])].flat()))
      await this.listMembers(group, signal);
    // A channel may be found by itself and through groups.
    const open = [...new Map(places.map((place) => [place.channel, place])).values()].filter(
      ({ channel }) => !this.done.has(channel),
    );
    const reads = open.map((place) => this.#readChannel(place, signal));
    // Every channel is read to its end: one that succeeds is not read again with those that failed.
    for (const read of await Promise.allSettled(reads)) if (read.status === 'rejected') throw read.reason;
  }

  /** The range that is read of a channel. */
  protected abstract rangeOf(channel: string): Omit<HistoryRange, 'channel'>;

  /** Delivers the rows of a channel, merged with the entries that wait. */
  protected abstract deliver(channel: string, found: Read): void;

  /** Whether history may lack rows of a channel's range, up to a timetoken. */
  protected abstract doubtOf(channel: string, upTo: Timetoken): Doubt;

  /** The newest message of a channel that waits, up to a timetoken: history must have it as well. */
  protected newestMessage(channel: string, upTo?: Timetoken): Timetoken | undefined {
    const newest = this.backlog
      .of(channel)
      .findLast(
        ({ arrived: { envelope } }) =>
          isStored(envelope) && (upTo === undefined || compareTimetokens(envelope.p.t, upTo) <= 0),
      );
    return newest?.arrived.envelope.p.t;
  }

  async #readChannel(place: Place, signal: AbortSignal): Promise<void> {
    const { channel } = place;
    const range = this.rangeOf(channel);
    const isInDoubt: Doubt = (...read) => this.doubtOf(channel, range.upTo)(...read);
    const found = await this.rowsOf({ ...place, ...range }, isInDoubt, signal);
    await this.engine.delivery.inTurn(() => {
      if (this.isClosed) return;
      this.deliver(channel, found);
      this.done.add(channel);
      this.attempts = 0;
    });
  }
}

/** The rows of which no live copy waits: the live one has more fields. */
export function withoutCopies(rows: readonly Arrived[], held: readonly Held[]): readonly Arrived[] {
  const keys = new Set(held.map(({ arrived }) => keyOf(arrived)));
  return rows.filter((row) => !keys.has(keyOf(row)));
}

function keyOf({ envelope: { c, p }, seen: { key, kind, publisher, content } }: Arrived): string {
  return JSON.stringify(key === p.t ? [c, key, kind, publisher, content] : [c, key, publisher]);
}
