import type { Retry } from '../../endpoint.ts';
import { type PubNubError, withDetails } from '../../errors/pubnub-error.ts';
import type { InnerOptions } from '../../request/call-options.ts';
import type { Executor } from '../../request/execute.ts';
import { attemptsOf } from '../../request/once.ts';
import { type BackoffPolicy, backoff } from '../../runtime/backoff.ts';
import { chance } from '../../runtime/random.ts';
import { endedByBoth, pauseFor } from '../../runtime/signals.ts';
import { watchSurroundings } from '../../runtime/surroundings.ts';
import type { PublishResult } from '../message.ts';
import { attempting, type QueuedValues } from './endpoint.ts';
import type { Entry } from './entry.ts';
import { forgottenError, unansweredError } from './errors.ts';
import type { Pace } from './pace.ts';

/** The longest pause between two attempts that the server has not asked for, in milliseconds. */
const LONGEST_PAUSE = 30_000;
/** How often a client that renews its token asks for what it was denied. */
const MOST_DENIALS = 5;

const { operation } = attempting;

/** Whoever looks up what became of a message is asked again if that fails. */
const ASKED_AGAIN = Object.freeze({ isAskedAgain: true });

/** The parts of a queue that sending needs. */
export interface Sending {
  readonly executor: Executor;
  readonly channel: string;
  readonly pace: Pace;
  /** Called before the first attempt of a message. */
  readonly onFirst: (entry: Entry) => Promise<void> | undefined;
}

/** Sends a message, again and again, until the server has it or will never take it. */
export class Sender {
  readonly #needs: Sending;
  readonly #policy: BackoffPolicy;

  constructor(needs: Sending) {
    const { reconnection } = needs.executor.settings;
    const { minimumDelay, maximumDelay } = reconnection;
    this.#needs = needs;
    this.#policy = {
      ...reconnection,
      maximumDelay: Math.max(minimumDelay, Math.min(maximumDelay, LONGEST_PAUSE)),
    };
  }

  /** Resolves when the server has the message. Rejects with what ends it for good, or when the signal is aborted. */
  async send(entry: Entry, signal: AbortSignal): Promise<PublishResult> {
    const { executor, pace } = this.#needs;
    const values = this.#valuesOf(entry);
    const of: { retry: Retry } = { retry: 'safe' };
    const attempt = attemptsOf(executor, of, {
      values,
      options: { signal, ...ASKED_AGAIN },
      send: (limited) => this.#attempt(entry, values, limited),
      tried: entry.since && { since: entry.since, failure: unansweredError() },
    });
    for (let count = 1, denials = 0; ; count++) {
      await pace.turn(signal);
      try {
        return await attempt();
      } catch (thrown) {
        const error = this.#failureOf(entry, of, thrown);
        if (error.code === 'PN-3002') denials++;
        if (signal.aborted || of.retry === 'not-sent' || !this.#mayPass(error, denials)) throw error;
        await this.#rest(error, count, signal);
      }
    }
  }

  #failureOf({ id: publishId }: Entry, { retry }: { readonly retry: Retry }, thrown: unknown): PubNubError {
    // An attempt is not repeated past the time of its id, unless history tells that it was lost.
    const isForgotten = retry === 'not-sent';
    const error = isForgotten ? forgottenError() : this.#needs.executor.failure(operation, thrown);
    return withDetails(error, { publishId });
  }

  #valuesOf({ id, text, meta }: Entry): QueuedValues {
    // Texts of checked values, whether they were made here or in an earlier process.
    return { channel: this.#needs.channel, id, message: JSON.parse(text), meta: JSON.parse(meta) };
  }

  async #attempt(entry: Entry, values: QueuedValues, options: InnerOptions): Promise<PublishResult> {
    await this.#needs.onFirst(entry);
    return this.#needs.executor.call(attempting, values, { ...options, retries: 0 });
  }

  // A token that was refused may have been renewed in vain just before.
  #mayPass({ retryable, code }: PubNubError, denials: number): boolean {
    const { tokenProvider } = this.#needs.executor.settings;
    return retryable || (code === 'PN-3002' && tokenProvider !== undefined && denials < MOST_DENIALS);
  }

  async #rest({ code, retryAfter }: PubNubError, attempt: number, signal: AbortSignal): Promise<void> {
    const { settings } = this.#needs.executor;
    const { clock, logger } = settings;
    const delay = backoff(this.#policy, { attempt, random: chance(settings.random), retryAfter });
    logger?.warn?.('retrying', { operation, attempt, delay, error: code });
    if (retryAfter !== undefined) this.#needs.pace.hold(delay);
    const back = new AbortController();
    const stop = watchSurroundings(settings, (news) => {
      if (news.type === 'woke' || news.online) back.abort();
    });
    // A network that comes and goes must not lead to attempts without a pause.
    const least = Math.min(delay, this.#policy.minimumDelay);
    try {
      await pauseFor(clock, least, signal);
      await endedByBoth(signal, back.signal, (both) => pauseFor(clock, delay - least, both));
    } catch (reason) {
      if (signal.aborted) throw reason;
    } finally {
      stop();
    }
  }
}
