import { describe, expect, test } from 'vitest';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';
import { settle } from '../../support/virtual-clock.ts';

const STATUSES = [400, 403, 414, 481];

describe('a larger names that the server refuses', () => {
  test.each(STATUSES)('with %i: the names it blames are refused alone, the others go on', async (status) => {
    await using fed = new HandFedClient();
    const old = await fed.subscribed('a', 10);
    const got: unknown[] = [];
    old.on('message', ({ message }) => got.push(message));
    const fresh = fed.client.subscribe().channels(['b', 'c']).execute();
    const refused = expect(fresh.connected()).rejects.toMatchObject({ statusCode: status, channels: ['b'] });
    await (await fed.next('handshake')).refuse(status, { channels: ['b'] });
    const handshake = await fed.next('handshake');
    expect(handshake.facts.channels).toEqual(['a', 'c']);
    await handshake.answer(20);
    await refused;
    expect((await fed.next('poll')).facts).toMatchObject({ tt: tt(10), channels: ['a', 'c'] });
    await fed.deliver(30, [entryAt(25)]);
    expect(got).toEqual([25]);
    const said = fed.statuses.find(({ isError }) => isError);
    expect(said).toMatchObject({ affectedChannels: ['b'], statusCode: status });
    expect(fed.client.state).toBe('connected');
  });

  test('without a name: all that is new is refused', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    const fresh = fed.client.subscribe().channels(['b', 'c']).channelGroups('g').execute();
    const refused = expect(fresh.connected()).rejects.toMatchObject({ category: 'PNAccessDeniedCategory' });
    await (await fed.next('handshake')).refuse(403);
    await refused;
    expect((await fed.next('handshake')).facts).toMatchObject({ channels: ['a'], groups: [] });
    expect(fed.statuses.at(-1)).toMatchObject({ affectedChannels: ['b', 'c'], affectedChannelGroups: ['g'] });
  });

  test('by a group: the group is refused', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    fed.client.subscribe().channels('b').channelGroups('g').execute();
    await (await fed.next('handshake')).refuse(403, { 'channel-groups': ['g'] });
    expect((await fed.next('handshake')).facts).toMatchObject({ channels: ['a', 'b'], groups: [] });
  });

  test('with nothing left: the loop waits, and asks nothing until there is a token', async () => {
    await using fed = new HandFedClient();
    fed.client.subscribe().channels('a').execute();
    await (await fed.next('handshake')).refuse(403, { channels: ['a'] });
    expect(fed.client.state).toBe('reconnecting');
    await fed.clock.advance(3_600_000);
    expect(fed.open()).toEqual([]);
    fed.client.setToken('good');
    const handshake = await fed.next('handshake');
    expect(handshake.facts).toMatchObject({ token: 'good', channels: ['a'] });
    await handshake.answer(10);
    expect(fed.client.state).toBe('connected');
  });

  test.each([
    ['reconnect()', (fed: HandFedClient) => fed.client.reconnect()],
    [
      'disconnect() and reconnect()',
      (fed: HandFedClient) => {
        fed.client.disconnect();
        fed.client.reconnect();
      },
    ],
  ])('with nothing left: %s asks once more, and a second refusal no further', async (_, act) => {
    await using fed = new HandFedClient();
    const room = fed.client.subscribe().channels('a').execute();
    await (await fed.next('handshake')).refuse(403, { channels: ['a'] });
    act(fed);
    const waits = expect(room.connected()).rejects.toMatchObject({ code: 'PN-3002' });
    await (await fed.next('handshake')).refuse(403, { channels: ['a'] });
    await waits;
    await fed.clock.advance(3_600_000);
    expect(fed.open('handshake')).toEqual([]);
    act(fed);
    const accepted = room.connected();
    const handshake = await fed.next('handshake');
    expect(handshake.facts.channels).toEqual(['a']);
    await handshake.answer(10);
    await accepted;
    expect(fed.client.state).toBe('connected');
  });

  test('with nothing left: another filter expression asks nothing, as it brings none of them back', async () => {
    await using fed = new HandFedClient();
    fed.client.subscribe().channels('a').execute();
    await (await fed.next('handshake')).refuse(403, { channels: ['a'] });
    fed.client.setFilterExpression("lang == 'en'");
    await fed.clock.advance(3_600_000);
    expect(fed.open()).toEqual([]);
  });

  test('with nothing left: a listener that reconnects at each refusal cannot flood the server', async () => {
    await using fed = new HandFedClient();
    fed.client.on('status', () => fed.client.reconnect());
    fed.client.subscribe().channels('a').execute();
    let asked = 0;
    for (let second = 0; second < 60; second++) {
      for (const handshake of fed.open('handshake')) {
        asked++;
        await handshake.refuse(403, { channels: ['a'] });
      }
      await fed.clock.advance(1_000);
    }
    expect(asked).toBeGreaterThan(5);
    expect(asked).toBeLessThan(30);
  });

  test.each([
    ['setToken()', (fed: HandFedClient) => fed.client.setToken('new'), ['a', 'b']],
    ['reconnect()', (fed: HandFedClient) => fed.client.reconnect(), ['a', 'b']],
    [
      'another subscription',
      (fed: HandFedClient) => fed.client.subscribe().channels('c').execute(),
      ['a', 'b', 'c'],
    ],
  ])('what it refused is tried again after %s', async (_, act, asked) => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    const fresh = fed.client.subscribe().channels('b').execute();
    await (await fed.next('handshake')).refuse(403, { channels: ['b'] });
    await (await fed.next('handshake')).answer(20);
    act(fed);
    const handshake = await fed.next('handshake');
    expect(handshake.facts.channels).toEqual(asked);
    await handshake.answer(30);
    await fresh.connected();
    expect((await fed.next('poll')).facts.tt).toBe(tt(10));
  });

  test('is asked for again when the others are accepted: it holds up none, however fast they come', async () => {
    await using fed = new HandFedClient();
    const { client, clock } = fed;
    client.subscribe().channels('a').execute();
    const first = await fed.next('handshake');
    await clock.advance(100);
    await first.answer(10);
    client.subscribe().channels('forbidden').execute();
    let accepted = 0;
    let refused = 0;
    const count = () => {
      accepted++;
    };
    for (let turn = 0; turn < 100; turn++) {
      client
        .subscribe()
        .channels(`c${turn}`)
        .execute()
        .connected()
        .then(count, () => undefined);
      await clock.advance(100);
      for (const handshake of fed.open('handshake')) {
        if (!handshake.facts.channels.includes('forbidden')) await handshake.answer(20);
        else if (++refused) await handshake.refuse(403, { channels: ['forbidden'] });
      }
    }
    expect(accepted).toBeGreaterThan(60);
    expect(refused).toBeGreaterThan(3);
  });

  test('by a page of something in between: it is a failure like any other', async () => {
    for (const status of [400, 403, 481]) {
      await using fed = new HandFedClient();
      await fed.subscribed('a', 10);
      fed.client.subscribe().channels('b').execute();
      await (await fed.next('handshake')).respond(status, '<html>Forbidden by policy</html>');
      expect(fed.categories.at(-1)).toBe('UnexpectedDisconnect');
      await fed.clock.advance(2_000);
      expect((await fed.next('handshake')).facts.channels).toEqual(['a', 'b']);
    }
  });
});

