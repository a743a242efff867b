import fc from 'fast-check';
import type { PublishQueue, QueueStorage } from 'timetoken/features';
import { createTestNetwork, type TestNetwork } from 'timetoken/testing';
import { describe, expect, it } from 'vitest';

/** What one process sees of a storage: nothing that it does after its death has an effect. */
class Disk implements QueueStorage {
  readonly #map: Map<string, string>;
  #left: number;

  /** `left`: operations until the process dies, each of them half done. */
  constructor(map: Map<string, string>, left: number) {
    this.#map = map;
    this.#left = left;
  }

  async put(key: string, value: string): Promise<void> {
    await this.#step();
    this.#map.set(key, value);
    await this.#step();
  }

  async delete(key: string): Promise<void> {
    await this.#step();
    this.#map.delete(key);
    await this.#step();
  }

  async *entries(): AsyncGenerator<readonly [string, string]> {
    for (const entry of [...this.#map]) {
      await this.#step();
      yield entry;
    }
  }

  die(): void {
    this.#left = 0;
  }

  #step(): Promise<void> {
    return this.#left-- > 0 ? Promise.resolve() : new Promise(() => undefined);
  }
}

type Step =
  | { readonly do: 'publish'; readonly count: number }
  | { readonly do: 'pass' | 'sleep'; readonly milliseconds: number }
  | {
      readonly do: 'fail';
      readonly what: 'publish' | 'fetchMessages' | 'time';
      readonly fault: Fault;
      readonly times: number;
    }
  | { readonly do: 'offline' | 'online' }
  | { readonly do: 'crash'; readonly left: number };
type Fault = 'refused' | 'reset' | 'truncated' | 'stall' | 'hang' | 'html' | 'busy';

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 5 }) }),
  fc.record({
    do: fc.constantFrom('pass' as const, 'pass' as const, 'sleep' as const),
    milliseconds: fc.constantFrom(0, 1, 40, 2_000, 20_000, 130_000, 900_000),
  }),
  fc.record({
    do: fc.constant('fail' as const),
    what: fc.constantFrom('publish' as const, 'publish' as const, 'fetchMessages' as const, 'time' as const),
    fault: fc.constantFrom<Fault>('refused', 'reset', 'truncated', 'stall', 'hang', 'html', 'busy'),
    times: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ do: fc.constantFrom('offline' as const, 'online' as const) }),
  fc.record({ do: fc.constant('crash' as const), left: fc.integer({ min: 0, max: 40 }) }),
);

/** How a queue sends. */
interface Manner {
  readonly ordered: boolean;
  readonly maxPerSecond?: number;
}

/** A program over one storage, through any number of processes. */
class Program {
  readonly map = new Map<string, string>();
  readonly told: unknown[] = [];
  readonly promised: Promise<unknown>[] = [];
  readonly #network: TestNetwork;
  readonly #manner: Manner;
  #disk = new Disk(this.map, Number.POSITIVE_INFINITY);
  #queue: PublishQueue<unknown>;
  #next = 0;

  constructor(network: TestNetwork, manner: Manner) {
    this.#network = network;
    this.#manner = manner;
    this.#queue = this.#start();
  }

  async play(step: Step): Promise<void> {
    const { clock } = this.#network;
    if (step.do === 'publish') for (let count = 0; count < step.count; count++) this.#publish();
    if (step.do === 'pass') await clock.advance(step.milliseconds);
    if (step.do === 'sleep') await this.#network.sleep(step.milliseconds);
    if (step.do === 'offline' || step.do === 'online') this.#network[step.do]();
    if (step.do === 'fail')
      this.#network.fail(step.what, {
        with: step.fault === 'busy' ? { status: 503 } : step.fault,
        times: step.times,
      });
    if (step.do === 'crash') await this.#crash(step.left);
  }

  /** Starts once more, without faults, and sends all that is left. */
  async finish(): Promise<void> {
    this.#network.online();
    await this.#network.clock.advance(900_000);
    await this.#crash(Number.POSITIVE_INFINITY);
    this.told.splice(0);
    const drained = this.#queue.drain();
    await this.#network.clock.advance(900_000);
    await drained;
  }

  #publish(): void {
    const sent = this.#queue.publish(this.#next++);
    sent.catch(() => undefined);
  }

  async #crash(left: number): Promise<void> {
    this.#disk.die();
    await this.#network.client('alice').close();
    // A dead disk answers nothing.
    void this.#queue.close();
    this.#disk = new Disk(this.map, left);
    this.#queue = this.#start();
  }

  #start(): PublishQueue<unknown> {
    return this.#network.client('alice').publishQueue('room', {
      ...this.#manner,
      persistTo: this.#disk,
      onError: ({ code }) => this.told.push(code),
    });
  }

  /** Numbers that the storage has. */
  get waiting(): readonly number[] {
    return [...this.map.values()].map((text) => JSON.parse(text).m);
  }
}

async function run(steps: readonly Step[], manner: Manner): Promise<void> {
  await using network = createTestNetwork();
  const program = new Program(network, manner);
  const accepted = new Set<number>();
  for (const step of steps) {
    await program.play(step);
    for (const number of program.waiting) accepted.add(number);
  }
  await program.finish();
  const reader = network.client('reader');
  const { messages } = await reader.history().channel('room').execute();
  const stored = messages.map(({ entry }) => Number(entry));
  const sorted = [...new Set(stored)].sort((one, other) => one - other);
  expect(manner.ordered ? stored : [...stored].sort((one, other) => one - other)).toEqual(sorted);
  expect([...accepted].filter((number) => !stored.includes(number))).toEqual([]);
  expect([program.told, program.map.size]).toEqual([[], 0]);
}

describe('whatever fails, and wherever a process ends', () => {
  it.each<Manner>([{ ordered: true }, { ordered: false }, { ordered: false, maxPerSecond: 2 }])(
    'each message that the storage had is stored once, in order where that is asked for: %j',
    async (manner) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 14 }), (steps) => run(steps, manner)),
        { numRuns: Number(process.env['TIMETOKEN_RUNS'] ?? 40) },
      );
    },
    300_000,
  );

  it('a machine that sleeps while kept messages wait for their turn has sent them when it is awake', async () => {
    const publish = { do: 'publish', count: 3 } as const;
    const refused = { do: 'fail', what: 'publish', fault: 'refused', times: 3 } as const;
    await run(
      [
        refused,
        publish,
        { do: 'pass', milliseconds: 500 },
        { do: 'crash', left: 100 },
        { do: 'sleep', milliseconds: 130_000 },
      ],
      { ordered: false, maxPerSecond: 2 },
    );
  });
});
