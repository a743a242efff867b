import type { Settings } from '../config/options.ts';
import type { ClientState } from '../listeners/events.ts';
import { watchForSleep } from '../runtime/wake-watch.ts';
import type { Happening } from './runner.ts';

type Tell = (news: Extract<Happening, { type: 'woke' | 'networkChanged' }>) => void;

const AT_WORK: ReadonlySet<ClientState> = new Set(['connecting', 'connected', 'reconnecting']);

/** Tells the loop when the machine has slept and when the network comes or goes, while the loop is at work. */
export class Surroundings {
  readonly #settings: Pick<Settings, 'clock' | 'networkEvents'>;
  readonly #tell: Tell;
  #stop: (() => void) | undefined;

  constructor(settings: Pick<Settings, 'clock' | 'networkEvents'>, tell: Tell) {
    this.#settings = settings;
    this.#tell = tell;
  }

  /** The loop is in another state. */
  stateChanged(state: ClientState): void {
    if (AT_WORK.has(state)) {
      this.#stop ??= this.#watch();
      return;
    }
    this.#stop?.();
    this.#stop = undefined;
  }

  #watch(): () => void {
    const { clock, networkEvents } = this.#settings;
    const stopClock = watchForSleep(clock, () => this.#tell({ type: 'woke' }));
    const stopNetwork = attempt(() =>
      networkEvents?.((online) => this.#tell({ type: 'networkChanged', online: online === true })),
    );
    return () => {
      stopClock();
      if (typeof stopNetwork === 'function') attempt(() => stopNetwork());
    };
  }
}

// A program's own source of news may fail in any way: then there are none.
function attempt(work: () => unknown): unknown {
  try {
    const result = work();
    if (result instanceof Promise) result.catch(() => undefined);
    return result;
  } catch {
    return undefined;
  }
}
