// Representative states of the subscribe loop, each reached by events, and the events that are tried in each of them.

import type { ErrorCode } from '../src/client/errors/codes.ts';
import { PubNubError } from '../src/client/errors/pubnub-error.ts';
import { type Names, NO_NAMES, namesOf } from '../src/client/subscribe/names.ts';
import type { LoopPolicy } from '../src/client/subscribe/policy.ts';
import { reduce } from '../src/client/subscribe/reduce.ts';
import { IDLE, type LoopAnswer, type LoopEvent, type LoopState } from '../src/client/subscribe/state.ts';
import { PNOperationType } from '../src/protocol/status.ts';

/** The default policy, with a fixed delay instead of a growing one with jitter. */
export const POLICY: LoopPolicy = {
  reconnection: {
    delay: () => 2_000,
    minimumDelay: 1_000,
    maximumDelay: 2_000,
    longestRetryAfter: 3_600_000,
    maximumRetries: 5,
  },
  countThreshold: 100,
  liveRetention: 600_000,
};

const THEN = 1_000_000;
/** When the events are tried: one and a half seconds after the states were reached. */
export const NOW = THEN + 1_500;
/** A round trip that is so long that a poll is left alone beyond that, in milliseconds. */
const ROUND_TRIP = 2_000;
const LEFT_ALONE = 3_000;
const TWO: Names = namesOf(['a', 'b'], []);
const ONE: Names = namesOf(['a'], []);
const THREE: Names = namesOf(['a', 'b', 'c'], []);

type Happens = (state: LoopState, now: number) => LoopEvent | undefined;

/** What the wall clock shows when the monotonic one is at zero. */
const WALL = 1_700_000_000_000;

/** A state with a name for readers. */
export interface NamedState {
  readonly name: string;
  readonly state: LoopState;
}

/** An event with a name for readers; what stands before a colon is its short form. `undefined` if it cannot happen. */
export interface NamedEvent {
  readonly name: string;
  readonly make: Happens;
}

function times(now: number) {
  return { now, wall: WALL + now };
}

function error(code: ErrorCode, statusCode?: number, channels?: readonly string[]): PubNubError {
  return new PubNubError(code, 'It failed.', {
    operation: PNOperationType.PNSubscribeOperation,
    statusCode,
    channels,
  });
}

function answer(timetoken: string, entries: readonly unknown[]): LoopAnswer {
  return { cursor: { timetoken, region: 1 }, entries, gaps: undefined };
}

function polled(tick: number, entries: readonly unknown[]): Happens {
  return ({ phase, task, cursor, newest }, now) =>
    'poll' in phase && phase.poll
      ? {
          type: 'polled',
          task,
          newest,
          ...times(now),
          answer: answer(String(BigInt(cursor?.timetoken ?? '17000000000000000') + BigInt(tick)), entries),
        }
      : undefined;
}

function failed(problem: PubNubError, refusal = false): Happens {
  return ({ phase, task, newest }, now) =>
    'poll' in phase && phase.poll
      ? { type: 'pollFailed', task, error: problem, refusal, newest, random: 1, ...times(now) }
      : undefined;
}

function demand(names: Names, fresh: boolean): Happens {
  return ({ newest }, now) => ({
    ...{ type: 'demandChanged', demand: names },
    ...(fresh && { newest: newest + 1 }),
    ...times(now),
  });
}

const only =
  (
    type:
      | 'tokenChanged'
      | 'tokenRenewed'
      | 'filterChanged'
      | 'reconnectRequested'
      | 'disconnectRequested'
      | 'woke'
      | 'closed',
  ): Happens =>
  (_, now) => ({ type, ...times(now) });

// One that ends a poll is due later than the other events.
const timerFired: Happens = ({ phase, task }, now) =>
  'timer' in phase && phase.timer
    ? { type: 'timerFired', task, ...times('poll' in phase ? THEN + LEFT_ALONE : now) }
    : undefined;

// A server that names the last channel of those that it has not accepted before, or has; or all.
function refused(which: 'new' | 'accepted' | 'all'): Happens {
  return (state, now) => {
    const { channels: accepted } = state.accepted;
    const { channels } = state.phase.name === 'handshaking' ? state.phase.names : state.accepted;
    const names =
      which === 'all'
        ? channels
        : channels.filter((name) => accepted.includes(name) === (which === 'accepted')).slice(-1);
    return names.length === 0 ? undefined : failed(error('PN-3002', 403, names), true)(state, now);
  };
}

const broken = failed(error('PN-2001'));

