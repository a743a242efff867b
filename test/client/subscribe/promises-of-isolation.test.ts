import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { deliveryProblems } from '../../support/loop-oracle.ts';
import { LoopWorld } from '../../support/loop-world.ts';
import { olderScripts, run, worldScripts } from '../../support/loop-world-scripts.ts';
import { settle } from '../../support/virtual-clock.ts';

const KINDS = ['message', 'presence', 'status', 'state', 'gap'] as const;

describe('promise 6: a listener that fails hurts nobody else', () => {
  const failures = [
    [
      'throws',
      () => {
        throw new Error('thrown');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('rejected');
      },
    ],
    ['rejects later', () => settle(1).then(() => Promise.reject(new Error('rejected late')))],
  ] as const;

  test.each(failures)(
    'one that %s on every event changes nothing, and each failure is reported',
    async (_, fail) => {
      await fc.assert(
        fc.asyncProperty(worldScripts, async (script) => {
          const world = new LoopWorld();
          let failed = 0;
          let reported = 0;
          const broken = () => {
            failed++;
            return fail();
          };
          for (const kind of KINDS) world.client.on(kind, broken);
          world.client.on('listenerError', ({ error }) => {
            expect(error).toBeInstanceOf(Error);
            reported++;
          });
          for (const step of script) {
            const before = world.handles.length;
            await step(world);
            for (const { subscription } of world.handles.slice(before)) subscription.on('message', broken);
          }
          await world.recover();
          expect(deliveryProblems(world)).toEqual([]);
          expect(reported).toBe(failed);
          await world.close();
        }),
        { numRuns: 30 },
      );
    },
  );

  test('one that fails on listenerError itself is told to the logger, and not to itself for ever', async () => {
    const lines: string[] = [];
    const world = new LoopWorld({ logger: { error: (line: string) => lines.push(line) } });
    world.client.on('status', () => {
      throw new Error('status');
    });
    world.client.on('listenerError', () => {
      throw new Error('listenerError');
    });
    world.subscribe(['a']);
    await settle();
    expect(world.client.state).toBe('connected');
    expect(lines).toHaveLength(1);
    await world.close();
  });
});

describe('promise 7: close() ends everything', () => {
  test.each([
    ['a script', worldScripts],
    ['a script with subscriptions in the past', olderScripts],
  ])('at any moment of %s: timers, requests, iterators, promises', async (_, scripts) => {
    await fc.assert(
      fc.asyncProperty(scripts, fc.boolean(), async (script, atOnce) => {
        const world = await run(script, new LoopWorld());
        for (const handle of world.handles) world.read(handle);
        const waits = world.handles.map(({ subscription }) => subscription.connected());
        const outcomes = Promise.allSettled([...waits, world.client.until('failed')]);
        if (!atOnce) await settle();
        const got = () => [world.seen.length, ...world.handles.map((handle) => handle.got.length)];
        const before = got();
        const closed = world.client.close();
        expect(world.client.close()).toBe(closed);
        await world.clock.advance(200);
        await closed;
        await outcomes;
        await Promise.all(world.handles.flatMap(({ readers }) => readers.map(({ done }) => done)));
        expect(world.client.state).toBe('stopped');
        expect(got()).toEqual(before);
        await world.origin.close();
        expect(world.net.open).toBe(0);
        expect(world.clock.pending).toBe(0);
      }),
      { numRuns: 100 },
    );
  });

  test('nothing that is called afterwards does anything', async () => {
    const world = new LoopWorld();
    const handle = world.subscribe(['a']);
    await settle();
    await world.close();
    const sent = world.net.exchanges.length;
    world.client.reconnect();
    world.client.disconnect();
    world.client.setToken('late');
    handle.subscription.unsubscribe();
    await world.client.unsubscribeAll();
    await world.client.unsubscribe().channels('a').execute();
    await world.clock.advance(600_000);
    expect(world.net.exchanges).toHaveLength(sent);
    expect(world.client.state).toBe('stopped');
    expect(() => world.client.subscribe().channels('a').execute()).toThrow(/closed/);
    await expect(handle.subscription.connected()).rejects.toMatchObject({ code: 'PN-2003' });
    expect(await handle.subscription.messages().next()).toEqual({ value: undefined, done: true });
  });
});
