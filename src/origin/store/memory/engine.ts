import type { Clock } from '../../../protocol/clock.ts';
import { type Stamp, stampOf } from '../stamp.ts';
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
  // Random, not 1: a client that comes back after a restart must detect the other log.
  readonly #epoch: number;
  readonly #began: Stamp;
  readonly #shards = new Map<string, ShardStore>();

  constructor({ clock, random }: MemoryEngineOptions) {
    this.#clock = clock;
    this.#began = stampOf(Math.floor(clock.now()));
    this.#epoch = 1 + Math.floor(random() * MAX_EPOCH);
  }

  shard(subscribeKey: string, rules: ShardRules): ShardStore {
    const shard = this.#shards.get(subscribeKey) ?? this.#create(rules);
    this.#shards.set(subscribeKey, shard);
    return shard;
  }

  async epoch(): Promise<number> {
    return this.#epoch;
  }

  async close(): Promise<void> {
    this.#shards.clear();
  }

  #create(rules: ShardRules): ShardStore {
    const history = new MemoryHistory(this.#clock, rules.history);
    const log = new MemoryLog(this.#clock, history, this.#began);
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
