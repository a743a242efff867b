import { compareTimetokens, type Timetoken } from '../../../protocol/timetoken.ts';
import { pauseFor } from '../../runtime/signals.ts';
import type { Arrived, Held } from '../../subscribe/arrived.ts';
import type { BackfillPlan } from '../../subscribe/backfill-plan.ts';
import type { Seen } from '../../subscribe/dedupe.ts';
import type { SubscribeEngine } from '../../subscribe/engine.ts';
import { isEnvelope } from '../../subscribe/envelope.ts';
import { before, isOverdue, later, sooner } from '../../subscribe/gaps.ts';
import type { Names } from '../../subscribe/names.ts';
import type { LoopAnswer } from '../../subscribe/state.ts';
import { ChannelBackfill, withoutCopies } from './channel-backfill.ts';
import type { HistoryRange, HistorySource } from './history-source.ts';
import { inOrder } from './in-order.ts';
import { ledgerOf, OVERLAP } from './ledger.ts';
import { type Doubt, LAG, type Read } from './stored-backfill.ts';

/**
 * Brings the newest stored messages of channels. History may lack the last seconds, so the live queue is read as well, from
 * a little before the start.
 */
export class NewestBackfill extends ChannelBackfill {
  /** History has most of it: a queue that stays silent has nothing more. */
  override readonly mostSilence = 3;
  readonly #most: number;
  /** The live queue may have pushed out messages that history did not have yet. */
  #mayLack = false;
  /** What was read, since it may be read again. */
  readonly #pinned: Seen[] = [];

  /** The names of the plan are channels; `most` is for each of them. */
  constructor(
    engine: SubscribeEngine,
    { plan, most }: { readonly plan: BackfillPlan; readonly most: number },
    history: HistorySource,
  ) {
    const { names, asOf, recipients } = plan;
    const from = { timetoken: before(asOf, OVERLAP), region: undefined };
    // Everything from before the start counts, also what the loop has yet to bring.
    super(engine, { ...plan, from, to: later(asOf, plan.to) }, history);
    this.#most = most;
    for (const subscription of recipients) {
      subscription.interest.setFloor(names, from.timetoken);
      for (const name of names.channels) ledgerOf(subscription).rewind(name, asOf, most);
    }
  }

  // What the live queue brings until history answers counts among the newest messages; later entries are delivered as well.
  override async fetch(signal: AbortSignal): Promise<void> {
    const attempt = new AbortController();
    const abort = () => attempt.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const isSilent = new Promise<void>((resolve) => {
      this.onSilence = resolve;
    });
    const tail = super.fetch(attempt.signal);
    // Its failure is handled after history was read.
    const hasEnded = tail.catch(() => undefined);
    try {
      // What it has is newer than what history has: the newest of both are known only now.
      await Promise.race([isSilent, hasEnded]);
      await this.readHistory(attempt.signal);
      await tail;
      if (this.#mayLack) {
        await pauseFor(this.engine.settings.clock, LAG, attempt.signal);
        this.done.clear();
      }
      // History lacked the messages that have come since, and maybe more.
      for (const channel of this.names.channels) {
        const isPast = ({ arrived }: Held) => compareTimetokens(timeOf(arrived), this.plan.asOf) <= 0;
        if (this.backlog.of(channel).some(isPast)) this.done.delete(channel);
      }
      await this.readHistory(attempt.signal);
    } finally {
      signal.removeEventListener('abort', abort);
      attempt.abort();
      await hasEnded;
    }
  }

  // Stored messages come first and are counted with these entries, so they wait for this backfill as well.
  override async take(answer: LoopAnswer): Promise<boolean> {
    const { delivery } = this.engine;
    const turn = this.serial + 1;
    const offer = (arrived: Arrived) => delivery.offer({ ...arrived, turn }, this.recipients);
    this.#mayLack ||= this.#startsLate(answer);
    const isFruitful = await delivery.inTurn(() => this.read(answer.entries).filter(offer).length > 0);
    this.goOn(answer);
    return isFruitful;
  }

  // Whether there were entries before these that history may lack as well: as the server says, or else if the answer is full
  // and none of them is old enough.
  #startsLate({ entries, gaps }: LoopAnswer): boolean {
    if (gaps) return gaps.some(({ to }) => !isOverdue(to, this.plan.asOf, LAG));
    if (entries.length < this.engine.settings.countThreshold) return false;
    const oldest = entries
      .flatMap((entry) => (isEnvelope(entry) ? entry.p.t : []))
      .reduce(sooner, this.plan.to);
    return !isOverdue(oldest, this.plan.asOf, LAG);
  }

  // The live queue has most of what history has late.
  protected override get mostRereads(): number {
    return this.#mayLack ? super.mostRereads : 1;
  }

  // First the newest messages from before the start that have not been delivered, then the rest by time.
  override drain(): readonly Held[] {
    const past = this.names.channels.flatMap((channel) => this.#newestOf(channel, []));
    for (const seen of this.#pinned.splice(0)) seen.pins--;
    return [...past, ...inOrder(super.drain(), [], ({ arrived }) => timeOf(arrived))];
  }

  // Until the history of the channel was read, everything older is missing as well.
  protected override missingFrom(names: Names): Timetoken {
    return names.channels.some((name) => this.done.has(name)) ? super.missingFrom(names) : '0';
  }

  protected override rangeOf(): Omit<HistoryRange, 'channel'> {
    return { upTo: this.plan.asOf, most: this.#most };
  }

  protected override doubtOf(channel: string, upTo: Timetoken): Doubt {
    const newest = this.newestMessage(channel, upTo);
    return (rows) => newest !== undefined && !rows.some(({ p }) => p.t === newest);
  }

  protected override deliver(channel: string, { rows }: Read): void {
    const { delivery } = this.engine;
    const arrived = delivery.older(rows, this, 'history');
    for (const { seen } of arrived) seen.pins++;
    this.#pinned.push(...arrived.map(({ seen }) => seen));
    for (const next of this.#newestOf(channel, arrived))
      if (delivery.release(next, this.serial)) this.brought.add(channel);
  }

  // The newest of the rows and of the entries that wait, less the number that was delivered before.
  #newestOf(channel: string, rows: readonly Arrived[]): readonly Held[] {
    const held = this.backlog.takeUpTo(channel, this.plan.asOf);
    const missing = [...withoutCopies(rows, held), ...held.map(({ arrived }) => arrived)];
    // Each once: history may have a publish with an id twice.
    const once = new Map(missing.map((arrived) => [arrived.seen, arrived])).values();
    const all = inOrder([...once], [], timeOf);
    return this.recipients.flatMap((subscription) => {
      const wanting = all.filter(({ seen }) => !seen.had.has(subscription.id));
      const wanted = ledgerOf(subscription).rewindOf(channel)?.newestOf(wanting, timeOf) ?? [];
      return wanted.map((arrived) => ({ arrived: { ...arrived, isRewound: true }, subscription }));
    });
  }
}

function timeOf({ envelope }: Arrived): Timetoken {
  return envelope.p.t;
}
