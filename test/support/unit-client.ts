import { PubNub, type PubNubOptions, type TransportRequest, type TransportResponse } from 'timetoken';
import { VirtualClock } from './virtual-clock.ts';

/** What a scripted transport does with one request: an answer, or something thrown. */
export type Step = Answer | ((request: TransportRequest) => Promise<Answer> | Answer);

/** An answer, of which only what matters needs to be said. */
export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** The answer to a publish. */
export const SENT: Answer = { body: '[1,"Sent","16000000000000001"]' };

/** A step that throws instead of answering. */
export function fails(error: unknown): () => never {
  return () => {
    throw error;
  };
}

/** A step that never answers; it does not even heed its signal. */
export const hangs: Step = () => new Promise<never>(() => {});

/** A failure of the network as Node reports it, below what wraps it. */
export function networkError(code: string): Error {
  const cause = Object.assign(new Error(`connect ${code}`), { code });
  return new TypeError('fetch failed', { cause });
}

/** A client whose transport plays the steps one after the other, the last one for ever. */
export function scriptedClient(steps: readonly Step[] = [SENT], options: Partial<PubNubOptions> = {}) {
  const clock = new VirtualClock();
  const requests: TransportRequest[] = [];
  const logs: unknown[][] = [];
  const log = (...line: unknown[]) => void logs.push(line);
  const transport = async (request: TransportRequest): Promise<TransportResponse> => {
    const step = steps[Math.min(requests.length, steps.length - 1)] ?? SENT;
    requests.push(request);
    const { status = 200, headers = {}, body = '' } = typeof step === 'function' ? await step(request) : step;
    return { status, body, headers: { get: (name) => headers[name] ?? null } };
  };
  const pubnub = new PubNub({
    ...{ subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', origin: 'localhost', ssl: false },
    ...{ clock, random: () => 0, useRequestId: false },
    logger: { debug: log, info: log, warn: log, error: log },
    ...(options.fetch ? {} : { transport }),
    ...options,
  });
  /** Closes, without waiting for a server that does not take a leave. */
  const close = async () => {
    const closed = pubnub.close();
    await clock.advance(200);
    await closed;
  };
  return { pubnub, clock, requests, logs, close };
}

/** The path of a request with its query as a record, both still encoded as on the wire. */
export function lineOf(request: Pick<TransportRequest, 'method' | 'url'> | undefined) {
  if (!request) throw new Error('nothing was sent');
  const { method, url } = request;
  const start = url.indexOf('/', 'https://'.length);
  const [path = '', query = ''] = url.slice(start).split('?');
  const pairs = query.split('&').map((pair) => pair.split('=', 2));
  return { method, path, query: Object.fromEntries(pairs) as Readonly<Record<string, string>> };
}

/** What a promise was rejected with; fails the test where it was not. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error('expected a rejection');
}
