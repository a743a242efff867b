import { isPresenceName, isWildcard, withoutPresence } from '../../protocol/names.ts';
import { compareTimetokens } from '../../protocol/timetoken.ts';
import type { Backfill } from './backfill.ts';
import { apart, gapEvent, isOfPresence, type Loss, later, type Recovered, spanOf } from './gaps.ts';
import { wildcardsOver } from './interest.ts';
import type { LiveSubscription } from './live-subscription.ts';
import type { Mix } from './mix.ts';
import type { Reception } from './reception.ts';

/** A subscription that a loss of one name concerns. */
export interface Affected {
  readonly subscription: LiveSubscription;
  /** The part of the loss that concerns it. */
  readonly loss: Loss;
  /** Whether history is to bring it back. */
  readonly recovers: boolean;
  /** The groups by which it may be concerned. */
  readonly groups: readonly string[];
  /** Whether it is known to be concerned. */
  readonly isKnown: boolean;
}

/** Where a loss was met. */
interface Met {
  /** The names of the poll. */
  readonly asked: Mix;
  /** The channels of groups, as far as they have been listed. */
  readonly membersOf?: ReadonlyMap<string, readonly string[]>;
}

/** Finds out whom a loss concerns: they are told at once, or when history has brought back what it can. */
export class Losses {
  readonly #reception: Reception;

  constructor(reception: Reception) {
    this.#reception = reception;
  }

  /** The loop has met a loss, ahead of the entries of the same answer. */
  meet(loss: Loss, asked: Mix): void {
    const recovering = apart(loss).flatMap((one) => this.#meetOne(one, asked));
    const { recovery, backfills } = this.#reception;
    if (recovery && recovering.length > 0) backfills.open(recovery.loss(this.#reception, recovering, asked));
  }

  /** Tells those who have waited for a backfill, and the client's own listeners. */
  tell({ plan, recipients, serial, membersOf }: Backfill, loss: Loss, recovered: Recovered): void {
    const met = { asked: plan.asked ?? plan.names, membersOf };
    this.#reception.listeners.emit('gap', gapEvent(loss, recovered));
    for (const subscription of recipients) {
      const names = this.#namesIn(subscription, loss, met);
      if (subscription.interest.floorOf(names) === undefined) continue;
      subscription.lose(asFarAs(this.#isKnown(subscription, { loss, names }, met), loss), recovered, serial);
    }
  }

  // Tells those whom history does not help; returns the others.
  #meetOne(loss: Loss, asked: Mix): readonly Affected[] {
    const { demand, listeners, recovery } = this.#reception;
    // Handlers may begin and end subscriptions meanwhile.
    const affected = [...demand.subscriptions].flatMap((one) => this.#affected(one, loss, asked) ?? []);
    const recovering = recovery ? affected.filter(({ recovers }) => recovers) : [];
    const others = affected.filter((one) => !recovering.includes(one));
    if (others.length > 0) listeners.emit('gap', gapEvent(others.map((one) => one.loss).reduce(spanOf)));
    for (const { subscription, loss: own, isKnown } of others)
      if (!subscription.ended) subscription.lose(asFarAs(isKnown, own));
    return recovering;
  }

  #affected(subscription: LiveSubscription, loss: Loss, asked: Mix): Affected | undefined {
    const { interest, ledger, wish } = subscription;
    const names = this.#namesIn(subscription, loss, { asked });
    const accepted = interest.floorOf(names);
    if (accepted === undefined) return undefined;
    // What comes before the newest stored messages is nobody's loss.
    const [channel] = loss.names.channels;
    const floor = later(accepted, (channel && ledger?.startOf(channel)) || accepted);
    const groups = channel === undefined ? [] : names.groups;
    const how = { subscription, groups, isKnown: this.#isKnown(subscription, { loss, names }, { asked }) };
    const { from, to, reason } = loss;
    if (reason === 'cursor-regressed') {
      const isKeptOut = compareTimetokens(floor, from) > 0;
      return isKeptOut ? { ...how, loss: { ...loss, to: floor }, recovers: false } : undefined;
    }
    if (compareTimetokens(floor, to) >= 0) return undefined;
    const { start, gaps } = wish.recovers;
    const recovers = !isOfPresence(loss) && (gaps || (start && compareTimetokens(from, floor) <= 0));
    return { ...how, loss: { ...loss, from: later(from, floor) }, recovers };
  }

  // Nobody says by which group a channel was asked for: what is listed, what has come, or a poll for one group tells.
  #isKnown(
    { interest }: LiveSubscription,
    { loss, names }: { readonly loss: Loss; readonly names: Mix },
    { asked, membersOf }: Met,
  ): boolean {
    const [channel] = loss.names.channels;
    if (channel === undefined || interest.floorOf({ ...names, groups: [] }) !== undefined) return true;
    const among = asked.groups.filter((group) => isPresenceName(group) === isPresenceName(channel));
    return names.groups.some(
      (group) =>
        membersOf?.get(group)?.includes(channel) ||
        among.length === 1 ||
        this.#reception.sightings.isInGroup(group, channel),
    );
  }

  // The names by which a subscription would get what is lost.
  #namesIn({ interest }: LiveSubscription, { names }: Loss, { asked }: Met): Mix {
    const [channel] = names.channels;
    if (channel === undefined) return names;
    const direct = [channel, ...wildcardsOver(channel)];
    // What a wildcard stands for is told for groups by itself.
    if (isWildcard(withoutPresence(channel))) return { channels: direct, groups: [] };
    const isAsked = direct.some((name) => asked.channels.includes(name));
    const { sightings } = this.#reception;
    // Which channels a group has is not known but by what came: better told of one too many.
    const groups = interest.mix.groups.filter(
      (group) =>
        isPresenceName(group) === isPresenceName(channel) &&
        (!isAsked || sightings.isInGroup(group, channel)),
    );
    return { channels: direct, groups };
  }
}

function asFarAs(isKnown: boolean, loss: Loss): Loss {
  return isKnown ? loss : { ...loss, certain: false };
}
