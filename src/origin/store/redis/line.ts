import type { TimerHandle } from '../../../protocol/clock.ts';
import { turn } from '../../../protocol/turn.ts';
import { StoreUnavailable } from '../store.ts';
import type { Argument, Calls } from './calls.ts';
import { PATIENCE_MS } from './connection.ts';
import { isElsewhere, RedisStoreError, storeError } from './errors.ts';
import type { Answer, Position } from './position.ts';
import type { Reply } from './reply.ts';
import { Route, type RouteOptions } from './route.ts';
import type { Server } from './server.ts';

// Operations and characters of one call: Redis does nothing else while it runs.
const CALL_OPERATIONS = 500;
const CALL_CHARACTERS = 262_144;
// What another origin has not confirmed by then, it cannot confirm.
const SETTLE_MS = 250;

/** The parts of a line. */
export interface LineOptions extends RouteOptions {
  onPosition(position: Position): void;
  onServer(server: Server | undefined): void;
}

interface Pending {
  readonly parts: readonly string[];
  readonly characters: number;
  readonly isRead: boolean;
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/** Makes the calls of one subscribe key, each with all operations of a turn, wherever the data is. */
export class Line implements Calls {
  readonly #options: LineOptions;
  readonly #route: Route;
  #queue: Pending[] = [];
  // What a server has not carried out, before anything that came later.
  #returned: Pending[] = [];
  #isScheduled = false;
  #isClosed = false;
  #isWanted = false;
  // With replicas, changes of a shard follow each other.
  #isChanging = false;
  #patience: TimerHandle | undefined;
  #settling: TimerHandle | undefined;
  #failure: Error | undefined;

