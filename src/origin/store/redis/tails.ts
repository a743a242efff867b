import type { Clock } from '../../../protocol/clock.ts';
import type { Entry } from '../entry.ts';
import type { Slice, Tail } from '../log.ts';
import type { Stamp } from '../stamp.ts';
import { announcementOf } from './entries.ts';
import type { Server } from './server.ts';

const PAUSE_MS = 100;
const PAGE = 500;

/** The parts of the tails of a shard. */
export interface TailsOptions {
  readonly channel: string;
  readonly clock: Clock;
  /** Reads entries that were too long to be announced. */
  read(after: Stamp, limit: number): Promise<Slice>;
  /** An announcement is of a log that is not known: asks the store for the number of the log, which `setEpoch` gets. */
  onUnknown(): void;
  /** Somebody follows the log, or nobody does any more. */
  onFollowed(isFollowed: boolean): void;
}

/** Those who follow the log of one shard: they hear what is announced, and whether announcements come. */
export class Tails {
  readonly #options: TailsOptions;
  readonly #tails = new Set<Tail>();
  #epoch = 0;
  #isUp = false;
  #server: Server | undefined;
  #following: Promise<void> | undefined;
  // Announcements that wait for a read; `undefined`: there is none.
  #waiting: string[] | undefined;

  constructor(options: TailsOptions) {
    this.#options = options;
  }

  /** Adds one, which is told the state. The epoch has to be known. */
  async add(tail: Tail): Promise<() => void> {
    this.#tails.add(tail);
    if (this.#tails.size === 1) this.#options.onFollowed(true);
    if (this.#server && !this.#isUp) await this.#follow(this.#server);
    tail.onState({ isUp: this.#isUp, epoch: this.#epoch });
    return () => {
      if (!this.#tails.delete(tail) || this.#tails.size > 0) return;
      this.#options.onFollowed(false);
      this.#isUp = false;
      void this.#server?.subscriptions.remove(this.#options.channel);
    };
  }

  /** The number of the log as the store has told it. */
  setEpoch(epoch: number): void {
    if (this.#epoch === epoch) return;
    this.#epoch = epoch;
    this.#tell();
  }

  /** The data is reached over this server, or cannot be reached. */
  setServer(server: Server | undefined): void {
    this.#server = server;
    if (!server) this.#setUp(false);
    else if (this.#tails.size > 0) void this.#follow(server);
  }

  // Tries until announcements come, as long as the data is on this server and somebody wants them.
  #follow(server: Server): Promise<void> {
    this.#following ??= this.#subscribe(server).finally(() => {
      this.#following = undefined;
      const current = this.#server;
      if (current && current !== server && this.#tails.size > 0) void this.#follow(current);
    });
    return this.#following;
  }

  async #subscribe(server: Server): Promise<void> {
    const { channel, clock } = this.#options;
    const isCurrent = () => this.#server === server && this.#tails.size > 0;
    while (isCurrent()) {
      try {
        await server.subscriptions.add(channel, {
          onMessage: (message) => this.#hear(message),
          onState: () => this.#lost(server),
        });
        if (isCurrent()) this.#setUp(true);
        return;
      } catch {
        if (isCurrent()) await new Promise<void>((resolve) => clock.setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  #lost(server: Server): void {
    if (this.#server !== server) return;
    this.#setUp(false);
    if (this.#tails.size > 0) void this.#follow(server);
  }

  #setUp(isUp: boolean): void {
    if (this.#isUp === isUp) return;
    this.#isUp = isUp;
    this.#tell();
  }

  #tell(): void {
    const state = { isUp: this.#isUp, epoch: this.#epoch };
    for (const { onState } of [...this.#tails]) onState(state);
  }

  #hear(message: string): void {
    if (this.#waiting) {
      this.#waiting.push(message);
      return;
    }
    const announcement = announcementOf(message);
    // It may be late, and of the log before, or early, and of the next one: nothing of either is told under this number.
    if (announcement.epoch !== this.#epoch) return void this.#options.onUnknown();
    if ('entries' in announcement) this.#emit(announcement.entries);
    else void this.#fetch(announcement.prev, announcement.upto);
  }

  #emit(entries: readonly Entry[]): void {
    for (const entry of entries) for (const { onEntry } of [...this.#tails]) onEntry(entry);
  }

  // What is announced meanwhile waits, so that entries stay in order. If it fails, the next entry shows the gap.
  async #fetch(prev: Stamp, upto: Stamp): Promise<void> {
    this.#waiting = [];
    try {
      for (let position = prev; position < upto; ) {
        const slice = await this.#options.read(position, PAGE);
        this.#emit(slice.entries.filter(({ tt }) => tt <= upto));
        if (slice.upto <= position) break;
        position = slice.upto;
      }
    } catch {
      // The window compares its position with the log's, and reads on.
    }
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const message of waiting) this.#hear(message);
  }
}
