import type { PNOperationType } from '../protocol/status.ts';
import { VERSION } from '../version.ts';
import { type Asking, Authorizer, type Waiting } from './access/authorizer.ts';
import type { Settings } from './config/options.ts';
import { decryptJson, encryptJson } from './crypto/messages.ts';
import type { Endpoint, Values } from './endpoint.ts';
import { type GetFileUrlParams, getFileUrl } from './endpoints/files/get-file-url.ts';
import { errorFromFailure } from './errors/from-failure.ts';
import { errorFromResponse, failureStatus } from './errors/from-response.ts';
import { type Delivery, PubNubError } from './errors/pubnub-error.ts';
import type { Given } from './given.ts';
import { jsonOrText } from './json.ts';
import { encodeSegment } from './path.ts';
import { planRequest, type RequestPlan } from './plan.ts';
import { retryAfterIn } from './runtime/backoff.ts';
import { Cancellation, type Limits } from './runtime/cancellation.ts';
import { randomId } from './runtime/random-id.ts';
import { redact } from './runtime/secrets.ts';
import { type RetryClass, retryCall } from './transport/retry.ts';
import type { TransportRequest, TransportResponse } from './transport/transport.ts';
import { validate } from './validate.ts';

/** Options of `execute()` and `envelope()`. */
export interface CallOptions {
  /** Ends the call with `PN-2003`. */
  readonly signal?: AbortSignal;
  /** Milliseconds for each attempt, above 0; `Infinity` for no limit. @default the client's `transactionalRequestTimeout` */
  readonly timeout?: number;
}

/** Options of `Executor.call`. */
export interface InnerOptions extends CallOptions {
  /** Called with the answer that the result was read from. */
  readonly onAnswer?: (answer: TransportResponse) => void;
}

/** Sends the requests of one client: plans them, keeps their time, repeats what may be repeated, reads the answers. */
export class Executor {
  readonly settings: Settings;
  /** Knows the token, and its provider: `onRenewed` tells of another one, and `askAgain()` asks for it. */
  readonly authorizer: Authorizer;
  readonly #identity: string;
  readonly #cancellation: Cancellation;
  #closed = false;

  constructor(settings: Settings) {
    this.settings = settings;
    this.#cancellation = new Cancellation(settings.clock);
    this.authorizer = new Authorizer(settings, this.#cancellation);
    this.#identity = `uuid=${encodeSegment(settings.userId)}&pnsdk=${encodeSegment(`Timetoken/${VERSION}`)}`;
  }

  /** Replaces the token: requests that start from now on carry it. */
  setToken(token: string): void {
    this.authorizer.setToken(token);
  }

  /** Ends every call that runs; later ones are refused. */
  close(): void {
    this.#closed = true;
    this.#cancellation.cancelAll(new PubNubError('PN-2004', 'The client was closed while the call ran.'));
  }

  /** The query that tells who is asking. */
  get identity(): string {
    const { useRequestId, random } = this.settings;
    return useRequestId ? `${this.#identity}&requestid=${randomId(random)}` : this.#identity;
  }

  /** The request with what proves who asks; rejects where a token is needed and cannot be had. */
  authorize(plan: RequestPlan, asking: Asking): RequestPlan | Promise<RequestPlan> {
    return this.authorizer.authorize(plan, asking);
  }

  /** Sends a request with what proves who asks; a second time where its token is refused and there is another. */
  exchange(
    plan: RequestPlan,
    asking: Waiting,
    send: (request: RequestPlan) => Promise<TransportResponse>,
  ): Promise<TransportResponse> {
    return this.authorizer.exchange(plan, asking, send);
  }

  /** Takes keys and tokens out of a text that came from elsewhere. */
  redact(text: string): string {
    const { subscribeKey, publishKey } = this.settings;
    return redact(text, [...this.authorizer.secrets, publishKey, subscribeKey]);
  }

  /** Runs one call of an endpoint; rejects with a `PubNubError`. */
  async call<P, R>(endpoint: Endpoint<P, R>, given: Given, options: InnerOptions = {}): Promise<R> {
    const plan = await this.plan(endpoint, given);
    const { operation, retry: rule, retries } = endpoint;
    if (options.signal?.aborted) throw aborted(operation, 'not-sent', options.signal.reason);
    const retry = typeof rule === 'function' ? rule(given as Values<P>) : rule;
    const attempt = () => this.#attempt(endpoint, { plan, given }, options);
    return this.repeat({ operation, retry, retries }, attempt, options.signal);
  }

  /** Makes an attempt, and further ones after a failure where their class allows it. */
  async repeat<R>(of: RetryClass, attempt: () => Promise<R>, signal?: AbortSignal): Promise<R> {
    try {
      return await attempt();
    } catch (error) {
      const { operation, retry } = of;
      const { logger, random } = this.settings;
      const first = PubNubError.is(error) ? error : errorFromFailure(operation, error);
      return await retryCall(of, { first, attempt, random }, (delay, count) => {
        logger?.warn?.('retrying', { operation, attempt: count, delay, error: first.code });
        // What may be repeated only when it was not sent has, so far, not been sent.
        const delivery = retry === 'not-sent' ? 'not-sent' : 'unknown';
        return this.#cancellation.sleep(delay, limitsOf(operation, { signal, delivery }));
      });
    }
  }

  /** Runs work that the limits end, and the end of the client. */
  within<T>(limits: Limits, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return this.#cancellation.run(limits, work);
  }

  /** The request that a call would send, but for what proves who asks. */
  async plan<P, R>(endpoint: Endpoint<P, R>, given: Given): Promise<RequestPlan> {
    const { operation } = endpoint;
    if (this.#closed) {
      const details = { operation, delivery: 'not-sent' } as const;
      throw new PubNubError('PN-2004', `${operation}: the client is closed.`, details);
    }
    validate(endpoint, given, this.settings);
    const { settings } = this;
    // What validation let through is what the endpoint declares.
    const values = given as Values<P>;
    const { payload } = endpoint;
    const crypto = payload?.encrypted && settings.crypto;
    return planRequest(endpoint, values, {
      keys: settings,
      baseUrl: settings.baseUrl,
      identity: this.identity,
      payload: crypto ? await encryptJson(crypto, payload.of(values)) : undefined,
    });
  }

  /** The address of a file as far as it can be told at once: with the token that there is, and without a signature. */
  fileUrl(file: Values<GetFileUrlParams>): string {
    const { settings, identity } = this;
    const { baseUrl } = settings;
    const plan = planRequest(getFileUrl, file, { keys: settings, baseUrl, identity });
    return this.authorizer.withToken(plan).url;
  }

  /** Sends a request as it is, within the limits; the answer may be of any status. */
  send(
    operation: PNOperationType,
    plan: Omit<TransportRequest, 'signal'>,
    limits: Limits,
  ): Promise<TransportResponse> {
    return this.#cancellation
      .run(limits, async (signal) => this.settings.transport({ ...plan, signal }))
      .catch((error: unknown) => {
        throw errorFromFailure(operation, error);
      });
  }

  /** The error of an answer that is none of success, without what must not be told. */
  refusal(operation: PNOperationType, { headers, body }: TransportResponse, status: number): PubNubError {
    const retryAfter = retryAfterIn(headers, this.settings.clock.now());
    return errorFromResponse(operation, { status, body: jsonOrText(this.redact(body)), retryAfter });
  }

  async #attempt<P, R>(
    endpoint: Endpoint<P, R>,
    { plan, given }: { readonly plan: RequestPlan; readonly given: Given },
    options: InnerOptions,
  ): Promise<R> {
    const { operation } = endpoint;
    const { timeout = this.settings.requestTimeout, signal } = options;
    const limits = () => limitsOf(operation, { timeout, signal, delivery: 'not-sent' });
    const response = await this.exchange(plan, { operation, auth: endpoint.auth, limits }, (request) =>
      this.send(operation, request, limitsOf(operation, { timeout, signal })),
    );
    this.settings.logger?.debug?.('answered', { operation, status: response.status });
    const result = await this.#read(endpoint, given, response);
    options.onAnswer?.(response);
    return result;
  }

