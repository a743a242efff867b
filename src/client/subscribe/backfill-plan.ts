import type { Timetoken } from '../../protocol/timetoken.ts';
import type { LiveSubscription } from './live-subscription.ts';
import type { Names } from './names.ts';
import type { LoopCursor } from './state.ts';

/** What a backfill is to bring, from where, and to whom. */
export interface BackfillPlan {
  readonly names: Names;
  /** Exclusive start. */
  readonly from: LoopCursor;
  /** Inclusive end: what is newer comes from the loop. */
  readonly to: Timetoken;
  /** The server's time when it was planned. */
  readonly asOf: Timetoken;
  readonly recipients: readonly LiveSubscription[];
  /** The groups that channels among the names are known, or may be taken, to belong to. */
  readonly groups?: ReadonlyMap<string, readonly string[]>;
  /** The names of the poll that met the loss, if the loop did. */
  readonly asked?: Names;
}
