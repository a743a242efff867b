import { describe, expect, test } from 'vitest';
import { SUBSCRIPTION_EVENTS } from '../../../src/client/subscribe/subscription.ts';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';

const JOIN = { action: 'join', uuid: 'bob', timestamp: 1, occupancy: 1 };
const ACTION = { source: 'actions', version: '1.0', event: 'added' };
const OBJECT = {
  source: 'objects',
  version: '2.0',
  event: 'set',
  type: 'uuid',
  data: { id: 'bob', eTag: 'x' },
};

const ENTRIES: Readonly<Record<(typeof SUBSCRIPTION_EVENTS)[number], object | undefined>> = {
  message: entryAt(11),
  presence: { ...entryAt(12, 'a-pnpres'), d: JOIN },
  signal: entryAt(13, 'a', { e: 1 }),
  messageAction: entryAt(14, 'a', {
    e: 3,
    d: { ...ACTION, data: { type: 'reaction', value: 'x', messageTimetoken: tt(1), actionTimetoken: tt(2) } },
  }),
  objects: entryAt(15, 'a', { e: 2, d: OBJECT }),
  file: entryAt(16, 'a', { e: 4, d: { message: 'hi', file: { id: '1', name: 'a.txt' } } }),
  // Not an entry, but a part of the answer.
  gap: undefined,
};

describe('a subscription', () => {
  test('hears every kind of event once, by handler and by listener, and the client too', async () => {
    await using fed = new HandFedClient();
    const subscription = await fed.subscribed('a', 10, { presence: true });
    const heard: string[] = [];
    for (const name of SUBSCRIPTION_EVENTS) {
      subscription.on(name, () => heard.push(`on ${name}`));
      subscription.addListener({ [name]: () => heard.push(`listener ${name}`) });
      fed.client.on(name, () => heard.push(`client ${name}`));
    }
    const entries = Object.values(ENTRIES).filter((entry) => entry !== undefined);
    await (await fed.next('poll')).answer(40, { entries, gaps: [{ c: 'a', from: tt(11), to: tt(20) }] });
    const expected = SUBSCRIPTION_EVENTS.flatMap((name) => [
      `on ${name}`,
      `listener ${name}`,
      `client ${name}`,
    ]);
    expect(heard.toSorted()).toEqual(expected.toSorted());
  });

  test.each(['status', 'state', 'listenerError', 'invalidMessage', 'mesage'])(
    'has no event "%s": asking for it is refused at once',
    async (name) => {
      await using fed = new HandFedClient();
      const subscription = await fed.subscribed('a', 10);
      const ask = () => Reflect.apply(subscription.on, subscription, [name, () => {}]);
      expect(ask).toThrow(expect.objectContaining({ code: 'PN-1002' }));
      expect(ask).toThrow(name);
    },
  );
});
