import { getEventListeners } from 'node:events';
import { PubNub, PubNubError } from 'timetoken';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, it } from 'vitest';
import { OPERATIONS } from '../../scripts/docs-operations.ts';
import { fails, hangs, networkError, rejection, SENT, scriptedClient } from '../support/unit-client.ts';
import { settle } from '../support/virtual-clock.ts';

const HANDSHAKE = { body: '{"t":{"t":"17000000000000000","r":3},"m":[]}' };

describe('a client', () => {
  it('has a method for each operation of the catalogue', () => {
    const { pubnub } = scriptedClient();
    for (const name of Object.keys(OPERATIONS)) expect(Reflect.get(pubnub, name)).toBeTypeOf('function');
  });

  it('does nothing until it is asked to: no request, no timer', async () => {
    const { pubnub, clock, requests } = scriptedClient();
    await clock.advance(1_000_000);
    expect([requests.length, clock.pending, pubnub.state]).toEqual([0, 0, 'idle']);
    expect([pubnub.subscribedChannels, pubnub.subscribedChannelGroups]).toEqual([[], []]);
    expect([pubnub.timetoken, pubnub.cursor]).toEqual([undefined, undefined]);
  });

  it('names what is subscribed, sorted, without presence', async () => {
    const { pubnub, close } = scriptedClient([HANDSHAKE, hangs]);
    pubnub.subscribe().channels('b', 'a').channelGroups('h', 'g').withPresence().execute();
    expect(pubnub.subscribedChannels).toEqual(['a', 'b']);
    expect(pubnub.subscribedChannelGroups).toEqual(['g', 'h']);
    await pubnub.until('connected');
    await close();
    expect(pubnub.subscribedChannels).toEqual([]);
  });

  it('shares nothing with another client', async () => {
    const first = scriptedClient([SENT], { token: 'one', userId: 'alice' });
    const second = scriptedClient([SENT], { token: 'two', userId: 'bob', subscribeKey: 'other' });
    first.pubnub.setToken('three');
    let heard = 0;
    first.pubnub.on('state', () => heard++);
    await second.pubnub.publish({ channel: 'a', message: 1 }).execute();
    await first.pubnub.publish({ channel: 'a', message: 1 }).execute();
    expect(second.requests[0]?.url).toMatch(/\/demo\/other\/.*uuid=bob.*auth=two$/);
    expect(first.requests[0]?.url).toMatch(/\/demo\/demo\/.*uuid=alice.*auth=three$/);
    await second.close();
    await first.pubnub.publish({ channel: 'a', message: 1 }).execute();
    expect([heard, first.requests.length]).toEqual([0, 2]);
  });
});

