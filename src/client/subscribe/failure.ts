import { PNStatusCategory } from '../../protocol/status.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import { backoff } from '../runtime/backoff.ts';
import { EMPTY_MIX, intersection, isEmpty, type Mix, mixOf, union, without } from './mix.ts';
import { COST, hasten } from './pace.ts';
import type { LoopEffect, LoopEvent, LoopPolicy, LoopState, Step } from './state.ts';
import {
  after,
  announce,
  FLOOR_DELAY,
  haltTimer,
  handshake,
  leaveEffects,
  proceedConnected,
  waitIn,
  wanted,
} from './steps.ts';

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
export function fail(policy: LoopPolicy, state: LoopState, event: PollFailed): Step {
  const { error, now } = event;
  const ended = [...haltTimer(state), ...leaveEffects(forgone(state))];
  if (wasHeld(state, now) && error.category === PNTimeoutCategory) {
    return after(ended, handshake({ ...state, wasAway: true }, now));
  }
  const { next, first } = countFailure(state, now);
  const { attempt } = next;
  const mix = wanted(state);
  if (attempt > policy.reconnection.maximumRetries) {
    const category = first ? PNUnexpectedDisconnectCategory : PNConnectionErrorCategory;
    const said = announce(category, mix, { error, attempt });
    return [{ ...next, owed: undefined, phase: { name: 'failed', error } }, [...ended, said]];
  }
  const delay = backoff(policy.reconnection, { attempt, random: event.random, retryAfter: error.retryAfter });
  const category = first ? PNUnexpectedDisconnectCategory : error.category;
  const said = announce(category, mix, { error, attempt, nextRetryAt: event.wall + delay });
  const [waiting, effects] = waitIn(next, { name: 'waiting', due: now + delay, error }, delay);
  return [waiting, [...ended, ...effects, said]];
}

// What a handshake has asked for although it was dropped meanwhile: the server may have heard.
function forgone({ phase, demand }: LoopState): Mix {
  return phase.name === 'handshaking' ? without(phase.mix, demand) : EMPTY_MIX;
}

// A held poll that was never answered says little: the handshake that follows proves the connection, or its loss. One
// that "times out" at once has failed like any other.
function wasHeld({ phase }: LoopState, now: number): boolean {
  return phase.name === 'receiving' && now - phase.sentAt >= FLOOR_DELAY;
}

// Counts a failure; the first one after a connection opens an outage.
function countFailure(state: LoopState, now: number): { readonly next: LoopState; readonly first: boolean } {
  const first = state.established && !state.outage;
  const stable = first && now - state.provenAt >= STABLE;
  const attempt = stable ? 1 : state.attempt + 1;
  return { next: { ...state, outage: true, wasAway: true, attempt, failedAt: now }, first };
}

/**
 * The server refused names. The accepted ones are never the hostage of an addition: what is new is refused alone and the
 * rest goes on; only where nothing new can be blamed, the loop waits for a token, or, where a provider gives them or the
 * address is too long, takes it for a failure.
 */
export function refuse(policy: LoopPolicy, before: LoopState, event: PollFailed): Step {
  const { error, now, refusal } = event;
  const state = { ...before, haste: hasten(before.haste, COST.refusal, now) };
  const { phase } = state;
  const asked = phase.name === 'handshaking' ? phase.mix : state.asked;
  const suspects = phase.name === 'handshaking' ? suspectsIn(state, asked, error) : EMPTY_MIX;
  const blamed = isEmpty(suspects) || refusal === 'filter' ? asked : suspects;
  // Nobody wants what is refused any more, or it was asked for with what has been replaced meanwhile: ask anew.
  if (isOutdated(phase) || isEmpty(intersection(blamed, wanted(state)))) {
    return after(leaveEffects(forgone(state)), goOn(state, now));
  }
  if (refusal === 'filter') return refuseFilter(state, event);
  const victims = intersection(suspects, state.demand);
  if (!isEmpty(victims)) return refuseNames(policy, state, { victims, event });
  const isForProgram = error.category === PNAccessDeniedCategory && !policy.renewsToken;
  return isForProgram ? awaitProgram(state, event) : fail(policy, state, event);
}

function refuseNames(
  policy: LoopPolicy,
  state: LoopState,
  { victims, event }: { readonly victims: Mix; readonly event: PollFailed },
): Step {
  const { error, newest, now, refusal } = event;
  const told: LoopEffect[] = [
    { type: 'refuse', mix: victims, error, newest },
    announce(error.category, victims, { error }),
  ];
  const rest = { ...state, refused: union(state.refused, victims), refusal: error };
  // The provider may have another token by and by, and what is in between another limit: with nothing left to go on with,
  // everything is asked for again.
  const isForToken = error.category === PNAccessDeniedCategory;
  const mayPass = refusal === 'length' || (isForToken && policy.renewsToken);
  if (isEmpty(wanted(rest)) && mayPass) return after(told, fail(policy, state, event));
  return after([...told, ...leaveEffects(forgone(state))], goOn(rest, now));
}

// Who is subscribed already receives before the rest is asked for.
function goOn(state: LoopState, now: number): Step {
  const isConnected = state.established && !state.outage && state.cursor !== undefined;
  return isConnected && !isEmpty(state.accepted)
    ? proceedConnected({ ...state, owed: 'handshake' }, now)
    : handshake(state, now);
}

function isOutdated(phase: LoopState['phase']): boolean {
  return phase.name === 'handshaking' && phase.stale === true;
}

// The names that the answer blames, of those that were new in this handshake; all new ones when it names none.
function suspectsIn(state: LoopState, asked: Mix, error: PubNubError): Mix {
  const fresh = without(asked, state.accepted);
  const named = intersection(asked, mixOf(error.channels, error.channelGroups));
  return isEmpty(named) ? fresh : intersection(named, fresh);
}

// No name is to blame, but whoever waits for one to be accepted is told.
function refuseFilter(state: LoopState, event: PollFailed): Step {
  const { error, newest } = event;
  return after([{ type: 'refuse', mix: wanted(state), error, newest }], awaitProgram(state, event));
}

// What was accepted is refused now, or the filter expression is: only a new token or expression helps.
function awaitProgram(state: LoopState, { error, now }: PollFailed): Step {
  const { next, first } = countFailure(state, now);
  const { attempt } = next;
  const mix = wanted(state);
  const lost = first ? [announce(PNUnexpectedDisconnectCategory, mix, { error, attempt })] : [];
  return [
    { ...next, phase: { name: 'waiting', due: Number.POSITIVE_INFINITY, error } },
    [...haltTimer(state), ...lost, announce(error.category, mix, { error, attempt })],
  ];
}
