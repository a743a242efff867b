import type { Settings } from '../config/options.ts';
import { watchForSleep } from '../runtime/wake-watch.ts';
import type { Happening } from './runner.ts';

/** Tells the loop when the machine has slept and when the network comes or goes; returns how to stop. */
export function watchSurroundings(
  { clock, networkEvents }: Pick<Settings, 'clock' | 'networkEvents'>,
  tell: (news: Extract<Happening, { type: 'woke' | 'networkChanged' }>) => void,
): () => void {
  const stopClock = watchForSleep(clock, () => tell({ type: 'woke' }));
  const stopNetwork = networkEvents?.((online) => tell({ type: 'networkChanged', online }));
  return () => {
    stopClock();
    stopNetwork?.();
  };
}
