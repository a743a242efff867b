import type { Settings } from '../config/options.ts';
import { presentable } from '../errors/from-failure.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import type { Cancellation } from '../runtime/cancellation.ts';
import { Pause } from './pause.ts';
import { readToken } from './token.ts';
import type { TokenProvider, TokenReason } from './token-provider.ts';

/** A token is renewed when less than this is left of it, in milliseconds, or a tenth of its life if that is less. */
const EARLY = 60_000;

/** How long the provider is left alone, at the most, in milliseconds: after it failed, and after it did not help. */
const LONGEST_AFTER_FAILURE = 10_000;
const LONGEST_AFTER_REFUSAL = 60_000;

type Surroundings = Pick<Settings, 'clock' | 'random' | 'userId' | 'requestTimeout' | 'logger'>;

/** Why there is no token. */
export class NoToken extends Error {}

/** Holds the token that a provider gives, and asks for another in time: once, however many wait for it. */
export class TokenKeeper {
  readonly #provider: TokenProvider;
  readonly #around: Surroundings;
  readonly #cancellation: Cancellation;
  readonly #failures: Pause;
  readonly #refusals: Pause;
  #token: string | undefined;
  #expires = Number.POSITIVE_INFINITY;
  #early = Number.POSITIVE_INFINITY;
  #flight: { readonly token: Promise<string>; readonly replaced: AbortController } | undefined;
  #failure: NoToken | undefined;

  constructor(provider: TokenProvider, around: Surroundings, cancellation: Cancellation) {
    this.#provider = provider;
    this.#around = around;
    this.#cancellation = cancellation;
    this.#failures = new Pause(LONGEST_AFTER_FAILURE, around.random);
    this.#refusals = new Pause(LONGEST_AFTER_REFUSAL, around.random);
  }

  /** Replaces the token; who waits for the provider gets this one. */
  set(token: string): void {
    this.#keep(token);
    this.#failures.end();
    this.#refusals.end();
    this.#flight?.replaced.abort();
    this.#flight = undefined;
  }

  /** The token to send: at once as long as there is one that holds. Rejects with `NoToken`. */
  token(): string | Promise<string> {
    const now = this.#around.clock.now();
    if (this.#token === undefined) return this.#renewed('first', now);
    if (now >= this.#expires) return this.#renewed('expiring', now);
    // What runs now goes with the token that there is: a slow provider holds nobody up before it has to.
    if (now >= this.#early) this.#renewed('expiring', now).catch(() => undefined);
    return this.#token;
  }

  /**
   * Another token than the one that was refused; nothing where none is to be had: the provider gave the same again, or
   * has just been asked in vain. Rejects with `NoToken`.
   */
  async another(refused: string): Promise<string | undefined> {
    if (this.#token !== refused) return this.token();
    const now = this.#around.clock.now();
    const joins = this.#flight !== undefined;
    if (!joins && this.#refusals.holds(now)) return undefined;
    const token = await this.#renewed('refused', now);
    if (!joins) this.#refusals.begin(this.#around.clock.now());
    return token === refused ? undefined : token;
  }

  /** A token that was had for a refused one was accepted. */
  helped(): void {
    this.#refusals.end();
  }

  #renewed(reason: TokenReason, now: number): Promise<string> {
    if (this.#flight) return this.#flight.token;
    if (this.#failure && this.#failures.holds(now)) return Promise.reject(this.#failure);
    const replaced = new AbortController();
    const token = this.#ask(reason, replaced.signal).finally(() => {
      if (this.#flight?.replaced === replaced) this.#flight = undefined;
    });
    this.#flight = { token, replaced };
    return token;
  }

  async #ask(reason: TokenReason, replaced: AbortSignal): Promise<string> {
    const { clock, userId, requestTimeout: timeout, logger } = this.#around;
    const limits = {
      timeout,
      onTimeout: () => new PubNubError('PN-2002', `No token came within ${timeout} ms.`),
      signal: replaced,
      onAbort: () => new PubNubError('PN-2003', 'The token was replaced.'),
    };
    try {
      const token: unknown = await this.#cancellation.run(limits, async (signal) =>
        this.#provider(Object.freeze({ reason, userId, signal })),
      );
      if (typeof token !== 'string' || token === '') throw new TypeError('It gave no token.');
      this.#keep(token);
      this.#failures.end();
      return token;
    } catch (thrown) {
      if (replaced.aborted && this.#token !== undefined) return this.#token;
      this.#failures.begin(clock.now());
      logger?.warn?.('the token provider failed', { reason });
      this.#failure = new NoToken(undefined, { cause: presentable(thrown) });
      throw this.#failure;
    }
  }

  #keep(token: string): void {
    const parsed = readToken(token);
    const now = this.#around.clock.now();
    this.#token = token;
    this.#expires = this.#early = Number.POSITIVE_INFINITY;
    if (!parsed) return;
    const life = parsed.ttl * 60_000;
    // Counted from now, so that a clock that is behind the server's does not matter.
    const left = life - Math.max(0, now - parsed.timestamp * 1_000);
    const margin = Math.min(EARLY, life / 10);
    // One that seems to be old when it comes is not asked for again and again: the clock may be wrong, not the token.
    if (left <= margin) return;
    this.#expires = now + left;
    this.#early = now + left - margin;
  }
}
