import { compareTimetokens } from '../../protocol/timetoken.ts';
import type { PNMessageResult } from '../listeners/events.ts';
import { freezeDeep } from '../listeners/freeze.ts';
import { fileUrlOf } from '../request/file-url.ts';
import { chance } from '../runtime/random.ts';
import { sizeOf } from '../wire/read.ts';
import { type Arrived, groupsOfAnswer, type Held, holderOf, wants } from './arrived.ts';
import type { Backfill } from './backfill.ts';
import { type Decoded, decode, type FileUrl } from './decode.ts';
import { DeliveryWindow, type From } from './dedupe.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import type { SubscribeEngine } from './engine.ts';
import { isEnvelope } from './envelope.ts';
import { widened } from './gaps.ts';
import type { LiveSubscription } from './live-subscription.ts';
import { NO_NAMES, union } from './names.ts';
import { Recipients } from './recipients.ts';
import { DeliveryReports } from './reports.ts';
import type { Batch } from './state.ts';
import { SUBSCRIPTION_EVENTS } from './subscription.ts';

/** The id of the client's own listeners among the recipients of an entry. */
const CLIENT = 0;
const DEFAULT_WINDOW = 1_000;
/** The turn of the loop's entries: after all backfills. */
const LIVE = Number.POSITIVE_INFINITY;

/**
 * Delivers entries to listeners and subscriptions. The deduplication window records who has had an entry; a further copy,
 * live or from a backfill, only reaches the others. Work is queued: each piece is done whole and in order, and none starts
 * while a reader has a full buffer.
 */
export class Delivery {
  readonly #engine: SubscribeEngine;
  readonly #window: DeliveryWindow;
  readonly #queue: DeliveryQueue;
  readonly #fileUrl: FileUrl;
  readonly reports: DeliveryReports;
  /** How many batches of the loop have come. */
  batches = 0;

  constructor(engine: SubscribeEngine) {
    this.#engine = engine;
    const { dedupeEntries, random } = engine.settings;
    this.#queue = new DeliveryQueue(engine);
    this.reports = new DeliveryReports(engine);
    this.#fileUrl = (file) => fileUrlOf(engine.executor, file);
    this.#window = new DeliveryWindow(dedupeEntries || DEFAULT_WINDOW, chance(random));
  }

  /** The deduplication window holds every delivered entry above this timetoken. */
  get forgottenUpTo(): string {
    return this.#window.forgottenUpTo;
  }

