import { ASYNC_DISPOSE } from '../../../protocol/disposal.ts';
import { checkOptions, WAIT_OPTIONS } from '../../builder/check-options.ts';
import { gather } from '../../builder/given.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import type { Executor } from '../../request/execute.ts';
import { randomId } from '../../runtime/random.ts';
import { Waiters } from '../../runtime/waiters.ts';
import type { PublishResult } from '../message.ts';
import { attempting, type QueuedValues } from './endpoint.ts';
import { Entry } from './entry.ts';
import { abortedError, closedError, fullError } from './errors.ts';
import { Followers } from './followers.ts';
import { Kept, shown } from './kept.ts';
import { Line } from './line.ts';
import { MESSAGE_OPTIONS } from './options.ts';
import { Pace } from './pace.ts';
import { Sender } from './sender.ts';
import { type Tell, tellerOf } from './teller.ts';
import type { PublishQueue, PublishQueueOptions, QueuedOptions } from './types.ts';

/** Messages that a queue without an order sends at once. */
const MOST_AT_ONCE = 8;
const MOST_QUEUED = 1_000;
const MOST_BYTES = 16 * 1024 * 1024;

const { operation } = attempting;

/** A queue of a client for one channel. */
export class LiveQueue implements PublishQueue<unknown> {
  readonly #executor: Executor;
  readonly #channel: string;
  readonly #options: PublishQueueOptions;
  readonly #tell: Tell;
  readonly #sender: Sender;
  readonly #kept: Kept | undefined;
  readonly #line = new Line<Entry>();
  /** What is on its way, and how to stop it. */
  readonly #running = new Map<Entry, AbortController>();
  readonly #waiters = new Waiters<'done' | PubNubError>();
  readonly #followers = new Followers<Entry>((entry, reason) => this.#drop(entry, reason));
  readonly #prefix: string;
  #ids = 0;
  #places = 0;
  #bytes = 0;
  #loading: Promise<void> | undefined;
  #isLoaded = false;
  #isClosed = false;
  /** Lets the client forget a queue that has nothing to do. */
  #release: (() => void) | undefined;

  constructor(executor: Executor, channel: string, options: PublishQueueOptions) {
    const { maxPerSecond, persistTo: storage, onError } = options;
    const { clock, random, logger } = executor.settings;
    this.#executor = executor;
    this.#channel = channel;
    this.#options = options;
    this.#tell = tellerOf(onError, logger);
    this.#prefix = randomId(random);
    this.#kept = storage && new Kept({ executor, channel, storage, tell: this.#tell });
    const pace = new Pace(clock, maxPerSecond);
    this.#sender = new Sender({ executor, channel, pace, onFirst: (entry) => this.#kept?.mark(entry) });
    this.#isLoaded = !storage;
    this.#load().catch(() => undefined);
  }

  get size(): number {
    return this.#line.size + this.#running.size;
  }

