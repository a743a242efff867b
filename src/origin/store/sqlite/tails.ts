import type { Clock } from '../../../protocol/clock.ts';
import { letExit } from '../../let-exit.ts';
import type { ShardLog, Tail } from '../log.ts';
import type { Stamp } from '../stamp.ts';
import type { Calls, Listener } from './calls.ts';
import type { News, Opening } from './messages.ts';

/** A tail from the position at which it began. */
interface Following {
  readonly tail: Tail;
  position: Stamp;
}

/** The tails of one shard. */
interface Followed {
  readonly tails: Set<Following>;
  /** Tails that the worker has been asked for. */
  opening: number;
  /** Asks the worker for the entries that follow. */
  readonly follow: (onResult: (value: unknown) => void) => Promise<unknown>;
}

// A worker that has ended is started again so much later, if it cannot be at once.
const AGAIN_MS = 1_000;

/** The tails of all shards. */
export class Tails implements Listener {
  readonly #followed = new Map<number, Followed>();
  readonly #clock: Clock;
  #epoch = 1;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  onNews({ shard, entries }: News): void {
    for (const following of [...(this.#followed.get(shard)?.tails ?? [])]) {
      for (const entry of entries) {
        if (entry.tt <= following.position) continue;
        following.position = entry.tt;
        following.tail.onEntry(entry);
      }
    }
  }

  onEnd(): void {
    for (const followed of this.#followed.values()) {
      for (const { tail } of [...followed.tails]) tail.onState({ isUp: false, epoch: this.#epoch });
      this.#resume(followed);
    }
  }

  /** The method `tail` of a shard's log. */
  of(opening: Opening, calls: Calls): ShardLog['tail'] {
    return async (tail) => {
      const { shard } = opening;
      const followed = this.#followed.get(shard) ?? {
        tails: new Set(),
        opening: 0,
        follow: (onResult) => calls.call(opening, { part: 'log', method: 'follow', args: [] }, onResult),
      };
      this.#followed.set(shard, followed);
      followed.opening++;
      const following: Following = { tail, position: '' };
      try {
        await followed.follow((value) => {
          const { epoch, last } = value as { readonly epoch: number; readonly last: Stamp };
          this.#epoch = epoch;
          following.position = last;
          followed.tails.add(following);
          tail.onState({ isUp: true, epoch });
        });
      } finally {
        followed.opening--;
      }
      return () => {
        if (!followed.tails.delete(following) || followed.tails.size + followed.opening > 0) return;
        this.#followed.delete(shard);
        calls.unfollow(shard);
      };
    };
  }

  // What was appended meanwhile is read by those who are told that the log is up again.
  #resume(followed: Followed): void {
    const up = () => {
      for (const { tail } of [...followed.tails]) tail.onState({ isUp: true, epoch: this.#epoch });
    };
    followed.follow(up).catch(() => {
      if (followed.tails.size > 0) letExit(this.#clock.setTimeout(() => this.#resume(followed), AGAIN_MS));
    });
  }
}
