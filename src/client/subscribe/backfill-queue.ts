import { PNOperationType } from '../../protocol/status.ts';
import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import type { PNGapEvent } from '../listeners/events.ts';
import { pauseFor } from '../runtime/signals.ts';
import type { SteadyClock } from '../runtime/steady-clock.ts';
import { Turns } from '../runtime/turns.ts';
import type { Arrived } from './arrived.ts';
import type { Backfill } from './backfill.ts';
import { type Filled, fill, MOST_ATTEMPTS } from './backfill-fill.ts';
import type { BackfillHistory } from './backfill-history.ts';
import type { OlderDelivery } from './delivery.ts';
import { isOverdue, later, lossesIn, type NamedLoss, namedLosses, outcomeOf, sooner } from './gaps.ts';
import { inOrder } from './in-order.ts';
import type { Names } from './names.ts';
import { patienceFor, shortestPatience, type Waiting } from './patience.ts';
import type { Sightings } from './sightings.ts';
import type { LoopAnswer, LoopCursor } from './state.ts';
import { FLOOR_DELAY, MOST_FRUITLESS } from './steps.ts';

/** What polling for older entries needs of the client. */
export interface QueueHost {
  /** Polls once; `undefined` when nobody has answered within the patience. Rejects with a `PubNubError`. */
  poll(names: Names, cursor: LoopCursor, waiting: Waiting): Promise<LoopAnswer | undefined>;
  readonly delivery: OlderDelivery;
  readonly history: BackfillHistory | undefined;
  readonly sightings: Sightings;
  /** Tells those who wait for a backfill of what is missing. */
  tell(backfill: Backfill, loss: NamedLoss, recovered: PNGapEvent['recovered']): void;
  /** Of the last handshake, in milliseconds. */
  readonly roundTrip: number;
  readonly settings: {
    readonly clock: SteadyClock;
    readonly countThreshold: number;
    readonly liveRetention: number;
    /** Milliseconds. */
    readonly pollTimeout: number;
  };
}

/** Polls that nobody answers, until the end of a history is taken to be complete: it was only looked at once more. */
const SILENT_TAIL = 3;
/** Milliseconds after which a server answers a poll in any case. */
const LONGEST_HOLD = 285_000;

/**
 * Brings entries of backfills from the server's live queue, by polls of their own, one at a time. A server holds a poll
 * for which there is nothing, so a poll is given some patience, the more the longer nobody else waits, and then makes way:
 * no backfill starves another one, and an answer that got lost costs seconds.
 */
export class BackfillQueue {
  readonly #host: QueueHost;
  readonly #turns = new Turns(1);
  /** Shortens the poll under way. */
  #hurry: (() => void) | undefined;

  constructor(host: QueueHost) {
    this.#host = host;
  }

  /** Polls until everything up to the backfill's end has come. */
  async read(backfill: Backfill, signal: AbortSignal): Promise<void> {
    const { clock } = this.#host.settings;
    let fruitless = 0;
    while (backfill.isShort) {
      const began = clock.monotonic();
      const answer = await this.#answer(backfill, signal);
      if (!answer) return;
      const isFruitful = await this.#take(backfill, answer, signal);
      fruitless = isFruitful || clock.monotonic() - began >= FLOOR_DELAY ? 0 : fruitless + 1;
      // A server whose timetoken hardly moves would be asked thousands of times.
      if (fruitless >= MOST_FRUITLESS) await pauseFor(clock, FLOOR_DELAY, signal);
    }
  }