  publish(message: unknown, options?: QueuedOptions): Promise<PublishResult> {
    try {
      return this.#accept(message, options).promise;
    } catch (thrown) {
      return Promise.reject(this.#executor.failure(operation, thrown));
    }
  }

  async drain(given?: { readonly signal?: AbortSignal }): Promise<void> {
    const { signal } = checkOptions('drain', given, WAIT_OPTIONS);
    if (this.#isClosed) throw closedError('the queue is closed');
    this.#load().catch(() => undefined);
    const aborted = (cause: unknown) =>
      new PubNubError('PN-2003', 'drain: the wait was given up.', { cause });
    if (!this.#isLoaded || this.size > 0) await this.#waiters.wait(signal, aborted, (news) => news);
  }

  async close(): Promise<void> {
    this.#end('the queue was closed');
    await this.#kept?.idle();
  }

  [ASYNC_DISPOSE](): Promise<void> {
    return this.close();
  }

  #accept(message: unknown, options: QueuedOptions | undefined): Entry {
    const { signal, ...more }: QueuedOptions = checkOptions(operation, options, MESSAGE_OPTIONS);
    // The number tells messages apart even if random numbers repeat.
    const given = { id: `${this.#prefix}-${this.#ids++}`, ...more, channel: this.#channel, message };
    const values = this.#executor.check(attempting, gather(attempting.params, given));
    const entry = new Entry({
      id: String(values.id),
      text: JSON.stringify(values.message),
      meta: JSON.stringify(values.meta),
    });
    // The message may have getters that end the queue, or fill it.
    if (this.#isClosed) throw closedError('the queue is closed');
    this.#checkRoom(entry);
    if (signal?.aborted) throw abortedError({ delivery: 'not-sent', cause: signal.reason });
    if (signal) entry.onSettled = this.#followers.follow(signal, entry);
    this.#line.add(entry);
    this.#bytes += entry.bytes;
    this.#hold();
    void this.#prepare(entry, values, this.#places++);
    return entry;
  }

  #checkRoom({ bytes }: Entry): void {
    const { maxQueued = MOST_QUEUED, maxQueuedBytes = MOST_BYTES } = this.#options;
    const { size } = this;
    if (size < maxQueued && this.#bytes + bytes <= maxQueuedBytes) return;
    throw fullError(size, { bytes: this.#bytes, most: maxQueued, mostBytes: maxQueuedBytes });
  }

  #drop(entry: Entry, cause: unknown): void {
    const delivery = this.#running.has(entry) ? 'unknown' : 'not-sent';
    this.#settle(entry, abortedError({ delivery, cause, publishId: entry.id }));
    void this.#kept?.delete(entry);
  }

  // What can never be sent is refused before it is kept or waits.
  async #prepare(entry: Entry, values: QueuedValues, place: number): Promise<void> {
    try {
      await this.#executor.plan(attempting, values);
      if (this.#kept) {
        await this.#load();
        // It will be sent at once: a second note would be the same.
        entry.isMarked = this.#running.size === 0 && this.#line.first === entry;
        await this.#kept.put(entry, place);
      }
      entry.isReady = true;
    } catch (thrown) {
      this.#settle(entry, this.#executor.failure(operation, thrown));
    }
    this.#fill();
  }

  #load(): Promise<void> {
    if (this.#isLoaded || !this.#kept) return Promise.resolve();
    this.#loading ??= this.#kept.load().then(
      (entries) => {
        this.#isLoaded = true;
        if (this.#isClosed) return;
        this.#line.prepend(entries);
        for (const { bytes } of entries) this.#bytes += bytes;
        if (entries.length > 0) this.#hold();
        this.#fill();
        this.#rest();
      },
      (thrown) => {
        this.#loading = undefined;
        const error = this.#executor.failure(operation, thrown);
        if (error.code !== 'PN-2004') this.#tell(error, {});
        this.#waiters.tell(error);
        throw error;
      },
    );
    return this.#loading;
  }

  #fill(): void {
    const most = this.#options.ordered === false ? MOST_AT_ONCE : 1;
    while (!this.#isClosed && this.#isLoaded && this.#running.size < most) {
      const entry = this.#line.first;
      if (!entry?.isReady) return;
      this.#line.delete(entry);
      const controller = new AbortController();
      this.#running.set(entry, controller);
      void this.#deliver(entry, controller.signal);
    }
  }

  async #deliver(entry: Entry, signal: AbortSignal): Promise<void> {
    let outcome: PublishResult | PubNubError;
    try {
      outcome = await this.#sender.send(entry, signal);
    } catch (thrown) {
      outcome = this.#executor.failure(operation, thrown);
    }
    if (entry.isSettled) return;
    // The client is closed: this queue ends, and its storage keeps what it has.
    if (outcome instanceof Error && outcome.code === 'PN-2004') return this.#end('the client was closed');
    entry.outcome = outcome;
    await this.#kept?.delete(entry);
    this.#settle(entry, outcome);
    if (entry.isRestored && outcome instanceof Error) this.#tell(outcome, shown(entry));
  }

  #settle(entry: Entry, outcome: PublishResult | PubNubError): void {
    if (!entry.settle(outcome)) return;
    this.#bytes -= entry.bytes;
    this.#line.delete(entry);
    const running = this.#running.get(entry);
    this.#running.delete(entry);
    running?.abort();
    this.#fill();
    this.#rest();
  }

  #rest(): void {
    if (this.size > 0 || !this.#isLoaded) return;
    this.#release?.();
    this.#release = undefined;
    this.#waiters.tell('done');
  }

  // A client that is closed ends its queues; one that has nothing to do needs no end.
  #hold(): void {
    if (this.#release) return;
    const held = new Promise<void>((resolve) => {
      this.#release = resolve;
    });
    const onClose = () => closedError('the client was closed');
    this.#executor.within({ onClose }, () => held).catch(() => this.#end('the client was closed'));
  }

  #end(why: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#kept?.close();
    this.#waiters.tell(closedError(why));
    for (const entry of [...this.#running.keys(), ...this.#line]) {
      const delivery = this.#running.has(entry) ? 'unknown' : 'not-sent';
      // It is not lost: a later process sends it.
      if (entry.key !== undefined) entry.excuse();
      this.#settle(entry, closedError(why, { delivery, publishId: entry.id }));
    }
    this.#release?.();
  }
}
