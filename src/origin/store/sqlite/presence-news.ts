import { presenceNameOf } from '../../../protocol/names.ts';
import type { UserChange } from '../entry.ts';
import { Intervals } from './intervals.ts';
import type { Lease, Leases } from './leases.ts';
import type { PartContext } from './part.ts';

/** Tells of changes of presence: at once, or with others of their channel when its interval is over. */
export class PresenceNews {
  readonly #context: PartContext;
  readonly #leases: Leases;
  readonly #intervals: Intervals;

  constructor(context: PartContext, leases: Leases) {
    this.#context = context;
    this.#leases = leases;
    this.#intervals = new Intervals(context);
  }

  /** Logs a change, or lets it wait for the next interval event; if there is no room to wait, it is logged by itself. */
  tell(
    action: UserChange['action'],
    { user, channel, state }: Pick<Lease, 'user' | 'channel' | 'state'>,
  ): void {
    const { rules, log } = this.#context;
    const occupancy = this.#leases.occupancy(channel);
    if (action !== 'state-change') {
      if (occupancy > rules.announceMax && this.#intervals.add(channel, user, action)) return;
      this.#intervals.forget(channel, user);
    }
    log.appendOne({
      kind: 'presence',
      channel: presenceNameOf(channel),
      data: { action, user, occupancy, state },
    });
  }

  /** Logs the interval events that are due, about `max` changes. After the timeouts, which they have. */
  tellIntervals(now: number, max: number): void {
    let left = max;
    for (
      let first = this.#intervals.first();
      left > 0 && first && first.due <= now;
      first = this.#intervals.first()
    ) {
      const { channel, users } = first;
      left -= 1 + users;
      const data = this.#intervals.take(first, this.#leases.occupancy(channel));
      this.#context.log.appendOne({ kind: 'presence', channel: presenceNameOf(channel), data });
    }
  }

  /** The time at which the first event is due. */
  firstDue(): number | undefined {
    return this.#intervals.first()?.due;
  }

  /** No event waits longer than an interval, also if the clock was ahead when it began. */
  hasten(now: number): void {
    this.#intervals.hasten(now);
  }
}
