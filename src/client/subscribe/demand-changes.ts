import { compareTimetokens } from '../../protocol/timetoken.ts';
import type { Presence } from '../presence/presence.ts';
import type { Demand } from './demand.ts';
import type { LiveSubscription } from './live-subscription.ts';
import { isEmpty, type Mix } from './mix.ts';
import type { LoopCursor } from './state.ts';

/** A change of what the program wants. */
export interface DemandChange {
  readonly demand: Mix;
  /** The id of the newest subscription, if any was added. */
  readonly newest?: number;
  /** Where an idle loop starts. */
  readonly cursor?: LoopCursor;
}

/**
 * Gathers what a program subscribes and unsubscribes in one turn into one change: a subscription that is ended at once
 * costs no request.
 */
export class DemandChanges {
  readonly #demand: Demand;
  readonly #presence: Pick<Presence, 'leaves'>;
  readonly #onChange: (change: DemandChange) => void;
  /** Subscriptions that the loop has not heard of. */
  readonly #fresh = new Set<LiveSubscription>();
  #done: Promise<void> | undefined;

  constructor(demand: Demand, presence: Pick<Presence, 'leaves'>, onChange: (change: DemandChange) => void) {
    this.#demand = demand;
    this.#presence = presence;
    this.#onChange = onChange;
  }

  /** A subscription was added; resolves when the loop has heard of it. */
  add(subscription: LiveSubscription): Promise<void> {
    this.#fresh.add(subscription);
    return this.note();
  }

  /** Something was dropped; resolves when the loop has heard of it. */
  note(): Promise<void> {
    this.#done ??= Promise.resolve().then(() => this.#flush());
    return this.#done;
  }

  /** Tells the loop now, ahead of what else the program asks for in this turn. */
  flushNow(): void {
    this.#flush();
  }

  #flush(): void {
    if (this.#done === undefined) return;
    this.#done = undefined;
    const late: LiveSubscription[] = [];
    const added: LiveSubscription[] = [];
    for (const subscription of this.#fresh) {
      // A handshake that went out in between may have asked for it already.
      if (subscription.ended || isEmpty(subscription.interest.pending)) this.#fresh.delete(subscription);
      else if (this.#mustWait(subscription)) late.push(subscription);
      else added.push(subscription);
    }
    // With nothing else to go on with, the handshake waits by itself.
    if (isEmpty(this.#demand.mixWithout(late))) added.push(...late.splice(0));
    for (const subscription of added) this.#fresh.delete(subscription);
    const newest = added.at(-1)?.id;
    const cursor = oldestStart(added);
    this.#onChange({
      demand: this.#demand.mixWithout(late),
      ...(newest !== undefined && { newest }),
      ...(cursor && { cursor }),
    });
  }

  // A leave that is under way for one of its names would end what its handshake begins. The loop goes on meanwhile.
  #mustWait({ names }: LiveSubscription): boolean {
    const leaves = this.#presence.leaves(names);
    void leaves?.then(() => this.note());
    return leaves !== undefined;
  }
}

// On an idle client the given timetoken simply is the cursor; a running loop's never moves for it.
function oldestStart(added: readonly LiveSubscription[]): LoopCursor | undefined {
  const starts = added.flatMap(({ wish }) => wish.start ?? []);
  return starts.reduce<LoopCursor | undefined>(
    (oldest, start) => (oldest && compareTimetokens(oldest.timetoken, start.timetoken) <= 0 ? oldest : start),
    undefined,
  );
}
