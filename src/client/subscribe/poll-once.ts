import type { SteadyClock } from '../runtime/steady-clock.ts';
import type { Waiting } from './patience.ts';
import type { Poller, PollRequest } from './poller.ts';
import type { LoopAnswer } from './state.ts';

/**
 * Polls once. Resolves to `undefined` if nobody has answered within the patience, rejects with a `PubNubError` if the poll
 * fails, and with the signal's reason when that is aborted.
 */
export function pollOnce(
  poller: Poller,
  request: PollRequest,
  { clock, signal, patience, shortest, onHurry }: Waiting & { readonly clock: SteadyClock },
): Promise<LoopAnswer | undefined> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    let isOpen = true;
    let isHurried = patience <= shortest;
    const end = () => {
      isOpen = false;
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    };
    const cancel = poller.poll(request, {
      answered: (answer) => {
        end();
        resolve(answer);
      },
      failed: ({ error }) => {
        end();
        // Its own deadline is a patience like any other.
        if (error.code === 'PN-2002' && error.statusCode === undefined) resolve(undefined);
        else reject(error);
      },
    });
    const giveUp = () => {
      end();
      cancel();
      resolve(undefined);
    };
    const abort = () => {
      giveUp();
      reject(signal.reason);
    };
    let timer = clock.setTimeout(giveUp, patience);
    signal.addEventListener('abort', abort, { once: true });
    onHurry(() => {
      if (!isOpen || isHurried) return;
      isHurried = true;
      clock.clearTimeout(timer);
      timer = clock.setTimeout(giveUp, shortest);
    });
  });
}
