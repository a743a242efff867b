import type { PNOperationType } from '../../../protocol/status.ts';
import type { AuthContext, Keeper, SendWith } from '../../auth/authorizer.ts';
import type { KeeperNeeds } from '../../auth/token-provider.ts';
import { isProtocolError } from '../../errors/from-response.ts';
import { isOwnError, PubNubError } from '../../errors/pubnub-error.ts';
import type { Cancellation } from '../../request/cancellation.ts';
import type { TransportResponse } from '../../request/transport.ts';
import { jsonOrText } from '../../wire/json.ts';
import { NoToken, TokenKeeper } from './token-keeper.ts';

const UNREACHED: ReadonlySet<string> = new Set(['PN-2001', 'PN-2002']);

/** Sends requests with the tokens of a provider, and renews what the origin refuses. */
export class TokenRenewal implements Keeper {
  readonly #keeper: TokenKeeper;
  readonly #cancellation: Cancellation;

  constructor(needs: KeeperNeeds, onRenewed: () => void) {
    this.#keeper = new TokenKeeper(needs, onRenewed);
    this.#cancellation = needs.cancellation;
  }

  set(token: string): void {
    this.#keeper.set(token);
  }

  token(context: AuthContext): string | Promise<string> {
    const token = this.#keeper.token();
    return typeof token === 'string' ? token : this.#wait(context, token);
  }

  async send(context: AuthContext, sendWith: SendWith): Promise<TransportResponse> {
    const token = await this.token(context);
    const response = await this.#reach(sendWith, token);
    if (!isRefusal(response)) return response;
    const another = await this.#wait(context, this.#keeper.another(token));
    if (another === undefined) return response;
    const second = await sendWith(another);
    if (!isRefusal(second)) this.#keeper.helped();
    return second;
  }

  get origin(): string | undefined {
    return this.#keeper.origin;
  }

  askAgain(): void {
    this.#keeper.askAgain();
  }

  // An origin that came with a token may have gone, and the provider may know where to.
  async #reach(sendWith: SendWith, token: string): Promise<TransportResponse> {
    try {
      const response = await sendWith(token);
      this.#keeper.reached();
      return response;
    } catch (thrown) {
      if (isOwnError(thrown) && UNREACHED.has(thrown.code)) this.#keeper.lost();
      throw thrown;
    }
  }

  async #wait<T>({ operation, limits }: AuthContext, token: Promise<T>): Promise<T> {
    // The wait may end before it begins; the rejection must be handled all the same.
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
  // A token that was refused here is a mistake in the program, not a lack of permissions.
  return isOwnError(cause) && cause.code === 'PN-1002'
    ? new PubNubError('PN-1002', `${operation}: the token provider gave what cannot be sent.`, details)
    : new PubNubError('PN-3009', `${operation} failed: the token provider gave no token.`, details);
}

// The origin's own answer, and not the page of a proxy.
function isRefusal({ status, body }: TransportResponse): boolean {
  return status === 403 && isProtocolError(jsonOrText(body));
}
