import { PubNubError } from '../errors/pubnub-error.ts';
import { FLOOR_DELAY } from '../runtime/backoff.ts';
import { pauseFor } from '../runtime/signals.ts';
import { Turns } from '../runtime/turns.ts';
import type { Backfill } from './backfill.ts';
import type { SubscribeEngine } from './engine.ts';
import type { LoopAnswer } from './state.ts';
import { MOST_FRUITLESS } from './steps.ts';

/** Failures in a row before a backfill ends in a gap. */
export const MOST_ATTEMPTS = 5;
/** The bounds of the shortest patience, in milliseconds, and how many round trips it is between them. */
const SHORTEST = { least: 1_000, most: 5_000, roundTrips: 4 } as const;
/** Milliseconds after which a server answers a poll in any case. */
const LONGEST_HOLD = 285_000;

/** A poll under way. */
interface Running {
  readonly backfill: Backfill;
  /** Shortens its patience, if it is longer than the shortest. */
  readonly hurry: () => void;
}

/**
 * Reads the server's live queue for backfills, by polls of their own, one at a time. A server holds a poll for which there
 * is nothing, so a poll is given some patience, the more the longer its backfill has had no answer, and is then cancelled:
 * it makes way at once for one that has waited less, so that no backfill starves another one, and an answer that got lost
 * costs seconds.
 */
export class BackfillQueue {
  readonly #engine: SubscribeEngine;
  readonly #turns = new Turns(1);
  #running: Running | undefined;

  constructor(engine: SubscribeEngine) {
    this.#engine = engine;
  }

  /** Polls until everything up to the backfill's end has come. */
  async read(backfill: Backfill, signal: AbortSignal): Promise<void> {
    const { clock } = this.#engine.settings;
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

  // Silence alone is no failure: a server holds a poll for which there is nothing. But where something newer waits, or the
  // server would have answered by now in any case, the answer is lost.
  async #answer(backfill: Backfill, signal: AbortSignal): Promise<LoopAnswer | undefined> {
    const { mostSilence } = backfill;
    const { clock } = this.#engine.settings;
    for (;;) {
      let wasHolding = false;
      let sentAt = 0;
      const poll = () => {
        wasHolding = backfill.isHolding;
        sentAt = clock.monotonic();
        return this.#poll(backfill, signal);
      };
      backfill.onHeld = () => this.#running?.hurry();
      this.#makeWay(backfill);
      const answer = await this.#turns.run(signal, poll, () => (backfill.isHolding ? -1 : backfill.silence));
      if (answer) {
        backfill.silence = 0;
        return answer;
      }
      backfill.silence++;
      backfill.onSilence?.();
      if (mostSilence !== undefined && backfill.silence >= mostSilence) return undefined;
      const patience = clock.monotonic() - sentAt;
      const isLost = patience >= LONGEST_HOLD;
      if (isLost) backfill.attempts = MOST_ATTEMPTS;
      if (isLost || (wasHolding && mostSilence === undefined))
        throw pollError('PN-2002', `no answer within ${patience} ms`);
    }
  }

  // The poll under way makes way for a backfill behind which newer entries wait, or that has waited for less: as long as
  // both are silent, their slices grow alike.
  #makeWay({ isHolding, silence }: Backfill): void {
    const running = this.#running;
    if (running && (isHolding || silence < running.backfill.silence)) running.hurry();
  }

  // Resolves to `undefined` if there is no answer within the patience. Rejects if the signal is aborted.
  async #poll(backfill: Backfill, signal: AbortSignal): Promise<LoopAnswer | undefined> {
    signal.throwIfAborted();
    const { settings, poller } = this.#engine;
    const { clock } = settings;
    const shortest = this.#shortestPatience;
    const patience = this.#patienceFor(backfill, shortest);
    backfill.asked = backfill.names;
    const controller = new AbortController();
    const giveUp = () => controller.abort();
    signal.addEventListener('abort', giveUp, { once: true });
    let timer = clock.setTimeout(giveUp, patience);
    let isShort = patience <= shortest;
    const hurry = () => {
      if (isShort) return;
      isShort = true;
      clock.clearTimeout(timer);
      timer = clock.setTimeout(giveUp, shortest);
    };
    this.#running = { backfill, hurry };
    const request = { names: backfill.asked, cursor: backfill.place };
    const outcome = await poller.poll(request, controller);
    this.#running = undefined;
    clock.clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    if ('answer' in outcome) return outcome.answer;
    signal.throwIfAborted();
    const { error } = outcome;
    // The poll's own deadline is a patience like any other.
    const isSilence = error.code === 'PN-2002' && error.statusCode === undefined;
    if (isSilence || controller.signal.aborted) return undefined;
    throw error;
  }

  // In milliseconds. It grows with silence, unless something newer waits.
  #patienceFor({ isHolding, silence }: Backfill, shortest: number): number {
    if (isHolding) return shortest;
    const patience = shortest * 2 ** silence;
    const { pollTimeout } = this.#engine.settings;
    return patience > pollTimeout / 2 ? pollTimeout : patience;
  }

  // In milliseconds, with a poll that others wait for.
  get #shortestPatience(): number {
    const { least, most, roundTrips } = SHORTEST;
    return Math.min(Math.max(roundTrips * this.#engine.loop.state.roundTrip, least), most);
  }
}

/** The error of a poll that brought a backfill no further. */
export function pollError(code: 'PN-2002' | 'PN-4001', why: string): PubNubError {
  const operation = 'PNSubscribeOperation';
  return new PubNubError(code, `${operation} failed: ${why}.`, { operation });
}
