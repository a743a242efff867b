import type { ClientAccess, KeeperNeeds, TokenProvider, TokenReason } from '../../auth/token-provider.ts';
import { checkText } from '../../builder/params.ts';
import { parseOrigin } from '../../config/checks.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import type { Cancellation } from '../../request/cancellation.ts';
import { isText } from '../../wire/read.ts';
import { Pause } from './pause.ts';
import { readToken } from './token.ts';

/** A token is renewed when less than this is left of it, in milliseconds, or a tenth of its life if that is less. */
const EARLY = 60_000;

/** How long the provider is left alone, at the most, in milliseconds: after it failed, and after it did not help. */
const LONGEST_AFTER_FAILURE = 10_000;
const LONGEST_AFTER_REFUSAL = 60_000;

/** Why there is no token. */
export class NoToken extends Error {}

/** Holds the token that a provider gives, and asks for another in time: once, however many wait for it. */
export class TokenKeeper {
  readonly #provider: TokenProvider;
  readonly #around: KeeperNeeds['settings'];
  readonly #cancellation: Cancellation;
  readonly #onRenewed: () => void;
  readonly #failures: Pause;
  readonly #refusals: Pause;
  readonly #losses: Pause;
  #origin: string | undefined;
  #isLost = false;
  #token: string | undefined;
  #expires = Number.POSITIVE_INFINITY;
  #early = Number.POSITIVE_INFINITY;
  #flight: { readonly token: Promise<string>; readonly replaced: AbortController } | undefined;
  #failure: NoToken | undefined;

  /**
   * `onRenewed` is called, never before the work under way has returned, each time when the provider has given another
   * token than the one before, whatever it was asked for.
   */
  constructor({ provider, settings, cancellation }: KeeperNeeds, onRenewed: () => void) {
    this.#provider = provider;
    this.#around = settings;
    this.#cancellation = cancellation;
    this.#onRenewed = onRenewed;
    this.#failures = new Pause(LONGEST_AFTER_FAILURE, settings);
    this.#refusals = new Pause(LONGEST_AFTER_REFUSAL, settings);
    this.#losses = new Pause(LONGEST_AFTER_REFUSAL, settings);
  }

  /** Scheme, host and port that came with a token. */
  get origin(): string | undefined {
    return this.#origin;
  }

  /** The origin did not answer: if it came with the token, the provider is asked before the next request. */
  lost(): void {
    if (this.#origin === undefined || this.#losses.holds) return;
    this.#losses.begin();
    this.#isLost = true;
  }

  /** The origin has answered. */
  reached(): void {
    this.#losses.end();
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
    // The time of a token is the wall clock's, which goes on while the machine sleeps.
    const now = this.#around.clock.now();
    if (this.#token === undefined) return this.#renewed('first');
    if (now >= this.#expires) return this.#renewed('expiring');
    // What runs now goes with the token that there is: a slow provider holds nobody up before it has to.
    const token = this.#token;
    // If the provider cannot be reached either, the origin may be back before it is.
    if (this.#isLost) return this.#renewed('unreachable').catch(() => token);
    if (now >= this.#early) this.#renewed('expiring').catch(() => undefined);
    return token;
  }

  /**
   * Another token than the one that was refused; nothing where none is to be had: the provider gave the same again, or
   * has just been asked in vain. Rejects with `NoToken`.
   */
  async another(refused: string): Promise<string | undefined> {
    if (this.#token !== refused) return this.token();
    const joins = this.#flight !== undefined;
    if (!joins && this.#refusals.holds) return undefined;
    const token = await this.#renewed('refused');
    if (!joins) this.#refusals.begin();
    return token === refused ? undefined : token;
  }

  /**
   * Asks for another token, though no request brings it up: for what was refused earlier and is not asked of the server
   * meanwhile. No more often than refused requests would. `onRenewed` tells of success.
   */
  askAgain(): void {
    if (this.#token !== undefined) this.another(this.#token).catch(() => undefined);
  }

  /** A token that was had for a refused one was accepted. */
  helped(): void {
    this.#refusals.end();
  }

  #renewed(reason: TokenReason): Promise<string> {
    if (this.#flight) return this.#flight.token;
    if (this.#failure && this.#failures.holds) return Promise.reject(this.#failure);
    this.#isLost = false;
    const replaced = new AbortController();
    const token = this.#ask(reason, replaced.signal).finally(() => {
      if (this.#flight?.replaced === replaced) this.#flight = undefined;
    });
    this.#flight = { token, replaced };
    return token;
  }

  async #ask(reason: TokenReason, replaced: AbortSignal): Promise<string> {
    const { userId, requestTimeout: timeout, logger } = this.#around;
    const limits = {
      timeout,
      onTimeout: () => new PubNubError('PN-2002', `No token came within ${timeout} ms.`),
      signal: replaced,
      onAbort: () => new PubNubError('PN-2003', 'The token was replaced.'),
    };
    try {
      const given: unknown = await this.#cancellation.run(limits, async (signal) =>
        this.#provider(Object.freeze({ reason, userId, signal })),
      );
      // What was set in the very turn in which the provider answered counts.
      replaced.throwIfAborted();
      const { token, origin } = accessIn(given, this.#around.baseUrl);
      this.#origin = origin ?? this.#origin;
      const former = this.#token;
      this.#keep(token);
      this.#failures.end();
      // In a turn of its own: a request may be on its way out here.
      if (token !== former) void Promise.resolve().then(this.#onRenewed);
      return token;
    } catch (thrown) {
      if (replaced.aborted && this.#token !== undefined) return this.#token;
      this.#failures.begin();
      logger?.warn?.('the token provider failed', { reason });
      this.#failure = new NoToken(undefined, { cause: thrown });
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

// What the provider gave: a token, or a token and where it is good.
function accessIn(given: unknown, baseUrl: string): ClientAccess {
  const { token, origin }: { readonly token?: unknown; readonly origin?: unknown } = isText(given)
    ? { token: given }
    : Object(given);
  if (!isText(token)) throw new TypeError('It gave no token.');
  const problem = checkText(token);
  if (problem !== undefined) throw new PubNubError('PN-1002', `The token ${problem}.`);
  if (origin === undefined) return { token };
  const base = parseOrigin(origin, baseUrl.startsWith('https:'));
  if (base === undefined)
    throw new PubNubError('PN-1002', 'The origin must be host, host:port or an http(s) URL without a path.');
  return { token, origin: base };
}
