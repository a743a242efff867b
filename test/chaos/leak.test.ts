import { getEventListeners } from 'node:events';
import http from 'node:http';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PubNub, type Transport } from '../../src/index.ts';
import { nodeTransport } from '../../src/node/index.ts';
import { createOrigin } from '../../src/origin/index.ts';
import { CountingClock, heapInUse, slope } from '../support/integration-heap.ts';
import { serveOrigin } from '../support/integration-origin.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const KEYS = { subscribeKey: 'demo', publishKey: 'demo', userId: 'leaker', ssl: false } as const;

// Bytes that may stay of one poll, on the average. A listener or timer that is forgotten takes more than the first, a
// request more than the second; below them is noise.
const FORGOTTEN_LISTENER = 40;
const FORGOTTEN_REQUEST = 800;

const warnings: Error[] = [];
const note = (warning: Error) => warnings.push(warning);

beforeEach(() => {
  warnings.length = 0;
  process.on('warning', note);
});

afterEach(() => {
  process.off('warning', note);
  expect(warnings).toEqual([]);
});

/** A transport that watches the listeners on the signals it is given: the most of one, and those left after its request. */
function watched(transport: Transport) {
  const listeners = { most: 0, left: 0 };
  const count = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;
  const ended: AbortSignal[] = [];
  // The next request may begin in the turn in which one ends.
  const look = (recent = 0) => {
    for (const signal of ended.splice(0, ended.length - recent)) listeners.left += count(signal);
    return listeners;
  };
  const watching: Transport = async (request) => {
    look(10);
    listeners.most = Math.max(listeners.most, count(request.signal));
    const answer = transport(request);
    listeners.most = Math.max(listeners.most, count(request.signal));
    try {
      return await answer;
    } finally {
      ended.push(request.signal);
    }
  };
  return { look, transport: watching };
}

/** Answers each poll at once with one message, and stops at given polls until it is told to go on. */
function endlessMessages(stopAt: number) {
  let polls = 0;
  let goOn = () => {};
  let stopped = () => {};
  const transport: Transport = async ({ url }) => {
    if (!url.includes('/v2/subscribe/')) return answered('{"status":200}');
    if (++polls % stopAt === 0) {
      stopped();
      await new Promise<void>((resolve) => {
        goOn = resolve;
      });
    }
    const tt = `17${String(polls).padStart(15, '0')}`;
    const entry = `{"a":"1","f":0,"i":"x","p":{"t":"${tt}","r":1},"k":"demo","c":"a","d":{"n":${polls}}}`;
    return answered(`{"t":{"t":"${tt}","r":1},"m":[${entry}]}`);
  };
  const nextStop = () =>
    new Promise<void>((resolve) => {
      stopped = resolve;
      goOn();
    });
  return { transport, nextStop, polls: () => polls };
}

function answered(body: string) {
  return { status: 200, headers: { get: () => null }, body };
}

