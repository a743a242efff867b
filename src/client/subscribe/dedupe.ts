import { EventKind, type WireEnvelope } from '../../protocol/envelope.ts';
import { fingerprint } from './fingerprint.ts';

/** How long the window looks back, in milliseconds. */
const WINDOW = 5 * 60_000;

interface Seen {
  readonly channel: string;
  readonly kind: number;
  readonly publisher: string | undefined;
  readonly sequence: number | undefined;
  readonly payload: number;
  readonly at: number;
  /** The subscribed names under which copies came. */
  readonly matches: string[];
  /** Another entry of the same timetoken. */
  readonly next: Seen | undefined;
}

/**
 * Recognises copies of an entry among the last ones. Two entries are one when channel, publish timetoken, kind,
 * publisher, sequence and payload agree; the name that matched does not count, since one message may come for a channel,
 * a group and a wildcard.
 */
export class DedupeWindow {
  readonly #limit: number;
  // By timetoken, in two generations of up to `limit` entries each: to forget entries one by one would cost several
  // times more than all the rest.
  #young = new Map<string, Seen>();
  #old: ReadonlyMap<string, Seen> = new Map();
  #size = 0;

  /** Looks back at least `limit` entries; at none when it is 0. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Notes an entry. Returns the names under which copies of it came before: `[]` when it is new, `undefined` when it
   * came under this very name.
   */
  note(envelope: WireEnvelope, now: number): readonly string[] | undefined {
    if (this.#limit === 0) return NEW;
    const payload = fingerprint(envelope.d);
    const match = envelope.b ?? envelope.c;
    const seen = this.#find(envelope, payload);
    if (seen === undefined || now - seen.at > WINDOW) {
      this.#add(envelope, { payload, at: now, matches: [match] });
      return NEW;
    }
    if (seen.matches.includes(match)) return undefined;
    const before = [...seen.matches];
    seen.matches.push(match);
    return before;
  }

  /** Forgets everything. */
  clear(): void {
    this.#young.clear();
    this.#old = new Map();
    this.#size = 0;
  }

  #find(envelope: WireEnvelope, payload: number): Seen | undefined {
    const { t } = envelope.p;
    return among(this.#young.get(t), envelope, payload) ?? among(this.#old.get(t), envelope, payload);
  }

  #add(
    { c: channel, e: kind = EventKind.message, i: publisher, s: sequence, p: { t } }: WireEnvelope,
    noted: Pick<Seen, 'payload' | 'at' | 'matches'>,
  ): void {
    if (this.#size >= this.#limit) {
      this.#old = this.#young;
      this.#young = new Map();
      this.#size = 0;
    }
    const { payload, at, matches } = noted;
    const next = this.#young.get(t);
    this.#young.set(t, { channel, kind, publisher, sequence, payload, at, matches, next });
    this.#size += 1;
  }
}

const NEW: readonly string[] = Object.freeze([]);

function among(
  first: Seen | undefined,
  { c, e = EventKind.message, i, s }: WireEnvelope,
  payload: number,
): Seen | undefined {
  for (let seen = first; seen; seen = seen.next) {
    const same = seen.payload === payload && seen.channel === c && seen.publisher === i;
    if (same && seen.kind === e && seen.sequence === s) return seen;
  }
  return undefined;
}
