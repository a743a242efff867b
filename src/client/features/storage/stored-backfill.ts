import { isPresenceName, isWildcard, withoutPresence } from '../../../protocol/names.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import { pauseFor } from '../../runtime/signals.ts';
import type { Arrived } from '../../subscribe/arrived.ts';
import { Backfill, type BackfillPlan, type Outcome } from '../../subscribe/backfill.ts';
import type { SubscribeEngine } from '../../subscribe/engine.ts';
import { before, type Loss, later, sooner } from '../../subscribe/gaps.ts';
import type { Names } from '../../subscribe/names.ts';
import type { HistoryRange, HistoryRows, HistorySource } from './history-source.ts';
import { ledgerOf } from './ledger.ts';

/** A channel whose history is read, and the group or wildcard through which it was found, if any. */
export interface Place {
  readonly channel: string;
  readonly match?: string;
}

/** History is written a little later than the live queue: a message that it lacks is asked for again after so many ms. */
export const LAG = 2_000;
/** How many messages of one channel are brought back. */
export const MOST_ROWS = 1_000;

/** A backfill that reads history: finds channels, reads their rows, delivers them, and tells how much they bring back. */
export class StoredBackfill extends Backfill {
  readonly #history: HistorySource;
  /** The channels of each wildcard, as far as entries have shown them. */
  readonly #coveredBy = new Map<string, readonly string[]>();

  constructor(engine: SubscribeEngine, plan: BackfillPlan, history: HistorySource) {
    super(engine, plan);
    this.#history = history;
    for (const subscription of plan.recipients) ledgerOf(subscription);
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

  /**
   * Reads a range of a channel; its rows carry the group or wildcard. If history lacks the newest message that is known
   * from elsewhere, it is read once more.
   */
  protected async rowsOf(
    { match, ...range }: HistoryRange & Place,
    newestKnown: () => Timetoken | undefined,
    signal: AbortSignal,
  ): Promise<HistoryRows> {
    const newest = newestKnown();
    let found = await this.#history.read(range, signal);
    const isDue = (timetoken: Timetoken | undefined) =>
      timetoken !== undefined && !found.rows.some(({ p }) => p.t === timetoken);
    if (isDue(newest) || isDue(newestKnown())) {
      await pauseFor(this.engine.settings.clock, LAG, signal);
      found = await this.#history.read(range, signal);
    }
    const { rows, cutAt } = found;
    return { cutAt, rows: match === undefined ? rows : rows.map((row) => ({ ...row, b: match })) };
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

  // The groups that may have a channel: those of which no list says that they do not.
  #groupsOf(channel: string): readonly string[] {
    const asked = this.names.groups.filter((group) => !isPresenceName(group));
    const told = this.plan.groups?.get(channel) ?? [];
    return [...new Set([...asked, ...told])].filter(
      (group) => this.membersOf.get(group)?.includes(channel) ?? true,
    );
  }
}

/**
 * What is announced of a loss of one name after history was read: nothing, if it was only suspected and history had nothing
 * new. `cuts` has the oldest row of each channel of which older rows were left out.
 */
export function outcomeOf(loss: Loss, hasBrought: boolean, cuts: readonly Timetoken[]): readonly Outcome[] {
  const { names, to, reason, certain } = loss;
  if (reason === 'backfill-failed' || reason === 'backlog-full')
    return [[loss, hasBrought ? 'partial' : 'none']];
  if (!isExhaustive(names)) return [[loss, 'partial']];
  if (cuts.length > 0) return [[{ ...loss, to: sooner(to, before(cuts.reduce(later))) }, 'partial']];
  return certain || hasBrought ? [[loss, 'complete']] : [];
}

/** Whether all channels of the names are known: those of groups and wildcards may not be. */
function isExhaustive({ channels, groups }: Names): boolean {
  return groups.length === 0 && !channels.some((name) => isWildcard(withoutPresence(name)));
}