  constructor(options: LineOptions) {
    this.#options = options;
    this.#route = new Route(options, {
      onPosition: (position) => this.#learn(position),
      onServer: (server) => this.#reach(server),
      onFailure: (error) => this.#fail(error),
      isNeeded: () => this.#isNeeded,
    });
  }

  /** The channel of the shard's announcements. */
  get channel(): string {
    return this.#route.channel;
  }

  call(operation: string, args: readonly Argument[] = []): Promise<Reply> {
    return this.#add(operation, args, false);
  }

  read(operation: string, args: readonly Argument[] = []): Promise<Reply> {
    return this.#add(operation, args, true);
  }

  /** Stays connected from now on, or only while there are calls. */
  want(isWanted: boolean): void {
    this.#isWanted = isWanted;
    if (isWanted) this.#route.find();
  }

  close(): void {
    this.#isClosed = true;
    this.#options.clock.clearTimeout(this.#settling);
    this.#rejectAll(closed());
    this.#route.close();
  }

  #add(operation: string, args: readonly Argument[], isRead: boolean): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#isClosed) {
        reject(closed());
        return;
      }
      const texts = args.map(String);
      const parts = [operation, String(texts.length), ...texts];
      const characters = texts.reduce((sum, text) => sum + text.length, 0);
      this.#queue.push({ parts, characters, isRead, resolve, reject });
      this.#schedule();
    });
  }

  // Everything that is queued within a turn is one call.
  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    void turn().then(() => {
      this.#isScheduled = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#queue.length === 0) return;
    const { server } = this.#route;
    if (!server) {
      this.#search();
      return;
    }
    if (this.#options.durability === 'local') {
      while (this.#queue.length > 0) void this.#send(server, this.#take(this.#queue));
      return;
    }
    const reads = this.#queue.filter(({ isRead }) => isRead);
    this.#queue = this.#queue.filter(({ isRead }) => !isRead);
    while (reads.length > 0) void this.#send(server, this.#take(reads));
    if (!this.#isChanging && this.#queue.length > 0) void this.#change(server, this.#take(this.#queue));
  }

  // Takes as much of a queue as one call may have.
  #take(queue: Pending[]): readonly Pending[] {
    let characters = 0;
    let count = 0;
    for (const pending of queue) {
      characters += pending.characters;
      if (count > 0 && (count >= CALL_OPERATIONS || characters > CALL_CHARACTERS)) break;
      count++;
    }
    return queue.splice(0, count);
  }

  async #send(server: Server, pending: readonly Pending[]): Promise<void> {
    try {
      const operations = pending.flatMap(({ parts }) => parts);
      this.#settle(server, pending, await this.#route.run(server, operations));
    } catch (error) {
      this.#reject(server, pending, error);
    }
  }

  // Nothing of it is told before replicas have it and everything before it.
  async #change(server: Server, pending: readonly Pending[]): Promise<void> {
    this.#isChanging = true;
    try {
      const operations = pending.flatMap(({ parts }) => parts);
      const answer = await this.#route.run(server, operations, true);
      const confirmed = answer && (await this.#route.run(server, ['log.confirm', '1', answer.position.head]));
      if (answer && !confirmed)
        throw new StoreUnavailable('Redis has failed over before a change was confirmed.');
      this.#settle(server, pending, answer);
    } catch (error) {
      this.#reject(server, pending, error);
    }
    this.#isChanging = false;
    this.#flush();
  }

  #settle(server: Server, pending: readonly Pending[], answer: Answer | undefined): void {
    if (!answer) {
      this.#giveBack(server, pending);
      return;
    }
    for (const [index, { resolve, reject }] of pending.entries()) {
      const outcome = answer.outcomes[index];
      if (outcome && 'reply' in outcome) resolve(outcome.reply);
      else reject(storeError(outcome?.problem ?? 'no answer', 'an operation'));
    }
  }

  #reject(server: Server, pending: readonly Pending[], error: unknown): void {
    if (isElsewhere(error)) {
      this.#giveBack(server, pending);
      return;
    }
    const failure = storeError(error, 'a call');
    for (const { reject } of pending) reject(failure);
  }

  // Nothing was done: it is done where the data is.
  #giveBack(server: Server, pending: readonly Pending[]): void {
    if (this.#isClosed) for (const { reject } of pending) reject(closed());
    else this.#returned.push(...pending);
    this.#route.leave(server);
    if (this.#isNeeded) this.#search();
  }

  get #isNeeded(): boolean {
    return !this.#isClosed && (this.#isWanted || this.#queue.length + this.#returned.length > 0);
  }

  #search(): void {
    this.#route.find();
    if (this.#queue.length + this.#returned.length === 0) return;
    this.#patience ??= this.#options.clock.setTimeout(() => {
      this.#patience = undefined;
      const cause = this.#failure;
      this.#rejectAll(new StoreUnavailable('Redis cannot be reached.', cause && { cause }));
    }, PATIENCE_MS);
  }

  #reach(server: Server | undefined): void {
    this.#options.onServer(server);
    if (!server) {
      if (this.#isNeeded) this.#search();
      return;
    }
    this.#failure = undefined;
    this.#options.clock.clearTimeout(this.#patience);
    this.#patience = undefined;
    this.#queue = [...this.#returned, ...this.#queue];
    this.#returned = [];
    this.#flush();
  }

  #fail(error: Error): void {
    this.#failure = error;
    if (error instanceof RedisStoreError) this.#rejectAll(error);
  }

  #rejectAll(error: Error): void {
    this.#options.clock.clearTimeout(this.#patience);
    this.#patience = undefined;
    const pending = [...this.#returned, ...this.#queue];
    this.#returned = [];
    this.#queue = [];
    for (const { reject } of pending) reject(error);
  }

  #learn(position: Position): void {
    this.#options.onPosition(position);
    if (this.#options.durability === 'local' || position.last <= position.safe || this.#isChanging) return;
    this.#settling ??= this.#options.clock.setTimeout(() => this.#confirm(), SETTLE_MS);
  }

  // Whoever has appended something has not confirmed it, and may never do so: a fence does.
  #confirm(): void {
    this.#settling = undefined;
    if (!this.#isClosed) this.call('log.fence', ['']).catch(() => undefined);
  }
}

function closed(): StoreUnavailable {
  return new StoreUnavailable('The store is closed.');
}
