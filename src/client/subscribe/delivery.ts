import { compareTimetokens } from '../../protocol/timetoken.ts';
import type { PNMessageResult } from '../listeners/events.ts';
import { freezeDeep, freezeEvent } from '../listeners/freeze.ts';
import { chance } from '../runtime/random.ts';
import { type Arrived, GroupsOfAnswer, holderOf, wants } from './arrived.ts';
import type { Backfill, Held } from './backfill.ts';
import { type Decoded, decode, isEnvelope } from './decode.ts';
import { DeliveryWindow } from './dedupe.ts';
import type { DeliveryHost, DeliveryParts } from './delivery-host.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { widened } from './gaps.ts';
import type { Waiting } from './holding.ts';
import { groupOf } from './interest.ts';
import type { LiveSubscription } from './live-subscription.ts';
import { Recipients } from './recipients.ts';
import type { Batch } from './state.ts';

/** How older entries are delivered, in their turn and to those who have not had them. */
export type OlderDelivery = Pick<
  Delivery<unknown>,
  'batches' | 'forgottenUpTo' | 'inTurn' | 'letGo' | 'offer' | 'offerRow' | 'older'
>;

/** The client's own listeners, as one more recipient. */
const CLIENT = 0;
const DEFAULT_WINDOW = 1_000;
/** The turn of what the loop brings: after all backfills. */
const LIVE = Number.POSITIVE_INFINITY;

/**
 * Brings entries to listeners and subscriptions. For each entry it is remembered who has had it, and a further copy, live
 * or from a backfill, only reaches those who have not. Work is done piece by piece, each whole and in its order, and none
 * while a reader with a full buffer asks to wait.
 */
export class Delivery<Client> {
  readonly #host: DeliveryHost;
  readonly #parts: DeliveryParts<Client>;
  readonly #window: DeliveryWindow;
  readonly #queue: DeliveryQueue;
  /** How many batches of the loop have come. */
  batches = 0;

  constructor(host: DeliveryHost, parts: DeliveryParts<Client>) {
    this.#host = host;
    this.#parts = parts;
    const { dedupeEntries, random } = parts.settings;
    this.#queue = new DeliveryQueue(parts.demand, (slow) => host.waits(slow));
    this.#window = new DeliveryWindow(dedupeEntries || DEFAULT_WINDOW, chance(random));
  }

  /** Entries above this timetoken that have been delivered are remembered. */
  get forgottenUpTo(): string {
    return this.#window.forgottenUpTo;
  }

