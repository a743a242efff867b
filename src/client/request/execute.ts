import type { PNOperationType } from '../../protocol/status.ts';
import { Authorizer } from '../auth/authorizer.ts';
import type { Given } from '../builder/given.ts';
import { type Validated, validate } from '../builder/validate.ts';
import type { Codec } from '../config/crypto-module.ts';
import type { Settings } from '../config/options.ts';
import type { Exchange, Values } from '../endpoint.ts';
import { aborted, checkAnswer, closed, limitsOf, malformed, unbuilt } from '../errors/from-call.ts';
import { lostAt, type Otherwise } from '../errors/from-failure.ts';
import {
  errorFromResponse,
  failureStatus,
  namesAsked,
  type Refusing,
  readErrorBody,
} from '../errors/from-response.ts';
import type { Reminder } from '../errors/hints.ts';
import { isOwnError, PubNubError, withDetails } from '../errors/pubnub-error.ts';
import { Redactor } from '../errors/redactor.ts';
import { retryAfterIn } from '../runtime/backoff.ts';
import { safeLogger } from '../runtime/logger.ts';
import { remembered } from '../runtime/secrets.ts';
import { at, isText } from '../wire/read.ts';
import type { InnerOptions } from './call-options.ts';
import { CallTime, CRYPTO_MODULE, PROVIDER } from './call-time.ts';
import { Cancellation, type Limits } from './cancellation.ts';
import { identityOf } from './identity.ts';
import { attemptsOf, ownIds } from './once.ts';
import { addressOf } from './path.ts';
import { planRequest, type RequestPlan } from './plan.ts';
import { type RetryClass, retryCall } from './retry.ts';
import type { TransportRequest, TransportResponse } from './transport.ts';

/** Sends the requests of one client: builds them, keeps their deadlines, retries them, reads the answers. */
export class Executor {
  readonly settings: Settings;
  /** Adds credentials to requests. */
  readonly authorizer: Authorizer;
  /** Keeps the time of calls. */
  readonly time: CallTime;
  /** Logs likely mistakes. */
  readonly reminder: Reminder | undefined;
  /** Takes secrets out of what leaves the client. */
  readonly redactor: Redactor;
  /** Encrypts and decrypts messages, in a client with a crypto module. */
  readonly codec: Codec | undefined;
  readonly #identity: () => string;
  readonly #cancellation: Cancellation;
  /** Secrets of single calls: cipher keys, and tokens that are to be revoked. */
  #given: readonly string[] = [];
  #closed = false;
  readonly #ownId: () => string | undefined;

