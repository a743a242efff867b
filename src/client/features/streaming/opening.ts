import { checkAnswer } from '../../errors/from-call.ts';
import { lostAt } from '../../errors/from-failure.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import type { Limits } from '../../request/cancellation.ts';
import type { Executor } from '../../request/execute.ts';
import { addressOf } from '../../request/path.ts';
import type { TransportRequest, TransportResponse } from '../../request/transport.ts';
import type { FeedParts } from './feed.ts';
import { EVENT_STREAM } from './feed-endpoint.ts';

/** A stream sends its first byte at once. Without one for so long, in milliseconds, something on the way holds it back. */
const PATIENCE = 5_000;

/** The server sends a comment every 15 s. Without a byte for so long, in milliseconds, the connection is lost. */
const SILENCE = 40_000;

/** The polls' operation, whose work the stream does. */
export const operation = 'PNSubscribeOperation';

const EMPTY = JSON.stringify({ t: { t: '0', r: 0 }, m: [] });

/** What came in answer to a request for the stream. */
export interface Opened {
  readonly response: TransportResponse;
  /** Absent if the server has refused the stream. */
  readonly bytes?: ReadableStreamDefaultReader<Uint8Array>;
  /** What has been read of it. */
  readonly first?: Uint8Array | undefined;
}

/** One attempt to open a stream, and what may be said of it. */
export class Opening {
  readonly #executor: Executor;
  readonly #controller: AbortController;
  #obstacle: string | undefined;
  #url: string;

  /** The controller ends the request, also when the stream is open. */
  constructor(executor: Executor, controller: AbortController) {
    this.#executor = executor;
    this.#controller = controller;
    this.#url = executor.settings.baseUrl;
  }

  /** Why no stream gets through: because of the transport, the server, or something between. */
  get obstacle(): string | undefined {
    return this.#obstacle;
  }

  /** Sends the request; resolves with a refusal, or when the first bytes are there. */
  async open(plan: Omit<TransportRequest, 'signal'>, limits: Limits): Promise<Opened> {
    const { settings } = this.#executor;
    this.#url = plan.url;
    const onTimeout = () => {
      this.#obstacle = `no byte came within ${PATIENCE} ms`;
      return noStream(this.#executor, this.#obstacle);
    };
    const controller = this.#controller;
    try {
      return await this.#executor.within(
        // A client that gives its polls less time has its own reason.
        { ...limits, controller, ...(isPatient(limits) && { timeout: PATIENCE, onTimeout }) },
        async (signal) => {
          const request = { ...plan, accept: 'events', signal } as const;
          return this.#read(checkAnswer(operation, await settings.transport(request)));
        },
      );
    } catch (thrown) {
      throw this.failure(thrown);
    } finally {
      if (this.#obstacle !== undefined) controller.abort();
    }
  }

  /** The error of a connection that breaks. */
  failure(thrown: unknown): PubNubError {
    return this.#executor.failure(operation, thrown, lostAt(this.#url, this.#executor.settings.hints));
  }

  async #read(response: TransportResponse): Promise<Opened> {
    const { status, headers, stream } = response;
    const type = headers.get('content-type') ?? 'not given';
    if (status === 200 && !stream) this.#obstacle = 'the transport gives no stream';
    else if (status === 200 && !type.startsWith(EVENT_STREAM)) this.#obstacle = `its type is ${type}`;
    if (!stream || status !== 200 || this.#obstacle !== undefined) {
      // What a refusal says is its text.
      stream?.cancel().catch(() => undefined);
      return { response };
    }
    const bytes = stream.getReader();
    const { done, value: first } = await bytes.read();
    if (done) this.#obstacle = 'it ends before its first byte';
    // It stands for an answer without entries: what it brings comes in events.
    return { response: { ...response, body: EMPTY }, bytes, first };
  }
}

function isPatient({ timeout = PATIENCE }: Limits): boolean {
  return timeout >= PATIENCE;
}

/** The error of a client that is to receive over the stream, and cannot. */
export function noStream({ settings }: Executor, why: string): PubNubError {
  const what = `${operation} failed: no stream of events comes from ${addressOf(settings.baseUrl)}: ${why}.`;
  return new PubNubError('PN-2001', `${what} With receive: 'auto', the client polls instead.`, { operation });
}

/**
 * For how long a stream may bring nothing, not even a comment. The patience of the client's own polls may be shorter: then it is
 * as with a poll that is not answered in time, and a handshake tests the connection.
 */
export function silenceOf({ settings }: Executor): FeedParts['silence'] {
  const { baseUrl, pollTimeout } = settings;
  const most = Math.min(SILENCE, pollTimeout);
  const code = most < SILENCE ? 'PN-2002' : 'PN-2001';
  const what = `${operation} failed: no byte came from ${addressOf(baseUrl)} for ${most} ms.`;
  return { most, error: () => new PubNubError(code, what, { operation }) };
}
