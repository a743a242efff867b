import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import fc from 'fast-check';
import { type EventName, PubNub } from 'timetoken';
import { createTestNetwork, type TestNetwork } from 'timetoken/testing';
import { describe, expect, it, onTestFinished, vi } from 'vitest';

const HEADER = '{"type":"recording","version":1}';
const BEGINNING = 17_000_000_000_000_000n;
const DELIVERED = ['message', 'signal', 'presence', 'messageAction', 'objects', 'file', 'gap'] as const;

/** A line of a recording, so many milliseconds after its beginning. */
function line(milliseconds: number, members: Readonly<Record<string, unknown>>): string {
  const timetoken = String(BEGINNING + BigInt(milliseconds) * 10_000n);
  return JSON.stringify({ type: 'message', channel: 'room', subscription: null, timetoken, ...members });
}

function message(milliseconds: number, payload: unknown): string {
  return line(milliseconds, { publisher: 'bob', message: payload });
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** A client on a network, with the events that it hears of. */
async function listen(
  network: TestNetwork,
  channels: readonly string[],
  channelGroups: readonly string[] = [],
) {
  const pubnub = new PubNub({ ...network.options, userId: 'alice' });
  onTestFinished(async () => {
    await pubnub.close();
    await network.close();
  });
  const events: { readonly type: EventName; readonly event: unknown }[] = [];
  pubnub.subscribe({ channels, channelGroups, withPresence: true }).execute();
  await network.subscribed(channels[0] ?? channelGroups[0] ?? '');
  await network.idle();
  for (const type of DELIVERED) pubnub.on(type, (event) => void events.push({ type, event }));
  return { pubnub, events };
}

async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    return await work();
  } catch (error) {
    return error;
  }
}

function payloads(events: readonly { readonly event: unknown }[]): readonly unknown[] {
  return events.map(({ event }) => Object(event).message);
}

const ROOM = { channel: 'room', subscription: null };
const ABSENT = { state: undefined, joined: [], left: [], timedOut: [], hereNowRefresh: false };
const KINDS: readonly (readonly [type: EventName, members: Readonly<Record<string, unknown>>])[] = [
  [
    'message',
    { publisher: 'bob', message: { a: [1, null] }, userMetadata: { lang: 'en' }, customMessageType: 'note' },
  ],
  ['message', { publisher: 'bob', message: null, userMetadata: undefined, customMessageType: undefined }],
  ['signal', { publisher: 'bob', message: 's', userMetadata: undefined, customMessageType: 'typing' }],
  ['presence', { event: 'join', uuid: 'bob', timestamp: 1_700_000_000, occupancy: 2, ...ABSENT }],
  [
    'presence',
    { event: 'state-change', uuid: 'bob', timestamp: 7, occupancy: 2, ...ABSENT, state: { mood: 'fine' } },
  ],
  [
    'presence',
    {
      ...{ event: 'interval', uuid: undefined, timestamp: 7, occupancy: 9, state: undefined },
      ...{ joined: ['a', 'b'], left: ['c'], timedOut: ['d'], hereNowRefresh: true },
    },
  ],
  [
    'messageAction',
    {
      publisher: 'bob',
      event: 'added',
      data: {
        ...{ type: 'reaction', value: 'smile', uuid: 'bob' },
        ...{ actionTimetoken: '16000000000000001', messageTimetoken: '16000000000000000' },
      },
    },
  ],
  [
    'objects',
    {
      message: {
        ...{ source: 'objects', version: '2.0', event: 'set', type: 'channel' },
        data: { id: 'room', name: 'The room', updated: 'x', eTag: 'y' },
      },
    },
  ],
  [
    'file',
    {
      ...{ publisher: 'bob', message: { text: 'see' }, file: { id: '1', name: 'a.txt' } },
      ...{ userMetadata: { a: 1 }, customMessageType: 'picture' },
    },
  ],
];

