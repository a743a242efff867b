import { type Entry, isControl } from '../store/entry.ts';
import type { Stamp } from '../store/stamp.ts';
import { namesCovering } from '../wildcards.ts';
import type { PollFilter } from './poll.ts';
import type { Subscription } from './subscription.ts';

/** A waiting poll. */
export interface Waiter {
  readonly subscription: Subscription;
  /** Channels on which something was published since the poll began to wait. */
  readonly woken: Set<string>;
  /** The position of the first change of one of its groups: from there on its subscription is out of date. */
  groupsChangedAt: Stamp | undefined;
  /** Its filter, whose steps are counted. */
  readonly filter: PollFilter | undefined;
  /** Called at the end of a turn with new entries or group changes. `false`: it was cut, and must be called again. */
  wake(): boolean;
  /** Ends the poll as if its time were over. */
  pass(): void;
  /** Ends the poll so that it begins anew: the log is another one. */
  restart(): void;
  /** Called when the poll must not wait any longer. */
  end(): void;
}

// A prefix that no name can have keeps groups apart from channels of the same name.
const groupKey = (group: string) => `\n${group}`;

/** Waiting polls by the names they subscribe to, so that an entry reaches only those. */
export class Waiters {
  readonly #byName = new Map<string, Set<Waiter>>();
  readonly #all = new Set<Waiter>();
  #woken = new Set<Waiter>();
  readonly #wakeAll: (woken: Iterable<Waiter>) => void;

  /** `wakeAll` is called at the end of a turn, with the polls for which there is something new. */
  constructor(wakeAll: (woken: Iterable<Waiter>) => void) {
    this.#wakeAll = wakeAll;
  }

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): IterableIterator<Waiter> {
    return [...this.#all].values();
  }

  /** `true` while the poll waits. */
  has(waiter: Waiter): boolean {
    return this.#all.has(waiter);
  }

  add(waiter: Waiter): void {
    this.#all.add(waiter);
    for (const name of keysOf(waiter.subscription)) {
      const waiters = this.#byName.get(name);
      if (waiters) waiters.add(waiter);
      else this.#byName.set(name, new Set([waiter]));
    }
  }

  remove(waiter: Waiter): void {
    if (!this.#all.delete(waiter)) return;
    this.#woken.delete(waiter);
    for (const name of keysOf(waiter.subscription)) {
      const waiters = this.#byName.get(name);
      waiters?.delete(waiter);
      if (waiters?.size === 0) this.#byName.delete(name);
    }
  }

  /** Marks an entry as new for the polls subscribed to it. They are woken together when the turn ends. */
  notify(entry: Entry): void {
    const { kind, channel, tt } = entry;
    if (isControl(entry) && kind !== 'group') return;
    const names = kind === 'group' ? [groupKey(channel)] : namesCovering(channel);
    for (const name of names) {
      for (const waiter of this.#byName.get(name) ?? []) {
        if (kind === 'group') waiter.groupsChangedAt ??= tt;
        else waiter.woken.add(channel);
        this.#wakeLater(waiter);
      }
    }
  }

  /** Lets all polls begin anew. */
  restart(): void {
    for (const waiter of [...this.#all]) waiter.restart();
  }

  // The entries of one turn are answered together.
  #wakeLater(waiter: Waiter): void {
    if (this.#woken.size === 0) queueMicrotask(() => this.#flush());
    this.#woken.add(waiter);
  }

  #flush(): void {
    const woken = this.#woken;
    this.#woken = new Set();
    this.#wakeAll(woken);
  }
}

function* keysOf(subscription: Subscription): Generator<string> {
  yield* subscription.labels.keys();
  for (const group of subscription.groups) yield groupKey(group);
}
