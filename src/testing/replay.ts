import type { ShardStore } from '../origin/store/store.ts';
import type { Clock, TimerHandle } from '../protocol/clock.ts';
import { isWildcard } from '../protocol/names.ts';
import type { Timetoken } from '../protocol/timetoken.ts';
import { checkOptions, type Kinds, number } from './given.ts';
import { entryOf } from './recorded-entry.ts';
import type { RecordedEvent } from './recording.ts';

/** How a recording is played. */
export interface ReplayOptions {
  /**
   * `1`: with the pauses that were recorded, `10`: ten times as fast, on the network's clock, which the test moves.
   * `Infinity`: without pauses, at once. @default Infinity
   */
  readonly speed?: number;
}

const REPLAY_OPTIONS: Kinds<ReplayOptions> = { speed: number('a number above zero', (value) => value > 0) };

/** Checks how a recording is to be played. */
export function checkReplayOptions(options: unknown): ReplayOptions {
  return checkOptions('network.replay()', options, REPLAY_OPTIONS);
}

/** A recording that is being played. */
export interface Replay {
  /** How many events it has. */
  readonly events: number;
  /** How many of them have been played. */
  readonly played: number;
  /** How many milliseconds of the network's clock it takes, from the first event to the last. */
  readonly duration: number;
  /** Resolves when all is played, or when it was stopped. */
  readonly done: Promise<void>;
  /** Plays no further. */
  stop(): void;
}

/** What a recording is played on. */
export interface Stage {
  readonly clock: Clock;
  readonly store: ShardStore;
  /** Events that the origin takes in at once without dropping one. */
  readonly most: number;
  /** Hears of the timetoken of each event that is played. */
  readonly onPlayed: (timetoken: Timetoken) => void;
  /** Resolves when everything has reached those who listen. */
  readonly settle: () => Promise<void>;
}

/** The longest wait that timers can do. */
const LONGEST_MS = 2_147_483_647;

/** Plays a recording into an origin's log, in its order. */
export class Player implements Replay {
  readonly events: number;
  readonly duration: number;
  readonly done: Promise<void>;
  readonly #stage: Stage;
  readonly #speed: number;
  readonly #ended = Promise.withResolvers<void>();
  readonly #beginning: number;
  readonly #renamed = new Map<Timetoken, Timetoken>();
  readonly #recorded: readonly RecordedEvent[];
  /** The first that is not due yet. */
  #next = 0;
  #played = 0;
  #stopped = false;
  /** All that is due is played one after the other. */
  #playing: Promise<void> = Promise.resolve();
  #timer: TimerHandle | undefined;

  constructor(events: readonly RecordedEvent[], stage: Stage, speed = Number.POSITIVE_INFINITY) {
    this.#stage = stage;
    this.#speed = speed;
    this.#recorded = events;
    this.#beginning = stage.clock.now();
    this.events = events.length;
    this.duration = events.reduce((most, _event, index) => Math.max(most, this.#due(index)), 0);
    this.done = this.#ended.promise;
    // Whoever does not wait for the end hears of a failure from what they did not get.
    this.done.catch(() => undefined);
  }

  get played(): number {
    return this.#played;
  }

  /** Plays what is due now, and sets out for the rest. */
  async start(): Promise<void> {
    await this.#gather();
    this.#advance();
    await this.#playing;
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== undefined) this.#stage.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#ended.resolve();
  }

  // What came by a group comes by it here as well.
  async #gather(): Promise<void> {
    const { groups } = this.#stage.store;
    for (const [group, events] of Map.groupBy(this.#recorded, groupOf)) {
      if (group === undefined) continue;
      const excess = await groups.change(group, [...new Set(events.map(({ channel }) => channel))], []);
      if (excess) throw new RangeError(`The recording needs more ${excess} than the network's limits allow.`);
    }
  }

  #advance(): void {
    const { clock } = this.#stage;
    const from = this.#next;
    const now = clock.now() - this.#beginning;
    while (this.#next < this.events && this.#due(this.#next) <= now) this.#next++;
    const due = this.#recorded.slice(from, this.#next);
    const last = this.#next >= this.events;
    // Before anything is played: whoever moves the clock looks for timers as soon as all is quiet.
    this.#timer = last
      ? undefined
      : clock.setTimeout(() => this.#advance(), Math.min(this.#due(this.#next) - now, LONGEST_MS));
    this.#playing = this.#playing.then(() => this.#play(due, last));
    this.#playing.catch((error: unknown) => this.#ended.reject(error));
  }

  #due(index: number): number {
    // Clocks count whole milliseconds.
    return Math.ceil((this.#recorded[index]?.offset ?? 0) / this.#speed);
  }

  async #play(events: readonly RecordedEvent[], last: boolean): Promise<void> {
    const { most, settle } = this.#stage;
    for (let from = 0; from < events.length; from += most) {
      for (const event of events.slice(from, from + most)) await this.#playOne(event);
      await settle();
    }
    if (last) this.#ended.resolve();
  }

  async #playOne(event: RecordedEvent): Promise<void> {
    const { store, onPlayed } = this.#stage;
    if (this.#stopped) return;
    const [stamp] = await store.log.append([entryOf(event, this.#renamed)]);
    if (stamp === undefined) return;
    this.#renamed.set(event.timetoken, stamp);
    onPlayed(stamp);
    this.#played++;
  }
}

function groupOf({ subscription }: RecordedEvent): string | undefined {
  return subscription === undefined || isWildcard(subscription) ? undefined : subscription;
}
