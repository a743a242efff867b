import { expect, test } from 'vitest';
import { VirtualClock } from '../support/virtual-clock.ts';
import { ForeignOrigin } from './foreign-origin.ts';
import { fromOutside } from './server.ts';
import { Truth } from './truth.ts';

const MANNERS = { queue: 3, historyLag: 0, regionSkew: 0, regionDelay: 0 };

function origin(manners: Partial<typeof MANNERS> = {}) {
  const clock = new VirtualClock();
  const server = new ForeignOrigin(clock, { ...MANNERS, ...manners }, new Truth());
  const ask = async (target: string) => JSON.parse((await server.handle(fromOutside(target))).body);
  const publish = (channel: string, message: number) =>
    ask(`/publish/demo/demo/0/${channel}/0/${message}?uuid=bob`);
  return { clock, server, ask, publish };
}

const payloads = (answer: { m: { d: unknown }[] }) => answer.m.map(({ d }) => d);

test('a handshake is answered at once, and a poll from there brings what came since, once for each name', async () => {
  const { ask, publish } = origin();
  await ask('/v1/channel-registration/sub-key/demo/channel-group/g?add=n.x');
  const { t } = await ask('/v2/subscribe/demo/n.%2A/0?channel-group=g');
  await publish('n.x', 1);
  const answer = await ask(`/v2/subscribe/demo/n.%2A/0?channel-group=g&tt=${t.t}&tr=${t.r}`);
  expect(answer.m.map(({ b, d }: { b: string; d: unknown }) => [b, d])).toEqual([
    ['n.*', 1],
    ['g', 1],
  ]);
  expect(BigInt(answer.t.t)).toBeGreaterThan(BigInt(answer.m[0].p.t));
});

test('a poll is held until something comes, and ends empty after 280 seconds', async () => {
  const { clock, ask, publish } = origin();
  const { t } = await ask('/v2/subscribe/demo/a/0');
  const held = ask(`/v2/subscribe/demo/a/0?tt=${t.t}`);
  await publish('a', 1);
  expect(payloads(await held)).toEqual([1]);
  const empty = ask(`/v2/subscribe/demo/b/0?tt=${t.t}`);
  await clock.advance(280_000);
  expect(payloads(await empty)).toEqual([]);
  expect(clock.pending).toBe(0);
});

test('old entries are dropped without a word', async () => {
  const { ask, publish } = origin();
  const { t } = await ask('/v2/subscribe/demo/a/0');
  for (let count = 0; count < 5; count++) await publish('a', count);
  const answer = await ask(`/v2/subscribe/demo/a/0?tt=${t.t}`);
  expect(payloads(answer)).toEqual([2, 3, 4]);
  expect(answer).not.toHaveProperty('g');
});

test('history pages from the newest back, the start exclusive and the end inclusive, and lags', async () => {
  const { clock, ask, publish } = origin({ historyLag: 1_500 });
  const stamps: string[] = [];
  for (let count = 0; count < 5; count++) stamps.push((await publish('a', count))[2]);
  const page = async (query: string) => {
    const { channels, more } = await ask(`/v3/history/sub-key/demo/channel/a?${query}`);
    return [(channels.a ?? []).map(({ message }: { message: unknown }) => message), more?.start];
  };
  expect(await page('max=2')).toEqual([[], undefined]);
  await clock.advance(1_500);
  expect(await page('max=2')).toEqual([[3, 4], stamps[3]]);
  expect(await page(`max=2&start=${stamps[3]}`)).toEqual([[1, 2], stamps[1]]);
  expect(await page(`max=2&start=${stamps[1]}`)).toEqual([[0], undefined]);
  expect(await page(`start=${stamps[3]}&end=${stamps[1]}`)).toEqual([[1, 2], undefined]);
});

test('a region that is behind sends again what another region may have sent', async () => {
  const { clock, server, ask, publish } = origin({ regionSkew: -5, regionDelay: 2 });
  await publish('a', 1);
  await clock.advance(1_000);
  const { t } = await ask('/v2/subscribe/demo/a/0');
  await publish('a', 2);
  await clock.advance(2);
  server.tricks.switchRegion();
  const answer = await ask(`/v2/subscribe/demo/a/0?tt=${t.t}&tr=${t.r}`);
  expect(payloads(answer)).toEqual([2]);
  expect(answer.t.r).not.toBe(t.r);
});
