import type { Context } from '../../builder/operation.ts';
import type { PubNubError } from '../../errors/pubnub-error.ts';
import type { PNPresenceEventResult } from '../../listeners/events.ts';
import { chance } from '../../runtime/random.ts';
import { type Listed, listOccupants } from './list.ts';
import { Pace, type Reason } from './pace.ts';

/** An answer of here-now, and what came up between the question and it. */
export interface Answered extends Listed {
  /** The events since the question: the list may be older than they are. */
  readonly since: readonly PNPresenceEventResult[];
  /** Why it has to be asked again. */
  readonly again: Reason | undefined;
}

/** What a set does with answers. */
export interface Asker {
  /** Whether the number of users is still not the server's. */
  isOff(): boolean;
  /** Takes an answer; returns whether it brought news. */
  answered(answer: Answered): boolean;
  failed(error: PubNubError): void;
}

interface Question {
  readonly controller: AbortController;
  readonly since: PNPresenceEventResult[];
  again: Reason | undefined;
}

/** Events that are kept for one question, at most. */
const MOST_EVENTS = 10_000;

/** Asks who is on a channel, when there is a reason to, and not too often. */
export class Questions {
  readonly #context: Context;
  readonly #channel: string;
  readonly #asker: Asker;
  readonly #pace = new Pace();
  #question: Question | undefined;
  #hasEnded = false;
  /** The tokens when a question failed. */
  #tokens: readonly string[] | undefined;
  #due: { readonly at: number; readonly reason: Reason; readonly timer: unknown } | undefined;

  constructor(context: Context, channel: string, asker: Asker) {
    this.#context = context;
    this.#channel = channel;
    this.#asker = asker;
  }

  /** An event has come. */
  note(event: PNPresenceEventResult): void {
    const question = this.#question;
    if (!question) return;
    if (question.since.length < MOST_EVENTS) question.since.push(event);
    else question.again = 'lost';
  }

  /** Asks soon, while the client is connected. A sooner question stands for a later one. */
  owe(reason: Reason): void {
    const { engine } = this.#context;
    const question = this.#question;
    if (question && question.again !== 'lost') question.again = reason;
    if (question || this.#hasEnded || engine.state !== 'connected') return;
    const { clock, random } = engine.settings;
    const now = clock.monotonic();
    const delay = this.#pace.delay(reason, now, chance(random));
    const due = this.#due;
    // A number that comes right is no answer to what was lost.
    const cause = due && reason === 'count' ? due.reason : reason;
    if (due && due.at <= now + delay) {
      this.#due = { ...due, reason: cause };
      return;
    }
    if (due) clock.clearTimeout(due.timer);
    // The first one.
    if (delay === 0) {
      this.#due = undefined;
      void this.#ask();
      return;
    }
    this.#due = { at: now + delay, reason: cause, timer: clock.setTimeout(() => this.#dueNow(), delay) };
  }

  /** Gives up what is under way, or due. */
  halt(): void {
    if (this.#question) this.#pace.interrupted(this.#context.engine.settings.clock.monotonic());
    this.#question?.controller.abort();
    this.#question = undefined;
    if (this.#due) this.#context.engine.settings.clock.clearTimeout(this.#due.timer);
    this.#due = undefined;
  }

  /** Asks sooner if there is another token since a question failed. Returns whether there is. */
  renew(): boolean {
    const { tokens } = this.#context.executor.authorizer;
    if (this.#tokens === undefined || this.#tokens === tokens) return false;
    this.#tokens = undefined;
    this.#pace.renew();
    this.owe('lost');
    return true;
  }

  /** Asks no more. */
  end(): void {
    this.#hasEnded = true;
    this.halt();
  }

  #dueNow(): void {
    const reason = this.#due?.reason;
    this.#due = undefined;
    // Meanwhile the number may have come right: the list was ahead of the events.
    if (reason !== 'count' || this.#asker.isOff()) void this.#ask();
  }

  async #ask(): Promise<void> {
    const { executor, engine } = this.#context;
    const question: Question = { controller: new AbortController(), since: [], again: undefined };
    this.#question = question;
    const now = () => engine.settings.clock.monotonic();
    try {
      const listed = await listOccupants(executor, this.#channel, question.controller.signal);
      if (this.#question !== question) return;
      this.#question = undefined;
      this.#tokens = undefined;
      const { since, again } = question;
      const isNews = this.#asker.answered({ ...listed, since, again });
      this.#pace.answered(now(), isNews ? 'news' : 'nothing');
      // Users move from one page to another when somebody leaves.
      if (again) this.owe(again);
      else if (listed.pages > 1 && since.length > 0) this.owe('unsure');
      else if (this.#asker.isOff()) this.owe('count');
    } catch (thrown) {
      if (this.#question !== question) return;
      this.#question = undefined;
      this.#pace.answered(now(), 'failure');
      const error = executor.failure('PNHereNowOperation', thrown);
      this.#tokens = executor.authorizer.tokens;
      engine.settings.logger?.warn?.('the occupants are unknown', { code: error.code });
      this.owe('lost');
      this.#asker.failed(error);
    }
  }
}
