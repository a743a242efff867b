import type { WireEnvelope } from '../../../protocol/envelope.ts';
import { isPresenceName, isWildcard, withoutPresence } from '../../../protocol/names.ts';
import { compareTimetokens, type Timetoken } from '../../../protocol/timetoken.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import { pauseFor } from '../../runtime/signals.ts';
import type { Arrived } from '../../subscribe/arrived.ts';
import { Backfill } from '../../subscribe/backfill.ts';
import type { BackfillPlan } from '../../subscribe/backfill-plan.ts';
import type { SubscribeEngine } from '../../subscribe/engine.ts';
import { before, isOverdue, type Loss, later, type Outcome, sooner } from '../../subscribe/gaps.ts';
import { wildcardsOver } from '../../subscribe/interest.ts';
import type { Names } from '../../subscribe/names.ts';
import type { HistoryRange, HistoryRows, HistorySource } from './history-source.ts';
import { ledgerOf, OVERLAP } from './ledger.ts';

/** A channel whose history is read, and the group or wildcard through which it was found, if any. */
export interface Place {
  readonly channel: string;
  readonly match?: string;
}

/** What was read of a channel. */
export interface Read extends HistoryRows {
  /** History is not known to have everything of the range yet. */
  readonly isBehind: boolean;
}

/** Whether rows leave it open that history has everything of the range; `asOf` is the server's time when they were asked for. */
export type Doubt = (rows: readonly WireEnvelope[], asOf: Timetoken) => boolean;

/** History is written a little later than the live queue: a message that it lacks is asked for again after so many ms. */
export const LAG = 2_000;
/** The delays before history is read again, in ms: together a little more than the time by which it may lag. */
export const REREADS: readonly number[] = [LAG, 3_000, 6_000];
/** How many messages of one channel are brought back. */
export const MOST_ROWS = 1_000;

/** What reading history for a loss of one name has shown. */
interface Findings {
  readonly hasBrought: boolean;
  /** It may lack the rest. */
  readonly isBehind: boolean;
  /** The oldest row of each channel of which older rows were left out. */
  readonly cuts: readonly Timetoken[];
}

/** A backfill that reads history: finds channels, reads their rows, delivers them, and tells how much they bring back. */
export class StoredBackfill extends Backfill {
  readonly #history: HistorySource;
  /** When it began, in monotonic milliseconds. */
  readonly #began: number;
  /** The channels of each wildcard, as far as entries have shown them. */
  readonly #coveredBy = new Map<string, readonly string[]>();

  constructor(engine: SubscribeEngine, plan: BackfillPlan, history: HistorySource) {
    super(engine, plan);
    this.#history = history;
    this.#began = engine.settings.clock.monotonic();
    for (const subscription of plan.recipients) ledgerOf(subscription);
  }

  /** How often history is read again at most while it is behind. */
  protected get mostRereads(): number {
    return REREADS.length;
  }

  /** The channels of names: groups are listed, wildcards have those that entries have shown. Presence has no history. */
  protected async placesOf({ channels, groups }: Names, signal: AbortSignal): Promise<readonly Place[]> {
    const direct = channels.flatMap((name): Place | readonly Place[] => {
      if (isPresenceName(name)) return [];
      if (!isWildcard(name)) return { channel: name };
      const covered = this.engine.sightings.ofWildcard(name);
      this.#coveredBy.set(name, covered);
      return covered.map((channel) => ({ channel, match: name }));
    });
    const grouped = groups
      .filter((name) => !isPresenceName(name))
      .map(async (group) => {
        const members = await this.listMembers(group, signal);
        return members.map((channel) => ({ channel, match: group }));
      });
    // The last place of a channel counts: its own name goes before that of a group.
    return [...(await Promise.all(grouped)).flat(), ...direct];
  }

