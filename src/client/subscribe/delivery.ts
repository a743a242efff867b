import type { Clock } from '../../protocol/clock.ts';
import type { WireEnvelope } from '../../protocol/envelope.ts';
import type { PNGapEvent } from '../listeners/events.ts';
import type { ListenerRegistry } from '../listeners/registry.ts';
import { type Decoded, decode, type FileUrl, isEnvelope } from './decode.ts';
import { DedupeWindow } from './dedupe.ts';
import type { Demand } from './demand.ts';
import type { LiveSubscription } from './live-subscription.ts';
import type { Batch } from './state.ts';

/** Where delivery reports to. */
export interface DeliveryHost {
  /** A batch is delivered whole; its cursor may be kept. */
  delivered(batch: Batch): void;
}

/** What delivery needs to know of the client. */
export interface DeliveryNeeds {
  readonly settings: { readonly clock: Clock; readonly dedupeEntries: number };
  readonly fileUrl: FileUrl;
}

/**
 * Brings batches to listeners and subscriptions: one after the other, each whole and in its order, and none while a
 * reader with a full buffer asks the loop to wait.
 */
export class Delivery<Client> {
  readonly #host: DeliveryHost;
  readonly #demand: Demand;
  readonly #listeners: ListenerRegistry<Client>;
  readonly #clock: Clock;
  readonly #fileUrl: FileUrl;
  readonly #seen: DedupeWindow;
  readonly #older: DedupeWindow;
  readonly #queue: Batch[] = [];
  #busy = false;
  #closed = false;

  constructor(
    host: DeliveryHost,
    parts: { readonly demand: Demand; readonly listeners: ListenerRegistry<Client> },
    { settings, fileUrl }: DeliveryNeeds,
  ) {
    this.#host = host;
    this.#demand = parts.demand;
    this.#listeners = parts.listeners;
    this.#clock = settings.clock;
    this.#fileUrl = fileUrl;
    this.#seen = new DedupeWindow(settings.dedupeEntries);
    this.#older = new DedupeWindow(settings.dedupeEntries);
  }

  /** Takes the next batch. */
  push(batch: Batch): void {
    this.#queue.push(batch);
    this.pump();
  }

  /** Goes on, after a reader has made room. */
  pump(): void {
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let batch = this.#next(); batch; batch = this.#next()) {
        this.#deliver(batch);
        if (!this.#closed) this.#host.delivered(batch);
      }
    } finally {
      this.#busy = false;
    }
  }

  /** Forgets what was delivered: nothing is subscribed any more, and who then asks for older entries wants them again. */
  forget(): void {
    this.#seen.clear();
    this.#older.clear();
  }

  /** Ends delivery: a batch that is not delivered whole is dropped, so that its cursor is not taken for delivered. */
  close(): void {
    this.#closed = true;
    this.#queue.length = 0;
  }

  /** Delivers an entry that was fetched separately for one subscription. */
  deliverOlder(entry: unknown, subscription: LiveSubscription): void {
    const decoded = this.#read(entry);
    if (!decoded || !isEnvelope(entry)) return;
    subscription.receiveOlder(entry, decoded);
    // The client's own listeners have had it already where another subscription covers its channel.
    for (const other of this.#demand.candidates(entry.c, entry.b)) {
      if (other !== subscription && other.interest.wants(entry.c, entry.b, entry.p.t)) return;
    }
    // Several subscriptions may ask for the same older entries.
    if (this.#older.note(entry, this.#clock.now())?.length === 0)
      this.#listeners.emit(decoded.name, decoded.event);
  }

  #next(): Batch | undefined {
    const waits = this.#queue.length > 0 && this.#isHeldUp();
    return waits ? undefined : this.#queue.shift();
  }

  #isHeldUp(): boolean {
    for (const subscription of this.#demand.subscriptions) if (subscription.full) return true;
    return false;
  }

  #deliver(batch: Batch): void {
    for (const gap of batch.gaps) this.#tell(gap);
    const now = this.#clock.now();
    for (const entry of batch.entries) {
      if (isEnvelope(entry)) this.#deliverOne(entry, now);
      else this.#invalid(entry, 'the entry is no envelope');
    }
  }

  #tell(gap: PNGapEvent): void {
    this.#listeners.emit('gap', gap);
    for (const subscription of this.#demand.subscriptions) {
      if (gap.channel === undefined || subscription.interest.mayMiss(gap.channel, gap.to)) {
        subscription.tell('gap', gap);
      }
    }
  }

  #deliverOne(envelope: WireEnvelope, now: number): void {
    const { c: channel, b: match } = envelope;
    const before = this.#seen.note(envelope, now);
    if (before === undefined) return;
    const recipients: LiveSubscription[] = [];
    for (const subscription of this.#demand.candidates(channel, match)) {
      if (isFor(subscription, envelope, before)) recipients.push(subscription);
    }
    const decoded = recipients.length > 0 && this.#read(envelope);
    if (!decoded) return;
    // Of copies under several names, the client's own listeners get the first.
    if (before.length === 0) this.#listeners.emit(decoded.name, decoded.event);
    for (const subscription of recipients) {
      // A handler may have ended it just now: then it gets nothing more, not even the rest of a batch.
      if (isFor(subscription, envelope, before)) subscription.receive(envelope, decoded);
    }
  }

  #read(entry: unknown): Decoded | undefined {
    if (!isEnvelope(entry)) {
      this.#invalid(entry, 'the entry is no envelope');
      return undefined;
    }
    try {
      return decode(entry, this.#fileUrl);
    } catch (error) {
      this.#invalid(entry, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #invalid(raw: unknown, reason: string): void {
    this.#listeners.emit('invalidMessage', { raw, reason });
  }
}

// Whether an entry is for a subscription that has not had it under one of the names it came for before.
function isFor(
  { interest }: LiveSubscription,
  { c, b, p }: WireEnvelope,
  before: readonly string[],
): boolean {
  if (!interest.wants(c, b, p.t)) return false;
  if (before.length === 0) return true;
  return !interest.wants(c, undefined, p.t) && !before.some((group) => interest.wantsGroup(group, p.t));
}
