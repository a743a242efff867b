import { describe, expect, test } from 'vitest';
import { Acceptance } from '../../../src/client/subscribe/acceptance.ts';
import { PubNubError } from '../../../src/index.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';

const refusal = new PubNubError('PN-3002', 'No.');

describe('the acceptance of a subscription', () => {
  test('is waited for until it is settled, by everybody who waits', async () => {
    const acceptance = new Acceptance();
    let settled = 0;
    const waiting = [acceptance.wait(undefined), acceptance.wait(new AbortController().signal)];
    for (const one of waiting) void one.then(() => settled++);
    await Promise.resolve();
    expect(settled).toBe(0);
    acceptance.settle();
    await Promise.all(waiting);
    expect(settled).toBe(2);
  });

  test('is refused with the server’s error, to those who wait and to those who come later', async () => {
    const acceptance = new Acceptance();
    const waiting = acceptance.wait(undefined);
    acceptance.refuse(refusal);
    await expect(waiting).rejects.toBe(refusal);
    await expect(acceptance.wait(undefined)).rejects.toBe(refusal);
  });

  test('that was refused can still be settled: who comes later waits for the next answer', async () => {
    const acceptance = new Acceptance();
    acceptance.refuse(refusal);
    acceptance.settle();
    const waiting = acceptance.wait(undefined);
    acceptance.settle();
    await expect(waiting).resolves.toBe(undefined);
  });

  test('is open again when the names are asked for again', async () => {
    const acceptance = new Acceptance();
    acceptance.refuse(refusal);
    acceptance.askAgain();
    const waiting = acceptance.wait(undefined);
    acceptance.settle();
    await expect(waiting).resolves.toBe(undefined);
  });

  test('is given up by those who wait now, and open to those who come later', async () => {
    const acceptance = new Acceptance();
    const now = acceptance.wait(undefined);
    acceptance.giveUp(refusal);
    await expect(now).rejects.toBe(refusal);
    const later = acceptance.wait(undefined);
    acceptance.settle();
    await expect(later).resolves.toBe(undefined);
  });

  test('ends with the signal, and leaves no listener behind', async () => {
    const acceptance = new Acceptance();
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
    const settled = acceptance.wait(signal);
    acceptance.settle();
    await settled;
    expect(listeners).toBe(0);
    const aborted = acceptance.wait(signal);
    expect(listeners).toBe(1);
    controller.abort('enough');
    await expect(aborted).rejects.toMatchObject({ code: 'PN-2003', cause: 'enough' });
    expect(listeners).toBe(0);
    await expect(acceptance.wait(signal)).rejects.toMatchObject({ code: 'PN-2003', cause: 'enough' });
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
    await waiting;
    await (await fed.next('handshake')).answer(10);
    await expect(subscription.connected()).rejects.toMatchObject({ channels: ['b'] });
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
