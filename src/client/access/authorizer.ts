import type { PNOperationType } from '../../protocol/status.ts';
import type { Settings } from '../config/options.ts';
import { isProtocolError } from '../errors/from-response.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { jsonOrText } from '../json.ts';
import { encodeSegment } from '../path.ts';
import type { RequestPlan } from '../plan.ts';
import type { Cancellation, Limits } from '../runtime/cancellation.ts';
import type { TransportResponse } from '../transport/transport.ts';
import { Signer } from './signature.ts';
import { NoToken, TokenKeeper } from './token-keeper.ts';

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

type Send = (request: RequestPlan) => Promise<TransportResponse>;

/** Adds to requests what proves who asks: the token, and the signature of a client with a secret key. */
export class Authorizer {
  /** Called, never while a request is on its way out, when the provider has given another token than the one before. */
  onRenewed: (() => void) | undefined;
  readonly #settings: Settings;
  readonly #cancellation: Cancellation;
  readonly #signer: Signer | undefined;
  readonly #keeper: TokenKeeper | undefined;
  #token: string | undefined;
  /** Answers under way may still quote it. */
  #formerToken: string | undefined;

  constructor(settings: Settings, cancellation: Cancellation) {
    const { publishKey, secretKey, token, tokenProvider } = settings;
    this.#settings = settings;
    this.#cancellation = cancellation;
    this.#signer = secretKey === undefined ? undefined : new Signer({ publishKey, secretKey });
    const needs = tokenProvider && { provider: tokenProvider, settings, cancellation };
    this.#keeper = needs && new TokenKeeper(needs, () => this.onRenewed?.());
    this.#token = token;
  }

  /** What must not be told. */
  get secrets(): readonly (string | undefined)[] {
    return [this.#token, this.#formerToken, this.#settings.secretKey];
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
    keeper: TokenKeeper,
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
    return this.#signer ? this.#signer.signed(full, this.#settings.clock.now()) : full;
  }

  #sent(token: string): string {
    if (token !== this.#token) {
      this.#formerToken = this.#token;
      this.#token = token;
    }
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
  const what = `${operation} failed: the token provider gave no token.`;
  return new PubNubError('PN-3009', what, { operation, delivery: 'not-sent', cause });
}

// The protocol's own, not the page of something in between.
function isRefusal({ status, body }: TransportResponse): boolean {
  return status === 403 && isProtocolError(jsonOrText(body));
}
