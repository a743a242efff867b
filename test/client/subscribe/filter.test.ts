import { describe, expect, test } from 'vitest';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';

const MALFORMED = { message: 'Malformed', error: true, service: 'Access Manager', status: 481 };

describe('the filter expression', () => {
  test('goes with handshakes and polls, encoded', async () => {
    await using fed = new HandFedClient({ filterExpression: 'lang == "en" && a+b > 1' });
    fed.client.subscribe().channels('a').execute();
    const handshake = await fed.next('handshake');
    expect(handshake.facts.filter).toBe('lang == "en" && a+b > 1');
    await handshake.answer(10);
    expect((await fed.next('poll')).facts.filter).toBe('lang == "en" && a+b > 1');
    expect(fed.client.filterExpression).toBe('lang == "en" && a+b > 1');
  });

  test('is not sent where there is none', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    expect(fed.requests.map(({ facts }) => facts.filter)).toEqual([undefined, undefined]);
    expect(fed.client.filterExpression).toBe(undefined);
  });

  test('takes effect on the running loop, which keeps its cursor', async () => {
    await using fed = new HandFedClient({ filterExpression: 'a' });
    await fed.subscribed('a', 10);
    await fed.deliver(20);
    const old = await fed.next('poll');
    fed.client.setFilterExpression('b');
    expect(old.signal.aborted).toBe(true);
    expect((await fed.next('poll')).facts).toMatchObject({ filter: 'b', tt: tt(20) });
    expect(fed.categories).toEqual(['Connected']);
    expect(fed.client.state).toBe('connected');
  });

  test.each([undefined, ''])('is taken away by %j', async (none) => {
    await using fed = new HandFedClient({ filterExpression: 'a' });
    await fed.subscribed('a', 10);
    fed.client.setFilterExpression(none);
    expect((await fed.next('poll')).facts.filter).toBe(undefined);
    expect(fed.client.filterExpression).toBe(undefined);
  });

  test('that is set again costs no request', async () => {
    await using fed = new HandFedClient({ filterExpression: 'a' });
    await fed.subscribed('a', 10);
    const before = fed.requests.length;
    fed.client.setFilterExpression('a');
    await fed.next('poll');
    expect(fed.requests).toHaveLength(before);
  });

  test('is set on an idle client for later', async () => {
    await using fed = new HandFedClient();
    fed.client.setFilterExpression('a');
    expect(fed.requests).toEqual([]);
    await fed.subscribed('a', 10);
    expect(fed.requests[0]?.facts.filter).toBe('a');
  });

  test('also goes with the polls that catch up', async () => {
    await using fed = new HandFedClient({ filterExpression: 'a' });
    await fed.subscribed('a', 10);
    fed.client.subscribe().channels('b').withTimetoken(tt(5)).execute();
    await (await fed.next('handshake')).answer(20);
    const filters = fed.open('poll').map(({ facts }) => [facts.tt, facts.filter]);
    expect(filters.toSorted()).toEqual(
      [
        [tt(10), 'a'],
        [tt(5), 'a'],
      ].toSorted(),
    );
    for (const poll of fed.open('poll')) if (poll.facts.tt === tt(5)) await poll.answer(21);
  });

  test.each([[1], [null], [{}]])('must be a text, not %j', async (wrong) => {
    await using fed = new HandFedClient({ filterExpression: 'a' });
    const set = (value: unknown) => () => fed.client.setFilterExpression(value as string);
    expect(set(wrong)).toThrow(expect.objectContaining({ code: 'PN-1002' }));
    expect(fed.client.filterExpression).toBe('a');
    const make = () => new HandFedClient({ filterExpression: wrong as unknown as string });
    expect(make).toThrow(expect.objectContaining({ code: 'PN-1007' }));
  });
});

