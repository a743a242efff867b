import { PNReconnectionPolicy, type TokenContext, type TokenProvider } from 'timetoken';
import { describe, expect, test } from 'vitest';
import { tokenWith } from '../../support/access-tokens.ts';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const NOW = new VirtualClock().now() / 1_000;
const never = new Promise<string>(() => {});

/** A client whose provider gives what the test says, in this order; the last one for ever. */
function fedWith(...tokens: readonly (string | Error | Promise<string>)[]) {
  const asked: TokenContext[] = [];
  const token: TokenProvider = async (context) => {
    const next = tokens[Math.min(asked.length, tokens.length - 1)] ?? 'token';
    asked.push(context);
    if (next instanceof Error) throw next;
    return next;
  };
  return { fed: new HandFedClient({ token }), asked, reasons: () => asked.map(({ reason }) => reason) };
}

describe('a loop whose token is refused', () => {
  test('gets another one, and repeats the poll with its cursor: nothing is announced', async () => {
    const { fed, reasons } = fedWith('T1', 'T2');
    await using _ = fed;
    const got: unknown[] = [];
    (await fed.subscribed('a', 10)).on('message', ({ message }) => got.push(message));
    await fed.deliver(20);
    const said = fed.statuses.length;
    await (await fed.next('poll')).refuse(403, { channels: ['a'] });
    const poll = await fed.next('poll');
    expect(poll.facts).toMatchObject({ tt: tt(20), token: 'T2', channels: ['a'] });
    await poll.answer(40, { entries: [entryAt(30)] });
    expect(got).toEqual([30]);
    expect(reasons()).toEqual(['first', 'refused']);
    expect(fed.statuses).toHaveLength(said);
    expect(fed.client.state).toBe('connected');
  });

  test('does not stop for one refused channel: with another token too, it is refused alone', async () => {
    const { fed, reasons } = fedWith('T1', 'T2', 'T3');
    await using _ = fed;
    const got: unknown[] = [];
    (await fed.subscribed('a', 10)).on('message', ({ message }) => got.push(message));
    const fresh = fed.client.subscribe().channels(['b', 'c']).execute();
    const refused = expect(fresh.connected()).rejects.toMatchObject({ code: 'PN-3002', channels: ['b'] });
    await (await fed.next('handshake')).refuse(403, { channels: ['b'] });
    const second = await fed.next('handshake');
    expect(second.facts).toMatchObject({ token: 'T2', channels: ['a', 'b', 'c'] });
    await second.refuse(403, { channels: ['b'] });
    const rest = await fed.next('handshake');
    expect(rest.facts).toMatchObject({ token: 'T2', channels: ['a', 'c'] });
    await rest.answer(20);
    await refused;
    expect((await fed.next('poll')).facts.tt).toBe(tt(10));
    await fed.deliver(30, [entryAt(25)]);
    expect(got).toEqual([25]);
    expect(reasons()).toEqual(['first', 'refused']);
    expect(fed.client.state).toBe('connected');
  });

  test('is accepted with a new channel when the new token allows it', async () => {
    const { fed } = fedWith('T1', 'T2');
    await using _ = fed;
    await fed.subscribed('a', 10);
    const fresh = fed.client.subscribe().channels('b').execute();
    await (await fed.next('handshake')).refuse(403, { channels: ['b'] });
    await (await fed.next('handshake')).answer(20);
    await fresh.connected();
    expect(fed.statuses.filter(({ isError }) => isError)).toEqual([]);
  });

  test('comes back by itself when the provider, which failed first, gives a token', async () => {
    const { fed, asked } = fedWith('T1', new Error('down'), new Error('down'), 'T2');
    await using _ = fed;
    await fed.subscribed('a', 10);
    await fed.deliver(20);
    await (await fed.next('poll')).refuse(403, { channels: ['a'] });
    expect(fed.client.state).toBe('reconnecting');
    expect(fed.statuses.at(-1)).toMatchObject({
      category: 'PNUnexpectedDisconnectCategory',
      errorData: { code: 'PN-3009', cause: { message: 'down' } },
    });
    await (await fed.retried()).refuse(403, { channels: ['a'] });
    await (await fed.retried()).refuse(403, { channels: ['a'] });
    for (let second = 0; asked.length < 4; second++) {
      if (second > 300) throw new Error('the provider is not asked');
      await fed.clock.advance(1_000);
      const [handshake] = fed.open('handshake');
      if (handshake?.facts.token === 'T1') await handshake.refuse(403, { channels: ['a'] });
    }
    const last = await fed.retried();
    expect(last.facts.token).toBe('T2');
    await last.answer(90);
    expect((await fed.next('poll')).facts).toMatchObject({ tt: tt(20), token: 'T2' });
    expect(fed.categories.at(-1)).toBe('Reconnected');
  });

  test('tries again with pauses as long as the provider gives tokens that are refused', async () => {
    const { fed, asked } = fedWith('T1', 'T2', 'T3', 'T4', 'T5', 'good');
    await using _ = fed;
    await fed.subscribed('a', 10);
    await (await fed.next('poll')).refuse(403, { channels: ['a'] });
    let requests = 0;
    for (let second = 0; second < 600 && fed.requests.at(-1)?.facts.token !== 'good'; second++) {
      for (const request of fed.open()) {
        requests++;
        await request.refuse(403, { channels: ['a'] });
      }
      await fed.clock.advance(1_000);
    }
    expect(fed.client.state).toBe('reconnecting');
    await (await fed.next('handshake')).answer(20);
    expect(fed.client.state).toBe('connected');
    expect((await fed.next('poll')).facts).toMatchObject({ tt: tt(10), token: 'good' });
    expect(asked).toHaveLength(6);
    expect(requests).toBeLessThan(30);
  });

  test('ends in failed under the policy NONE, and can be started again', async () => {
    let token = 'bad';
    await using fed = new HandFedClient({
      token: async () => token,
      reconnectionPolicy: PNReconnectionPolicy.NONE,
    });
    await fed.subscribed('a', 10);
    await (await fed.next('poll')).refuse(403, { channels: ['a'] });
    expect(fed.client.state).toBe('failed');
    token = 'good';
    await fed.clock.advance(60_000);
    fed.client.reconnect();
    await (await fed.next('handshake')).refuse(403, { channels: ['a'] });
    const handshake = await fed.next('handshake');
    expect(handshake.facts.token).toBe('good');
    await handshake.answer(20);
    expect((await fed.next('poll')).facts.tt).toBe(tt(10));
  });

  test('makes no more than one request at a time, and forgets a poll that was cancelled meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const { fed } = fedWith('T1', promise);
    await using _ = fed;
    await fed.subscribed(['a', 'b'], 10);
    await (await fed.next('poll')).refuse(403, { channels: ['a'] });
    expect(fed.open()).toEqual([]);
    await fed.client.unsubscribe().channels('b').execute();
    const stale = await fed.next('poll');
    expect(stale.facts).toMatchObject({ token: 'T1', channels: ['a'] });
    resolve('T2');
    await stale.refuse(403, { channels: ['a'] });
    expect((await fed.next('poll')).facts).toMatchObject({ token: 'T2', channels: ['a'], tt: tt(10) });
  });
});

