import type { Clock, TimerHandle } from '../../protocol/clock.ts';
import { byteLength } from '../http/bytes.ts';
import type { ShardLog } from '../store/log.ts';
import { presenceEntry, presenceTime } from '../store/presence-entry.ts';
import type { PresenceChange } from '../store/store.ts';

// What a presence event may weigh on the wire; a longer one tells clients to ask who is there.
const MAX_EVENT_BYTES = 30 * 1024;

type Departure = 'join' | 'leave' | 'timeout';

interface Pending {
  occupancy: number;
  /** What each user did last: a user who came and went within one interval has left. */
  readonly users: Map<string, Departure>;
}

/** What an announcer is made of. */
export interface AnnouncerOptions {
  readonly log: ShardLog;
  readonly clock: Clock;
  readonly intervalMs: number;
  onFailure(error: unknown): void;
}

/**
 * Announces the changes on crowded channels together, every few seconds (docs/reference/protocol.md, "Interval mode").
 * In a cluster each origin announces those that it caused.
 */
export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #pending = new Map<string, Pending>();
  #timer: TimerHandle | undefined;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /** Takes note of a change: it waits for the next interval unless the log tells of it. */
  note({ channel, user, action, occupancy, logged }: PresenceChange): void {
    const pending = this.#pending.get(channel);
    if (pending) pending.occupancy = occupancy;
    if (action === 'state-change') return;
    if (logged) this.#forget(channel, user);
    else this.#wait(channel, occupancy).set(user, action);
  }

  close(): void {
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#pending.clear();
  }

  #wait(channel: string, occupancy: number): Map<string, Departure> {
    const pending = this.#pending.get(channel) ?? { occupancy, users: new Map<string, Departure>() };
    this.#pending.set(channel, pending);
    this.#timer ??= this.#options.clock.setTimeout(() => this.#announce(), this.#options.intervalMs);
    return pending.users;
  }

  // The channel has emptied below the limit and the user's last change was told at once: the older one must not follow.
  #forget(channel: string, user: string): void {
    const pending = this.#pending.get(channel);
    pending?.users.delete(user);
    if (pending?.users.size === 0) this.#pending.delete(channel);
  }

  #announce(): void {
    this.#timer = undefined;
    const { log, clock } = this.#options;
    const entries = [...this.#pending].map(([channel, pending]) =>
      presenceEntry(channel, intervalEvent(pending, presenceTime(clock.now()))),
    );
    this.#pending.clear();
    if (entries.length > 0) log.append(entries).catch((error: unknown) => this.#options.onFailure(error));
  }
}

function intervalEvent({ occupancy, users }: Pending, timestamp: number): string {
  const base = { action: 'interval', timestamp, occupancy };
  const deltas = Map.groupBy(users.keys(), (user) => users.get(user) ?? 'join');
  const event = JSON.stringify({ ...base, ...Object.fromEntries(deltas) });
  const bytes = byteLength(event);
  return bytes > MAX_EVENT_BYTES ? JSON.stringify({ ...base, here_now_refresh: true }) : event;
}
