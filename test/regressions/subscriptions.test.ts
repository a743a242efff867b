import { describe, expect, test } from 'vitest';
import { entryAt, tt } from '../support/loop-machine.ts';
import { HandFedClient } from '../support/loop-pending-transport.ts';
import { rejection } from '../support/unit-client.ts';
import { settle } from '../support/virtual-clock.ts';

/** The channels of the one request of the loop that waits. */
async function asked(it: HandFedClient, kind: 'handshake' | 'poll'): Promise<readonly string[]> {
  return (await it.next(kind)).facts.channels;
}

const sentBy = ({ requests }: HandFedClient) => requests.map(({ facts }) => facts.kind);

describe('presence', () => {
  test('api-surface 9.18: is asked for by the first handshake, and heard with the first answer', async () => {
    await using it = new HandFedClient();
    const subscription = it.client.subscribe().channels('a').withPresence().execute();
    const heard: string[] = [];
    subscription.on('presence', ({ channel, event }) => heard.push(`${event} ${channel}`));
    const handshake = await it.next('handshake');
    expect(handshake.facts.channels).toEqual(['a', 'a-pnpres']);
    await handshake.answer(1);
    const join = { action: 'join', uuid: 'bob', timestamp: 17, occupancy: 1 };
    await it.deliver(2, [entryAt(2, 'a-pnpres', { d: join })]);
    expect(heard).toEqual(['join a']);
  });

  test('api-surface 9.6: of one channel is not that of the next ones', async () => {
    await using it = new HandFedClient();
    await it.subscribed('a', 1, { presence: true });
    for (const channel of ['b', 'c']) it.client.subscribe().channels(channel).execute();
    expect(await asked(it, 'handshake')).toEqual(['a', 'a-pnpres', 'b', 'c']);
  });

  test.each([
    ['twice', ['a'], ['a', 'a-pnpres']],
    ['of its own name', ['a-pnpres'], ['a-pnpres']],
    ['of both names at once', ['a', 'a-pnpres'], ['a', 'a-pnpres']],
  ])('api-surface 9.6: has its suffix once where it is asked for %s', async (_, channels, expected) => {
    await using it = new HandFedClient();
    for (let time = 0; time < 2; time++) {
      it.client
        .subscribe()
        .channels([...channels])
        .withPresence()
        .execute();
    }
    expect(await asked(it, 'handshake')).toEqual(expected);
    expect(it.client.subscribedChannels.some((name) => name.includes('pnpres'))).toBe(false);
  });

  test('pains 18: heartbeats and leaves name no presence channel', async () => {
    await using it = new HandFedClient({ presenceTimeout: 60, heartbeatInterval: 29 });
    const subscription = await it.subscribed(['a', 'b'], 1, { presence: true });
    await it.clock.advance(29_000);
    subscription.unsubscribe();
    await settle();
    const told = it.requests.filter(({ facts }) => facts.kind === 'heartbeat' || facts.kind === 'leave');
    expect(told.map(({ facts }) => [facts.kind, facts.channels])).toEqual([
      ['heartbeat', ['a', 'b']],
      ['leave', ['a', 'b']],
    ]);
  });
});

describe('the end of a subscription', () => {
  test.each([
    ['one channel', (it: HandFedClient) => it.client.unsubscribe().channels('nobody').execute()],
    [
      'several channels',
      (it: HandFedClient) => it.client.unsubscribe().channels('nobody', 'none-pnpres').execute(),
    ],
    ['a group', (it: HandFedClient) => it.client.unsubscribe().channelGroups('nobody').execute()],
  ])('api-surface 9.7: is no error for %s that nobody subscribed, and costs no request', async (_, drop) => {
    await using idle = new HandFedClient();
    await drop(idle);
    expect([idle.client.state, idle.requests.length]).toEqual(['idle', 0]);
    await using running = new HandFedClient();
    await running.subscribed('a', 1);
    const before = sentBy(running);
    await drop(running);
    await settle();
    expect([sentBy(running), running.client.state]).toEqual([before, 'connected']);
  });

  test('api-surface 9.5: of all of them leaves a client that subscribes again', async () => {
    await using it = new HandFedClient();
    await it.subscribed(['a', 'b'], 1);
    await it.client.unsubscribeAll();
    expect(it.client.state).toBe('idle');
    const again = await it.subscribed('a', 5);
    const got: unknown[] = [];
    again.on('message', ({ message }) => got.push(message));
    await it.deliver(6, [entryAt(6)]);
    expect(got).toEqual([6]);
  });

  test.each([
    ['another subscription', (it: HandFedClient) => void it.client.subscribe().channels('c').execute()],
    [
      'a failure and its recovery',
      async (it: HandFedClient) => {
        await (await it.next('poll')).fail();
        await it.retried();
      },
    ],
    [
      'disconnect() and reconnect()',
      (it: HandFedClient) => {
        it.client.disconnect();
        it.client.reconnect();
      },
    ],
    ['a new token', (it: HandFedClient) => it.client.setToken('another')],
  ])('api-surface 9.8: is for good, also after %s', async (_, happen) => {
    await using it = new HandFedClient();
    await it.subscribed('b', 1);
    const ended = await it.subscribed('a', 2);
    const got: unknown[] = [];
    ended.on('message', ({ message }) => got.push(message));
    ended.unsubscribe();
    ended.unsubscribe();
    await settle();
    const before = it.requests.length;
    await happen(it);
    await settle();
    const [request] = [...it.open('handshake'), ...it.open('poll')];
    await request?.answer(3, { entries: [entryAt(3, 'a'), entryAt(3, 'b')] });
    await settle();
    const later = it.requests.slice(before).filter(({ facts }) => facts.kind !== 'leave');
    expect(later.flatMap(({ facts }) => facts.channels)).not.toContain('a');
    expect([got, it.client.subscribedChannels.includes('a')]).toEqual([[], false]);
  });
});

