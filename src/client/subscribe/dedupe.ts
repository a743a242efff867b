import type { WireEnvelope } from '../../protocol/envelope.ts';
import { fingerprint } from './fingerprint.ts';

/** How long the window looks back, in milliseconds. */
const WINDOW = 5 * 60_000;

interface Seen {
  readonly at: number;
  /** The subscribed names under which copies came. */
  readonly matches: string[];
}

/**
 * Recognises copies of an entry among the last ones. Two entries are one when channel, publish timetoken, kind,
 * publisher, sequence and payload agree; the name that matched does not count, since one message may come for a channel,
 * a group and a wildcard.
 */
export class DedupeWindow {
  readonly #limit: number;
  readonly #seen = new Map<string, Seen>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Notes an entry. Returns the names under which copies of it came before: `[]` when it is new, `undefined` when it
   * came under this very name.
   */
  note(envelope: WireEnvelope, now: number): readonly string[] | undefined {
    if (this.#limit === 0) return [];
    const match = envelope.b ?? envelope.c;
    const key = `${envelope.c} ${envelope.p.t} ${envelope.e ?? ''} ${envelope.i ?? ''} ${envelope.s ?? ''} ${fingerprint(envelope.d)}`;
    const seen = this.#seen.get(key);
    if (seen === undefined || now - seen.at > WINDOW) {
      this.#seen.delete(key);
      this.#seen.set(key, { at: now, matches: [match] });
      this.#evict();
      return [];
    }
    if (seen.matches.includes(match)) return undefined;
    const before = [...seen.matches];
    seen.matches.push(match);
    return before;
  }

  /** Forgets everything. */
  clear(): void {
    this.#seen.clear();
  }

  #evict(): void {
    if (this.#seen.size <= this.#limit) return;
    const oldest = this.#seen.keys().next();
    if (!oldest.done) this.#seen.delete(oldest.value);
  }
}
