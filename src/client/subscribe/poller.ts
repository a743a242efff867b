import type { TimerHandle } from '../../protocol/clock.ts';
import { PNOperationType } from '../../protocol/status.ts';
import { decryptEntries } from '../crypto/messages.ts';
import { errorFromFailure } from '../errors/from-failure.ts';
import { isProtocolError } from '../errors/from-response.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { type Executor, malformed } from '../execute.ts';
import { encodeNames, path } from '../path.ts';
import { queryText } from '../plan.ts';
import type { TransportResponse } from '../transport/transport.ts';
import { joined } from '../values.ts';
import type { Mix } from './mix.ts';
import { readAnswer } from './read-answer.ts';
import type { LoopAnswer, LoopCursor } from './state.ts';

/** One request of the subscribe loop. */
export interface PollRequest {
  readonly mix: Mix;
  /** Absent in a handshake. */
  readonly cursor?: LoopCursor | undefined;
  readonly region?: number | undefined;
  /** JSON text of the presence state by channel, in a handshake. */
  readonly state?: string | undefined;
}

/** How a poll came to nothing. */
export interface PollFailure {
  readonly error: PubNubError;
  /** The server itself refused names, in its own error body. */
  readonly refusal: boolean;
}

/** What becomes of a poll: exactly one of these is called, once, unless it is cancelled. */
export interface PollOutcome {
  answered(answer: LoopAnswer): void;
  failed(failure: PollFailure): void;
}

const OPERATION = PNOperationType.PNSubscribeOperation;
const HEADERS = Object.freeze({});
const REFUSALS: ReadonlySet<number> = new Set([400, 403, 414, 481]);

/** Sends subscribe requests and reads their answers. It does not retry: the loop does, as a state that can be seen. */
export class Poller {
  readonly #executor: Executor;
  #lastMix: Mix | undefined;
  #lastPath = '';

  constructor(executor: Executor) {
    this.#executor = executor;
  }

  /** Sends a request; returns how to cancel it. A request that ignores its cancellation is left to itself. */
  poll(request: PollRequest, outcome: PollOutcome): () => void {
    const { clock, transport, requestTimeout, pollTimeout } = this.#executor.settings;
    const controller = new AbortController();
    const timeout = request.cursor ? pollTimeout : requestTimeout;
    let open = true;
    const close = (): boolean => {
      const first = open;
      open = false;
      clock.clearTimeout(timer);
      return first;
    };
    const timer: TimerHandle = clock.setTimeout(() => {
      if (!close()) return;
      outcome.failed({ error: timedOut(timeout), refusal: false });
      controller.abort();
    }, timeout);
    const plan = { method: 'GET', url: this.#url(request), headers: HEADERS } as const;
    this.#executor
      .authorize(plan)
      .then((authorized) => {
        // It may have been cancelled in the turn in which it began.
        controller.signal.throwIfAborted();
        return transport({ ...authorized, signal: controller.signal });
      })
      .then((response) => this.#read(response))
      .then(
        (answer) => close() && outcome.answered(answer),
        (thrown: unknown) => close() && outcome.failed(failureOf(thrown)),
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

  #url({ mix, cursor, region, state }: PollRequest): string {
    const { baseUrl, presenceTimeoutSeconds } = this.#executor.settings;
    const query = queryText({
      tt: cursor?.timetoken ?? '0',
      tr: cursor ? cursor.region : region,
      'channel-group': joined(mix.groups),
      heartbeat: presenceTimeoutSeconds,
      state,
    });
    return `${baseUrl}${this.#path(mix)}?${query}${this.#executor.identity}`;
  }

  // The mix is the same object from poll to poll: its path is encoded once.
  #path(mix: Mix): string {
    if (this.#lastMix !== mix) {
      this.#lastMix = mix;
      this.#lastPath = path`/v2/subscribe/${this.#executor.settings.subscribeKey}/${encodeNames(mix.channels)}/0`;
    }
    return this.#lastPath;
  }

  async #read(response: TransportResponse): Promise<LoopAnswer> {
    const { status, body } = response;
    if (status !== 200) throw this.#executor.refusal(OPERATION, response, status);
    const { crypto } = this.#executor.settings;
    const answer = readOr(status, body);
    return crypto ? { ...answer, entries: await decryptEntries(crypto, answer.entries) } : answer;
  }
}

function readOr(status: number, body: string): LoopAnswer {
  try {
    return readAnswer(body);
  } catch (cause) {
    throw malformed(OPERATION, { status, cause });
  }
}

function failureOf(thrown: unknown): PollFailure {
  const error = errorFromFailure(OPERATION, thrown);
  const { statusCode, errorData } = error;
  return {
    error,
    refusal: statusCode !== undefined && REFUSALS.has(statusCode) && isProtocolError(errorData),
  };
}

function timedOut(timeout: number): PubNubError {
  return new PubNubError('PN-2002', `${OPERATION} failed: no answer within ${timeout} ms.`, {
    operation: OPERATION,
  });
}
