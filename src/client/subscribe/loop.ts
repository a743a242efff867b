import type { ClientState, PNStateEvent } from '../listeners/events.ts';
import { Machine, type SendRequest, type TaskEffect } from '../runtime/machine.ts';
import { chance } from '../runtime/random.ts';
import { watchPage, watchSurroundings } from '../runtime/surroundings.ts';
import type { SubscribeEngine } from './engine.ts';
import { stoppedError } from './interest.ts';
import type { Names } from './names.ts';
import { reduce } from './reduce.ts';
import { IDLE, type LoopEffect, type LoopEvent, type LoopInput, type LoopState } from './state.ts';
import { presentIn, publicState } from './steps.ts';

type LoopAction = Exclude<LoopEffect, TaskEffect>;

const AT_WORK: ReadonlySet<ClientState> = new Set(['connecting', 'connected', 'reconnecting']);

// Outside of the loop, which it must not hold.
function tellOfPage(loop: Loop, shown: boolean): void {
  loop.dispatch({ type: 'pageChanged', shown });
}

/** Runs the subscribe loop: adds the times to the reducer's inputs, and carries out its effects. */
export class Loop {
  readonly #engine: SubscribeEngine;
  readonly #machine: Machine<LoopState, LoopInput, LoopAction>;
  #times = { now: 0, wall: 0 };
  #unwatch: (() => void) | undefined;
  readonly #unwatchPage: () => void;

  constructor(engine: SubscribeEngine) {
    const { settings } = engine;
    const { clock, pageEvents } = settings;
    this.#engine = engine;
    this.#machine = new Machine<LoopState, LoopInput, LoopAction>(IDLE, {
      clock,
      step: (state, input) => reduce(settings, state, this.#event(input)),
      entered: (state, before, cause) => this.#entered(state, before, cause),
      perform: (effect) => this.#perform(effect),
      failed: (error) => engine.announcer.failed(error),
    });
    // In whatever phase: a page that is hidden while nothing is subscribed stays hidden for the first subscription.
    this.#unwatchPage = watchPage(pageEvents, this, tellOfPage);
  }

  get state(): LoopState {
    return this.#machine.state;
  }

  /** Takes an input, after those in the queue. `closed` is urgent. */
  dispatch(input: LoopInput): void {
    if (input.type === 'closed') this.#unwatchPage();
    this.#machine.dispatch(input, input.type === 'closed');
  }

  /** The presence state of names as JSON text, if handshakes and heartbeats send it. */
  stateFor(names: Names): string | undefined {
    const { settings, demand } = this.#engine;
    return settings.maintainPresenceState ? demand.stateText(names) : undefined;
  }

  // If the program's clock throws, the last times count.
  #event(input: LoopInput): LoopEvent {
    const { announcer, settings } = this.#engine;
    const { clock, random } = settings;
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
      this.#engine.presence.present(presentIn(loop));
    }
  }

  #stateChanged(change: Pick<PNStateEvent, 'state' | 'previous'>, cause: LoopInput): void {
    const { announcer, backfills, demand, receiver, settings } = this.#engine;
    const { state } = change;
    const { phase } = this.state;
    if (state !== 'connected') {
      backfills.rest();
      receiver.rest?.();
    }
    if (state === 'idle') this.#engine.forget();
    for (const subscription of [...demand.subscriptions]) {
      if (phase.name === 'failed') subscription.fail(phase.error);
      else if (state === 'stopped') subscription.interest.giveUp(stoppedError());
    }
    announcer.stateChanged(change, cause);
    if (AT_WORK.has(state)) {
      this.#unwatch ??= watchSurroundings(settings, (news) => this.dispatch(news));
    } else {
      this.#unwatch?.();
      this.#unwatch = undefined;
    }
  }

  #perform(effect: LoopAction): SendRequest<LoopInput> | undefined {
    const { announcer, delivery, presence } = this.#engine;
    switch (effect.type) {
      case 'poll':
        return (controller) => this.#poll(effect, controller);
      case 'deliver':
        delivery.push(effect.batch);
        break;
      case 'accept':
        this.#engine.accept(effect);
        break;
      case 'refuse':
        this.#engine.refuse(effect);
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

  async #poll(
    { task, names, cursor, region }: Extract<LoopAction, { type: 'poll' }>,
    controller: AbortController,
  ): Promise<LoopInput> {
    const { demand, floor, presence, receiver, recovery, settings } = this.#engine;
    const { clock } = settings;
    // The answer counts for subscriptions that existed when the request was sent.
    let newest = 0;
    const onSend = () => {
      newest = demand.newest;
    };
    const state = cursor ? undefined : this.stateFor(names);
    const leaves = cursor ? undefined : presence.leaves(names);
    if (leaves) await leaves;
    const patience = cursor && recovery?.patience(this.#engine, cursor);
    const sentAt = clock.monotonic();
    const outcome = await receiver.poll({ names, cursor, region, state, onSend, patience }, controller);
    if ('answer' in outcome) return { type: 'polled', task, newest, ...outcome };
    const isOver = patience !== undefined && clock.monotonic() - sentAt >= patience;
    // Silence is an answer without entries: what there is, history has.
    if (isOver && floor && outcome.error.code === 'PN-2002')
      return {
        type: 'polled',
        task,
        newest,
        answer: { cursor: floor, entries: [], gaps: undefined, isSilence: true },
      };
    return { type: 'pollFailed', task, newest, ...outcome };
  }
}
