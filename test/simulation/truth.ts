import type { Timetoken } from '../../src/index.ts';
import { isPresenceName, withoutPresence } from '../../src/protocol/names.ts';

export type EntryKind = 'message' | 'signal' | 'presence';

/** An entry that an origin took, as whoever receives it must see it. */
export interface Entry {
  /** The same for every copy, and for no other entry. */
  readonly key: string;
  /** When it was known to be taken, in the order of everything that happens. */
  readonly order: number;
  /** When the origin was asked to take it: what else it was asked for since may have come first. */
  readonly begun: number;
  readonly channel: string;
  readonly timetoken: Timetoken;
  /** Its places in the streams of the regions that know it, where they differ from its timetoken. */
  readonly places: readonly Timetoken[];
  readonly kind: EntryKind;
  /** Whether history keeps it. */
  readonly stored: boolean;
  /** How often the origin had begun anew before. */
  readonly life: number;
}

/** What makes an entry one of a kind. */
export interface Identity {
  readonly channel: string;
  readonly timetoken: Timetoken;
  readonly kind: EntryKind;
  readonly publisher: string | undefined;
  readonly payload: unknown;
  readonly meta: unknown;
  readonly type: string | undefined;
}

/** The key of an entry, from what the wire or an event says of it. */
export function keyOf({ channel, timetoken, kind, publisher, payload, meta, type }: Identity): string {
  return JSON.stringify([channel, timetoken, kind, publisher ?? null, payload, meta ?? null, type ?? null]);
}

interface Membership {
  readonly from: number;
  readonly life: number;
  /** When the channel was taken out by somebody. */
  until: number;
}

/** What an origin took, in order: what everybody must get is derived from it. */
export class Truth {
  readonly entries: Entry[] = [];
  readonly byKey = new Map<string, Entry>();
  /** Times that the origin has begun anew. */
  life = 0;
  #order = 0;
  readonly #groups = new Map<string, Map<string, Membership[]>>();

  /** The next place in the order of everything that happens. */
  tick(): number {
    this.#order += 1;
    return this.#order;
  }

  /** The origin took an entry. */
  take(
    entry: Identity & {
      readonly stored: boolean;
      readonly places?: readonly Timetoken[];
      readonly begun?: number;
    },
  ): void {
    const { channel, timetoken, kind, stored, places = [] } = entry;
    const key = keyOf(entry);
    const order = this.tick();
    const taken: Entry = {
      key,
      order,
      begun: entry.begun ?? order,
      channel,
      timetoken,
      places,
      kind,
      stored,
      life: this.life,
    };
    this.entries.push(taken);
    this.byKey.set(key, taken);
  }

  /** The origin changed a group. */
  regroup(group: string, add: readonly string[], remove: readonly string[]): void {
    const order = this.tick();
    const members = this.#groups.get(group) ?? new Map<string, Membership[]>();
    this.#groups.set(group, members);
    for (const channel of add) {
      const known = members.get(channel) ?? [];
      if (known.at(-1)?.life !== this.life || known.at(-1)?.until !== Number.POSITIVE_INFINITY)
        members.set(channel, [...known, { from: order, life: this.life, until: Number.POSITIVE_INFINITY }]);
    }
    for (const channel of remove) {
      const last = members.get(channel)?.at(-1);
      if (last && last.until > order) last.until = order;
    }
  }

  /** Whether an entry on this channel may come for the group: the channel is in it, or was. */
  mayGroup(group: string, channel: string): boolean {
    return this.#membership(group, channel).length > 0;
  }

  /**
   * Whether the entry must come for the group: its channel was in it when the origin was asked to take the entry, and
   * nobody has taken it out since. An origin that is asked for both at once does either first. A restart of the origin,
   * which forgets groups, is no excuse for what was published before.
   */
  mustGroup(group: string, { channel, begun, life }: Entry): boolean {
    return this.#membership(group, channel).some(
      (one) => one.life === life && one.from < begun && one.until === Number.POSITIVE_INFINITY,
    );
  }

  /** The channels that are in a group, as far as is known. */
  members(group: string): readonly string[] {
    return [...(this.#groups.get(group)?.keys() ?? [])];
  }

  #membership(group: string, channel: string): readonly Membership[] {
    if (isPresenceName(group) !== isPresenceName(channel)) return [];
    return this.#groups.get(withoutPresence(group))?.get(withoutPresence(channel)) ?? [];
  }
}
