import { isPresenceName, isWildcard, withoutPresence } from '../../protocol/names.ts';
import { compareTimetokens, type Timetoken } from '../../protocol/timetoken.ts';
import type { Backfill } from './backfill.ts';
import type { SubscribeEngine } from './engine.ts';
import { apart, gapEvent, isOfPresence, type Loss, later, type Recovered, spanOf } from './gaps.ts';
import { wildcardsOver } from './interest.ts';
import type { LiveSubscription } from './live-subscription.ts';
import { intersection, type Names } from './names.ts';

/** How a loss of one name concerns a subscription. */
interface Concern {
  /** The lowest floor of the names by which it is concerned. */
  readonly floor: Timetoken;
  /** The groups by which it may be concerned. */
  readonly groups: readonly string[];
  /** Whether it is known to be concerned. */
  readonly isKnown: boolean;
}

/** A subscription that a loss of one name concerns. */
export interface Affected extends Concern {
  readonly subscription: LiveSubscription;
  /** The part of the loss that concerns it. */
  readonly loss: Loss;
  /** Whether history is to bring it back. */
  readonly recovers: boolean;
}

/** Where a loss was met. */
interface Met {
  /** The names of the poll. */
  readonly asked: Names;
  /** The channels of groups, as far as they have been listed. */
  readonly membersOf?: ReadonlyMap<string, readonly string[]>;
}

/** Announces losses to the subscriptions that they concern: at once, or after history has brought back what it can. */
export class Losses {
  readonly #engine: SubscribeEngine;

  constructor(engine: SubscribeEngine) {
    this.#engine = engine;
  }

  /** Takes a loss in an answer to the loop, before the entries of that answer. */
  meet(loss: Loss, asked: Names): void {
    const recovering = apart(loss).flatMap((one) => this.#meetOne(one, asked));
    const { recovery, backfills } = this.#engine;
    if (!recovery || recovering.length === 0) return;
    const backfill = recovery.loss(this.#engine, recovering, asked);
    if (backfill) backfills.open(backfill);
  }

  /** Announces a loss to the recipients of a backfill and to the client's own listeners. */
  tell({ plan, recipients, serial, membersOf }: Backfill, loss: Loss, recovered: Recovered): void {
    this.#engine.listeners.emit('gap', gapEvent(loss, recovered));
    for (const subscription of recipients) {
      const concern = this.#concernOf(subscription, loss, { asked: plan.asked ?? plan.names, membersOf });
      if (concern) subscription.lose(asFarAs(concern.isKnown, loss), recovered, serial);
    }
  }

  // Announces a loss where no backfill will fill it; returns the subscriptions where one will.
  #meetOne(loss: Loss, asked: Names): readonly Affected[] {
    const { demand, listeners, recovery } = this.#engine;
    // A copy: handlers may add and end subscriptions meanwhile.
    const affected = [...demand.subscriptions].flatMap((one) => this.#affected(one, loss, asked) ?? []);
    const recovering = recovery ? affected.filter(({ recovers }) => recovers) : [];
    const others = affected.filter((one) => !recovering.includes(one));
    if (others.length > 0) listeners.emit('gap', gapEvent(others.map((one) => one.loss).reduce(spanOf)));
    for (const { subscription, loss: own, isKnown } of others)
      if (!subscription.ended) subscription.lose(asFarAs(isKnown, own));
    return recovering;
  }

  #affected(subscription: LiveSubscription, loss: Loss, asked: Names): Affected | undefined {
    const concern = this.#concernOf(subscription, loss, { asked });
    if (!concern) return undefined;
    const { ledger, wish } = subscription;
    const { from, to, reason } = loss;
    // What is older than the newest stored messages that were asked for is no loss.
    const [channel] = loss.names.channels;
    const floor = later(concern.floor, (channel && ledger?.startOf(channel)) || concern.floor);
    if (reason === 'cursor-regressed') {
      const isKeptOut = compareTimetokens(floor, from) > 0;
      return isKeptOut
        ? { ...concern, subscription, loss: { ...loss, to: floor }, recovers: false }
        : undefined;
    }
    if (compareTimetokens(floor, to) >= 0) return undefined;
    const { start, gaps } = wish.recovers;
    const recovers = !isOfPresence(loss) && (gaps || (start && compareTimetokens(from, floor) <= 0));
    return { ...concern, subscription, loss: { ...loss, from: later(from, floor) }, recovers };
  }

  // By which names a subscription would get the lost entries; `undefined` if by none.
  #concernOf({ interest }: LiveSubscription, { names }: Loss, met: Met): Concern | undefined {
    const [channel] = names.channels;
    const over = channel === undefined ? names : this.#namesOver(channel, interest.names.groups, met.asked);
    // A name that the server refuses just now was not asked for.
    const wanted = intersection(over, met.asked);
    const floor = interest.floorOf(wanted);
    if (floor === undefined) return undefined;
    const { groups } = wanted;
    const isDirect = channel === undefined || interest.floorOf({ ...wanted, groups: [] }) !== undefined;
    return { floor, groups, isKnown: isDirect || this.#isAmong(channel, groups, met) };
  }

  // The server does not say which group has a channel: its list, earlier entries, or a poll for a single group tell.
  #isAmong(channel: string, groups: readonly string[], { asked, membersOf }: Met): boolean {
    const { sightings } = this.#engine;
    const among = asked.groups.filter((group) => isPresenceName(group) === isPresenceName(channel));
    return groups.some(
      (group) =>
        membersOf?.get(group)?.includes(channel) || among.length === 1 || sightings.isInGroup(group, channel),
    );
  }

  // The names by which a subscription to these groups may get entries of a channel.
  #namesOver(channel: string, groups: readonly string[], asked: Names): Names {
    const channels = [channel, ...wildcardsOver(channel)];
    // A loss of a wildcard says nothing of groups: they have losses of their own.
    if (isWildcard(withoutPresence(channel))) return { channels, groups: [] };
    const { sightings } = this.#engine;
    const isAsked = channels.some((name) => asked.channels.includes(name));
    // The channels of a group are known only from earlier entries: rather one announcement too many.
    const mayHave = (group: string) => !isAsked || sightings.isInGroup(group, channel);
    return {
      channels,
      groups: groups.filter((group) => isPresenceName(group) === isPresenceName(channel) && mayHave(group)),
    };
  }
}

function asFarAs(isKnown: boolean, loss: Loss): Loss {
  return isKnown ? loss : { ...loss, certain: false };
}