describe('two subscriptions to one channel', () => {
  test('pains 19: end one by one: the other goes on, the server hears of no leave', async () => {
    await using it = new HandFedClient({ presenceTimeout: 60, heartbeatInterval: 29 });
    const [first, second] = [await it.subscribed('a', 1), await it.subscribed('a', 1)];
    const got: unknown[] = [];
    second.on('message', ({ message }) => got.push(message));
    for (let time = 0; time < 2; time++) first.unsubscribe();
    await it.deliver(2, [entryAt(2)]);
    expect([got, it.client.subscribedChannels]).toEqual([[2], ['a']]);
    expect(sentBy(it)).not.toContain('leave');
    second.unsubscribe();
    await settle();
    expect(sentBy(it).filter((kind) => kind === 'leave')).toHaveLength(1);
  });

  test('pains 4: one after the other: the late answer to the first begins no second loop', async () => {
    await using it = new HandFedClient();
    const first = await it.subscribed('a', 1);
    const late = await it.next('poll');
    first.unsubscribe();
    await settle();
    const second = await it.subscribed('a', 5);
    const got: unknown[] = [];
    second.on('message', ({ message }) => got.push(message));
    await late.answer(3, { entries: [entryAt(3)] });
    await settle();
    expect(it.open('poll').map(({ facts }) => facts.tt)).toEqual([tt(5)]);
    expect(got).toEqual([]);
  });
});

describe('reconnect()', () => {
  test('api-surface 9.4: brings a stopped loop back with the cursor that it had', async () => {
    await using it = new HandFedClient();
    await it.subscribed('a', 7);
    it.client.disconnect();
    expect(it.client.state).toBe('stopped');
    it.client.reconnect();
    await (await it.next('handshake')).answer(9);
    expect((await it.next('poll')).facts).toMatchObject({ tt: tt(7), channels: ['a'] });
    expect(it.client.state).toBe('connected');
  });
});

describe('subscribing to nothing', () => {
  test.each([
    ['no parameter', {}],
    ['an empty list of channels', { channels: [] }],
    ['an empty list of groups', { channelGroups: [] }],
    ['two empty lists and presence', { channels: [], channelGroups: [], withPresence: true }],
  ])('api-surface 9.3b and 9.11: is refused in words, by the compiler or at once: %s', async (_, given) => {
    await using it = new HandFedClient();
    // As JavaScript would call it: the compiler names what is missing.
    const builder = it.client.subscribe(given as { channels: string });
    expect(await rejection((async () => builder.execute())())).toMatchObject({
      code: 'PN-1001',
      category: 'PNValidationErrorCategory',
      operation: 'PNSubscribeOperation',
      message: expect.stringContaining('channels or channelGroups missing'),
    });
    expect([it.client.state, it.requests.length]).toEqual(['idle', 0]);
  });
});

describe('a loop that is refused', () => {
  test('pains 7: goes on with setToken() and the cursor that it had, in the same turn', async () => {
    await using it = new HandFedClient({ token: 'old' });
    await it.subscribed('a', 4);
    await (await it.next('poll')).refuse(403, { channels: ['a'] });
    expect(it.categories.at(-1)).toBe('AccessDenied');
    await it.clock.advance(600_000);
    expect(it.open()).toEqual([]);
    it.client.setToken('new');
    const handshake = await it.next('handshake');
    expect(handshake.facts.token).toBe('new');
    await handshake.answer(9);
    expect((await it.next('poll')).facts).toMatchObject({ tt: tt(4), token: 'new' });
  });
});
