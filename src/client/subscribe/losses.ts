import { isPresenceName, isWildcard, withoutPresence } from '../../protocol/names.ts';
import { compareTimetokens } from '../../protocol/timetoken.ts';
import type { PNGapEvent } from '../listeners/events.ts';
import type { ListenerRegistry } from '../listeners/registry.ts';
import type { Backfill, BackfillPlan } from './backfill.ts';
import type { Demand } from './demand.ts';
import { gapEvent, type Loss, later, type NamedLoss, namedLosses, sooner } from './gaps.ts';
import { wildcardsOver } from './interest.ts';
import type { LiveSubscription } from './live-subscription.ts';
import { type Names, union } from './names.ts';
import type { Sightings } from './sightings.ts';

/** What the teller of losses needs of the client. */
export interface LossesHost<Client> {
  readonly demand: Demand;
  readonly sightings: Sightings;
  readonly listeners: ListenerRegistry<Client>;
  /** Lets history bring back what is missing; `undefined` where there is no history. */
  readonly open: ((plan: BackfillPlan) => void) | undefined;
}

interface Affected {
  readonly subscription: LiveSubscription;
  readonly loss: NamedLoss;
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
  readonly asked: Names;
  /** The channels of groups, as far as they have been listed. */
  readonly membersOf?: ReadonlyMap<string, readonly string[]>;
}

/** Finds out who a loss concerns: they are told at once, or when history has brought back what it can. */
export class Losses<Client> {
  readonly #host: LossesHost<Client>;

  constructor(host: LossesHost<Client>) {
    this.#host = host;
  }

  /** The loop has met a loss, ahead of the entries of the same answer. */
  meet(loss: Loss, asked: Names): void {
    const recovering = namedLosses(loss, asked).flatMap((named) => this.#meetOne(named, { asked }));
    const [first] = recovering;
    const { open } = this.#host;
    if (!first || !open) return;
    // One backfill for all names, so that what comes by several of them keeps its order.
    const all = recovering.map((one) => one.loss).reduce(spanOf);
    open({
      ...{ names: all.names, from: { timetoken: all.from, region: undefined }, to: all.to },
      ...{ asOf: all.to, recovers: true, loss: all },
      recipients: [...new Set(recovering.map(({ subscription }) => subscription))],
      groups: groupsIn(recovering),
      asked,
    });
  }

  /** Tells those who have waited for a backfill, and the client's own listeners. */
  tell(backfill: Backfill, loss: NamedLoss, recovered: PNGapEvent['recovered']): void {
    const { plan, recipients, serial, membersOf } = backfill;
    const met = { asked: plan.asked ?? plan.names, membersOf };
    this.#host.listeners.emit('gap', gapEvent(loss, recovered));
    for (const subscription of recipients) {
      const names = this.#namesIn(subscription, loss, met);
      if (subscription.interest.floorOf(names) === undefined) continue;
      subscription.lose(asFarAs(this.#isKnown(subscription, { loss, names }, met), loss), recovered, serial);
    }
  }

  // Tells those whom history does not help; returns the others.
  #meetOne(loss: NamedLoss, met: Met): readonly Affected[] {
    const { demand, listeners, open } = this.#host;
    // Handlers may begin and end subscriptions meanwhile.
    const affected = [...demand.subscriptions].flatMap((one) => this.#affected(one, loss, met) ?? []);
    const recovering = open ? affected.filter(({ recovers }) => recovers) : [];
    const others = affected.filter((one) => !recovering.includes(one));
    if (others.length > 0) listeners.emit('gap', gapEvent(others.map((one) => one.loss).reduce(spanOf)));
    for (const { subscription, loss: own, isKnown } of others)
      if (!subscription.ended) subscription.lose(asFarAs(isKnown, own));
    return recovering;
  }

  #affected(subscription: LiveSubscription, loss: NamedLoss, met: Met): Affected | undefined {
    const names = this.#namesIn(subscription, loss, met);
    const accepted = subscription.interest.floorOf(names);
    if (accepted === undefined) return undefined;
    // What comes before the newest stored messages is nobody's loss.
    const [channel = ''] = loss.names.channels;
    const floor = later(accepted, subscription.rewound.get(channel)?.at ?? accepted);
    const groups = loss.names.channels.length > 0 ? names.groups : [];
    const how = { subscription, groups, isKnown: this.#isKnown(subscription, { loss, names }, met) };
    const { from, to, reason, presence } = loss;
    if (reason === 'cursor-regressed') {
      const isKeptOut = compareTimetokens(floor, from) > 0;
      return isKeptOut ? { ...how, loss: { ...loss, to: floor }, recovers: false } : undefined;
    }
    if (compareTimetokens(floor, to) >= 0) return undefined;
    const { start, gaps } = subscription.wish.recovers;
    const recovers = !presence && (gaps || (start && compareTimetokens(from, floor) <= 0));
    return { ...how, loss: { ...loss, from: later(from, floor) }, recovers };
  }

  // Nobody says by which group a channel was asked for: what is listed, what has come, or a poll for one group tells.
  #isKnown(
    { interest }: LiveSubscription,
    { loss, names }: { readonly loss: NamedLoss; readonly names: Names },
    { asked, membersOf }: Met,
  ): boolean {
    const [channel] = loss.names.channels;
    if (channel === undefined || interest.floorOf({ ...names, groups: [] }) !== undefined) return true;
    const among = asked.groups.filter((group) => isPresenceName(group) === loss.presence);
    return names.groups.some(
      (group) =>
        membersOf?.get(group)?.includes(channel) ||
        among.length === 1 ||
        this.#host.sightings.isInGroup(group, channel),
    );
  }

  // The names by which a subscription would get what is lost.
  #namesIn({ interest }: LiveSubscription, { names, presence }: NamedLoss, { asked }: Met): Names {
    const [channel] = names.channels;
    if (channel === undefined) return names;
    const direct = [channel, ...wildcardsOver(channel)];
    // What a wildcard stands for is told for groups by itself.
    if (isWildcard(withoutPresence(channel))) return { channels: direct, groups: [] };
    const isAsked = direct.some((name) => asked.channels.includes(name));
    // Which channels a group has is not known but by what came: better told of one too many.
    const groups = interest.names.groups.filter(
      (group) =>
        isPresenceName(group) === presence && (!isAsked || this.#host.sightings.isInGroup(group, channel)),
    );
    return { channels: direct, groups };
  }
}

function asFarAs(isKnown: boolean, loss: NamedLoss): NamedLoss {
  return isKnown ? loss : { ...loss, certain: false };
}

function groupsIn(affected: readonly Affected[]): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { loss, groups } of affected)
    for (const channel of loss.names.channels)
      found.set(channel, [...new Set([...(found.get(channel) ?? []), ...groups])]);
  return found;
}

function spanOf(a: NamedLoss, b: NamedLoss): NamedLoss {
  return { ...a, names: union(a.names, b.names), from: sooner(a.from, b.from), to: later(a.to, b.to) };
}
