import type { Entry } from '../store/log.ts';
import type { Stamp } from '../store/stamp.ts';
import { type Mix, namesCovering } from './mix.ts';

/** A poll that waits for something to happen. */
export interface Waiter {
  readonly mix: Mix;
  /** Channels on which something was published since the poll began to wait. */
  readonly woken: Set<string>;
  /** Where one of its groups has changed first: from there on its mix is out of date. */
  regroup: Stamp | undefined;
  /** Called once at the end of a turn in which something happened. */
  wake(): void;
  /** Called when there is no use in waiting any longer. */
  end(): void;
}

// A separator that no name can hold, so that a group and a channel of one name stay apart.
const groupKey = (group: string) => `\n${group}`;

/** Waiting polls by what they listen to, so that an entry touches only those that want it. */
export class Waiters {
  readonly #byName = new Map<string, Set<Waiter>>();
  readonly #all = new Set<Waiter>();
  #woken = new Set<Waiter>();

  get size(): number {
    return this.#all.size;
  }

  [Symbol.iterator](): IterableIterator<Waiter> {
    return [...this.#all].values();
  }

  add(waiter: Waiter): void {
    this.#all.add(waiter);
    for (const name of keysOf(waiter.mix)) {
      const waiters = this.#byName.get(name);
      if (waiters) waiters.add(waiter);
      else this.#byName.set(name, new Set([waiter]));
    }
  }

  remove(waiter: Waiter): void {
    if (!this.#all.delete(waiter)) return;
    this.#woken.delete(waiter);
    for (const name of keysOf(waiter.mix)) {
      const waiters = this.#byName.get(name);
      waiters?.delete(waiter);
      if (waiters?.size === 0) this.#byName.delete(name);
    }
  }

  /** Notes an entry with all waiters that listen to it. They are woken together when the turn ends. */
  notify({ kind, channel, tt }: Entry): void {
    const names = kind === 'group' ? [groupKey(channel)] : namesCovering(channel);
    for (const name of names) {
      for (const waiter of this.#byName.get(name) ?? []) {
        if (kind === 'group') waiter.regroup ??= tt;
        else waiter.woken.add(channel);
        this.#wakeLater(waiter);
      }
    }
  }

  // What is appended in one turn is answered at once, not entry by entry.
  #wakeLater(waiter: Waiter): void {
    if (this.#woken.size === 0) queueMicrotask(() => this.#flush());
    this.#woken.add(waiter);
  }

  #flush(): void {
    const woken = this.#woken;
    this.#woken = new Set();
    for (const waiter of woken) if (this.#all.has(waiter)) waiter.wake();
  }
}

function* keysOf(mix: Mix): Generator<string> {
  yield* mix.labels.keys();
  for (const group of mix.groups) yield groupKey(group);
}
