import type { WireEnvelope } from '../../protocol/envelope.ts';
import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import type { Arrived, Held } from './arrived.ts';
import type { BackfillPlan } from './backfill-plan.ts';
import { pollError } from './backfill-queue.ts';
import { Backlog } from './backlog.ts';
import type { From } from './dedupe.ts';
import type { SubscribeEngine } from './engine.ts';
import {
  apart,
  type EarlyEnd,
  isOverdue,
  isUpTo,
  type Loss,
  later,
  lossesIn,
  type Outcome,
  sooner,
} from './gaps.ts';
import { Interest } from './interest.ts';
import type { LiveSubscription } from './live-subscription.ts';
import { type Names, pick, without } from './names.ts';
import type { LoopAnswer, LoopCursor } from './state.ts';

/**
 * A range of older entries on its way to subscriptions, and the newer ones that wait behind it. This one reads the server's
 * live queue; the feature `storage` has others, which read history.
 */
export class Backfill {
  plan: BackfillPlan;
  /** Its place among the backfills of the client, in the order in which they began. */
  readonly serial: number;
  /** Everything up to here has been fetched from the live queue. */
  place: LoopCursor;
  /** The names that the last poll was sent for; some may have been dropped since. */
  asked: Names;
  /** Whether it brings back what the loop lost. */
  readonly fills: boolean = false;
  /** Whether another one can go on from its place. */
  readonly isRepeatable: boolean = true;
  /** The channels of each group that was listed. */
  readonly membersOf = new Map<string, readonly string[]>();
  /** Failures in a row. */
  attempts = 0;
  /** Polls in a row without an answer within their patience. */
  silence = 0;
  /** After so many of these the live queue counts as read to its end; `undefined` if it never does. */
  readonly mostSilence: number | undefined = undefined;
  /** Cancels what is under way for it. */
  controller: AbortController | undefined;
  /** The last run. The next one starts when it has ended, so that nothing is done twice. */
  running: Promise<void> = Promise.resolve();
  /** Nothing more is fetched. */
  isClosed = false;
  /** Called when a poll for it stays without an answer. */
  onSilence: (() => void) | undefined;
  /** Called when something begins to wait. */
  onHeld: (() => void) | undefined;
  protected readonly engine: SubscribeEngine;
  /** Channels of the entries that a recipient wanted. */
  protected readonly brought = new Set<string>();
  protected readonly backlog: Backlog;
  readonly #interest: Interest;
  /** The names whose newer entries wait. They are let go of in a turn of the delivery, so that none overtakes another. */
  readonly #held: Interest;
  /** How many batches the loop had brought when it began. */
  readonly #since: number;

  constructor(engine: SubscribeEngine, plan: BackfillPlan) {
    this.engine = engine;
    this.plan = plan;
    this.backlog = new Backlog(engine.backfills);
    this.serial = engine.backfills.nextSerial();
    this.place = plan.from;
    this.asked = plan.names;
    this.#interest = new Interest(plan.names);
    this.#held = new Interest(plan.names);
    this.#since = engine.delivery.batches;
  }

  /** The names that a recipient still wants. */
  get names(): Names {
    return this.#interest.names;
  }

  get recipients(): readonly LiveSubscription[] {
    return this.plan.recipients;
  }