describe('a names that was accepted and is refused later', () => {
  test('with 403 to a poll: the loop waits for a token, and goes on with its cursor', async () => {
    await using fed = new HandFedClient({ token: 'old' });
    const got: unknown[] = [];
    (await fed.subscribed('a', 10)).on('message', ({ message }) => got.push(message));
    await fed.deliver(20);
    await (await fed.next('poll')).refuse(403, { channels: ['a'] });
    expect(fed.categories.slice(-2)).toEqual(['UnexpectedDisconnect', 'AccessDenied']);
    await fed.clock.advance(3_600_000);
    expect(fed.open()).toEqual([]);
    fed.client.setToken('new');
    await (await fed.next('handshake')).answer(90);
    expect(fed.categories.at(-1)).toBe('Reconnected');
    expect((await fed.next('poll')).facts).toMatchObject({ tt: tt(20), token: 'new' });
    await fed.deliver(95, [entryAt(50)]);
    expect(got).toEqual([50]);
  });

  test.each([400, 414, 481])('with %i to a poll: the loop handshakes and goes on', async (status) => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    await (await fed.next('poll')).refuse(status);
    expect(fed.client.state).toBe('reconnecting');
    await fed.clock.advance(2_000);
    await (await fed.next('handshake')).answer(20);
    expect((await fed.next('poll')).facts.tt).toBe(tt(10));
  });

  test('beside others: it stops where it is, the others go on, and it has all that it missed when it is back', async () => {
    await using fed = new HandFedClient({ token: 'old' });
    const got: Record<string, unknown[]> = { a: [], b: [] };
    const kept = await fed.subscribed('a', 10);
    kept.on('message', ({ message }) => got['a']?.push(message));
    const stopped = await fed.subscribed('b', 10);
    stopped.on('message', ({ message }) => got['b']?.push(message));
    await fed.deliver(20, [entryAt(15, 'a'), entryAt(16, 'b')]);
    await (await fed.next('poll')).refuse(403, { channels: ['b'] });
    expect(fed.statuses.at(-1)).toMatchObject({
      category: 'PNAccessDeniedCategory',
      affectedChannels: ['b'],
    });
    await expect(stopped.connected()).rejects.toMatchObject({ code: 'PN-3002', channels: ['b'] });
    await kept.connected();
    await (await fed.next('handshake')).answer(25);
    expect((await fed.next('poll')).facts).toMatchObject({ tt: tt(20), channels: ['a'] });
    await fed.deliver(40, [entryAt(30, 'a')]);
    expect(fed.client.state).toBe('connected');
    fed.client.setToken('new');
    const handshake = await fed.next('handshake');
    expect(handshake.facts).toMatchObject({ channels: ['a', 'b'], token: 'new' });
    await handshake.answer(50);
    await stopped.connected();
    // The loop goes on with both, and a poll of its own brings what came for the name that had stopped.
    const [live, older] = fed.open('poll');
    expect(live?.facts).toMatchObject({ tt: tt(40), channels: ['a', 'b'] });
    expect(older?.facts).toMatchObject({ tt: tt(20), channels: ['b'] });
    await live?.answer(60, { entries: [entryAt(55, 'a'), entryAt(56, 'b')] });
    await older?.answer(45, { entries: [entryAt(28, 'b'), entryAt(33, 'b')] });
    expect(got).toEqual({ a: [15, 30, 55], b: [16, 28, 33, 56] });
  });

  test('after a reconnection: the others go on, and hear that they do', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    await fed.subscribed('b', 10);
    await (await fed.next('poll')).fail();
    await fed.clock.advance(2_000);
    await (await fed.next('handshake')).refuse(403, { channels: ['b'] });
    const handshake = await fed.next('handshake');
    expect(handshake.facts.channels).toEqual(['a']);
    await handshake.answer(30);
    expect(fed.categories.slice(-3)).toEqual(['UnexpectedDisconnect', 'AccessDenied', 'Reconnected']);
    expect(fed.statuses.at(-1)).toMatchObject({ affectedChannels: ['a'] });
    expect((await fed.next('poll')).facts).toMatchObject({ tt: tt(10), channels: ['a'] });
  });

  test('has what was on its way when it was refused, and nothing that comes for another name later', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed('x.*', 10);
    const stopped = await fed.subscribed('x.b', 10);
    const got: unknown[] = [];
    const messages = stopped.messages({ buffer: 1 });
    stopped.on('message', ({ message }) => got.push(message));
    // The reader holds up what comes next.
    await fed.deliver(20, [entryAt(11, 'x.b'), entryAt(12, 'x.b')]);
    await fed.deliver(30, [entryAt(21, 'x.b')]);
    expect(got).toEqual([11, 12]);
    const [poll] = fed.open('poll');
    await poll?.refuse(403, { channels: ['x.b'] });
    await messages.next();
    await messages.next();
    await settle();
    expect(got).toEqual([11, 12, 21]);
    await (await fed.next('handshake')).answer(40);
    await fed.deliver(50, [entryAt(45, 'x.b', { b: 'x.*' })]);
    expect(got).toEqual([11, 12, 21]);
  });

  test('with many others, of many subscriptions: one poll brings what all of them missed', async () => {
    await using fed = new HandFedClient({ token: 'old' });
    const kept = await fed.subscribed('a', 10);
    const channels = Array.from({ length: 50 }, (_, index) => `c${index}`);
    const got: unknown[] = [];
    for (const channel of channels) {
      const subscription = fed.client.subscribe().channels([channel]).execute();
      subscription.on('message', ({ message }) => got.push(message));
    }
    await (await fed.next('handshake')).answer(11);
    await (await fed.next('poll')).refuse(403, { channels });
    await (await fed.next('handshake')).answer(12);
    await fed.deliver(90);
    fed.client.setToken('new');
    await (await fed.next('handshake')).answer(91);
    await kept.connected();
    // From their floor, which the loop's cursor had not reached.
    const older = fed.open('poll').filter(({ facts }) => facts.tt === tt(11));
    expect(older.map(({ facts }) => facts.channels)).toEqual([channels.toSorted()]);
    await older[0]?.answer(95, { entries: channels.map((channel, index) => entryAt(20 + index, channel)) });
    expect(got).toEqual(channels.map((_, index) => 20 + index));
  });

  test('is forgotten once the program drops it', async () => {
    await using fed = new HandFedClient();
    const kept = await fed.subscribed('a', 10);
    const lost = await fed.subscribed('b', 11);
    await (await fed.next('poll')).refuse(403, { channels: ['b'] });
    lost.unsubscribe();
    await (await fed.next('handshake')).answer(20);
    await kept.connected();
    fed.client.setToken('new');
    await fed.clock.advance(1_000);
    expect((await fed.next('poll')).facts).toMatchObject({ channels: ['a'] });
    expect(fed.open('handshake')).toEqual([]);
  });

  test('with all others makes the loop wait, and goes on without it once the program drops it', async () => {
    await using fed = new HandFedClient();
    const kept = await fed.subscribed('a', 10);
    const lost = await fed.subscribed('b', 11);
    await (await fed.next('poll')).refuse(403, { channels: ['a', 'b'] });
    await fed.clock.advance(60_000);
    lost.unsubscribe();
    const handshake = await fed.next('handshake');
    expect(handshake.facts.channels).toEqual(['a']);
    await handshake.answer(20);
    await kept.connected();
    expect(fed.client.state).toBe('connected');
  });
});

