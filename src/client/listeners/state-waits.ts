import { oneOf } from '../builder/did-you-mean.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import type { ClientState, PNStateEvent } from './events.ts';
import type { ListenerRegistry } from './registry.ts';

const CLIENT_STATES: readonly ClientState[] = Object.freeze([
  ...(['idle', 'connecting', 'connected', 'reconnecting', 'stopped', 'failed'] as const),
]);

/** One wait: told of each state, and of the end. */
type Wait = (state: ClientState | 'closed') => void;

/** Who waits for a state of the loop. They are no listeners: what removes those leaves them alone. */
export class StateWaits {
  readonly #state: () => ClientState;
  readonly #waits = new Set<Wait>();
  #last: PNStateEvent | undefined;
  #closed = false;

  constructor(state: () => ClientState, listeners: ListenerRegistry<unknown>) {
    this.#state = state;
    listeners.watch('state', (event) => {
      this.#last = event;
      this.#tell(event.state);
    });
  }

  /**
   * Resolves in the given state. Rejects as soon as the loop is where it does not get there by itself: in `failed` with
   * the error that it failed with, in `stopped` with `PN-2003`, as when the signal or the client ends first.
   */
  async until(wanted: ClientState, signal: AbortSignal | undefined): Promise<void> {
    if (!CLIENT_STATES.includes(wanted)) {
      const what = typeof wanted === 'string' ? `"${wanted}"` : 'what was given';
      throw new PubNubError('PN-1002', `until: ${what} is no state${oneOf(wanted, CLIENT_STATES)}`);
    }
    const now = this.#state();
    if (now === wanted) return;
    if (isEnd(now)) throw this.#ended(wanted, now);
    if (signal?.aborted || this.#closed) throw givenUp(wanted, signal?.reason);
    await new Promise<void>((resolve, reject) => {
      const end = (settle: () => void) => {
        this.#waits.delete(wait);
        signal?.removeEventListener('abort', abort);
        settle();
      };
      const abort = () => end(() => reject(givenUp(wanted, signal?.reason)));
      const wait: Wait = (state) => {
        if (state === wanted) end(resolve);
        else if (state === 'closed') end(() => reject(givenUp(wanted, undefined)));
        else if (isEnd(state)) end(() => reject(this.#ended(wanted, state)));
      };
      this.#waits.add(wait);
      signal?.addEventListener('abort', abort);
    });
  }

  /** Nobody waits any more, now or later. */
  close(): void {
    this.#closed = true;
    this.#tell('closed');
  }

  #tell(state: ClientState | 'closed'): void {
    for (const wait of [...this.#waits]) wait(state);
  }

  #ended(wanted: ClientState, state: 'failed' | 'stopped'): PubNubError {
    const { error, reason } = this.#last ?? {};
    if (state === 'failed' && error) return error;
    const why = reason === undefined ? '' : ` (${reason})`;
    const what = `The wait for "${wanted}" ended: the loop is in the state "${state}"${why}; reconnect() starts it again.`;
    return new PubNubError('PN-2003', what);
  }
}

function isEnd(state: ClientState | 'closed'): state is 'failed' | 'stopped' {
  return state === 'failed' || state === 'stopped';
}

function givenUp(wanted: ClientState, cause: unknown): PubNubError {
  return new PubNubError('PN-2003', `The wait for "${wanted}" was given up.`, { cause });
}
