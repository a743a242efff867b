import type { PNPresenceEventResult } from '../../listeners/events.ts';
import { isRecord, sizeOf } from '../../wire/read.ts';
import { type Occupant, occupantOf } from './occupant-set.ts';

/** The users that a change concerns. */
export interface Changes {
  readonly leave: readonly Occupant[];
  readonly join: readonly Occupant[];
  readonly update: readonly Occupant[];
}

/** Users of one set, at most. */
export const MOST_USERS = 10_000;
/** Characters of their names and states, at most. */
const MOST_TEXT = 4 * 1024 * 1024;

/** The users of a channel, as far as there is room. */
export class Roster {
  readonly #all = new Map<string, Occupant>();
  #text = 0;
  /** Whether users were left out. */
  hasMore = false;

  get size(): number {
    return this.#all.size;
  }

  get(uuid: string): Occupant | undefined {
    return this.#all.get(uuid);
  }

  values(): IterableIterator<Occupant> {
    return this.#all.values();
  }

  /** Adds a user, or replaces the state of one who is there. Returns whether there was room. */
  set(occupant: Occupant): boolean {
    const { uuid } = occupant;
    const text = this.#text + textOf(occupant) - textOf(this.#all.get(uuid));
    if ((this.#all.size >= MOST_USERS && !this.#all.has(uuid)) || text > MOST_TEXT) {
      this.hasMore = true;
      return false;
    }
    this.#text = text;
    this.#all.set(uuid, occupant);
    return true;
  }

  /** Takes a user out, and returns who it was. */
  delete(uuid: string): Occupant | undefined {
    const occupant = this.#all.get(uuid);
    this.#text -= textOf(occupant);
    this.#all.delete(uuid);
    return occupant;
  }

  /** Carries out a presence event. Each says what is, not what changes: one that is known already changes nothing. */
  apply({ event, uuid, state, joined, left, timedOut }: PNPresenceEventResult): Changes {
    const gone = event === 'leave' || event === 'timeout' ? [uuid] : [...left, ...timedOut];
    const leave = gone.flatMap((user) => (user === undefined ? [] : (this.delete(user) ?? [])));
    const come = event === 'join' ? [uuid] : joined;
    const join: Occupant[] = [];
    for (const user of come) {
      if (user === undefined || this.#all.has(user)) continue;
      const occupant = occupantOf(user, state);
      if (this.set(occupant)) join.push(occupant);
    }
    return { leave, join, update: this.#update(uuid, event === 'state-change' ? (state ?? {}) : state) };
  }

  // The state of a user who is present, and has another one.
  #update(uuid = '', state: Occupant['state']): readonly Occupant[] {
    const before = this.#all.get(uuid);
    if (!before || !state || isSame(before.state ?? {}, state)) return [];
    const occupant = occupantOf(uuid, state);
    return this.set(occupant) ? [occupant] : [];
  }
}

/** What leads from one roster to another. */
export function changesBetween(before: Roster, after: Roster): Changes {
  const leave = [...before.values()].filter(({ uuid }) => !after.get(uuid));
  const join: Occupant[] = [];
  const update: Occupant[] = [];
  for (const occupant of after.values()) {
    const old = before.get(occupant.uuid);
    if (!old) join.push(occupant);
    else if (!isSame(old.state ?? {}, occupant.state ?? {})) update.push(occupant);
  }
  return { leave, join, update };
}

function textOf(occupant: Occupant | undefined): number {
  return occupant ? occupant.uuid.length + sizeOf(occupant.state) : 0;
}

// States are JSON. Compared by members, since a server may keep them in any order. Without recursion: a state of 32 kB may be
// deeper than the call stack.
function isSame(one: unknown, other: unknown): boolean {
  const left: [unknown, unknown][] = [[one, other]];
  for (let pair = left.pop(); pair; pair = left.pop()) {
    const [a, b] = pair;
    if (a === b) continue;
    const members = bothOf(a, b);
    if (!members) return false;
    for (const both of members) left.push(both);
  }
  return true;
}

// The members of two lists, or of two objects, if they have the same names.
function bothOf(a: unknown, b: unknown): [unknown, unknown][] | undefined {
  const isList = Array.isArray(a) && Array.isArray(b);
  if (!isList && !(isRecord(a) && isRecord(b))) return undefined;
  const members = Object.entries(a);
  const others = new Map<string, unknown>(Object.entries(b));
  if (members.length !== others.size || !members.every(([name]) => others.has(name))) return undefined;
  return members.map(([name, member]) => [member, others.get(name)]);
}
