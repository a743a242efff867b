import type { TimerHandle } from '../../protocol/clock.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import type { ClientState } from '../listeners/events.ts';
import { chance } from '../runtime/random.ts';
import type { SteadyClock } from '../runtime/steady-clock.ts';
import type { Mix } from './mix.ts';
import type { PollFailure, PollOutcome, PollRequest } from './poller.ts';
import { publicState } from './public-state.ts';
import { reduce } from './reduce.ts';
import {
  type Announcement,
  type Batch,
  IDLE,
  type LoopCursor,
  type LoopEffect,
  type LoopEvent,
  type LoopPolicy,
} from './state.ts';

/** An event without what the runner adds: the times, and a random number where there is one. */
export type Happening = LoopEvent extends infer E
  ? E extends LoopEvent
    ? Omit<E, 'now' | 'wall' | 'random'>
    : never
  : never;

/** What the loop does to the rest of the client. */
export interface LoopHost {
  /** The id of the newest subscription. */
  readonly newest: number;
  /** Sends a request; returns how to cancel it. */
  poll(request: PollRequest, outcome: PollOutcome): () => void;
  deliver(batch: Batch): void;
  accept(effect: Extract<LoopEffect, { type: 'accept' }>): void;
  refuse(effect: Extract<LoopEffect, { type: 'refuse' }>): void;
  present(mix: Mix): void;
  leave(mix: Mix): void;
  announce(announcement: Announcement): void;
  stateChanged(change: {
    readonly state: ClientState;
    readonly previous: ClientState;
    readonly cause: Happening;
  }): void;
  /** One of these has failed: the others are done all the same. */
  failed(error: unknown): void;
}

/** What the machine needs to know, and where time and chance come from. */
export interface LoopSurroundings {
  readonly policy: LoopPolicy;
  readonly clock: SteadyClock;
  readonly random: () => number;
}

/** Steps that may follow each other in one turn, and the pause in milliseconds after so many. */
const MOST_AT_ONCE = 500;
const REST = 1_000;

/**
 * Runs the machine: takes events one by one, stores the state, does the effects. A listener that calls back into the
 * client while an effect is done only adds to the queue, so that steps never nest.
 */
export class LoopRunner {
  readonly #host: LoopHost;
  readonly #around: LoopSurroundings;
  readonly #queue: Happening[] = [];
  #state = IDLE;
  #times = { now: 0, wall: 0 };
  #running = false;
  /** The timer of a pause between steps. */
  #rest: TimerHandle | undefined;
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

  /** Why the loop has given up, in the state `failed`. */
  get failure(): PubNubError | undefined {
    const { phase } = this.#state;
    return phase.name === 'failed' ? phase.error : undefined;
  }

  /** How long the last handshake took, in milliseconds. */
  get roundTrip(): number {
    return this.#state.roundTrip;
  }

  /** Where the next long poll goes on. */
  get cursor(): LoopCursor | undefined {
    return this.#state.cursor;
  }

  /** Takes an event: now, or after those that wait. */
  dispatch(happening: Happening): void {
    this.#queue.push(happening);
    if (this.#rest !== undefined && happening.type === 'closed') this.#goOn();
    if (!this.#running) this.#drain();
  }

  #drain(): void {
    this.#running = true;
    let count = 0;
    for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
      const happening = next;
      this.#isolated(() => this.#step(happening));
      // Listeners that answer each change with another would keep the process in this turn for ever.
      if (++count < MOST_AT_ONCE || this.#queue.length === 0) continue;
      this.#rest = this.#around.clock.setTimeout(() => this.#goOn(), REST);
      return;
    }
    this.#running = false;
  }

  #goOn(): void {
    this.#around.clock.clearTimeout(this.#rest);
    this.#rest = undefined;
    this.#drain();
  }

  #step(happening: Happening): void {
    const { random, policy } = this.#around;
    const times = this.#readTimes();
    const event =
      happening.type === 'pollFailed'
        ? { ...happening, ...times, random: chance(random) }
        : { ...happening, ...times };
    const previous = publicState(this.#state);
    const [state, effects] = reduce(policy, this.#state, event);
    this.#state = state;
    const current = publicState(state);
    if (current !== previous)
      this.#isolated(() => this.#host.stateChanged({ state: current, previous, cause: happening }));
    for (const effect of effects) this.#isolated(() => this.#do(effect));
  }

  // A clock that throws has stood still: what has happened counts all the same.
  #readTimes(): { readonly now: number; readonly wall: number } {
    const { clock } = this.#around;
    this.#isolated(() => {
      this.#times = { now: clock.monotonic(), wall: clock.now() };
    });
    return this.#times;
  }

  // What a program or a platform throws while one effect is done must not cost the others.
  #isolated(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#host.failed(error);
    }
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
        host.accept(effect);
        break;
      case 'refuse':
        host.refuse(effect);
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
    let newest = 0;
    const onSend = () => {
      newest = this.#host.newest;
    };
    const cancel = this.#host.poll(
      { mix, cursor, region, onSend },
      {
        answered: (answer) => this.dispatch({ type: 'polled', poll: id, answer, newest }),
        failed: ({ error, refusal }: PollFailure) =>
          this.dispatch({ type: 'pollFailed', poll: id, error, refusal, newest }),
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
