import fc from 'fast-check';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, test } from 'vitest';
import { PubNub, PubNubError } from '../../src/index.ts';
import { nameProblem } from '../../src/protocol/names.ts';
import { serveOrigin } from '../support/integration-origin.ts';
import {
  type MakeParty,
  oursOverFetch,
  oursOverNode,
  type Party,
  theirs,
} from '../support/integration-parties.ts';
import { rawRequest } from '../support/integration-raw.ts';

const AWKWARD = [
  'a b',
  ' a ',
  'a+b',
  'a/b',
  '/',
  '//',
  'a/../b',
  './a',
  '...',
  '.a',
  'a.',
  'a#b',
  'a?b=c&d',
  '%',
  '%20',
  '%2F',
  '%2C',
  'a%00b',
  'a:b|c',
  '"quoted"',
  "it's",
  '<b>',
  '~!*()',
  'a*',
  '*',
  '.*',
  '\\',
  '{a}',
  '[0]',
  '0',
  'null',
  '__proto__',
  'constructor',
  'é',
  'e\u0301',
  'ß',
  '日本語',
  'שלום',
  '😀',
  '👩‍👩‍👧',
  '\u200b',
  '\ufeff',
  '\u2028',
  '😀'.repeat(92),
];

const name = fc
  .oneof(
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
    fc.string({ unit: fc.constantFrom(...'ab./?#%&=+ ~*\'"\\;:@$-_'), minLength: 1, maxLength: 12 }),
    fc.constantFrom(...AWKWARD),
  )
  // A wildcard is a name of many channels, and nobody publishes on a presence channel.
  .filter((text) => nameProblem(text) === undefined && !/..\.\*$|.\.\*$|-pnpres$/su.test(text));
const names = fc.uniqueArray(name, { minLength: 4, maxLength: 12 });

// A run that fails has waited in vain: the counterexample is worth more than a smaller one.
const RUNS = { endOnFailure: true } as const;

// It keeps channels as keys of a plain object.
const LOST_ON_THEIRS = '__proto__';

const SOCKETS: readonly (readonly [name: string, sender: MakeParty, receiver: MakeParty])[] = [
  ['from fetch to node:http', oursOverFetch, oursOverNode],
  ['from node:http to fetch', oursOverNode, oursOverFetch],
  ["from node:http to another maker's client", oursOverNode, theirs],
  ["from another maker's client to fetch", theirs, oursOverFetch],
];

async function expectExactChannels(sender: Party, receiver: Party, channels: readonly string[]) {
  await receiver.join(channels, { presence: true });
  await sender.join(channels);
  for (const channel of channels) {
    await sender.publish(channel, { to: channel });
    await sender.publish(channel, { to: channel, post: true }, { post: true });
  }
  const messages = await receiver.messages.take(2 * channels.length);
  expect(messages.map(({ channel, subscription, message }) => ({ channel, subscription, message }))).toEqual(
    channels.flatMap((channel) => [
      { channel, subscription: null, message: { to: channel } },
      { channel, subscription: null, message: { to: channel, post: true } },
    ]),
  );
  const joins = () =>
    receiver.presence.all.filter(({ event, uuid }) => event === 'join' && uuid === sender.userId);
  await receiver.presence.until(() => joins().length >= channels.length, 'the joins of the sender');
  expect(joins().map(({ channel }) => channel)).toEqual(expect.arrayContaining([...channels]));
  expect(joins()).toHaveLength(channels.length);
}

describe.each(SOCKETS)('a channel of any name, %s', (_name, makeSender, makeReceiver) => {
  test('gets its own messages and presence events, and nobody else does', async () => {
    await using system = await serveOrigin({ limits: { announceMax: 1_000 } });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(names, async (all) => {
        run++;
        const foreign = makeSender === theirs || makeReceiver === theirs;
        const channels = foreign ? all.filter((channel) => channel !== LOST_ON_THEIRS) : all;
        await using sender = makeSender(system.host, `sender ${run}/é`);
        await using receiver = makeReceiver(system.host, `receiver ${run}`);
        await expectExactChannels(sender, receiver, channels);
      }),
      { ...RUNS, numRuns: 20, examples: [[AWKWARD.slice(0, 24)], [AWKWARD.slice(24)]] },
    );
  });
});

test('a channel of any name works without a socket just the same', async () => {
  await using network = createTestNetwork();
  let run = 0;
  const inProcess = (userId: string) => oursOverFetch('origin', userId, network.options);
  await fc.assert(
    fc.asyncProperty(names, async (channels) => {
      run++;
      await using sender = inProcess(`sender ${run}`);
      await using receiver = inProcess(`receiver ${run}`);
      await expectExactChannels(sender, receiver, channels);
    }),
    { ...RUNS, numRuns: 30, examples: [[AWKWARD]] },
  );
});

describe('a path cannot be climbed', () => {
  const client = () =>
    new PubNub({
      subscribeKey: 'demo',
      publishKey: 'demo',
      userId: 'climber',
      origin: '127.0.0.1:1',
      ssl: false,
    });

  test.each(['.', '..', '', 'a,b', 'a\0b', '\ud800'])(
    'our client refuses the channel %j',
    async (channel) => {
      await using pubnub = client();
      await expect(pubnub.publish({ channel, message: 'x' }).execute()).rejects.toMatchObject({
        category: 'PNValidationErrorCategory',
      });
      expect(() => pubnub.subscribe({ channels: [channel] }).execute()).toThrow(PubNubError);
    },
  );

  test.each([
    '/publish/demo/demo/0/./0/%22x%22',
    '/publish/demo/demo/0/../0/%22x%22',
    '/publish/demo/demo/0/%2E%2E/0/%22x%22',
    '/publish/demo/demo/0/%2e/0/%22x%22',
    '/publish/demo/demo/0/a/../b/0/%22x%22',
    '/publish/demo/demo/0/a/0/../../%22x%22',
    '/publish/demo/../demo/0/a/0/%22x%22',
    '/publish/../demo/0/a/0/%22x%22',
    '/publish/demo/demo/0//0/%22x%22',
    '//publish/demo/demo/0/a/0/%22x%22',
    '/./publish/demo/demo/0/a/0/%22x%22',
    '/v2/subscribe/demo/..%2F..%2Fpublish/../0',
    '/v2/subscribe/demo/../0?tt=0',
    '/v2/presence/sub-key/demo/channel/../leave?uuid=climber',
  ])('%s is refused, and nothing is published', async (path) => {
    await using system = await serveOrigin();
    await using watcher = oursOverNode(system.host, 'watcher');
    await watcher.join(['a', 'b', '0', 'demo', 'last', '...']);
    const answer = await rawRequest(system, path);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.json).toBeTypeOf('object');
    await watcher.publish('last', 'nothing before this');
    const [first] = await watcher.messages.take(1);
    expect(first?.message).toBe('nothing before this');
  });
});