  /** Lists the channels of a group, once. */
  protected async listMembers(group: string, signal: AbortSignal): Promise<readonly string[]> {
    const known = this.membersOf.get(group);
    if (known) return known;
    const members = (await this.#history.channelsOf(group, signal)).filter((name) => !isPresenceName(name));
    this.membersOf.set(group, members);
    return members;
  }

  /** Reads a range of a channel, and again while history is behind; its rows carry the group or wildcard. */
  protected async rowsOf(
    { match, ...range }: HistoryRange & Place,
    isInDoubt: Doubt,
    signal: AbortSignal,
  ): Promise<Read> {
    const { clock } = this.engine.settings;
    for (let rereads = 0; ; rereads++) {
      const asOf = before(this.plan.asOf, Math.floor((this.#began - clock.monotonic()) * 10_000));
      const { rows, cutAt } = await this.#history.readTogether(range, signal);
      const isBehind = isInDoubt(rows, asOf);
      const delay = rereads < this.mostRereads ? REREADS[rereads] : undefined;
      if (!isBehind || delay === undefined)
        return { cutAt, isBehind, rows: match ? rows.map((row) => ({ ...row, b: match })) : rows };
      await pauseFor(clock, delay, signal);
    }
  }

  /** Delivers a row by its channel and by each group that may have the channel; returns whether a recipient wanted it. */
  protected offerRow(row: Arrived): boolean {
    const copies = [row.group, ...this.#groupsOf(row.envelope.c)].map((group) => {
      const envelope = group === undefined ? row.envelope : { ...row.envelope, b: group };
      return this.offer({ ...row, envelope, group });
    });
    return copies.includes(true);
  }

  protected override hasBrought(names: Names): boolean {
    return this.channelsOf(names).some((channel) => this.brought.has(channel));
  }

  /** The known channels of one name. */
  protected channelsOf({ channels: [name = ''], groups: [group = ''] }: Names): readonly string[] {
    return this.membersOf.get(group) ?? this.#coveredBy.get(name) ?? [name];
  }

  /** Lists the groups that were asked for beside a lost channel, or beside each other: which of them has it, nothing else tells. */
  protected async listGroupsBeside({ channels: [channel] }: Names, signal: AbortSignal): Promise<void> {
    if (channel === undefined) return;
    const groups = this.#groupsAsked;
    if (groups.length === 0 || (groups.length === 1 && !this.#isAsked(channel))) return;
    for (const group of groups)
      await this.listMembers(group, signal).catch((error: unknown) => {
        // Who reads may not be allowed to list.
        if (!PubNubError.is(error) || error.category !== 'PNAccessDeniedCategory') throw error;
      });
  }

  get #groupsAsked(): readonly string[] {
    return this.names.groups.filter((group) => !isPresenceName(group));
  }

  #isAsked(channel: string): boolean {
    return [channel, ...wildcardsOver(channel)].some((name) => this.names.channels.includes(name));
  }

  // The groups that may have a channel: those of which no list, and no entry, says that they do not.
  #groupsOf(channel: string): readonly string[] {
    const { sightings } = this.engine;
    const told = this.plan.groups?.get(channel) ?? [];
    const groups = [...new Set([...this.#groupsAsked, ...told])];
    const isSeen = (group: string) => told.includes(group) || sightings.isInGroup(group, channel);
    const isKnown = this.#isAsked(channel) || groups.some(isSeen);
    return groups.filter(
      (group) => this.membersOf.get(group)?.includes(channel) ?? (!isKnown || isSeen(group)),
    );
  }
}

/**
 * What is announced of a loss of one name after history was read: nothing, if it was only suspected and history had nothing
 * new.
 */
export function outcomeOf(loss: Loss, { hasBrought, isBehind, cuts }: Findings): readonly Outcome[] {
  const { names, to, reason, certain, isUnread } = loss;
  if (isBehind || reason === 'backfill-failed' || reason === 'backlog-full')
    return [[loss, hasBrought ? 'partial' : 'none']];
  if (!isExhaustive(names)) return [[loss, 'partial']];
  if (cuts.length > 0) return [[{ ...loss, to: sooner(to, before(cuts.reduce(later))) }, 'partial']];
  return certain || hasBrought || isUnread ? [[loss, 'complete']] : [];
}

/**
 * Whether history may still lack rows of a loss of a channel. It has all of them if it has what is newer: a row, or the
 * newest live message of the channel. A loss that is only suspected shows in live messages of the channel.
 */
export function isInDoubt(
  { to, certain }: Pick<Loss, 'to' | 'certain'>,
  newest: Timetoken | undefined,
): Doubt {
  return (rows, asOf) => {
    if (rows.some(({ p }) => p.t === newest || compareTimetokens(p.t, to) >= 0)) return false;
    return newest !== undefined || (certain && !isOverdue(to, asOf, OVERLAP / 10_000));
  };
}

/** Where to read to for a loss of a channel: whatever is newer shows that history has all of it. */
export function endOf(
  { to, certain }: Pick<Loss, 'to' | 'certain'>,
  newest: Timetoken | undefined,
): Timetoken {
  return later(to, newest ?? (certain ? before(to, -OVERLAP) : to));
}

/** Whether all channels of the names are known: those of groups and wildcards may not be. */
function isExhaustive({ channels, groups }: Names): boolean {
  return groups.length === 0 && !channels.some((name) => isWildcard(withoutPresence(name)));
}
