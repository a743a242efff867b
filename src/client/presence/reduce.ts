import type { PubNubError } from '../errors/pubnub-error.ts';
import { isEmpty, type Mix, sameMix, without } from '../subscribe/mix.ts';

/** The presence heartbeat: silent, pausing between two beats, or with one under way. */
export type PresenceState = { readonly mix: Mix; readonly lastId: number } & (
  | { readonly name: 'silent' }
  | { readonly name: 'pausing'; readonly timer: number }
  | { readonly name: 'beating'; readonly beat: number }
);

/** What can happen to it. */
export type PresenceEvent =
  /** Whom the loop has told the server to be where. */
  | { readonly type: 'presentChanged'; readonly mix: Mix }
  | { readonly type: 'timerFired'; readonly timer: number }
  | { readonly type: 'beaten'; readonly beat: number; readonly error?: PubNubError };

/** What the runner is to do. */
export type PresenceEffect =
  | { readonly type: 'beat'; readonly id: number; readonly mix: Mix }
  | { readonly type: 'cancelBeat'; readonly id: number }
  | { readonly type: 'startTimer'; readonly id: number; readonly delay: number }
  | { readonly type: 'cancelTimer'; readonly id: number }
  | { readonly type: 'announce'; readonly mix: Mix; readonly error?: PubNubError };

/** A step of the machine. */
export type PresenceStep = readonly [PresenceState, readonly PresenceEffect[]];

/**
 * The presence heartbeat as a pure machine: one beat at a time, `interval` milliseconds apart. The subscribe requests
 * join by themselves, so the first beat comes after the first pause; a failed beat is announced and the next one is due
 * at its usual time. An interval of 0 sends none.
 */
export function reducePresence(interval: number, state: PresenceState, event: PresenceEvent): PresenceStep {
  switch (event.type) {
    case 'presentChanged':
      return changeMix(interval, state, event.mix);
    case 'timerFired': {
      if (state.name !== 'pausing' || state.timer !== event.timer) return [state, []];
      const id = state.lastId + 1;
      return [
        { name: 'beating', beat: id, mix: state.mix, lastId: id },
        [{ type: 'beat', id, mix: state.mix }],
      ];
    }
    case 'beaten': {
      if (state.name !== 'beating' || state.beat !== event.beat) return [state, []];
      const { error } = event;
      const [next, effects] = pause(interval, state);
      return [next, [{ type: 'announce', mix: state.mix, ...(error && { error }) }, ...effects]];
    }
    default:
      return event satisfies never;
  }
}

function changeMix(interval: number, state: PresenceState, mix: Mix): PresenceStep {
  if (interval === 0 || sameMix(state.mix, mix)) return [state, []];
  if (isEmpty(mix)) return [{ name: 'silent', mix, lastId: state.lastId }, halt(state)];
  const next = { ...state, mix };
  if (state.name === 'silent') return pause(interval, next);
  // A beat under way would bring the user back to names that were left.
  if (state.name === 'pausing' || isEmpty(without(state.mix, mix))) return [next, []];
  const [paused, effects] = pause(interval, next);
  return [paused, [...halt(state), ...effects]];
}

function halt(state: PresenceState): readonly PresenceEffect[] {
  if (state.name === 'pausing') return [{ type: 'cancelTimer', id: state.timer }];
  return state.name === 'beating' ? [{ type: 'cancelBeat', id: state.beat }] : [];
}

function pause(interval: number, { mix, lastId }: PresenceState): PresenceStep {
  const timer = lastId + 1;
  return [
    { name: 'pausing', timer, mix, lastId: timer },
    [{ type: 'startTimer', id: timer, delay: interval }],
  ];
}
