import type { Clock } from '../../protocol/clock.ts';
import type { Entry } from '../store/entry.ts';
import type { ShardLog, TailState } from '../store/log.ts';
import { type Stamp, ZERO_STAMP } from '../store/stamp.ts';
import type { Engine, ShardRules, ShardStore } from '../store/store.ts';
import { systemClock } from '../system.ts';
import type { ConformanceOptions } from './case.ts';
import { Choices } from './random.ts';

const DEFAULT_SCRIPTS = 20;
const DEFAULT_SEED = 1;
const PAGE = 200;
const PATIENCE_MS = 5_000;
// What happens in this process has happened by then.
const LOCAL_PATIENCE_MS = 50;
const PAUSE_MS = 5;

/** Rules that no case comes near, unless it says so. */
const ROOMY: ShardRules = {
  announceMax: 1_000,
  leaseMs: 300_000,
  history: { channelEntries: 1_000, entries: 10_000, bytes: 10_000_000, keepMs: 86_400_000 },
};

/** What a tail has reported. */
export interface Heard {
  readonly entries: Entry[];
  readonly states: TailState[];
  end(): void;
}

/** The surroundings of one run of a case: its engine, and what has been done so far. */
export class World {
  readonly #options: ConformanceOptions;
  readonly #clock: Clock;
  readonly #ends: (() => void | Promise<void>)[] = [];
  #engine: Engine | undefined;
  #keys = 0;
  #seed: number | undefined;
  #steps = 0;
  #step = '';

  constructor(options: ConformanceOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Where the case is: the seed and the last step of a script. Empty outside of scripts. */
  get place(): string {
    if (this.#seed === undefined) return '';
    return ` (seed ${this.#seed}, step ${this.#steps}${this.#step && `: ${this.#step}`})`;
  }

  /** The first engine of the case. */
  async engine(): Promise<Engine> {
    this.#engine ??= await this.#opened(await this.#options.open());
    return this.#engine;
  }

  /** The data of a new subscribe key. */
  async shard(rules: Partial<ShardRules> = {}): Promise<ShardStore> {
    return (await this.engine()).shard(this.key(), this.rules(rules));
  }

  /** The same new subscribe key in two processes. */
  async shards(rules: Partial<ShardRules> = {}): Promise<readonly [ShardStore, ShardStore]> {
    const [engine, key] = [await this.engine(), this.key()];
    const one = engine.shard(key, this.rules(rules));
    return [one, (await this.reopen(engine)).shard(key, this.rules(rules))];
  }

  /** A subscribe key that has not been used. */
  key(): string {
    return `conformance-${++this.#keys}`;
  }

  rules(rules: Partial<ShardRules> = {}): ShardRules {
    return { ...ROOMY, ...this.#options.rules, ...rules };
  }

  /** The data of an engine in another process. */
  async reopen(engine: Engine): Promise<Engine> {
    const { reopen } = this.#options;
    if (!reopen) throw new Error('The case should have said that it needs `reopen`.');
    return this.#opened(await reopen.call(this.#options, engine));
  }

  async advance(milliseconds: number): Promise<void> {
    await this.#options.advance?.(milliseconds);
  }

  async jump(milliseconds: number): Promise<void> {
    await this.#options.jump?.(milliseconds);
  }

  /** Plays random scripts, each with a seed of its own. */
  async scripts(play: (choices: Choices) => Promise<void>): Promise<void> {
    const { random = DEFAULT_SEED, scripts = DEFAULT_SCRIPTS } = this.#options;
    for (let script = 0; script < scripts; script++) {
      this.#seed = random + script;
      this.#steps = 0;
      this.#step = '';
      await play(new Choices(this.#seed));
    }
    this.#seed = undefined;
  }

  /** Notes the next step of a script. */
  step(text: string): void {
    this.#steps++;
    this.#step = text;
  }

  /** Follows a log until the end of the case. */
  async tail(log: ShardLog, onEntry?: (entry: Entry) => void): Promise<Heard> {
    const entries: Entry[] = [];
    const states: TailState[] = [];
    const end = await log.tail({
      onEntry: (entry) => {
        entries.push(entry);
        onEntry?.(entry);
      },
      onState: (state) => states.push(state),
    });
    this.#ends.push(end);
    return { entries, states, end };
  }

  /** Waits until it is so, in real time: what another process does takes a while to come. */
  async until(holds: () => boolean, expected: string): Promise<void> {
    const patience = this.#engine?.isLocal ? LOCAL_PATIENCE_MS : PATIENCE_MS;
    for (let waited = 0; !holds(); waited += PAUSE_MS) {
      if (waited > patience) throw new Error(`Expected ${expected} within ${patience} ms.`);
      await new Promise<void>((resolve) => this.#clock.setTimeout(resolve, PAUSE_MS));
    }
  }

  /** Ends tails, and closes the engines, the last one first. */
  async close(): Promise<void> {
    for (const end of this.#ends.reverse()) await end();
  }

  #opened(engine: Engine): Engine {
    this.#ends.push(() => engine.close());
    return engine;
  }
}

/** All entries after a position, each page asked for where the one before ended. */
export async function entriesAfter(log: ShardLog, after: Stamp = ZERO_STAMP): Promise<readonly Entry[]> {
  const all: Entry[] = [];
  for (let position = after; ; ) {
    const { entries, upto } = await log.readAfter(position, PAGE);
    all.push(...entries);
    if (entries.length < PAGE) return all;
    if (upto <= position) throw new Error(`Expected a page after ${position} to end later, got ${upto}.`);
    position = upto;
  }
}
