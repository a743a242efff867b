import type { WireEnvelope } from '../../protocol/envelope.ts';
import { isEnvelope } from './envelope.ts';
import { groupOf } from './interest.ts';
import type { Names } from './names.ts';

/** How many pairs of name and channel are kept. */
const MOST = 1_000;

/** The channels on which entries came for each group or wildcard: the only way to know which channels these cover. */
export class Sightings {
  readonly #channels = new Map<string, Set<string>>();
  #size = 0;

  /** Notes the channel of an entry that came for a group or wildcard. */
  note({ c: channel, b: match }: WireEnvelope, group: string | undefined): void {
    if (group === undefined && (match === undefined || match === channel)) return;
    const name = group === undefined ? `c${match}` : `g${group}`;
    if (this.#channels.get(name)?.has(channel)) return;
    if (this.#size >= MOST) this.clear();
    const channels = this.#channels.get(name) ?? new Set();
    this.#channels.set(name, channels.add(channel));
    this.#size++;
  }

  /** Notes the entries of an answer to a poll for some names. */
  noteAll(entries: readonly unknown[], asked: Names): void {
    for (const entry of entries) if (isEnvelope(entry)) this.note(entry, groupOf(entry, asked));
  }

  /** The channels seen for a wildcard. */
  ofWildcard(name: string): readonly string[] {
    return [...(this.#channels.get(`c${name}`) ?? [])];
  }

  /** Whether a channel was seen for a group. */
  isInGroup(group: string, channel: string): boolean {
    return this.#channels.get(`g${group}`)?.has(channel) ?? false;
  }

  /** Forgets everything. */
  clear(): void {
    this.#channels.clear();
    this.#size = 0;
  }
}
