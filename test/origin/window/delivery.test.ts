import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { WireSubscribeAnswer } from '../../../src/protocol/envelope.ts';
import { isPending, originNetwork, TestInterruption } from '../../support/origin-network.ts';
import { settle } from '../../support/virtual-clock.ts';

const CHANNELS = ['a', 'b', 'c.x', 'c.y.z', 'other'];
const NAMES = 'a,b,c.*';
const HEARD = new Set(['a', 'b', 'c.x', 'c.y.z']);

type Step =
  | { readonly kind: 'publish'; readonly channel: string }
  | { readonly kind: 'burst'; readonly channels: readonly string[] }
  | { readonly kind: 'poll' }
  | { readonly kind: 'settle' }
  | { readonly kind: 'hang up' }
  | { readonly kind: 'time'; readonly milliseconds: number };

const channel = fc.constantFrom(...CHANNELS);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('publish' as const), channel }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('burst' as const),
      channels: fc.array(channel, { maxLength: 5 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('poll' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('settle' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('hang up' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('time' as const), milliseconds: fc.nat(300_000) }) },
);

/** A client with one cursor: polls when told, and takes an answer only if it has not hung up by then. */
class Poller {
  readonly heard: unknown[] = [];
  #cursor: string;
  #flight: { answer: Promise<WireSubscribeAnswer>; interruption: TestInterruption } | undefined;
  readonly #subscribe: ReturnType<typeof originNetwork>['subscribe'];

  constructor(cursor: string, subscribe: ReturnType<typeof originNetwork>['subscribe']) {
    this.#cursor = cursor;
    this.#subscribe = subscribe;
  }

  poll(): void {
    if (this.#flight) return;
    const interruption = new TestInterruption();
    const answer = this.#subscribe(NAMES, { tt: this.#cursor }, { interruption });
    const flight = { answer, interruption };
    this.#flight = flight;
    answer.then(({ t, m }) => {
      if (this.#flight !== flight) return;
      this.#flight = undefined;
      this.#cursor = t.t;
      this.heard.push(...m.map(({ d }) => d));
    });
  }

  hangUp(): void {
    this.#flight?.interruption.abort();
    this.#flight = undefined;
  }
}

test('any interleaving of publishes, polls and hang-ups delivers each message once and in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { clock, origin, publish, subscribe } = originNetwork();
      const poller = new Poller((await subscribe(NAMES)).t.t, subscribe);
      const published: number[] = [];
      let count = 0;
      const send = (name: string) => {
        count += 1;
        if (HEARD.has(name)) published.push(count);
        return publish(name, count);
      };
      for (const { kind, ...rest } of steps) {
        if (kind === 'poll') poller.poll();
        else if (kind === 'hang up') poller.hangUp();
        else if (kind === 'settle') await settle(1);
        else if ('milliseconds' in rest) await clock.advance(rest.milliseconds);
        else if ('channels' in rest) await Promise.all(rest.channels.map(send));
        else if ('channel' in rest) await send(rest.channel);
      }
      for (let round = 0; round < 3; round++) {
        poller.poll();
        await settle(2);
      }
      expect(poller.heard).toEqual(published);
      await origin.close();
      expect(clock.pending).toBe(0);
    }),
    { numRuns: 150 },
  );
});

test('a message wakes only those who listen to it', async () => {
  const { origin, publish, subscribe } = originNetwork();
  const { t } = await subscribe('a');
  const polls = new Map(
    ['a', 'b', 'c.*', 'c.d', 'c.d.*', 'a,b'].map((names) => [names, subscribe(names, { tt: t.t })]),
  );
  await settle();
  await publish('c.d', 1);
  const woken: string[] = [];
  for (const [names, poll] of polls) if (!(await isPending(poll))) woken.push(names);
  expect(woken).toEqual(['c.*', 'c.d']);
  await origin.close();
});
