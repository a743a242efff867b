import type { Clock } from '../../protocol/clock.ts';
import type { Interruption } from '../http/request.ts';
import { laterStamp, type Stamp } from '../store/stamp.ts';
import type { Batch, Query } from './batch.ts';
import type { Waiter, Waiters } from './waiters.ts';

/** A client's filter, whose steps are limited. */
export interface PollFilter {
  /** Steps that it has taken. */
  readonly spent: number;
  /** `undefined`: it has too few steps left for this envelope. Throws if one envelope alone takes too many. */
  passes(envelope: unknown): boolean | undefined;
}

/** The parameters of one poll. */
export interface Poll extends Omit<Query, 'channels' | 'wants'> {
  /** The client's filter; absent: all envelopes pass. */
  readonly filter?: PollFilter | undefined;
  readonly holdMs: number;
  readonly interruption?: Interruption | undefined;
}

/** An end of a poll without entries and gaps. */
type Empty = 'timeout' | 'interrupted' | 'groups-changed' | 'log-changed';

/**
 * The end of a poll: with entries or gaps; after the whole hold time; early, by an interruption or `close`; or because a
 * group has changed and its channels must be looked up again, or the log and its position.
 */
export interface Outcome {
  readonly kind: 'batch' | Empty;
  readonly batch: Batch;
}

/** The two ends of a poll. */
export interface Settle {
  resolve(outcome: Outcome): void;
  reject(error: unknown): void;
}

/** The result of waking a poll. */
export interface Woken {
  /** Absent: the poll waits on. */
  readonly outcome?: Outcome;
  /** `false`: it was cut, and has to be woken again. */
  readonly isWhole: boolean;
  /** The position up to which nothing was found. */
  readonly upto: Stamp;
}

/** The parts of a window that a parked poll needs. */
export interface ParkOptions {
  readonly clock: Clock;
  readonly waiters: Waiters;
  position(): Stamp;
  /** Reads what is new after a position. */
  wake(cursor: Stamp, waiter: Waiter): Woken;
}

/** Parks a poll until there is something for it, its time is over or it is interrupted. */
export function park(
  poll: Poll,
  { resolve, reject }: Settle,
  { clock, waiters, position, wake }: ParkOptions,
): void {
  const end = () => {
    clock.clearTimeout(timer);
    release?.();
    waiters.remove(waiter);
  };
  const settle = (outcome: Outcome) => {
    end();
    resolve(outcome);
  };
  // Up to here there is nothing for this poll, so entries that are dropped are no loss to it.
  let seen = laterStamp(poll.cursor, position());
  const waiter: Waiter = {
    subscription: poll.subscription,
    woken: new Set(),
    groupsChangedAt: undefined,
    filter: poll.filter,
    wake: () => {
      try {
        const { outcome, isWhole, upto } = wake(seen, waiter);
        if (outcome) settle(outcome);
        else seen = laterStamp(seen, upto);
        return outcome !== undefined || isWhole;
      } catch (error) {
        end();
        reject(error);
        return true;
      }
    },
    pass: () => settle(empty('timeout', seen)),
    restart: () => settle(empty('log-changed', seen)),
    end: () => settle(empty('interrupted', poll.cursor)),
  };
  // The cursor moves to the position that was read, so that it does not get older than the live entries.
  const expire = () => settle(empty('timeout', waiter.woken.size > 0 ? seen : laterStamp(seen, position())));
  const timer = clock.setTimeout(expire, poll.holdMs);
  const release = poll.interruption?.onAbort(waiter.end);
  waiters.add(waiter);
}

/** An outcome without entries and gaps. */
export function empty(kind: Empty, cursor: Stamp): Outcome {
  return { kind, batch: { cursor, envelopes: [], gaps: [] } };
}
