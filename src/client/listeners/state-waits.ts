import { oneOf } from '../../protocol/did-you-mean.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { Waiters } from '../runtime/waiters.ts';
import type { ClientState, PNStateEvent } from './events.ts';
import type { ListenerRegistry } from './registry.ts';

const CLIENT_STATES: readonly ClientState[] = Object.freeze([
  ...(['idle', 'connecting', 'connected', 'reconnecting', 'stopped', 'failed'] as const),
]);

/** The waits of `until()`. They are independent of listeners: `removeAllListeners()` does not end them. */
export class StateWaits {
  readonly #state: () => ClientState;
  readonly #waiters = new Waiters<ClientState | 'closed'>();
  #last: PNStateEvent | undefined;
  #isClosing = false;

  constructor(state: () => ClientState, listeners: ListenerRegistry) {
    this.#state = state;
    listeners.watch('state', (event) => {
      this.#last = event;
      this.#waiters.tell(event.state);
    });
  }

  /**
   * Resolves in the given state. Rejects if the loop does not reach it by itself: in `failed` with the error of the loop, in
   * `stopped` with `PN-2003`, as when the signal ends first, and with `PN-2004` when the client is closed.
   */
  async until(wanted: ClientState, signal: AbortSignal | undefined): Promise<void> {
    if (!CLIENT_STATES.includes(wanted)) {
      const what = typeof wanted === 'string' ? `"${wanted}"` : 'what was given';
      throw new PubNubError('PN-1002', `until: ${what} is no state${oneOf(wanted, CLIENT_STATES)}`);
    }
    const givenUp = (cause?: unknown) =>
      new PubNubError('PN-2003', `The wait for "${wanted}" was given up.`, { cause });
    const judge = (state: ClientState | 'closed') => {
      if (state === wanted) return 'done';
      if (state === 'closed') return closed(wanted);
      // What stops the loop of a client for good.
      if (this.#isClosing) return closed(wanted);
      return state === 'failed' || state === 'stopped' ? this.#ended(wanted, state) : undefined;
    };
    const verdict = judge(this.#state());
    if (verdict === undefined) await this.#waiters.wait(signal, givenUp, judge);
    else if (verdict !== 'done') throw verdict;
  }

  /** From now on the client does not get anywhere. */
  closing(): void {
    this.#isClosing = true;
  }

  /** Ends all waits. */
  close(): void {
    this.#waiters.tell('closed');
  }

  #ended(wanted: ClientState, state: 'failed' | 'stopped'): PubNubError {
    const { error, reason } = this.#last ?? {};
    if (state === 'failed' && error) return error;
    const why = reason === undefined ? '' : ` (${reason})`;
    const what = `The wait for "${wanted}" ended: the state is "${state}"${why}: call reconnect().`;
    return new PubNubError('PN-2003', what);
  }
}

function closed(wanted: ClientState): PubNubError {
  return new PubNubError('PN-2004', `The wait for "${wanted}" ended: the client is closed.`);
}