  /** Whether entries of its names wait, so that the server has something to answer. */
  get isHolding(): boolean {
    return this.backlog.some(({ arrived: { envelope, group } }) => this.#interest.matches(envelope.c, group));
  }

  /** Whether the live queue has not been read to the end. */
  get isShort(): boolean {
    return compareTimetokens(this.place.timetoken, this.plan.to) < 0;
  }

  /** Whether entries that the loop brought or lost wait for it. */
  get isWaitedFor(): boolean {
    return this.fills || this.backlog.size > 0;
  }

  /** Up to where it has brought everything. */
  get reached(): LoopCursor {
    return { ...this.place, timetoken: sooner(this.place.timetoken, this.plan.to) };
  }

  /** Whether an entry has to wait for it: it belongs to its names, and is not from before its start. */
  holdsBack({ envelope: { c: channel, p }, group, upTo }: Arrived): boolean {
    const { from } = this.plan;
    // An answer may have waited for a reader since before the names had stopped. Those of other regions are before as well.
    const isBefore =
      isUpTo(from, { timetoken: p.t, region: p.r }) || (upTo !== undefined && isUpTo(from, upTo));
    return !isBefore && this.#held.matches(channel, group);
  }

  /** Whether it has yet to fetch the part of its range in which an entry is. */
  isToBring({ p }: WireEnvelope): boolean {
    return compareTimetokens(p.t, this.place.timetoken) > 0 && compareTimetokens(p.t, this.plan.to) <= 0;
  }

  /** Drops the names that none of its recipients wants any more, and refused ones if another one can go on. */
  narrow(refused: Names): void {
    const { recipients, plan } = this;
    if (this.isRepeatable) this.#interest.drop(refused);
    const isWanted = (channel: string) => {
      const among = [undefined, ...(plan.groups?.get(channel) ?? [])];
      return recipients.some(({ interest }) => among.some((group) => interest.matches(channel, group)));
    };
    const isDropped = (name: string, kind: keyof Names) =>
      kind === 'channels' ? !isWanted(name) : !recipients.some(({ names }) => names.groups.includes(name));
    this.#interest.drop(pick(this.names, isDropped));
  }

  /** Lets go of the names that it has no more. Takes the entries that do not wait for it then. */
  letGo(): readonly Held[] {
    this.#held.drop(without(this.#held.names, this.names));
    return this.backlog.take(({ arrived }) => !this.holdsBack(arrived));
  }

  /** Fetches and delivers everything that is still missing. */
  fetch(signal: AbortSignal): Promise<void> {
    return this.engine.backfills.queue.read(this, signal);
  }

  /** Delivers an answer from the live queue; resolves to whether a recipient wanted any of its entries. */
  async take(answer: LoopAnswer, signal: AbortSignal): Promise<boolean> {
    const { delivery, sightings } = this.engine;
    // The entries tell which channels wildcards and groups have: history may be asked for these next.
    sightings.noteAll(answer.entries, this.asked);
    const deliver = await this.prepare(answer, this.#lossesIn(answer), signal);
    const isFruitful = await delivery.inTurn(() => !this.isClosed && deliver());
    this.goOn(answer);
    return isFruitful;
  }

  /** The losses that are announced when it ends, one for each name. */
  missing(because: EarlyEnd | undefined): readonly Outcome[] {
    if (!because) return [];
    const { names, plan } = this;
    return apart({ names, from: '0', to: plan.to, reason: because, certain: false }).flatMap(
      (loss): readonly Outcome[] => {
        const from = this.missingFrom(loss.names);
        if (compareTimetokens(from, plan.to) >= 0) return [];
        return [[{ ...loss, from }, this.hasBrought(loss.names) ? 'partial' : 'none']];
      },
    );
  }

  /** Takes every entry that still waits, in the order of its delivery. */
  drain(): readonly Held[] {
    return this.backlog.take(() => true);
  }

  /** Holds a newer entry back. */
  hold(arrived: Arrived, subscription: LiveSubscription): void {
    this.backlog.add({ arrived, subscription });
    this.onHeld?.();
    if (this.backlog.isFull) this.engine.backfills.end(this, 'backlog-full');
  }

  /** Prepares an answer; returns the function that delivers it, and returns whether an entry was wanted. */
  protected async prepare(
    { entries }: LoopAnswer,
    losses: readonly Loss[],
    _signal: AbortSignal,
  ): Promise<() => boolean> {
    return () => {
      for (const loss of losses) this.engine.losses.tell(this, loss, 'none');
      return this.read(entries).filter((arrived) => this.offer(arrived)).length > 0;
    };
  }

  /** Reads entries of an answer, or rows of history; leaves out those that the loop brings. */
  protected read(entries: readonly unknown[], from: From = 'queue'): readonly Arrived[] {
    return this.engine.delivery.older(entries, this, from).filter(({ envelope, seen: { batch } }) => {
      // The timetoken of another region may be above the end although the loop has passed the entry.
      const isPassed = batch !== undefined && batch <= this.#since;
      return isPassed || compareTimetokens(envelope.p.t, this.plan.to) <= 0;
    });
  }

  /** Delivers an entry to the recipients; returns whether any of them wanted it. */
  protected offer(arrived: Arrived): boolean {
    const { delivery } = this.engine;
    // The server's queue may have lost since what the loop had brought.
    for (const held of this.backlog.takeBefore(arrived.envelope)) delivery.release(held, this.serial);
    const isWanted = delivery.offer(arrived, this.recipients);
    if (isWanted) this.brought.add(arrived.envelope.c);
    return isWanted;
  }

  /** Moves the place behind an answer that was delivered. */
  protected goOn({ cursor }: LoopAnswer): void {
    if (compareTimetokens(cursor.timetoken, this.place.timetoken) <= 0)
      throw pollError('PN-4001', 'the server answers without going on');
    this.place = cursor;
    // The bound is for failures in a row.
    this.attempts = 0;
  }

  /** The exclusive start of what is missing of a name if the backfill ends now. */
  protected missingFrom(_names: Names): Timetoken {
    return this.place.timetoken;
  }

  /** Whether a recipient wanted an entry of this name. */
  protected hasBrought({ channels }: Names): boolean {
    return channels.some((channel) => this.brought.has(channel));
  }

  // What the answer leaves out of the range. An old start raises the same suspicion as a late poll of the loop.
  #lossesIn(answer: LoopAnswer): readonly Loss[] {
    const { countThreshold, liveRetention } = this.engine.settings;
    const { place, plan, names } = this;
    const [from, to] = [place.timetoken, sooner(answer.cursor.timetoken, plan.to)];
    const late = place === plan.from && isOverdue(from, plan.asOf, liveRetention);
    const full = answer.entries.length >= countThreshold;
    return lossesIn(answer, { asked: names, from, to, late, full })
      .filter(({ reason }) => reason !== 'cursor-regressed')
      .flatMap(apart)
      .map((loss) => ({ ...loss, from: later(loss.from, from), to: sooner(loss.to, plan.to) }))
      .filter((loss) => compareTimetokens(loss.from, loss.to) < 0);
  }
}
