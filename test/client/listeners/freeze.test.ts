import { PubNub } from 'timetoken';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, it } from 'vitest';
import { EVENT_NAMES } from '../../../src/client/listeners/events.ts';
import { freezeDeep } from '../../../src/client/listeners/freeze.ts';

function isFrozenDeep(value: unknown): boolean {
  return (
    typeof value !== 'object' ||
    value === null ||
    (Object.isFrozen(value) && Object.values(value).every(isFrozenDeep))
  );
}

/** A network with somebody on it who hears of everything, and what they have heard. */
async function heard(options: { readonly freezePayloads?: boolean } = {}) {
  const network = createTestNetwork();
  const alice = new PubNub({ ...network.options, userId: 'alice', ...options });
  const events = new Map<string, object[]>();
  const listen = (name: (typeof EVENT_NAMES)[number]) =>
    alice.on(name, (event) => void events.set(name, [...(events.get(name) ?? []), event]));
  for (const name of EVENT_NAMES) listen(name);
  const subscription = alice.subscribe().channels('room').withPresence().execute();
  const messages = subscription.messages();
  await subscription.connected();
  return { network, alice, events, messages };
}

describe('what listeners get', () => {
  it('is frozen but for its payload, which is shared', async () => {
    const { network, alice, events, messages } = await heard({ freezePayloads: false });
    await network.publish('room', { list: [1] }, { meta: { lang: 'en' } });
    await network.publish('room', { text: 'x' }, { signal: true });
    await network.join('room', 'bob', { mood: { is: 'good' } });
    await alice
      .addMessageAction({ channel: 'room', messageTimetoken: '17000000000000000' })
      .action({ type: 'r', value: 'v' })
      .execute();
    await alice.setChannelMetadata().channel('room').name('The room').execute();
    await alice.sendFile().channel('room').file('bytes').fileName('a.txt').execute();
    await network.idle();
    const names = ['message', 'presence', 'status', 'signal', 'messageAction', 'objects', 'file', 'state'];
    for (const name of names) {
      const all = events.get(name) ?? [];
      expect([name, all.length > 0]).toEqual([name, true]);
      for (const event of all) {
        expect(Object.isFrozen(event)).toBe(true);
        const { message, userMetadata, state, errorData, error, ...own } = { ...event } as Record<
          string,
          unknown
        >;
        if (name === 'objects') expect(Object.isFrozen(message)).toBe(true);
        else expect([name, Object.values(own).every(isFrozenDeep)]).toEqual([name, true]);
      }
    }
    const { value } = await messages.next();
    expect(Object.isFrozen(value)).toBe(true);
    expect([Object.isFrozen(value.message), Object.isFrozen(value.userMetadata)]).toEqual([false, false]);
    await alice.close();
    await network.close();
  });

  it('is frozen in all its depth on the test kit', async () => {
    const { network, alice, events } = await heard();
    await network.publish('room', { list: [{ deep: [] }] }, { meta: { lang: ['en'] } });
    await network.publish('room', { text: ['x'] }, { signal: true });
    await network.join('room', 'bob', { mood: { is: 'good' } });
    await alice.setChannelMetadata().channel('room').custom({ a: 1 }).execute();
    await network.idle();
    for (const name of ['message', 'signal', 'presence', 'objects']) {
      const all = events.get(name) ?? [];
      expect([name, all.length > 0]).toEqual([name, true]);
      for (const event of all) expect([name, isFrozenDeep(event)]).toEqual([name, true]);
    }
    await alice.close();
    await network.close();
  });

  it('cannot be changed for others on the test kit: the listener that tries fails', async () => {
    const { network, alice, events } = await heard();
    alice.on('message', (event) => {
      Object.assign(Object(event.message), { text: 'mine' });
    });
    const got: unknown[] = [];
    alice.on('message', ({ message }) => got.push(message));
    await network.publish('room', { text: 'theirs' });
    await network.idle();
    expect(got).toEqual([{ text: 'theirs' }]);
    expect(events.get('listenerError')).toEqual([{ event: 'message', error: expect.any(TypeError) }]);
    await alice.close();
    await network.close();
  });
});

describe('freezing in all its depth', () => {
  it('takes a value that is deeper than the stack', () => {
    const depth = 50_000;
    const value: unknown = JSON.parse(`${'[{"a":'.repeat(depth / 2)}1${'}]'.repeat(depth / 2)}`);
    let place = freezeDeep(value);
    let count = 0;
    while (typeof place === 'object' && place !== null) {
      if (Object.isFrozen(place)) count++;
      [place] = Object.values(place);
    }
    expect(count).toBe(depth);
  });

  it.each([[1], ['x'], [null], [undefined]])('leaves %o as it is', (value) => {
    expect(freezeDeep(value)).toBe(value);
  });
});
