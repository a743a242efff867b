import type { PNStatusCategory } from '../../protocol/status.ts';
import { isEmpty, type Names } from './names.ts';
import { hasten } from './pace.ts';
import type { LoopPolicy } from './policy.ts';
import type { Announcement, LoopEffect, LoopState, Phase } from './state.ts';

/** Whether a request is in flight. */
export function hasPoll(phase: Phase): boolean {
  return 'poll' in phase && phase.poll === true;
}

/** Whether a timer runs. */
export function hasTimer(phase: Phase): boolean {
  return 'timer' in phase && phase.timer === true;
}

/** One step of the reducer: the state that it has come to, and the effects so far, in their order. */
export class Turn {
  readonly policy: LoopPolicy;
  /** Monotonic milliseconds. */
  readonly now: number;
  readonly effects: LoopEffect[] = [];
  #state: LoopState;

  constructor(policy: LoopPolicy, state: LoopState, now: number) {
    this.policy = policy;
    this.#state = state;
    this.now = now;
  }

  get state(): LoopState {
    return this.#state;
  }

  /** Changes the state, which stays as it is for those who have it. */
  set(change: Partial<LoopState>): void {
    this.#state = { ...this.#state, ...change };
  }

  /** Enters a phase with a timer. */
  waitIn(phase: Extract<Phase, { timer?: boolean }>, delay: number): void {
    const task = this.#state.task + 1;
    this.set({ task, phase: { ...phase, timer: true } });
    this.effects.push({ type: 'startTimer', task, delay });
  }

  /** Notes the cost of a request that a program can cause by itself. */
  hasten(cost: number): void {
    this.set({ haste: hasten(this.#state.haste, cost, this.now) });
  }

  /** Cancels the request and the timer. */
  halt(): void {
    const { phase } = this.#state;
    if (hasTimer(phase) || hasPoll(phase)) this.effects.push({ type: 'cancel' });
  }

  /** Cancels the timer beside a request that has ended. */
  haltTimer(): void {
    if (hasTimer(this.#state.phase)) this.effects.push({ type: 'cancel' });
  }

  /** Leaves names, if there are any. */
  leave(names: Names): void {
    if (!isEmpty(names)) this.effects.push({ type: 'leave', names });
  }

  /** Announces a status. */
  announce(
    category: PNStatusCategory,
    names: Names,
    more?: Partial<Omit<Announcement, 'category' | 'names'>>,
  ): void {
    const operation = 'PNSubscribeOperation';
    this.effects.push({ type: 'announce', announcement: { operation, ...more, category, names } });
  }
}
