import { PNOperationType } from '../../protocol/status.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { pauseFor } from '../runtime/pause-for.ts';
import { Turns } from '../runtime/turns.ts';
import type { Backfill } from './backfill.ts';
import { patienceFor, shortestPatience } from './patience.ts';
import type { ReceptionHost } from './reception.ts';
import type { LoopAnswer } from './state.ts';
import { FLOOR_DELAY, MOST_FRUITLESS } from './steps.ts';

/** Failures in a row before a backfill ends in a gap. */
export const MOST_ATTEMPTS = 5;
/** Milliseconds after which a server answers a poll in any case. */
const LONGEST_HOLD = 285_000;

/**
 * Reads the server's live queue for backfills, by polls of their own, one at a time. A server holds a poll for which there
 * is nothing, so a poll is given some patience, the more the longer nobody else waits, and then makes way: no backfill
 * starves another one, and an answer that got lost costs seconds.
 */
export class BackfillQueue {
  readonly #host: ReceptionHost;
  readonly #turns = new Turns(1);
  /** Shortens the poll under way. */
  #hurry: (() => void) | undefined;

  constructor(host: ReceptionHost) {
    this.#host = host;
  }

  /** Polls until everything up to the backfill's end has come. */
  async read(backfill: Backfill, signal: AbortSignal): Promise<void> {
    const { clock } = this.#host.settings;
    let fruitless = 0;
    while (backfill.isShort) {
      const began = clock.monotonic();
      const answer = await this.#answer(backfill, signal);
      if (!answer) return;
      const isFruitful = await backfill.take(answer, signal);
      fruitless = isFruitful || clock.monotonic() - began >= FLOOR_DELAY ? 0 : fruitless + 1;
      // A server whose timetoken hardly moves would be asked thousands of times.
      if (fruitless >= MOST_FRUITLESS) await pauseFor(clock, FLOOR_DELAY, signal);
    }
  }

  // Silence is no failure by itself: a server holds a poll for which there is nothing. But where something newer waits, or
  // the server would have answered by now in any case, the answer is lost.
  async #answer(backfill: Backfill, signal: AbortSignal): Promise<LoopAnswer | undefined> {
    const { mostSilence } = backfill;
    for (;;) {
      let wasHolding = false;
      let patience = 0;
      const poll = () => {
        wasHolding = backfill.isHolding;
        backfill.onPoll?.();
        patience = patienceFor(backfill, {
          roundTrip: this.#host.roundTrip,
          pollTimeout: this.#host.settings.pollTimeout,
          isWanted: this.#turns.isWanted,
        });
        return this.#poll(backfill, patience, signal);
      };
      // Who is polled for makes way for who waits, above all where something newer waits as well.
      backfill.onHeld = () => this.#hurry?.();
      this.#hurry?.();
      const answer = await this.#turns.run(signal, poll, () => backfill.isHolding);
      if (answer) {
        backfill.silence = 0;
        return answer;
      }
      backfill.silence++;
      if (mostSilence !== undefined && backfill.silence >= mostSilence) return undefined;
      const isLost = patience >= LONGEST_HOLD;
      if (isLost) backfill.attempts = MOST_ATTEMPTS;
      if (isLost || (wasHolding && mostSilence === undefined))
        throw pollError('PN-2002', `no answer within ${patience} ms`);
    }
  }

  async #poll(backfill: Backfill, patience: number, signal: AbortSignal): Promise<LoopAnswer | undefined> {
    const onHurry = (hurry: () => void) => {
      this.#hurry = hurry;
    };
    const waiting = { signal, patience, shortest: shortestPatience(this.#host.roundTrip), onHurry };
    try {
      backfill.asked = backfill.names;
      return await this.#host.poll(backfill.asked, backfill.place, waiting);
    } finally {
      this.#hurry = undefined;
    }
  }
}

/** The error of a poll that did not bring a backfill any further. */
export function pollError(code: 'PN-2002' | 'PN-4001', why: string): PubNubError {
  const operation = PNOperationType.PNSubscribeOperation;
  return new PubNubError(code, `${operation} failed: ${why}.`, { operation });
}
