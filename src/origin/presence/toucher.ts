import type { PresenceStore } from '../store/presence.ts';
import type { NextTurn } from '../turns.ts';
import { type Round, type TouchCall, TouchQueue } from './touch-queue.ts';

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
    const { isLocal, nextTurn } = this.#options;
    if (isLocal) queueMicrotask(() => this.#send());
    else this.#sendAfter(nextTurn());
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

  #send(): void {
    // The result is not awaited: a store that does not answer holds up only what it was asked.
    void this.#call(this.#queue.take(MAX_TOUCH));
    this.#isSending = !this.#queue.isEmpty;
    if (this.#isSending) this.#sendAfter(this.#options.nextTurn());
  }

  #sendAfter(turn: Promise<void>): void {
    turn.then(() => this.#send()).catch((error: unknown) => this.#options.onFailure(error));
  }

  /** Resolves to `false` if the call has failed. Never rejects. */
  async #call({ rounds, touches, asked }: TouchCall): Promise<boolean> {
    let failure: Round['error'];
    try {
      // In the turn of the call, so that a leave or a state that comes later comes later in the store.
      const touched = touches.length > 0 ? await this.#options.presence.touch(touches) : [];
      touched.forEach((one, index) => {
        asked[index]?.take(one);
      });
    } catch (cause) {
      failure = { cause };
      for (const round of asked) round.error = failure;
    }
    for (const round of rounds) {
      round.calls--;
      if (round.isOver) this.#options.onOver(round);
    }
    // A request that waits is answered with the failure.
    if (failure && rounds.some(({ renewal }) => !renewal.waiter)) this.#options.onFailure(failure.cause);
    return failure === undefined;
  }
}
