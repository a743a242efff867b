import type { Clock, TimerHandle } from '../../protocol/clock.ts';
import { presenceNameOf } from '../../protocol/names.ts';
import { byteLength } from '../http/body.ts';
import type { IntervalChanges } from '../store/entry.ts';
import type { AppendRequest, ShardLog } from '../store/log.ts';
import type { PresenceChange } from '../store/store.ts';

// Bytes of a presence event; a longer one tells clients to call here-now.
const MAX_EVENT_BYTES = 30 * 1024;
// The times, which are printed with the entry.
const FRAME_BYTES = 64;

type Departure = 'join' | 'leave' | 'timeout';

interface Pending {
  occupancy: number;
  /** The last change of each user: one who joined and left within an interval is reported as a leave. */
  readonly users: Map<string, Departure>;
}

/** The parts of an announcer. */
export interface IntervalAnnouncerOptions {
  readonly log: ShardLog;
  readonly clock: Clock;
  readonly intervalMs: number;
  onFailure(error: unknown): void;
}

/**
 * Announces the changes on crowded channels together, every few seconds (docs/reference/protocol.md, "Interval mode").
 * Each origin of a cluster announces the changes that it caused.
 */
export class IntervalAnnouncer {
  readonly #options: IntervalAnnouncerOptions;
  readonly #pending = new Map<string, Pending>();
  #timer: TimerHandle | undefined;

  constructor(options: IntervalAnnouncerOptions) {
    this.#options = options;
  }

  /** Adds a change, which waits for the next interval unless it is in the log. */
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

  // The channel has few users again, and the user's last change is in the log: the older one must not follow.
  #forget(channel: string, user: string): void {
    const pending = this.#pending.get(channel);
    pending?.users.delete(user);
    if (pending?.users.size === 0) this.#pending.delete(channel);
  }

  #announce(): void {
    this.#timer = undefined;
    const { log } = this.#options;
    const entries = [...this.#pending].map(
      ([channel, pending]): AppendRequest => ({
        kind: 'presence',
        channel: presenceNameOf(channel),
        data: intervalEvent(pending),
      }),
    );
    this.#pending.clear();
    if (entries.length > 0) log.append(entries).catch((error: unknown) => this.#options.onFailure(error));
  }
}

function intervalEvent({ occupancy, users }: Pending): IntervalChanges {
  const deltas = Map.groupBy(users.keys(), (user) => users.get(user) ?? 'join');
  const event = { action: 'interval', occupancy, ...Object.fromEntries(deltas) } as const;
  const bytes = byteLength(JSON.stringify(event)) + FRAME_BYTES;
  return bytes > MAX_EVENT_BYTES ? { action: 'interval', occupancy, hereNowRefresh: true } : event;
}
