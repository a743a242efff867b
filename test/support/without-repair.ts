import type { Engine, Entry, ShardRules, ShardStore } from '../../src/origin/index.ts';
import { ZERO_STAMP } from '../../src/origin/store/stamp.ts';

/**
 * An engine whose origins believe that announcements are never lost: no entry names the one before it, nobody asks for the
 * newest one, and nobody is told that announcements stay out. For tests that have to find what that loses.
 */
export class WithoutRepair implements Engine {
  readonly isLocal = false;
  readonly #engine: Engine;

  constructor(engine: Engine) {
    this.#engine = engine;
  }

  shard(subscribeKey: string, rules: ShardRules): ShardStore {
    const { log, ...parts } = this.#engine.shard(subscribeKey, rules);
    return {
      ...parts,
      log: {
        append: (batch, options) => log.append(batch, options),
        fence: (floor) => log.fence(floor),
        began: () => log.began(),
        readAfter: (after, limit) => log.readAfter(after, limit),
        last: async () => ZERO_STAMP,
        tail: ({ onEntry, onState }) => {
          let isKnown = false;
          return log.tail({
            onEntry: (entry: Entry) => onEntry({ ...entry, prev: ZERO_STAMP }),
            onState: (state) => {
              if (!isKnown) onState(state);
              isKnown = true;
            },
          });
        },
      },
    };
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}
