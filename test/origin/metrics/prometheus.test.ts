import { describe, expect, test } from 'vitest';
import { MemoryEngine, type OriginOptions } from '../../../src/origin/index.ts';
import { type OriginMetrics, prometheusMetrics } from '../../../src/origin/metrics.ts';
import { FaultyEngine } from '../../support/faulty-engine.ts';
import { isPending, originNetwork } from '../../support/origin-network.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

/** An origin with metrics, over an engine that can be cut off, and the values of its page by name and labels. */
function measured(options: OriginOptions = {}) {
  const clock = new VirtualClock();
  const memory = new MemoryEngine({ clock, random: () => 0.5 });
  const engine = new FaultyEngine(memory);
  const metrics = prometheusMetrics();
  const network = originNetwork({ store: engine, clock, metrics, ...options });
  const other = originNetwork({ store: memory, clock });
  const value = async (name: string) => {
    const lines = (await metrics.text()).split('\n');
    const line = lines.find((found) => found.startsWith(`timetoken_${name} `));
    return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')));
  };
  return { ...network, clock, engine, other, metrics, value };
}

describe('the metrics of an origin', () => {
  test('count answers by operation and class of the status, whatever was asked for', async () => {
    const { send, value, metrics } = measured();
    for (const path of ['/time/0', '/time/0', '/nowhere/canary', '/publish/demo/demo/0/canary/0/%7B'])
      await send(path);
    expect(await value('requests_total{operation="time",status="2xx"}')).toBe(2);
    expect(await value('requests_total{operation="none",status="4xx"}')).toBe(1);
    expect(await value('requests_total{operation="publish",status="4xx"}')).toBe(1);
    expect(await metrics.text()).not.toContain('canary');
  });

  test('count publishes that the store has taken, once for each id', async () => {
    const { publish, send, value } = measured();
    expect(await value('publishes_total{kind="message"}')).toBe(0);
    await publish('a', 1);
    await publish('a', 2, { meta: '{"tt_id":"x"}' });
    await publish('a', 2, { meta: '{"tt_id":"x"}' });
    await send('/signal/demo/demo/0/a/0/1');
    await send('/publish/demo/demo/0/a/0/%7B');
    expect(await value('publishes_total{kind="message"}')).toBe(2);
    expect(await value('publishes_total{kind="signal"}')).toBe(1);
  });

  test('tell how many polls are parked and how many keys are open', async () => {
    const { publish, subscribe, value, origin } = measured();
    expect([await value('parked_polls'), await value('subscribe_keys')]).toEqual([0, 0]);
    const polls = ['a', 'a', 'b'].map((channel) => subscribe(channel, { tt: '1', tr: '0' }));
    await isPending(Promise.all(polls));
    expect([await value('parked_polls'), await value('subscribe_keys')]).toEqual([3, 1]);
    await publish('a', 1);
    await Promise.all(polls.slice(0, 2));
    expect(await value('parked_polls')).toBe(1);
    await origin.close();
    await polls[2];
    expect([await value('parked_polls'), await value('subscribe_keys')]).toEqual([0, 0]);
  });

  test('measure the time from the stamp to the last answer, once for all with the same subscription', async () => {
    const { publish, subscribe, clock, engine, other, value } = measured();
    const { t } = await subscribe('a,b');
    const poll = () => subscribe('a,b', { tt: t.t, tr: t.r });
    const first = [poll(), poll()];
    await isPending(Promise.all(first));
    await publish('a', 1);
    await Promise.all(first);
    expect(await value('fanout_seconds_count')).toBe(1);
    expect(await value('fanout_seconds_sum')).toBe(0);
    const next = (await first[0])?.t;
    const late = subscribe('a,b', { tt: next?.t, tr: next?.r });
    await isPending(late);
    engine.isDeaf = true;
    await other.publish('b', 2);
    await clock.advance(1_050);
    await late;
    expect(await value('fanout_seconds_count')).toBe(2);
    expect(await value('fanout_seconds_bucket{le="1"}')).toBe(1);
    expect(await value('fanout_seconds_bucket{le="1.5"}')).toBe(2);
  });

  test('take a time for none when the clock of the store is ahead', async () => {
    const ahead = new VirtualClock();
    await ahead.advance(1_000);
    const engine = new FaultyEngine(new MemoryEngine({ clock: ahead, random: () => 0.5 }));
    const { publish, subscribe, value } = measured({ store: engine });
    const { t } = await subscribe('a');
    const poll = subscribe('a', { tt: t.t, tr: t.r });
    await isPending(poll);
    await publish('a', 1);
    await poll;
    expect([await value('fanout_seconds_count'), await value('fanout_seconds_sum')]).toEqual([1, 0]);
  });

  test('count announcements that were lost, by what has found it', async () => {
    const { publish, clock, engine, other, value } = measured();
    await publish('a', 1);
    engine.isDeaf = true;
    await other.publish('a', 2);
    engine.isDeaf = false;
    expect(await value('repairs_total{found_by="gap"}')).toBe(0);
    await other.publish('a', 3);
    await clock.advance(1);
    expect(await value('repairs_total{found_by="gap"}')).toBe(1);
    engine.isDeaf = true;
    await other.publish('a', 4);
    await clock.advance(1_100);
    expect(await value('repairs_total{found_by="check"}')).toBe(1);
    expect(await value('repairs_total{found_by="gap"}')).toBe(1);
  });

  test('count entries that a limit has dropped, and gaps that polls were told of', async () => {
    const { publish, subscribe, value } = measured({ limits: { queueLength: 2 } });
    const { t } = await subscribe('a,b');
    await publish('a', 1);
    await publish('a', 2);
    expect(await value('dropped_entries_total')).toBe(0);
    await publish('a', 3);
    await publish('a', 4);
    expect(await value('dropped_entries_total')).toBe(2);
    expect(await value('gaps_total')).toBe(0);
    await subscribe('a,b', { tt: t.t, tr: t.r });
    expect(await value('gaps_total')).toBe(1);
  });

  test('entries that are over their time are not dropped by a limit', async () => {
    const { publish, clock, value } = measured({ limits: { liveSeconds: 10 } });
    for (let count = 0; count < 50; count++) await publish('a', count);
    await clock.advance(60_000);
    for (let count = 0; count < 1_000; count++) await publish(`b${count}`, count);
    expect(await value('dropped_entries_total')).toBe(0);
  });

  test('count failures of the store, and tell for how many keys it is away', async () => {
    const { publish, send, clock, engine, value, origin } = measured();
    await publish('a', 1);
    expect(await value('subscribe_keys_without_store')).toBe(0);
    engine.set('reject');
    await send('/publish/demo/demo/0/a/0/1');
    await clock.advance(1_500);
    expect(await value('store_errors_total{reason="unavailable",during="request"}')).toBe(1);
    expect(await value('store_errors_total{reason="unavailable",during="background"}')).toBeGreaterThan(0);
    expect(await value('subscribe_keys_without_store')).toBe(1);
    engine.set('answer');
    await clock.advance(1_500);
    expect(await value('subscribe_keys_without_store')).toBe(0);
    expect(await value('store_errors_total{reason="other",during="request"}')).toBe(0);
    await origin.close();
  });

  test('a key that is closed while the store is away is not counted any more', async () => {
    const { publish, clock, engine, value } = measured();
    await publish('a', 1);
    engine.set('reject');
    await clock.advance(200_000);
    expect(await value('subscribe_keys')).toBe(0);
    expect(await value('subscribe_keys_without_store')).toBe(0);
  });

  test('are sums over the origins that have the same, under another prefix beside those of the process', async () => {
    const metrics = prometheusMetrics({ prefix: 'chat_', process: true });
    const [one, two] = [originNetwork({ metrics }), originNetwork({ metrics })];
    await Promise.all([one.send('/time/0'), two.send('/time/0')]);
    const text = await metrics.text();
    expect(text).toContain('chat_requests_total{operation="time",status="2xx"} 2\n');
    expect(text).toContain('process_resident_memory_bytes ');
    expect(metrics.contentType).toMatch(/^text\/plain; version=0\.0\.4/);
  });

  test('cannot fail a request', async () => {
    const angry = () => {
      throw new Error('no');
    };
    const metrics: OriginMetrics = {
      ...{ answered: angry, published: angry, fannedOut: angry, repaired: angry },
      ...{ dropped: angry, gapsTold: angry, failed: angry },
      origin: () => () => undefined,
    };
    const { publish, subscribe } = originNetwork({ metrics, limits: { queueLength: 1 } });
    const { t } = await subscribe('a');
    const poll = subscribe('a', { tt: t.t, tr: t.r });
    await isPending(poll);
    await publish('a', 1);
    await publish('a', 2);
    expect((await poll).m).toHaveLength(1);
  });
});
