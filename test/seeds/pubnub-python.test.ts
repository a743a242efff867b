// The rows of PubNub's Python client for Twisted, in its words: what its users expect, and how it is done here.
import {
  type PNMessageResult,
  type PNPresenceEventResult,
  PNReconnectionPolicy,
  type PNStatus,
  PNStatusCategory,
  PubNub,
  SubscribeCallback,
} from 'timetoken';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, onTestFinished, test } from 'vitest';

type NetworkOptions = Parameters<typeof createTestNetwork>[0];

function setUp(options: NetworkOptions = {}) {
  const network = createTestNetwork(options);
  onTestFinished(() => network.close());
  return network;
}

/** A client that keeps what its listeners get. */
function listening(network: ReturnType<typeof setUp>, options: Parameters<typeof network.client>[1] = {}) {
  const pubnub = network.client('alice', options);
  const messages: unknown[] = [];
  const presence: PNPresenceEventResult[] = [];
  const statuses: PNStatus[] = [];
  pubnub.addListener({
    message: ({ message }) => void messages.push(message),
    presence: (event) => void presence.push(event),
    status: (status) => void statuses.push(status),
  });
  const categories = () => statuses.map(({ category }) => category);
  return { pubnub, messages, presence, statuses, categories };
}

describe('publishing', () => {
  test('`publish().channel().message().should_store().meta().use_post()` + `.deferred()` / `.future()`', async () => {
    const network = setUp();
    const { pubnub } = listening(network);
    const whole = pubnub
      .publish()
      .channel('my_channel')
      .message({ name: 'Alex', online: true })
      .shouldStore(false)
      .meta({ name: 'Alex' })
      .usePost(true);
    await whole.execute(); // a promise, in place of a deferred and a future
    expect(network.published('my_channel')).toMatchObject([
      { message: { name: 'Alex', online: true }, meta: { name: 'Alex' } },
    ]);
    expect(network.transcript().map(({ method }) => method)).toEqual(['POST']);
    expect((await pubnub.history().channel('my_channel').execute()).messages).toEqual([]);
    // @ts-expect-error: the message is missing.
    await expect(pubnub.publish().channel('my_channel').execute()).rejects.toMatchObject({ code: 'PN-1001' });
  });

  test('`result.timetoken`, `status.is_error()`', async () => {
    const network = setUp();
    const { pubnub } = listening(network);
    const call = pubnub.publish().channel('room').message('x');
    const { result, status } = await call.envelope();
    expect(result?.timetoken).toMatch(/^\d{17}$/);
    expect(status).toMatchObject({ isError: false, category: PNStatusCategory.PNAcknowledgmentCategory });
    network.fail('publish', { with: { status: 403 } });
    const refused = await call.envelope();
    expect(refused).toMatchObject({ status: { isError: true, statusCode: 403 } });
    expect(refused.result).toBeUndefined();
  });

  test('any JSON value, no double encoding; helpful error if a pre-serialised JSON string is passed', async () => {
    const network = setUp();
    const warnings: string[] = [];
    const logger = { warn: (text: string) => warnings.push(text) };
    const { pubnub, messages } = listening(network, { logger });
    pubnub.subscribe().channels('room').execute();
    await network.subscribed('room');
    const values = [{ a: [1] }, [], 'größe 🎈', 0, -1.5, true, false, null, ''];
    for (const message of values) await pubnub.publish().channel('room').message(message).execute();
    await network.idle();
    expect(messages).toEqual(values);
    // It arrives as the text that it is; the log says so, since a text may be meant.
    await pubnub.publish().channel('room').message('{"a":1}').execute();
    await network.idle();
    expect(messages.at(-1)).toBe('{"a":1}');
    expect(warnings.join()).toContain('publish the value itself, without JSON.stringify()');
    // What is no JSON is refused, and says where.
    const wrong: unknown = { at: { deep: new Map() } };
    await expect(
      pubnub
        .publish()
        .channel('room')
        .message(wrong as string) // For JavaScript: no compiler is asked there.
        .execute(),
    ).rejects.toMatchObject({ code: 'PN-1004', message: expect.stringContaining('at.deep') });
  });

  test('size limit 32 KiB after escaping incl. channel; "Message Too Large" `[0,"Message Too Large",tt]`', async () => {
    const network = setUp();
    const { pubnub } = listening(network);
    const call = pubnub.publish().channel('room');
    const most = 32_768 - '""'.length;
    await call.message('x'.repeat(most)).execute();
    // Before it is sent. Ours counts the bytes of the JSON text, whatever the name of the channel.
    await expect(call.message('x'.repeat(most + 1)).execute()).rejects.toMatchObject({
      code: 'PN-1005',
      delivery: 'not-sent',
    });
    await expect(call.message('é'.repeat(most / 2 + 1)).execute()).rejects.toMatchObject({ code: 'PN-1005' });
    expect(network.published('room')).toHaveLength(1);
    network.fail('publish', { with: { status: 413, body: [0, 'Message Too Large', '13524237335750949'] } });
    await expect(call.message('x').execute()).rejects.toMatchObject({ code: 'PN-1005', statusCode: 413 });
  });

  test('subscriber queue of 100 messages, overflow means loss', async () => {
    const network = setUp();
    const { pubnub, messages } = listening(network);
    const gaps: unknown[] = [];
    pubnub.on('gap', ({ channel, certain, reason }) => gaps.push({ channel, certain, reason }));
    pubnub.subscribe().channels('room').execute();
    await network.subscribed('room');
    network.offline();
    await network.clock.advance(1_000);
    for (let n = 1; n <= 200; n++) await network.publish('room', n);
    network.online();
    await network.clock.advance(60_000);
    // The origin has the queue of PubNub's service, and says what was lost.
    expect(messages).toEqual(Array.from({ length: 100 }, (_, index) => index + 101));
    expect(gaps).toEqual([{ channel: 'room', certain: true, reason: 'trimmed' }]);
  });

  test('reliable publish recipe: serial per channel, check code 1, retry on 0, ≤ 5 msg/s', async () => {
    const network = setUp();
    const { pubnub, messages } = listening(network);
    pubnub.subscribe().channels('room').execute();
    await network.subscribed('room');
    const queue = pubnub.publishQueue('room', { ordered: true, maxPerSecond: 5 });
    // An answer that says no, and one that is lost after the message was taken.
    network.fail('publish', { with: { status: 503, body: [0, 'blah', '13524237335750949'] }, after: 2 });
    network.fail('publish', { with: 'truncated', after: 5 });
    const numbers = Array.from({ length: 10 }, (_, index) => index);
    const results = Promise.all(numbers.map((number) => queue.publish(number)));
    const timetokens = (await network.settled(results)).map(({ timetoken }) => timetoken);
    await network.idle();
    // In order, each once, and each promise has the timetoken of its message.
    expect(messages).toEqual(numbers);
    expect(timetokens).toEqual([...new Set(timetokens)].toSorted());
    const times = network
      .transcript()
      .flatMap(({ operation, time }) => (operation === 'publish' ? [time] : []));
    expect(times).toHaveLength(12);
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(200);
    await queue.close();
  });

  test('publish without subscribing', async () => {
    const network = setUp();
    const { pubnub } = listening(network);
    await pubnub.publish().channel('room').message('x').execute();
    expect(network.published('room')).toHaveLength(1);
    expect([network.subscriptions, pubnub.state]).toEqual([[], 'idle']);
  });
});

