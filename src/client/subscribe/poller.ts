import type { TimerHandle } from '../../protocol/clock.ts';
import { PNOperationType } from '../../protocol/status.ts';
import { checkAnswer, malformed } from '../errors/from-call.ts';
import { errorFromFailure } from '../errors/from-failure.ts';
import { isProtocolError } from '../errors/from-response.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import type { Executor } from '../request/execute.ts';
import { encodeNames, path } from '../request/path.ts';
import { queryText, type RequestPlan } from '../request/plan.ts';
import type { TransportRequest, TransportResponse } from '../request/transport.ts';
import { decryptEntries } from '../wire/encrypted.ts';
import { isRecord } from '../wire/read.ts';
import { joined } from '../wire/values.ts';
import type { Mix } from './mix.ts';
import { readAnswer } from './read-answer.ts';
import type { LoopAnswer, LoopCursor, Refusal } from './state.ts';

/** One request of the subscribe loop. */
export interface PollRequest {
  readonly mix: Mix;
  /** Absent in a handshake. */
  readonly cursor?: LoopCursor | undefined;
  readonly region?: number | undefined;
  /** Told when the request goes out. */
  readonly onSend?: () => void;
  /** JSON text of the presence state by channel, in a handshake. */
  readonly state?: string | undefined;
}

/** How a poll came to nothing. */
export interface PollFailure {
  readonly error: PubNubError;
  readonly refusal: Refusal;
}

/** What becomes of a poll: exactly one of these is called, once, unless it is cancelled. */
export interface PollOutcome {
  answered(answer: LoopAnswer): void;
  failed(failure: PollFailure): void;
}

const OPERATION = PNOperationType.PNSubscribeOperation;
const HEADERS = Object.freeze({});
const FORBIDDEN = 403;
const REFUSALS: ReadonlySet<number> = new Set([400, 403, 481]);
const MALFORMED_FILTER = 481;
/** Too long an address, or too long a head: whoever says so, it is the names that are too many. */
const TOO_LONG: ReadonlySet<number> = new Set([414, 431]);

/** Sends subscribe requests and reads their answers. It does not retry: the loop does, as a state that can be seen. */
export class Poller {
  /** Which messages the server is to send; all without it. */
  filter: string | undefined;
  readonly #executor: Executor;
  #lastMix: Mix | undefined;
  #lastPath = '';

  constructor(executor: Executor) {
    this.#executor = executor;
    this.filter = executor.settings.filterExpression;
  }

