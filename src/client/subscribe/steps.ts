import { PNOperationType, type PNStatusCategory } from '../../protocol/status.ts';
import { isEmpty, type Mix, without } from './mix.ts';
import type { Announcement, LoopEffect, LoopState, Step } from './state.ts';

/** No attempt follows a failed one sooner than this, in milliseconds, whatever asks for it. */
export const FLOOR_DELAY = 1_000;

/** What is asked of the server: the demand without what it refused. */
export function wanted({ demand, refused }: LoopState): Mix {
  return without(demand, refused);
}

/** Ends what is under way. */
export function halt({ phase }: LoopState): readonly LoopEffect[] {
  if ('poll' in phase && phase.poll !== undefined) return [{ type: 'cancelPoll', id: phase.poll }];
  if ('timer' in phase && phase.timer !== undefined) return [{ type: 'cancelTimer', id: phase.timer }];
  return [];
}

/** Whom the heartbeats are to keep alive. */
export function presence(state: LoopState): LoopEffect {
  return { type: 'present', mix: wanted(state) };
}

/**
 * Asks the server, without a timetoken, whether it accepts the mix; it answers at once. Where it has refused every name,
 * there is nothing to ask until there is a new token.
 */
export function handshake(state: LoopState): Step {
  const mix = wanted(state);
  const before = [...halt(state), presence(state)];
  if (isEmpty(mix) && state.refusal) {
    const phase = { name: 'waiting', due: Number.POSITIVE_INFINITY, error: state.refusal } as const;
    return [{ ...state, phase }, before];
  }
  const id = state.lastId + 1;
  const next: LoopState = {
    ...state,
    lastId: id,
    fruitless: 0,
    phase: { name: 'handshaking', poll: id, mix },
  };
  return [next, [...before, { type: 'poll', id, mix, region: state.cursor?.region }]];
}

/** Holds a long poll at the cursor; or none, while two batches wait to be delivered. */
export function pollOn(state: LoopState, now: number): Step {
  const mix = wanted(state);
  if (state.cursor === undefined || isEmpty(mix)) return handshake(state);
  const before = [...halt(state), presence(state)];
  if (state.undelivered > 1) return [{ ...state, phase: { name: 'receiving', sentAt: now } }, before];
  const id = state.lastId + 1;
  const next: LoopState = { ...state, lastId: id, phase: { name: 'receiving', poll: id, sentAt: now } };
  return [next, [...before, { type: 'poll', id, mix, cursor: state.cursor }]];
}

/** Tries again now, or as soon as the floor delay after the last failure has passed. */
export function tryAgain(state: LoopState, now: number): Step {
  const { phase } = state;
  const due = state.failedAt + FLOOR_DELAY;
  if (due <= now || (phase.name !== 'waiting' && phase.name !== 'failed')) return handshake(state);
  if (phase.name === 'waiting' && phase.due <= due) return [state, []];
  const timer = state.lastId + 1;
  const next: LoopState = {
    ...state,
    lastId: timer,
    phase: { name: 'waiting', timer, due, error: phase.error },
  };
  return [next, [...halt(state), { type: 'startTimer', id: timer, delay: due - now }]];
}

/** Something to tell the program about some names. */
export function announce(
  category: PNStatusCategory,
  mix: Mix,
  more: Partial<Omit<Announcement, 'category' | 'mix'>>,
): LoopEffect {
  const operation = PNOperationType.PNSubscribeOperation;
  return { type: 'announce', announcement: { operation, ...more, category, mix } };
}
