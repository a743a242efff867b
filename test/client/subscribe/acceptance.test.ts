import { describe, expect, test } from 'vitest';
import { Interest } from '../../../src/client/subscribe/interest.ts';
import { entryAt, names, tt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';

describe('the acceptance of a subscription', () => {
  test('ends with the signal, and leaves no listener behind', async () => {
    const interest = new Interest(names('a'));
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (type: string, listener: EventListener) => {
      listeners++;
      add(type, listener);
    };
    signal.removeEventListener = (type: string, listener: EventListener) => {
      listeners--;
      remove(type, listener);
    };
    const settled = interest.accepted(signal);
    interest.accept(names('a'), tt(5));
    await settled;
    expect(listeners).toBe(0);
    const other = new Interest(names('a'));
    const aborted = other.accepted(signal);
    expect(listeners).toBe(1);
    controller.abort('enough');
    await expect(aborted).rejects.toMatchObject({ code: 'PN-2003', cause: 'enough' });
    expect(listeners).toBe(0);
    await expect(other.accepted(signal)).rejects.toMatchObject({ code: 'PN-2003', cause: 'enough' });
  });
});

describe('connected()', () => {
  test('waits for the answer to a new token, after a refusal of the old one', async () => {
    await using fed = new HandFedClient();
    const subscription = fed.client.subscribe().channels('a').execute();
    await (await fed.next('handshake')).refuse(403, { channels: ['a'] });
    await expect(subscription.connected()).rejects.toMatchObject({ statusCode: 403 });
    await fed.clock.advance(10_000);
    fed.client.setToken('new');
    const connected = subscription.connected();
    await (await fed.next('handshake')).answer(10);
    await expect(connected).resolves.toBe(undefined);
  });

  test('waits for the last name: one that was refused keeps the subscription open', async () => {
    await using fed = new HandFedClient();
    const subscription = fed.client.subscribe().channels(['a', 'b']).channelGroups('g').execute();
    const waiting = expect(subscription.connected()).rejects.toMatchObject({ channels: ['b'] });
    await (await fed.next('handshake')).refuse(403, { channels: ['b'] });
    await (await fed.next('handshake')).answer(10);
    await waiting;
    await expect(subscription.connected()).rejects.toMatchObject({ channels: ['b'] });
  });

  test('tells of a refusal when the others are accepted: what is published from then on is received', async () => {
    await using fed = new HandFedClient();
    fed.client.subscribe().channels('a').execute();
    const first = await fed.next('handshake');
    await fed.clock.advance(100);
    await first.answer(10);
    await fed.clock.advance(1_000);
    const subscription = fed.client.subscribe().channels(['b', 'forbidden']).execute();
    const got: unknown[] = [];
    subscription.on('message', ({ message }) => got.push(message));
    let published = 0;
    let newest = 20;
    const told = subscription.connected().catch(() => {
      published = ++newest;
    });
    await (await fed.next('handshake')).refuse(403, { channels: ['forbidden'] });
    // A poll for what was accepted before comes first, and the next handshake's answer has the server's newest timetoken.
    await fed.deliver(++newest, [entryAt(newest)]);
    await (await fed.next('handshake')).answer(++newest);
    await told;
    await fed.deliver(published, [entryAt(published, 'b')]);
    expect(got).toEqual([published]);
  });

  test('tells of a refusal at once when the others are dropped or refused too', async () => {
    for (const isDropped of [true, false]) {
      await using fed = new HandFedClient();
      await fed.subscribed('a', 10);
      const subscription = fed.client.subscribe().channels(['b', 'c']).execute();
      const refused = expect(subscription.connected()).rejects.toMatchObject({ code: 'PN-3002' });
      await (await fed.next('handshake')).refuse(403, { channels: ['b'] });
      if (isDropped) await fed.client.unsubscribe().channels('c').execute();
      else await (await fed.next('handshake')).refuse(403, { channels: ['c'] });
      await refused;
    }
  });

  test('still tells of a refused name after another filter, which does not bring it back', async () => {
    await using fed = new HandFedClient();
    await fed.subscribed('a', 10);
    const subscription = fed.client.subscribe().channels('b').execute();
    await (await fed.next('handshake')).refuse(403, { channels: ['b'] });
    await (await fed.next('handshake')).answer(20);
    fed.client.setFilterExpression('n > 1');
    await expect(subscription.connected()).rejects.toMatchObject({ code: 'PN-3002', channels: ['b'] });
  });

  test('resolves when the one name that was refused is dropped', async () => {
    await using fed = new HandFedClient();
    const subscription = fed.client.subscribe().channels(['a', 'b']).execute();
    await (await fed.next('handshake')).refuse(403, { channels: ['b'] });
    await (await fed.next('handshake')).answer(10);
    await fed.client.unsubscribe().channels('b').execute();
    await expect(subscription.connected()).resolves.toBe(undefined);
  });

  test('rejects when the subscription ends first, and of one that has ended', async () => {
    await using fed = new HandFedClient();
    const subscription = fed.client.subscribe().channels('a').execute();
    const waiting = expect(subscription.connected()).rejects.toMatchObject({ code: 'PN-2003' });
    subscription.unsubscribe();
    await waiting;
    await expect(subscription.connected()).rejects.toMatchObject({ code: 'PN-2003' });
  });

  test('says nothing of the server, nor of a call, where an accepted subscription has ended', async () => {
    await using fed = new HandFedClient();
    const subscription = await fed.subscribed('a', 10);
    await subscription.connected();
    subscription.unsubscribe();
    await expect(subscription.connected()).rejects.toMatchObject({
      message: expect.stringMatching(/^The subscription has ended(?!.*(server|call))/),
    });
  });

  test('rejects while the client is stopped, and when it stops', async () => {
    await using fed = new HandFedClient();
    const subscription = fed.client.subscribe().channels('a').execute();
    const waiting = expect(subscription.connected()).rejects.toThrow('reconnect()');
    await fed.next('handshake');
    fed.client.disconnect();
    await waiting;
    await expect(subscription.connected()).rejects.toThrow('reconnect()');
    fed.client.reconnect();
    const again = subscription.connected();
    await (await fed.next('handshake')).answer(10);
    await expect(again).resolves.toBe(undefined);
  });
});
