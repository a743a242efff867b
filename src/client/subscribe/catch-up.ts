import type { WireEnvelope, WireGap } from '../../protocol/envelope.ts';
import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import type { PNGapEvent } from '../listeners/events.ts';
import { isEnvelope } from './decode.ts';
import { DedupeWindow } from './dedupe.ts';
import { trimmedGap } from './gaps.ts';
import type { LiveSubscription } from './live-subscription.ts';
import { EMPTY_MIX, intersection, isEmpty, type Mix, sameMix, union } from './mix.ts';
import { oldestOf } from './oldest.ts';
import type { LoopAnswer, LoopCursor } from './state.ts';

/** Names of one subscription that start before the loop's cursor. */
export interface CatchUpTask {
  readonly subscription: LiveSubscription;
  readonly mix: Mix;
  /** Where the program wants them to start. */
  readonly from: LoopCursor;
  /** Their floor in the loop: what is newer comes from there. */
  readonly to: LoopCursor;
}

/** What a catch-up needs of the client. */
export interface CatchUpHost {
  /** Polls, again and again until there is an answer; rejects when the signal is aborted or the client ends. */
  poll(mix: Mix, cursor: LoopCursor, signal: AbortSignal): Promise<LoopAnswer>;
  /** Delivers one older entry to its subscription. */
  deliver(entry: unknown, subscription: LiveSubscription): void;
  /** Tells a subscription of older entries that the origin has dropped. */
  lost(gap: PNGapEvent, subscription: LiveSubscription): void;
}

interface Progress {
  readonly task: CatchUpTask;
  readonly seen: DedupeWindow;
  cursor: LoopCursor;
  fruitless: number;
}

/** Answers that bring a task no further, after which it is taken to be done. */
const PATIENCE = 3;

/**
 * Fetches what lies between an older timetoken that a program asked for and the handshake that accepted its names, by
 * polls of their own: the loop's cursor never moves for it. All tasks share one poll. Where there is nothing to fetch the
 * server holds that poll; a live message on one of its names, which would have to wait for it, ends the holding too.
 */
export class CatchUp {
  readonly #host: CatchUpHost;
  readonly #tasks = new Set<Progress>();
  #poll: AbortController | undefined;
  /** What the poll under way asks for. */
  #mix = EMPTY_MIX;

  constructor(host: CatchUpHost) {
    this.#host = host;
  }

  /** Adds names of a subscription; its live entries wait meanwhile. */
  add(task: CatchUpTask): void {
    if (isEmpty(task.mix) || compareTimetokens(task.from.timetoken, task.to.timetoken) >= 0) return;
    task.subscription.catchUp();
    this.#tasks.add({ task, seen: new DedupeWindow(1_000), cursor: task.from, fruitless: 0 });
    this.stop();
  }

  /** Polls for the tasks there are, unless that is under way. */
  resume(): void {
    if (this.#tasks.size === 0 || this.#poll?.signal.aborted === false) return;
    this.#poll = new AbortController();
    void this.#run(this.#poll.signal);
  }

  /** Some names are not wanted any more: the poll goes on without them, and ends where none is left. */
  narrow(): void {
    this.#prune();
    if (this.#poll?.signal.aborted !== false || sameMix(this.#mix, this.#wanted())) return;
    this.stop();
    this.resume();
  }

  /** Ends the poll that is under way; `resume` begins anew. */
  stop(): void {
    this.#poll?.abort();
  }

  async #run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#prune();
      const mix = this.#wanted();
      this.#mix = mix;
      const cursor = oldestOf([...this.#tasks].map((progress) => progress.cursor));
      if (!cursor) return this.stop();
      try {
        const answer = await this.#host.poll(mix, cursor, signal);
        if (!signal.aborted) this.#take(answer);
      } catch {
        return; // Aborted: another run has begun, or the client has ended.
      }
    }
  }

  #wanted(): Mix {
    return [...this.#tasks].reduce((all, { task }) => union(all, stillWanted(task)), EMPTY_MIX);
  }

  #take({ entries, cursor, gaps = [] }: LoopAnswer): void {
    for (const progress of [...this.#tasks]) {
      for (const gap of gaps) this.#tell(progress.task, gap);
      this.#deliver(progress, entries);
      const { task } = progress;
      const advanced = compareTimetokens(cursor.timetoken, progress.cursor.timetoken) > 0;
      if (advanced) progress.cursor = cursor;
      progress.fruitless = advanced ? 0 : progress.fruitless + 1;
      const done = compareTimetokens(progress.cursor.timetoken, task.to.timetoken) >= 0;
      if (done || progress.fruitless >= PATIENCE) this.#finish(progress);
    }
  }

  #deliver({ task, seen }: Progress, entries: readonly unknown[]): void {
    for (const entry of entries) {
      if (!isEnvelope(entry) || !isWithin(entry, task)) continue;
      if (seen.note(entry, 0)?.length === 0) this.#host.deliver(entry, task.subscription);
    }
  }

  // Of a group it is not known which channels it has: better told of one too many.
  #tell({ subscription, mix, from, to }: CatchUpTask, gap: WireGap): void {
    if (!subscription.interest.covers(gap.c, undefined) && mix.groups.length === 0) return;
    const start = later(gap.from, from.timetoken);
    const end = later(gap.to, to.timetoken) === gap.to ? to.timetoken : gap.to;
    if (compareTimetokens(start, end) < 0)
      this.#host.lost(trimmedGap({ c: gap.c, from: start, to: end }), subscription);
  }

  #prune(): void {
    for (const progress of [...this.#tasks]) if (isEmpty(stillWanted(progress.task))) this.#finish(progress);
  }

  #finish(progress: Progress): void {
    this.#tasks.delete(progress);
    const { subscription } = progress.task;
    for (const { task } of this.#tasks) if (task.subscription === subscription) return;
    subscription.catchUpDone();
  }
}

function later(a: Timetoken, b: Timetoken): Timetoken {
  return compareTimetokens(a, b) >= 0 ? a : b;
}

function stillWanted({ mix, subscription }: CatchUpTask): Mix {
  return intersection(mix, subscription.interest.mix);
}

function isWithin(entry: WireEnvelope, { subscription, from, to }: CatchUpTask): boolean {
  return (
    subscription.interest.covers(entry.c, entry.b) &&
    compareTimetokens(entry.p.t, from.timetoken) > 0 &&
    compareTimetokens(entry.p.t, to.timetoken) <= 0
  );
}