  /** Queues the next batch of the loop. */
  push(batch: Batch): void {
    this.#add(() => {
      const fresh = this.#deliver(batch);
      if (!this.#queue.isClosed) this.#engine.delivered(batch.cursor, fresh);
    });
  }

  /** Queues other work; resolves to what it returns. */
  inTurn<T>(work: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.#add(() => resolve(work()));
    });
  }

  /** Continues after a reader has made room. */
  pump(): void {
    this.#queue.pump();
  }

  /** Clears the deduplication window: nothing is subscribed any more, and a later subscription may want old entries again. */
  forget(): void {
    this.#window.clear();
  }

  /** Ends delivery: a batch that is not delivered whole is dropped, and its cursor is not reported as delivered. */
  close(): void {
    this.#queue.close();
  }

  /** Reads entries that a backfill fetched from the live queue, or rows of history. Announces what is no envelope. */
  older(entries: readonly unknown[], source: Backfill, from: From): readonly Arrived[] {
    const groupOfEntry = groupsOfAnswer(source.asked, from);
    return entries.flatMap((entry): Arrived | readonly Arrived[] => {
      if (!isEnvelope(entry)) {
        this.#invalid(entry);
        return [];
      }
      const seen = this.#window.note(entry, this.#engine.settings.clock.monotonic(), from);
      const bytes = sizeOf(entry.d);
      const group = groupOfEntry(entry, seen);
      const arrived: Arrived = { envelope: entry, group, seen, source, turn: source.serial, bytes };
      if (!source.fills) this.#noteHad(arrived);
      return arrived;
    });
  }

  /** Delivers an entry that waited for a backfill; it may wait for one before that turn next. Returns whether it is wanted. */
  release({ arrived, subscription }: Held, turn = LIVE): boolean {
    return this.offer({ ...arrived, turn }, [subscription]);
  }

  /**
   * Delivers an entry to the candidates that want it and have not had it, or lets it wait at the backfill that holds it
   * back; what history brings for a loss does not wait for one that has yet to bring it itself. The client's own listeners get it with the first recipient. Returns whether any candidate wanted it.
   */
  offer(arrived: Arrived, candidates: Iterable<LiveSubscription>): boolean {
    const recipients: LiveSubscription[] = [];
    let isWanted = false;
    for (const subscription of candidates) {
      if (!wants(subscription, arrived)) continue;
      const holder = holderOf(subscription, arrived);
      if (arrived.source?.fills && holder?.isToBring(arrived.envelope)) continue;
      isWanted = true;
      if (holder) holder.hold(arrived, subscription);
      else recipients.push(subscription);
    }
    if (recipients.length > 0) this.#hand(arrived, recipients);
    return isWanted;
  }

  #add(work: () => void): void {
    this.#queue.add(() => {
      this.#window.makeRoom();
      work();
    });
  }

  #deliver(batch: Batch): boolean {
    const { losses, entries, names, moved } = batch;
    const { demand, losses: teller } = this.#engine;
    const { arrived, fresh } = this.#note(batch);
    for (const loss of losses) {
      const times = arrived.flatMap((one) => one?.envelope.p.t ?? []);
      // An answer that is full of copies has pushed nothing out; but each region has an order of its own.
      if (fresh || moved || loss.reason !== 'count-exceeded') teller.meet(widened(loss, times), names);
    }
    arrived.forEach((one, index) => {
      if (one) this.offer(one, demand.candidates(one.envelope.c, one.group));
      else this.#invalid(entries[index]);
    });
    return fresh;
  }

  // An entry that is no envelope becomes `undefined`. `fresh`: there is more than copies.
  #note({ entries, names, cursor, bytes: size }: Batch) {
    const { sightings, settings } = this.#engine;
    const now = settings.clock.monotonic();
    const groupOfEntry = groupsOfAnswer(names);
    const bytes = size / entries.length;
    let fresh = false;
    this.batches++;
    const arrived = entries.map((entry): Arrived | undefined => {
      // No news: a server that sends nothing else is asked no more often than one that has nothing.
      if (!isEnvelope(entry)) return undefined;
      const noted = this.#window.note(entry, now);
      fresh ||= noted.batch === undefined;
      noted.batch ??= this.batches;
      const seen = settings.dedupeEntries > 0 ? noted : { ...noted, had: new Recipients() };
      const group = groupOfEntry(entry, noted);
      sightings.note(entry, group);
      return { envelope: entry, group, seen, upTo: cursor, source: undefined, turn: LIVE, bytes };
    });
    return { arrived, fresh };
  }

  #hand(arrived: Arrived, recipients: readonly LiveSubscription[]): void {
    const { holding } = this.#engine;
    const { had } = arrived.seen;
    const isFirst = !had.has(CLIENT);
    if (isFirst) had.add(CLIENT);
    const decoded = this.#read(arrived, isFirst);
    if (!decoded) {
      for (const { id } of recipients) had.add(id);
      return;
    }
    if (isFirst) this.#tell(arrived, decoded);
    // Those that wait for one event share it; another one is of a single subscription.
    const waiting: number[] = [];
    for (const subscription of recipients) {
      const message = this.#give(subscription, arrived, decoded);
      if (message === decoded.event) waiting.push(subscription.id);
      else if (message) holding.hold(message, [subscription.id], arrived.bytes);
    }
    if (waiting.length > 0 && decoded.name === 'message') holding.hold(decoded.event, waiting, arrived.bytes);
  }

  #tell(arrived: Arrived, decoded: Decoded): void {
    const { executor, listeners } = this.#engine;
    const { name, event } = decoded;
    this.reports.meet(arrived, decoded, listeners);
    executor.reminder?.received(event.channel, this.#isHeard);
    listeners.emit(name, event);
  }

  readonly #isHeard = (): boolean => {
    const { listeners, demand } = this.#engine;
    return listeners.hears(SUBSCRIPTION_EVENTS) || [...demand.subscriptions].some(({ hears }) => hears);
  };

  // Returns a message that is held for the subscription's first iterator.
  #give(subscription: LiveSubscription, arrived: Arrived, decoded: Decoded): PNMessageResult | undefined {
    // A handler may have ended the subscription just now: then it gets nothing more, not even the rest of a batch.
    if (!wants(subscription, arrived)) return undefined;
    arrived.seen.had.add(subscription.id);
    const own = subscription.receive(arrived, decoded);
    const isHeld = decoded.name === 'message' && this.#engine.holding.has(subscription.id);
    return isHeld ? (own as PNMessageResult) : undefined; // By its name.
  }

  // An entry older than the window may have been delivered before: to subscriptions that cover it by a name for which nothing
  // older is on its way, and so to the client's own listeners.
  #noteHad({ envelope, group, seen }: Arrived): void {
    const { c, p } = envelope;
    if (seen.copies > 1 || compareTimetokens(p.t, this.forgottenUpTo) > 0) return;
    for (const { id, interest, backfills } of this.#engine.demand.candidates(c, group)) {
      const late = backfills.reduce((names, backfill) => union(names, backfill.names), NO_NAMES);
      if (!interest.covers({ channel: c, group, timetoken: p.t }, late)) continue;
      seen.had.add(id);
      seen.had.add(CLIENT);
    }
  }

  #read({ envelope }: Arrived, isFirst: boolean): Decoded | undefined {
    try {
      const { freezePayloads } = this.#engine.settings;
      return decode(freezePayloads ? freezeDeep(envelope) : envelope, this.#fileUrl);
    } catch (error) {
      if (isFirst) this.#invalid(envelope, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #invalid(raw: unknown, reason = 'the entry is no envelope'): void {
    this.#engine.listeners.emit('invalidMessage', { raw, reason });
  }
}
