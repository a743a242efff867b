import { afterEach, expect, it } from 'vitest';
import { PubNub as Core } from '../../../../src/core.ts';
import { streaming } from '../../../../src/features.ts';
import { answered, answerText, feedClient, type Meeting, opened } from '../../../support/feed-server.ts';
import { settle } from '../../../support/virtual-clock.ts';

const open: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function subscribed(...given: Parameters<typeof feedClient>) {
  const world = feedClient(...given);
  open.push(world);
  const statuses: string[] = [];
  world.pubnub.on('status', ({ category, errorData }) =>
    statuses.push(errorData ? `${category}: ${errorData.message}` : category),
  );
  world.pubnub.subscribe().channels('room').execute();
  await settle();
  const said = () => world.logs.filter(([text]) => String(text).startsWith('receiving by polls'));
  return { ...world, statuses, said };
}

const isStream = ({ url }: { readonly url: string }) => url.includes('/v2/stream/');
const silent: Meeting = (request) => (isStream(request) ? opened(request, [], '') : undefined);
const unanswered: Meeting = (request) => (isStream(request) ? new Promise(() => undefined) : undefined);
const gone: Meeting = (request) => (isStream(request) ? answered('Not Found', 404) : undefined);
const whole: Meeting = (request) =>
  isStream(request) ? answered(': \n\n', 200, { 'content-type': 'text/event-stream' }) : undefined;
const page: Meeting = (request) =>
  isStream(request) ? { ...opened(request, [], '<html>'), headers: { get: () => 'text/html' } } : undefined;
const brief: Meeting = (request) => {
  if (!isStream(request)) return;
  const stream = new Blob([': \n\n']).stream();
  return { ...answered('', 200, { 'content-type': 'text/event-stream' }), stream };
};

const OBSTACLES = [
  ['no byte comes within 5 s', silent, 5_000, 'no byte came within 5000 ms'],
  ['there is no answer within 5 s, and the transport ignores its signal', unanswered, 5_000, 'no byte came'],
  ['the transport gives no stream', whole, 0, 'the transport gives no stream'],
  ['something else answers', page, 0, 'its type is text/html'],
  ['the stream ends as soon as it begins', brief, 0, 'it ends as soon as it begins'],
  ['there is nothing at the address', gone, 0, 'HTTP 404'],
] as const;

it.each(OBSTACLES)(
  'auto goes back to polls when %s, from the same cursor, and says so once',
  async (_, meet, wait, why) => {
    const { polls, said, statuses, clock, asked } = await subscribed({ receive: 'auto' }, meet);
    if (wait > 0) {
      await clock.advance(wait - 1);
      expect(polls()).toEqual(['0']);
      await clock.advance(1);
    }
    expect(polls()).toEqual(['0', '17000000000000000']);
    expect(asked()).toHaveLength(1);
    expect(said()).toHaveLength(1);
    expect(JSON.stringify(said())).toContain(why);
    expect(statuses).toEqual(['PNConnectedCategory']);
  },
);

it.each(OBSTACLES)(
  'stream fails with the reason when %s, and the loop announces it',
  async (_, meet, __, why) => {
    const { polls, said, statuses, clock, pubnub } = await subscribed({ receive: 'stream' }, meet);
    await clock.advance(30_000);
    expect(statuses[0]).toBe('PNConnectedCategory');
    expect(statuses[1]).toMatch(/^PNUnexpectedDisconnectCategory: /);
    expect(statuses[1]).toContain(why);
    expect(statuses.filter((status) => status.includes(why)).length).toBeGreaterThan(1);
    expect(new Set(polls())).toEqual(new Set(['0']));
    expect(said()).toEqual([]);
    expect(['connected', 'reconnecting']).toContain(pubnub.state);
  },
);

it('stream gives up as its policy says', async () => {
  const { statuses, pubnub, clock } = await subscribed(
    { receive: 'stream', reconnectionPolicy: { delay: () => 1_000, maximumRetries: 2 } },
    silent,
  );
  await clock.advance(60_000);
  expect(pubnub.state).toBe('failed');
  expect(statuses.at(-1)).toContain('no byte came within 5000 ms');
});

it('auto polls, and never tries, where the handshake does not offer the stream', async () => {
  const { polls, asked, said } = await subscribed({ receive: 'auto' }, ({ url }) =>
    url.includes('tt=0') ? answered(answerText('17000000000000000')) : undefined,
  );
  expect(polls()).toEqual(['0', '17000000000000000']);
  expect(asked()).toEqual([]);
  expect(said()).toEqual([]);
});

it('stream does not connect where the handshake does not offer the stream', async () => {
  const { asked, statuses, pubnub, clock } = await subscribed({ receive: 'stream' }, ({ url }) =>
    url.includes('tt=0') ? answered(answerText('17000000000000000')) : undefined,
  );
  await clock.advance(5_000);
  expect(asked()).toEqual([]);
  expect(pubnub.state).toBe('reconnecting');
  expect(statuses[0]).toContain('PNNetworkIssuesCategory');
  expect(statuses[0]).toContain('the server does not offer it');
});

it('auto stays with polls for the connection, also when a channel is added, and tries again after it was lost', async () => {
  let isLost = false;
  const world = await subscribed({ receive: 'auto' }, (request) => {
    if (isLost) throw Object.assign(new Error('gone'), { code: 'ECONNRESET' });
    return world_streams ? undefined : gone(request);
  });
  let world_streams = false;
  const { pubnub, clock, asked, said } = world;
  pubnub.subscribe().channels('other').execute();
  await clock.advance(5_000);
  expect(asked()).toHaveLength(1);
  world_streams = true;
  isLost = true;
  pubnub.subscribe().channels('third').execute();
  await clock.advance(3_000);
  isLost = false;
  await clock.advance(10_000);
  expect(asked()).toHaveLength(2);
  expect(said()).toHaveLength(1);
  world.streams[0]?.event('17000000000000001', ['one']);
  await settle();
  expect(world.got).toEqual(['one']);
});

it('needs its feature', () => {
  const options = {
    subscribeKey: 'demo',
    userId: 'alice',
    transport: () => new Promise<never>(() => undefined),
  };
  expect(() => new Core({ ...options, receive: 'auto' })).toThrow(
    /The option "receive" needs the feature streaming: make the client with PubNub.with\(streaming\).*PN-1007/,
  );
  expect(() => new Core({ ...options, receive: 'poll' })).not.toThrow();
  expect(() => new (Core.with(streaming))({ ...options, receive: 'stream' })).not.toThrow();
  // A program in plain JavaScript may give anything.
  expect(() => new (Core.with(streaming))({ ...options, receive: 'socket' as 'auto' })).toThrow(
    /must be "poll", "stream" or "auto".*PN-1007/,
  );
});
