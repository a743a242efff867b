import { isPresenceName, isWildcard } from '../../protocol/names.ts';
import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import { pauseFor } from '../runtime/pause-for.ts';
import type { SteadyClock } from '../runtime/steady-clock.ts';
import { Turns } from '../runtime/turns.ts';
import type { Arrived } from './arrived.ts';
import type { Backfill, Held } from './backfill.ts';
import type { OlderDelivery } from './delivery.ts';
import { before, earlier, later } from './gaps.ts';
import type { HistoryRange, HistoryRows, HistorySource } from './history-source.ts';
import { inOrder } from './in-order.ts';
import type { LiveSubscription } from './live-subscription.ts';
import { type Mix, mixOf } from './mix.ts';
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

/** What is missing may have come late: history is read from so many milliseconds before. */
export const OVERLAP = 10_000;
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
    const places = await this.placesOf(backfill.names, signal);
    for (const { channel, group, wildcard } of places) {
      if (group !== undefined) addTo(backfill.membersOf, group, channel);
      if (wildcard !== undefined) addTo(backfill.coveredBy, wildcard, channel);
    }
    await this.#findMembers(backfill, signal);
    // A channel may be found by itself and through groups.
    const open = [...new Map(places.map((place) => [place.channel, place])).values()].filter(
      ({ channel }) => !backfill.read.has(channel),
    );
    const reads = open.map((place) => this.#readChannel(backfill, place, signal));
    // Those that succeed are not read again when the others are.
    for (const read of await Promise.allSettled(reads)) if (read.status === 'rejected') throw read.reason;
  }

  // Of a channel that was lost through a group it is not known through which one.
  async #findMembers({ plan, membersOf }: Backfill, signal: AbortSignal): Promise<void> {
    const groups = new Set([...(plan.groups?.values() ?? [])].flat());
    for (const group of groups)
      if (!membersOf.has(group)) membersOf.set(group, await this.#host.history.channelsOf(group, signal));
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
    // What has come while it was read may be newer than what was asked for: then it says nothing.
    const isDue = (timetoken: Timetoken | undefined) =>
      timetoken !== undefined &&
      compareTimetokens(timetoken, range.upTo) <= 0 &&
      !found.rows.some(({ p }) => p.t === timetoken);
    if (isDue(newest) || isDue(newestKnown())) {
      await pauseFor(this.#host.clock, LAG, signal);
      found = await read();
    }
    const { rows, cutAt } = found;
    const match = group ?? wildcard;
    return { cutAt, rows: match === undefined ? rows : rows.map((row) => ({ ...row, b: match })) };
  }

  /**
   * The channels that names stand for. Groups are asked for; of a wildcard, those are known on which something came.
   * Presence has no history.
   */
  async placesOf({ channels, groups }: Mix, signal: AbortSignal): Promise<readonly Place[]> {
    const { history, sightings } = this.#host;
    const direct = channels.flatMap((name): Place | readonly Place[] => {
      if (isPresenceName(name)) return [];
      if (!isWildcard(name)) return { channel: name };
      return sightings.ofWildcard(name).map((channel) => ({ channel, wildcard: name }));
    });
    const grouped = groups
      .filter((name) => !isPresenceName(name))
      .map(async (group) => {
        const members = await history.channelsOf(group, signal);
        return members.filter((name) => !isPresenceName(name)).map((channel) => ({ channel, group }));
      });
    // Who is found by itself goes last, and counts: its own name is the better one.
    return [...(await Promise.all(grouped)).flat(), ...direct];
  }

  async #readChannel(backfill: Backfill, place: Place, signal: AbortSignal): Promise<void> {
    const { channel } = place;
    const range = this.#rangeOf(backfill, channel);
    const found = await this.rows({ ...place, ...range }, () => backfill.newestMessage(channel), signal);
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

  // Rows and what waits behind them, by time; of both, what waits knows more.
  #deliver(backfill: Backfill, channel: string, { rows, cutAt }: HistoryRows): void {
    const { delivery } = this.#host;
    const { last, to } = backfill.plan;
    const wanted = rows.filter(({ p }) => last !== undefined || compareTimetokens(p.t, to) <= 0);
    const arrived = wanted.flatMap((row) => delivery.older(row, backfill, { isRow: true }) ?? []);
    const all = last === undefined ? gapFill(backfill, channel, arrived) : newest(backfill, channel, arrived);
    for (const next of all) {
      if (next.subscription) delivery.offer({ ...next.arrived, source: backfill }, [next.subscription]);
      else if (delivery.offerRow(next.arrived, backfill)) backfill.brought.add(channel);
    }
    backfill.read.add(channel);
    backfill.attempts = 0;
    if (cutAt !== undefined && last === undefined) backfill.cuts.set(channel, cutAt);
  }
}

// What waits keeps the order in which it came, up to the last row.
function gapFill(backfill: Backfill, channel: string, rows: readonly Arrived[]): readonly Next[] {
  const end = rows.at(-1)?.envelope.p.t;
  const held = end === undefined ? [] : backfill.takeUpTo(channel, end);
  return inOrder<Next>(withoutCopies(rows, held), held, timeOf);
}

// The newest so many, counted by time. What there is too much of counts as had, so that nobody else brings it.
function newest(backfill: Backfill, channel: string, rows: readonly Arrived[]): readonly Next[] {
  const { recipients, plan } = backfill;
  const { last = 0, asOf } = plan;
  const held = new Map(backfill.takeUpTo(channel, asOf).map((one) => [one.arrived.seen, one]));
  const all = inOrder<Next>([...withoutCopies(rows, [...held.values()]), ...held.values()], [], timeOf);
  const first = all.at(-last);
  if (first) raiseFloor(recipients, channel, before(timeOf(first)));
  for (const { arrived } of all.slice(0, -last)) for (const { id } of recipients) arrived.seen.had.add(id);
  return all.slice(-last);
}

function withoutCopies(rows: readonly Arrived[], held: readonly Held[]): readonly Next[] {
  const missing = rows.filter((row) => !held.some((other) => isCopy(row, other.arrived)));
  return missing.map((arrived) => ({ arrived, subscription: undefined }));
}

function addTo(map: Map<string, readonly string[]>, name: string, channel: string): void {
  map.set(name, [...new Set([...(map.get(name) ?? []), channel])]);
}

function raiseFloor(recipients: readonly LiveSubscription[], channel: string, floor: Timetoken): void {
  const names = mixOf([channel], []);
  for (const { interest } of recipients) {
    const current = interest.floorOf(names);
    if (current !== undefined) interest.setFloor(names, later(current, floor));
  }
}

/** A row, or an entry that has waited for it, and for whom. */
interface Next extends Pick<Held, 'arrived'> {
  readonly subscription: LiveSubscription | undefined;
}

function timeOf({ arrived }: Next): Timetoken {
  return arrived.envelope.p.t;
}

function isCopy(row: Arrived, held: Arrived): boolean {
  const [a, b] = [row.seen, held.seen];
  const isSame = a.content === b.content && a.publisher === b.publisher && a.kind === b.kind;
  return isSame && row.envelope.p.t === held.envelope.p.t && a.channel === b.channel;
}