describe('subscribing', () => {
  test('`subscribe().channels().channel_groups().with_timetoken().with_presence().execute()`', async () => {
    const network = setUp();
    const { pubnub, messages, presence } = listening(network);
    await pubnub.addChannelsToChannelGroup().channels('member').channelGroup('group').execute();
    const before = await network.publish('room', 'early');
    await network.publish('room', 'missed');
    pubnub
      .subscribe()
      .channels('room') // a name, names, or a list of them
      .channelGroups(['group'])
      .withTimetoken(before)
      .withPresence()
      .execute();
    await network.subscribed('room');
    await network.publish('member', 'by the group');
    expect(messages).toEqual(['missed', 'by the group']);
    expect(presence.map(({ event, channel }) => `${event} ${channel}`)).toEqual(['join room', 'join member']);
    const neither = pubnub.subscribe();
    // @ts-expect-error: one of the two is needed.
    expect(() => neither.execute()).toThrow('PN-1001');
  });

  test('reconnection policy NONE / LINEAR / EXPONENTIAL and catch-up of missed messages', async () => {
    const states = [];
    for (const reconnectionPolicy of [
      PNReconnectionPolicy.NONE,
      PNReconnectionPolicy.LINEAR,
      PNReconnectionPolicy.EXPONENTIAL,
    ]) {
      const network = setUp();
      const { pubnub, messages } = listening(network, { reconnectionPolicy });
      pubnub.subscribe().channels('room').execute();
      await network.subscribed('room');
      network.offline();
      await network.clock.advance(20_000);
      await network.publish('room', 'missed');
      network.online();
      await network.clock.advance(60_000);
      states.push([pubnub.state, messages]);
    }
    expect(states).toEqual([
      ['failed', []],
      ['connected', ['missed']],
      ['connected', ['missed']],
    ]);
  });

  test('multiplexing, wildcard `foo.*` (one level), presence channel `-pnpres`, channel groups, group presence', async () => {
    const network = setUp();
    const { pubnub, presence } = listening(network);
    const heard: unknown[] = [];
    pubnub.on('message', ({ channel, subscription }) => heard.push([channel, subscription]));
    await pubnub.addChannelsToChannelGroup().channels('member').channelGroup('group').execute();
    pubnub.subscribe().channels('a', 'b', 'foo.*', 'a-pnpres').execute();
    pubnub.subscribe().channelGroups('group').withPresence().execute();
    await network.subscribed('group');
    // Our origin lets a wildcard cover further dots, too.
    for (const channel of ['a', 'b', 'c', 'foo.x', 'foo.x.y', 'foo', 'member'])
      await network.publish(channel, 1);
    expect(heard).toEqual([
      ['a', null],
      ['b', null],
      ['foo.x', 'foo.*'],
      ['foo.x.y', 'foo.*'],
      ['member', 'group'],
    ]);
    for (const channel of ['a', 'b', 'member']) await network.join(channel, 'bob');
    const joins = presence.filter(({ uuid }) => uuid === 'bob');
    expect(joins.map(({ channel, subscription }) => [channel, subscription])).toEqual([
      ['a', null],
      ['member', 'group'],
    ]);
  });

  test('presence events join, leave, timeout, state-change, interval with joined/left/timedout deltas and `here_now_refresh`', async () => {
    const network = setUp({ limits: { announceMax: 3, announceSeconds: 10 } });
    const { pubnub, presence } = listening(network);
    pubnub.subscribe().channels('room').withPresence().execute();
    await network.subscribed('room');
    await network.join('room', 'bob');
    await network.setState('room', 'bob', { is_typing: true });
    await network.leave('room', 'bob');
    await network.join('room', 'bob');
    await network.timeout('room', 'bob');
    expect(presence.map(({ event, uuid, occupancy }) => [event, uuid, occupancy])).toEqual([
      ['join', 'alice', 1],
      ['join', 'bob', 2],
      ['state-change', 'bob', 2],
      ['leave', 'bob', 1],
      ['join', 'bob', 2],
      ['timeout', 'bob', 1],
    ]);
    expect(presence[2]?.state).toEqual({ is_typing: true });
    for (const user of ['ann', 'bob', 'cid', 'dan', 'eve']) await network.join('room', user);
    await network.clock.advance(10_000);
    presence.length = 0;
    await network.join('room', 'fay');
    await network.leave('room', 'bob');
    await network.timeout('room', 'cid');
    await network.clock.advance(10_000);
    expect(presence).toMatchObject([
      { event: 'interval', occupancy: 5, joined: ['fay'], left: ['bob'], timedOut: ['cid'] },
    ]);
    expect(presence[0]?.hereNowRefresh).toBe(false);
    presence.length = 0;
    for (let n = 0; n < 400; n++) await network.join('room', `${n}-${'x'.repeat(80)}`);
    await network.clock.advance(10_000);
    expect(presence.at(-1)).toMatchObject({ event: 'interval', joined: [], hereNowRefresh: true });
  });

  test('subscribing with state (`set_state` on connect)', async () => {
    const network = setUp();
    const { pubnub } = listening(network);
    const state = { field_a: 'awesome', field_b: 10 };
    // At once: nobody sees the user without it.
    pubnub.subscribe().channels('awesome_channel').withState(state).execute();
    await network.subscribed('awesome_channel');
    const { channels } = await pubnub.getState().channels('awesome_channel').execute();
    expect(channels['awesome_channel']).toEqual(state);
    // Or in the listener of statuses, as the document has it.
    const bob = network.client('bob');
    bob.on('status', async ({ category }) => {
      if (category === PNStatusCategory.PNConnectedCategory)
        await bob.setState().channels('awesome_channel').state({ field_a: 'b' }).execute();
    });
    bob.subscribe().channels('awesome_channel').execute();
    await network.subscribed('awesome_channel', { userId: 'bob' });
    await network.idle();
    const found = await pubnub.getState().channels('awesome_channel').uuid('bob').execute();
    expect(found.channels['awesome_channel']).toEqual({ field_a: 'b' });
  });

  test('`unsubscribe().channels().channel_groups().execute()`, `unsubscribe_all()`', async () => {
    const network = setUp();
    const { pubnub, messages } = listening(network);
    const bob = network.client('bob');
    const left: unknown[] = [];
    bob.on('presence', ({ event, channel }) => event === 'leave' && left.push(channel));
    bob.subscribe().channels('a', 'b', 'c').withPresence().execute();
    await network.subscribed('c', { userId: 'bob' });
    await pubnub.addChannelsToChannelGroup().channels('member').channelGroup('group').execute();
    pubnub.subscribe().channels('a', 'b', 'c').channelGroups('group').execute();
    await network.subscribed('group');
    await pubnub.unsubscribe().channels('a').channelGroups(['group']).execute();
    await network.idle();
    for (const channel of ['a', 'b', 'member']) await network.publish(channel, channel);
    expect([messages, left]).toEqual([['b'], ['a']]);
    await pubnub.unsubscribeAll();
    await network.idle();
    expect(left).toEqual(['a', 'b', 'c']);
    expect(pubnub.state).toBe('idle');
    // The documented reset: what was published in between is not delivered.
    await network.publish('b', 'in between');
    pubnub.subscribe().channels('b').execute();
    await network.subscribed('b', { userId: 'alice' });
    await network.publish('b', 'after');
    expect(messages).toEqual(['b', 'after']);
  });
});

