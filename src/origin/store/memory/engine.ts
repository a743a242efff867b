import type { Clock } from '../../../protocol/clock.ts';
import { stampOf } from '../stamp.ts';
import type { Engine, ShardRules, ShardStore } from '../store.ts';
import { MemoryAccess } from './access.ts';
import { MemoryActions } from './actions.ts';
import { MemoryFiles } from './files.ts';
import { MemoryGroups } from './groups.ts';
import { MemoryHistory } from './history.ts';
import { MemoryLog } from './log.ts';
import { MemoryObjects } from './objects.ts';
import { MemoryPresence } from './presence.ts';
import { MemoryPush } from './push.ts';

const MAX_EPOCH = 999_999;

/** The options of an engine in memory. */
export interface MemoryEngineOptions {
  readonly clock: Clock;
  /** Uniform numbers in [0, 1), as `Math.random` gives them. */
  readonly random: () => number;
}

/** Keeps all data in the memory of this process. */
export class MemoryEngine implements Engine {
  readonly exactTail = true;
  readonly #clock: Clock;
  readonly #random: () => number;
  #began: number;
  #epoch: number | undefined;
  readonly #shards = new Map<string, ShardStore>();

  constructor({ clock, random }: MemoryEngineOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#began = clock.now();
  }

  shard(subscribeKey: string, rules: ShardRules): ShardStore {
    const shard = this.#shards.get(subscribeKey) ?? this.#create(rules);
    this.#shards.set(subscribeKey, shard);
    return shard;
  }

  async epoch(): Promise<number> {
    // Random, not 1: a client that comes back after a restart must detect the other log. On first use, since a worker has
    // no random numbers before its first request.
    this.#epoch ??= 1 + Math.floor(this.#random() * MAX_EPOCH);
    return this.#epoch;
  }

  async close(): Promise<void> {
    this.#shards.clear();
  }

  #create(rules: ShardRules): ShardStore {
    // A worker's clock stands at 0 until its first request.
    this.#began ||= this.#clock.now();
    const history = new MemoryHistory(this.#clock, rules.history);
    const log = new MemoryLog(this.#clock, history, stampOf(Math.floor(this.#began)));
    return {
      log,
      presence: new MemoryPresence(log, this.#clock, rules),
      groups: new MemoryGroups(log, rules.groups),
      history,
      access: new MemoryAccess(this.#clock, rules.access),
      actions: new MemoryActions(log, history, rules.actions),
      files: new MemoryFiles(this.#clock, rules.files),
      objects: new MemoryObjects(log, rules.objects),
      push: new MemoryPush(rules.push),
    };
  }
}
