import { resolveLimits } from '../../src/origin/limits.ts';
import { MemoryLog } from '../../src/origin/store/memory/log.ts';
import { type Stamp, ZERO_STAMP } from '../../src/origin/store/stamp.ts';
import type { Batch } from '../../src/origin/window/batch.ts';
import type { WindowOptions } from '../../src/origin/window/options.ts';
import { type End, Parked, type ParkedOptions, type Sink } from '../../src/origin/window/parked.ts';
import { Subscription } from '../../src/origin/window/subscription.ts';
import { Window } from '../../src/origin/window/window.ts';
import { message } from './entries.ts';
import { VirtualClock } from './virtual-clock.ts';

/** The end of a poll: a batch with content, or what ended it. */
export interface Outcome {
  readonly kind: 'batch' | End;
  readonly batch: Batch;
}

/** A window on a log in memory. */
export async function openWindow(options: Partial<WindowOptions> = {}) {
  const clock = new VirtualClock();
  const log = new MemoryLog(clock);
  const window = await Window.open({
    subscribeKey: 'demo',
    log,
    clock,
    limits: resolveLimits(),
    checks: false,
    onFailure: (error) => {
      throw error;
    },
    ...options,
  });
  const append = (channel: string): Stamp => log.appendOne(message(channel)).tt;
  const changeGroup = (group: string): Stamp =>
    log.appendOne({ channel: group, kind: 'group', data: null }).tt;
  return { clock, log, window, append, changeGroup };
}

/** A subscription to channels, each under its own name. */
export function subscriptionTo(names: readonly string[], groups: readonly string[] = [], groupsAt?: Stamp) {
  const labels = new Map(names.map((name) => [name, [{ json: JSON.stringify(name), since: ZERO_STAMP }]]));
  return new Subscription(labels, groups, groupsAt);
}

/** Parks a poll, and promises its end. */
export function pollOf(window: Window, options: Omit<ParkedOptions, 'sink'>) {
  let parked: Parked | undefined;
  const outcome = new Promise<Outcome>((resolve, reject) => {
    const sink: Sink = {
      take: (batch) => {
        resolve({ kind: 'batch', batch });
        return false;
      },
      end: (kind, cursor) => resolve({ kind, batch: { cursor, envelopes: [], gaps: [] } }),
      fail: reject,
    };
    parked = new Parked({ ...options, sink });
    window.park(parked);
  });
  return { outcome, interrupt: () => parked && window.interrupt(parked) };
}

/** The stamps in a batch of such a window. */
export const stampsIn = ({ envelopes }: Batch): string[] =>
  envelopes.map((text) => (JSON.parse(text) as { p: { t: string } }).p.t);
