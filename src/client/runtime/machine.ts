import type { TimerHandle } from '../../protocol/clock.ts';
import type { SteadyClock } from './steady-clock.ts';

/** The effects that a machine carries out itself: a timer starts; the timer and the request in flight are cancelled. */
export type TaskEffect =
  | { readonly type: 'startTimer'; readonly task: number; readonly delay: number }
  | { readonly type: 'cancel' };

/** A timer has fired. */
export interface TimerFired {
  readonly type: 'timerFired';
  readonly task: number;
}

/** Sends a request; resolves to the input that tells its outcome. The controller aborts it. */
export type SendRequest<Input> = (controller: AbortController) => Promise<Input>;

/** The reducer of a machine, and how its effects are carried out. */
export interface MachineRules<State, Input, Effect> {
  readonly clock: SteadyClock;
  /** The reducer: gives the next state and the effects. */
  readonly step: (
    state: State,
    input: Input | TimerFired,
  ) => readonly [State, readonly (Effect | TaskEffect)[]];
  /** Called when the state has changed, ahead of the effects. */
  readonly entered?: (state: State, previous: State, input: Input | TimerFired) => void;
  /** Carries out an effect; returns the request of an effect that has one. */
  readonly perform: (effect: Effect) => SendRequest<Input> | undefined;
  /** Called with what one of these has thrown; the others are not affected. */
  readonly failed: (error: unknown) => void;
}

/** The most steps in one turn, and the pause after them in milliseconds. */
const MOST_AT_ONCE = 500;
const REST = 1_000;

/**
 * Runs a reducer: takes inputs one by one, stores the state, carries out the effects. A listener that calls back into the
 * client meanwhile only adds to the queue, so that steps never nest.
 */
export class Machine<State, Input, Effect extends { readonly type: string }> {
  readonly #rules: MachineRules<State, Input, Effect>;
  readonly #queue: (Input | TimerFired)[] = [];
  #state: State;
  #isRunning = false;
  /** The timer of a pause between steps. */
  #rest: TimerHandle | undefined;
  #timer: TimerHandle | undefined;
  /** Aborts the request in flight. */
  #inFlight: AbortController | undefined;

  constructor(initial: State, rules: MachineRules<State, Input, Effect>) {
    this.#state = initial;
    this.#rules = rules;
  }

  get state(): State {
    return this.#state;
  }

  /** Takes an input, after those in the queue. An urgent input ends a pause between steps. */
  dispatch(input: Input | TimerFired, isUrgent = false): void {
    this.#queue.push(input);
    if (this.#rest !== undefined && isUrgent) this.#goOn();
    if (!this.#isRunning) this.#drain();
  }

  #drain(): void {
    this.#isRunning = true;
    let count = 0;
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
      const input = next;
      this.#isolated(() => this.#take(input));
      // Listeners that answer each change with another one would block the process for ever.
      if (++count < MOST_AT_ONCE || this.#queue.length === 0) continue;
      this.#rest = this.#rules.clock.setTimeout(() => this.#goOn(), REST);
      return;
    }
    this.#isRunning = false;
  }

  #goOn(): void {
    this.#rules.clock.clearTimeout(this.#rest);
    this.#rest = undefined;
    this.#drain();
  }

  #take(input: Input | TimerFired): void {
    const previous = this.#state;
    const [state, effects] = this.#rules.step(previous, input);
    this.#state = state;
    if (state !== previous) this.#isolated(() => this.#rules.entered?.(state, previous, input));
    for (const effect of effects) this.#isolated(() => this.#carryOut(effect));
  }

  #carryOut(effect: Effect | TaskEffect): void {
    const { clock, perform } = this.#rules;
    if (!isTaskEffect(effect)) {
      const request = perform(effect);
      if (request) this.#send(request);
    } else if (effect.type === 'startTimer') {
      const { task, delay } = effect;
      this.#timer = clock.setTimeout(() => this.dispatch({ type: 'timerFired', task }), delay);
    } else {
      clock.clearTimeout(this.#timer);
      this.#inFlight?.abort();
      this.#inFlight = undefined;
    }
  }

  #send(request: SendRequest<Input>): void {
    const controller = new AbortController();
    this.#inFlight = controller;
    request(controller).then(
      (input) => {
        // A request that has ended is not cancelled.
        if (this.#inFlight === controller) this.#inFlight = undefined;
        this.dispatch(input);
      },
      (error: unknown) => this.#rules.failed(error),
    );
  }

  // An exception in one effect must not cost the others.
  #isolated(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#rules.failed(error);
    }
  }
}

function isTaskEffect(effect: { readonly type: string }): effect is TaskEffect {
  return effect.type === 'startTimer' || effect.type === 'cancel';
}
