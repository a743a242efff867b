import { compareTimetokens, type Timetoken } from '../../../protocol/timetoken.ts';
import type { Arrived, Held } from '../../subscribe/arrived.ts';
import type { BackfillPlan } from '../../subscribe/backfill.ts';
import { before, later } from '../../subscribe/gaps.ts';
import type { Mix } from '../../subscribe/mix.ts';
import type { Reception } from '../../subscribe/reception.ts';
import type { LoopAnswer } from '../../subscribe/state.ts';
import { ChannelBackfill, withoutCopies } from './channel-backfill.ts';
import type { HistoryRange, HistoryRows, HistorySource } from './history-source.ts';
import { inOrder } from './in-order.ts';
import { ledgerOf, OVERLAP } from './ledger.ts';

/**
 * The newest so many stored messages of channels. History may not have the last seconds yet, so the live queue is read from
 * a little before the start as well.
 */
export class NewestBackfill extends ChannelBackfill {
  /** It was only looked at once more. */
  override readonly mostSilence = 3;
  readonly #most: number;

  /** `plan` is a plain one for the same channels. */
  constructor(
    reception: Reception,
    { plan, most }: { readonly plan: BackfillPlan; readonly most: number },
    history: HistorySource,
  ) {
    const { names, asOf, recipients } = plan;
    const from = { timetoken: before(asOf, OVERLAP), region: undefined };
    // All that came before the start counts, also what the loop has yet to bring.
    super(reception, { ...plan, from, to: later(asOf, plan.to) }, history);
    this.#most = most;
    for (const subscription of recipients) {
      subscription.interest.setFloor(names, from.timetoken);
      for (const name of names.channels) ledgerOf(subscription).rewind(name, asOf, most);
    }
  }

  // What the live queue knows by the time history answers counts among the newest messages; what it tells later is
  // delivered all the same.
  override async fetch(signal: AbortSignal): Promise<void> {
    const attempt = new AbortController();
    const abort = () => attempt.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    const isAsked = new Promise<void>((resolve) => {
      this.onPoll = resolve;
    });
    const tail = super.fetch(attempt.signal);
    // Its failure counts when history has been read.
    tail.catch(() => undefined);
    try {
      await Promise.race([isAsked, tail]);
      await this.readHistory(attempt.signal);
      await tail;
      // What has come since says that history lacked it, and maybe more.
      for (const { envelope } of this.backlog.map(({ arrived }) => arrived))
        if (compareTimetokens(envelope.p.t, this.plan.asOf) <= 0) this.done.delete(envelope.c);
      await this.readHistory(attempt.signal);
    } finally {
      signal.removeEventListener('abort', abort);
      attempt.abort();
      await tail.catch(() => undefined);
    }
  }

  // Stored messages go before it, and are counted with it: it waits for its own backfill as for those before.
  override async take(answer: LoopAnswer): Promise<boolean> {
    const { delivery } = this.reception;
    const turn = this.serial + 1;
    const offer = (arrived: Arrived) => delivery.offer({ ...arrived, turn }, this.recipients);
    const isFruitful = await delivery.inTurn(() => this.read(answer.entries).filter(offer).length > 0);
    this.goOn(answer);
    return isFruitful;
  }

  // What came from two sides, by time. Of what came before the start, it is the newest of what has not come.
  override drain(): readonly Held[] {
    const past = this.names.channels.flatMap((channel) => this.#newestOf(channel, []));
    return [...past, ...inOrder(super.drain(), [], ({ arrived }) => timeOf(arrived))];
  }

  // Stored messages come first: until they have, all that is older is missing as well.
  protected override missingFrom(names: Mix): Timetoken {
    return names.channels.some((name) => this.done.has(name)) ? super.missingFrom(names) : '0';
  }

  protected override rangeOf(): Omit<HistoryRange, 'channel'> {
    return { upTo: this.plan.asOf, most: this.#most };
  }

  protected override deliver(channel: string, { rows }: HistoryRows): void {
    const { delivery } = this.reception;
    for (const next of this.#newestOf(channel, delivery.older(rows, this, true)))
      if (delivery.release(next, this)) this.brought.add(channel);
  }

  // The newest so many of rows and what waits behind them, counted by time; fewer, where some have come before.
  #newestOf(channel: string, rows: readonly Arrived[]): readonly Held[] {
    const held = this.takeUpTo(channel, this.plan.asOf);
    const waiting = new Map(held.map(({ arrived }) => [arrived.seen, arrived])).values();
    const all = inOrder([...withoutCopies(rows, held), ...waiting], [], timeOf);
    return this.recipients.flatMap((subscription) => {
      const missing = all.filter(({ seen }) => !seen.had.has(subscription.id));
      const wanted = ledgerOf(subscription).rewindOf(channel)?.newestOf(missing, timeOf) ?? [];
      return wanted.map((arrived) => ({ arrived: { ...arrived, isRewound: true }, subscription }));
    });
  }
}

function timeOf({ envelope }: Arrived): Timetoken {
  return envelope.p.t;
}