  /** Takes the next batch of the loop. */
  push(batch: Batch): void {
    this.#queue.add(() => {
      const fresh = this.#deliver(batch);
      if (!this.#queue.isClosed) this.#host.delivered(batch, fresh);
    });
  }

  /** Does something in its turn, after what was taken before it; resolves when it is done. */
  inTurn(work: () => void): Promise<void> {
    return new Promise((resolve) => {
      this.#queue.add(() => {
        work();
        resolve();
      });
    });
  }

  /** Goes on, after a reader has made room. */
  pump(): void {
    this.#queue.pump();
  }

  /** Forgets what was delivered: nothing is subscribed any more, and who then asks for older entries wants them again. */
  forget(): void {
    this.#window.clear();
  }

  /** Ends delivery: a batch that is not delivered whole is dropped, so that its cursor is not taken for delivered. */
  close(): void {
    this.#queue.close();
  }

  /** An entry that was fetched by itself, as row of the history or from the live queue; `undefined` for what is none. */
  older(entry: unknown, source: Backfill, { isRow }: { readonly isRow: boolean }): Arrived | undefined {
    if (!isEnvelope(entry)) {
      this.#invalid(entry, 'the entry is no envelope');
      return undefined;
    }
    const seen = this.#window.note(entry, this.#parts.settings.clock.monotonic(), isRow);
    const bytes = JSON.stringify(entry.d)?.length ?? 0;
    const group = groupOf(entry, source.asked);
    const { serial: turn, fills } = source;
    const how = { turn, isRewound: false, fill: fills ? turn : undefined };
    const arrived: Arrived = { envelope: entry, group, seen, bytes, ...how };
    if (this.#hadElsewhere(arrived, source)) seen.had.add(CLIENT);
    return arrived;
  }

  /**
   * Hands a row of the history to those that it is for: by its channel, and by each group that the channel may have been
   * lost through. Returns whether anybody wanted it.
   */
  offerRow(row: Arrived, source: Backfill): boolean {
    const groups = [row.group, ...source.groupsOf(row.envelope.c)];
    const copies = groups.map((group) => {
      const envelope = group === undefined ? row.envelope : { ...row.envelope, b: group };
      return this.offer({ ...row, envelope, group }, source.recipients);
    });
    return copies.includes(true);
  }

  /** Hands over what has waited for a backfill: it goes on to those that began before. Returns whether it is wanted. */
  letGo({ arrived, subscription }: Held, { serial }: Backfill): boolean {
    return this.offer({ ...arrived, turn: serial }, [subscription]);
  }

  /**
   * Hands an entry to those of the candidates that want it and have not had it; what a backfill holds back waits there.
   * The client's own listeners have it with the first who does. Returns whether anybody wanted it.
   */
  offer(arrived: Arrived, candidates: Iterable<LiveSubscription>): boolean {
    const recipients: LiveSubscription[] = [];
    let isWanted = false;
    for (const subscription of candidates) {
      if (!wants(subscription, arrived)) continue;
      isWanted = true;
      const holder = holderOf(subscription, arrived);
      if (holder) holder.hold(arrived, subscription);
      else recipients.push(subscription);
    }
    if (recipients.length > 0) this.#hand(arrived, recipients);
    return isWanted;
  }

  #deliver(batch: Batch): boolean {
    const { losses, entries, names } = batch;
    const { arrived, fresh } = this.#note(batch);
    for (const loss of losses) {
      // An answer that is full of copies has pushed nothing out.
      if (fresh || loss.reason !== 'count-exceeded')
        this.#host.lost(
          widened(
            loss,
            arrived.flatMap((one) => one?.envelope.p.t ?? []),
          ),
          names,
        );
    }
    for (const [index, one] of arrived.entries()) {
      if (one) this.offer(one, this.#parts.demand.candidates(one.envelope.c, one.group));
      else this.#invalid(entries[index], 'the entry is no envelope');
    }
    return fresh;
  }

  // What is no envelope is `undefined`. `fresh`: there is more than copies.
  #note({ entries, names, bytes }: Batch) {
    const { sightings, settings } = this.#parts;
    const now = settings.clock.monotonic();
    const groups = new GroupsOfAnswer(names);
    const share = bytes / entries.length;
    let fresh = false;
    this.batches++;
    const arrived: (Arrived | undefined)[] = [];
    for (const entry of entries) {
      if (!isEnvelope(entry)) {
        // No news: a server that sends nothing else is asked no more often than one that has nothing.
        arrived.push(undefined);
        continue;
      }
      const noted = this.#window.note(entry, now);
      fresh ||= noted.batch === undefined;
      noted.batch ??= this.batches;
      const seen = settings.dedupeEntries > 0 ? noted : { ...noted, had: new Recipients() };
      const group = groups.of(entry, noted);
      sightings.note(entry, group);
      arrived.push({
        envelope: entry,
        group,
        seen,
        turn: LIVE,
        isRewound: false,
        fill: undefined,
        bytes: share,
      });
    }
    return { arrived, fresh };
  }

  #hand(arrived: Arrived, recipients: readonly LiveSubscription[]): void {
    const { listeners, holding } = this.#parts;
    const { had } = arrived.seen;
    const isFirst = !had.has(CLIENT);
    if (isFirst) had.add(CLIENT);
    const decoded = this.#read(arrived, isFirst);
    if (!decoded) {
      for (const { id } of recipients) had.add(id);
      return;
    }
    if (isFirst) listeners.emit(decoded.name, decoded.event);
    const waiting: Waiting[] = [];
    for (const subscription of recipients) {
      const message = this.#give(subscription, arrived, decoded);
      if (message) waiting.push({ message, id: subscription.id });
    }
    holding.holdAll(waiting, arrived.bytes);
  }

  // Returns a message that somebody may ask the subscription for later.
  #give(subscription: LiveSubscription, arrived: Arrived, decoded: Decoded): PNMessageResult | undefined {
    // A handler may have ended it just now: then it gets nothing more, not even the rest of a batch.
    if (!wants(subscription, arrived)) return undefined;
    arrived.seen.had.add(subscription.id);
    const own = subscription.receive(arrived, decoded);
    const isHeld = decoded.name === 'message' && this.#parts.holding.has(subscription.id);
    return isHeld ? (own as PNMessageResult) : undefined; // By its name.
  }

  // What is older than all that is remembered may have come before. The client's own listeners had it then if another
  // subscription covers it, unless it is just that which is missing.
  #hadElsewhere({ envelope, group, seen }: Arrived, { recipients, fills }: Backfill): boolean {
    const { c, p } = envelope;
    if (fills || seen.copies > 1 || compareTimetokens(p.t, this.forgottenUpTo) > 0) return false;
    for (const other of this.#parts.demand.candidates(c, group))
      if (!recipients.includes(other) && other.interest.match(c, group, p.t) !== undefined) return true;
    return false;
  }

  #read({ envelope }: Arrived, isFirst: boolean): Decoded | undefined {
    try {
      const { fileUrl, settings } = this.#parts;
      const decoded = decode(settings.freezePayloads ? freezeDeep(envelope) : envelope, fileUrl);
      freezeEvent(decoded.name, decoded.event);
      return decoded;
    } catch (error) {
      if (isFirst) this.#invalid(envelope, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  #invalid(raw: unknown, reason: string): void {
    this.#parts.listeners.emit('invalidMessage', { raw, reason });
  }
}
