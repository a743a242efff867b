import type { Clock, TimerHandle } from '../../protocol/clock.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import type { ClientState } from '../listeners/events.ts';
import type { Mix } from './mix.ts';
import type { PollFailure, PollOutcome, PollRequest } from './poller.ts';
import { reduce } from './reduce.ts';
import {
  type Announcement,
  type Batch,
  IDLE,
  type LoopCursor,
  type LoopEffect,
  type LoopEvent,
  type LoopPolicy,
  publicState,
} from './state.ts';

/** An event without what the runner adds: the time, and a random number where there is one. */
export type Happening = LoopEvent extends infer E
  ? E extends LoopEvent
    ? Omit<E, 'now' | 'random'>
    : never
  : never;

/** What the loop does to the rest of the client. */
export interface LoopHost {
  /** Sends a request; returns how to cancel it. */
  poll(request: PollRequest, outcome: PollOutcome): () => void;
  deliver(batch: Batch): void;
  accept(mix: Mix, floor: LoopCursor): void;
  refuse(mix: Mix, error: PubNubError): void;
  present(mix: Mix): void;
  leave(mix: Mix): void;
  announce(announcement: Announcement): void;
  stateChanged(change: {
    readonly state: ClientState;
    readonly previous: ClientState;
    readonly cause: Happening;
  }): void;
}

/** What the machine needs to know, and where time and chance come from. */
export interface LoopSurroundings {
  readonly policy: LoopPolicy;
  readonly clock: Clock;
  readonly random: () => number;
}

/**
 * Runs the machine: takes events one by one, stores the state, does the effects. A listener that calls back into the
 * client while an effect is done only adds to the queue, so that steps never nest.
 */
export class LoopRunner {
  readonly #host: LoopHost;
  readonly #around: LoopSurroundings;
  readonly #queue: Happening[] = [];
  #state = IDLE;
  #running = false;
  #cancelPoll: { readonly id: number; readonly cancel: () => void } | undefined;
  #timer: { readonly id: number; readonly handle: TimerHandle } | undefined;

  constructor(host: LoopHost, around: LoopSurroundings) {
    this.#host = host;
    this.#around = around;
  }

  /** The state as a program sees it. */
  get state(): ClientState {
    return publicState(this.#state);
  }

  /** Where the next long poll goes on. */
  get cursor(): LoopCursor | undefined {
    return this.#state.cursor;
  }

  /** Takes an event: now, or after those that wait. */
  dispatch(happening: Happening): void {
    this.#queue.push(happening);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) this.#step(next);
    } finally {
      this.#running = false;
    }
  }

  #step(happening: Happening): void {
    const now = this.#around.clock.now();
    const event =
      happening.type === 'pollFailed'
        ? { ...happening, now, random: this.#around.random() }
        : { ...happening, now };
    const previous = publicState(this.#state);
    const [state, effects] = reduce(this.#around.policy, this.#state, event);
    this.#state = state;
    const current = publicState(state);
    if (current !== previous) this.#host.stateChanged({ state: current, previous, cause: happening });
    for (const effect of effects) this.#do(effect);
  }

  #do(effect: LoopEffect): void {
    const host = this.#host;
    switch (effect.type) {
      case 'poll':
        this.#poll(effect);
        break;
      case 'cancelPoll':
        if (this.#cancelPoll?.id === effect.id) this.#cancelPoll.cancel();
        break;
      case 'startTimer':
        this.#startTimer(effect);
        break;
      case 'cancelTimer':
        if (this.#timer?.id === effect.id) this.#around.clock.clearTimeout(this.#timer.handle);
        break;
      case 'deliver':
        host.deliver(effect.batch);
        break;
      case 'accept':
        host.accept(effect.mix, effect.floor);
        break;
      case 'refuse':
        host.refuse(effect.mix, effect.error);
        break;
      case 'present':
        host.present(effect.mix);
        break;
      case 'leave':
        host.leave(effect.mix);
        break;
      case 'announce':
        host.announce(effect.announcement);
        break;
    }
  }

  #poll({ id, mix, cursor, region }: Extract<LoopEffect, { type: 'poll' }>): void {
    const cancel = this.#host.poll(
      { mix, cursor, region },
      {
        answered: (answer) => this.dispatch({ type: 'polled', poll: id, answer }),
        failed: ({ error, refusal }: PollFailure) =>
          this.dispatch({ type: 'pollFailed', poll: id, error, refusal }),
      },
    );
    this.#cancelPoll = { id, cancel };
  }

  #startTimer({ id, delay }: Extract<LoopEffect, { type: 'startTimer' }>): void {
    const handle = this.#around.clock.setTimeout(
      () => this.dispatch({ type: 'timerFired', timer: id }),
      delay,
    );
    this.#timer = { id, handle };
  }
}
