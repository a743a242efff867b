import type { TimerHandle } from '../../../protocol/clock.ts';
import { compareTimetokens } from '../../../protocol/timetoken.ts';
import type { PNStateEvent, PNStatus } from '../../listeners/events.ts';
import type { SubscribeEngine } from '../../subscribe/engine.ts';
import { Poller } from '../../subscribe/poller.ts';
import type { LoopAnswer, LoopCursor } from '../../subscribe/state.ts';
import { promptEndpoint } from './prompt-endpoint.ts';

/** A server that has entries for a poll mostly answers within this, in milliseconds. */
const SILENCE = 1_000;
/** An origin that can tell that there is nothing does so within this, in milliseconds; another one holds the question. */
const PATIENCE = 5_000;

/**
 * Tells, after the loop has come back, that nothing is missing: everything up to where the server was then has been delivered,
 * or the server has answered that there is nothing. Where it holds the loop's poll, it is asked by one that it need not hold.
 * What speaks against it is a gap, and gaps have an event of their own.
 */
export class Returns {
  readonly #engine: SubscribeEngine;
  #timer: TimerHandle | undefined;
  /** Whether the loop was stopped by the program, and has kept a cursor. */
  #wasStopped = false;
  /** How many batches the loop had brought when it came back. */
  #before = 0;
  /** The last question, and the cursor that it was asked for. */
  #question: { readonly cursor: LoopCursor; readonly controller: AbortController } | undefined;
  /** The server holds questions, too: an answer of its own is whole. */
  #isPatient = false;

  constructor(engine: SubscribeEngine) {
    this.#engine = engine;
    const { listeners } = engine;
    listeners.watch('state', (event) => this.#entered(event));
    listeners.watch('status', (status) => this.#told(status));
    listeners.watch('gap', () => this.#end());
  }

  #entered({ state, previous }: PNStateEvent): void {
    if (state !== 'connected') this.#end();
    if (previous === 'stopped') this.#wasStopped = this.#engine.cursor !== undefined;
    if (state === 'idle') this.#wasStopped = false;
  }

  #told({ category }: PNStatus): void {
    const isBack =
      category === 'PNReconnectedCategory' || (category === 'PNConnectedCategory' && this.#wasStopped);
    if (!isBack) return;
    this.#end();
    this.#wasStopped = this.#isPatient = false;
    const { delivery, loop } = this.#engine;
    this.#before = delivery.batches + loop.state.undelivered;
    this.#wait();
  }

  #wait(): void {
    this.#timer = this.#engine.settings.clock.setTimeout(() => this.#look(), SILENCE);
  }

  #end(): void {
    this.#engine.settings.clock.clearTimeout(this.#timer);
    this.#question?.controller.abort();
    this.#question = undefined;
  }

  #look(): void {
    const { backfills, delivery, loop, settings } = this.#engine;
    const { cursor, phase, undelivered } = loop.state;
    const isBusy = backfills.isWaitedFor || undelivered > 0;
    const hasAnswered = this.#isPatient && delivery.batches > this.#before;
    if (!isBusy && (hasAnswered || this.#isReached())) {
      this.#announce();
      return;
    }
    this.#wait();
    if (isBusy || !cursor || phase.name !== 'receiving' || !phase.poll) return;
    if (phase.sentAt + SILENCE <= settings.clock.monotonic()) void this.#ask(cursor);
  }

  #isReached(): boolean {
    const { cursor, floor } = this.#engine;
    return (
      cursor?.region === floor?.region &&
      compareTimetokens(cursor?.timetoken ?? '0', floor?.timetoken ?? '0') >= 0
    );
  }

  async #ask(cursor: LoopCursor): Promise<void> {
    if (this.#isPatient || this.#question?.cursor === cursor) return;
    const { executor, filter, loop, settings } = this.#engine;
    const controller = new AbortController();
    this.#question = { cursor, controller };
    const poller = new Poller(executor, promptEndpoint());
    poller.filter = filter;
    const timer = settings.clock.setTimeout(() => {
      this.#isPatient = true;
      controller.abort();
    }, PATIENCE);
    const outcome = await poller.poll({ names: loop.state.accepted, cursor }, controller);
    settings.clock.clearTimeout(timer);
    // What the loop has brought since is judged by its own answer.
    if (controller.signal.aborted || cursor !== loop.state.cursor) return;
    if ('answer' in outcome && this.#isNothing(outcome.answer)) this.#announce();
  }

  // A server that may have dropped entries by then, and does not tell, has not said that there were none.
  #isNothing({ entries, gaps }: LoopAnswer): boolean {
    const { loop, settings } = this.#engine;
    const { caughtUpAt } = loop.state;
    if (entries.length > 0) return false;
    return gaps ? gaps.length === 0 : settings.clock.monotonic() - caughtUpAt <= settings.liveRetention;
  }

  #announce(): void {
    this.#end();
    const { announcer, loop } = this.#engine;
    const names = loop.state.accepted;
    announcer.announce({ category: 'PNRecoveredCategory', operation: 'PNSubscribeOperation', names });
  }
}
