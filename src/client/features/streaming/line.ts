import type { Exchange, Values } from '../../endpoint.ts';
import type { PubNubError } from '../../errors/pubnub-error.ts';
import type { Limits } from '../../request/cancellation.ts';
import type { Executor } from '../../request/execute.ts';
import type { TransportHeaders, TransportRequest, TransportResponse } from '../../request/transport.ts';
import type { PollParams } from '../../subscribe/endpoint.ts';
import { type Names, sameNames } from '../../subscribe/names.ts';
import { Poller, type PollerExecutor, type PollOutcome, type PollRequest } from '../../subscribe/poller.ts';
import type { LoopAnswer, LoopCursor } from '../../subscribe/state.ts';
import { decryptEntries } from '../../wire/encrypted.ts';
import { Feed } from './feed.ts';
import { feedEndpoint } from './feed-endpoint.ts';
import { noStream, type Opened, Opening, silenceOf } from './opening.ts';

/** Characters of an answer that is made of several. */
const MOST_BYTES = 1_048_576;

/** A poll that is to be answered over the stream. */
export type Asked = PollRequest & { readonly cursor: LoopCursor };

/** Why there is no stream. The error is absent where it says nothing more. */
export interface Obstacle {
  readonly obstacle: string;
  readonly error?: PubNubError;
}

/** Statuses that say that there is no stream at the address, or not for this client: a proxy may know polls only. */
const NOT_THERE: ReadonlySet<number> = new Set([404, 405, 406, 501]);

/** A stream that is open, and what it was asked for. */
export class Line {
  readonly feed: Feed;
  readonly #opening: Opening;
  readonly #names: Names;
  readonly #filter: string | undefined;
  readonly #token: string | undefined;
  readonly #executor: Executor;
  readonly #since: number;

  constructor(
    executor: Executor,
    filter: string | undefined,
    { feed, opening, names }: { readonly feed: Feed; readonly opening: Opening; readonly names: Names },
  ) {
    this.feed = feed;
    this.#opening = opening;
    this.#names = names;
    this.#filter = filter;
    this.#token = executor.authorizer.tokens.at(-1);
    this.#executor = executor;
    this.#since = executor.settings.clock.monotonic();
  }

  /** Whether it brings next what a poll asks for, with the same credentials. */
  isFor({ cursor, names }: Asked, { filter }: Poller): boolean {
    // The very object: an answer that the loop did not take may have had an equal cursor.
    return (
      this.feed.at === cursor &&
      sameNames(this.#names, names) &&
      this.#filter === filter &&
      this.#token === this.#executor.authorizer.tokens.at(-1)
    );
  }

  /** For how long it has been open, in milliseconds. */
  get age(): number {
    return this.#executor.settings.clock.monotonic() - this.#since;
  }

  /** The error of what its feed has thrown. */
  failure(thrown: unknown): PubNubError {
    return this.#opening.failure(thrown);
  }
}

type Sent = Omit<TransportRequest, 'signal'>;

interface Parts {
  readonly bytes: ReadableStreamDefaultReader<Uint8Array>;
  readonly first: Uint8Array;
  readonly opening: Opening;
  readonly controller: AbortController;
}

const NO_HEADERS: TransportHeaders = Object.freeze({ get: () => null });
// The names are those of the endpoint's request, of which events tell nothing.
const NOTHING_ASKED = Object.freeze({}) as Values<PollParams>;

/** Opens streams. */
export class Lines {
  readonly #executor: Executor;
  readonly #poller: Poller;
  readonly #endpoint = feedEndpoint();

  constructor(executor: Executor, poller: Poller) {
    this.#executor = executor;
    this.#poller = poller;
  }

  /** Opens the stream that a poll asks for. The signal ends the attempt, and not the stream. */
  async open(asked: Asked, signal: AbortSignal): Promise<PollOutcome<Line> | Obstacle> {
    const controller = new AbortController();
    const abort = () => controller.abort(signal.reason);
    signal.addEventListener('abort', abort);
    try {
      const opening = new Opening(this.#executor, controller);
      return told(await this.#ask(asked, controller, opening), opening);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async #ask(asked: Asked, controller: AbortController, opening: Opening): Promise<PollOutcome<Line>> {
    let opened: Opened | undefined;
    const poller = this.#pollerOf(async (plan, limits) => {
      opened = await opening.open(plan, limits);
      return opened.response;
    });
    const outcome = await poller.poll(asked, controller);
    if ('error' in outcome) return outcome;
    const { bytes, first } = opened ?? {};
    if (!bytes || !first) return { error: noStream(this.#executor, 'none was opened'), refusal: false };
    return { answer: this.#lineOf(asked, { bytes, first, opening, controller }) };
  }

  // What holds for polls, holds for the request that opens a stream: credentials, limits of length, refusals.
  #pollerOf(send: (plan: Sent, limits: Limits) => Promise<TransportResponse>): Poller {
    const executor = this.#executor;
    const { settings, authorizer, codec, identity } = executor;
    const sender: PollerExecutor = {
      ...{ settings, authorizer, codec, identity },
      send: (_, plan, limits) => send(plan, limits),
      read: (endpoint, values, response) => executor.read(endpoint, values, response),
      refusal: (...answer) => executor.refusal(...answer),
      failure: (...thrown) => executor.failure(...thrown),
    };
    const poller = new Poller(sender, this.#endpoint);
    poller.filter = this.#poller.filter;
    return poller;
  }

  #lineOf({ cursor, names }: Asked, { bytes, first, opening, controller }: Parts): Line {
    const executor = this.#executor;
    const { clock, countThreshold } = executor.settings;
    const feed = new Feed({
      ...{ bytes, first, clock, cursor },
      room: { entries: countThreshold, bytes: MOST_BYTES },
      read: (text) => answerOf(executor, this.#endpoint, text),
      silence: silenceOf(executor),
      end: (reason) => controller.abort(reason),
    });
    return new Line(executor, this.#poller.filter, { feed, opening, names });
  }
}

// The data of an event is what a poll would have been answered with.
async function answerOf(
  executor: Executor,
  endpoint: Exchange<PollParams, LoopAnswer>,
  body: string,
): Promise<LoopAnswer> {
  const answer = executor.read(endpoint, NOTHING_ASKED, { status: 200, headers: NO_HEADERS, body });
  const { codec } = executor;
  return codec ? { ...answer, entries: await decryptEntries(answer.entries, codec.decrypt) } : answer;
}

function told(outcome: PollOutcome<Line>, { obstacle }: Opening): PollOutcome<Line> | Obstacle {
  if (obstacle !== undefined) return { obstacle };
  if ('answer' in outcome || outcome.refusal !== false) return outcome;
  const { error } = outcome;
  const { statusCode = 0 } = error;
  return NOT_THERE.has(statusCode) ? { obstacle: `HTTP ${statusCode}`, error } : outcome;
}
