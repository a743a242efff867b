import type { ClientState, PNStateEvent } from '../listeners/events.ts';
import type { Presence } from '../presence/presence.ts';
import type { Executor } from '../request/execute.ts';
import { Machine, type TaskEffect } from '../runtime/machine.ts';
import { chance } from '../runtime/random.ts';
import { watchSurroundings } from '../runtime/surroundings.ts';
import type { Announcer } from './announcer.ts';
import type { Demand } from './demand.ts';
import { stoppedError } from './interest.ts';
import type { Names } from './names.ts';
import type { Poller } from './poller.ts';
import type { Reception } from './reception.ts';
import { reduce } from './reduce.ts';
import {
  IDLE,
  type LoopCursor,
  type LoopEffect,
  type LoopEvent,
  type LoopInput,
  type LoopState,
} from './state.ts';
import { presentIn, publicState } from './steps.ts';

/** The parts of a client that the loop uses. */
export interface LoopParts<Client> {
  readonly executor: Executor;
  readonly demand: Demand;
  readonly poller: Poller;
  readonly presence: Presence;
  readonly reception: Reception;
  readonly announcer: Announcer<Client>;
}

type LoopAction = Exclude<LoopEffect, TaskEffect>;

const AT_WORK: ReadonlySet<ClientState> = new Set(['connecting', 'connected', 'reconnecting']);

/** Runs the subscribe loop: adds the times to the reducer's inputs, and carries out its effects. */
export class Loop<Client> {
  /** The cursor up to which every entry has been delivered. */
  delivered: LoopCursor | undefined;
  readonly #parts: LoopParts<Client>;
  readonly #machine: Machine<LoopState, LoopInput, LoopAction>;
  #times = { now: 0, wall: 0 };
  #unwatch: (() => void) | undefined;

  constructor(parts: LoopParts<Client>) {
    const { clock, reconnection, countThreshold, liveRetention, tokenProvider } = parts.executor.settings;
    const policy = { reconnection, countThreshold, liveRetention, renewsToken: tokenProvider !== undefined };
    this.#parts = parts;
    this.#machine = new Machine<LoopState, LoopInput, LoopAction>(IDLE, {
      clock,
      step: (state, input) => reduce(policy, state, this.#event(input)),
      entered: (state, before, cause) => this.#entered(state, before, cause),
      perform: (effect) => this.#perform(effect),
      failed: (error) => parts.announcer.failed(error),
    });
  }

  get state(): LoopState {
    return this.#machine.state;
  }

  /** Takes an input, after those in the queue. `closed` is urgent. */
  dispatch(input: LoopInput): void {
    this.#machine.dispatch(input, input.type === 'closed');
  }

  /** The presence state of names as JSON text, if handshakes and heartbeats send it. */
  stateFor(names: Names): string | undefined {
    const { executor, demand } = this.#parts;
    return executor.settings.maintainPresenceState ? demand.stateText(names) : undefined;
  }

  // If the program's clock throws, the last times count.
  #event(input: LoopInput): LoopEvent {
    const { announcer, executor } = this.#parts;
    const { clock, random } = executor.settings;
    try {
      this.#times = { now: clock.monotonic(), wall: clock.now() };
    } catch (error) {
      announcer.failed(error);
    }
    return input.type === 'pollFailed'
      ? { ...input, ...this.#times, random: chance(random) }
      : { ...input, ...this.#times };
  }

  #entered(loop: LoopState, before: LoopState, cause: LoopInput): void {
    const state = publicState(loop);
    const previous = publicState(before);
    try {
      if (state !== previous) this.#stateChanged({ state, previous }, cause);
    } finally {
      this.#parts.presence.present(presentIn(loop));
    }
  }

  #stateChanged(change: Pick<PNStateEvent, 'state' | 'previous'>, cause: LoopInput): void {
    const { announcer, demand, executor, reception } = this.#parts;
    const { state } = change;
    const { phase } = this.state;
    if (state !== 'connected') reception.backfills.rest();
    if (state === 'idle') this.delivered = undefined;
    if (state === 'idle') reception.forget();
    for (const subscription of [...demand.subscriptions]) {
      if (phase.name === 'failed') subscription.fail(phase.error);
      else if (state === 'stopped') subscription.interest.giveUp(stoppedError());
    }
    announcer.stateChanged(change, cause);
    if (AT_WORK.has(state)) {
      this.#unwatch ??= watchSurroundings(executor.settings, (news) => this.dispatch(news));
    } else {
      this.#unwatch?.();
      this.#unwatch = undefined;
    }
  }

  #perform(effect: LoopAction): (() => void) | undefined {
    const { announcer, demand, executor, presence, reception } = this.#parts;
    switch (effect.type) {
      case 'poll':
        return this.#poll(effect);
      case 'deliver':
        reception.delivery.push(effect.batch);
        break;
      case 'accept':
        this.delivered ??= this.state.cursor;
        reception.accept(demand.upTo(effect.newest), effect);
        break;
      case 'refuse':
        for (const { interest } of demand.upTo(effect.newest)) interest.refuse(effect.names, effect.error);
        executor.authorizer.askAgain();
        break;
      case 'leave':
        presence.leave(effect.names);
        break;
      case 'announce':
        announcer.announce(effect.announcement);
        break;
    }
    return undefined;
  }

  #poll({ task, names, cursor, region }: Extract<LoopAction, { type: 'poll' }>): () => void {
    const { demand, poller, presence } = this.#parts;
    const controller = new AbortController();
    // The answer counts for subscriptions that existed when the request was sent.
    let newest = 0;
    const onSend = () => {
      newest = demand.newest;
    };
    const state = cursor ? undefined : this.stateFor(names);
    const poll = () => poller.poll({ names, cursor, region, state, onSend }, controller.signal);
    const leaves = cursor ? undefined : presence.leaves(names);
    void (leaves === undefined ? poll() : leaves.then(poll)).then((outcome) =>
      this.dispatch(
        'answer' in outcome
          ? { type: 'polled', task, newest, ...outcome }
          : { type: 'pollFailed', task, newest, ...outcome },
      ),
    );
    return () => controller.abort();
  }
}