describe('a loop that has no token', () => {
  test('waits for the provider, and begins with its token', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const { fed } = fedWith(promise);
    await using _ = fed;
    fed.client.subscribe().channels('a').execute();
    await fed.clock.advance(10_000);
    expect(fed.requests).toEqual([]);
    expect(fed.client.state).toBe('connecting');
    resolve('T1');
    expect((await fed.next('handshake')).facts.token).toBe('T1');
  });

  test('does not wait for ever: a provider that hangs is a failure, and is asked again', async () => {
    const { fed, asked } = fedWith(never, 'T2');
    await using _ = fed;
    fed.client.subscribe().channels('a').execute();
    await fed.clock.advance(15_000);
    expect(fed.client.state).toBe('reconnecting');
    expect(fed.statuses.at(-1)).toMatchObject({ isError: true, errorData: { code: 'PN-3009' } });
    expect(asked[0]?.signal.aborted).toBe(true);
    await (await fed.retried()).answer(10);
    expect(fed.client.state).toBe('connected');
  });

  test('goes on with setToken(), a second after the last failure at the latest', async () => {
    const { fed } = fedWith(new Error('down'));
    await using _ = fed;
    fed.client.subscribe().channels('a').execute();
    for (let minute = 0; minute < 20; minute++) await fed.clock.advance(60_000);
    expect(fed.requests).toEqual([]);
    fed.client.setToken('mine');
    await fed.clock.advance(1_000);
    const handshake = await fed.next('handshake');
    expect(handshake.facts.token).toBe('mine');
    await handshake.answer(10);
    expect(fed.client.state).toBe('connected');
  });

  test('goes on at once with setToken() while the provider is asked', async () => {
    const { fed } = fedWith(never);
    await using _ = fed;
    fed.client.subscribe().channels('a').execute();
    await fed.clock.advance(1_000);
    fed.client.setToken('mine');
    expect((await fed.next('handshake')).facts.token).toBe('mine');
  });

  test('ends with close(), whatever the provider does', async () => {
    const { fed, asked } = fedWith(never);
    fed.client.subscribe().channels('a').execute();
    await fed.clock.advance(1_000);
    await fed[Symbol.asyncDispose]();
    expect(asked[0]?.signal.aborted).toBe(true);
    expect(fed.requests).toEqual([]);
  });
});

test('a loop renews its token in time, between two polls, without losing its place', async () => {
  const [old, young] = [tokenWith({ t: NOW, ttl: 60 }), tokenWith({ t: NOW + 3_600, ttl: 60 })];
  const { fed, reasons } = fedWith(old, young);
  await using _ = fed;
  await fed.subscribed('a', 10);
  let count = 10;
  for (let minute = 0; minute < 62; minute++) {
    await fed.clock.advance(60_000);
    await fed.deliver(++count);
  }
  expect((await fed.next('poll')).facts).toMatchObject({ tt: tt(count), token: young });
  expect(reasons()).toEqual(['first', 'expiring']);
  expect(fed.statuses.filter(({ isError }) => isError)).toEqual([]);
});
