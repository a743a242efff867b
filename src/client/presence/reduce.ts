import type { PubNubError } from '../errors/pubnub-error.ts';
import type { TaskEffect, TimerFired } from '../runtime/machine.ts';
import { isEmpty, type Names, NO_NAMES, sameNames, without } from '../subscribe/names.ts';

/** The state of the heartbeat: silent, between two beats, or with a beat in flight. */
export interface PresenceState {
  readonly name: 'silent' | 'pausing' | 'beating';
  readonly names: Names;
  /** The id of the current pause or beat: the outcome of an earlier one is ignored. */
  readonly task: number;
}

/** The initial state. */
export const SILENT: PresenceState = Object.freeze({ name: 'silent', names: NO_NAMES, task: 0 });

/** An input of the heartbeat. */
export type PresenceInput =
  /** The names that the user is present on have changed. */
  | { readonly type: 'presentChanged'; readonly names: Names }
  | { readonly type: 'beaten'; readonly task: number; readonly error?: PubNubError | undefined }
  | TimerFired;

/** An effect of a step. */
export type PresenceEffect =
  | { readonly type: 'beat'; readonly task: number; readonly names: Names }
  | { readonly type: 'announce'; readonly names: Names; readonly error?: PubNubError | undefined };

/** A step of the machine. */
export type PresenceStep = readonly [PresenceState, readonly (PresenceEffect | TaskEffect)[]];

/**
 * The reducer of the heartbeat: one beat at a time, `interval` milliseconds apart. A subscribe request is a sign of life
 * itself, so the first beat follows the first pause. A failed beat is announced, and the next one comes after the usual
 * interval. An interval of 0 disables heartbeats.
 */
export function reducePresence(interval: number, state: PresenceState, input: PresenceInput): PresenceStep {
  const { names } = state;
  if (input.type === 'presentChanged') return changeMix(interval, state, input.names);
  const awaited = input.type === 'beaten' ? 'beating' : 'pausing';
  if (state.name !== awaited || input.task !== state.task) return [state, []];
  if (input.type === 'beaten')
    return pause(interval, state, [{ type: 'announce', names, error: input.error }]);
  const task = state.task + 1;
  return [{ name: 'beating', names, task }, [{ type: 'beat', task, names }]];
}

function changeMix(interval: number, state: PresenceState, names: Names): PresenceStep {
  if (interval === 0 || sameNames(state.names, names)) return [state, []];
  const next = { ...state, names };
  if (isEmpty(names)) return [{ ...next, name: 'silent' }, [{ type: 'cancel' }]];
  if (state.name === 'silent') return pause(interval, next, []);
  // The beat in flight would rejoin names that were left.
  if (state.name === 'pausing' || isEmpty(without(state.names, names))) return [next, []];
  return pause(interval, next, [{ type: 'cancel' }]);
}

function pause(
  interval: number,
  { names, task: last }: PresenceState,
  before: PresenceStep[1],
): PresenceStep {
  const task = last + 1;
  return [{ name: 'pausing', names, task }, [...before, { type: 'startTimer', task, delay: interval }]];
}
