import { Account, type Budget, LiveRoom } from '../budget.ts';
import {
  type KeyedObject,
  type MembershipRange,
  type ObjectKey,
  type ObjectProblem,
  type ObjectRange,
  type ObjectRules,
  type ObjectStore,
  type ObjectWrite,
  objectWeight,
  type StoredObject,
} from '../objects.ts';
import type { Page } from '../page.ts';
import type { MemoryLog } from './log.ts';
import { SortedMap } from './sorted-map.ts';

const NO_LIMITS: ObjectRules = {
  objects: Number.POSITIVE_INFINITY,
  memberships: Number.POSITIVE_INFINITY,
  characters: Number.POSITIVE_INFINITY,
};

/** The objects of one range, by their name in it. */
type Collection = SortedMap<KeyedObject>;

/** The growth of a batch. */
interface Growth {
  objects: number;
  characters: number;
  readonly collections: Map<string, number>;
}

/** The App Context of one shard, in memory. Each method does its work within one turn of the event loop. */
export class MemoryObjects implements ObjectStore {
  readonly #log: MemoryLog;
  readonly #rules: ObjectRules;
  readonly #collections = new Map<string, Collection>();
  readonly #account: Account;

  constructor(log: MemoryLog, rules: ObjectRules = NO_LIMITS, budget?: Budget) {
    this.#log = log;
    this.#rules = rules;
    const limits = new LiveRoom(rules, 'objects', 'characters');
    this.#account = new Account({ limits, budget });
  }

  /** Objects that are held. */
  get size(): number {
    return this.#account.entries;
  }

  /** Gives back all room: the objects are used no more. */
  clear(): void {
    this.#account.clear();
  }

  async get(keys: readonly ObjectKey[]): Promise<readonly (StoredObject | undefined)[]> {
    return keys.map((key) => this.#find(key)?.object);
  }

  async list(range: ObjectRange, page: Page): Promise<readonly KeyedObject[]> {
    return this.#collections.get(collectionOf(range))?.page(page) ?? [];
  }

  async count(range: ObjectRange): Promise<number> {
    return this.#sizeOf(collectionOf(range));
  }

  async write(batch: readonly ObjectWrite[], emptied?: MembershipRange): Promise<ObjectProblem | undefined> {
    if (batch.some(({ key, expected }) => this.#find(key)?.object.eTag !== expected)) return 'conflict';
    const growth = this.#growthOf(batch);
    const rest = emptied && collectionOf(emptied);
    if (rest !== undefined && this.#sizeOf(rest) + (growth.collections.get(rest) ?? 0) > 0) return 'conflict';
    const excess = this.#excessOf(growth);
    if (excess) return excess;
    for (const write of batch) this.#put(write);
    this.#account.add(growth.objects, growth.characters);
    this.#log.appendNow(batch.flatMap(({ announce }) => announce));
    return undefined;
  }

  #sizeOf(collection: string): number {
    return this.#collections.get(collection)?.size ?? 0;
  }

  #find(key: ObjectKey): KeyedObject | undefined {
    const [collection, name] = placesOf(key)[0];
    return this.#collections.get(collection)?.get(name);
  }

  #growthOf(batch: readonly ObjectWrite[]): Growth {
    const growth: Growth = { objects: 0, characters: 0, collections: new Map() };
    for (const { key, object } of batch) {
      const known = this.#find(key);
      const more = Number(object !== undefined) - Number(known !== undefined);
      growth.objects += more;
      growth.characters += (object ? objectWeight({ key, object }) : 0) - (known ? objectWeight(known) : 0);
      if (key.type !== 'membership') continue;
      for (const [collection] of placesOf(key))
        growth.collections.set(collection, (growth.collections.get(collection) ?? 0) + more);
    }
    return growth;
  }

  // A batch that shrinks is allowed, also above the limits.
  #excessOf({ objects, characters, collections }: Growth): ObjectProblem | undefined {
    const rules = this.#rules;
    const excess = this.#account.excess(objects, characters);
    if (excess) return excess === 'entries' ? 'objects' : 'characters';
    for (const [collection, more] of collections) {
      if (more > 0 && this.#sizeOf(collection) + more > rules.memberships) return 'memberships';
    }
    return undefined;
  }

  #put({ key, object }: ObjectWrite): void {
    for (const [name, entry] of placesOf(key)) {
      const collection = this.#collections.get(name) ?? new SortedMap<KeyedObject>();
      if (object) collection.set(entry, { key, object });
      else collection.delete(entry);
      if (collection.size > 0) this.#collections.set(name, collection);
      else this.#collections.delete(name);
    }
  }
}

type Place = readonly [collection: string, entry: string];

// A membership stands with its user and with its channel.
function placesOf(key: ObjectKey): readonly [Place, ...Place[]] {
  if (key.type === 'uuid') return [['uuid', key.uuid]];
  if (key.type === 'channel') return [['channel', key.channel]];
  return [
    [`uuid/${key.uuid}`, key.channel],
    [`channel/${key.channel}`, key.uuid],
  ];
}

function collectionOf(range: ObjectRange): string {
  if (range.type !== 'membership') return range.type;
  return 'uuid' in range ? `uuid/${range.uuid}` : `channel/${range.channel}`;
}
