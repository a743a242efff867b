import { Worker } from 'node:worker_threads';
import type { Clock } from '../../../protocol/clock.ts';
import { turn } from '../../../protocol/turn.ts';
import { type ShardRules, StoreUnavailable } from '../store.ts';
import { errorOf } from './failures.ts';
import type { Answer, Call, News, Opening, Request, Result, WorkerSettings } from './messages.ts';
import type { PartName } from './methods.ts';

/** What to call, without its number. */
export interface Calling {
  readonly part: PartName;
  readonly method: string;
  readonly args: readonly unknown[];
}

interface Pending {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

/** A subscribe key that is open in this process: its rules may be replaced by others. */
export interface Opened extends Opening {
  rules: ShardRules;
}

/** What the worker has told, beside the results of calls. */
export interface Listener {
  onNews(news: News): void;
  /** The worker has ended by itself: nothing is told until it is called again. */
  onEnd(): void;
}

/** The parts of the calls. */
export interface CallsOptions {
  /** The file that the worker runs. */
  readonly worker: URL;
  readonly settings: WorkerSettings;
  readonly clock: Clock;
  readonly listener: Listener;
}

/**
 * Calls of the worker that owns the file. What one turn of the event loop makes is sent as one message, and the worker runs
 * it as one transaction. The worker keeps the process alive only while a call is under way.
 */
export class Calls {
  readonly #options: CallsOptions;
  readonly #pending = new Map<number, Pending>();
  /** The shards that the worker knows, with their rules. */
  readonly #known = new Map<number, ShardRules>();
  #worker: Worker | undefined;
  #calls: Call[] = [];
  #opened: Opening[] = [];
  #unfollowed: number[] = [];
  #released: number[] = [];
  #lastId = 0;
  #isQueued = false;
  #closing: Promise<void> | undefined;

  constructor(options: CallsOptions) {
    this.#options = options;
  }

  /** Calls a method of a part. `onResult` gets its result before anything else that the worker tells later. */
  call(
    opening: Opening,
    { part, method, args }: Calling,
    onResult?: (value: unknown) => void,
  ): Promise<unknown> {
    if (this.#closing === undefined) this.#introduce(opening);
    return this.#add({ shard: opening.shard, part, method, args }, onResult);
  }

  /** Opens the file, which the first call does otherwise. */
  async open(): Promise<void> {
    await this.#add({ shard: 0, part: 'engine', method: 'open', args: [] });
  }

  #add(call: Omit<Call, 'id'>, onResult?: (value: unknown) => void): Promise<unknown> {
    if (this.#closing !== undefined)
      return Promise.reject(new StoreUnavailable('The store has been closed.'));
    const id = ++this.#lastId;
    this.#calls.push({ id, ...call });
    this.#queue();
    return new Promise((resolve, reject) => {
      const settle = (value: unknown) => {
        onResult?.(value);
        resolve(value);
      };
      this.#pending.set(id, { resolve: settle, reject });
    });
  }

  /** Nobody follows the log of a shard any more. */
  unfollow(shard: number): void {
    if (!this.#known.has(shard)) return;
    this.#unfollowed.push(shard);
    this.#queue();
  }

  /** Nobody uses a shard any more. */
  release(shard: number): void {
    if (!this.#known.delete(shard)) return;
    this.#released.push(shard);
    this.#queue();
  }

  /** Lets what is under way end, then closes the file. */
  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#send();
    const worker = this.#worker;
    if (!worker) return;
    worker.ref();
    const ended = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
    worker.postMessage(null);
    await ended;
  }

  #introduce(opening: Opening): void {
    const { shard, subscribeKey, rules } = opening;
    if (this.#known.get(shard) === rules) return;
    this.#known.set(shard, rules);
    this.#released = this.#released.filter((released) => released !== shard);
    this.#opened.push({ shard, subscribeKey, rules });
  }

  #queue(): void {
    if (this.#isQueued) return;
    this.#isQueued = true;
    void turn().then(() => this.#send());
  }

  #send(): void {
    this.#isQueued = false;
    const { length } = this.#calls;
    if (length + this.#unfollowed.length + this.#released.length === 0) return;
    // Without a call there is nothing to start a worker for.
    if (!this.#worker && length === 0) return;
    const request: Request = {
      now: this.#options.clock.now(),
      opened: this.#opened,
      calls: this.#calls,
      unfollowed: this.#unfollowed,
      released: this.#released,
    };
    [this.#calls, this.#opened, this.#unfollowed, this.#released] = [[], [], [], []];
    const worker = this.#started();
    if (length > 0) worker.ref();
    worker.postMessage(request);
  }

  #started(): Worker {
    if (this.#worker) return this.#worker;
    const { worker: file, settings } = this.#options;
    // Nothing but the store runs there: what else starts this process, or is told about experiments, is not for it.
    const worker = new Worker(file, {
      workerData: settings,
      execArgv: ['--disable-warning=ExperimentalWarning'],
    });
    worker.on('message', (answer: Answer) => this.#receive(answer));
    worker.on('error', (cause) => this.#lose(cause));
    worker.on('exit', () => this.#lose(undefined));
    worker.unref();
    this.#worker = worker;
    return worker;
  }

  #receive({ news, results }: Answer): void {
    const { listener } = this.#options;
    for (const each of news) listener.onNews(each);
    for (const result of results) this.#settle(result);
    if (this.#pending.size === 0 && this.#closing === undefined) this.#worker?.unref();
  }

  #settle(result: Result): void {
    const pending = this.#pending.get(result.id);
    this.#pending.delete(result.id);
    if ('failure' in result) pending?.reject(errorOf(result.failure));
    else pending?.resolve(result.value);
  }

  // The next call starts another worker, to which every shard is new.
  #lose(cause: unknown): void {
    if (!this.#worker) return;
    this.#worker = undefined;
    this.#known.clear();
    const error = new StoreUnavailable('The worker that has the file of the store has ended.', { cause });
    for (const { reject } of this.#pending.values()) reject(error);
    this.#pending.clear();
    if (this.#closing === undefined) this.#options.listener.onEnd();
  }
}
