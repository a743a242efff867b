import type { PubNubError } from '../errors/pubnub-error.ts';
import { backoff } from '../runtime/backoff.ts';
import { intersection, isEmpty, type Names, NO_NAMES, namesOf, union, without } from './names.ts';
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

/** After a connection of this length, in milliseconds, attempts are counted from 1 again. */
const STABLE = 10_000;

/** Handles a failed request: another attempt after a delay, as long as the policy allows one. */
export function fail(policy: LoopPolicy, state: LoopState, event: PollFailed): Step {
  const { error, now } = event;
  const ended = [...haltTimer(state), ...leaveEffects(forgone(state))];
  if (wasHeld(state, now) && error.category === 'PNTimeoutCategory') {
    return after(ended, handshake({ ...state, wasAway: true }, now));
  }
  const { next, first } = countFailure(state, now);
  const { attempt } = next;
  const names = wanted(state);
  if (attempt > policy.reconnection.maximumRetries) {
    const category = first ? 'PNUnexpectedDisconnectCategory' : 'PNConnectionErrorCategory';
    const said = announce(category, names, { error, attempt });
    return [{ ...next, owed: undefined, phase: { name: 'failed', error } }, [...ended, said]];
  }
  const delay = backoff(policy.reconnection, { attempt, random: event.random, retryAfter: error.retryAfter });
  const category = first ? 'PNUnexpectedDisconnectCategory' : error.category;
  const said = announce(category, names, { error, attempt, nextRetryAt: event.wall + delay });
  const [waiting, effects] = waitIn(next, { name: 'waiting', due: now + delay, error }, delay);
  return [waiting, [...ended, ...effects, said]];
}

// Names of a handshake that were dropped while it was in flight: the server may have joined the user to them.
function forgone({ phase, demand }: LoopState): Names {
  return phase.name === 'handshaking' ? without(phase.names, demand) : NO_NAMES;
}

// The timeout of a long poll proves nothing: the handshake that follows tests the connection. A timeout within the floor
// delay is a failure like any other.
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
 * Handles a refusal. New names are refused alone, and the loop continues with the accepted ones. If no new name can be
 * blamed, the loop waits for a token; with a token provider, or if the address is too long, it retries as after a failure.
 */
export function refuse(policy: LoopPolicy, before: LoopState, event: PollFailed): Step {
  const { error, now, refusal } = event;
  const state = { ...before, haste: hasten(before.haste, COST.refusal, now) };
  const { phase } = state;
  const asked = phase.name === 'handshaking' ? phase.names : state.asked;
  const suspects = phase.name === 'handshaking' ? suspectsIn(state, asked, error) : NO_NAMES;
  const blamed = isEmpty(suspects) || refusal === 'filter' ? asked : suspects;
  // The refused names are not wanted any more, or the request carried an old token or filter: ask again.
  if (isOutdated(phase) || isEmpty(intersection(blamed, wanted(state)))) {
    return after(leaveEffects(forgone(state)), goOn(state, now));
  }
  if (refusal === 'filter') return refuseFilter(state, event);
  const victims = intersection(suspects, state.demand);
  if (!isEmpty(victims)) return refuseNames(policy, state, { victims, event });
  const isForProgram = error.category === 'PNAccessDeniedCategory' && !policy.renewsToken;
  return isForProgram ? awaitProgram(state, event) : fail(policy, state, event);
}

function refuseNames(
  policy: LoopPolicy,
  state: LoopState,
  { victims, event }: { readonly victims: Names; readonly event: PollFailed },
): Step {
  const { error, newest, now, refusal } = event;
  const told: LoopEffect[] = [
    { type: 'refuse', names: victims, error, newest },
    announce(error.category, victims, { error }),
  ];
  const rest = { ...state, refused: union(state.refused, victims), refusal: error };
  // A later token, or another proxy, may accept them: if no name is left, all are retried.
  const isForToken = error.category === 'PNAccessDeniedCategory';
  const mayPass = refusal === 'length' || (isForToken && policy.renewsToken);
  if (isEmpty(wanted(rest)) && mayPass) return after(told, fail(policy, state, event));
  return after([...told, ...leaveEffects(forgone(state))], goOn(rest, now));
}

// Polls for the accepted names come before the next handshake.
function goOn(state: LoopState, now: number): Step {
  const isConnected = state.established && !state.outage && state.cursor !== undefined;
  return isConnected && !isEmpty(state.accepted)
    ? proceedConnected({ ...state, owed: 'handshake' }, now)
    : handshake(state, now);
}

function isOutdated(phase: LoopState['phase']): boolean {
  return phase.name === 'handshaking' && phase.stale === true;
}

// The new names of this handshake that the answer blames; all new names if it blames none.
function suspectsIn(state: LoopState, asked: Names, error: PubNubError): Names {
  const fresh = without(asked, state.accepted);
  const named = intersection(asked, namesOf(error.channels, error.channelGroups));
  return isEmpty(named) ? fresh : intersection(named, fresh);
}

// No name is to blame, but the waits for acceptance end.
function refuseFilter(state: LoopState, event: PollFailed): Step {
  const { error, newest } = event;
  return after([{ type: 'refuse', names: wanted(state), error, newest }], awaitProgram(state, event));
}

// An accepted name or the filter expression is refused: the loop waits for a new token or expression.
function awaitProgram(state: LoopState, { error, now }: PollFailed): Step {
  const { next, first } = countFailure(state, now);
  const { attempt } = next;
  const names = wanted(state);
  const lost = first ? [announce('PNUnexpectedDisconnectCategory', names, { error, attempt })] : [];
  return [
    { ...next, phase: { name: 'waiting', due: Number.POSITIVE_INFINITY, error } },
    [...haltTimer(state), ...lost, announce(error.category, names, { error, attempt })],
  ];
}