  async #read<P, R>(endpoint: Endpoint<P, R>, given: Given, response: TransportResponse): Promise<R> {
    const { operation, parse, decrypt } = endpoint;
    const { status, body: text } = response;
    if (status < 200 || status >= 300) throw this.refusal(operation, response, status);
    try {
      const body: unknown = JSON.parse(text);
      const failure = failureStatus(body);
      if (failure !== undefined) throw this.refusal(operation, response, failure);
      const result = parse({ body, text, status }, given as Values<P>);
      const { crypto } = this.settings;
      return crypto && decrypt ? await decrypt(result, (message) => decryptJson(crypto, message)) : result;
    } catch (cause) {
      if (PubNubError.is(cause)) throw cause;
      throw malformed(operation, { status, cause });
    }
  }
}

/** What ends a call early. */
interface CallLimits {
  readonly timeout?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** How far the request has got when it ends. @default 'unknown' */
  readonly delivery?: Delivery;
}

/** The limits of a call: its deadline, the caller's signal and the client's end, with the errors they end in. */
export function limitsOf(
  operation: PNOperationType,
  { timeout, signal, delivery = 'unknown' }: CallLimits,
): Limits {
  const details = { operation, delivery };
  return {
    timeout,
    signal,
    onTimeout: () =>
      new PubNubError('PN-2002', `${operation} failed: no answer within ${timeout} ms.`, details),
    onAbort: (cause) => aborted(operation, delivery, cause),
    onClose: () =>
      new PubNubError('PN-2004', `${operation}: the client was closed while the call ran.`, details),
  };
}

/** The error of a call that its caller ended. */
export function aborted(operation: PNOperationType, delivery: Delivery, cause: unknown): PubNubError {
  const details = { operation, delivery, cause };
  return new PubNubError('PN-2003', `${operation} was aborted by the caller.`, details);
}

/** The error of an answer that is none of the protocol's. */
export function malformed(
  operation: PNOperationType,
  { status, cause }: { readonly status: number; readonly cause: unknown },
): PubNubError {
  const isJson = !(cause instanceof SyntaxError);
  const why = !isJson ? 'it is not JSON' : cause instanceof Error ? cause.message : String(cause);
  return new PubNubError('PN-4001', `${operation} failed: the answer is not one of the protocol's: ${why}.`, {
    operation,
    statusCode: status,
    delivery: 'unknown',
    // The text of a SyntaxError repeats part of the answer, which nobody has looked through for secrets.
    cause: isJson ? cause : undefined,
  });
}
