import { PNStatusCategory } from '../../protocol/status.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import { backoff } from '../runtime/backoff.ts';
import { EMPTY_MIX, intersection, isEmpty, type Mix, mixOf, union, without } from './mix.ts';
import type { LoopEvent, LoopPolicy, LoopState, Step } from './state.ts';
import { announce, FLOOR_DELAY, handshake, wanted } from './steps.ts';

type PollFailed = Extract<LoopEvent, { type: 'pollFailed' }>;

const {
  PNAccessDeniedCategory,
  PNConnectionErrorCategory,
  PNTimeoutCategory,
  PNUnexpectedDisconnectCategory,
} = PNStatusCategory;

/** A connection that held for so long, in milliseconds, was a success: attempts are counted anew. */
const STABLE = 10_000;

/** A poll came to nothing: another attempt after a delay, as long as the policy allows one. */
export function fail(policy: LoopPolicy, state: LoopState, { error, random, now }: PollFailed): Step {
  if (wasHeld(state, now) && error.category === PNTimeoutCategory) return handshake(state);
  const { next, first } = strike(state, now);
  const { attempt } = next;
  const mix = wanted(state);
  if (attempt > policy.reconnection.maximumRetries) {
    const category = first ? PNUnexpectedDisconnectCategory : PNConnectionErrorCategory;
    const said = announce(category, mix, { error, attempt });
    return [{ ...next, phase: { name: 'failed', error } }, [{ type: 'present', mix: EMPTY_MIX }, said]];
  }
  const delay = backoff(policy.reconnection, { attempt, random, retryAfter: error.retryAfter });
  const timer = state.lastId + 1;
  const due = now + delay;
  const category = first ? PNUnexpectedDisconnectCategory : error.category;
  return [
    { ...next, lastId: timer, phase: { name: 'waiting', timer, due, error } },
    [{ type: 'startTimer', id: timer, delay }, announce(category, mix, { error, attempt, nextRetryAt: due })],
  ];
}

// A held poll that was never answered says little: the handshake that follows proves the connection, or its loss. One
// that "times out" at once has failed like any other.
function wasHeld({ phase }: LoopState, now: number): boolean {
  return phase.name === 'receiving' && now - phase.sentAt >= FLOOR_DELAY;
}

// Counts a failure; the first one after a connection opens an outage.
function strike(state: LoopState, now: number): { readonly next: LoopState; readonly first: boolean } {
  const first = state.established && !state.outage;
  const stable = first && now - state.provenAt >= STABLE;
  const attempt = stable ? 1 : state.attempt + 1;
  return { next: { ...state, outage: true, attempt, failedAt: now }, first };
}

/**
 * The server refused names. The accepted ones are never the hostage of an addition: what is new is refused alone and the
 * rest goes on; only where nothing new can be blamed, the loop waits for a token, or, where a provider
 * gives them, takes it for a failure.
 */
export function refuse(policy: LoopPolicy, state: LoopState, event: PollFailed): Step {
  const { error, now } = event;
  if (event.refusal === 'filter') return refuseFilter(state, error, now);
  const victims = state.phase.name === 'handshaking' ? blamed(state, state.phase.mix, error) : EMPTY_MIX;
  if (isEmpty(victims)) {
    return error.category === PNAccessDeniedCategory && !policy.renewsToken
      ? awaitProgram(state, error, now)
      : fail(policy, state, event);
  }
  const [next, effects] = handshake({ ...state, refused: union(state.refused, victims), refusal: error });
  return [
    next,
    [{ type: 'refuse', mix: victims, error }, announce(error.category, victims, { error }), ...effects],
  ];
}

// The names that the answer blames, of those that were new in this handshake; all new ones when it names none.
function blamed(state: LoopState, asked: Mix, error: PubNubError): Mix {
  const fresh = without(asked, state.accepted);
  const named = intersection(asked, mixOf(error.channels, error.channelGroups));
  return isEmpty(named) ? fresh : intersection(named, fresh);
}

// No name is to blame, but whoever waits for one to be accepted is told.
function refuseFilter(state: LoopState, error: PubNubError, now: number): Step {
  const [next, effects] = awaitProgram(state, error, now);
  return [next, [{ type: 'refuse', mix: wanted(state), error }, ...effects]];
}

// What was accepted is refused now, or the filter expression is: only a new token or expression helps.
function awaitProgram(state: LoopState, error: PubNubError, now: number): Step {
  const { next, first } = strike(state, now);
  const { attempt } = next;
  const mix = wanted(state);
  const lost = first ? [announce(PNUnexpectedDisconnectCategory, mix, { error, attempt })] : [];
  return [
    { ...next, phase: { name: 'waiting', due: Number.POSITIVE_INFINITY, error } },
    [...lost, announce(error.category, mix, { error, attempt })],
  ];
}