  constructor(given: Settings) {
    const { subscribeKey, publishKey, secretKey, cipherKey, crypto, encryption, logger, hints } = given;
    const keys = [subscribeKey, publishKey, secretKey, cipherKey];
    this.redactor = new Redactor(() => [...keys, ...this.authorizer.tokens, ...this.#given]);
    this.settings = Object.freeze({ ...given, logger: logger && safeLogger(logger, this.redactor) });
    this.#identity = identityOf(given);
    this.#ownId = ownIds(given);
    this.codec = crypto && encryption?.codecOf(crypto, (thrown) => this.redactor.value(thrown));
    this.time = new CallTime(given.clock);
    this.reminder = this.settings.logger && hints?.reminder(this.settings.logger);
    this.#cancellation = new Cancellation(given.clock);
    this.authorizer = new Authorizer(this.settings, this.#cancellation);
  }

  /** Ends every call that runs; later ones are refused. */
  close(): void {
    this.#closed = true;
    this.#cancellation.cancelAll(new PubNubError('PN-2004', 'The client was closed while the call ran.'));
  }

  /** The query that identifies the client, and the request. */
  get identity(): string {
    return this.#identity();
  }

  /** Takes a secret of a single call out of later errors and log lines. */
  hide(secret: unknown): void {
    if (typeof secret === 'string') this.#given = remembered(this.#given, secret);
  }

  /**
   * The error that a call fails with, without secrets; every failure passes here. A foreign error was thrown while a request
   * was built, unless `otherwise` makes another error of it.
   */
  failure(operation: PNOperationType, thrown: unknown, otherwise: Otherwise = unbuilt): PubNubError {
    const clean = this.redactor.value(thrown);
    return isOwnError(clean) ? clean : otherwise(operation, clean);
  }

  /** Runs one call of an endpoint; rejects with a `PubNubError`. */
  async call<P, R>(endpoint: Exchange<P, R>, values: Values<P>, given: InnerOptions = {}): Promise<R> {
    const { operation, retry: rule } = endpoint;
    const options = this.time.begin(given);
    const publishId = endpoint.once && at(values, 'id');
    try {
      const plan = await this.plan(endpoint, values, options);
      if (options.signal?.aborted) throw aborted(operation, 'not-sent', options.signal.reason);
      const retry = typeof rule === 'function' ? rule(values) : rule;
      const of = { operation, retry };
      const send = (limited: InnerOptions) => this.#attempt(endpoint, { plan, values }, limited);
      const attempt = publishId ? attemptsOf(this, of, { values, options, send }) : () => send(options);
      return await this.repeat(of, attempt, options);
    } catch (thrown) {
      throw withDetails(this.failure(operation, thrown), isText(publishId) && { publishId });
    }
  }

  /**
   * Makes an attempt, and further ones after a failure if their class allows it. A pause that the call has no time for ends
   * it with the last failure, which tells more than a timeout.
   */
  repeat<R>(of: RetryClass, attempt: () => Promise<R>, options: InnerOptions): Promise<R> {
    const { operation, retry } = of;
    const { logger, random, retries: most } = this.settings;
    const { signal, retries = most } = options;
    // What may be repeated only when it was not sent has, so far, not been sent.
    const delivery = retry === 'not-sent' ? retry : 'unknown';
    const limits = limitsOf(operation, { signal, delivery });
    return retryCall(of, {
      random,
      retries,
      attempt: () =>
        attempt().catch((thrown: unknown) => {
          throw this.failure(operation, thrown);
        }),
      pause: async (delay, { error, count }) => {
        if (delay >= this.time.left(options)) throw error;
        logger?.warn?.('retrying', { operation, attempt: count, delay, error: error.code });
        return this.#cancellation.sleep(delay, limits).catch((thrown: unknown) => {
          throw isOwnError(thrown) ? thrown : error;
        });
      },
    });
  }

  /** Runs work until it is done, or ended by its limits or the end of the client. */
  within<T>(limits: Limits, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#cancellation.run(limits, work);
  }

  /** The checked values of a builder. Throws a `PubNubError` if they cannot be sent. */
  check<P>(endpoint: Validated<P>, given: Given): Values<P> {
    for (const name of ['cipherKey', 'token']) this.hide(given[name]);
    const values = validate(endpoint, given, this.settings);
    return endpoint.complete?.(values, this.#ownId) ?? values;
  }

  /** The request of a call, without credentials. */
  async plan<P, R>(
    endpoint: Exchange<P, R>,
    values: Values<P>,
    options: InnerOptions = {},
  ): Promise<RequestPlan> {
    const { operation, payload } = endpoint;
    const { settings, identity } = this;
    if (this.#closed) throw closed(operation);
    try {
      if (payload) this.reminder?.sent(operation, payload.of(values));
      const codec = payload?.encrypted && this.codec;
      const limits = () =>
        this.time.limits(operation, options, { delivery: 'not-sent', from: CRYPTO_MODULE });
      return planRequest(endpoint, values, {
        keys: settings,
        baseUrl: settings.baseUrl,
        identity,
        payload: codec && (await this.within(limits(), () => codec.encrypt(payload.of(values)))),
      });
    } catch (thrown) {
      // A program's own `toJSON()` or getter may throw anything.
      const code = payload && !(thrown instanceof URIError) ? 'PN-1004' : 'PN-1002';
      throw this.failure(operation, thrown, (_, clean) => unbuilt(operation, clean, code));
    }
  }

  /** Sends a request as it is, within the limits; the answer may have any status. */
  async send(
    operation: PNOperationType,
    plan: Omit<TransportRequest, 'signal'>,
    limits: Limits,
  ): Promise<TransportResponse> {
    let otherwise: Otherwise = unbuilt;
    try {
      return await this.#cancellation.run(limits, async (signal) => {
        otherwise = lostAt(plan.url, this.settings.hints);
        return checkAnswer(operation, await this.settings.transport({ ...plan, signal }));
      });
    } catch (thrown) {
      throw this.failure(operation, thrown, otherwise);
    }
  }

  /** The error of an answer that is not a success, without secrets. */
  refusal(
    operation: PNOperationType,
    { headers, body }: TransportResponse,
    { url = this.authorizer.baseUrl, ...more }: Refusing,
  ): PubNubError {
    const raw = readErrorBody(body);
    const retryAfter = retryAfterIn(headers, this.settings.clock.now());
    const told = { raw, body: this.redactor.value(raw), headers, from: addressOf(url) };
    return errorFromResponse(operation, { ...more, ...told, retryAfter });
  }

  async #attempt<P, R>(
    endpoint: Exchange<P, R>,
    { plan, values }: { readonly plan: RequestPlan; readonly values: Values<P> },
    options: InnerOptions,
  ): Promise<R> {
    const { operation, auth, decrypt } = endpoint;
    const { requestTimeout: most } = this.settings;
    const limitsOf = (more: object) => this.time.limits(operation, options, { most, ...more });
    const limits = () => limitsOf({ delivery: 'not-sent', from: PROVIDER });
    const response = await this.authorizer.sendAuthorized(plan, { operation, auth, limits }, (request) =>
      this.send(operation, request, limitsOf({ from: this.authorizer.baseUrl })),
    );
    this.settings.logger?.debug?.('answered', { operation, status: response.status });
    const result = this.read(endpoint, values, response);
    options.onAnswer?.(response);
    const { codec } = this;
    if (!codec || !decrypt) return result;
    const reading = this.time.limits(operation, options, { from: CRYPTO_MODULE });
    return this.within(reading, () => decrypt(result, codec.decrypt));
  }

  /** The result in an answer. Throws the error of an answer that is not a success. */
  read<P, R>(endpoint: Exchange<P, R>, values: Values<P>, response: TransportResponse): R {
    const { operation, parse } = endpoint;
    const { status, body: text } = response;
    if (status < 200 || status >= 300)
      throw this.refusal(operation, response, { status, asked: namesAsked(values) });
    try {
      const body: unknown = JSON.parse(text);
      const failure = failureStatus(body);
      if (failure !== undefined) throw this.refusal(operation, response, { status: failure });
      return parse({ body, text, status }, values);
    } catch (cause) {
      if (PubNubError.is(cause)) throw cause;
      throw malformed(operation, { status, cause, from: this.authorizer.baseUrl });
    }
  }
}
