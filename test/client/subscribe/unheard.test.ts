import type { PubNub, Subscription } from 'timetoken';
import { expect, it } from 'vitest';
import { entryAt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';

type Listen = (pubnub: PubNub, subscription: Subscription<never, never>) => unknown;

async function linesOf(listen: Listen): Promise<readonly unknown[][]> {
  const lines: unknown[][] = [];
  await using fed = new HandFedClient({ logger: { warn: (...line) => void lines.push(line) } });
  const subscription = fed.client.subscribe().channels('a').execute();
  listen(fed.client, subscription as never);
  await (await fed.next('handshake')).answer(10);
  await fed.deliver(30, [entryAt(20, 'a')]);
  await fed.deliver(50, [entryAt(40, 'a')]);
  return lines;
}

it('what is received while nothing listens is logged once', async () => {
  expect(await linesOf(() => undefined)).toEqual([
    [expect.stringContaining('nothing listens'), { channel: 'a' }],
  ]);
});

it.each<[string, Listen]>([
  ['a listener', (pubnub) => pubnub.addListener({ message: () => undefined })],
  ['a handler of the client', (pubnub) => pubnub.on('presence', () => undefined)],
  ['a handler of the subscription', (_, subscription) => subscription.on('message', () => undefined)],
  ['a reader', (_, subscription) => void subscription.messages().next()],
])('nothing is logged with %s', async (_name, listen) => {
  expect(await linesOf(listen)).toEqual([]);
});

it('a listener of nothing but statuses hears nothing that is received', async () => {
  expect(await linesOf((pubnub) => pubnub.on('status', () => undefined))).toHaveLength(1);
});
