import type { PubNubError } from '../errors/pubnub-error.ts';
import { backoff, FLOOR_DELAY } from '../runtime/backoff.ts';
import { intersection, isEmpty, type Names, NO_NAMES, namesOf, union, without } from './names.ts';
import { COST } from './pace.ts';
import type { LoopEvent, LoopState } from './state.ts';
import { handshake, proceedConnected, wanted } from './steps.ts';
import type { Turn } from './turn.ts';

type PollFailed = Extract<LoopEvent, { type: 'pollFailed' }>;

/** After a connection of this length, in milliseconds, attempts are counted from 1 again. */
const STABLE = 10_000;

/** Handles a failed request: another attempt after a delay, as long as the policy allows one. */
export function fail(turn: Turn, event: PollFailed): void {
  const { error, random, wall } = event;
  const { now, policy, state } = turn;
  turn.haltTimer();
  leaveForgone(turn);
  // The timeout of a long poll proves nothing: the handshake that follows tests the connection. A timeout within the floor
  // delay is a failure like any other.
  const wasHeld = state.phase.name === 'receiving' && now - state.phase.sentAt >= FLOOR_DELAY;
  if (wasHeld && error.category === 'PNTimeoutCategory') {
    turn.set({ wasAway: true });
    handshake(turn);
    return;
  }
  const { attempt, first } = countFailure(turn);
  const names = wanted(state);
  if (attempt > policy.reconnection.maximumRetries || (first && policy.restore === false)) {
    turn.set({ owed: undefined, phase: { name: 'failed', error } });
    turn.announce(first ? 'PNUnexpectedDisconnectCategory' : 'PNConnectionErrorCategory', names, {
      ...{ error, attempt },
    });
    return;
  }
  const delay = backoff(policy.reconnection, { attempt, random, retryAfter: error.retryAfter });
  turn.waitIn({ name: 'waiting', due: now + delay, error }, delay);
  turn.announce(first ? 'PNUnexpectedDisconnectCategory' : error.category, names, {
    ...{ error, attempt, nextRetryAt: wall + delay },
  });
}

// Names of a handshake that were dropped while it was in flight: the server may have joined the user to them.
function leaveForgone(turn: Turn): void {
  const { phase, demand } = turn.state;
  if (phase.name === 'handshaking') turn.leave(without(phase.names, demand));
}

// Counts a failure; the first one after a connection opens an outage.
function countFailure(turn: Turn): { readonly attempt: number; readonly first: boolean } {
  const { now, state } = turn;
  const first = state.established && !state.outage;
  const stable = first && now - state.provenAt >= STABLE;
  const attempt = stable ? 1 : state.attempt + 1;
  turn.set({ outage: true, wasAway: true, attempt, failedAt: now });
  return { attempt, first };
}

/**
 * Handles a refusal. The names that it blames are refused alone, and the loop continues with the others. If nothing but
 * accepted names is left to blame, the loop waits for a token; with a token provider, or if the address is too long, it
 * retries as after a failure.
 */
export function refuse(turn: Turn, event: PollFailed): void {
  const { error, newest, refusal } = event;
  turn.hasten(COST.refusal);
  const { policy, state } = turn;
  const { phase, owed } = state;
  const isOld = phase.name === 'handshaking' ? phase.stale : owed;
  const asked = phase.name === 'handshaking' ? phase.names : state.asked;
  const suspects = suspectsIn(state, asked, error);
  const blamed = isEmpty(suspects) || refusal === 'filter' ? asked : suspects;
  const victims = intersection(suspects, state.demand);
  // The refused names are not wanted any more, or the request carried an old token or filter: ask again.
  if (isOld || isEmpty(intersection(blamed, wanted(state)))) {
    leaveForgone(turn);
    goOn(turn);
  } else if (refusal === 'filter') {
    // No name is to blame, but the waits for acceptance end.
    turn.effects.push({ type: 'refuse', names: wanted(state), error, newest });
    awaitProgram(turn, error);
  } else if (!isEmpty(victims)) {
    refuseNames(turn, victims, event);
  } else if (error.category === 'PNAccessDeniedCategory' && !policy.tokenProvider) {
    awaitProgram(turn, error);
  } else {
    fail(turn, event);
  }
}

function refuseNames(turn: Turn, names: Names, event: PollFailed): void {
  const { error, newest, refusal } = event;
  const { accepted, cursor, demand, refused, retry } = turn.state;
  turn.effects.push({ type: 'refuse', names, error, newest, cursor });
  turn.announce(error.category, names, { error });
  const all = union(refused, names);
  // A later token, or another proxy, may accept them: if no name is left, all are retried.
  const isForToken = error.category === 'PNAccessDeniedCategory';
  const mayPass = refusal === 'length' || (isForToken && turn.policy.tokenProvider);
  if (mayPass && isEmpty(wanted({ demand, refused: all }))) {
    fail(turn, event);
    return;
  }
  leaveForgone(turn);
  turn.set({ accepted: without(accepted, names), refused: all, refusal: error });
  // Names that were refused before are asked for again now, and all where a subscription that came meanwhile was not asked for.
  const again = newest < turn.state.newest ? NO_NAMES : names;
  if (retry && isEmpty(wanted(turn.state))) turn.set({ refused: again, retry: false });
  goOn(turn);
}

// Polls for the accepted names come before the next handshake, unless a poll was refused.
function goOn(turn: Turn): void {
  const { accepted, cursor, established, outage, phase } = turn.state;
  if (phase.name === 'receiving' || !established || outage || cursor === undefined || isEmpty(accepted)) {
    handshake(turn);
    return;
  }
  turn.set({ owed: 'handshake' });
  proceedConnected(turn);
}

// The names that the answer blames. If these are all, as when a token has expired, or if it blames none: the new ones.
function suspectsIn({ accepted, phase }: LoopState, asked: Names, error: PubNubError): Names {
  const named = intersection(asked, namesOf(error.channels, error.channelGroups));
  const fresh = without(asked, accepted);
  if (isEmpty(named)) return phase.name === 'handshaking' ? fresh : NO_NAMES;
  return isEmpty(without(asked, named)) ? fresh : named;
}

// All accepted names or the filter expression are refused: the loop waits for a new token or expression.
function awaitProgram(turn: Turn, error: PubNubError): void {
  const names = wanted(turn.state);
  turn.haltTimer();
  const { attempt, first } = countFailure(turn);
  turn.set({ phase: { name: 'waiting', due: Number.POSITIVE_INFINITY, error } });
  if (first) turn.announce('PNUnexpectedDisconnectCategory', names, { error, attempt });
  turn.announce(error.category, names, { error, attempt });
}
