import type { Clock } from '../../../protocol/clock.ts';
import { CLOCK, checkOptions, FUNCTION, type Kinds } from '../../checks.ts';
import { systemClock, systemRandom } from '../../system.ts';
import { laterStamp, type Stamp, stampOf, ZERO_STAMP } from '../stamp.ts';
import { type Engine, type ShardRules, type ShardStore, ShardsFull } from '../store.ts';
import { MemoryAccess } from './access.ts';
import { MemoryActions } from './actions.ts';
import { MemoryFiles } from './files.ts';
import { MemoryGroups } from './groups.ts';
import { MemoryHistory } from './history.ts';
import { LiveRules } from './live-rules.ts';
import { MemoryLog } from './log.ts';
import { MemoryObjects } from './objects.ts';
import { MemoryPresence } from './presence.ts';
import { MemoryPush } from './push.ts';

const MAX_EPOCH = 999_999;

/** The options of an engine in memory. */
export interface MemoryEngineOptions {
  /** Default: the machine's. */
  readonly clock?: Clock | undefined;
  /** Uniform numbers in [0, 1). Default: the machine's. */
  readonly random?: (() => number) | undefined;
}

const OPTIONS: Kinds<MemoryEngineOptions> = Object.freeze({ clock: CLOCK, random: FUNCTION });

/** Keeps all data in the memory of this process. */
export class MemoryEngine implements Engine {
  readonly isLocal = true;
  readonly #clock: Clock;
  readonly #random: () => number;
  #began: number;
  #epochNow: number | undefined;
  // In the order of their last use.
  readonly #shards = new Map<string, Held>();
  // Above every stamp of the shards that were forgotten, and the end of what was lost with them.
  #floor: Stamp = ZERO_STAMP;
  #lostUpto: Stamp = ZERO_STAMP;

  constructor(options: MemoryEngineOptions = {}) {
    checkOptions('MemoryEngine', options, OPTIONS);
    const { clock = systemClock, random = systemRandom } = options;
    this.#clock = clock;
    this.#random = random;
    this.#began = clock.now();
  }

  shard(subscribeKey: string, rules: ShardRules): ShardStore {
    const known = this.#shards.get(subscribeKey);
    if (!known && this.#shards.size >= (rules.shards ?? Number.POSITIVE_INFINITY)) this.#makeRoom();
    known?.rules.replace(rules);
    const held = known ?? this.#create(new LiveRules(rules));
    held.users++;
    this.#shards.delete(subscribeKey);
    this.#shards.set(subscribeKey, held);
    return held.store;
  }

  /** Forgets a shard that nobody uses, if it has never held anything. */
  release(subscribeKey: string): void {
    const held = this.#shards.get(subscribeKey);
    if (held && --held.users <= 0 && this.isBlank(subscribeKey)) this.#forget(subscribeKey, held);
  }

  isBlank(subscribeKey: string): boolean {
    const { store } = this.#shards.get(subscribeKey) ?? {};
    return !store || (store.log.isEmpty && partsOf(store).every(({ size }) => size === 0));
  }

  /**
   * Loses the newest entries of each log, as a copy of a store may that takes over after a failure: clients are told that
   * entries may be missing. For tests of what depends on it.
   */
  failOver(options: { readonly lost?: number } = {}): void {
    const epoch = (this.#epoch % MAX_EPOCH) + 1;
    this.#epochNow = epoch;
    for (const { store } of this.#shards.values()) store.log.failOver({ lost: options.lost ?? 0, epoch });
  }

  async close(): Promise<void> {
    this.#shards.clear();
  }

  // Random, not 1: a client that comes back after a restart must detect the other log. On first use, since a worker has
  // no random numbers before its first request.
  get #epoch(): number {
    this.#epochNow ??= 1 + Math.floor(this.#random() * MAX_EPOCH);
    return this.#epochNow;
  }

  // The shard that was used the longest ago goes first, of those with nothing but messages and presence.
  #makeRoom(): void {
    for (const [subscribeKey, held] of this.#shards) {
      if (held.users > 0 || durableOf(held.store).some(({ size }) => size > 0)) continue;
      this.#forget(subscribeKey, held);
      return;
    }
    throw new ShardsFull();
  }

  // A shard that begins anew stamps above the one before, and its log is trimmed as far as entries were lost.
  #forget(subscribeKey: string, { store }: Held): void {
    this.#shards.delete(subscribeKey);
    this.#floor = laterStamp(this.#floor, store.log.highest);
    if (!store.log.isEmpty) this.#lostUpto = laterStamp(this.#lostUpto, store.log.highest);
    for (const part of partsOf(store)) part.clear();
  }

  #create(live: LiveRules): Held {
    // A worker's clock stands at 0 until its first request.
    this.#began ||= this.#clock.now();
    const { rules } = live;
    const { budget } = rules;
    const history = new MemoryHistory(this.#clock, rules.history, budget);
    const began = stampOf(Math.floor(this.#began));
    const stamps = { began, floor: laterStamp(this.#floor, began), lost: this.#lostUpto };
    const log = new MemoryLog(this.#clock, {
      history,
      ...stamps,
      epoch: this.#epoch,
      rules: rules.log,
      budget,
    });
    const store: MemoryShard = {
      log,
      presence: new MemoryPresence(log, this.#clock, rules),
      groups: new MemoryGroups(log, rules.groups, budget),
      history,
      access: new MemoryAccess(log, this.#clock, { rules: rules.access, budget }),
      actions: new MemoryActions(log, history, { rules: rules.actions, budget }),
      files: new MemoryFiles(this.#clock, rules.files, budget),
      objects: new MemoryObjects(log, rules.objects, budget),
      push: new MemoryPush(rules.push, budget),
    };
    return { store, rules: live, users: 0 };
  }
}

/** A part of a shard that holds memory. */
interface Part {
  readonly size: number;
  clear(): void;
}

type MemoryShard = { readonly [part in keyof ShardStore]: ShardStore[part] & Part } & {
  readonly log: MemoryLog;
};

/** A shard with its rules and the number of its users. */
interface Held {
  readonly store: MemoryShard;
  readonly rules: LiveRules;
  users: number;
}

function durableOf({ groups, access, files, objects, push }: MemoryShard): readonly Part[] {
  return [groups, access, files, objects, push];
}

function partsOf(store: MemoryShard): readonly Part[] {
  return [store.log, store.presence, store.history, store.actions, ...durableOf(store)];
}
