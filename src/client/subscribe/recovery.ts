import type { WireEnvelope } from '../../protocol/envelope.ts';
import type { Timetoken } from '../../protocol/timetoken.ts';
import type { Arrived } from './arrived.ts';
import type { Backfill } from './backfill.ts';
import type { BackfillPlan } from './backfill-plan.ts';
import type { SubscribeEngine } from './engine.ts';
import type { Loss } from './gaps.ts';
import type { Affected } from './losses.ts';
import type { Names } from './names.ts';
import type { LoopCursor } from './state.ts';

/** Backfills that read the history of channels: the feature `storage` makes them. */
export interface Recovery {
  /**
   * After how many milliseconds of silence a poll of the loop is given up, and what came since its cursor left to history;
   * `undefined` where it is not.
   */
  patience(engine: SubscribeEngine, cursor: LoopCursor): number | undefined;
  /** From an older start, like a plain one; history fills what the live queue has lost. */
  start(engine: SubscribeEngine, plan: BackfillPlan): Backfill;
  /** The newest stored messages of each channel among the names, before the live ones; `undefined` without a channel. */
  newest(engine: SubscribeEngine, plan: BackfillPlan, most: number): Backfill | undefined;
  /**
   * What the loop lost of these subscriptions; `asked` has the names of its poll. `undefined` if one that has not begun brings
   * it as well.
   */
  loss(engine: SubscribeEngine, affected: readonly Affected[], asked: Names): Backfill | undefined;
}

/** What such backfills record of one subscription: how much of its past was delivered, and which losses were announced. */
export interface Ledger {
  /** Whether an entry must not be delivered to the subscription. */
  refuses(arrived: Arrived): boolean;
  /** An entry was delivered to the subscription. */
  noteDelivered(envelope: WireEnvelope): void;
  /** The subscription was told of a loss when the backfill of this serial had read what there is of it. */
  noteLoss(loss: Loss, serial: number): void;
  /** The end of the newest stored messages of a channel: what is older is no loss. */
  startOf(channel: string): Timetoken | undefined;
}
