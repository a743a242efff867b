import { describe, expect, test } from 'vitest';
import type { PNGapEvent } from '../../../src/index.ts';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { HandFedClient, type PendingRequest } from '../../support/loop-pending-transport.ts';
import { settle } from '../../support/virtual-clock.ts';

/** A client whose loop is at 50, and a subscription to `channels` that starts at 5 and was accepted at 60. */
async function joining(fed: HandFedClient, channels: readonly string[] = ['b']) {
  const live = await fed.subscribed('a', 50);
  const subscription = fed.client
    .subscribe()
    .channels([...channels])
    .withTimetoken(tt(5))
    .execute();
  const got: unknown[] = [];
  subscription.on('message', ({ message }) => got.push(message));
  await (await fed.next('handshake')).answer(60);
  return { live, subscription, got };
}

function pollAt(fed: HandFedClient, count: number): PendingRequest {
  const found = fed.open('poll').filter(({ facts }) => facts.tt === tt(count));
  const [poll] = found;
  if (!poll || found.length > 1) {
    const open = fed.open('poll').map(({ facts }) => facts.tt);
    throw new Error(`Not exactly one poll at ${count}, but ${open.join(', ')}.`);
  }
  return poll;
}

describe('catching up', () => {
  test('asks by polls of its own, from the timetoken asked for; the loop polls on at its cursor', async () => {
    await using fed = new HandFedClient();
    await joining(fed);
    expect(fed.open('poll').map(({ facts }) => [facts.tt, facts.channels])).toEqual(
      [
        [tt(5), ['b']],
        [tt(50), ['a', 'b']],
      ].sort(),
    );
  });

  test('delivers in order, the older ones before the live ones that came meanwhile', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed);
    await pollAt(fed, 50).answer(70, { entries: [entryAt(65, 'b')] });
    await pollAt(fed, 5).answer(30, { entries: [entryAt(6, 'b'), entryAt(20, 'b')] });
    expect(got).toEqual([6, 20]);
    await pollAt(fed, 30).answer(66, { entries: [entryAt(58, 'b'), entryAt(65, 'b')] });
    expect(got).toEqual([6, 20, 58, 65]);
    expect(fed.open('poll')).toHaveLength(1);
    await pollAt(fed, 70).answer(80, { entries: [entryAt(75, 'b')] });
    expect(got).toEqual([6, 20, 58, 65, 75]);
  });

  test('never moves the cursor of the loop, nor the one that the program sees', async () => {
    await using fed = new HandFedClient();
    await joining(fed);
    await pollAt(fed, 5).answer(61, { entries: [entryAt(6, 'b')] });
    expect(fed.client.timetoken).toBe(tt(50));
    expect(fed.open('poll').map(({ facts }) => facts.tt)).toEqual([tt(50)]);
  });

  test('holds a thousand live entries back, then the polls', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed);
    const live = Array.from({ length: 1_000 }, (_, index) => entryAt(61 + index, 'b'));
    await pollAt(fed, 50).answer(2_000, { entries: live });
    await pollAt(fed, 2_000).answer(2_010, { entries: [entryAt(2_001, 'b')] });
    await pollAt(fed, 2_010).answer(2_020, { entries: [entryAt(2_011, 'b')] });
    expect(fed.open('poll').map(({ facts }) => facts.tt)).toEqual([tt(5)]);
    await pollAt(fed, 5).answer(61, { entries: [entryAt(6, 'b')] });
    expect(got).toEqual([6, ...live.map(({ d }) => d), 2_001, 2_011]);
    expect(fed.open('poll').map(({ facts }) => facts.tt)).toEqual([tt(2_020)]);
  });

  test('is for the one subscription: others on the channel get nothing of it', async () => {
    await using fed = new HandFedClient();
    const other: unknown[] = [];
    (await fed.subscribed('b', 40)).on('message', ({ message }) => other.push(message));
    const { got } = await joining(fed);
    const seen: unknown[] = [];
    fed.client.on('message', ({ message }) => seen.push(message));
    await pollAt(fed, 5).answer(61, { entries: [entryAt(6, 'b'), entryAt(45, 'b'), entryAt(55, 'b')] });
    expect(got).toEqual([6, 45, 55]);
    expect(other).toEqual([]);
    // What the other one covers is the loop's to deliver.
    expect(seen).toEqual([6]);
    await pollAt(fed, 40).answer(62, { entries: [entryAt(45, 'b'), entryAt(55, 'b')] });
    expect(other).toEqual([45, 55]);
    expect(seen).toEqual([6, 45, 55]);
    expect(got).toEqual([6, 45, 55]);
  });

  test('has one poll in flight for all subscriptions that catch up', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed);
    const second: unknown[] = [];
    const sooner = fed.client.subscribe().channels('c').withTimetoken(tt(20)).execute();
    sooner.on('message', ({ message }) => second.push(message));
    await (await fed.next('handshake')).answer(70);
    const older = fed.open('poll').filter(({ facts }) => facts.tt !== tt(50));
    expect(older.map(({ facts }) => [facts.tt, facts.channels])).toEqual([[tt(5), ['b', 'c']]]);
    const entries = [entryAt(6, 'b'), entryAt(10, 'c'), entryAt(30, 'c'), entryAt(65, 'b')];
    await pollAt(fed, 5).answer(71, { entries });
    expect(got).toEqual([6]);
    expect(second).toEqual([30]);
  });

  test('of two subscriptions to one channel brings each all of it, and the client every message once', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed);
    const seen: unknown[] = [];
    fed.client.on('message', ({ message }) => seen.push(message));
    const second: unknown[] = [];
    const sooner = fed.client.subscribe().channels('b').withTimetoken(tt(20)).execute();
    sooner.on('message', ({ message }) => second.push(message));
    await (await fed.next('handshake')).answer(70);
    await pollAt(fed, 5).answer(71, { entries: [entryAt(6, 'b'), entryAt(30, 'b')] });
    expect(got).toEqual([6, 30]);
    expect(second).toEqual([30]);
    expect(seen).toEqual([6, 30]);
  });

  test('tries again after failures, with the delays of the loop', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed);
    await pollAt(fed, 5).fail();
    expect(fed.open('poll')).toHaveLength(1);
    await fed.clock.advance(2_000);
    await pollAt(fed, 5).respond(502, '<html>');
    await fed.clock.advance(3_000);
    await pollAt(fed, 5).answer(61, { entries: [entryAt(6, 'b')] });
    expect(got).toEqual([6]);
    expect(fed.client.state).toBe('connected');
  });

  test('ends after three answers that bring it no further', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed);
    await pollAt(fed, 50).answer(70, { entries: [entryAt(65, 'b')] });
    for (let count = 0; count < 3; count++) await pollAt(fed, 5).answer(5);
    expect(got).toEqual([65]);
    expect(fed.open('poll')).toHaveLength(1);
  });

  test('goes through any number of answers', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed);
    for (let at = 5; at < 45; at++) await pollAt(fed, at).answer(at + 1, { entries: [entryAt(at + 1, 'b')] });
    expect(got).toHaveLength(40);
  });

  test('is given up by disconnect(), and taken up where it was by reconnect()', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed);
    await pollAt(fed, 5).answer(30, { entries: [entryAt(6, 'b')] });
    fed.client.disconnect();
    await settle();
    expect(fed.open()).toEqual([]);
    fed.client.reconnect();
    await (await fed.next('handshake')).answer(90);
    await pollAt(fed, 30).answer(61, { entries: [entryAt(40, 'b')] });
    expect(got).toEqual([6, 40]);
  });

  test.each([
    ['its subscription ends', 'unsubscribe', [['a']]],
    ['everything is unsubscribed', 'unsubscribeAll', []],
    ['the client is closed', 'close', []],
  ] as const)('leaves no poll behind when %s', async (_, how, left) => {
    await using fed = new HandFedClient();
    const { subscription } = await joining(fed);
    if (how === 'unsubscribe') subscription.unsubscribe();
    else void fed.client[how]();
    await settle(1);
    expect(fed.open('poll').map(({ facts }) => facts.channels)).toEqual(left);
  });

  test('delivers nothing more of a name that was dropped, live or older', async () => {
    await using fed = new HandFedClient();
    const { got } = await joining(fed, ['b', 'c']);
    await pollAt(fed, 50).answer(70, { entries: [entryAt(65, 'b'), entryAt(66, 'c')] });
    await fed.client.unsubscribe().channels('b').execute();
    await settle(1);
    await pollAt(fed, 5).answer(71, { entries: [entryAt(6, 'b'), entryAt(7, 'c')] });
    expect(got).toEqual([7, 66]);
  });

  test('tells of what the origin has trimmed', async () => {
    await using fed = new HandFedClient();
    const { subscription } = await joining(fed);
    const gaps: PNGapEvent[] = [];
    subscription.on('gap', (gap) => gaps.push(gap));
    await pollAt(fed, 5).answer(61, { gaps: [{ c: 'b', from: tt(1), to: tt(40) }] });
    expect(gaps).toEqual([
      expect.objectContaining({ channel: 'b', from: tt(5), to: tt(40), reason: 'trimmed', certain: true }),
    ]);
  });

  test('is not needed where the timetoken is not older than the handshake', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 50);
    fed.client.subscribe().channels('b').withTimetoken(tt(60)).execute();
    await (await fed.next('handshake')).answer(60);
    expect(fed.open('poll')).toHaveLength(1);
  });

  test('asks again with a new token, whatever delay a refusal has earned it', async () => {
    await using fed = new HandFedClient();
    await joining(fed);
    await pollAt(fed, 5).refuse(403, { channels: ['b'] });
    expect(fed.open('poll')).toHaveLength(1);
    fed.client.setToken('new');
    await settle(1);
    expect(pollAt(fed, 5).facts).toMatchObject({ token: 'new' });
  });
});
