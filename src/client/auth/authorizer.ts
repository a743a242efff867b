import type { PNOperationType } from '../../protocol/status.ts';
import type { Settings } from '../config/options.ts';
import type { Cancellation, Limits } from '../request/cancellation.ts';
import { encodeSegment } from '../request/path.ts';
import type { RequestPlan } from '../request/plan.ts';
import type { TransportResponse } from '../request/transport.ts';
import { remembered } from '../runtime/secrets.ts';

/** The call that credentials are added to. */
export interface AuthContext {
  readonly operation: PNOperationType;
  /** `signature`: no token; `none`: no signature either. */
  readonly auth?: 'none' | 'signature' | undefined;
  /** The limits of waiting for a token. */
  readonly limits?: () => Limits;
}

/** Signs a request, at a time in milliseconds. */
export type Sign = (plan: RequestPlan, now: number) => Promise<RequestPlan>;

/** Gets tokens from a provider function, and sends requests with them. */
export interface Keeper {
  /** Replaces the token, also for requests that wait for the provider. */
  set(token: string): void;
  /** The token to send. Rejects with `PN-3009` if there is none. */
  token(context: AuthContext): string | Promise<string>;
  /** Sends with the token, and again with a new token if the origin refuses the first. */
  send(context: AuthContext, sendWith: SendWith): Promise<TransportResponse>;
  /** Scheme, host and port that came with the token, if any did. */
  readonly origin: string | undefined;
  /** Asks for another token although no request was refused. */
  askAgain(): void;
}

/** Sends a request with a token. */
export type SendWith = (token: string) => Promise<TransportResponse>;

type Send = (request: RequestPlan) => Promise<TransportResponse>;

/** Adds credentials to requests: the token, and the signature of a client with a secret key. */
export class Authorizer {
  /** Called when the provider has given another token, never while a request is being sent. */
  onRenewed: (() => void) | undefined;
  readonly #settings: Settings;
  readonly #keeper: Keeper | undefined;
  #token: string | undefined;
  /** The token and earlier ones, which late answers may quote. */
  #tokens: readonly string[] = [];

  constructor(settings: Settings, cancellation: Cancellation) {
    const { token, tokenProvider: provider, keeper } = settings;
    this.#settings = settings;
    const onRenewed = () => this.onRenewed?.();
    this.#keeper = provider && keeper?.({ provider, settings, cancellation }, onRenewed);
    if (token !== undefined) this.#sent(token);
  }

  /** The token and earlier ones: secrets that no error may contain. */
  get tokens(): readonly string[] {
    return this.#tokens;
  }

  /** Scheme, host and port of the requests that are sent now. */
  get baseUrl(): string {
    return this.#keeper?.origin ?? this.#settings.baseUrl;
  }

  /** Replaces the token. */
  setToken(token: string): void {
    this.#keeper?.set(token);
    this.#sent(token);
  }

  /**
   * Asks the provider, if there is one, for another token, because refused names are still wanted. It asks no more often
   * than refused requests would, up to a minute apart. `onRenewed` is called on success.
   */
  askAgain(): void {
    this.#keeper?.askAgain();
  }

  /** The request with the present token. */
  withToken(plan: RequestPlan): RequestPlan {
    return this.#withToken(plan, this.#token);
  }

  /** The request with its credentials. */
  async authorize(plan: RequestPlan, context: AuthContext): Promise<RequestPlan> {
    const keeper = context.auth === undefined ? this.#keeper : undefined;
    return this.#addCredentials(plan, context, (await keeper?.token(context)) ?? this.#token);
  }

  /**
   * Sends a request with its credentials. If the server refuses the token and there is another, it sends the request again: a
   * refused request has changed nothing.
   */
  sendAuthorized(plan: RequestPlan, context: AuthContext, send: Send): Promise<TransportResponse> {
    if (context.auth === undefined && this.#keeper) {
      return this.#keeper.send(context, async (token) =>
        send(await this.#addCredentials(plan, context, token)),
      );
    }
    const request = this.#addCredentials(plan, context, this.#token);
    return request instanceof Promise ? request.then(send) : send(request);
  }

  #addCredentials(
    plan: RequestPlan,
    { auth }: AuthContext,
    token: string | undefined,
  ): RequestPlan | Promise<RequestPlan> {
    if (auth === 'none') return plan;
    const full = this.#withToken(plan, auth === 'signature' ? undefined : token);
    const { sign, clock } = this.#settings;
    return sign ? sign(full, clock.now()) : full;
  }

  #withToken(given: RequestPlan, token: string | undefined): RequestPlan {
    const url = this.baseUrl + given.url.slice(this.#settings.baseUrl.length);
    if (token === undefined) return { ...given, url };
    this.#sent(token);
    return { ...given, url: `${url}&auth=${encodeSegment(token)}` };
  }

  #sent(token: string): void {
    this.#token = token;
    this.#tokens = remembered(this.#tokens, token);
  }
}
