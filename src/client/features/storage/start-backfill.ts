import type { WireEnvelope } from '../../../protocol/envelope.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import type { Arrived } from '../../subscribe/arrived.ts';
import { MOST_ATTEMPTS } from '../../subscribe/backfill-queue.ts';
import { isEnvelope, isStored } from '../../subscribe/envelope.ts';
import { isOfPresence, isOverdue, type Loss } from '../../subscribe/gaps.ts';
import type { LoopAnswer } from '../../subscribe/state.ts';
import { inOrder } from './in-order.ts';
import { endOf, isInDoubt, MOST_ROWS, outcomeOf, StoredBackfill } from './stored-backfill.ts';

/** A loss, and the rows of history that fill it. */
interface Filled {
  readonly loss: Loss;
  readonly rows: readonly WireEnvelope[];
  readonly cuts: readonly Timetoken[];
  /** History may lack rows of it. */
  readonly isBehind: boolean;
}

interface Fetched {
  readonly arrived: Arrived;
  /** The loss that it fills, if it is a row of history. */
  readonly filled?: Filled;
}

/** Brings everything from an older start on: history fills what the answers of the live queue leave out. */
export class StartBackfill extends StoredBackfill {
  /** The live queue has little of a start that is older than what it keeps: if it stays silent, only history has it. */
  override readonly mostSilence = isOverdue(
    this.place.timetoken,
    this.plan.asOf,
    this.engine.settings.liveRetention,
  )
    ? 3
    : undefined;

  override async fetch(signal: AbortSignal): Promise<void> {
    await super.fetch(signal);
    // Silence is an answer without entries, up to the end.
    const cursor = { timetoken: this.plan.to, region: this.place.region ?? 0 };
    if (this.isShort) await this.take({ cursor, entries: [], gaps: undefined, isSilence: true }, signal);
  }

  protected override async prepare(
    answer: LoopAnswer,
    losses: readonly Loss[],
    signal: AbortSignal,
  ): Promise<() => boolean> {
    const open = losses.filter((loss) => !isOfPresence(loss));
    const filled = await Promise.all(open.map((loss) => this.#fill(answer, loss, signal)));
    return () => {
      for (const loss of losses) if (isOfPresence(loss)) this.engine.losses.tell(this, loss, 'none');
      return this.#deliver(answer, filled);
    };
  }

  // Rejects while it may be tried again. After the last attempt the loss stays, and the entries of the answer are delivered.
  async #fill(answer: LoopAnswer, loss: Loss, signal: AbortSignal): Promise<Filled> {
    const { names, from } = loss;
    try {
      const places = await this.placesOf(names, signal);
      await this.listGroupsBeside(names, signal);
      const reads = places.map((place) => {
        const newest = newestIn(answer, place.channel);
        const range = { after: from, upTo: endOf(loss, newest), most: MOST_ROWS };
        return this.rowsOf({ ...place, ...range }, isInDoubt(loss, newest), signal);
      });
      const parts = await Promise.all(reads);
      const cuts = parts.flatMap(({ cutAt }) => cutAt ?? []);
      const isBehind = parts.some((part) => part.isBehind);
      return { loss, rows: parts.flatMap(({ rows }) => rows), cuts, isBehind };
    } catch (error) {
      if (signal.aborted || this.attempts < MOST_ATTEMPTS) throw error;
      return { loss: { ...loss, reason: 'backfill-failed' }, rows: [], cuts: [], isBehind: true };
    }
  }

  #deliver({ entries }: LoopAnswer, filled: readonly Filled[]): boolean {
    const live = this.read(entries).map((arrived) => ({ arrived }));
    const rows = filled.flatMap((one) =>
      this.read(one.rows, 'history').map((arrived) => ({ arrived, filled: one })),
    );
    const found = new Set<Filled>();
    let isFruitful = false;
    for (const { arrived, filled: one } of inOrder<Fetched>(rows, live, timeOf)) {
      const isWanted = one ? this.offerRow(arrived) : this.offer(arrived);
      if (isWanted && one) found.add(one);
      isFruitful ||= isWanted;
    }
    for (const one of filled)
      for (const outcome of outcomeOf(one.loss, { ...one, hasBrought: found.has(one) }))
        this.engine.losses.tell(this, ...outcome);
    return isFruitful;
  }
}

function timeOf({ arrived }: Fetched): Timetoken {
  return arrived.envelope.p.t;
}

function newestIn({ entries }: LoopAnswer, channel: string): Timetoken | undefined {
  const isIts = (entry: unknown) => isEnvelope(entry) && entry.c === channel && isStored(entry);
  const newest = entries.findLast(isIts);
  return isEnvelope(newest) ? newest.p.t : undefined;
}
