import type { Clock } from '../../../protocol/clock.ts';
import { laterStamp, type Stamp, ZERO_STAMP } from '../stamp.ts';
import { StoreUnavailable } from '../store.ts';
import { storeError } from './errors.ts';
import { type Answer, answerOf, type Position } from './position.ts';
import type { RedisRules } from './rules.ts';
import type { Server } from './server.ts';
import type { Servers } from './servers.ts';

const FIRST_PAUSE_MS = 25;
const LONGEST_PAUSE_MS = 400;
const MAX_EPOCH = 999_999;

/** When a change counts as done. */
export type Durability = 'local' | 'replicated';

/** The parts of a route. */
export interface RouteOptions {
  readonly subscribeKey: string;
  readonly servers: Servers;
  readonly clock: Clock;
  readonly random: () => number;
  readonly durability: Durability;
  /** The number of the database. */
  readonly database: number;
  /** The rules, of which each call carries some. */
  readonly rules: RedisRules;
  /** Milliseconds by which the time of a server is moved, for tests. */
  timeOffset(server: string): number;
}

/** Who is told of a route. */
export interface RouteListener {
  /** Where the log is: told before whoever has called is. */
  onPosition(position: Position): void;
  /** The data is reached over this server, or over none. */
  onServer(server: Server | undefined): void;
  /** It was tried in vain to reach the data. */
  onFailure(error: Error): void;
  /** `true` while the data has to be reached. */
  isNeeded(): boolean;
}

/** The way to the data of one subscribe key: to the server that has it now, on which the shard has been opened. */
export class Route {
  readonly key: string;
  readonly #options: RouteOptions;
  readonly #listener: RouteListener;
  #server: Server | undefined;
  #isSearching = false;
  // The highest position that is known, and the server that had it.
  #seen: Stamp = ZERO_STAMP;
  #seenOn = '';
  #wake: (() => void) | undefined;

  constructor(options: RouteOptions, listener: RouteListener) {
    this.#options = options;
    this.#listener = listener;
    this.key = keyOf(options.subscribeKey);
  }

  get server(): Server | undefined {
    return this.#server;
  }

  /** The channel of the shard's announcements. Channels are not in a database, as keys are. */
  get channel(): string {
    const { database } = this.#options;
    return database > 0 ? `${this.key}:ps:${database}` : `${this.key}:ps`;
  }

  /**
   * Runs operations on a server. Resolves to `undefined` if nothing was done, since the server does not have the shard, or
   * not as it was opened.
   */
  async run(
    server: Server,
    operations: readonly string[],
    isReplicated = false,
  ): Promise<Answer | undefined> {
    const { timeOffset, rules, durability } = this.#options;
    const { host, port } = server.address;
    const publish = server.isSharded ? 'SPUBLISH' : 'PUBLISH';
    const offset = String(Math.round(timeOffset(`${host}:${port}`)));
    const args = [
      server.runId,
      offset,
      publish,
      durability,
      ...rules.texts.header,
      this.channel,
      ...operations,
    ];
    const answer = answerOf(await server.run(this.key, args, isReplicated));
    if (answer) this.#learn(server, answer.position);
    return answer;
  }

  /** Searches until the data is found or not needed any more. */
  find(): void {
    if (this.#isSearching || this.#server) return;
    this.#isSearching = true;
    void this.#search().finally(() => {
      this.#isSearching = false;
      if (!this.#server && this.#listener.isNeeded()) this.find();
    });
  }

  /** The data is not on this server any more, or not as it was. */
  leave(server: Server): void {
    if (this.#server !== server) return;
    this.#server = undefined;
    this.#listener.onServer(undefined);
  }

  /** Leaves the server, and ends a pause, to find out that the data is not needed. */
  close(): void {
    // Who follows the log there would try for ever to hear from a server that has gone.
    if (this.#server) this.leave(this.#server);
    this.#wake?.();
  }

  async #search(): Promise<void> {
    const { servers } = this.#options;
    for (
      let pause = FIRST_PAUSE_MS;
      this.#listener.isNeeded();
      pause = Math.min(pause * 2, LONGEST_PAUSE_MS)
    ) {
      try {
        await this.#open(await servers.of(this.key));
        return;
      } catch (error) {
        servers.forget();
        this.#listener.onFailure(storeError(error, 'opening a subscribe key'));
      }
      if (this.#listener.isNeeded()) await this.#pause(pause);
    }
  }

  async #open(server: Server): Promise<void> {
    const number = 1 + Math.floor(this.#options.random() * MAX_EPOCH);
    const answer = await this.run(server, ['log.open', '3', this.#seen, this.#seenOn, String(number)]);
    const [outcome] = answer?.outcomes ?? [];
    if (!outcome || 'problem' in outcome)
      throw new StoreUnavailable(outcome?.problem ?? 'Redis has not answered.');
    if (!this.#listener.isNeeded()) return;
    this.#server = server;
    void server.ended.then(() => this.leave(server));
    this.#listener.onServer(server);
  }

  #learn(server: Server, position: Position): void {
    const { head, safe } = position;
    const known = this.#options.durability === 'local' ? head : safe;
    this.#seen = laterStamp(this.#seen, known);
    this.#seenOn = server.runId;
    this.#listener.onPosition(position);
  }

  #pause(milliseconds: number): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const timer = clock.setTimeout(resolve, milliseconds);
      this.#wake = () => {
        clock.clearTimeout(timer);
        resolve();
      };
    });
  }
}

/**
 * The key that stands for all of a subscribe key, which are in its slot. None of this name ever exists: while a cluster moves
 * the slot to another node, each call is refused for it.
 */
export function keyOf(subscribeKey: string): string {
  return `{${encodeURIComponent(subscribeKey)}}`;
}
