import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import type { BackfillPlan } from './backfill-plan.ts';
import { sooner } from './gaps.ts';
import type { LiveSubscription } from './live-subscription.ts';
import { namesOf } from './names.ts';
import type { LoopCursor, LoopEffect } from './state.ts';

/** Names were accepted. */
export type AcceptEffect = Extract<LoopEffect, { type: 'accept' }>;

/** Accepted names, and what is to come first for their subscriptions. */
export interface Past extends Pick<BackfillPlan, 'names' | 'recipients'> {
  /** The cursor from which they go on; `undefined` for the present. */
  readonly from: LoopCursor | undefined;
  /** The number of stored messages that come first. */
  readonly last: number | undefined;
  /** Whether history may fill what the live queue has lost. */
  readonly isRead: boolean;
}

/**
 * Tells subscriptions what the server has accepted. Returns their pasts, the longest first: what stopped together goes on
 * together, and so brings a recipient also entries of names whose own past it is not.
 */
export function pastsOf(subscriptions: readonly LiveSubscription[], effect: AcceptEffect): readonly Past[] {
  const groups = new Map<unknown, Past[]>();
  for (const subscription of subscriptions) {
    const { interest, wish } = subscription;
    const isRead = wish.recovers.start;
    for (const { names, stopped } of interest.accept(effect.names, beginOf(wish.start, effect.floor))) {
      const begin = stopped ? { from: stopped, last: undefined } : { from: wish.start, last: wish.last };
      const past = { ...begin, names, recipients: [subscription], isRead };
      const key = stopped ? `${isRead}${stopped.timetoken}` : past;
      groups.set(key, [...(groups.get(key) ?? []), past]);
    }
  }
  return [...groups.values()].flatMap(together).sort((a, b) => compareTimetokens(startOf(a), startOf(b)));
}

function together(pasts: readonly Past[]): readonly Past[] {
  const [first] = pasts;
  if (!first) return pasts;
  const names = namesOf(
    pasts.flatMap((past) => past.names.channels),
    pasts.flatMap((past) => past.names.groups),
  );
  return [{ ...first, names, recipients: pasts.flatMap(({ recipients }) => recipients) }];
}

function startOf({ from }: Past): Timetoken {
  return from?.timetoken ?? '0';
}

// Each region issues its own timetokens: a start that is ahead of another region's would keep out everything from there.
function beginOf(start: LoopCursor | undefined, floor: LoopCursor): Timetoken {
  if (start === undefined) return floor.timetoken;
  const isElsewhere = start.region !== undefined && start.region !== floor.region;
  return isElsewhere ? sooner(start.timetoken, floor.timetoken) : start.timetoken;
}