describe('until()', () => {
  it('resolves at once in that state, and as soon as it comes', async () => {
    const { pubnub, close } = scriptedClient([HANDSHAKE, hangs]);
    await pubnub.until('idle');
    const connected = pubnub.until('connected');
    pubnub.subscribe().channels('a').execute();
    await connected;
    expect(pubnub.state).toBe('connected');
    await close();
  });

  it('rejects when its signal aborts, with the reason, and keeps nothing', async () => {
    const { pubnub } = scriptedClient();
    const controller = new AbortController();
    const wait = rejection(pubnub.until('connected', { signal: controller.signal }));
    controller.abort(new Error('enough'));
    expect(await wait).toMatchObject({ code: 'PN-2003', cause: { message: 'enough' } });
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('rejects at once for a signal that is aborted already', async () => {
    const { pubnub } = scriptedClient();
    expect(await rejection(pubnub.until('connected', { signal: AbortSignal.abort() }))).toMatchObject({
      code: 'PN-2003',
    });
  });

  it('rejects when the client is closed, before and after', async () => {
    const { pubnub } = scriptedClient();
    const before = rejection(pubnub.until('connected'));
    await pubnub.close();
    const expected = {
      code: 'PN-2004',
      message: expect.stringContaining(
        'The wait for "connected" ended: the client is closed. Create a new client.',
      ),
    };
    expect(await before).toMatchObject(expected);
    expect(await rejection(pubnub.until('connected'))).toMatchObject(expected);
  });

  it('says that the client is closed, and not to reconnect it, when the loop ran before', async () => {
    const { pubnub, close } = scriptedClient([HANDSHAKE, hangs]);
    pubnub.subscribe().channels('a').execute();
    await pubnub.until('connected');
    const stopped = pubnub.until('stopped');
    const idle = rejection(pubnub.until('idle'));
    await close();
    await stopped;
    for (const error of [await idle, await rejection(pubnub.until('connected'))]) {
      expect(error).toMatchObject({ code: 'PN-2004' });
      expect(String(error)).not.toContain('reconnect()');
    }
    pubnub.reconnect();
    pubnub.disconnect();
    await pubnub.until('stopped');
  });

  it('leaves no listener on its signal when it resolves', async () => {
    const { pubnub, close } = scriptedClient([HANDSHAKE, hangs]);
    const { signal } = new AbortController();
    const connected = pubnub.until('connected', { signal });
    pubnub.subscribe().channels('a').execute();
    await connected;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await close();
  });
});

describe('until() in a loop that does not get there', () => {
  const NONE = { reconnectionPolicy: 'NONE' } as const;
  const refused = fails(networkError('ECONNREFUSED'));

  it('rejects with what the loop failed with, before and after', async () => {
    const { pubnub, close } = scriptedClient([refused], NONE);
    const connected = rejection(pubnub.until('connected'));
    const failed = pubnub.until('failed');
    pubnub.subscribe().channels('a').execute();
    await failed;
    const error = await connected;
    expect(error).toMatchObject({ code: 'PN-2001', operation: 'PNSubscribeOperation' });
    expect(await rejection(pubnub.until('connected'))).toBe(error);
    await pubnub.until('failed');
    await close();
  });

  it('rejects when the loop is stopped, before and after', async () => {
    const { pubnub, close } = scriptedClient([HANDSHAKE, hangs]);
    pubnub.subscribe().channels('a').execute();
    await pubnub.until('connected');
    const idle = rejection(pubnub.until('idle'));
    pubnub.disconnect();
    const expected = {
      code: 'PN-2003',
      message: expect.stringContaining(
        'The wait for "idle" ended: the state is "stopped" (disconnect() was called): call reconnect().',
      ),
    };
    expect(await idle).toMatchObject(expected);
    expect(await rejection(pubnub.until('idle'))).toMatchObject(expected);
    await pubnub.until('stopped');
    await close();
  });

  it('leaves no listener on its signal', async () => {
    const { pubnub, close } = scriptedClient([refused], NONE);
    const { signal } = new AbortController();
    const connected = rejection(pubnub.until('connected', { signal }));
    pubnub.subscribe().channels('a').execute();
    await connected;
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
    await close();
  });
});

describe('a wait of until()', () => {
  it('goes on when every listener is removed', async () => {
    const { pubnub, close } = scriptedClient([HANDSHAKE, hangs]);
    const connected = pubnub.until('connected');
    pubnub.removeAllListeners();
    pubnub.on('state', () => pubnub.removeAllListeners());
    pubnub.subscribe().channels('a').execute();
    await connected;
    await close();
  });

  it.each([
    ['typo', 'until: "typo" is no state; it must be one of idle, connecting, connected'],
    ['conected', 'until: "conected" is no state; did you mean "connected"?'],
    ['Failed', 'until: "Failed" is no state; did you mean "failed"?'],
    [undefined, 'until: what was given is no state; it must be one of'],
  ])('refuses the state %s at once', async (state, text) => {
    const { pubnub } = scriptedClient();
    const error = await rejection(Reflect.apply(pubnub.until, pubnub, [state]));
    expect(error).toMatchObject({ code: 'PN-1002', message: expect.stringContaining(text) });
  });

  it.each([
    ['x', 'PN-1002', 'until: the options must be an object'],
    [{ signal: {} }, 'PN-1002', 'until: the option "signal" must be an AbortSignal'],
    [{ timeout: 5 }, 'PN-1003', 'until: "timeout" is no option'],
  ])('refuses the options %o at once', async (options, code, text) => {
    const { pubnub } = scriptedClient();
    const error = await rejection(Reflect.apply(pubnub.until, pubnub, ['idle', options]));
    expect(error).toMatchObject({ code, message: expect.stringContaining(text) });
  });
});

describe('close()', () => {
  it('is the same promise however often it is called', async () => {
    const { pubnub } = scriptedClient();
    expect(pubnub.close()).toBe(pubnub.close());
    await pubnub.close();
    await pubnub[Symbol.asyncDispose]();
    expect(pubnub.state).toBe('stopped');
  });

  it('leaves no timer and no request behind, wherever the loop is', async () => {
    for (const steps of [[hangs], [HANDSHAKE, hangs], [{ status: 500 }]] as const) {
      const { pubnub, clock, requests, close } = scriptedClient(steps, { presenceTimeout: 60 });
      pubnub.subscribe().channels('a').withPresence().execute();
      await settle();
      await close();
      expect(clock.pending).toBe(0);
      expect(requests.filter(({ url }) => url.includes('/v2/subscribe/')).at(-1)?.signal.aborted).toBe(
        steps[0] === hangs || steps.length > 1,
      );
      const count = requests.length;
      await clock.advance(1_000_000);
      expect(requests).toHaveLength(count);
    }
  });

  it('waits for the server to hear of it, at most 200 milliseconds', async () => {
    const { pubnub, clock } = scriptedClient([HANDSHAKE, hangs]);
    pubnub.subscribe().channels('a').execute();
    await pubnub.until('connected');
    let closed = false;
    const closing = pubnub.close().then(() => {
      closed = true;
    });
    await clock.advance(199);
    expect(closed).toBe(false);
    await clock.advance(1);
    await closing;
    expect(clock.pending).toBe(0);
  });

  it('tells the server of the leave when there is one', async () => {
    await using network = createTestNetwork();
    const bob = new PubNub({ ...network.options, userId: 'bob' });
    const events: unknown[] = [];
    bob.on('presence', ({ event, uuid }) => events.push([event, uuid]));
    await bob.subscribe().channels('a').withPresence().execute().connected();
    {
      await using alice = new PubNub({ ...network.options, userId: 'alice' });
      await alice.subscribe().channels('a').execute().connected();
    }
    await network.idle();
    expect(events).toEqual([
      ['join', 'bob'],
      ['join', 'alice'],
      ['leave', 'alice'],
    ]);
    await bob.close();
    // While the clients' machine sleeps only the origin's timers fire: what is left would be the clients'.
    await network.sleep(400_000);
    expect(network.clock.pending).toBe(0);
  });

  it('ends iterators and subscriptions, and makes later use fail in clear words', async () => {
    const { pubnub, close, requests } = scriptedClient([HANDSHAKE, hangs]);
    const subscription = pubnub.subscribe().channels('a').execute();
    const iterator = subscription.messages();
    const next = iterator.next();
    await pubnub.until('connected');
    await close();
    expect(await next).toEqual({ value: undefined, done: true });
    const count = requests.length;
    expect(() => pubnub.subscribe().channels('b').execute()).toThrow(
      expect.objectContaining({ code: 'PN-2004' }),
    );
    expect(await rejection(subscription.connected())).toMatchObject({ category: 'PNCancelledCategory' });
    expect(await rejection(pubnub.time().execute())).toMatchObject({ code: 'PN-2004' });
    pubnub.reconnect();
    pubnub.disconnect();
    pubnub.setToken('x');
    await pubnub.unsubscribeAll();
    await settle();
    expect(requests).toHaveLength(count);
  });

  it('lets no listener hear of anything any more', async () => {
    const { pubnub, close } = scriptedClient([HANDSHAKE, hangs]);
    pubnub.subscribe().channels('a').execute();
    await pubnub.until('connected');
    await close();
    let heard = 0;
    pubnub.on('state', () => heard++);
    pubnub.reconnect();
    await settle();
    expect(heard).toBe(0);
  });
});

describe('a listener that fails', () => {
  it('is told of on listenerError, with the event and what was thrown', async () => {
    const { pubnub, close } = scriptedClient([HANDSHAKE, hangs]);
    const told: unknown[] = [];
    const error = new Error('mine');
    pubnub.addListener({
      status: () => {
        throw error;
      },
      listenerError: (event) => void told.push(event),
    });
    pubnub.subscribe().channels('a').execute();
    await pubnub.until('connected');
    await settle();
    expect(told).toEqual([{ event: 'status', error }]);
    await close();
  });

  it('of listenerError itself ends in the log, not in itself', async () => {
    const { pubnub, logs, close } = scriptedClient([HANDSHAKE, hangs]);
    pubnub.on('status', () => Promise.reject(new Error('first')));
    pubnub.on('listenerError', () => {
      throw new Error('second');
    });
    pubnub.subscribe().channels('a').execute();
    await pubnub.until('connected');
    await settle();
    expect(logs).toContainEqual([
      'a listener failed',
      { event: 'listenerError', error: new Error('second') },
    ]);
    await close();
  });

  it('that nobody listens for ends in the log', async () => {
    const { pubnub, logs, close } = scriptedClient([HANDSHAKE, hangs]);
    pubnub.on('state', () => {
      throw new Error('mine');
    });
    pubnub.subscribe().channels('a').execute();
    await pubnub.until('connected');
    expect(logs).toContainEqual(['a listener failed', { event: 'state', error: new Error('mine') }]);
    await close();
  });
});

describe('matches()', () => {
  it.each([
    ['chat.*', 'chat.a', true],
    ['chat.*', 'chat.a.b', true],
    ['chat.*', 'chat.', false],
    ['chat.*', 'chat', false],
    ['chat.*', 'chatter.a', false],
    ['orders', 'orders', true],
    ['orders', 'orders.eu', false],
  ] as const)('%s, %s: %s', (pattern, channel, expected) => {
    const pubnub = scriptedClient().pubnub as unknown as PubNub<{ 'chat.*': string; orders: number }>;
    expect(pubnub.matches(pattern, { channel })).toBe(expected);
  });

  it.each<[unknown, unknown]>([
    ['room', undefined],
    ['room', null],
    ['room', {}],
    ['room.*', { channel: 7 }],
    [undefined, { channel: 'a' }],
    [['room'], { channel: 'room' }],
  ])('refuses %o with %o', (pattern, event) => {
    const { pubnub } = scriptedClient();
    const refused = expect.objectContaining({ code: 'PN-1002' });
    // What a program without types may give.
    expect(() => pubnub.matches(pattern as never, event as { channel: string })).toThrow(refused);
  });
});

describe('setToken()', () => {
  it('refuses what is no token', () => {
    const { pubnub } = scriptedClient();
    for (const token of ['', 7, undefined, null]) {
      expect(() => pubnub.setToken(token as string)).toThrow(PubNubError);
    }
  });
});
