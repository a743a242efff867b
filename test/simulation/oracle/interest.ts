import { compareTimetokens, type Timetoken } from '../../../src/index.ts';
import { covers, type Handle, type Name } from '../record.ts';
import type { Entry } from '../truth.ts';
import type { World } from '../world.ts';

/** How the server accepted a name. */
export interface Acceptance {
  readonly floor: Timetoken;
  readonly servedOrder: number;
  readonly arrivedOrder: number;
}

/** A name of a subscription that the server accepted. */
export interface Accepted extends Acceptance {
  readonly name: Name;
}

/** The handshake that accepted a name: the first that reached the client since the subscription was made. */
export function acceptanceOf({ net }: World, handle: Handle, { kind, name }: Name): Acceptance | undefined {
  for (const exchange of net.exchanges.slice(handle.since)) {
    const { answer, servedOrder = 0, arrivedOrder = 0, aborted } = exchange;
    if (exchange.kind !== 'handshake' || answer === undefined || aborted !== undefined) continue;
    const names = kind === 'channel' ? exchange.channels : exchange.groups;
    if (names.includes(name)) return { floor: answer.t, servedOrder, arrivedOrder };
  }
  return undefined;
}

/** What one subscription may and must get. */
export class Interest {
  readonly accepted: readonly Accepted[];
  readonly #world: World;
  readonly #handle: Handle;

  constructor(world: World, handle: Handle) {
    this.#world = world;
    this.#handle = handle;
    this.accepted = handle.names.flatMap((name) => {
      const acceptance = acceptanceOf(world, handle, name);
      return acceptance ? [{ ...acceptance, name }] : [];
    });
  }

  /** The accepted names that have the channel. */
  covering(channel: string): readonly Accepted[] {
    const { truth } = this.#world;
    return this.accepted.filter(({ name: { kind, name } }) =>
      kind === 'channel' ? covers(name, channel) : truth.mayGroup(name, channel),
    );
  }

  /** Whether an entry lies above the floor of a name. */
  isAbove({ timetoken, stored }: Entry, { floor }: Acceptance): boolean {
    const { start } = this.#handle;
    if (start?.from === 'timetoken') return compareTimetokens(timetoken, start.timetoken) > 0;
    return compareTimetokens(timetoken, floor) > 0 || (start?.from === 'last' && stored);
  }

  /**
   * Whether one of the names had the entry's channel when it was taken. A group that got it later may bring it all the same,
   * from history or from a place before, but nobody has waited for it.
   */
  isForeseen(entry: Entry): boolean {
    const { truth } = this.#world;
    return this.covering(entry.channel).some(
      ({ name: { kind, name } }) => kind === 'channel' || truth.mustGroup(name, entry),
    );
  }

  /** Whether the subscription must get an entry through a name, as long as that is subscribed. */
  isDue(entry: Entry, accepted: Accepted): boolean {
    const { name } = accepted;
    if (name.kind === 'group' && !this.#world.truth.mustGroup(name.name, entry)) return false;
    if (!this.isAbove(entry, accepted)) return false;
    const { start, wish } = this.#handle;
    if (start?.from === 'last') return this.#isAmongLast(entry, accepted, start.count);
    const isLive = entry.order > accepted.servedOrder;
    if (start === undefined) return isLive;
    const { server, setting, truth } = this.#world;
    // A loss that is only suspected is not told of if history has nothing new.
    const isHushed = !server.tellsGaps && (wish.recovery ?? setting.recovery) === 'history';
    if ((start.stored || isHushed) && !isLive && (!entry.stored || entry.life < truth.life)) return false;
    return this.#isClear(entry, start.timetoken) && (isLive || this.#isClear(entry, accepted.floor));
  }

  /** Whether the entry must have been delivered in the end. */
  isOwed(entry: Entry): boolean {
    return this.covering(entry.channel).some(
      (accepted) => accepted.name.dropAsked === undefined && this.isDue(entry, accepted),
    );
  }

  // Regions agree on the time only roughly.
  #isClear({ timetoken }: Entry, border: Timetoken): boolean {
    const distance = BigInt(timetoken) - BigInt(border);
    const { blur } = this.#world.server;
    return blur === 0n || distance > blur || -distance > blur;
  }

  #isAmongLast(entry: Entry, { floor, servedOrder }: Acceptance, count: number): boolean {
    if (compareTimetokens(entry.timetoken, floor) > 0) return entry.order > servedOrder;
    const { truth, server } = this.#world;
    if (server.blur > 0n || entry.life < truth.life) return false;
    // History counts by time, not in the order in which regions came to know; of those that share a timetoken, any will do.
    const newer = truth.entries.filter(
      (other) =>
        other !== entry &&
        other.stored &&
        other.channel === entry.channel &&
        compareTimetokens(other.timetoken, entry.timetoken) >= 0 &&
        compareTimetokens(other.timetoken, floor) <= 0,
    );
    return entry.stored && newer.length < count;
  }
}