describe('a replay', () => {
  it.each(KINDS)('brings a %s to the listener as it was: %j', async (type, members) => {
    const network = createTestNetwork();
    const { events } = await listen(network, ['room']);
    const { timetoken } = JSON.parse(line(0, {}));
    await network.replay([HEADER, line(0, { type, ...members })]);
    expect(events).toEqual([{ type, event: { ...ROOM, ...members, timetoken: expect.any(String) } }]);
    expect(timetoken).not.toBe(Object(events[0]?.event).timetoken);
  });

  it('plays the messages of any recording in their order, once each', async () => {
    const anything = fc.array(fc.tuple(fc.nat(5_000), fc.jsonValue()), { maxLength: 120 });
    const speeds = fc.constantFrom(Number.POSITIVE_INFINITY, 1, 10, 0.5);
    await fc.assert(
      fc.asyncProperty(
        anything,
        speeds,
        fc.integer({ min: 1, max: 60 }),
        async (entries, speed, queueLength) => {
          await using network = createTestNetwork({ limits: { queueLength } });
          await using pubnub = new PubNub({ ...network.options, userId: 'alice' });
          const seen: unknown[] = [];
          pubnub.addListener({
            message: (event) => void seen.push(event.message),
            gap: (gap) => void seen.push(gap),
          });
          pubnub.subscribe().channels('room').execute();
          await network.subscribed('room');
          const lines = entries.map(([milliseconds, payload]) => message(milliseconds, payload));
          const replay = await network.replay([HEADER, ...lines], { speed });
          await network.clock.advance(replay.duration);
          await replay.done;
          expect(seen).toEqual(JSON.parse(JSON.stringify(entries)).map(([, payload]: unknown[]) => payload));
          expect(replay).toMatchObject({ events: entries.length, played: entries.length });
          await pubnub.close();
        },
      ),
      { numRuns: 12 },
    );
  });

  it.each([
    [1, [0, 1_000, 1_000, 61_000]],
    [10, [0, 100, 100, 6_100]],
    [0.5, [0, 2_000, 2_000, 122_000]],
  ])('at speed %d comes as the clock moves', async (speed, times) => {
    const network = createTestNetwork();
    const { pubnub } = await listen(network, ['room']);
    const begun = network.clock.now();
    const seen: unknown[] = [];
    pubnub.on('message', ({ message }) => void seen.push([message, network.clock.now() - begun]));
    const lines = [0, 1_000, 1_000, 61_000].map((at, index) => message(at, index));
    const replay = await network.replay([HEADER, ...lines], { speed });
    expect(seen).toEqual([[0, 0]]);
    expect(replay).toMatchObject({ events: 4, played: 1, duration: times[3] });
    await network.clock.advance(replay.duration);
    expect(seen).toEqual(times.map((at, index) => [index, at]));
    await replay.done;
  });

  it('comes as the clock moves also where a thread of the platform is late', async () => {
    const digest = crypto.subtle.digest.bind(crypto.subtle);
    let open = 0;
    let isOneLate = false;
    // The kit waits for cryptography: of two waits at a time, the second takes longer than many others.
    vi.spyOn(crypto.subtle, 'digest').mockImplementation(async (...parameters) => {
      const isLate = open > 0 && !isOneLate;
      open++;
      isOneLate ||= isLate;
      if (isLate) for (let count = 0; count < 200; count++) await turn();
      const result = await digest(...parameters);
      if (isLate) isOneLate = false;
      open--;
      return result;
    });
    const network = createTestNetwork();
    const { events } = await listen(network, ['room']);
    const lines = [0, 1_000, 2_000, 3_000, 61_000].map((at, index) => message(at, index));
    const replay = await network.replay([HEADER, ...lines], { speed: 10 });
    await network.clock.advance(replay.duration);
    expect(payloads(events)).toEqual([0, 1, 2, 3, 4]);
  });

  it('that goes back in time waits for nothing', async () => {
    const network = createTestNetwork();
    const { events } = await listen(network, ['room']);
    const replay = await network.replay([HEADER, message(9_000, 1), message(0, 2), message(9_500, 3)], {
      speed: 1,
    });
    expect(payloads(events)).toEqual([1, 2]);
    await network.clock.advance(500);
    expect(payloads(events)).toEqual([1, 2, 3]);
    await replay.done;
  });

  it('that is stopped plays no further', async () => {
    const network = createTestNetwork();
    const { events } = await listen(network, ['room']);
    const replay = await network.replay([HEADER, message(0, 1), message(1_000, 2)], { speed: 1 });
    replay.stop();
    await network.clock.advance(60_000);
    await replay.done;
    expect({ seen: payloads(events), played: replay.played }).toEqual({ seen: [1], played: 1 });
  });

  it('does not outlive a reset', async () => {
    const network = createTestNetwork();
    const replay = await network.replay([HEADER, message(0, 1), message(1_000, 2)], { speed: 1 });
    await network.reset();
    await replay.done;
    const { events } = await listen(network, ['room']);
    await network.clock.advance(60_000);
    expect(events).toEqual([]);
  });

  it('moves with fake timers on a network of global time', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const network = createTestNetwork({ time: 'global' });
    const { events } = await listen(network, ['room']);
    await network.replay([HEADER, message(0, 1), message(5_000, 2)], { speed: 1 });
    expect(payloads(events)).toEqual([1]);
    await vi.advanceTimersByTimeAsync(5_000);
    await network.idle();
    expect(payloads(events)).toEqual([1, 2]);
  });

  it('of a group or wildcard reaches those who subscribe to it', async () => {
    const network = createTestNetwork();
    const { events } = await listen(network, ['news.*'], ['friends']);
    const join = { type: 'presence', event: 'join', uuid: 'bob', timestamp: 1, occupancy: 1 };
    await network.replay([
      HEADER,
      line(0, { channel: 'bob', subscription: 'friends', message: 1 }),
      line(1, { channel: 'news.a', subscription: 'news.*', message: 2 }),
      line(2, { channel: 'carol', subscription: 'friends', message: 3 }),
      line(3, { channel: 'bob', subscription: 'friends', ...join }),
    ]);
    // She herself comes to the channels of the group.
    const others = events.map(({ event }) => Object(event)).filter(({ uuid }) => uuid !== 'alice');
    expect(others).toMatchObject([
      { channel: 'bob', subscription: 'friends', message: 1 },
      { channel: 'news.a', subscription: 'news.*', message: 2 },
      { channel: 'carol', subscription: 'friends', message: 3 },
      { channel: 'bob', subscription: 'friends', event: 'join' },
    ]);
  });

  it('keeps an action with its message, whose timetoken is a new one', async () => {
    const network = createTestNetwork();
    const { events } = await listen(network, ['room']);
    const messageTimetoken = String(BEGINNING);
    const data = { type: 'reaction', value: 'smile', actionTimetoken: '1', messageTimetoken };
    await network.replay([HEADER, message(0, 'x'), line(1, { type: 'messageAction', event: 'added', data })]);
    const [first, second] = events.map(({ event }) => Object(event));
    expect(second.data.messageTimetoken).toBe(first.timetoken);
  });

  it('is not what the code under test has published, and is in history', async () => {
    const network = createTestNetwork();
    const { pubnub } = await listen(network, ['room']);
    await network.replay([HEADER, message(0, 'x')]);
    expect(network.published()).toEqual([]);
    expect(network.received('room')).toMatchObject([{ message: 'x', userId: 'bob', receiver: 'alice' }]);
    const { channels } = await pubnub.fetchMessages().channels('room').execute();
    expect(channels['room']).toMatchObject([{ message: 'x', uuid: 'bob' }]);
  });

  it('reads files, by path and by URL', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'timetoken-replay-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = join(folder, 'room.ndjson');
    writeFileSync(file, `\uFEFF${HEADER}\r\n${message(0, 1)}\r\n\r\n${message(1, 2)}\r\n`);
    const network = createTestNetwork();
    const { events } = await listen(network, ['room']);
    await network.replay(file);
    await network.replay(pathToFileURL(file));
    expect(payloads(events)).toEqual([1, 2, 1, 2]);
    await expect(network.replay(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
    writeFileSync(file, `${HEADER}\n\nx`);
    await expect(network.replay(file)).rejects.toThrow(
      `The recording ${file} cannot be played: line 3 is invalid`,
    );
  });

  it('reads lines that come one by one', async () => {
    const network = createTestNetwork();
    const { events } = await listen(network, ['room']);
    const lines = async function* () {
      yield HEADER;
      yield message(0, 1);
    };
    await network.replay(lines());
    expect(payloads(events)).toEqual([1]);
  });

  it('of a header alone plays nothing, and a gap is passed over', async () => {
    const network = createTestNetwork();
    const { events } = await listen(network, ['room']);
    const gap = JSON.stringify({ type: 'gap', channel: 'room', from: '1', to: '2', reason: 'trimmed' });
    const replay = await network.replay([HEADER, gap], { speed: 1 });
    await replay.done;
    expect({ events, of: replay.events }).toEqual({ events: [], of: 0 });
  });

  it.each<[string, readonly string[], RegExp]>([
    ['no line', [], /is empty/],
    [
      'no header',
      [message(0, 1)],
      /line 1 is invalid, a recording begins with \{"type":"recording","version":1\}/,
    ],
    ['a later version', ['{"type":"recording","version":2}'], /line 1 is invalid, its version is 2/],
    ['what is not JSON', [HEADER, '{"type":'], /line 2 is invalid, it is not JSON/],
    ['no object', [HEADER, '[]'], /line 2 is invalid, it is not a JSON object/],
    [
      'an unknown type',
      [HEADER, '', '{"type":"x"}'],
      /line 3 is invalid, the type "x" is not one of message, signal/,
    ],
    [
      'a type that objects inherit',
      [HEADER, '{"type":"toString"}'],
      /line 2 is invalid, the type "toString"/,
    ],
    ['no channel', [HEADER, '{"type":"message"}'], /line 2 is invalid, it names no channel/],
    [
      'a numeric timetoken',
      [HEADER, line(0, { timetoken: 17_000_000_000_000_000 })],
      /only a string keeps all digits/,
    ],
    [
      'no timetoken',
      [HEADER, line(0, { timetoken: 'x' })],
      /line 2 is invalid, its timetoken is not a string of digits/,
    ],
    ['a message without one', [HEADER, line(0, {})], /line 2 is invalid, a message needs a member "message"/],
    [
      'presence without an event',
      [HEADER, line(0, { type: 'presence' })],
      /a presence needs a member "event"/,
    ],
  ])('with %s is refused by its line, before anything is played', async (_name, lines, problem) => {
    const network = createTestNetwork();
    const { events } = await listen(network, ['room']);
    await expect(network.replay(lines)).rejects.toThrow(problem);
    expect(events).toEqual([]);
  });

  const PRESENCE = { type: 'presence', event: 'join', uuid: 'bob', timestamp: 1, occupancy: 1 };
  const DATA = { type: 'r', value: 's', actionTimetoken: '1', messageTimetoken: '2' };
  const ACTION = { type: 'messageAction', event: 'added', data: DATA };
  const FILE = { type: 'file', file: { id: '1', name: 'a' } };
  const SET = { event: 'set', type: 'uuid', data: { id: 'a' } };

  it.each<[members: Readonly<Record<string, unknown>>, problem: string]>([
    [{ message: 1, channel: 'a,b' }, 'its channel must not contain a comma'],
    [{ message: 1, channel: 5 }, 'its channel must be a string, not a number'],
    [{ message: 1, channel: 'x'.repeat(93) }, 'its channel must have at most 92 characters'],
    [{ message: 1, channel: 'a\nb' }, 'its channel must not contain control characters'],
    [{ message: 1, channel: '\ud800' }, 'its channel must not contain lone surrogates'],
    [{ message: 1, channel: '..' }, 'its channel must not be exactly ".."'],
    [{ message: 1, subscription: 5 }, 'its subscription must be a string, not a number'],
    [{ message: 1, subscription: '' }, 'its subscription must not be empty'],
    [{ message: 1, subscription: 'news.*' }, 'the wildcard "news.*" does not cover "room"'],
    ...['-1', '1.5', '', '1e9', ' 1', '12345678901234567890', null, {}].map(
      (timetoken): [object & Record<string, unknown>, string] => [
        { message: 1, timetoken },
        'its timetoken is not a string of digits',
      ],
    ),
    [{ message: 1, timetoken: '0' }, 'its timetoken is 0, at which nothing was published'],
    [{ message: 1, publisher: 5 }, 'its publisher must be a string, not 5'],
    [{ message: 1, customMessageType: [] }, 'its customMessageType must be a string, not a list'],
    [{ message: 1, publiser: 'bob' }, '"publiser" is not a member of a message; did you mean "publisher"?'],
    [{ message: 1, status: 200 }, '"status" is not a member of a message'],
    [{ ...PRESENCE, message: 1 }, '"message" is not a member of a presence'],
    [{ ...PRESENCE, event: 'jion' }, 'not "jion"; did you mean "join"?'],
    [{ ...PRESENCE, event: 'constructor' }, 'its event must be "join" or'],
    [{ ...PRESENCE, uuid: 5 }, 'its uuid must be a string'],
    [{ ...PRESENCE, occupancy: -1 }, 'its occupancy must be a whole number from 0 on, not -1'],
    [{ ...PRESENCE, occupancy: '2' }, 'its occupancy must be a whole number from 0 on, not a string'],
    [{ ...PRESENCE, timestamp: 1.5 }, 'its timestamp must be a whole number from 0 on, not 1.5'],
    [{ ...PRESENCE, state: 'fine' }, 'its state must be an object, not a string'],
    [{ ...PRESENCE, joined: 'bob' }, 'its joined must be a list, not a string'],
    [{ ...PRESENCE, left: ['bob', 5] }, 'its left [1] must be a string, not 5'],
    [{ ...PRESENCE, hereNowRefresh: 1 }, 'its hereNowRefresh must be true or false, not 1'],
    [
      { ...PRESENCE, channel: 'room-pnpres' },
      'a presence event has the name of the channel itself, without "-pnpres"',
    ],
    [{ ...ACTION, event: 'add' }, 'its event must be "added" or "removed", not "add"'],
    [{ ...ACTION, data: [] }, 'its data must be an object, not a list'],
    [{ ...ACTION, data: { ...DATA, value: 5 } }, 'its data value must be a string, not 5'],
    [
      { ...ACTION, data: { ...DATA, messageTimetoken: 17 } },
      'its data messageTimetoken must be a string of digits, not 17',
    ],
    [{ ...FILE, file: 'a.txt' }, 'its file must be an object, not a string'],
    [{ ...FILE, file: { id: '', name: 'a' } }, 'its file id must be a string that is not empty'],
    [{ type: 'objects', message: 'x' }, 'its message must be an object with event, type and data'],
    [{ type: 'objects', message: { ...SET, data: 1 } }, 'its message must be an object with event, type'],
  ])('of %j, which no server can send, is refused before anything is played', async (members, problem) => {
    await using network = createTestNetwork();
    const lines = [HEADER, message(0, 'first'), line(1, members)];
    const error = await network.replay(lines).then(undefined, (reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect(Object(error).message).toContain('The recording cannot be played: line 3 is invalid, ');
    expect(Object(error).message).toContain(problem);
    expect([network.transcript(), network.published(), network.received()]).toEqual([[], [], []]);
    // Not even the origin has been asked for anything.
    await using pubnub = new PubNub({ ...network.options, userId: 'alice' });
    expect((await pubnub.history({ channel: 'room' }).execute()).messages).toEqual([]);
  });

  it.each<[name: string, recording: unknown, problem: RegExp]>([
    ['nothing', [], /^The recording is empty: it has no header\.$/],
    ['blank lines', ['', '  '], /is empty/],
    ['a file that is not there', 'no/such.ndjson', /^The recording no\/such\.ndjson cannot be read: ENOENT/],
    ['an empty path', '', /cannot be read/],
    ['the text of a recording', `${HEADER}\n${message(0, 1)}`, /takes a path or lines.*text\.split/],
    ['one line', HEADER, /takes a path or lines/],
    ['a URL that is no file', new URL('http://localhost/x'), /cannot be read: .*file/],
    [
      'lines that are no text',
      [JSON.parse(HEADER)],
      /line 1 is invalid, it is not a string, but an object\.$/,
    ],
    ['lines some of which are no text', [HEADER, null], /line 2 is invalid, it is not a string, but null\.$/],
    [
      'a recording that was cut off',
      [HEADER, message(0, 1), message(1, 2).slice(0, 40)],
      /line 3 is invalid, it is not JSON: the recording ends in the middle of it\.$/,
    ],
    ['a recording of something else', ['{"log":{"version":"1.2","entries":[]}}'], /a recording begins with/],
    [
      'a header with another member',
      ['{"type":"recording","version":1,"chanels":["a"]}'],
      /"chanels" is not a member of the first line; did you mean "channels"\?$/,
    ],
    ['the names of objects', [HEADER, '{"type":"__proto__"}'], /the type "__proto__" is not one of/],
  ])('of %s says what is wrong, and where', async (_name, recording, problem) => {
    await using network = createTestNetwork();
    const error = await failureOf(() => Reflect.apply(network.replay, network, [recording]));
    expect(error).toBeInstanceOf(TypeError);
    expect(Object(error).message).toMatch(problem);
    expect(network.transcript()).toEqual([]);
  });

  it('passes on what its lines fail with', async () => {
    await using network = createTestNetwork();
    const lines = async function* () {
      yield HEADER;
      throw new Error('the disk is gone');
    };
    await expect(network.replay(lines())).rejects.toThrow(/^the disk is gone$/);
  });

  it('is not begun on a network that is closed while it is read', async () => {
    const network = createTestNetwork();
    const lines = async function* () {
      yield HEADER;
      await network.close();
      yield message(0, 1);
    };
    await expect(network.replay(lines())).rejects.toThrow('The test network is closed.');
  });

  it('that needs more groups than there may be is refused', async () => {
    await using network = createTestNetwork({ limits: { groups: 1 } });
    const lines = ['a', 'b'].map((subscription) => line(0, { subscription, message: 1 }));
    await expect(network.replay([HEADER, ...lines])).rejects.toThrow('needs more groups');
  });

  it('plays on keys that need permissions, whatever they are', async () => {
    const keysets = [{ subscribeKey: 'sub', publishKey: 'pub', secretKey: 'x'.repeat(32) }];
    await using network = createTestNetwork({ keysets });
    const replay = await network.replay([HEADER, message(0, 1)]);
    expect(replay.played).toBe(1);
  });

  it.each([0, -1, Number.NaN])('at speed %d is refused', async (speed) => {
    await using network = createTestNetwork();
    await expect(network.replay([HEADER], { speed })).rejects.toThrow(RangeError);
  });
});