describe('setToken()', () => {
  test('while a request with the old token is in flight: its refusal is not taken for one of the new', async () => {
    await using fed = new HandFedClient({ token: 'old' });
    await fed.subscribed('a', 10);
    const stale = await fed.next('poll');
    fed.client.setToken('new');
    await stale.refuse(403, { channels: ['a'] });
    expect(fed.client.state).toBe('connected');
    expect((await fed.next('poll')).facts).toMatchObject({ token: 'new', tt: tt(10) });
  });

  test('during a handshake: the handshake is sent again with the new token', async () => {
    await using fed = new HandFedClient({ token: 'old' });
    fed.client.subscribe().channels('a').execute();
    const stale = await fed.next('handshake');
    fed.client.setToken('new');
    await stale.refuse(403, { channels: ['a'] });
    expect((await fed.next('handshake')).facts.token).toBe('new');
    expect(fed.categories).toEqual([]);
  });

  test('in a listener that is told of each refusal does not hammer the server', async () => {
    await using fed = new HandFedClient({ token: 'stale' });
    await fed.subscribed('a', 10);
    fed.client.on('status', ({ category }) => {
      if (category === 'PNAccessDeniedCategory') fed.client.setToken('stale');
    });
    const before = fed.requests.length;
    for (let turn = 0; turn < 100; turn++) {
      for (const request of fed.open()) await request.refuse(403, { channels: ['a'] });
      await fed.clock.advance(100);
    }
    expect(fed.requests.length - before).toBeLessThanOrEqual(11);
    await settle(1);
  });
});
