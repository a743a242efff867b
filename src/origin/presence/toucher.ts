import type { PresenceStore } from '../store/presence.ts';
import type { NextTurn } from '../turns.ts';
import { type Part, type Round, TouchQueue } from './touch-queue.ts';

// Leases of one call of the store, and of one turn.
const MAX_TOUCH = 500;

/** The parts of a toucher. */
export interface ToucherOptions {
  readonly presence: PresenceStore;
  readonly nextTurn: NextTurn;
  /** `true` if the store answers in the turn of the call, so that nothing is won by waiting for the end of a turn. */
  readonly isLocal: boolean;
  /** A round is over: all its leases were renewed, or a call has failed. */
  onOver(round: Round): void;
  onFailure(error: unknown): void;
}

/** Renews leases in the store: those of all requests of one turn in one call, as far as it is not too large. */
export class Toucher {
  readonly #options: ToucherOptions;
  readonly #queue = new TouchQueue();
  #isSending = false;

  constructor(options: ToucherOptions) {
    this.#options = options;
  }

  /** Sends a round with the others of this turn. */
  add(round: Round): void {
    this.#queue.add(round);
    if (this.#isSending) return;
    this.#isSending = true;
    this.#send().catch((error: unknown) => this.#options.onFailure(error));
  }

  /** Sends rounds that are not new, call by call. Resolves to `false` if one has failed. */
  async sendAll(rounds: readonly Round[]): Promise<boolean> {
    const queue = new TouchQueue();
    for (const round of rounds) queue.add(round);
    let isDone = true;
    while (!queue.isEmpty) {
      isDone = (await this.#call(queue.take(MAX_TOUCH))) && isDone;
      if (!queue.isEmpty) await this.#options.nextTurn();
    }
    return isDone;
  }

  async #send(): Promise<void> {
    const { isLocal, nextTurn } = this.#options;
    await (isLocal ? undefined : nextTurn());
    for (let isFirst = true; !this.#queue.isEmpty; isFirst = false) {
      if (!isFirst) await nextTurn();
      // The result is not awaited: a store that does not answer holds up only what it was asked.
      void this.#call(this.#queue.take(MAX_TOUCH));
    }
    this.#isSending = false;
  }

  /** Resolves to `false` if the call has failed. Never rejects. */
  async #call(parts: readonly Part[]): Promise<boolean> {
    const failure = await this.#touch(parts.filter(({ touch }) => touch.channels.length > 0));
    for (const { round } of parts) {
      round.calls--;
      if (round.isOver) this.#options.onOver(round);
    }
    // A request that waits is answered with the failure.
    if (failure && parts.some(({ round }) => !round.renewal.waiter)) this.#options.onFailure(failure.cause);
    return failure === undefined;
  }

  // In the turn of the call, so that a leave or a state that comes later comes later in the store.
  async #touch(parts: readonly Part[]): Promise<Round['error']> {
    if (parts.length === 0) return undefined;
    try {
      const touched = await this.#options.presence.touch(parts.map(({ touch }) => touch));
      for (const [index, one] of touched.entries()) parts[index]?.round.take(one);
      return undefined;
    } catch (cause) {
      for (const { round } of parts) round.error = { cause };
      return { cause };
    }
  }
}
