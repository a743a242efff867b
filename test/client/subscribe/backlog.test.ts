import { createTestNetwork } from 'timetoken/testing';
import { expect, test } from 'vitest';
import { entryAt, tt } from '../../support/loop-machine.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';

test('what waited for a reader comes before what the server still had of it', async () => {
  // The server forgets a message as soon as there are two newer ones.
  await using network = createTestNetwork({ limits: { queueLength: 2 } });
  const { clock } = network;
  const pubnub = network.client('reader', { logger: {} });
  const slow = pubnub.subscribe().channels('a').execute().messages({ buffer: 1 });
  await clock.advance(1_000);
  const start = BigInt(clock.now()) * 10_000n - 10_000n;
  for (const message of [0, 1, 2, 3]) {
    await network.publish('a', message);
    await clock.advance(100);
  }
  const got: unknown[] = [];
  pubnub
    .subscribe()
    .channels('a')
    .withTimetoken(start)
    .execute()
    .on('message', ({ message }) => got.push(message));
  await clock.advance(10_000);
  const read: unknown[] = [];
  for (let count = 0; count < 4; count++) {
    const next = slow.next();
    await clock.advance(100);
    read.push((await next).value?.message);
  }
  await clock.advance(10_000);
  expect(read).toEqual([0, 1, 2, 3]);
  expect(got).toEqual([1, 2, 3]);
});

test('what waited for a reader since before its name was refused comes first, also from another region', async () => {
  await using fed = new HandFedClient({ token: 'one' });
  const subscription = await fed.subscribed(['a', 'b'], 10);
  const slow = subscription.messages({ buffer: 1 });
  const got: unknown[] = [];
  subscription.on('message', ({ channel, message }) => channel === 'b' && got.push(message));
  await fed.deliver(20, [entryAt(15), entryAt(16)]);
  const far = { ...entryAt(12, 'b'), p: { t: tt(12), r: 2 } };
  await fed.deliver(30, [far]);
  await fed.open('poll')[0]?.refuse(403, { channels: ['b'] });
  await (await fed.next('handshake')).answer(50);
  await fed.deliver(50, [entryAt(45)]);
  fed.client.setToken('two');
  // What is asked is answered as it comes: b has had another entry since.
  for (let second = 0; second < 5; second++) {
    for (const handshake of fed.open('handshake')) await handshake.answer(60);
    for (const poll of fed.open('poll'))
      if (poll.facts.tt === tt(30)) await poll.answer(60, { entries: [entryAt(40, 'b')] });
    await fed.clock.advance(1_000);
  }
  for (let count = 0; count < 4; count++) {
    void slow.next();
    await fed.clock.advance(100);
  }
  expect(got).toEqual([12, 40]);
});
