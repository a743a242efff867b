import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, test, vi } from 'vitest';
import { fetchTransport, kyTransport } from '../../../src/core.ts';
import { PubNub, type PubNubOptions } from '../../../src/index.ts';
import { HandFedClient } from '../../support/loop-pending-transport.ts';

/** A page whose events the test makes. */
class Page {
  tell: (shown: boolean) => void = () => {
    throw new Error('Nobody listens to the page.');
  };
  isHeard = false;
  readonly #shown: boolean | undefined;

  /** `shown` is told at once. */
  constructor(shown?: boolean) {
    this.#shown = shown;
  }

  readonly events: NonNullable<PubNubOptions['pageEvents']> = (listener) => {
    this.tell = listener;
    this.isHeard = true;
    if (this.#shown !== undefined) listener(this.#shown);
    return () => {
      this.isHeard = false;
    };
  };
}

function pageWith(options: Partial<PubNubOptions> = {}, byHand: readonly 'leave'[] = [], shown?: boolean) {
  const page = new Page(shown);
  const fed = new HandFedClient({ pageEvents: page.events, heartbeatInterval: 100, ...options }, { byHand });
  return { page, fed, hide: () => page.tell(false), show: () => page.tell(true) };
}

function leavesOf({ requests }: HandFedClient): readonly string[] {
  return requests.filter(({ facts }) => facts.kind === 'leave').map(({ url }) => new URL(url).pathname);
}

describe('a page that is hidden', () => {
  test('gives up its poll and its heartbeats, and goes on at its cursor when it is back', async () => {
    const { fed, hide, show } = pageWith();
    await using _ = fed;
    const received: unknown[] = [];
    fed.client.on('message', ({ message }) => received.push(message));
    await fed.subscribed('a', 10);
    const poll = await fed.next('poll');
    hide();
    expect(poll.signal.aborted).toBe(true);
    expect(fed.client.state).toBe('reconnecting');
    await fed.clock.advance(3_600_000);
    expect(fed.open()).toEqual([]);
    expect(leavesOf(fed)).toEqual([]);
    expect(fed.requests.filter(({ facts }) => facts.kind === 'heartbeat')).toEqual([]);
    show();
    await (await fed.next('handshake')).answer(99);
    expect((await fed.next('poll')).facts.tt).toBe('17000000000000010');
    expect(fed.client.state).toBe('connected');
    expect(fed.categories).toEqual(['Connected', 'Disconnected', 'Reconnected']);
    await fed.clock.advance(100_000);
    expect(fed.requests.filter(({ facts }) => facts.kind === 'heartbeat')).toHaveLength(1);
  });

  test('lets nobody down who waits to be connected', async () => {
    const { fed, hide, show } = pageWith();
    await using _ = fed;
    const waits = [fed.client.until('connected')];
    const subscription = fed.client.subscribe().channels('a').execute();
    waits.push(subscription.connected());
    const handshake = await fed.next('handshake');
    hide();
    expect(handshake.signal.aborted).toBe(true);
    expect(fed.client.state).toBe('connecting');
    show();
    await (await fed.next('handshake')).answer(10);
    await Promise.all(waits);
  });

  test('asks for what was subscribed meanwhile when it is back', async () => {
    const { fed, hide, show } = pageWith();
    await using _ = fed;
    await fed.subscribed('a', 10);
    hide();
    fed.client.subscribe().channels('b').execute();
    await fed.clock.advance(10_000);
    expect(fed.open()).toEqual([]);
    show();
    expect((await fed.next('handshake')).facts.channels).toEqual(['a', 'b']);
  });

  test('stays stopped if the program stopped it', async () => {
    const { fed, hide, show } = pageWith({ leaveOnPageHide: true });
    await using _ = fed;
    await fed.subscribed('a', 10);
    hide();
    fed.client.disconnect();
    show();
    await fed.clock.advance(1_000);
    expect(fed.open()).toEqual([]);
    expect(fed.client.state).toBe('stopped');
    expect(leavesOf(fed)).toHaveLength(1);
  });
});

describe('a client that is used while its page is hidden', () => {
  const subscribe = ({ client }: HandFedClient) => client.subscribe().channels('a').execute();

  test.each<[string, (fed: HandFedClient, hide: () => void) => unknown]>([
    [
      'for the first time',
      (fed, hide) => {
        hide();
        subscribe(fed);
      },
    ],
    [
      'for the first time in the very turn in which it is hidden',
      (fed, hide) => {
        subscribe(fed);
        hide();
      },
    ],
    [
      'after its last name was unsubscribed',
      async (fed, hide) => {
        await fed.subscribed('a', 10);
        hide();
        void fed.client.unsubscribeAll();
        await fed.clock.advance(1_000);
        subscribe(fed);
      },
    ],
    [
      'by reconnect() after disconnect()',
      async (fed, hide) => {
        await fed.subscribed('a', 10);
        fed.client.disconnect();
        hide();
        fed.client.reconnect();
      },
    ],
    [
      'by reconnect()',
      async (fed, hide) => {
        await fed.subscribed('a', 10);
        hide();
        fed.client.reconnect();
      },
    ],
  ])('%s, asks when the page is back', async (_, use) => {
    const { fed, hide, show } = pageWith();
    await using _fed = fed;
    await use(fed, hide);
    await fed.clock.advance(3_600_000);
    expect(fed.open()).toEqual([]);
    show();
    await (await fed.next('handshake')).answer(20);
    expect(fed.client.state).toBe('connected');
  });

  test('asks at once if the page was back before', async () => {
    const { fed, hide, show } = pageWith();
    await using _ = fed;
    hide();
    show();
    subscribe(fed);
    await fed.next('handshake');
  });

  test('knows of a page that was hidden before there was a client, if its source says so at once', async () => {
    const { fed, show } = pageWith({}, [], false);
    await using _ = fed;
    subscribe(fed);
    await fed.clock.advance(10_000);
    expect(fed.open()).toEqual([]);
    show();
    await fed.next('handshake');
  });

  test('listens from its first turn until it is closed', async () => {
    const { fed, page } = pageWith();
    expect(page.isHeard).toBe(true);
    await fed.subscribed('a', 10);
    fed.client.disconnect();
    expect(page.isHeard).toBe(true);
    await fed[Symbol.asyncDispose]();
    expect(page.isHeard).toBe(false);
  });
});

test('a client that nobody uses any more is collected, though its page still has the listener', async () => {
  // Garbage collection on demand: the flag takes effect for contexts that are made from now on.
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('There is no gc().');
  const page = new Page();
  const make = () => {
    const keys = { subscribeKey: 'demo', userId: 'alice' };
    return new WeakRef(new PubNub({ ...keys, pageEvents: page.events }));
  };
  const client = make();
  await vi.waitFor(() => {
    collect();
    // Not the client itself: a failed expectation would hold it.
    expect(client.deref() === undefined).toBe(true);
  });
  page.tell(false);
  expect(page.isHeard).toBe(false);
});

describe('a page that leaves', () => {
  test('sends one leave in the turn in which it is hidden, and rejoins when it is back', async () => {
    const { fed, hide, show } = pageWith({ leaveOnPageHide: true });
    await using _ = fed;
    await fed.subscribed(['a', 'b'], 10, { presence: true });
    hide();
    hide();
    await Promise.resolve();
    await fed.clock.advance(0);
    expect(leavesOf(fed)).toEqual(['/v2/presence/sub-key/demo/channel/a,b/leave']);
    show();
    await (await fed.next('handshake')).answer(99);
    expect((await fed.next('poll')).facts.tt).toBe('17000000000000010');
  });

  test('sends the leave without any timer, since none fires any more', async () => {
    const { fed, hide } = pageWith({ leaveOnPageHide: true });
    await using _ = fed;
    await fed.subscribed('a', 10);
    hide();
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    expect(leavesOf(fed)).toHaveLength(1);
  });

  test('sends it with the token of a provider, as long as that is fresh', async () => {
    const { fed, hide } = pageWith({ leaveOnPageHide: true, token: async () => 'a token' });
    await using _ = fed;
    await fed.subscribed('a', 10);
    hide();
    for (let turn = 0; turn < 100; turn++) await Promise.resolve();
    const [leave] = fed.requests.filter(({ facts }) => facts.kind === 'leave');
    expect(leave?.facts.token).toBe('a token');
  });

  test('with a leave that gets no answer waits two seconds for it, and then rejoins', async () => {
    const { fed, hide, show } = pageWith({ leaveOnPageHide: true }, ['leave']);
    await using _ = fed;
    await fed.subscribed('a', 10);
    hide();
    await fed.next('leave');
    show();
    await fed.clock.advance(1_999);
    expect(fed.open('handshake')).toEqual([]);
    await fed.clock.advance(1);
    await (await fed.next('handshake')).answer(11);
    expect(fed.client.state).toBe('connected');
  });

  test('tells of a gap if it was away for longer than the server keeps messages', async () => {
    const { fed, hide, show } = pageWith({ liveRetention: 600 });
    await using _ = fed;
    const gaps: unknown[] = [];
    fed.client.on('gap', ({ channel }) => gaps.push(channel));
    await fed.subscribed('a', 10);
    hide();
    show();
    // Ten minutes, by the server's time.
    await (await fed.next('handshake')).answer(10 + 601 * 10_000_000);
    await fed.deliver(20 + 601 * 10_000_000);
    expect(gaps).toEqual(['a']);
  });

  test('rejoins only after its leave, and leaves what its handshake asked for', async () => {
    const { fed, hide, show } = pageWith({ leaveOnPageHide: true }, ['leave']);
    await using _ = fed;
    fed.client.subscribe().channels('a').execute();
    await fed.next('handshake');
    hide();
    const leave = await fed.next('leave');
    show();
    await fed.clock.advance(0);
    expect(fed.open('handshake')).toEqual([]);
    await leave.respond(200, { status: 200, message: 'OK', service: 'Presence' });
    await (await fed.next('handshake')).answer(10);
    expect(fed.client.state).toBe('connected');
  });

  test('that was hidden and shown in one turn has not left', async () => {
    const { fed, hide, show } = pageWith({ leaveOnPageHide: true });
    await using _ = fed;
    await fed.subscribed('a', 10);
    hide();
    show();
    await (await fed.next('handshake')).answer(11);
    expect(leavesOf(fed)).toEqual([]);
  });

  test('leaves once if the program closes the client at that moment, before or after', async () => {
    for (const closesFirst of [true, false]) {
      const { fed, page } = pageWith({ leaveOnPageHide: true });
      await fed.subscribed('a', 10);
      if (closesFirst) void fed.client.close();
      if (page.isHeard) page.tell(false);
      await fed[Symbol.asyncDispose]();
      expect(leavesOf(fed)).toHaveLength(1);
    }
  });

  test('does not hammer the server, however often it is hidden and shown', async () => {
    const { fed, hide, show } = pageWith({ leaveOnPageHide: true });
    await using _ = fed;
    await fed.subscribed('a', 10);
    for (let count = 0; count < 1_000; count++) {
      hide();
      await fed.clock.advance(1);
      show();
      await fed.clock.advance(1);
    }
    expect(fed.requests.length).toBeLessThan(100);
    await fed.clock.advance(60_000);
    await (await fed.next('handshake')).answer(99);
    expect((await fed.next('poll')).facts.tt).toBe('17000000000000010');
  });
});

describe('a leave', () => {
  const request = { method: 'GET', url: 'http://localhost/', headers: {} } as const;

  test.each([
    ['kyTransport', kyTransport],
    ['fetchTransport', fetchTransport],
  ])(
    'is kept alive by %s, also where the program has a fetch of its own; nothing else is',
    async (_, make) => {
      const kept: boolean[] = [];
      const transport = make({
        fetch: async ({ keepalive }) => {
          kept.push(keepalive);
          return new Response('{}');
        },
      });
      const { signal } = new AbortController();
      await transport({ ...request, signal, keepalive: true });
      await transport({ ...request, signal });
      expect(kept).toEqual([true, false]);
    },
  );

  test('asks its transport to keep it alive', async () => {
    const { fed, hide } = pageWith({ leaveOnPageHide: true });
    await using _ = fed;
    await fed.subscribed('a', 10);
    hide();
    await fed.clock.advance(0);
    const kept = fed.requests.filter(({ isKeptAlive }) => isKeptAlive);
    expect(kept.map(({ facts }) => facts.kind)).toEqual(['leave']);
  });
});
