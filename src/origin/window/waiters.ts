import { LinkedList } from '../../protocol/linked-list.ts';
import { type Entry, isControl } from '../store/entry.ts';
import { type Stamp, ZERO_STAMP } from '../store/stamp.ts';
import { namesCovering } from '../wildcards.ts';
import type { Parked } from './parked.ts';
import type { Subscription } from './subscription.ts';
import type { Wake } from './wakes.ts';

/** All that are parked with one subscription, so that each of them costs no more for many names. */
export class Audience {
  readonly subscription: Subscription;
  /** No table: a crowd that is answered goes and comes back. */
  readonly parked = new LinkedList<Parked>();
  /** Channels on which something was published since all of them were woken. */
  woken: Set<string> | undefined;
  /** The newest of these entries, or of changes of groups. */
  newest: Stamp = ZERO_STAMP;
  /** The position of the first change of one of its groups: from there on its subscription is out of date. */
  groupsChangedAt: Stamp | undefined;
  /** All of them are being woken. */
  wake: Wake | undefined;

  constructor(subscription: Subscription) {
    this.subscription = subscription;
  }
}

// A prefix that no name can have keeps groups apart from channels of the same name.
const groupKey = (group: string) => `\n${group}`;

/** The parts of waiters. */
export interface WaitersOptions {
  /** There is a new entry for an audience. */
  wake(audience: Audience): void;
  /** The first is parked with a subscription. */
  onUsed(subscription: Subscription): void;
  /** The last with a subscription has gone. */
  onUnused(subscription: Subscription): void;
}

/** What is parked, by the names that it subscribes to, so that an entry reaches only those. */
export class Waiters {
  readonly #byName = new Map<string, Audience | Set<Audience>>();
  readonly #audiences = new Map<Subscription, Audience>();
  readonly #options: WaitersOptions;
  #size = 0;

  constructor(options: WaitersOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#size;
  }

  [Symbol.iterator](): IterableIterator<Parked> {
    return [...this.#audiences.values()].flatMap(({ parked }) => parked.all).values();
  }

  /** `true` if somebody is parked with a subscription. */
  has(subscription: Subscription): boolean {
    return this.#audiences.has(subscription);
  }

  /** Adds one; returns those who are parked with the same subscription. */
  add(parked: Parked): Audience {
    const { subscription } = parked;
    const audience = this.#audiences.get(subscription) ?? this.#open(subscription);
    audience.parked.push(parked);
    parked.audience = audience;
    this.#size++;
    return audience;
  }

  remove(parked: Parked): void {
    const { audience } = parked;
    if (!audience) return;
    audience.parked.remove(parked);
    parked.audience = undefined;
    this.#size--;
    if (audience.parked.size === 0) this.#close(audience);
  }

  /** Marks an entry as new for those who are subscribed to it. */
  notify(entry: Entry): void {
    const { kind, channel } = entry;
    if (kind === 'group') return void this.#notify(groupKey(channel), entry);
    if (isControl(entry)) return;
    for (const name of namesCovering(channel)) this.#notify(name, entry);
  }

  #notify(name: string, entry: Entry): void {
    const audiences = this.#byName.get(name);
    if (audiences instanceof Set) for (const audience of audiences) this.#mark(audience, entry);
    else if (audiences) this.#mark(audiences, entry);
  }

  #mark(audience: Audience, { kind, channel, tt }: Entry): void {
    if (kind === 'group') audience.groupsChangedAt ??= tt;
    else if (audience.woken) audience.woken.add(channel);
    else audience.woken = new Set([channel]);
    audience.newest = tt;
    this.#options.wake(audience);
  }

  #open(subscription: Subscription): Audience {
    const audience = new Audience(subscription);
    this.#audiences.set(subscription, audience);
    for (const name of keysOf(subscription)) {
      const others = this.#byName.get(name);
      if (others instanceof Set) others.add(audience);
      else this.#byName.set(name, others ? new Set([others, audience]) : audience);
    }
    this.#options.onUsed(subscription);
    return audience;
  }

  #close(audience: Audience): void {
    const { subscription } = audience;
    this.#audiences.delete(subscription);
    for (const name of keysOf(subscription)) {
      const others = this.#byName.get(name);
      if (others instanceof Set) others.delete(audience);
      if (others === audience || (others instanceof Set && others.size === 0)) this.#byName.delete(name);
    }
    this.#options.onUnused(subscription);
  }
}

function* keysOf(subscription: Subscription): Generator<string> {
  yield* subscription.labels.keys();
  for (const group of subscription.groups) yield groupKey(group);
}