/** Every kind of event. */
export const EVENTS: readonly NamedEvent[] = [
  { name: 'subscribe: a name is added', make: demand(THREE, true) },
  { name: 'unsubscribe: some names are dropped', make: notIdle(demand(ONE, false)) },
  { name: 'unsubscribe all: no name is left', make: notIdle(demand(NO_NAMES, false)) },
  { name: 'answer: with messages', make: polled(5, [{}]) },
  { name: 'failure: a network error or a malformed answer', make: broken },
  { name: 'deadline: no answer in time', make: failed(error('PN-2002')) },
  { name: 'refusal: the server refuses a new name', make: refused('new') },
  { name: 'refusal: the server refuses one of the accepted names', make: refused('accepted') },
  { name: 'refusal: the server refuses all names (403)', make: refused('all') },
  { name: 'timer: the delay has passed', make: timerFired },
  { name: 'delivered: an answer has reached the listeners', make: delivered(true) },
  { name: 'setToken()', make: only('tokenChanged') },
  { name: 'renewal: the token provider gives another token', make: only('tokenRenewed') },
  { name: 'setFilterExpression()', make: only('filterChanged') },
  { name: 'reconnect()', make: only('reconnectRequested') },
  { name: 'disconnect()', make: only('disconnectRequested') },
  { name: 'online: the network is back', make: network(true) },
  { name: 'offline: the network is gone', make: network(false) },
  { name: 'pagehide: the page is hidden or frozen', make: page(false) },
  { name: 'pageshow: the page is back', make: page(true) },
  { name: 'woke: the machine was asleep', make: whileAtWork(only('woke')) },
  { name: 'close()', make: only('closed') },
];

function notIdle(happens: Happens): Happens {
  return (state, now) => (state.phase.name === 'idle' ? undefined : happens(state, now));
}

// `fresh`: there was more in the answer than copies.
function delivered(fresh: boolean): Happens {
  return (state, now) => (state.undelivered > 0 ? { type: 'delivered', fresh, ...times(now) } : undefined);
}

// The engine watches the network and the clock only while the loop is at work.
function network(online: boolean): Happens {
  return whileAtWork((_, now) => ({ type: 'networkChanged', online, ...times(now) }));
}

function page(shown: boolean): Happens {
  return ({ hidden }, now) => (hidden === shown ? { type: 'pageChanged', shown, ...times(now) } : undefined);
}

function whileAtWork(happens: Happens): Happens {
  return (state, now) =>
    ['idle', 'stopped', 'failed'].includes(state.phase.name) ? undefined : happens(state, now);
}

/** Lets events happen one after the other, at one time. */
function at(time: number, state: LoopState, ...events: readonly Happens[]): LoopState {
  return events.reduce((current, happens) => {
    const event = happens(current, time);
    if (event === undefined) throw new Error(`This event cannot happen in ${current.phase.name}.`);
    return reduce(POLICY, current, event)[0];
  }, state);
}

/** The same, when the states of the page are reached. */
function after(state: LoopState, ...events: readonly Happens[]): LoopState {
  return at(THEN, state, ...events);
}

const first = after(IDLE, demand(TWO, true));
const receiving = after(first, polled(0, []));
const grown = after(receiving, demand(THREE, true));
const message = polled(5, [{}]);
const waiting = after(receiving, broken);
const stopped = after(receiving, only('disconnectRequested'));
const exhausted = after(waiting, ...Array.from({ length: 5 }, () => [timerFired, broken]).flat());
const far = after(at(THEN - ROUND_TRIP, IDLE, demand(TWO, true)), polled(0, []));

/** States of every kind. */
export const STATES: readonly NamedState[] = [
  { name: 'idle', state: IDLE },
  { name: 'handshaking, for the first time', state: first },
  { name: 'handshaking, because a name was added', state: grown },
  { name: 'receiving: a long poll is held', state: receiving },
  {
    name: 'receiving: a handshake is owed and waits for the poll',
    state: after(far, demand(THREE, true)),
  },
  { name: 'receiving: two answers wait to be delivered, no poll', state: after(receiving, message, message) },
  {
    name: 'receiving: a pause after three empty answers',
    state: after(receiving, ...Array.from({ length: 3 }, () => [polled(0, []), delivered(false)]).flat()),
  },
  { name: 'waiting for a delay', state: waiting },
  {
    name: 'waiting for a token: the server accepts none of the names any more',
    state: after(receiving, refused('all')),
  },
  { name: 'waiting for a token: the server has refused all names', state: after(first, refused('all')) },
  {
    name: 'hidden: the page is in the cache of the browser, or frozen',
    state: after(receiving, page(false)),
  },
  { name: 'stopped', state: stopped },
  { name: 'failed: all attempts of the policy are used', state: exhausted },
  { name: 'idle, while the page is hidden', state: after(IDLE, page(false)) },
  { name: 'stopped, while the page is hidden', state: after(stopped, page(false)) },
  { name: 'failed, while the page is hidden', state: after(exhausted, page(false)) },
];
