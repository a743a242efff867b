import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PNGapEvent, PNStateEvent } from '../../../src/index.ts';
import { compareTimetokens } from '../../../src/protocol/timetoken.ts';
import type { Exchange } from '../../support/loop-faulty-transport.ts';
import { deliveryProblems, lostMessages } from '../../support/loop-oracle.ts';
import { LoopWorld } from '../../support/loop-world.ts';
import { type Action, olderScripts, run, worldScripts } from '../../support/loop-world-scripts.ts';

const RUNS = { numRuns: 100 };

/** Runs random scripts, each in a world of its own that is ended afterwards. */
async function inRandomWorlds(
  scripts: fc.Arbitrary<Action[]>,
  check: (world: LoopWorld, script: readonly Action[]) => Promise<void>,
): Promise<void> {
  const property = fc.asyncProperty(scripts, async (script) => {
    const world = new LoopWorld();
    try {
      await check(world, script);
    } finally {
      await world.close();
    }
    expect(world.clock.pending).toBe(0);
    expect(world.net.open).toBe(0);
  });
  await fc.assert(property, RUNS);
}

function isOfLoop({ kind }: Exchange): boolean {
  return kind === 'handshake' || kind === 'poll';
}

describe('promise 1: one poll, one cursor', () => {
  test('at most one request of the loop is in flight', async () => {
    await inRandomWorlds(worldScripts, async (world, script) => {
      await run(script, world);
      await world.recover();
      for (const exchange of world.net.exchanges) if (isOfLoop(exchange)) expect(exchange.beside).toBe(0);
    });
  });

  test('and at most one more where subscriptions start in the past', async () => {
    await inRandomWorlds(olderScripts, async (world, script) => {
      await run(script, world);
      await world.recover();
      for (const exchange of world.net.exchanges)
        if (isOfLoop(exchange)) expect(exchange.beside).toBeLessThanOrEqual(1);
    });
  });

  test('each poll goes on where the one before was answered, until nothing is subscribed', async () => {
    await inRandomWorlds(worldScripts, async (world, script) => {
      const idleAt = new Set<number>();
      world.client.on('state', ({ state }) => state === 'idle' && idleAt.add(world.net.exchanges.length));
      await run(script, world);
      await world.recover();
      let cursor = '0';
      for (const [index, { kind, tt }] of world.net.exchanges.entries()) {
        if (idleAt.has(index)) cursor = '0';
        if (kind !== 'poll') continue;
        expect(compareTimetokens(tt, cursor)).toBeGreaterThanOrEqual(0);
        cursor = tt;
      }
    });
  });
});

describe('promise 2: every message exactly once, in order, from the handshake to the end', () => {
  test('whatever the network, the server and the program do', async () => {
    await inRandomWorlds(worldScripts, async (world, script) => {
      await run(script, world);
      await world.recover();
      expect(deliveryProblems(world)).toEqual([]);
    });
  });

  test('also where subscriptions start in the past', async () => {
    await inRandomWorlds(olderScripts, async (world, script) => {
      await run(script, world);
      await world.recover();
      expect(deliveryProblems(world)).toEqual([]);
    });
  });

  test('what the origin can no longer supply is named by a gap', async () => {
    let lost = 0;
    await fc.assert(
      fc.asyncProperty(worldScripts, async (script) => {
        const world = new LoopWorld({}, { queueLength: 1 });
        const gaps: PNGapEvent[] = [];
        world.client.on('gap', (gap) => gaps.push(gap));
        await run(script, world);
        await world.recover();
        for (const { channel, timetoken } of lostMessages(world)) {
          lost++;
          const told = gaps.filter((gap) => gap.certain && gap.channel === channel);
          expect(told.some(({ from, to }) => from < timetoken && timetoken <= to)).toBe(true);
        }
        await world.close();
      }),
      RUNS,
    );
    expect(lost).toBeGreaterThan(0);
  });

  test('nothing comes after unsubscribe(), not even the rest of a batch', async () => {
    await inRandomWorlds(worldScripts, async (world, script) => {
      world.client.on('message', () => {
        // Ended from within a delivery, in the middle of a batch.
        const victim = world.handles.at(-1);
        if (victim && world.seen.length % 3 === 0) world.unsubscribe(victim);
      });
      await run(script, world);
      const ended = world.handles.filter(({ channels, dropped }) =>
        channels.every((name) => dropped.has(name)),
      );
      const counts = ended.map(({ got }) => got.length);
      await world.recover();
      expect(ended.map(({ got }) => got.length)).toEqual(counts);
      // The client's own listener was told before it ended the one subscription that covered the message.
      expect(deliveryProblems(world).filter((problem) => !problem.includes('alone'))).toEqual([]);
    });
  });
});

describe('promise 4: nothing is silent', () => {
  test('the states that are announced are the states there are, each with the one before and a reason', async () => {
    await inRandomWorlds(worldScripts, async (world, script) => {
      const events: PNStateEvent[] = [];
      let state = world.client.state;
      world.client.on('state', (event) => {
        expect(event.previous).toBe(state);
        expect(event.state).not.toBe(state);
        expect(event.reason).not.toBe('');
        state = event.state;
        events.push(event);
      });
      for (const step of script) {
        await step(world);
        expect(world.client.state).toBe(state);
      }
      for (const event of events) if (event.reason === 'a request failed') expect(event.error).toBeDefined();
    });
  });

  test('whoever listens to statuses alone knows whether the loop is connected', async () => {
    await inRandomWorlds(worldScripts, async (world, script) => {
      let connected = false;
      world.client.on('status', ({ category }) => {
        if (/^PN(Rec|C)onnectedCategory$/.test(category)) connected = true;
        if (/^PN(Unexpected)?Disconnect/.test(category)) connected = false;
      });
      for (const step of script) {
        await step(world);
        if (world.client.state === 'connected') expect(connected).toBe(true);
        if (['reconnecting', 'stopped', 'idle'].includes(world.client.state)) expect(connected).toBe(false);
      }
    });
  });
});

describe('promise 5: no poll is held for ever', () => {
  test('each request of the loop has ended before 300 seconds, even where nobody answers', async () => {
    await inRandomWorlds(worldScripts, async (world, script) => {
      await run(script, world);
      for (let count = 0; count < 5; count++) world.net.fault('poll', { with: 'hanging' });
      await world.clock.advance(700_000);
      for (const exchange of world.net.exchanges) {
        if (!isOfLoop(exchange)) continue;
        const took = (exchange.endedAt ?? world.clock.now()) - exchange.sentAt;
        expect(took).toBeLessThan(300_000 + world.slept);
      }
    });
  });

  test('after a sleep the connection is proved anew, though the poll was never answered', async () => {
    const sleeps = fc.integer({ min: 80_001, max: 10_000_000 });
    await fc.assert(
      fc.asyncProperty(sleeps, fc.nat({ max: 4_999 }), async (sleep, before) => {
        const world = new LoopWorld();
        world.net.fault('poll', { with: 'hanging' });
        const handle = world.subscribe(['a']);
        await world.clock.advance(before);
        const { count } = await world.publish('a');
        world.sleep(sleep);
        await world.clock.advance(5_000);
        expect(handle.got.map((message) => message.count)).toEqual([count]);
        expect(world.net.exchanges.map(({ kind }) => kind)).toEqual([
          ...['handshake', 'poll', 'handshake', 'poll', 'poll'],
        ]);
        await world.close();
      }),
      { numRuns: 20 },
    );
  });
});
