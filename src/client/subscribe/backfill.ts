import { isPresenceName } from '../../protocol/names.ts';
import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import type { Arrived } from './arrived.ts';
import { isStored } from './decode.ts';
import { type Brought, isExhaustive, type NamedLoss } from './gaps.ts';
import { inOrder } from './in-order.ts';
import { Interest } from './interest.ts';
import type { LiveSubscription } from './live-subscription.ts';
import type { Names } from './names.ts';
import type { LoopCursor } from './state.ts';

/** What a backfill is to bring, from where, and to whom. */
export interface BackfillPlan {
  readonly names: Names;
  /** Exclusive start. */
  readonly from: LoopCursor;
  /** Inclusive end: what is newer comes from the loop. */
  readonly to: Timetoken;
  /** The server's time when it was planned. */
  readonly asOf: Timetoken;
  readonly recipients: readonly LiveSubscription[];
  /** Whether history may bring what the live queue has lost. */
  readonly recovers: boolean;
  /** The newest so many stored messages of each channel, instead of what came after the start. */
  readonly last?: number | undefined;
  /** The groups that channels among the names are known, or may be taken, to belong to. */
  readonly groups?: ReadonlyMap<string, readonly string[]>;
  /** The names of the poll that met the loss. */
  readonly asked?: Names;
  /** What the loop has lost, and history is to bring back. */
  readonly loss?: NamedLoss;
}

/** An entry that waits, and for whom. */
export interface Held {
  readonly arrived: Arrived;
  readonly subscription: LiveSubscription;
}

/** How much waits, and may. */
export class Backlog {
  readonly #mostEntries: number;
  readonly #mostBytes: number;
  #entries = 0;
  #bytes = 0;

  constructor(mostEntries: number, mostBytes: number) {
    this.#mostEntries = mostEntries;
    this.#mostBytes = mostBytes;
  }

  /** Whether more waits than may. */
  get isOver(): boolean {
    return this.#entries > this.#mostEntries || this.#bytes > this.#mostBytes;
  }

  /** Some more wait, or, of negative numbers, fewer. */
  add(entries: number, bytes: number): void {
    this.#entries += entries;
    this.#bytes += bytes;
  }
}

/** What may wait behind one backfill. */
const MOST_ENTRIES = 1_000;
const MOST_BYTES = 4 * 1024 * 1024;

/** What a backfill shares with others. */
export interface BackfillLimits {
  readonly shared: Backlog;
  readonly serial?: number;
  readonly since?: number;
  readonly onFull: () => void;
}

/** A range of older entries on its way to subscriptions, and the newer ones that wait behind it. */
export class Backfill {
  readonly plan: BackfillPlan;
  /** Its place among the backfills of the client, in the order in which they began. */
  readonly serial: number;
  /** How many batches the loop had brought when it began. */
  readonly since: number;
  /** Everything up to here has been fetched from the live queue. */
  place: LoopCursor;
  /** The names that the last poll was sent for; some may have been dropped since. */
  asked: Names;
  /** Channels whose history has been read. */
  readonly read = new Set<string>();
  /** Channels of which history left out older rows: where the others begin. */
  readonly cuts = new Map<string, Timetoken>();
  /** Channels on which something came that somebody wanted. */
  readonly brought = new Set<string>();
  /** The channels that groups have been found to have, and wildcards to stand for. */
  readonly membersOf = new Map<string, readonly string[]>();
  readonly coveredBy = new Map<string, readonly string[]>();
  /** Failures so far. */
  attempts = 0;
  /** Polls in a row that nobody answered while they were given time. */
  silence = 0;
  /** Ends what is under way for it. */
  controller: AbortController | undefined;
  /** What is or was under way: what goes on begins when that has come to its end, so that nothing is done twice. */
  running: Promise<void> = Promise.resolve();
  /** Nothing more is fetched. */
  isClosed = false;
  /** Told when a poll for it goes out. */
  onPoll: (() => void) | undefined;
  /** Told when something begins to wait. */
  onHeld: (() => void) | undefined;
  readonly #interest: Interest;
  readonly #limits: BackfillLimits;
  readonly #size = new Backlog(MOST_ENTRIES, MOST_BYTES);
  #backlog: Held[] = [];

  /** `onFull` is called when more waits than may, here or behind all that share. */
  constructor(plan: BackfillPlan, limits: BackfillLimits) {
    this.plan = plan;
    this.serial = limits.serial ?? 0;
    this.since = limits.since ?? 0;
    this.place = plan.from;
    this.asked = plan.names;
    this.#interest = new Interest(plan.names);
    this.#limits = limits;
  }

  /** The names that somebody still wants. */
  get names(): Names {
    return this.#interest.names;
  }

