import { EventKind, type WireEnvelope } from '../../protocol/envelope.ts';
import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import { Fingerprints } from './fingerprint.ts';
import { Recipients } from './recipients.ts';

/** A copy that arrives later than this, in milliseconds, is a new entry. */
const WINDOW = 5 * 60_000;

/** One entry, whatever the number of its copies, and the recipients that have had it. */
export interface Seen {
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
  /** The batch of the loop that brought it first, if any. */
  batch: number | undefined;
  /** Another entry of the same timetoken. */
  readonly next: Seen | undefined;
}

interface Wanted {
  readonly envelope: WireEnvelope;
  readonly content: number;
  readonly isRow: boolean;
}

/**
 * Remembers the last entries, live and older ones alike, and the recipients of each. Two entries are one when channel,
 * publish timetoken, kind, publisher, sequence, payload, `meta` and custom type agree; the name that matched does not
 * count, since one message may come for a channel, a group and a wildcard.
 */
export class DeliveryWindow {
  readonly #limit: number;
  readonly #fingerprints: Fingerprints;
  // By timetoken, in two generations of up to `limit` entries each: to forget entries one by one would cost several
  // times more than all the rest.
  #young = new Map<Timetoken, Seen>();
  #old: ReadonlyMap<Timetoken, Seen> = new Map();
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
   * Notes an entry at a time in monotonic milliseconds; returns what is remembered of it. A row of the history knows no
   * sequence number, and is recognised whatever its age.
   */
  note(envelope: WireEnvelope, now: number, isRow = false): Seen {
    const { d, u, cmt } = envelope;
    // History writes an empty text for absent metadata.
    const meta = u === '' || u === null ? undefined : u;
    const content = this.#fingerprints.of(d, meta, cmt || undefined);
    const seen = this.#find(envelope, content, isRow);
    if (seen === undefined || (!isRow && now - seen.at > WINDOW))
      return this.#add(envelope, { content, isRow }, now);
    seen.copies++;
    if (!isRow) seen.sequence = envelope.s;
    return seen;
  }

  /** Forgets everything. */
  clear(): void {
    this.#young.clear();
    this.#old = new Map();
    this.#size = 0;
    this.#youngest = this.#oldest = this.#forgotten = '0';
  }

  #find(envelope: WireEnvelope, content: number, isRow: boolean): Seen | undefined {
    const { t } = envelope.p;
    const first = this.#young.get(t) ?? this.#old.get(t);
    // Most timetokens are new.
    if (first === undefined) return undefined;
    const wanted = { envelope, content, isRow };
    return among(this.#young.get(t), wanted) ?? among(this.#old.get(t), wanted);
  }

  #add(envelope: WireEnvelope, { content, isRow }: Omit<Wanted, 'envelope'>, at: number): Seen {
    const { c: channel, e: kind = EventKind.message, i: publisher, s, p } = envelope;
    const sequence = isRow ? null : s;
    if (this.#size >= this.#limit) this.#age();
    if (compareTimetokens(p.t, this.#youngest) > 0) this.#youngest = p.t;
    const next = this.#young.get(p.t);
    const had = new Recipients();
    const seen = { channel, kind, publisher, content, sequence, at, had, copies: 1, batch: undefined, next };
    this.#young.set(p.t, seen);
    this.#size += 1;
    return seen;
  }

  #age(): void {
    if (compareTimetokens(this.#oldest, this.#forgotten) > 0) this.#forgotten = this.#oldest;
    this.#oldest = this.#youngest;
    this.#youngest = '0';
    this.#old = this.#young;
    this.#young = new Map();
    this.#size = 0;
  }
}

function among(first: Seen | undefined, { envelope, content, isRow }: Wanted): Seen | undefined {
  const { c, e = EventKind.message, i, s } = envelope;
  for (let seen = first; seen; seen = seen.next) {
    const same = seen.content === content && seen.channel === c && seen.publisher === i && seen.kind === e;
    if (same && (isRow || seen.sequence === null || seen.sequence === s)) return seen;
  }
  return undefined;
}