describe('a client that polls for ever', () => {
  const STEP = 2_500;

  test('holds after 20 000 polls what it held before, and no more timers', { timeout: 180_000 }, async () => {
    const clock = new CountingClock();
    const { transport, nextStop, polls } = endlessMessages(STEP);
    const { look, transport: counted } = watched(transport);
    const pubnub = new PubNub({ ...KEYS, origin: 'nowhere', transport: counted, clock });
    let received = 0;
    pubnub.on('message', () => received++);
    pubnub.subscribe({ channels: ['a'] }).execute();
    const heap: number[] = [];
    const timers = new Set<number>();
    while (polls() < 20_000) {
      await nextStop();
      // The first rounds compile functions and fill the window of known messages.
      if (polls() > 5_000) heap.push(await heapInUse());
      timers.add(clock.pending);
    }
    await pubnub.close();
    expect(received).toBeGreaterThan(19_990);
    expect(slope(heap) / STEP).toBeLessThan(FORGOTTEN_LISTENER);
    expect(timers.size).toBe(1);
    expect(look()).toEqual({ most: 1, left: 0 });
    expect(clock.pending).toBe(0);
  });

  test('leaves nothing on signals, sockets and timers over node:http', { timeout: 180_000 }, async () => {
    await using system = await serveOrigin();
    const clock = new CountingClock();
    const { look, transport } = watched(nodeTransport());
    const pubnub = new PubNub({ ...KEYS, origin: system.host, transport, clock });
    const publisher = new PubNub({ ...KEYS, origin: 'x', fetch: (request) => system.origin.fetch(request) });
    const subscription = pubnub.subscribe({ channels: ['a'] }).execute();
    const messages = subscription.messages();
    await subscription.connected();
    const heap: number[] = [];
    const idle = clock.pending;
    for (let round = 0; round < 6; round++) {
      for (let poll = 0; poll < 250; poll++) {
        // The origin's history is in this process too, and may grow.
        await publisher.publish({ channel: 'a', message: poll, shouldStore: false }).execute();
        await messages.next();
      }
      system.requests.clear();
      if (round > 1) heap.push(await heapInUse());
      expect(clock.pending).toBeLessThanOrEqual(idle + 1);
    }
    await Promise.all([pubnub.close(), publisher.close()]);
    expect(slope(heap) / 250).toBeLessThan(FORGOTTEN_REQUEST);
    expect(look()).toEqual({ most: 2, left: 0 });
    expect(clock.pending).toBe(0);
  });

  test('leaves nothing of the requests that it cancels', async () => {
    const clock = new VirtualClock();
    let open = 0;
    const hanging: Transport = ({ url, signal }) => {
      if (!url.includes('/v2/subscribe/')) return Promise.resolve(answered('{"status":200}'));
      if (url.includes('tt=0'))
        return Promise.resolve(answered('{"t":{"t":"17000000000000000","r":1},"m":[]}'));
      open++;
      return new Promise((_resolve, reject) => {
        const abort = () => {
          open--;
          reject(signal.reason);
        };
        signal.addEventListener('abort', abort, { once: true });
      });
    };
    const { look, transport } = watched(hanging);
    const pubnub = new PubNub({ ...KEYS, origin: 'nowhere', transport, clock });
    const connected = pubnub
      .subscribe({ channels: ['stays'] })
      .execute()
      .connected();
    await clock.advance(1_000);
    await connected;
    const idle = clock.pending;
    const heap: number[] = [];
    for (let round = 0; round < 6; round++) {
      for (let change = 0; change < 200; change++) {
        const more = pubnub.subscribe({ channels: [`more ${change}`] }).execute();
        const connected = more.connected();
        // Changes that come one after the other wait for their turn.
        await clock.advance(1_000);
        await connected;
        more.unsubscribe();
      }
      if (round > 1) heap.push(await heapInUse());
    }
    expect(clock.pending).toBe(idle);
    expect(open).toBe(1);
    expect(look()).toEqual({ most: 2, left: 0 });
    expect(slope(heap) / 200).toBeLessThan(FORGOTTEN_REQUEST);
    await pubnub.close();
    expect([open, clock.pending]).toEqual([0, 0]);
  });
});

describe('an origin whose clients come and go', () => {
  const ROUNDS = 8;
  const POLLS = 250;

  test('keeps nothing of 2 000 polls that were given up, without a socket', async () => {
    const clock = new VirtualClock();
    const origin = createOrigin({ clock });
    const heap: number[] = [];
    await origin.fetch('http://origin/time/0');
    for (let round = 0; round < ROUNDS; round++) {
      const polls = Array.from({ length: POLLS }, (_, index) => {
        const controller = new AbortController();
        const path = `http://origin/v2/subscribe/demo/a,b.*,c${index}/0?tt=1&uuid=${round}-${index}`;
        const poll = origin.fetch(path, { signal: controller.signal });
        return { controller, poll };
      });
      await clock.advance(1);
      // All of them are held: each can be given up.
      for (const { controller } of polls)
        expect(getEventListeners(controller.signal, 'abort')).toHaveLength(1);
      // One timer for the polls, and some for whatever presence does next.
      expect(clock.pending).toBeLessThan(5);
      for (const { controller } of polls) controller.abort();
      const outcomes = await Promise.allSettled(polls.map(({ poll }) => poll));
      expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set(['rejected']));
      for (const { controller } of polls) expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
      // Everybody has timed out, and the interval after has been announced.
      await clock.advance(400_000);
      expect(clock.pending).toBe(0);
      if (round > 1) heap.push(await heapInUse());
    }
    expect(slope(heap) / POLLS).toBeLessThan(FORGOTTEN_REQUEST);
    await origin.close();
    expect(clock.pending).toBe(0);
  });

  test('keeps nothing of 2 000 polls whose connections broke', { timeout: 180_000 }, async () => {
    const clock = new CountingClock();
    await using system = await serveOrigin({ clock });
    const heap: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const path = '/v2/subscribe/demo/a,b.*,c/0?tt=1';
      const polls = Array.from({ length: POLLS }, () => {
        const poll = http.get(`${system.url}${path}`, { agent: false });
        poll.on('error', () => poll.destroy());
        return poll;
      });
      await system.requests.take(POLLS);
      // One timer for all of them.
      await clock.whenPending(1);
      for (const poll of polls) poll.destroy();
      await clock.whenPending(0);
      system.requests.clear();
      if (round > 1) heap.push(await heapInUse());
    }
    expect(slope(heap) / POLLS).toBeLessThan(FORGOTTEN_REQUEST);
  });
});
