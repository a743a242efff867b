import type { TransportRequest, TransportResponse } from '../../src/client/request/transport.ts';
import { type PNStateEvent, type PNStatus, PubNub, type PubNubOptions } from '../../src/index.ts';
import type { StoredHistory } from './loop-history.ts';
import { answerAt } from './loop-machine.ts';
import { type RequestFacts, type RequestKind, readRequest } from './loop-requests.ts';
import { settle, VirtualClock } from './virtual-clock.ts';

/** A request that waits until the test answers it. */
export class PendingRequest {
  readonly url: string;
  readonly facts: RequestFacts;
  readonly signal: AbortSignal;
  readonly isKeptAlive: boolean;
  /** Monotonic milliseconds. */
  readonly sentAt: number;
  readonly response: Promise<TransportResponse>;
  answered = false;
  #resolve: (response: TransportResponse) => void = () => {};
  #reject: (error: unknown) => void = () => {};

  constructor({ url, signal, keepalive }: TransportRequest, sentAt: number) {
    this.sentAt = sentAt;
    this.url = url;
    this.facts = readRequest(url);
    this.signal = signal;
    this.isKeptAlive = keepalive === true;
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Whether somebody waits for its answer. */
  get open(): boolean {
    return !this.answered && !this.signal.aborted;
  }

  /** The server answers; the client has digested it when this resolves. */
  async respond(
    status: number,
    body: unknown = '',
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    this.answered = true;
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    this.#resolve({ status, body: text, headers: new Headers(headers) });
    await settle(1);
  }

  /** The answer to a handshake or poll. */
  async answer(count: number, more: Parameters<typeof answerAt>[1] = {}): Promise<void> {
    const { cursor, entries, gaps } = answerAt(count, more);
    await this.respond(200, {
      t: { t: cursor.timetoken, r: cursor.region },
      m: entries,
      ...(gaps && { g: gaps }),
    });
  }

  /** The server refuses names, as the access manager does. */
  async refuse(
    status: number,
    payload?: { channels?: readonly string[]; 'channel-groups'?: readonly string[] },
  ) {
    const body = { message: 'Forbidden', payload, error: true, service: 'Access Manager', status };
    await this.respond(status, body);
  }

  /** The connection breaks. */
  async fail(code = 'ECONNRESET'): Promise<void> {
    this.answered = true;
    this.#reject(Object.assign(new Error('It broke.'), { code }));
    await settle(1);
  }
}

/**
 * A client whose requests are answered by hand: those of the loop; leaves and heartbeats too if the test says so. What
 * it asks history is answered by a history, if there is one.
 */
export class HandFedClient {
  readonly clock = new VirtualClock();
  readonly requests: PendingRequest[] = [];
  readonly statuses: PNStatus[] = [];
  readonly states: PNStateEvent[] = [];
  readonly client: PubNub;

  constructor(
    options: Partial<PubNubOptions> = {},
    { byHand = [], history }: { byHand?: readonly RequestKind[]; history?: StoredHistory } = {},
  ) {
    this.client = new PubNub({
      subscribeKey: 'demo',
      publishKey: 'demo',
      userId: 'alice',
      clock: this.clock,
      random: () => 0.5,
      transport: (request) => {
        const pending = new PendingRequest(request, this.clock.monotonic());
        this.requests.push(pending);
        const { kind } = pending.facts;
        const isLeft = kind === 'handshake' || kind === 'poll' || byHand.includes(kind);
        if (isLeft) return pending.response;
        if (kind === 'other' && history) void pending.respond(...history.answer(pending.url));
        else void pending.respond(200, { status: 200, message: 'OK', service: 'Presence' });
        return pending.response;
      },
      ...options,
    });
    this.client.on('status', (status) => this.statuses.push(status));
    this.client.on('state', (state) => this.states.push(state));
  }

  /** Requests that wait for an answer. */
  open(kind?: RequestKind): readonly PendingRequest[] {
    return this.requests.filter(
      (request) => request.open && (kind === undefined || request.facts.kind === kind),
    );
  }

  /** The one request of a kind that waits for an answer. */
  async next(kind: RequestKind): Promise<PendingRequest> {
    await settle(1);
    const [request, ...others] = this.open(kind);
    if (!request || others.length > 0) {
      const kinds = this.open().map(({ facts }) => facts.kind);
      throw new Error(`There is not exactly one ${kind} to answer, but: ${kinds.join(', ') || 'nothing'}.`);
    }
    return request;
  }

  /** The handshake of the next attempt, as soon as the loop makes it. */
  async retried(): Promise<PendingRequest> {
    for (let second = 0; second <= 150 && this.open('handshake').length === 0; second++)
      await this.clock.advance(1_000);
    return this.next('handshake');
  }

  /** Subscribes and is accepted at a timetoken. */
  async subscribed(channels: string | readonly string[], at: number, { presence = false } = {}) {
    const builder = this.client.subscribe().channels(typeof channels === 'string' ? channels : [...channels]);
    const subscription = (presence ? builder.withPresence() : builder).execute();
    await (await this.next('handshake')).answer(at);
    return subscription;
  }

  /** Answers the poll. */
  async deliver(count: number, entries: readonly unknown[] = []): Promise<void> {
    await (await this.next('poll')).answer(count, { entries });
  }

  /** The categories announced so far. */
  get categories(): readonly string[] {
    return this.statuses.map(({ category }) => category.replace(/^PN(.*)Category$/, '$1'));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = this.client.close();
    await this.clock.advance(200);
    await closed;
    if (this.clock.pending > 0) throw new Error(`${this.clock.pending} timers are left.`);
  }
}