describe('listening', () => {
  test('`add_listener`, `remove_listener`; status, message, presence; "add before subscribe"', async () => {
    const network = setUp();
    const heard: string[] = [];
    class MySubscribeCallback extends SubscribeCallback {
      override status({ category }: PNStatus) {
        heard.push(category);
      }
      override message({ message }: PNMessageResult) {
        heard.push(String(message));
      }
      override presence({ event }: PNPresenceEventResult) {
        heard.push(event);
      }
    }
    const pubnub = network.client('alice');
    const listener = new MySubscribeCallback();
    pubnub.addListener(listener);
    pubnub.subscribe().channels('room').withPresence().execute();
    await network.subscribed('room');
    await network.publish('room', 'hello');
    expect(heard).toEqual(['PNConnectedCategory', 'join', 'hello']);
    pubnub.removeListener(listener);
    await network.publish('room', 'unheard');
    expect(heard).toHaveLength(3);
    // Who adds it too late, or never, is told in the log.
    const warnings: string[] = [];
    const deaf = network.client('bob', { logger: { warn: (text: string) => warnings.push(text) } });
    deaf.subscribe().channels('room').execute();
    await network.subscribed('room', { userId: 'bob' });
    await network.publish('room', 'unheard');
    expect(warnings.join()).toContain('listen');
  });

  test('status categories Timeout, BadRequest, NetworkIssues, Reconnected, Connected, UnexpectedDisconnect, Unknown; `reconnect()`', async () => {
    const network = setUp();
    const { pubnub, categories } = listening(network);
    pubnub.subscribe().channels('room').execute();
    await network.subscribed('room');
    for (const fault of ['refused', 'hang', { status: 418 }] as const) {
      network.fail('subscribe', { with: fault });
      network.offline();
      await network.clock.advance(1_000);
      network.online();
      pubnub.reconnect();
      await network.clock.advance(600_000);
    }
    expect(pubnub.state).toBe('connected');
    expect(new Set(categories())).toEqual(
      new Set([
        PNStatusCategory.PNConnectedCategory,
        PNStatusCategory.PNUnexpectedDisconnectCategory,
        PNStatusCategory.PNNetworkIssuesCategory,
        PNStatusCategory.PNTimeoutCategory,
        PNStatusCategory.PNUnknownCategory,
        PNStatusCategory.PNReconnectedCategory,
        // Ours alone: nothing was missed.
        PNStatusCategory.PNRecoveredCategory,
      ]),
    );
    network.fail('publish', { with: { status: 400 } });
    const { status } = await pubnub.publish().channel('room').message('x').envelope();
    expect(status.category).toBe(PNStatusCategory.PNBadRequestCategory);
  });

  test("`set_stream_logger('pubnub', DEBUG)`", async () => {
    const network = setUp();
    const lines: string[] = [];
    const log = (level: string) => (text: string) => lines.push(`${level} ${text}`);
    const logger = { debug: log('debug'), info: log('info'), warn: log('warn'), error: log('error') };
    const pubnub = new PubNub({ ...network.options, userId: 'alice', logger });
    onTestFinished(() => pubnub.close());
    await pubnub.publish().channel('room').message('a secret text').execute();
    pubnub.subscribe().channels('room').execute();
    await network.subscribed('room');
    expect(lines).toEqual(expect.arrayContaining(['debug answered', 'info state']));
    expect(JSON.stringify(lines)).not.toContain('a secret text');
  });

  test('`PNMessageResult`, `PNPresenceEventResult`, `PNStatus` fields', async () => {
    const network = setUp();
    const pubnub = network.client('alice');
    const events: [PNMessageResult[], PNPresenceEventResult[], PNStatus[]] = [[], [], []];
    pubnub.addListener({
      message: (event) => void events[0].push(event),
      presence: (event) => void events[1].push(event),
      status: (event) => void events[2].push(event),
    });
    pubnub.subscribe().channels('news.*').withPresence().execute();
    await network.subscribed('news.*');
    const timetoken = await network.publish('news.sport', { goal: 1 }, { meta: { lang: 'en' } });
    await network.join('news.sport', 'bob');
    expect(events[0]).toEqual([
      expect.objectContaining({
        message: { goal: 1 },
        subscription: 'news.*',
        channel: 'news.sport',
        timetoken,
        userMetadata: { lang: 'en' },
      }),
    ]);
    expect(events[1].at(-1)).toMatchObject({
      event: 'join',
      uuid: 'bob',
      timestamp: expect.any(Number),
      occupancy: 1,
      subscription: 'news.*',
      channel: 'news.sport',
      timetoken: expect.stringMatching(/^\d{17}$/),
      state: undefined,
    });
    expect(events[2]).toMatchObject([{ category: 'PNConnectedCategory', isError: false }]);
    network.fail('publish', { with: { status: 400 } });
    const { status } = await pubnub.publish().channel('room').message('x').envelope();
    expect(status).toMatchObject({ isError: true, statusCode: 400, errorData: { code: 'PN-3001' } });
  });
});
