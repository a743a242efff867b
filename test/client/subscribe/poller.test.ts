import { PubNub, type Transport, type TransportResponse } from 'timetoken';
import { describe, expect, test } from 'vitest';
import { settingsFrom } from '../../../src/client/config/settings.ts';
import { Executor } from '../../../src/client/request/execute.ts';
import { type Names, namesOf } from '../../../src/client/subscribe/names.ts';
import { Poller } from '../../../src/client/subscribe/poller.ts';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';
import { messagesOf } from '../../support/loop-starts.ts';
import { GARBAGE } from '../../support/loop-world-scripts.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

describe('a request of the loop', () => {
  test('has no timetoken in a handshake, then the whole cursor', async () => {
    await using fed = new HandFedClient();
    fed.client.subscribe().channels(['b', 'a/?', 'ü']).channelGroups('g h').execute();
    const handshake = await fed.next('handshake');
    expect(handshake.facts).toMatchObject({
      tt: '0',
      region: undefined,
      channels: ['a/?', 'b', 'ü'],
      groups: ['g h'],
      heartbeat: '300',
    });
    await handshake.answer(10, { region: 12 });
    expect((await fed.next('poll')).facts).toMatchObject({ tt: tt(10), region: '12', heartbeat: '300' });
  });

  test('names a lone comma where there are groups only', async () => {
    await using fed = new HandFedClient();
    fed.client.subscribe().channelGroups('g').execute();
    expect((await fed.next('handshake')).facts).toMatchObject({ channels: [], groups: ['g'] });
  });

  test('carries the state in a handshake only', async () => {
    await using fed = new HandFedClient();
    fed.client.subscribe().channels('a').withState({ mood: 'calm' }).execute();
    const handshake = await fed.next('handshake');
    expect(JSON.parse(handshake.facts.state ?? '')).toEqual({ a: { mood: 'calm' } });
    await handshake.answer(10);
    expect((await fed.next('poll')).facts.state).toBe(undefined);
  });

  test.each([
    ['handshake', 15_000],
    ['poll', 290_000],
  ] as const)('has a deadline: a %s of %i ms', async (kind, deadline) => {
    await using fed = new HandFedClient();
    if (kind === 'poll') await fed.subscribed('a', 10);
    else fed.client.subscribe().channels('a').execute();
    const request = await fed.next(kind);
    await fed.clock.advance(deadline - 1);
    expect(request.signal.aborted).toBe(false);
    await fed.clock.advance(1);
    expect(request.signal.aborted).toBe(true);
  });

  test.each(['0', '000'])('is repeated if it is a handshake whose answer has the timetoken %j', async (t) => {
    await using fed = new HandFedClient();
    const subscription = fed.client.subscribe().channels('a').execute();
    const got = messagesOf(subscription);
    await (await fed.next('handshake')).respond(200, { t: { t, r: 1 }, m: [] });
    expect([fed.categories, fed.open()]).toEqual([['MalformedResponse'], []]);
    await (await fed.retried()).answer(10);
    await fed.deliver(12, [entryAt(11)]);
    expect(got).toEqual([11]);
  });

  test('that is answered after its deadline changes nothing', async () => {
    await using fed = new HandFedClient();
    fed.client.subscribe().channels('a').execute();
    const request = await fed.next('handshake');
    await fed.clock.advance(15_000);
    expect(fed.client.state).toBe('reconnecting');
    await request.answer(10);
    expect(fed.client.state).toBe('reconnecting');
    expect(fed.categories).toEqual(['Timeout']);
  });
});