  /** Sends a request; returns how to cancel it. A request that ignores its cancellation is left to itself. */
  poll(request: PollRequest, outcome: PollOutcome): () => void {
    const { clock, requestTimeout, pollTimeout } = this.#executor.settings;
    const controller = new AbortController();
    const timeout = request.cursor ? pollTimeout : requestTimeout;
    let open = true;
    let timer: TimerHandle;
    const close = (): boolean => {
      const first = open;
      open = false;
      clock.clearTimeout(timer);
      return first;
    };
    const expire = () => {
      if (!close()) return;
      outcome.failed({ error: timedOut(timeout), refusal: false });
      controller.abort();
    };
    const send = async (authorized: RequestPlan): Promise<TransportResponse> => {
      if (open) timer = clock.setTimeout(expire, timeout);
      // It may be cancelled in the turn in which it begins.
      await Promise.resolve();
      controller.signal.throwIfAborted();
      request.onSend?.();
      const response = await this.#send({ ...authorized, signal: controller.signal });
      // It may go out again with another token, and the wait for that has an end of its own.
      if (response.status === FORBIDDEN) clock.clearTimeout(timer);
      return response;
    };
    const { filter } = this;
    let url = '';
    // What fails before anything is sent is a failure of the poll, like any other.
    const exchange = async () => {
      url = this.#url(request);
      const plan = { method: 'GET', url, headers: HEADERS } as const;
      return this.#read(
        await this.#executor.authorizer.sendAuthorized(plan, { operation: OPERATION }, send),
        request.mix,
      );
    };
    const failed = (thrown: unknown) => {
      const error = this.#executor.failure(OPERATION, thrown);
      outcome.failed(failureOf(error, { mix: request.mix, filter, length: url.length }));
    };
    exchange().then(
      (answer) => close() && outcome.answered(answer),
      (thrown: unknown) => close() && failed(thrown),
    );
    return () => {
      if (close()) controller.abort();
    };
  }

  /** The same, once something else is over. */
  pollAfter(wait: Promise<unknown> | undefined, request: PollRequest, outcome: PollOutcome): () => void {
    if (!wait) return this.poll(request, outcome);
    let cancelled = false;
    let cancel = () => {
      cancelled = true;
    };
    void wait.then(() => {
      if (!cancelled) cancel = this.poll(request, outcome);
    });
    return () => cancel();
  }

  async #send(request: TransportRequest): Promise<TransportResponse> {
    try {
      return checkAnswer(OPERATION, await this.#executor.settings.transport(request));
    } catch (thrown) {
      throw this.#executor.failure(OPERATION, thrown, errorFromFailure);
    }
  }

  #url({ mix, cursor, region, state }: PollRequest): string {
    const { baseUrl, presenceTimeoutSeconds } = this.#executor.settings;
    const query = queryText({
      tt: cursor?.timetoken ?? '0',
      tr: cursor ? cursor.region : region,
      'channel-group': joined(mix.groups),
      'filter-expr': this.filter,
      heartbeat: presenceTimeoutSeconds,
      state,
    });
    return `${baseUrl}${this.#path(mix)}?${query}${this.#executor.identity}`;
  }

  // The mix is the same object from poll to poll: its path is encoded once.
  #path(mix: Mix): string {
    if (this.#lastMix !== mix) {
      this.#lastPath = path`/v2/subscribe/${this.#executor.settings.subscribeKey}/${encodeNames(mix.channels)}/0`;
      this.#lastMix = mix;
    }
    return this.#lastPath;
  }

  async #read(response: TransportResponse, { channels, groups }: Mix): Promise<LoopAnswer> {
    const { status, body } = response;
    if (status !== 200) {
      const asked = new Set([...channels, ...groups]);
      throw this.#executor.refusal(OPERATION, response, { status, asked });
    }
    const { codec } = this.#executor;
    const answer = { ...readOr(status, body), bytes: body.length };
    return codec ? { ...answer, entries: await decryptEntries(answer.entries, codec.decrypt) } : answer;
  }
}

function readOr(status: number, body: string): LoopAnswer {
  try {
    return readAnswer(body);
  } catch (cause) {
    throw malformed(OPERATION, { status, cause });
  }
}

function failureOf(
  error: PubNubError,
  {
    mix,
    filter,
    length,
  }: { readonly mix: Mix; readonly filter: string | undefined; readonly length: number },
): PollFailure {
  const { statusCode = 0, errorData } = error;
  if (TOO_LONG.has(statusCode)) return { error: tooLong(error, mix, length), refusal: 'length' };
  // PubNub's body for it may be an empty object.
  if (filter !== undefined && statusCode === MALFORMED_FILTER && isRecord(errorData))
    return { error, refusal: 'filter' };
  return { error, refusal: REFUSALS.has(statusCode) && isProtocolError(errorData) };
}

// The names are not repeated: they may be thousands.
function tooLong(error: PubNubError, { channels, groups }: Mix, length: number): PubNubError {
  const names = `${channels.length} channels and ${groups.length} channel groups`;
  const what = `${OPERATION} failed: an address of ${length} characters, for ${names}, is too long for the server.`;
  const errorData = { length, channels: channels.length, channelGroups: groups.length };
  const { statusCode, channels: blamed, channelGroups } = error;
  const details = { operation: OPERATION, statusCode, errorData, channels: blamed, channelGroups };
  return new PubNubError('PN-3004', what, details);
}

function timedOut(timeout: number): PubNubError {
  return new PubNubError('PN-2002', `${OPERATION} failed: no answer within ${timeout} ms.`, {
    operation: OPERATION,
  });
}
