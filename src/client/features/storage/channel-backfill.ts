import { compareTimetokens, type Timetoken } from '../../../protocol/timetoken.ts';
import type { Arrived, Held } from '../../subscribe/arrived.ts';
import { isStored } from '../../subscribe/decode.ts';
import type { HistoryRange, HistoryRows } from './history-source.ts';
import { type Place, StoredBackfill } from './stored-backfill.ts';

/** A backfill that reads the history of its channels, each by itself, while newer entries wait behind it. */
export abstract class ChannelBackfill extends StoredBackfill {
  /** Channels whose history has been read. */
  protected readonly done = new Set<string>();

  /** Reads the history of the channels; those that were read before are left out. */
  protected async readHistory(signal: AbortSignal): Promise<void> {
    const places = await this.placesOf(this.names, signal);
    // Of a channel that was lost through a group it is not known through which one.
    for (const group of new Set([...(this.plan.groups?.values() ?? [])].flat()))
      await this.listMembers(group, signal);
    // A channel may be found by itself and through groups.
    const open = [...new Map(places.map((place) => [place.channel, place])).values()].filter(
      ({ channel }) => !this.done.has(channel),
    );
    const reads = open.map((place) => this.#readChannel(place, signal));
    // Those that succeed are not read again when the others are.
    for (const read of await Promise.allSettled(reads)) if (read.status === 'rejected') throw read.reason;
  }

  /** The part of the history of a channel that is read. */
  protected abstract rangeOf(channel: string): Omit<HistoryRange, 'channel'>;

  /** Delivers what history holds of a channel, with what has waited for it. */
  protected abstract deliver(channel: string, found: HistoryRows): void;

  /** The newest message of a channel that waits, up to a timetoken: history should have it. */
  protected newestMessage(channel: string, upTo?: Timetoken): Timetoken | undefined {
    const isIts = ({ envelope }: Arrived) =>
      envelope.c === channel &&
      isStored(envelope) &&
      (upTo === undefined || compareTimetokens(envelope.p.t, upTo) <= 0);
    return this.backlog.findLast(({ arrived }) => isIts(arrived))?.arrived.envelope.p.t;
  }

  /** Takes those of a channel that wait out of the backlog, up to a timetoken. */
  protected takeUpTo(channel: string, timetoken: Timetoken): readonly Held[] {
    return this.takeHeld(
      ({ arrived: { envelope } }) =>
        envelope.c === channel && compareTimetokens(envelope.p.t, timetoken) <= 0,
    );
  }

  async #readChannel(place: Place, signal: AbortSignal): Promise<void> {
    const { channel } = place;
    const range = this.rangeOf(channel);
    const newestKnown = () => this.newestMessage(channel, range.upTo);
    const found = await this.rowsOf({ ...place, ...range }, newestKnown, signal);
    await this.reception.delivery.inTurn(() => {
      if (this.isClosed) return;
      this.deliver(channel, found);
      this.done.add(channel);
      this.attempts = 0;
    });
  }
}

/** The rows of which no copy waits: what waits knows more. */
export function withoutCopies(rows: readonly Arrived[], held: readonly Held[]): readonly Arrived[] {
  const keys = new Set(held.map(({ arrived }) => keyOf(arrived)));
  return rows.filter((row) => !keys.has(keyOf(row)));
}

function keyOf({ envelope: { c, p }, seen: { kind, publisher, content } }: Arrived): string {
  return JSON.stringify([c, p.t, kind, publisher, content]);
}
