import { isPresenceName, isWildcard } from '../../protocol/names.ts';
import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import { pauseFor } from '../runtime/signals.ts';
import type { SteadyClock } from '../runtime/steady-clock.ts';
import { Turns } from '../runtime/turns.ts';
import type { Backfill } from './backfill.ts';
import { gapFill, type Next, newest } from './backfill-merge.ts';
import type { OlderDelivery } from './delivery.ts';
import { earlier, later, OVERLAP } from './gaps.ts';
import type { HistoryRange, HistoryRows, HistorySource } from './history-source.ts';
import type { Names } from './names.ts';
import type { Sightings } from './sightings.ts';

/** What reading history needs of the client. */
export interface HistoryHost {
  readonly history: HistorySource;
  readonly delivery: OlderDelivery;
  readonly sightings: Sightings;
  readonly clock: SteadyClock;
}

/** A channel whose history is read, and the group or wildcard that it stands for. */
export interface Place {
  readonly channel: string;
  readonly group?: string;
  readonly wildcard?: string;
}

/** History is written a little after the live queue: what it lacks is looked for once more, so many milliseconds later. */
const LAG = 2_000;
/** Messages of one channel that are brought back at most. */
const MOST_ROWS = 1_000;
const MOST_CHANNELS_AT_ONCE = 4;

/** Brings entries of backfills from history. */
export class BackfillHistory {
  readonly #host: HistoryHost;
  readonly #turns = new Turns(MOST_CHANNELS_AT_ONCE);

  constructor(host: HistoryHost) {
    this.#host = host;
  }

  /** Reads the history of the channels of a backfill; those that were read before are left out. */
  async read(backfill: Backfill, signal: AbortSignal): Promise<void> {
    const places = await this.placesOf(backfill, backfill.names, signal);
    // Of a channel that was lost through a group it is not known through which one.
    for (const group of new Set([...(backfill.plan.groups?.values() ?? [])].flat()))
      await this.#membersOf(group, backfill, signal);
    // A channel may be found by itself and through groups.
    const open = [...new Map(places.map((place) => [place.channel, place])).values()].filter(
      ({ channel }) => !backfill.read.has(channel),
    );
    const reads = open.map((place) => this.#readChannel(backfill, place, signal));
    // Those that succeed are not read again when the others are.
    for (const read of await Promise.allSettled(reads)) if (read.status === 'rejected') throw read.reason;
  }

  /**
   * Reads a part of the history of a channel; its entries are of the group or wildcard that they stand for. The newest
   * message that is known from elsewhere tells whether history has it all.
   */
  async rows(
    { group, wildcard, ...range }: HistoryRange & Place,
    newestKnown: () => Timetoken | undefined,
    signal: AbortSignal,
  ): Promise<HistoryRows> {
    const read = () => this.#turns.run(signal, () => this.#host.history.read(range, signal));
    const newest = newestKnown();
    let found = await read();
    const isDue = (timetoken: Timetoken | undefined) =>
      timetoken !== undefined && !found.rows.some(({ p }) => p.t === timetoken);
    if (isDue(newest) || isDue(newestKnown())) {
      await pauseFor(this.#host.clock, LAG, signal);
      found = await read();
    }
    const { rows, cutAt } = found;
    const match = group ?? wildcard;
    return { cutAt, rows: match === undefined ? rows : rows.map((row) => ({ ...row, b: match })) };
  }

  /**
   * The channels that names of a backfill stand for. Groups are asked for; of a wildcard, those are known on which something
   * came. Presence has no history.
   */
  async placesOf(
    backfill: Backfill,
    { channels, groups }: Names,
    signal: AbortSignal,
  ): Promise<readonly Place[]> {
    const direct = channels.flatMap((name): Place | readonly Place[] => {
      if (isPresenceName(name)) return [];
      if (!isWildcard(name)) return { channel: name };
      const covered = this.#host.sightings.ofWildcard(name);
      backfill.coveredBy.set(name, covered);
      return covered.map((channel) => ({ channel, wildcard: name }));
    });
    const grouped = groups
      .filter((name) => !isPresenceName(name))
      .map(async (group) => {
        const members = await this.#membersOf(group, backfill, signal);
        return members.map((channel) => ({ channel, group }));
      });
    // Who is found by itself goes last, and counts: its own name is the better one.
    return [...(await Promise.all(grouped)).flat(), ...direct];
  }

  async #membersOf(group: string, { membersOf }: Backfill, signal: AbortSignal): Promise<readonly string[]> {
    const known = membersOf.get(group);
    if (known) return known;
    const members = (await this.#host.history.channelsOf(group, signal)).filter(
      (name) => !isPresenceName(name),
    );
    membersOf.set(group, members);
    return members;
  }

  async #readChannel(backfill: Backfill, place: Place, signal: AbortSignal): Promise<void> {
    const { channel } = place;
    const range = this.#rangeOf(backfill, channel);
    const found = await this.rows(
      { ...place, ...range },
      () => backfill.newestMessage(channel, range.upTo),
      signal,
    );
    await this.#host.delivery.inTurn(() => {
      if (!backfill.isClosed) this.#deliver(backfill, channel, found);
    });
  }

  #rangeOf(backfill: Backfill, channel: string): Omit<HistoryRange, 'channel'> {
    const { last, asOf, from, to } = backfill.plan;
    if (last !== undefined) return { upTo: asOf, most: last };
    // What came before the loss and is remembered is recognised; what is forgotten must not be brought again.
    const { forgottenUpTo } = this.#host.delivery;
    const isRemembered = compareTimetokens(forgottenUpTo, from.timetoken) < 0;
    const after = isRemembered ? later(earlier(from.timetoken, OVERLAP), forgottenUpTo) : from.timetoken;
    return { after, upTo: later(to, backfill.newestMessage(channel) ?? to), most: MOST_ROWS };
  }

  #deliver(backfill: Backfill, channel: string, { rows, cutAt }: HistoryRows): void {
    const { delivery } = this.#host;
    const { last, to } = backfill.plan;
    const wanted = rows.filter(({ p }) => last !== undefined || compareTimetokens(p.t, to) <= 0);
    const arrived = wanted.flatMap((row) => delivery.older(row, backfill, { isRow: true }) ?? []);
    const all: readonly Next[] = (last === undefined ? gapFill : newest)(backfill, channel, arrived);
    for (const { arrived: next, subscription } of all) {
      const isWanted = subscription
        ? delivery.letGo({ arrived: next, subscription }, backfill)
        : delivery.offerRow(next, backfill);
      if (isWanted && (last !== undefined || !subscription)) backfill.brought.add(channel);
    }
    backfill.read.add(channel);
    backfill.attempts = 0;
    if (cutAt !== undefined && last === undefined) backfill.cuts.set(channel, cutAt);
  }
}
