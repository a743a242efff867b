import type { Clock } from '../../protocol/clock.ts';
import type { OriginMetrics } from '../metrics/observer.ts';
import type { Budget } from '../store/budget.ts';
import type { ControlEntry } from '../store/entry.ts';
import type { ShardLog } from '../store/log.ts';
import type { NextTurn } from '../turns.ts';
import type { LiveQueueLimits } from './live-queue.ts';
import type { RecentReads } from './shared-read.ts';
import type { Subscription } from './subscription.ts';

/** The limits of a window. */
export interface WindowLimits extends LiveQueueLimits {
  /** Seconds for which entries stay live. */
  readonly liveSeconds: number;
  /** Characters of one answer after which it is cut. */
  readonly answerBytes: number;
  /** Steps that the filters of all polls may take that are woken together. */
  readonly filterSteps: number;
}

/** The parts of a window. */
export interface WindowOptions {
  readonly subscribeKey: string;
  readonly log: ShardLog;
  readonly clock: Clock;
  readonly limits: WindowLimits;
  /** The memory that it shares with others. Absent: none. */
  readonly budget?: Budget | undefined;
  /** For long work, which lets others have their turn. Absent: it is done at once. */
  readonly nextTurn?: NextTurn | undefined;
  /** Absent: nobody counts. */
  readonly metrics?: OriginMetrics | undefined;
  /** `true` if the log's tail may lose calls. */
  readonly checks: boolean;
  /** A control entry was read: what depends on it is out of date. Absent: nothing does. */
  onControl?(entry: ControlEntry): void;
  /** An event of presence was read: somebody has leases now. Absent: nobody asks. */
  onPresence?(): void;
  /** Control entries may be missing: all that depends on any is out of date. Absent: nothing does. */
  onReset?(): void;
  /** New control entries may stay out, or they come again. Absent: nothing depends on them. */
  onLive?(isUp: boolean): void;
  /** Reads that it shares with other windows. */
  readonly recent?: RecentReads | undefined;
  /** Somebody is parked with a subscription, the first. */
  onUsed?(subscription: Subscription): void;
  /** Nobody is parked with a subscription any more. */
  onUnused?(subscription: Subscription): void;
  /** The log could not be read for a while. */
  onFailure(error: unknown): void;
}
