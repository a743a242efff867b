import { compareTimetokens, type Timetoken } from '../../../protocol/timetoken.ts';
import type { Arrived, Held } from '../../subscribe/arrived.ts';
import type { BackfillPlan } from '../../subscribe/backfill-plan.ts';
import type { SubscribeEngine } from '../../subscribe/engine.ts';
import {
  apart,
  before,
  type EarlyEnd,
  type Loss,
  later,
  type Outcome,
  sooner,
  spanOf,
} from '../../subscribe/gaps.ts';
import type { Affected } from '../../subscribe/losses.ts';
import { type Names, sameNames } from '../../subscribe/names.ts';
import { ChannelBackfill, withoutCopies } from './channel-backfill.ts';
import type { HistoryRange, HistorySource } from './history-source.ts';
import { inOrder } from './in-order.ts';
import { OVERLAP } from './ledger.ts';
import { type Doubt, endOf, isInDoubt, MOST_ROWS, outcomeOf, type Read } from './stored-backfill.ts';

/** Brings back what the loop lost: one backfill for all names, so that entries that come by several keep their order. */
export class LossBackfill extends ChannelBackfill {
  override readonly fills = true;
  #loss: Loss;
  /** How many losses it brings back. */
  #losses = 1;
  /** The one before it that is about the same, if it has not ended: they do not read at the same time. */
  #before: LossBackfill | undefined;
  #hasBegun = false;
  /** The oldest row of each channel of which older rows were left out. */
  readonly #cuts = new Map<string, Timetoken>();
  /** The channels of which history may lack rows. */
  readonly #behind = new Set<string>();

  constructor(
    engine: SubscribeEngine,
    { affected, asked }: { readonly affected: readonly Affected[]; readonly asked: Names },
    history: HistorySource,
  ) {
    const loss = affected.map((one) => one.loss).reduce(spanOf);
    const asOf = later(loss.to, engine.loop.state.cursor?.timetoken ?? loss.to);
    super(engine, { ...planOf(loss, affected, asked), asOf }, history);
    this.#loss = loss;
    this.#before = this.recipients[0]?.backfills.findLast(
      (one): one is LossBackfill => one instanceof LossBackfill && this.#isLike(one),
    );
  }

  /**
   * Whether the one before it takes its loss along. While answers come full, each raises a suspicion, sooner than the history
   * for the one before is read.
   */
  isTakenAlong(): boolean {
    return this.#before?.takes(this) ?? false;
  }

  /** Takes another loss along, unless it has begun to read. */
  takes(later: LossBackfill): boolean {
    if (this.#hasBegun) return false;
    this.#loss = spanOf(this.#loss, later.#loss);
    this.#losses++;
    this.plan = { ...this.plan, to: this.#loss.to };
    return true;
  }

  override async fetch(signal: AbortSignal): Promise<void> {
    while (this.#before && !this.#before.isClosed) {
      await this.#before.running;
      signal.throwIfAborted();
    }
    this.#before = undefined;
    this.#hasBegun = true;
    await this.readHistory(signal);
  }

  override missing(because: EarlyEnd | undefined): readonly Outcome[] {
    return apart(this.#loss).flatMap((loss) => {
      const channels = this.channelsOf(loss.names);
      const cuts = channels.flatMap((channel) => this.#cuts.get(channel) ?? []);
      const isBehind = channels.some((channel) => this.#behind.has(channel));
      const told = because ? { ...loss, reason: because } : loss;
      return outcomeOf(told, { hasBrought: this.hasBrought(loss.names), isBehind, cuts });
    });
  }

  protected override rangeOf(channel: string): Omit<HistoryRange, 'channel'> {
    const { from } = this.#loss;
    // Rows from before the loss that the deduplication window holds are copies; older ones must not be delivered again.
    const { forgottenUpTo } = this.engine.delivery;
    const isRemembered = compareTimetokens(forgottenUpTo, from) < 0;
    const after = isRemembered ? later(before(from, OVERLAP), forgottenUpTo) : from;
    return { after, upTo: endOf(this.#loss, this.newestMessage(channel)), most: MOST_ROWS * this.#losses };
  }

  protected override doubtOf(channel: string, upTo: Timetoken): Doubt {
    return isInDoubt(this.#loss, this.newestMessage(channel, upTo));
  }

  protected override deliver(channel: string, { rows, cutAt, isBehind }: Read): void {
    const { delivery } = this.engine;
    const { from, to } = this.#loss;
    // Rows from before the loss are told from copies by the window, which has gone on since they were asked for.
    const after = sooner(from, delivery.forgottenUpTo);
    const wanted = rows.filter(
      ({ p }) => compareTimetokens(p.t, to) <= 0 && compareTimetokens(p.t, after) > 0,
    );
    for (const { arrived, subscription } of this.#merged(channel, delivery.older(wanted, this, 'history'))) {
      if (subscription) delivery.release({ arrived, subscription }, this.serial);
      else this.offerRow(arrived);
    }
    // Older rows are not of the loss.
    if (cutAt !== undefined && compareTimetokens(cutAt, from) > 0) this.#cuts.set(channel, cutAt);
    if (isBehind) this.#behind.add(channel);
  }

  // Whether another one differs in nothing but its range. What is certain is told as it is.
  #isLike(other: LossBackfill): boolean {
    const [mine, others] = [this.#loss, other.#loss];
    return (
      !(other.isClosed || mine.certain || others.certain) &&
      mine.reason === others.reason &&
      sameNames(this.names, other.names) &&
      String(this.#ids) === String(other.#ids)
    );
  }

  get #ids(): readonly number[] {
    return this.recipients.map(({ id }) => id);
  }

  // The rows and the entries that wait, up to the last row, by time. Live entries keep the order in which they came.
  #merged(channel: string, rows: readonly Arrived[]): readonly Next[] {
    const end = rows.at(-1)?.envelope.p.t;
    const held = end === undefined ? [] : this.backlog.takeUpTo(channel, end);
    const missing = withoutCopies(rows, held).map((arrived) => ({ arrived }));
    const isRow = ({ arrived }: Held) => arrived.source?.fills === true;
    const live = held.filter((one) => !isRow(one));
    return inOrder<Next>([...missing, ...held.filter(isRow)], live, ({ arrived }) => arrived.envelope.p.t);
  }
}

/** A row, or an entry that waited. */
type Next = Omit<Held, 'subscription'> & Partial<Held>;

function planOf({ names, from, to }: Loss, affected: readonly Affected[], asked: Names): BackfillPlan {
  const groups = new Map<string, readonly string[]>();
  for (const one of affected)
    for (const channel of one.loss.names.channels)
      groups.set(channel, [...new Set([...(groups.get(channel) ?? []), ...one.groups])]);
  const recipients = [...new Set(affected.map(({ subscription }) => subscription))];
  return { names, from: { timetoken: from, region: undefined }, to, asOf: to, recipients, groups, asked };
}
