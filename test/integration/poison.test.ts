import { type Fetch, PubNub, type PubNubOptions } from 'timetoken';
import { nodeTransport } from 'timetoken/node';
import { createOrigin } from 'timetoken/origin';
import { afterEach, describe, expect, it } from 'vitest';
import { BROKEN_CONNECTIONS, type OddAnswer, oddAnswers, type Poison } from '../support/unit-poison.ts';
import { type Handler, handlerOf, listen } from '../support/unit-server.ts';
import { until } from '../support/unit-wait.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const START = 1_700_000_000_000;
const REQUEST_TIMEOUT = 15_000;
const POLL_TIMEOUT = 290_000;

type Place = 'handshake' | 'poll';
type Way = 'a fetch function' | 'fetch over sockets' | 'nodeTransport over sockets';

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).reverse()) await cleanUp();
});

/** An origin of which one subscribe request, the handshake or the poll after the first message, meets a poison. */
function poisonedOrigin(clock: VirtualClock, place: Place) {
  const origin = createOrigin({ clock });
  cleanups.push(() => origin.close());
  let polls = 0;
  let handshakes = 0;
  const isPoisoned = (url: string): boolean => {
    if (!url.includes('/v2/subscribe/')) return false;
    const handshake = /[?&]tt=0(&|$)/.test(url);
    if (handshake) handshakes++;
    else polls++;
    return place === 'handshake' ? handshake && handshakes === 1 : !handshake && polls === 2;
  };
  return { origin, isPoisoned };
}

/** A client of an origin that is poisoned once, and what has to be known of the poisoned request. */
async function clientOf(way: Way, { poison, place }: { poison: Poison; place: Place }) {
  const clock = new VirtualClock(START);
  const { origin, isPoisoned } = poisonedOrigin(clock, place);
  const met = { poison: false };
  const common = {
    subscribeKey: 'demo',
    publishKey: 'demo',
    userId: 'alice',
    clock,
    random: () => 0,
    ssl: false,
  };
  const { odd } = poison;
  if (way === 'a fetch function') {
    const fetch: Fetch = async (request) => {
      if (!isPoisoned(request.url)) return origin.fetch(request);
      met.poison = true;
      return responseOf(odd);
    };
    return { clock, met, pubnub: open({ ...common, origin: 'localhost', fetch }) };
  }
  const healthy = handlerOf(origin.fetch);
  const handler: Handler = (request, response) => {
    if (!isPoisoned(request.url ?? '')) return healthy(request, response);
    met.poison = true;
    if (typeof odd === 'function') return odd(response);
    response.writeHead(odd.status, { ...odd.headers });
    response.end(odd.body);
  };
  const server = await listen(handler);
  cleanups.push(() => server.close());
  const transport = way === 'nodeTransport over sockets' ? { transport: nodeTransport() } : {};
  return { clock, met, pubnub: open({ ...common, origin: server.url, ...transport }) };
}

function open(options: PubNubOptions): PubNub {
  const pubnub = new PubNub(options);
  cleanups.push(() => pubnub.close());
  return pubnub;
}

function responseOf(odd: OddAnswer | ((...parameters: never) => void)): Response {
  if (typeof odd === 'function') throw new TypeError('only a socket can do this');
  return new Response(odd.body, { status: odd.status, headers: { ...odd.headers } });
}

/** Runs a client through its poison: one message before it, one during the outage, one after. */
async function survive(way: Way, poison: Poison, place: Place) {
  const { clock, met, pubnub } = await clientOf(way, { poison, place });
  const statuses: string[] = [];
  const states: string[] = [];
  const messages: unknown[] = [];
  let retry: number | undefined;
  let failure: unknown;
  pubnub.addListener({
    status: ({ category, errorData, nextRetryAt }) => {
      statuses.push(category);
      failure ??= errorData?.category;
      retry = nextRetryAt ?? retry;
    },
    state: ({ state }) => void states.push(state),
    message: ({ message }) => void messages.push(message),
  });
  const publish = (message: string) => pubnub.publish().channel('room').message(message).execute();
  const subscription = pubnub.subscribe().channels('room').execute();
  if (place === 'poll') {
    await subscription.connected();
    await publish('before');
  }
  await until('the poison is met', () => met.poison);
  if (poison.stalls) await clock.advance(place === 'poll' ? POLL_TIMEOUT : REQUEST_TIMEOUT);
  const silent = poison.stalls && place === 'poll';
  if (!silent) {
    await until('the next attempt is announced', () => retry !== undefined);
    if (place === 'poll') await publish('during');
    await clock.advance((retry ?? 0) - clock.now());
  }
  await subscription.connected();
  await until('the client is connected', () => pubnub.state === 'connected');
  await publish('after');
  await until('the last message has come', () => messages.includes('after'));
  return { statuses, states, messages, failure, silent, pause: (retry ?? START) - START };
}

function expectSurvival(
  outcome: Awaited<ReturnType<typeof survive>>,
  { category, pause = 0 }: Poison,
  place: Place,
) {
  const { statuses, states, messages, failure, silent } = outcome;
  if (place === 'handshake') {
    expect(statuses).toEqual([category, 'PNConnectedCategory']);
    expect(states).toEqual(['connecting', 'reconnecting', 'connected']);
    expect(messages).toEqual(['after']);
  } else if (silent) {
    expect(statuses).toEqual(['PNConnectedCategory']);
    expect(states).toEqual(['connecting', 'connected']);
    expect(messages).toEqual(['before', 'after']);
  } else {
    expect(statuses).toEqual([
      'PNConnectedCategory',
      'PNUnexpectedDisconnectCategory',
      'PNReconnectedCategory',
    ]);
    expect(states).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
    expect(messages).toEqual(['before', 'during', 'after']);
  }
  expect(failure).toBe(silent ? undefined : category);
  if (!silent && category !== 'PNTimeoutCategory')
    expect(outcome.pause).toBeGreaterThanOrEqual(Math.max(1_000, pause));
}

const PLACES: readonly Place[] = ['handshake', 'poll'];
const ANSWERS = oddAnswers(new Date(START));

function rows(ways: readonly Way[], poisons: readonly Poison[]) {
  return ways.flatMap((way) =>
    PLACES.flatMap((place) => poisons.map((poison) => ({ name: poison.name, way, place, poison }))),
  );
}

const WAYS = ['fetch over sockets', 'nodeTransport over sockets'] as const;

describe('an odd answer costs no message and no subscription', () => {
  it.each([...rows(['a fetch function', ...WAYS], ANSWERS), ...rows(WAYS, BROKEN_CONNECTIONS)])(
    '$name, at the $place, by $way',
    async ({ way, place, poison }) => {
      expectSurvival(await survive(way, poison, place), poison, place);
    },
  );
});