  // Silence is no failure by itself: a server holds a poll for which there is nothing. But where something newer waits, or
  // the server would have answered by now in any case, the answer is lost.
  async #answer(backfill: Backfill, signal: AbortSignal): Promise<LoopAnswer | undefined> {
    const { pollTimeout } = this.#host.settings;
    for (;;) {
      let wasHolding = false;
      let patience = 0;
      const poll = () => {
        wasHolding = backfill.isHolding;
        backfill.onPoll?.();
        patience = patienceFor(backfill, {
          roundTrip: this.#host.roundTrip,
          pollTimeout,
          isWanted: this.#turns.isWanted,
        });
        return this.#poll(backfill, patience, signal);
      };
      // Who is polled for makes way for who waits, above all where something newer waits as well.
      backfill.onHeld = () => this.#hurry?.();
      this.#hurry?.();
      const answer = await this.#turns.run(signal, poll, () => backfill.isHolding);
      if (answer) {
        backfill.silence = 0;
        return answer;
      }
      backfill.silence++;
      const isTail = backfill.plan.last !== undefined;
      if (isTail && backfill.silence >= SILENT_TAIL) return undefined;
      if (wasHolding && !isTail) throw unanswered(patience);
      if (patience >= LONGEST_HOLD) {
        backfill.attempts = MOST_ATTEMPTS;
        throw unanswered(patience);
      }
    }
  }

  async #poll(backfill: Backfill, patience: number, signal: AbortSignal): Promise<LoopAnswer | undefined> {
    const onHurry = (hurry: () => void) => {
      this.#hurry = hurry;
    };
    const waiting = { signal, patience, shortest: shortestPatience(this.#host.roundTrip), onHurry };
    try {
      backfill.asked = backfill.names;
      return await this.#host.poll(backfill.asked, backfill.place, waiting);
    } finally {
      this.#hurry = undefined;
    }
  }

  // Returns whether it brought anything that was wanted.
  async #take(backfill: Backfill, answer: LoopAnswer, signal: AbortSignal): Promise<boolean> {
    if (backfill.plan.last !== undefined) return this.#takeTail(backfill, answer);
    // It tells which channels wildcards and groups have, before history is asked for them.
    this.#host.sightings.noteAll(answer.entries, backfill.asked);
    const losses = this.#lossesOf(backfill, answer);
    const canFill = backfill.plan.recovers && this.#host.history !== undefined;
    const isOpen = ({ presence }: NamedLoss) => canFill && !presence;
    const { history } = this.#host;
    const open = history ? losses.filter(isOpen) : [];
    const filled = await Promise.all(open.map((loss) => fill({ history, backfill, answer, loss }, signal)));
    let isFruitful = false;
    await this.#host.delivery.inTurn(() => {
      if (backfill.isClosed) return;
      for (const loss of losses) if (!isOpen(loss)) this.#host.tell(backfill, loss, 'none');
      isFruitful = this.#deliver(backfill, answer, filled);
    });
    this.#goOn(backfill, answer);
    return isFruitful;
  }

  #goOn(backfill: Backfill, { cursor }: LoopAnswer): void {
    if (compareTimetokens(cursor.timetoken, backfill.place.timetoken) <= 0) throw standstill();
    backfill.place = cursor;
    // What goes on has not failed: the bound is for failures in a row.
    backfill.attempts = 0;
  }

  // Stored messages go before it, and are counted with it: it waits for its own backfill as for those before.
  async #takeTail(backfill: Backfill, answer: LoopAnswer): Promise<boolean> {
    const { delivery } = this.#host;
    let isFruitful = false;
    await delivery.inTurn(() => {
      for (const entry of answer.entries) {
        const arrived = delivery.older(entry, backfill, { isRow: false });
        if (!arrived || isAhead(arrived, backfill)) continue;
        isFruitful =
          delivery.offer({ ...arrived, turn: backfill.serial + 1 }, backfill.recipients) || isFruitful;
      }
    });
    this.#goOn(backfill, answer);
    return isFruitful;
  }

  // What the answer leaves out of the range. An old start raises the same suspicion as a long absence.
  #lossesOf({ plan, place, names }: Backfill, answer: LoopAnswer): readonly NamedLoss[] {
    const { countThreshold, liveRetention } = this.#host.settings;
    const cursor = { ...answer.cursor, timetoken: sooner(answer.cursor.timetoken, plan.to) };
    const late = place === plan.from && isOverdue(place.timetoken, plan.asOf, liveRetention);
    const full = answer.entries.length >= countThreshold;
    return lossesIn({ answer, before: place, cursor, late, full })
      .filter(({ reason }) => reason !== 'cursor-regressed')
      .flatMap((loss) => namedLosses(loss, names))
      .map((loss) => ({
        ...loss,
        from: later(loss.from, place.timetoken),
        to: sooner(loss.to, plan.to),
      }))
      .filter(({ from, to }) => compareTimetokens(from, to) < 0);
  }

  #deliver(backfill: Backfill, { entries }: LoopAnswer, filled: readonly Filled[]): boolean {
    const { delivery } = this.#host;
    const { recipients } = backfill;
    const read = (entry: unknown, loss?: NamedLoss): Older | readonly Older[] => {
      const arrived = delivery.older(entry, backfill, { isRow: loss !== undefined });
      return arrived && !isAhead(arrived, backfill) ? { arrived, loss } : [];
    };
    const live = entries.flatMap((entry) => read(entry));
    const rows = filled.flatMap(({ parts, loss }) =>
      parts.flatMap((part) => part.rows.flatMap((row) => read(row, loss))),
    );
    const found = new Set<NamedLoss>();
    let isFruitful = false;
    for (const { arrived, loss } of inOrder(rows, live, timeOf)) {
      const isWanted = loss ? delivery.offerRow(arrived, backfill) : delivery.offer(arrived, recipients);
      if (!isWanted) continue;
      isFruitful = true;
      backfill.brought.add(arrived.envelope.c);
      if (loss) found.add(loss);
    }
    for (const { loss, parts, isComplete } of filled) {
      if (!loss.certain && isComplete && !found.has(loss)) continue;
      const cuts = parts.flatMap(({ cutAt }) => cutAt ?? []);
      this.#host.tell(backfill, ...outcomeOf(loss, { hasBrought: found.has(loss), isComplete, cuts }));
    }
    return isFruitful;
  }
}

interface Older {
  readonly arrived: Arrived;
  readonly loss: NamedLoss | undefined;
}

function timeOf({ arrived }: Older): Timetoken {
  return arrived.envelope.p.t;
}

// What is newer comes from the loop, unless that has passed it: of an entry that another region took, the timetoken does not
// tell.
function isAhead({ envelope, seen: { batch } }: Arrived, { plan, since }: Backfill): boolean {
  return compareTimetokens(envelope.p.t, plan.to) > 0 && (batch === undefined || batch > since);
}

function unanswered(milliseconds: number): PubNubError {
  const operation = PNOperationType.PNSubscribeOperation;
  return new PubNubError('PN-2002', `${operation} failed: no answer within ${milliseconds} ms.`, {
    operation,
  });
}

function standstill(): PubNubError {
  const operation = PNOperationType.PNSubscribeOperation;
  return new PubNubError('PN-4001', `${operation} failed: the server answers without going on.`, {
    operation,
  });
}