  get recipients(): readonly LiveSubscription[] {
    return this.plan.recipients;
  }

  /** Whether it brings what is known to be missing. */
  get fills(): boolean {
    return this.plan.loss !== undefined;
  }

  /** Whether something waits. */
  get isHolding(): boolean {
    return this.#backlog.length > 0;
  }

  /** Whether the live queue has not been read to the end. */
  get isShort(): boolean {
    return compareTimetokens(this.place.timetoken, this.plan.to) < 0;
  }

  /** Whether something that the loop has brought, or has lost, waits for it. */
  get isWaitedFor(): boolean {
    return this.fills || this.isHolding;
  }

  /** The groups by which a channel may have been asked for: those that have it, as far as they have been listed. */
  groupsOf(channel: string): readonly string[] {
    const asked = this.names.groups.filter((group) => !isPresenceName(group));
    const told = this.plan.groups?.get(channel) ?? [];
    return [...new Set([...asked, ...told])].filter(
      (group) => this.membersOf.get(group)?.includes(channel) ?? true,
    );
  }

  /** What it has brought for one of its names. */
  outcomeFor(names: Names): Brought {
    const [name = ''] = names.channels;
    const [group = ''] = names.groups;
    const channels = this.membersOf.get(group) ?? this.coveredBy.get(name) ?? [name];
    return {
      hasBrought: channels.some((channel) => this.brought.has(channel)),
      isComplete: isExhaustive(names),
      cuts: channels.flatMap((channel) => this.cuts.get(channel) ?? []),
    };
  }

  /** Whether an entry belongs to its names. */
  covers(channel: string, group: string | undefined): boolean {
    return this.#interest.match(channel, group) !== undefined;
  }

  /** Takes out what none of its recipients wants any more. */
  narrow(): void {
    const { names, recipients } = this;
    const isWanted = (channel: string) => {
      const groups = [undefined, ...(this.plan.groups?.get(channel) ?? [])];
      return recipients.some(({ interest }) =>
        groups.some((group) => interest.match(channel, group) !== undefined),
      );
    };
    this.#interest.drop({
      channels: names.channels.filter((name) => !isWanted(name)),
      groups: names.groups.filter(
        (name) => !recipients.some(({ names: { groups } }) => groups.includes(name)),
      ),
    });
  }

  /** Holds a newer entry back. */
  hold(arrived: Arrived, subscription: LiveSubscription): void {
    const { shared, onFull } = this.#limits;
    this.#backlog.push({ arrived, subscription });
    this.#count([{ arrived, subscription }], 1);
    this.onHeld?.();
    if (this.#size.isOver || shared.isOver) onFull();
  }

  /** The newest message of a channel that waits, up to a timetoken: history should have it. */
  newestMessage(channel: string, upTo?: Timetoken): Timetoken | undefined {
    const isIts = ({ envelope }: Arrived) =>
      envelope.c === channel &&
      isStored(envelope) &&
      (upTo === undefined || compareTimetokens(envelope.p.t, upTo) <= 0);
    return this.#backlog.findLast(({ arrived }) => isIts(arrived))?.arrived.envelope.p.t;
  }

  /** The history of channels on which something waits that it should have had is to be read anew. */
  readAnew(): void {
    const { asOf } = this.plan;
    for (const { arrived } of this.#backlog)
      if (compareTimetokens(arrived.envelope.p.t, asOf) <= 0) this.read.delete(arrived.envelope.c);
  }

  /** Takes those of a channel that wait out of the backlog, up to a timetoken. */
  takeUpTo(channel: string, timetoken: Timetoken): readonly Held[] {
    const isTaken = ({ arrived: { envelope } }: Held) =>
      envelope.c === channel && compareTimetokens(envelope.p.t, timetoken) <= 0;
    const taken = this.#backlog.filter(isTaken);
    if (taken.length > 0) this.#backlog = this.#backlog.filter((held) => !isTaken(held));
    this.#count(taken, -1);
    return taken;
  }

  /** Takes all that waits: in the order in which it came, or, where it came from two sides, by time. */
  drain(): readonly Held[] {
    const backlog = this.plan.last === undefined ? this.#backlog : inOrder(this.#backlog, [], timeOf);
    this.#backlog = [];
    this.#count(backlog, -1);
    return backlog;
  }

  #count(held: readonly Held[], sign: 1 | -1): void {
    const bytes = held.reduce((sum, { arrived }) => sum + arrived.bytes, 0);
    for (const size of [this.#size, this.#limits.shared]) size.add(sign * held.length, sign * bytes);
  }
}

function timeOf({ arrived }: Held): Timetoken {
  return arrived.envelope.p.t;
}
