import type { TimerHandle } from '../../protocol/clock.ts';
import type { Settings } from '../config/options.ts';
import { backoff } from '../runtime/backoff.ts';
import type { Mix } from './mix.ts';
import type { Poller, PollFailure } from './poller.ts';
import type { LoopAnswer, LoopCursor } from './state.ts';

/**
 * Polls again and again, with the loop's own delays, until there is an answer: what a program asked to be caught up is
 * not given up. Rejects when the signal is aborted.
 */
export function pollUntilAnswered(
  poller: Poller,
  { clock, random, reconnection }: Pick<Settings, 'clock' | 'random' | 'reconnection'>,
  { mix, cursor, signal }: { readonly mix: Mix; readonly cursor: LoopCursor; readonly signal: AbortSignal },
): Promise<LoopAnswer> {
  return new Promise((resolve, reject) => {
    let attempt = 0;
    let timer: TimerHandle;
    const failed = ({ error: { retryAfter } }: PollFailure) => {
      attempt++;
      timer = clock.setTimeout(ask, backoff(reconnection, { attempt, random: random(), retryAfter }));
    };
    const abort = () => {
      cancel();
      clock.clearTimeout(timer);
      reject(signal.reason);
    };
    // The signal outlives many polls: it must not keep something of each.
    const answered = (answer: LoopAnswer) => {
      signal.removeEventListener('abort', abort);
      resolve(answer);
    };
    const ask = () => {
      cancel = poller.poll({ mix, cursor }, { answered, failed });
    };
    let cancel = poller.poll({ mix, cursor }, { answered, failed });
    signal.addEventListener('abort', abort);
  });
}
