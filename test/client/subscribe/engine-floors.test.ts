import { describe, expect, test } from 'vitest';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';
import { settle } from '../../support/virtual-clock.ts';

function payloads(subscription: {
  on: (name: 'message', handler: (event: { message: unknown }) => void) => unknown;
}) {
  const got: unknown[] = [];
  subscription.on('message', ({ message }) => got.push(message));
  return got;
}

describe('the floor of a subscription', () => {
  test('is the handshake that accepted it: nothing older comes, however old the cursor is', async () => {
    await using fed = new HandFedClient();
    const old = payloads(await fed.subscribed('a', 10));
    const fresh = payloads(await fed.subscribed('b', 50));
    expect((await fed.next('poll')).facts.tt).toBe(tt(10));
    await fed.deliver(60, [entryAt(20, 'b'), entryAt(30, 'a'), entryAt(50, 'b'), entryAt(51, 'b')]);
    expect(old).toEqual([30]);
    expect(fresh).toEqual([51]);
  });

  test('is its own where two subscriptions are on one channel', async () => {
    await using fed = new HandFedClient();
    const first = payloads(await fed.subscribed('a', 10));
    const second = payloads(await fed.subscribed('a', 50));
    await fed.deliver(60, [entryAt(20), entryAt(50), entryAt(55)]);
    expect(first).toEqual([20, 50, 55]);
    expect(second).toEqual([55]);
  });

  test('is set anew by subscribing again', async () => {
    await using fed = new HandFedClient();
    const first = await fed.subscribed(['a', 'b'], 10);
    await fed.client.unsubscribe().channels('a').execute();
    const again = payloads(await fed.subscribed('a', 50));
    const kept = payloads(first);
    await fed.deliver(60, [entryAt(20), entryAt(30, 'b'), entryAt(55)]);
    expect(again).toEqual([55]);
    expect(kept).toEqual([30]);
  });

  test('is not that of a handshake that was under way before the program subscribed', async () => {
    await using fed = new HandFedClient();
    fed.client.subscribe().channels('a').execute();
    const underway = await fed.next('handshake');
    const late = fed.client.subscribe().channels('a').execute();
    const got = payloads(late);
    let connected = false;
    void late.connected().then(() => {
      connected = true;
    });
    await underway.answer(10);
    expect(connected).toBe(false);
    await (await fed.next('handshake')).answer(50);
    expect(connected).toBe(true);
    await fed.deliver(60, [entryAt(20), entryAt(55)]);
    expect(got).toEqual([55]);
  });

  test('a message older than the cursor is delivered all the same: it may come from another region', async () => {
    await using fed = new HandFedClient();
    const got = payloads(await fed.subscribed('a', 10));
    await fed.deliver(60, [entryAt(58)]);
    await fed.deliver(70, [entryAt(40, 'a', { p: { t: tt(40), r: 2 } })]);
    expect(got).toEqual([58, 40]);
  });
});

describe('a subscription that starts in the past', () => {
  test('gives an idle loop its cursor, and a name beside it no older floor', async () => {
    await using fed = new HandFedClient();
    const older = payloads(fed.client.subscribe().channels('a').withTimetoken(tt(5)).execute());
    const plain = payloads(fed.client.subscribe().channels('b').execute());
    await (await fed.next('handshake')).answer(50);
    expect((await fed.next('poll')).facts.tt).toBe(tt(5));
    await fed.deliver(60, [entryAt(6), entryAt(7, 'b'), entryAt(51, 'b')]);
    expect(older).toEqual([6]);
    expect(plain).toEqual([51]);
  });

  test('the oldest of several that an idle loop starts with is its cursor', async () => {
    await using fed = new HandFedClient();
    fed.client.subscribe().channels('a').withTimetoken(tt(9)).execute();
    const short = payloads(fed.client.subscribe().channels('b').withTimetoken('7').execute());
    await (await fed.next('handshake')).answer(50);
    expect((await fed.next('poll')).facts.tt).toBe('7');
    await fed.deliver(60, [entryAt(1, 'b')]);
    expect(short).toEqual([1]);
    expect(fed.open('poll')).toHaveLength(1);
  });

  test('keeps the region of a cursor that was saved', async () => {
    await using fed = new HandFedClient();
    fed.client
      .subscribe()
      .channels('a')
      .withCursor(`12:${tt(5)}`)
      .execute();
    const handshake = await fed.next('handshake');
    expect(handshake.facts.region).toBe('12');
    await handshake.answer(50);
    expect((await fed.next('poll')).facts).toMatchObject({ tt: tt(5), region: '12' });
  });

  test('after everything was unsubscribed gets again what was delivered before', async () => {
    await using fed = new HandFedClient();
    const first = await fed.subscribed('a', 10);
    await fed.deliver(20, [entryAt(15)]);
    first.unsubscribe();
    await settle();
    const again = payloads(fed.client.subscribe().channels('a').withTimetoken(tt(12)).execute());
    await (await fed.next('handshake')).answer(50);
    await fed.deliver(60, [entryAt(15)]);
    expect(again).toEqual([15]);
  });

  // The transport answers some turns of the microtask queue before the loop takes the answer up.
  test.each(Array.from({ length: 12 }, (_, hops) => hops))(
    'loses nothing where the first handshake is answered in the same moment (%i hops before)',
    async (hops) => {
      await using fed = new HandFedClient();
      fed.client.subscribe().channels('b').execute();
      const handshake = await fed.next('handshake');
      const answered = handshake.answer(50);
      for (let hop = 0; hop < hops; hop++) await Promise.resolve();
      const got = payloads(fed.client.subscribe().channels('a').withTimetoken(tt(5)).execute());
      await answered;
      await (await fed.next('handshake')).answer(55);
      const polls = fed.open('poll');
      expect(polls.map(({ facts }) => facts.tt)).toContain(tt(5));
      for (const poll of polls) if (poll.facts.tt === tt(5)) await poll.answer(60, { entries: [entryAt(6)] });
      await settle();
      expect(got).toEqual([6]);
    },
  );
});