// Promise 3: whatever one answer holds, the loop keeps trying, and comes back with its cursor.
describe('an answer that is none', () => {
  const poisons = [
    ...GARBAGE.map((body) => [200, body] as const),
    ...[204, 301, 302, 404, 407, 408, 413, 418, 429, 431, 500, 502, 503, 504, 511].map(
      (status) => [status, ''] as const,
    ),
    ...[400, 403, 414, 481, 500].map((status) => [status, '<html>no</html>'] as const),
    ...[403, 500].map((status) => [status, '{"error":true}'] as const),
  ];

  test.each(poisons)('to a handshake, %i %j, is tried again', async (status, body) => {
    await using fed = new HandFedClient();
    fed.client.subscribe().channels('a').execute();
    await (await fed.next('handshake')).respond(status, body);
    // Too long an address is a refusal of the names, whoever says so; there is nothing left without them.
    const isTooLong = status === 414 || status === 431;
    expect([fed.client.state, fed.statuses.length]).toEqual(['reconnecting', isTooLong ? 2 : 1]);
    await fed.clock.advance(2_000);
    await (await fed.next('handshake')).answer(10);
    expect(fed.categories.at(-1)).toBe('Connected');
  });

  test.each(poisons)('to a poll, %i %j, loses nothing', async (status, body) => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    await (await fed.next('poll')).respond(status, body);
    expect(fed.categories.slice(1)).toEqual(['UnexpectedDisconnect']);
    await fed.clock.advance(2_000);
    await (await fed.next('handshake')).answer(50);
    expect(fed.categories.at(-1)).toBe('Reconnected');
    expect((await fed.next('poll')).facts.tt).toBe(tt(10));
  });

  test.each(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'UND_ERR_SOCKET', 'CERT_HAS_EXPIRED', 'ANYTHING'])(
    'nor a connection that fails with %s ends the loop',
    async (code) => {
      await using fed = new HandFedClient();
      await fed.subscribed('a', 10);
      await (await fed.next('poll')).fail(code);
      for (let count = 0; count < 20; count++) await (await fed.retried()).fail(code);
      await (await fed.retried()).answer(50);
      expect((await fed.next('poll')).facts.tt).toBe(tt(10));
    },
  );

  test('that asks for time gets it, in seconds or as a date', async () => {
    for (const header of ['30', 'Tue, 14 Nov 2023 22:13:50 GMT']) {
      await using fed = new HandFedClient();
      await fed.subscribed('a', 10);
      await (await fed.next('poll')).respond(429, '', { 'retry-after': header });
      const { nextRetryAt } = fed.statuses.at(-1) ?? {};
      await fed.clock.advance(29_999);
      expect(fed.open('handshake')).toEqual([]);
      await fed.clock.advance(1_001);
      expect(fed.open('handshake')).toHaveLength(1);
      expect(nextRetryAt).toBeGreaterThanOrEqual(1_700_000_030_000);
    }
  });
});

test('a request that is cancelled in the turn in which it begins is never sent', async () => {
  await using fed = new HandFedClient();
  fed.client.subscribe().channels('a').execute();
  await Promise.resolve();
  fed.client.disconnect();
  await settle();
  expect(fed.requests.filter(({ facts }) => facts.kind === 'handshake')).toEqual([]);
});

test('a transport hears of a poll that is given up while its answer is on the way to the loop', async () => {
  const signals: AbortSignal[] = [];
  let answer = (_: TransportResponse) => {};
  const transport: Transport = ({ url, signal }) => {
    const isPoll = url.includes('/v2/subscribe/') && !/[?&]tt=0(&|$)/.test(url);
    if (isPoll) signals.push(signal);
    const none = { status: 200, headers: new Headers(), body: `{"t":{"t":"${tt(10)}","r":1},"m":[]}` };
    if (!isPoll) return Promise.resolve(none);
    return new Promise((resolve) => {
      answer = resolve;
    });
  };
  const pubnub = new PubNub({ subscribeKey: 'demo', userId: 'alice', transport, clock: new VirtualClock() });
  await pubnub.subscribe().channels('a').execute().connected();
  await settle();
  answer({ status: 200, headers: new Headers(), body: `{"t":{"t":"${tt(20)}","r":1},"m":[]}` });
  // In the same turn: the loop has not read the answer yet.
  pubnub.subscribe().channels('b').execute();
  await settle();
  expect(signals[0]?.aborted).toBe(true);
  await pubnub.close();
});

test('names that no address can hold fail each time, and never go out as those before them', async () => {
  const clock = new VirtualClock();
  const sent: string[] = [];
  const executor = new Executor(
    settingsFrom(
      {
        ...{ subscribeKey: 'demo', userId: 'alice', clock },
        transport: async ({ url }) => {
          sent.push(url);
          return { status: 200, body: '{"t":{"t":"1","r":1},"m":[]}', headers: { get: () => null } };
        },
      },
      PubNub.features,
    ),
  );
  const poller = new Poller(executor);
  const poll = async (names: Names) => {
    const outcome = await poller.poll({ names }, new AbortController());
    return 'answer' in outcome ? 'answered' : outcome.error.code;
  };
  const broken = namesOf(['lone \ud800 half'], []);
  expect(await poll(namesOf(['a'], []))).toBe('answered');
  expect([await poll(broken), await poll(broken)]).toEqual(['PN-1002', 'PN-1002']);
  expect(sent).toHaveLength(1);
});
