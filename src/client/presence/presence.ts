import type { Clock, TimerHandle } from '../../protocol/clock.ts';
import { isPresenceName } from '../../protocol/names.ts';
import { limitsOf } from '../errors/from-call.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import type { Executor } from '../request/execute.ts';
import { EMPTY_MIX, intersection, isEmpty, type Mix, union, without } from '../subscribe/mix.ts';
import { heartbeat } from './heartbeat.ts';
import { leave } from './leave.ts';
import { type PresenceEffect, type PresenceEvent, type PresenceState, reducePresence } from './reduce.ts';

/** What presence needs of the client. */
export interface PresenceHost {
  /** JSON text of the state to send for these names, if any. */
  stateFor(mix: Mix): string | undefined;
  /** A heartbeat succeeded or failed. */
  beaten(mix: Mix, error: PubNubError | undefined): void;
}

/** How long a leave is tried, and can hold a rejoin up, in milliseconds. */
const LEAVE_PATIENCE = 2_000;

/** Runs the heartbeat machine, and tells the server of names that were left. */
export class Presence {
  readonly #executor: Executor;
  readonly #host: PresenceHost;
  readonly #clock: Clock;
  readonly #leaving = new Set<{ readonly mix: Mix; readonly done: Promise<void> }>();
  #state: PresenceState = { name: 'silent', mix: EMPTY_MIX, lastId: 0 };
  #timer: TimerHandle;
  #beating: AbortController | undefined;
  #present = EMPTY_MIX;
  /** Names that were left in this turn. */
  #unsent = EMPTY_MIX;

  constructor(executor: Executor, host: PresenceHost) {
    this.#executor = executor;
    this.#host = host;
    this.#clock = executor.settings.clock;
  }

  /** The names at which the server takes the user to be present. */
  present(mix: Mix): void {
    // Who comes back in the turn in which they left has not left.
    this.#unsent = without(this.#unsent, mix);
    if (mix === this.#present) return;
    this.#present = mix;
    this.#dispatch({ type: 'presentChanged', mix: withoutPresenceNames(mix) });
  }

  /** Tells the server, once this turn is over, that the user is gone from these names. */
  leave(mix: Mix): void {
    if (isEmpty(this.#unsent)) void Promise.resolve().then(() => this.#sendLeaves());
    this.#unsent = union(this.#unsent, mix);
  }

  #sendLeaves(): void {
    const names = this.#unsent;
    this.#unsent = EMPTY_MIX;
    void this.#leave(names);
  }

  // Resolves when the server has answered, or could not be told.
  async #leave(mix: Mix): Promise<void> {
    const names = withoutPresenceNames(mix);
    if (isEmpty(names) || this.#executor.settings.suppressLeaveEvents) return;
    const { channels, groups } = names;
    const limits = limitsOf(leave.operation, { timeout: LEAVE_PATIENCE });
    const request = this.#executor.within(limits, (signal) =>
      this.#executor.call(leave, { channels, channelGroups: groups }, { signal }),
    );
    // The server times the user out by itself, should the leave not arrive.
    const told = request.catch(() => undefined);
    const entry = { mix: names, done: told };
    this.#leaving.add(entry);
    await entry.done;
    this.#leaving.delete(entry);
  }

  /**
   * Waits for leaves under way that name one of these: they travel on another connection, and would end what a request
   * sent now begins. `undefined` if there are none.
   */
  leaves(mix: Mix): Promise<unknown> | undefined {
    if (!isEmpty(intersection(this.#unsent, mix))) this.#sendLeaves();
    const names = withoutPresenceNames(mix);
    const waits = [...this.#leaving].filter((entry) => !isEmpty(intersection(entry.mix, names)));
    return waits.length === 0 ? undefined : Promise.all(waits.map((entry) => entry.done));
  }

  #dispatch(event: PresenceEvent): void {
    const [state, effects] = reducePresence(this.#executor.settings.heartbeatInterval, this.#state, event);
    this.#state = state;
    for (const effect of effects) {
      try {
        this.#do(effect);
      } catch (error) {
        // Of the program's own clock; the others are done all the same.
        this.#executor.settings.logger?.error?.('a step of the heartbeat failed', { error });
      }
    }
  }

  #do(effect: PresenceEffect): void {
    switch (effect.type) {
      case 'beat':
        this.#beating = new AbortController();
        void this.#beat(effect.id, effect.mix, this.#beating.signal);
        return;
      case 'cancelBeat':
        this.#beating?.abort();
        return;
      case 'startTimer': {
        const { id } = effect;
        this.#timer = this.#clock.setTimeout(
          () => this.#dispatch({ type: 'timerFired', timer: id }),
          effect.delay,
        );
        return;
      }
      case 'cancelTimer':
        this.#clock.clearTimeout(this.#timer);
        return;
      case 'announce':
        this.#host.beaten(effect.mix, effect.error);
        return;
    }
  }

  async #beat(id: number, mix: Mix, signal: AbortSignal): Promise<void> {
    const error = await this.#failureOfBeat(mix, signal);
    this.#dispatch({ type: 'beaten', beat: id, ...(error && { error }) });
  }

  async #failureOfBeat(mix: Mix, signal: AbortSignal): Promise<PubNubError | undefined> {
    const { presenceTimeoutSeconds: presenceTimeout } = this.#executor.settings;
    try {
      await this.leaves(mix);
      const { channels, groups } = mix;
      const state = this.#host.stateFor(mix);
      const names = { channels, channelGroups: groups };
      await this.#executor.call(
        heartbeat,
        { ...names, presenceTimeout, ...(state !== undefined && { state }) },
        { signal },
      );
      return undefined;
    } catch (thrown) {
      return this.#executor.failure(heartbeat.operation, thrown);
    }
  }
}

function withoutPresenceNames({ channels, groups }: Mix): Mix {
  const plain = (name: string) => !isPresenceName(name);
  return { channels: channels.filter(plain), groups: groups.filter(plain) };
}
