import { limitsOf } from '../errors/from-call.ts';
import { isProtocolError } from '../errors/from-response.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import type { Executor } from '../request/execute.ts';
import { planRequest } from '../request/plan.ts';
import { decryptEntries } from '../wire/encrypted.ts';
import { isRecord } from '../wire/read.ts';
import { subscribeEndpoint } from './endpoint.ts';
import type { Names } from './names.ts';
import type { LoopAnswer, LoopCursor, Refusal } from './state.ts';

/** One request of the subscribe loop. */
export interface PollRequest {
  readonly names: Names;
  /** Absent in a handshake. */
  readonly cursor?: LoopCursor | undefined;
  readonly region?: number | undefined;
  /** Called when the request is sent. */
  readonly onSend?: () => void;
  /** JSON text of the presence state by channel, in a handshake. */
  readonly state?: string | undefined;
  /** Its timeout in milliseconds, if not the usual one. */
  readonly patience?: number | undefined;
}

/** The outcome of a request. */
export type PollOutcome<R = LoopAnswer> =
  | { readonly answer: R }
  | { readonly error: PubNubError; readonly refusal: Refusal };

/** Answers the requests of the loop. */
export interface Receiver {
  /** Never rejects; a cancelled request fails. */
  poll(request: PollRequest, controller: AbortController): Promise<PollOutcome>;
  /** The loop is not connected any more: whatever is kept for its next request is of no use. */
  rest?(): void;
}

/** What a poller sends its requests by. */
export type PollerExecutor = Pick<
  Executor,
  'settings' | 'authorizer' | 'identity' | 'codec' | 'send' | 'read' | 'refusal' | 'failure'
>;

const REFUSALS: ReadonlySet<number> = new Set([400, 403, 481]);
const MALFORMED_FILTER = 481;
/** The address or the request head is too long. A proxy may say so too: there are too many names. */
const TOO_LONG: ReadonlySet<number> = new Set([414, 431]);

/** Sends subscribe requests and reads their answers. It does not retry: the loop does, in a state of its own. */
export class Poller implements Receiver {
  /** Which messages the server is to send; all without it. */
  filter: string | undefined;
  readonly #executor: PollerExecutor;
  readonly #endpoint;

  constructor(executor: PollerExecutor, endpoint = subscribeEndpoint()) {
    this.#executor = executor;
    this.#endpoint = endpoint;
    this.filter = executor.settings.filterExpression;
  }

  /**
   * Sends a request. Never rejects; a cancelled request fails. The controller is the request's own: the transport has its
   * signal, and thus hears of a poll that is given up also while its answer is on the way to the loop.
   */
  async poll(request: PollRequest, controller: AbortController): Promise<PollOutcome> {
    const { authorizer, settings } = this.#executor;
    const { operation } = this.#endpoint;
    const { names, cursor, region = cursor?.region, state, onSend, patience } = request;
    const { filter } = this;
    const { signal } = controller;
    let length = 0;
    try {
      signal.throwIfAborted();
      const values = {
        ...{ channels: names.channels, channelGroups: names.groups, timetoken: cursor?.timetoken },
        ...{ region, filter, state },
      };
      const plan = planRequest(this.#endpoint, values, {
        ...{ keys: settings, baseUrl: settings.baseUrl, identity: this.#executor.identity },
      });
      length = plan.url.length;
      const limits = () => limitsOf(operation, { signal });
      const timeout = patience ?? (cursor ? settings.pollTimeout : settings.requestTimeout);
      const response = await authorizer.sendAuthorized(plan, { operation, limits }, async (authorized) => {
        // The request may be cancelled in the turn in which it begins.
        await Promise.resolve();
        onSend?.();
        length = authorized.url.length;
        const limits = {
          ...limitsOf(operation, { timeout, signal, from: authorizer.baseUrl }),
          controller,
        };
        return this.#executor.send(operation, authorized, limits);
      });
      const { status } = response;
      // Another success than 200 is the answer of something else.
      if (status > 200 && status < 300) throw this.#executor.refusal(operation, response, { status });
      const answer = this.#executor.read(this.#endpoint, values, response);
      const { codec } = this.#executor;
      if (!codec) return { answer };
      return { answer: { ...answer, entries: await decryptEntries(answer.entries, codec.decrypt) } };
    } catch (thrown) {
      const error = this.#executor.failure(operation, thrown);
      const { statusCode = 0, errorData } = error;
      if (TOO_LONG.has(statusCode)) return { error: tooLong(error, names, length), refusal: 'length' };
      // PubNub may answer with an empty object.
      if (filter !== undefined && statusCode === MALFORMED_FILTER && isRecord(errorData))
        return { error, refusal: 'filter' };
      return { error, refusal: REFUSALS.has(statusCode) && isProtocolError(errorData) };
    }
  }
}

// The message gives the number of names: there may be thousands.
function tooLong(error: PubNubError, { channels, groups }: Names, length: number): PubNubError {
  const { operation, statusCode, channels: blamed, channelGroups } = error;
  const names = `${channels.length} channels and ${groups.length} channel groups`;
  const what = `${operation} failed: an address of ${length} characters, for ${names}, is too long for the server.`;
  const errorData = { length, channels: channels.length, channelGroups: groups.length };
  return new PubNubError('PN-3004', what, {
    operation,
    statusCode,
    errorData,
    channels: blamed,
    channelGroups,
  });
}
