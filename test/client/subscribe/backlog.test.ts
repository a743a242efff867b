import fc from 'fast-check';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, test } from 'vitest';
import type { Held } from '../../../src/client/subscribe/arrived.ts';
import type { Backfills } from '../../../src/client/subscribe/backfills.ts';
import { Backlog } from '../../../src/client/subscribe/backlog.ts';
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

describe('what waits behind a backfill', () => {
  interface Entry {
    readonly channel: string;
    readonly at: number;
    readonly region: number;
  }
  const entry = fc.record({
    channel: fc.constantFrom('a', 'b'),
    at: fc.integer({ min: 0, max: 20 }),
    region: fc.integer({ min: 1, max: 2 }),
  });
  const step = fc.record({ do: fc.constantFrom('add', 'add', 'add', 'before', 'upTo', 'even'), entry });

  const envelopeOf = ({ channel, at, region }: Entry) => ({ c: channel, p: { t: tt(at), r: region }, d: at });
  const held = (one: Entry, pins = { pins: 0 }) =>
    ({ arrived: { envelope: envelopeOf(one), seen: pins, bytes: 10 + one.at } }) as unknown as Held;
  const isBefore = (a: Entry, b: Entry) => a.channel === b.channel && a.region === b.region && a.at < b.at;

  test('comes out in the order in which it went in, whatever is taken between, and is counted', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const counted = { entries: 0, bytes: 0 };
        const all = {
          isFull: false,
          held(entries: number, bytes: number) {
            counted.entries += entries;
            counted.bytes += bytes;
          },
        } as unknown as Backfills;
        const backlog = new Backlog(all);
        const seen: { pins: number }[] = [];
        let model: Entry[] = [];
        const taken = (chosen: (one: Entry) => boolean) => {
          const out = model.filter(chosen);
          model = model.filter((one) => !chosen(one));
          return out.map(envelopeOf);
        };
        for (const { do: what, entry: one } of steps) {
          const envelopes = (some: readonly Held[]) => some.map(({ arrived }) => arrived.envelope);
          if (what === 'add') {
            const pins = { pins: 0 };
            seen.push(pins);
            backlog.add(held(one, pins));
            model.push(one);
          } else if (what === 'before')
            expect(envelopes(backlog.takeBefore(envelopeOf(one)))).toEqual(
              taken((other) => isBefore(other, one)),
            );
          else if (what === 'upTo')
            expect(envelopes(backlog.takeUpTo(one.channel, tt(one.at)))).toEqual(
              taken(({ channel, at }) => channel === one.channel && at <= one.at),
            );
          else
            expect(envelopes(backlog.take(({ arrived }) => Number(arrived.envelope.d) % 2 === 0))).toEqual(
              taken(({ at }) => at % 2 === 0),
            );
          const bytes = model.reduce((sum, { at }) => sum + 10 + at, 0);
          expect([backlog.size, counted]).toEqual([model.length, { entries: model.length, bytes }]);
          expect(seen.filter(({ pins }) => pins === 1)).toHaveLength(model.length);
          for (const channel of ['a', 'b'])
            expect(envelopes(backlog.of(channel))).toEqual(
              model.filter((other) => other.channel === channel).map(envelopeOf),
            );
        }
      }),
    );
  });
});
