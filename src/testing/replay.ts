import { checkOptions, type Kinds, number } from '../origin/checks.ts';
import type { ShardStore } from '../origin/store/store.ts';
import type { TimerHandle } from '../protocol/clock.ts';
import { isWildcard } from '../protocol/names.ts';
import type { Timetoken } from '../protocol/timetoken.ts';
import type { PeopleParts } from './people.ts';
import { entryOf } from './recorded-entry.ts';
import type { RecordedEvent } from './recording.ts';

/** The options of a replay. */
export interface ReplayOptions {
  /**
   * `1`: with the pauses that were recorded, `10`: ten times as fast, on the network's clock, which the test moves.
   * `Infinity`: without pauses, at once. @default Infinity
   */
  readonly speed?: number;
}

const REPLAY_OPTIONS: Kinds<ReplayOptions> = { speed: number('a number above zero', (value) => value > 0) };

/** Checks the options of `network.replay()`. */
export function checkReplayOptions(options: unknown): ReplayOptions {
  return checkOptions('network.replay()', options, REPLAY_OPTIONS);
}

/** A recording that is being played. */
export interface Replay {
  /** Events in the recording. */
  readonly events: number;
  /** Events that have been played. */
  readonly played: number;
  /** Milliseconds of the network's clock from the first event to the last. */
  readonly duration: number;
  /** Resolves when all events are played, or when the replay is stopped. */
  readonly done: Promise<void>;
  /** Plays no further events. */
  stop(): void;
}

/** Events that are appended at once, at most. */
const BATCH = 50;

/** The longest delay of a timer. */
const LONGEST_MS = 2_147_483_647;

/** Appends the events of a recording to an origin's log, in order. */
export class Player implements Replay {
  readonly events: number;
  readonly duration: number;
  readonly done: Promise<void>;
  readonly #parts: PeopleParts;
  readonly #speed: number;
  readonly #ended = Promise.withResolvers<void>();
  readonly #beginning: number;
  readonly #renamed = new Map<Timetoken, Timetoken>();
  readonly #recorded: readonly RecordedEvent[];
  /** Index of the first event that is not due yet. */
  #next = 0;
  #played = 0;
  #stopped = false;
  /** Resolves when all due events are played, one after the other. */
  #playing: Promise<void> = Promise.resolve();
  #timer: TimerHandle | undefined;

  constructor(events: readonly RecordedEvent[], parts: PeopleParts, speed = Number.POSITIVE_INFINITY) {
    this.#parts = parts;
    this.#speed = speed;
    this.#recorded = events;
    this.#beginning = parts.origin.clock.now();
    this.events = events.length;
    this.duration = events.reduce((most, _event, index) => Math.max(most, this.#due(index)), 0);
    this.done = this.#ended.promise;
    // A test that does not wait for the end must not fail by an unhandled rejection.
    this.done.catch(() => undefined);
  }

  get played(): number {
    return this.#played;
  }

  /** Settles when all due events have reached their subscribers. */
  get playing(): Promise<void> {
    return this.#playing;
  }

  /** Plays the events that are due now, and schedules the others. */
  async start(): Promise<void> {
    await this.#gather();
    this.#advance();
    await this.#playing;
  }

  stop(): void {
    this.#stopped = true;
    if (this.#timer !== undefined) this.#parts.origin.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#ended.resolve();
  }

  // Events that came by a channel group come by it here as well.
  async #gather(): Promise<void> {
    const { groups } = await this.#store();
    for (const [group, events] of Map.groupBy(this.#recorded, groupOf)) {
      if (group === undefined) continue;
      const excess = await groups.change(group, [...new Set(events.map(({ channel }) => channel))], []);
      if (excess) throw new RangeError(`The recording needs more ${excess} than the network's limits allow.`);
    }
  }

  #advance(): void {
    const { clock } = this.#parts.origin;
    const from = this.#next;
    const now = clock.now() - this.#beginning;
    while (this.#next < this.events && this.#due(this.#next) <= now) this.#next++;
    const due = this.#recorded.slice(from, this.#next);
    const last = this.#next >= this.events;
    // Set before anything is played: a clock that moves looks for timers as soon as the network is quiet.
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
    const { origin, waits } = this.#parts;
    // More than a live queue holds would be lost to subscribers.
    const batch = Math.min(BATCH, origin.current.limits.queueLength);
    for (let from = 0; from < events.length; from += batch) {
      for (const event of events.slice(from, from + batch)) await this.#playOne(event);
      await waits.quiet();
    }
    if (last) this.#ended.resolve();
  }

  async #playOne(event: RecordedEvent): Promise<void> {
    const { keyset, observer } = this.#parts;
    if (this.#stopped) return;
    const { log } = await this.#store();
    const [appended] = await log.append([entryOf(event, this.#renamed)]);
    if (!appended) return;
    this.#renamed.set(event.timetoken, appended.tt);
    observer.messages.exclude(keyset.subscribeKey, appended.tt);
    this.#played++;
  }

  #store(): Promise<ShardStore> {
    const { origin, keyset } = this.#parts;
    return origin.storeOf(keyset);
  }
}

function groupOf({ subscription }: RecordedEvent): string | undefined {
  return subscription === undefined || isWildcard(subscription) ? undefined : subscription;
}
