import type { TimerHandle } from '../../protocol/clock.ts';
import type { SteadyClock } from './steady-clock.ts';

/** News of the network: calls back with `true` when it is up, `false` when it is gone; returns how to stop. */
export type NetworkEvents = (listener: (online: boolean) => void) => () => void;

/** News of the machine that the program runs on. */
export type MachineNews =
  | { readonly type: 'woke' }
  | { readonly type: 'networkChanged'; readonly online: boolean };

/** Reports sleep, and changes of the network; returns how to stop. */
export function watchSurroundings(
  {
    clock,
    networkEvents,
  }: { readonly clock: SteadyClock; readonly networkEvents: NetworkEvents | undefined },
  tell: (news: MachineNews) => void,
): () => void {
  const stopClock = watchForSleep(clock, () => tell({ type: 'woke' }));
  const stopNetwork = attempt(() =>
    networkEvents?.((online) => tell({ type: 'networkChanged', online: online === true })),
  );
  return () => {
    stopClock();
    if (typeof stopNetwork === 'function') attempt(() => stopNetwork());
  };
}

// A program's own source of events may throw: then there are no events.
function attempt(work: () => unknown): unknown {
  try {
    const result = work();
    if (result instanceof Promise) result.catch(() => undefined);
    return result;
  } catch {
    return undefined;
  }
}

type EventSource = Pick<EventTarget, 'addEventListener' | 'removeEventListener'>;

/** The `online` and `offline` events of a browser or worker; `undefined` where there are none, as in Node. */
export function browserNetworkEvents(): NetworkEvents | undefined {
  const source: Partial<EventSource> = globalThis;
  if (!isEventSource(source)) return undefined;
  return (listener) => {
    const up = () => listener(true);
    const down = () => listener(false);
    source.addEventListener('online', up);
    source.addEventListener('offline', down);
    return () => {
      source.removeEventListener('online', up);
      source.removeEventListener('offline', down);
    };
  };
}

function isEventSource(value: object): value is EventSource {
  return 'addEventListener' in value && 'removeEventListener' in value;
}

/** The interval of the checks, in milliseconds: short enough for a monotonic clock that is derived from readings. */
const TICK = 5_000;
/** A tick this late means sleep, in milliseconds: browsers throttle the timers of a hidden tab to one a minute. */
const LATE = 75_000;

/**
 * Detects sleep: timers stop meanwhile, the wall clock does not. On some runtimes the monotonic clock goes on too, and then
 * detects sleep even if the wall clock was set back. A wall clock that is set forward looks like sleep. Calls back once for
 * each sleep; returns how to stop.
 */
export function watchForSleep(clock: Omit<SteadyClock, 'atLatest'>, onWake: () => void): () => void {
  let wall = clock.now();
  let steady = clock.monotonic();
  let timer: TimerHandle;
  const tick = () => {
    const passed = Math.max(clock.now() - wall, clock.monotonic() - steady);
    wall = clock.now();
    steady = clock.monotonic();
    timer = clock.setTimeout(tick, TICK);
    if (passed - TICK > LATE) onWake();
  };
  timer = clock.setTimeout(tick, TICK);
  return () => clock.clearTimeout(timer);
}
