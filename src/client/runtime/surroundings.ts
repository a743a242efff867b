import type { TimerHandle } from '../../protocol/clock.ts';
import { reading, type SteadyClock } from './steady-clock.ts';

/** News of the network: calls back with `true` when it is up, `false` when it is gone; returns how to stop. */
export type NetworkEvents = (listener: (online: boolean) => void) => () => void;

/**
 * News of the page: calls back with `false` when it is hidden or frozen, and nothing in it may run any more; with `true` when
 * it is back. Returns how to stop. It is called once, when the client is made, and may call back at once if the page is
 * hidden already.
 */
export type PageEvents = (listener: (shown: boolean) => void) => () => void;

/** News of the machine that the program runs on. */
export type MachineNews =
  | { readonly type: 'woke' }
  | { readonly type: 'networkChanged'; readonly online: boolean };

/** Where news come from. */
interface Surroundings {
  readonly clock: SteadyClock;
  readonly networkEvents: NetworkEvents | undefined;
}

/** Reports sleep, and changes of the network; returns how to stop. */
export function watchSurroundings(
  { clock, networkEvents }: Surroundings,
  tell: (news: MachineNews) => void,
): () => void {
  const stops = [
    watchForSleep(clock, () => tell({ type: 'woke' })),
    attempt(() => networkEvents?.((online) => tell({ type: 'networkChanged', online: online === true }))),
  ];
  return () => stops.forEach(end);
}

/**
 * Reports changes of the page to an owner, for as long as that lives: the page does not keep it, so that a client nobody uses
 * any more is collected though it was never closed. Returns how to stop.
 */
export function watchPage<Owner extends object>(
  pageEvents: PageEvents | undefined,
  owner: Owner,
  tell: (owner: Owner, shown: boolean) => void,
): () => void {
  const weak = weakly(owner);
  const stop = attempt(() =>
    pageEvents?.((shown) => {
      const alive = weak.deref();
      if (alive) tell(alive, shown === true);
      else end(stop);
    }),
  );
  return () => end(stop);
}

// Some runtimes have no weak references; then the page keeps the owner. A function of its own: closures of one function share
// what they hold.
function weakly<Owner extends object>(owner: Owner): Pick<WeakRef<Owner>, 'deref'> {
  return typeof WeakRef === 'function' ? new WeakRef(owner) : { deref: () => owner };
}

function end(stop: unknown): void {
  if (typeof stop === 'function') attempt(() => stop());
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
  return eventsOf([globalThis], ['online'], ['offline']);
}

/**
 * The events of a page that is put into the browser's cache or taken out of it, and of one that is frozen; `undefined` where
 * there is no page, as in Node and in workers.
 */
export function browserPageEvents(): PageEvents | undefined {
  const { document } = globalThis as Partial<typeof globalThis>;
  return document && eventsOf([globalThis, document], ['pageshow', 'resume'], ['pagehide', 'freeze']);
}

/** Listens to events that tell of a change for the better, and of one for the worse. */
function eventsOf(
  sources: readonly Partial<EventSource>[],
  better: readonly string[],
  worse: readonly string[],
): NetworkEvents | undefined {
  if (!sources.every(isEventSource)) return undefined;
  return (listener) => {
    const up = () => listener(true);
    const down = () => listener(false);
    const each = (method: keyof EventSource) => {
      for (const source of sources) {
        for (const type of better) source[method](type, up);
        for (const type of worse) source[method](type, down);
      }
    };
    each('addEventListener');
    return () => each('removeEventListener');
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
  // A program's clock may throw, and nobody awaits a timer.
  const now = reading(() => clock.now());
  let wall = now();
  let steady = clock.monotonic();
  let timer: TimerHandle;
  const tick = () => {
    const passed = Math.max(now() - wall, clock.monotonic() - steady);
    wall = now();
    steady = clock.monotonic();
    timer = clock.setTimeout(tick, TICK);
    if (passed - TICK > LATE) onWake();
  };
  timer = clock.setTimeout(tick, TICK);
  return () => clock.clearTimeout(timer);
}