describe('a malformed filter expression', () => {
  test.each([
    ['the error body of an origin', MALFORMED],
    ['an empty object, as PubNub says it', {}],
  ])('in a handshake, with %s, is told to who waits, and a new one wakes the loop', async (_, body) => {
    await using fed = new HandFedClient({ filterExpression: '(' });
    const subscription = fed.client.subscribe().channels('a').execute();
    const told = expect(subscription.connected()).rejects.toMatchObject({ code: 'PN-3008', statusCode: 481 });
    await (await fed.next('handshake')).respond(481, body);
    await told;
    expect(fed.statuses).toMatchObject([
      { category: 'PNMalformedFilterExpressionCategory', statusCode: 481, affectedChannels: ['a'] },
    ]);
    expect(fed.client.state).toBe('reconnecting');
    await fed.clock.advance(3_600_000);
    expect(fed.open()).toEqual([]);
    fed.client.setFilterExpression('a');
    const handshake = await fed.next('handshake');
    expect(handshake.facts).toMatchObject({ filter: 'a', channels: ['a'] });
    await handshake.answer(10);
    await subscription.connected();
    expect(fed.client.state).toBe('connected');
  });

  test('on a running loop costs neither the subscription nor the cursor', async () => {
    await using fed = new HandFedClient();
    const got: unknown[] = [];
    (await fed.subscribed('a', 10)).on('message', ({ message }) => got.push(message));
    await fed.deliver(20);
    fed.client.setFilterExpression('(');
    await (await fed.next('poll')).respond(481, MALFORMED);
    expect(fed.categories.slice(1)).toEqual(['UnexpectedDisconnect', 'MalformedFilterExpression']);
    await fed.clock.advance(60_000);
    expect(fed.open()).toEqual([]);
    fed.client.setFilterExpression('a');
    await (await fed.next('handshake')).answer(90);
    expect(fed.categories.at(-1)).toBe('Reconnected');
    expect((await fed.next('poll')).facts.tt).toBe(tt(20));
    await fed.deliver(95, [entryAt(50)]);
    expect(got).toEqual([50]);
  });

  test('blames no name: those that were to be added are asked for again with the next one', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    fed.client.setFilterExpression('(');
    const fresh = fed.client.subscribe().channels('b').execute();
    const told = expect(fresh.connected()).rejects.toMatchObject({ code: 'PN-3008' });
    await (await fed.next('handshake')).respond(481, {});
    await told;
    await fed.clock.advance(1_000);
    fed.client.setFilterExpression(undefined);
    const handshake = await fed.next('handshake');
    expect(handshake.facts.channels).toEqual(['a', 'b']);
    await handshake.answer(20);
    await fresh.connected();
  });

  test('in flight is not held against the one that replaced it', async () => {
    await using fed = new HandFedClient({ filterExpression: '(' });
    fed.client.subscribe().channels('a').execute();
    const stale = await fed.next('handshake');
    fed.client.setFilterExpression('a');
    await stale.respond(481, {});
    expect((await fed.next('handshake')).facts.filter).toBe('a');
    expect(fed.categories).toEqual([]);
  });

  test('that a listener replaces at once by another does not hammer the server', async () => {
    await using fed = new HandFedClient({ filterExpression: '(' });
    let count = 0;
    fed.client.on('status', ({ category }) => {
      if (category === 'PNMalformedFilterExpressionCategory') fed.client.setFilterExpression(`(${count++}`);
    });
    fed.client.subscribe().channels('a').execute();
    for (let turn = 0; turn < 100; turn++) {
      for (const request of fed.open('handshake')) await request.respond(481, {});
      await fed.clock.advance(100);
    }
    expect(count).toBeLessThanOrEqual(11);
    fed.client.disconnect();
  });

  test.each([
    ['a page of something in between', '<html>481</html>'],
    ['nothing', ''],
  ])('is not what %s tells of: that is a failure like any other', async (_, body) => {
    await using fed = new HandFedClient({ filterExpression: 'a' });
    await fed.subscribed('a', 10);
    await (await fed.next('poll')).respond(481, body);
    expect((await fed.retried()).facts.filter).toBe('a');
  });
});
