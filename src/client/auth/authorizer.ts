import type { PNOperationType } from '../../protocol/status.ts';
import type { Settings } from '../config/options.ts';
import { isProtocolError } from '../errors/from-response.ts';
import { isOwnError, PubNubError } from '../errors/pubnub-error.ts';
import type { Cancellation, Limits } from '../request/cancellation.ts';
import { encodeSegment } from '../request/path.ts';
import type { RequestPlan } from '../request/plan.ts';
import type { TransportResponse } from '../request/transport.ts';
import { remembered } from '../runtime/secrets.ts';
import { jsonOrText } from '../wire/json.ts';
import { NoToken } from './token-provider.ts';

/** What has to be known of a call. */
export interface Asking {
  readonly operation: PNOperationType;
  /** `signature`: without a token; `none`: without a signature as well. */
  readonly auth?: 'none' | 'signature' | undefined;
}

/** A call that may wait for a token. */
export interface Waiting extends Asking {
  /** What ends the wait early. */
  readonly limits?: () => Limits;
}

/** Signs a request, at a time in milliseconds. */
export type Sign = (plan: RequestPlan, now: number) => Promise<RequestPlan>;

/** Holds the token that a provider gives, and renews it. */
export interface Keeper {
  /** Replaces the token; whoever waits for the provider gets this one. */
  set(token: string): void;
  /** The token to send. Rejects with `NoToken`. */
  token(): string | Promise<string>;
  /** Another token than the one that was refused; `undefined` if there is none. Rejects with `NoToken`. */
  another(refused: string): Promise<string | undefined>;
  /** Asks for another token, though no request was refused. */
  askAgain(): void;
  /** The renewed token was accepted. */
  helped(): void;
}

type Send = (request: RequestPlan) => Promise<TransportResponse>;

/** Adds to requests what proves who asks: the token, and the signature of a client with a secret key. */
export class Authorizer {
  /** Called, never while a request is on its way out, when the provider has given another token than the one before. */
  onRenewed: (() => void) | undefined;
  readonly #settings: Settings;
  readonly #cancellation: Cancellation;
  readonly #keeper: Keeper | undefined;
  #token: string | undefined;
  /** The token and those before it, which answers under way may still quote. */
  #tokens: readonly string[] = [];

  constructor(settings: Settings, cancellation: Cancellation) {
    const { token, tokenProvider: provider, keeper } = settings;
    this.#settings = settings;
    this.#cancellation = cancellation;
    const onRenewed = () => this.onRenewed?.();
    this.#keeper = provider && keeper?.({ provider, settings, cancellation }, onRenewed);
    if (token !== undefined) this.#sent(token);
  }

  /** The token and the last ones before it: what must not be told. */
  get tokens(): readonly string[] {
    return this.#tokens;
  }

  /** Replaces the token. */
  setToken(token: string): void {
    this.#keeper?.set(token);
    this.#sent(token);
  }

  /**
   * Asks the provider, where there is one, for another token, since what was refused is still wanted: no more often than
   * refused requests would, up to a minute apart. `onRenewed` tells when it has helped.
   */
  askAgain(): void {
    this.#keeper?.askAgain();
  }

  /** The request with the token as it is now. */
  withToken(plan: RequestPlan): RequestPlan {
    const token = this.#token;
    return token === undefined ? plan : { ...plan, url: `${plan.url}&auth=${encodeSegment(token)}` };
  }

  /** The request with what proves who asks: at once, unless it is signed or the token has to be waited for. */
  authorize(plan: RequestPlan, asking: Asking): RequestPlan | Promise<RequestPlan> {
    if (asking.auth !== undefined || !this.#keeper) return this.#prove(plan, asking, this.#token);
    return this.#wait(asking, this.#keeper.token()).then((token) => this.#prove(plan, asking, token));
  }

  /**
   * Sends a request with what proves who asks; once more where its token is refused and there is another to be had:
   * what was refused has not been done.
   */
  exchange(plan: RequestPlan, asking: Waiting, send: Send): Promise<TransportResponse> {
    if (asking.auth === undefined && this.#keeper) {
      const sendWith = async (token: string) => send(await this.#prove(plan, asking, token));
      return this.#persist(this.#keeper, asking, sendWith);
    }
    const request = this.#prove(plan, asking, this.#token);
    return request instanceof Promise ? request.then(send) : send(request);
  }

  async #persist(
    keeper: Keeper,
    asking: Waiting,
    send: (token: string) => Promise<TransportResponse>,
  ): Promise<TransportResponse> {
    const token = await this.#wait(asking, keeper.token());
    const response = await send(token);
    if (!isRefusal(response)) return response;
    const another = await this.#wait(asking, keeper.another(token));
    if (another === undefined) return response;
    const second = await send(another);
    if (!isRefusal(second)) keeper.helped();
    return second;
  }

  #prove(plan: RequestPlan, { auth }: Asking, token: string | undefined): RequestPlan | Promise<RequestPlan> {
    if (auth === 'none') return plan;
    const full =
      auth === 'signature' || token === undefined
        ? plan
        : { ...plan, url: `${plan.url}&auth=${encodeSegment(this.#sent(token))}` };
    const { sign, clock } = this.#settings;
    return sign ? sign(full, clock.now()) : full;
  }

  #sent(token: string): string {
    this.#token = token;
    this.#tokens = remembered(this.#tokens, token);
    return token;
  }

  async #wait<T>({ operation, limits }: Waiting, token: T | Promise<T>): Promise<T> {
    if (!(token instanceof Promise)) return token;
    // The wait may be over before it begins, and then nobody hears of it.
    token.catch(() => undefined);
    try {
      return await this.#cancellation.run(limits?.() ?? {}, () => token);
    } catch (cause) {
      throw cause instanceof NoToken ? noToken(operation, cause) : cause;
    }
  }
}

function noToken(operation: PNOperationType, { cause }: NoToken): PubNubError {
  const details = { operation, delivery: 'not-sent', cause } as const;
  // One that was refused here is a mistake in the program, and no lack of rights.
  return isOwnError(cause) && cause.code === 'PN-1002'
    ? new PubNubError('PN-1002', `${operation}: the token provider gave what cannot be sent.`, details)
    : new PubNubError('PN-3009', `${operation} failed: the token provider gave no token.`, details);
}

// The protocol's own, not the page of something in between.
function isRefusal({ status, body }: TransportResponse): boolean {
  return status === 403 && isProtocolError(jsonOrText(body));
}
