import { describe, expect, test } from 'vitest';
import { MemoryEngine } from '../../src/origin/index.ts';
import { FaultyEngine } from '../support/faulty-engine.ts';
import { isPending, originNetwork } from '../support/origin-network.ts';
import { settle, VirtualClock } from '../support/virtual-clock.ts';

function network() {
  const clock = new VirtualClock();
  const memory = new MemoryEngine({ clock, random: () => 0.5 });
  const engine = new FaultyEngine(memory);
  return { ...originNetwork({ store: engine, clock }), clock, memory, engine };
}

const PUBLISH = '/publish/demo/demo/0/a/0/1';

describe('while the store is away', () => {
  test('publishes are answered with 503 at once when it says so', async () => {
    const { engine, publish, send } = network();
    await publish('a', 1);
    engine.set('reject');
    expect(await send(PUBLISH)).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  });

  test('publishes are answered with 503 after two seconds when it is silent', async () => {
    const { clock, engine, publish, send } = network();
    await publish('a', 1);
    engine.set('hang');
    const reply = send(PUBLISH);
    await isPending(reply);
    await clock.advance(1_999);
    await isPending(reply);
    await clock.advance(1);
    expect((await reply).status).toBe(503);
  });

  test('a key that was not open is answered with 503, leaves no tail behind, and opens once the store is back', async () => {
    const { clock, engine, send } = network();
    engine.set('hang');
    const reply = send(PUBLISH);
    await clock.advance(2_000);
    expect((await reply).status).toBe(503);
    engine.set('answer');
    expect((await send(PUBLISH)).status).toBe(200);
    expect(engine.tails).toBe(1);
  });

  test.each(['reject', 'hang'] as const)(
    'parked polls are held, and get what came meanwhile (%s)',
    async (fate) => {
      const { clock, memory, engine, subscribe, origin } = network();
      const other = originNetwork({ store: memory, clock });
      const { t } = await subscribe('a');
      const poll = subscribe('a', { tt: t.t, tr: t.r });
      await isPending(poll);
      engine.set(fate);
      await other.publish('a', 'meanwhile');
      await clock.advance(60_000);
      await isPending(poll);
      engine.set('answer');
      await clock.advance(3_000);
      expect((await poll).m.map(({ d }) => d)).toEqual(['meanwhile']);
      await origin.close();
    },
  );
});

test('a store that answers too late does nothing more', async () => {
  const { clock, engine, publish, send } = network();
  await publish('a', 1);
  engine.set('hang');
  const reply = send(PUBLISH);
  await clock.advance(2_000);
  expect((await reply).status).toBe(503);
  engine.set('answer');
  await settle();
  expect((await send(PUBLISH)).status).toBe(200);
});

describe('a subscribe key that nobody uses', () => {
  test('is closed after a minute, and costs the store nothing from then on', async () => {
    const { clock, engine, publish } = network();
    await publish('a', 1);
    await clock.advance(59_000);
    expect(engine.tails).toBe(1);
    await clock.advance(2_000);
    expect(engine.tails).toBe(0);
    engine.calls.clear();
    await clock.advance(600_000);
    expect([...engine.calls]).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('reads nothing while it is open, but for the newest position once a second', async () => {
    const { clock, engine, subscribe, origin } = network();
    const { t } = await subscribe('a');
    const poll = subscribe('a', { tt: t.t, tr: t.r });
    await clock.advance(5_000);
    engine.calls.clear();
    await clock.advance(60_000);
    expect(engine.calls.get('log.last')).toBeGreaterThan(50);
    expect(engine.calls.get('log.readAfter')).toBe(undefined);
    expect(engine.calls.get('log.fence')).toBe(undefined);
    await origin.close();
    await poll;
  });

  test('stays open while a poll is parked', async () => {
    const { clock, engine, subscribe } = network();
    const { t } = await subscribe('a');
    const poll = subscribe('a', { tt: t.t, tr: t.r });
    await clock.advance(200_000);
    expect(engine.tails).toBe(1);
    await clock.advance(200_000);
    await poll;
    expect(engine.tails).toBe(0);
  });

  test('goes on where it was when it is used again', async () => {
    const { clock, publish, subscribe } = network();
    const { t } = await subscribe('a');
    const published = await publish('a', 'one');
    await clock.advance(120_000);
    const answer = await subscribe('a', { tt: t.t, tr: t.r });
    expect(answer.m.map(({ d, p }) => [d, p.t])).toEqual([['one', published]]);
    expect(answer.t.r).toBe(t.r);
  });

  test('stays open for as long as somebody is present, so that time-outs come in time', async () => {
    const { clock, memory, engine, presence } = network();
    await presence('a', 'heartbeat', { uuid: 'u', heartbeat: 150 });
    await clock.advance(140_000);
    expect(engine.tails).toBe(1);
    await clock.advance(200_000);
    expect(engine.tails).toBe(0);
    const other = originNetwork({ store: memory, clock });
    const { m } = await other.drain('a-pnpres', '10000000000000000');
    expect(m.map(({ d }) => d)).toMatchObject([{ action: 'join' }, { action: 'timeout' }]);
    const [join, timeout] = m.map(({ p }) => BigInt(p.t));
    expect(Number((timeout ?? 0n) - (join ?? 0n)) / 1e7).toBeCloseTo(150, 0);
  });
});

test('an origin that is closed gives all its keys back', async () => {
  const { engine, publish, origin } = network();
  await publish('a', 1);
  await origin.close();
  expect(engine.tails).toBe(0);
  expect(engine.released).toEqual(['demo']);
});

test('what is cached is not used when changes can neither be heard of nor be looked for', async () => {
  const clock = new VirtualClock();
  const memory = new MemoryEngine({ clock, random: () => 0.5 });
  const engine = new FaultyEngine(memory);
  const [a, b] = [engine, memory].map((store) => originNetwork({ store, clock }));
  const listen = () => a?.subscribe(',', { 'channel-group': 'g', tt: 0 });
  await b?.send('/v1/channel-registration/sub-key/demo/channel-group/g?add=x');
  await listen();
  engine.isDeaf = true;
  engine.broken.add('log.last');
  await clock.advance(2_000);
  engine.calls.clear();
  await listen();
  await listen();
  expect(engine.calls.get('groups.members')).toBe(2);
});
