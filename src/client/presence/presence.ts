import { isPresenceName } from '../../protocol/names.ts';
import { limitsOf } from '../errors/from-call.ts';
import type { PubNubError } from '../errors/pubnub-error.ts';
import type { Executor } from '../request/execute.ts';
import { Machine } from '../runtime/machine.ts';
import { intersection, isEmpty, type Names, NO_NAMES, union, without } from '../subscribe/names.ts';
import { heartbeat, leave } from './endpoints.ts';
import {
  type PresenceEffect,
  type PresenceInput,
  type PresenceState,
  reducePresence,
  SILENT,
} from './reduce.ts';

/** The deadline of a leave, in milliseconds, which is also the longest delay of a rejoin. */
const LEAVE_PATIENCE = 2_000;

/** Sends heartbeats and leaves. */
export class Presence {
  readonly #executor: Executor;
  readonly #stateFor: (names: Names) => string | undefined;
  readonly #leaving = new Set<{ readonly names: Names; readonly done: Promise<void> }>();
  readonly #machine: Machine<PresenceState, PresenceInput, PresenceEffect>;
  #present = NO_NAMES;
  /** Names that were left in this turn. */
  #unsent = NO_NAMES;

  /** `stateFor` returns the JSON text of the state for names; `onBeat` gets the outcome of each heartbeat. */
  constructor(
    executor: Executor,
    stateFor: (names: Names) => string | undefined,
    onBeat: (names: Names, error: PubNubError | undefined) => void,
  ) {
    this.#executor = executor;
    this.#stateFor = stateFor;
    const { clock, heartbeatInterval, logger } = executor.settings;
    this.#machine = new Machine(SILENT, {
      clock,
      step: (state, input) => reducePresence(heartbeatInterval, state, input),
      perform: (effect) => {
        if (effect.type === 'beat') return (controller) => this.#beat(effect, controller.signal);
        onBeat(effect.names, effect.error);
        return;
      },
      // The program's clock or a listener has thrown.
      failed: (error) => logger?.error?.('a step of the heartbeat failed', { error }),
    });
  }

  /** Sets the names that the user is present on. */
  present(names: Names): void {
    // A user who rejoins in the same turn has not left.
    if (!isEmpty(this.#unsent)) this.#unsent = without(this.#unsent, names);
    if (names === this.#present) return;
    this.#present = names;
    this.#machine.dispatch({ type: 'presentChanged', names: withoutPresenceNames(names) });
  }

  /** Sends a leave for names after this turn. */
  leave(names: Names): void {
    if (isEmpty(this.#unsent)) void Promise.resolve().then(() => this.#sendLeaves());
    this.#unsent = union(this.#unsent, names);
  }

  #sendLeaves(): void {
    const left = this.#unsent;
    this.#unsent = NO_NAMES;
    void this.#leave(left);
  }

  // Resolves when the leave was answered, or has failed.
  async #leave(names: Names): Promise<void> {
    const plain = withoutPresenceNames(names);
    if (isEmpty(plain) || this.#executor.settings.suppressLeaveEvents) return;
    const { channels, groups } = plain;
    const limits = limitsOf(leave.operation, { timeout: LEAVE_PATIENCE });
    const request = this.#executor.within(limits, (signal) =>
      this.#executor.call(leave, { channels, channelGroups: groups }, { signal }),
    );
    // If the leave is lost, the user's presence times out.
    const told = request.catch(() => undefined);
    const entry = { names: plain, done: told };
    this.#leaving.add(entry);
    await entry.done;
    this.#leaving.delete(entry);
  }

  /**
   * Waits for leaves in flight for any of the names: they travel on another connection, and would undo a join that is sent
   * now. `undefined` if there are none.
   */
  leaves(names: Names): Promise<unknown> | undefined {
    if (!isEmpty(intersection(this.#unsent, names))) this.#sendLeaves();
    const plain = withoutPresenceNames(names);
    const waits = [...this.#leaving].filter((entry) => !isEmpty(intersection(entry.names, plain)));
    return waits.length === 0 ? undefined : Promise.all(waits.map((entry) => entry.done));
  }

  async #beat(
    { task, names }: Extract<PresenceEffect, { type: 'beat' }>,
    signal: AbortSignal,
  ): Promise<PresenceInput> {
    const { presenceTimeoutSeconds: presenceTimeout } = this.#executor.settings;
    try {
      await this.leaves(names);
      const { channels, groups } = names;
      const state = this.#stateFor(names);
      const given = { channels, channelGroups: groups };
      await this.#executor.call(
        heartbeat,
        { ...given, presenceTimeout, ...(state !== undefined && { state }) },
        { signal },
      );
      return { type: 'beaten', task, error: undefined };
    } catch (thrown) {
      return { type: 'beaten', task, error: this.#executor.failure(heartbeat.operation, thrown) };
    }
  }
}

function withoutPresenceNames({ channels, groups }: Names): Names {
  const plain = (name: string) => !isPresenceName(name);
  return { channels: channels.filter(plain), groups: groups.filter(plain) };
}
