import { aborted } from '../../errors/from-call.ts';
import type { PubNubError } from '../../errors/pubnub-error.ts';
import type { Executor } from '../../request/execute.ts';
import { FLOOR_DELAY } from '../../runtime/backoff.ts';
import type { Poller, PollOutcome, PollRequest, Receiver } from '../../subscribe/poller.ts';
import { type Asked, type Line, Lines, type Obstacle } from './line.ts';
import { noStream, operation } from './opening.ts';

/**
 * Answers the polls of the loop over one stream of events, and its handshakes by requests of their own. The stream goes on as
 * long as each poll asks for what it brings next; any other poll, and one that is cancelled, ends it.
 */
export class FeedReceiver implements Receiver {
  readonly #executor: Executor;
  readonly #poller: Poller;
  readonly #lines: Lines;
  readonly #isAuto: boolean;
  #line: Line | undefined;
  /** Whether the answer to the last handshake said that the origin has the stream. */
  #isOffered = false;
  /** With `auto`: no stream got through, and this connection stays with polls. */
  #polls = false;

  constructor(executor: Executor, poller: Poller) {
    this.#executor = executor;
    this.#poller = poller;
    this.#lines = new Lines(executor, poller);
    this.#isAuto = executor.settings.receive === 'auto';
  }

  rest(): void {
    this.#end();
    this.#polls = false;
  }

  async poll(request: PollRequest, controller: AbortController): Promise<PollOutcome> {
    const { cursor } = request;
    const outcome = cursor
      ? await this.#receive({ ...request, cursor }, controller)
      : await this.#handshake(request, controller);
    // The next connection may take another way.
    if ('error' in outcome && !controller.signal.aborted) this.#polls = false;
    return outcome;
  }

  async #handshake(request: PollRequest, controller: AbortController): Promise<PollOutcome> {
    this.#end();
    const outcome = await this.#poller.poll(request, controller);
    if ('error' in outcome) return outcome;
    this.#isOffered = outcome.answer.feed === 1;
    const isMissing = !this.#isOffered && !this.#isAuto;
    return isMissing ? failed(noStream(this.#executor, 'the server does not offer it')) : outcome;
  }

  async #receive(asked: Asked, controller: AbortController): Promise<PollOutcome> {
    if (this.#isAuto && (this.#polls || !this.#isOffered)) return this.#poller.poll(asked, controller);
    const { signal } = controller;
    const abort = () => this.#end();
    signal.addEventListener('abort', abort);
    const outcome = await this.#answer(asked, signal);
    signal.removeEventListener('abort', abort);
    if (!('obstacle' in outcome)) return outcome;
    const { obstacle: reason, error = noStream(this.#executor, reason) } = outcome;
    if (!this.#isAuto || signal.aborted) return failed(error);
    this.#polls = true;
    this.#executor.settings.logger?.warn?.('receiving by polls: no stream of events comes', { reason });
    return this.#poller.poll(asked, controller);
  }

  // The server ends a stream that it can no longer serve as it was asked for: the next request learns why.
  async #answer(asked: Asked, signal: AbortSignal): Promise<PollOutcome | Obstacle> {
    for (;;) {
      const opened = await this.#lineFor(asked, signal);
      if (!('answer' in opened)) return opened;
      const line = opened.answer;
      try {
        const answer = await line.feed.next();
        if (answer) return { answer };
      } catch (thrown) {
        this.#end(line);
        return failed(line.failure(thrown));
      }
      this.#end(line);
      if (line.age < FLOOR_DELAY && !line.feed.hasAnswered)
        return { obstacle: 'it ends as soon as it begins' };
    }
  }

  async #lineFor(asked: Asked, signal: AbortSignal): Promise<PollOutcome<Line> | Obstacle> {
    const line = this.#line;
    if (line?.isFor(asked, this.#poller)) return { answer: line };
    this.#end();
    const opened = await this.#lines.open(asked, signal);
    if (!('answer' in opened)) return opened;
    if (!signal.aborted) {
      this.#line = opened.answer;
      return opened;
    }
    // Another poll may be under way by now.
    this.#end(opened.answer);
    return failed(aborted(operation, 'unknown', signal.reason));
  }

  #end(line = this.#line): void {
    if (line === this.#line) this.#line = undefined;
    line?.feed.close(new Error('The stream is of no use any more.'));
  }
}

function failed(error: PubNubError): Extract<PollOutcome, { error: unknown }> {
  return { error, refusal: false };
}
