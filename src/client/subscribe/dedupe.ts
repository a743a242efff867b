import { EventKind, type WireEnvelope } from '../../protocol/envelope.ts';
import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import { SENT, type Sealed } from '../wire/encrypted.ts';
import { publishIdIn } from '../wire/publish-id.ts';
import { Fingerprints } from './fingerprint.ts';
import { Recipients } from './recipients.ts';

/** A live copy that arrives later than this, in milliseconds, is a new entry. */
const WINDOW = 5 * 60_000;

/** One entry, whatever the number of its copies, and the recipients that have had it. */
export interface Seen {
  /** The timetoken; of an entry with an id `#` and the id, which may come with several timetokens. */
  readonly key: string;
  /** The newest timetoken of its copies. */
  timetoken: Timetoken;
  readonly channel: string;
  readonly kind: number;
  readonly publisher: string | undefined;
  /** Fingerprint of payload, `meta` and custom type. */
  readonly content: number;
  /** The publisher's sequence number; `null` if a row of the history came first, which has none. */
  sequence: number | undefined | null;
  /** Arrival of the first copy, in monotonic milliseconds. */
  readonly at: number;
  /** The recipients that have had it. */
  readonly had: Recipients;
  /** Number of copies. */
  copies: number;
  /** The batch of the loop that brought it first, with its newest timetoken, if any. */
  batch: number | undefined;
  /** How many still need to know a copy of it, among them the backfills behind which it waits: until then it is not forgotten. */
  pins: number;
  /** Another entry of the same key. */
  next: Seen | undefined;
}

/** What has brought an entry: the loop, or a backfill from the server's live queue or from message history. */
export type From = 'loop' | 'queue' | 'history';

interface Wanted {
  readonly key: string;
  readonly envelope: WireEnvelope;
  readonly content: number;
  readonly isRow: boolean;
}

/**
 * Remembers the last entries, live and older ones alike, and the recipients of each. Two entries are one when channel,
 * publish timetoken, kind, publisher, sequence, payload, `meta` and custom type agree, or channel, publisher and the id of
 * the publish. An encrypted payload is compared as it was sent. The name that matched does not count, since one message may
 * come for a channel, a group and a wildcard.
 */
export class DeliveryWindow {
  readonly #limit: number;
  readonly #fingerprints: Fingerprints;
  // By key, in two generations of up to `limit` entries each: to forget entries one by one would cost several
  // times more than all the rest.
  #young = new Map<string, Seen>();
  #old: ReadonlyMap<string, Seen> = new Map();
  #size = 0;
  #youngest: Timetoken = '0';
  #oldest: Timetoken = '0';
  #forgotten: Timetoken = '0';

  /** Looks back at least `limit` entries; `seed` is a random number from 0 up to 1. */
  constructor(limit: number, seed: number) {
    this.#limit = limit;
    this.#fingerprints = new Fingerprints(Math.floor(seed * 2 ** 32) | 0);
  }

  /** All entries above this timetoken are remembered; older ones may be forgotten. */
  get forgottenUpTo(): Timetoken {
    return this.#forgotten;
  }

  /**
   * Notes an entry at a time in monotonic milliseconds; returns what is remembered of it. What a backfill fetched is
   * recognised whatever its age. A row of the history knows no sequence number.
   */
  note(envelope: Sealed<WireEnvelope>, now: number, from: From = 'loop'): Seen {
    // What it was decrypted to does not count: a crypto module may fail for one copy.
    const { d, u, cmt, p, [SENT]: payload = d } = envelope;
    // History writes an empty text for absent metadata.
    const meta = u === '' || u === null ? undefined : u;
    const id = publishIdIn(meta);
    const content = this.#fingerprints.of(payload, meta, cmt || undefined);
    const isRow = from === 'history';
    const wanted = { key: id === undefined ? p.t : `#${id}`, envelope, content, isRow };
    const seen = this.#find(wanted);
    if (seen === undefined || (from === 'loop' && now - seen.at > WINDOW)) return this.#add(wanted, now);
    seen.copies++;
    if (!isRow) seen.sequence = envelope.s;
    if (compareTimetokens(p.t, seen.timetoken) > 0) {
      // The loop has not brought this one yet.
      seen.timetoken = p.t;
      seen.batch = undefined;
      this.#meet(p.t);
    }
    return seen;
  }

  /**
   * Forgets the older half if there is more than it looks back at. Between answers, so that all of one are known until it is
   * delivered, however many they are.
   */
  makeRoom(): void {
    if (this.#size >= this.#limit) this.#age();
  }

  /** Forgets everything. */
  clear(): void {
    this.#young.clear();
    this.#old = new Map();
    this.#size = 0;
    this.#youngest = this.#oldest = this.#forgotten = '0';
  }

  #find(wanted: Wanted): Seen | undefined {
    const { key } = wanted;
    const first = this.#young.get(key) ?? this.#old.get(key);
    // Most keys are new.
    if (first === undefined) return undefined;
    return among(this.#young.get(key), wanted) ?? among(this.#old.get(key), wanted);
  }

  #add({ key, envelope, content, isRow }: Wanted, at: number): Seen {
    const { c: channel, e: kind = EventKind.message, i: publisher, s, p } = envelope;
    const sequence = isRow ? null : s;
    this.#meet(p.t);
    const had = new Recipients();
    const { t: timetoken } = p;
    // One literal: it is made for each message.
    const seen = {
      key,
      timetoken,
      channel,
      kind,
      publisher,
      content,
      sequence,
      at,
      had,
      copies: 1,
      batch: undefined,
      pins: 0,
      next: undefined,
    };
    this.#keep(seen);
    this.#size += 1;
    return seen;
  }

  #keep(seen: Seen): void {
    seen.next = this.#young.get(seen.key);
    this.#young.set(seen.key, seen);
  }

  #meet(timetoken: Timetoken): void {
    if (compareTimetokens(timetoken, this.#youngest) > 0) this.#youngest = timetoken;
  }

  #age(): void {
    if (compareTimetokens(this.#oldest, this.#forgotten) > 0) this.#forgotten = this.#oldest;
    this.#oldest = this.#youngest;
    this.#youngest = '0';
    const gone = this.#old;
    this.#old = this.#young;
    this.#young = new Map();
    this.#size = 0;
    // Beside the limit, so that as many others are remembered.
    for (const first of gone.values()) {
      let seen: Seen | undefined = first;
      while (seen) {
        const { next, pins }: Seen = seen;
        if (pins > 0) this.#keep(seen);
        seen = next;
      }
    }
  }
}

function among(first: Seen | undefined, { key, envelope, content, isRow }: Wanted): Seen | undefined {
  const { c, e = EventKind.message, i, s, p } = envelope;
  for (let seen = first; seen; seen = seen.next) {
    if (seen.channel !== c || seen.publisher !== i) continue;
    if (key !== p.t) return seen;
    if (seen.content !== content || seen.kind !== e) continue;
    if (isRow || seen.sequence === null || seen.sequence === s) return seen;
  }
  return undefined;
}
