import { compareTimetokens } from '../../protocol/timetoken.ts';
import type { Presence } from '../presence/presence.ts';
import type { Demand } from './demand.ts';
import type { LiveSubscription } from './live-subscription.ts';
import { isEmpty, type Names } from './names.ts';
import type { LoopCursor } from './state.ts';

/** A change of the wanted names. */
export interface DemandChange {
  readonly demand: Names;
  /** The id of the newest subscription, if any was added. */
  readonly newest?: number;
  /** Where an idle loop starts. */
  readonly cursor?: LoopCursor;
}

/**
 * Combines all calls of subscribe and unsubscribe in one turn into one change: a subscription that ends in the same turn
 * costs no request.
 */
export class DemandChanges {
  readonly #demand: Demand;
  readonly #presence: Pick<Presence, 'leaves'>;
  readonly #onChange: (change: DemandChange) => void;
  /** Subscriptions that the loop does not know yet. */
  readonly #fresh = new Set<LiveSubscription>();
  #done: Promise<void> | undefined;

  constructor(demand: Demand, presence: Pick<Presence, 'leaves'>, onChange: (change: DemandChange) => void) {
    this.#demand = demand;
    this.#presence = presence;
    this.#onChange = onChange;
  }

  /** Notes a new subscription; resolves when the loop has been told. */
  add(subscription: LiveSubscription): Promise<void> {
    this.#fresh.add(subscription);
    return this.note();
  }

  /** Notes a change; resolves when the loop has been told. */
  note(): Promise<void> {
    this.#done ??= Promise.resolve().then(() => this.#flush());
    return this.#done;
  }

  /** Tells the loop now, ahead of other inputs of this turn. */
  flushNow(): void {
    this.#flush();
  }

  #flush(): void {
    if (this.#done === undefined) return;
    this.#done = undefined;
    const late: LiveSubscription[] = [];
    const added: LiveSubscription[] = [];
    for (const subscription of this.#fresh) {
      // A handshake that was sent meanwhile may have included it.
      if (subscription.ended || isEmpty(subscription.interest.pending)) this.#fresh.delete(subscription);
      else if (this.#mustWait(subscription)) late.push(subscription);
      else added.push(subscription);
    }
    // If nothing else is wanted, the handshake itself waits for the leave.
    if (isEmpty(this.#demand.namesWithout(late))) added.push(...late.splice(0));
    for (const subscription of added) this.#fresh.delete(subscription);
    const newest = added.at(-1)?.id;
    const cursor = oldestStart(added);
    this.#onChange({
      demand: this.#demand.namesWithout(late),
      ...(newest !== undefined && { newest }),
      ...(cursor && { cursor }),
    });
  }

  // A leave in flight for one of its names would undo its handshake. The loop continues with the other names.
  #mustWait({ names }: LiveSubscription): boolean {
    const leaves = this.#presence.leaves(names);
    void leaves?.then(() => this.note());
    return leaves !== undefined;
  }
}

// An idle loop starts at the oldest given timetoken; a running loop keeps its cursor.
function oldestStart(added: readonly LiveSubscription[]): LoopCursor | undefined {
  const starts = added.flatMap(({ wish }) => wish.start ?? []);
  return starts.reduce<LoopCursor | undefined>(
    (oldest, start) => (oldest && compareTimetokens(oldest.timetoken, start.timetoken) <= 0 ? oldest : start),
    undefined,
  );
}
