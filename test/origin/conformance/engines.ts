import type { ConformanceOptions } from '../../../src/origin/conformance/index.ts';
import { type Engine, MemoryEngine } from '../../../src/origin/index.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** One of several processes that share an engine in memory: closing it closes it for this one alone. */
class Handle implements Engine {
  readonly isLocal = true;
  readonly memory: MemoryEngine;
  readonly #wrap: (engine: Engine) => Engine;

  constructor(memory: MemoryEngine, wrap: (engine: Engine) => Engine) {
    this.memory = memory;
    this.#wrap = wrap;
  }

  /** What a case opens, which is the handle in a wrapper. */
  readonly opened = (): Engine => this.#wrap(this);
  readonly shard: Engine['shard'] = (subscribeKey, rules) => this.memory.shard(subscribeKey, rules);
  readonly release = (subscribeKey: string): void => this.memory.release(subscribeKey);
  readonly isBlank = (subscribeKey: string): boolean => this.memory.isBlank(subscribeKey);
  readonly close = async (): Promise<void> => undefined;
}

/** The options for engines in memory, each in a wrapper, on one virtual clock. */
export function memoryOptions(wrap: (engine: Engine) => Engine = (engine) => engine) {
  const clock = new VirtualClock();
  const handles = new Map<Engine, Handle>();
  const track = (memory: MemoryEngine): Engine => {
    const handle = new Handle(memory, wrap);
    const opened = handle.opened();
    handles.set(opened, handle);
    return opened;
  };
  return {
    open: () => track(new MemoryEngine({ clock, random: () => 0.5 })),
    reopen: (engine) => {
      const known = handles.get(engine);
      if (!known) throw new Error('This engine was not opened here.');
      return track(known.memory);
    },
    advance: (milliseconds) => clock.advance(milliseconds),
    jump: (milliseconds) => clock.jump(milliseconds),
  } satisfies ConformanceOptions;
}
