import { describe, expect, test } from 'vitest';
import { createOrigin, type LogFields, MemoryEngine, type OriginOptions } from '../../src/origin/index.ts';
import { systemClock } from '../../src/origin/system.ts';
import { FaultyEngine } from '../support/faulty-engine.ts';
import { isPending, originNetwork, TestInterruption } from '../support/origin-network.ts';
import { STORES } from '../support/stores.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

function network(options: OriginOptions = {}) {
  const clock = new VirtualClock();
  const engine = new FaultyEngine(new MemoryEngine({ clock, random: () => 0.5 }));
  return { ...originNetwork({ store: engine, clock, ...options }), clock, engine };
}

describe('/healthz', () => {
  test('is answered by the process alone, also while the store is away', async () => {
    const { engine, send } = network();
    engine.set('reject');
    expect(await send('/healthz')).toMatchObject({ status: 200, json: { status: 'ok' } });
    expect(engine.calls.size).toBe(0);
  });

  test('is answered by the fetch handler too', async () => {
    const origin = createOrigin();
    const answers = ['/healthz', '/readyz'].map(async (path) => {
      const response = await origin.fetch(`http://origin${path}`);
      return [response.status, response.headers.get('content-type'), await response.json()];
    });
    expect(await Promise.all(answers)).toEqual([
      [200, 'application/json', { status: 'ok' }],
      [200, 'application/json', { status: 'ready' }],
    ]);
    await origin.close();
  });
});

describe('/readyz', () => {
  test('says that the origin takes traffic, after one question to the store that changes nothing', async () => {
    const { engine, send } = network();
    expect(await send('/readyz')).toMatchObject({ status: 200, json: { status: 'ready' } });
    expect([...engine.calls]).toEqual([['log.last', 1]]);
    expect(engine.released).toEqual(['readyz']);
  });

  test('asks for a key that is served, or for one that is open', async () => {
    const { engine, send } = network({ keysets: [{ subscribeKey: 'mine' }, { subscribeKey: 'other' }] });
    await send('/readyz');
    expect(engine.released).toEqual(['mine']);
    await send('/v2/subscribe/other/a/0?tt=0');
    await send('/readyz');
    expect(engine.released).toEqual(['mine']);
  });

  test.each([
    ['reject', 0],
    ['hang', 2_000],
  ] as const)('says 503 within the deadline while the store is away (%s)', async (fate, milliseconds) => {
    const { clock, engine, send } = network();
    for (const opened of [false, true]) {
      if (opened) await send('/v2/subscribe/demo/a/0?tt=0');
      engine.set(fate);
      const reply = send('/readyz');
      await clock.advance(milliseconds);
      expect(await reply).toMatchObject({
        status: 503,
        json: { status: 'unavailable', reason: 'store' },
        headers: { 'retry-after': '1' },
      });
      engine.set('answer');
      expect((await send('/readyz')).status).toBe(200);
    }
  });

  test.each(['sqlite', 'redis'] as const)('leaves nothing behind in a store of %s', async (kind) => {
    await using data = await STORES[kind]();
    if (!data) return;
    const store = data.open();
    const { send, origin } = originNetwork({ store, clock: systemClock });
    expect(await send('/readyz')).toMatchObject({ status: 200 });
    expect(await data.keys?.()).toEqual([]);
    await origin.close();
    await store.close();
  });

  test('is one question to the store, however many ask at the same time', async () => {
    const { engine, send, clock } = network();
    engine.set('hang');
    const replies = [send('/readyz'), send('/readyz'), send('/readyz')];
    await isPending(Promise.all(replies));
    expect([...engine.calls]).toEqual([['log.last', 1]]);
    await clock.advance(2_000);
    expect((await Promise.all(replies)).map(({ status }) => status)).toEqual([503, 503, 503]);
  });

  test('an engine without room for another key is there all the same', async () => {
    const { clock, engine, send } = network({ limits: { subscribeKeys: 1 } });
    const other = originNetwork({ store: engine, clock });
    const interruption = new TestInterruption();
    const poll = other.subscribe('a', { tt: '1' }, { interruption });
    await isPending(poll);
    expect((await send('/v2/subscribe/second/a/0?tt=0')).status).toBe(503);
    expect((await send('/readyz')).status).toBe(200);
    expect(engine.released).not.toContain('readyz');
    interruption.abort();
    await poll;
  });

  test('says 503 once the origin is closed', async () => {
    const { origin, send } = network();
    await origin.close();
    expect(await send('/readyz')).toMatchObject({ status: 503, json: { reason: 'closed' } });
  });
});

describe('the log', () => {
  test('says nothing of a store that is found away after the origin was closed', async () => {
    const messages: string[] = [];
    const logger = { warn: (message: string) => messages.push(message) };
    const { clock, engine, origin, send } = network({ logger });
    await send('/v2/subscribe/demo/a/0?tt=0');
    engine.fate = 'hang';
    await clock.advance(1_500);
    expect(engine.calls.get('log.last')).toBe(1);
    await origin.close();
    await clock.advance(5_000);
    expect(messages).not.toContain('The store is away.');
  });

  test('says once that the store is away and once that it is back, for all keys together', async () => {
    const records: (readonly [level: string, message: string, fields: LogFields])[] = [];
    const logger = {
      info: (message: string, fields: LogFields) => records.push(['info', message, fields]),
      warn: (message: string, fields: LogFields) => records.push(['warn', message, fields]),
    };
    const { clock, engine, send } = network({ logger });
    await send('/v2/subscribe/one/a/0?tt=0');
    await send('/v2/subscribe/two/a/0?tt=0');
    expect(records).toEqual([]);
    engine.set('reject');
    await clock.advance(5_000);
    engine.set('answer');
    await clock.advance(5_000);
    // What fails meanwhile is told too.
    expect(records.filter(([, message]) => message !== 'The store failed.')).toEqual([
      ['warn', 'The store is away.', {}],
      ['info', 'The store is back.', { milliseconds: 5_000 }],
    ]);
  });
});
