import { isPresenceName, isWildcard, withoutPresence } from '../../../protocol/names.ts';
import type { Timetoken } from '../../../protocol/timetoken.ts';
import { pauseFor } from '../../runtime/pause-for.ts';
import type { Arrived } from '../../subscribe/arrived.ts';
import { Backfill, type BackfillPlan, type Outcome } from '../../subscribe/backfill.ts';
import { before, type Loss, later, sooner } from '../../subscribe/gaps.ts';
import type { Mix } from '../../subscribe/mix.ts';
import type { Reception } from '../../subscribe/reception.ts';
import type { HistoryRange, HistoryRows, HistorySource } from './history-source.ts';
import { ledgerOf } from './ledger.ts';

/** A channel whose history is read, and the group or wildcard that it stands for. */
export interface Place {
  readonly channel: string;
  readonly match?: string;
}

/** History is written a little after the live queue: what it lacks is looked for once more, so many milliseconds later. */
const LAG = 2_000;
/** Messages of one channel that are brought back at most. */
export const MOST_ROWS = 1_000;

/** A backfill that reads history. */
export class StoredBackfill extends Backfill {
  readonly #history: HistorySource;
  /** The channels that wildcards have been found to stand for. */
  readonly #coveredBy = new Map<string, readonly string[]>();

  constructor(reception: Reception, plan: BackfillPlan, history: HistorySource) {
    super(reception, plan);
    this.#history = history;
    for (const subscription of plan.recipients) ledgerOf(subscription);
  }

  /**
   * The channels that names stand for. Groups are asked for; of a wildcard, those are known on which something came.
   * Presence has no history.
   */
  protected async placesOf({ channels, groups }: Mix, signal: AbortSignal): Promise<readonly Place[]> {
    const direct = channels.flatMap((name): Place | readonly Place[] => {
      if (isPresenceName(name)) return [];
      if (!isWildcard(name)) return { channel: name };
      const covered = this.reception.sightings.ofWildcard(name);
      this.#coveredBy.set(name, covered);
      return covered.map((channel) => ({ channel, match: name }));
    });
    const grouped = groups
      .filter((name) => !isPresenceName(name))
      .map(async (group) => {
        const members = await this.listMembers(group, signal);
        return members.map((channel) => ({ channel, match: group }));
      });
    // Who is found by itself goes last, and counts: its own name is the better one.
    return [...(await Promise.all(grouped)).flat(), ...direct];
  }

  /** The channels of a group, asked for once. */
  protected async listMembers(group: string, signal: AbortSignal): Promise<readonly string[]> {
    const known = this.membersOf.get(group);
    if (known) return known;
    const members = (await this.#history.channelsOf(group, signal)).filter((name) => !isPresenceName(name));
    this.membersOf.set(group, members);
    return members;
  }

  /**
   * Reads a part of the history of a channel; its rows are of the group or wildcard that they stand for. The newest message
   * that is known from elsewhere tells whether history has it all.
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
      await pauseFor(this.reception.host.settings.clock, LAG, signal);
      found = await this.#history.read(range, signal);
    }
    const { rows, cutAt } = found;
    return { cutAt, rows: match === undefined ? rows : rows.map((row) => ({ ...row, b: match })) };
  }

  /**
   * Delivers a row to those that it is for: by its channel, and by each group that the channel may have been lost through.
   * Returns whether anybody wanted it.
   */
  protected offerRow(row: Arrived): boolean {
    const copies = [row.group, ...this.#groupsOf(row.envelope.c)].map((group) => {
      const envelope = group === undefined ? row.envelope : { ...row.envelope, b: group };
      return this.offer({ ...row, envelope, group });
    });
    return copies.includes(true);
  }

  protected override hasBrought(names: Mix): boolean {
    return this.channelsOf(names).some((channel) => this.brought.has(channel));
  }

  /** The channels that one name is known to stand for. */
  protected channelsOf({ channels: [name = ''], groups: [group = ''] }: Mix): readonly string[] {
    return this.membersOf.get(group) ?? this.#coveredBy.get(name) ?? [name];
  }

  // The groups by which a channel may have been asked for: those that have it, as far as they have been listed.
  #groupsOf(channel: string): readonly string[] {
    const asked = this.names.groups.filter((group) => !isPresenceName(group));
    const told = this.plan.groups?.get(channel) ?? [];
    return [...new Set([...asked, ...told])].filter(
      (group) => this.membersOf.get(group)?.includes(channel) ?? true,
    );
  }
}

/**
 * What is told of a loss of one name that history was read for. Of each channel of which older rows were left out, `cuts`
 * says where the others begin. Nothing is told of a suspicion that history has cleared.
 */
export function outcomeOf(loss: Loss, hasBrought: boolean, cuts: readonly Timetoken[]): readonly Outcome[] {
  const { names, to, reason, certain } = loss;
  if (reason === 'backfill-failed' || reason === 'backlog-full')
    return [[loss, hasBrought ? 'partial' : 'none']];
  if (!isExhaustive(names)) return [[loss, 'partial']];
  if (cuts.length > 0) return [[{ ...loss, to: sooner(to, before(cuts.reduce(later))) }, 'partial']];
  return certain || hasBrought ? [[loss, 'complete']] : [];
}

/** Whether it is known which channels names stand for: of groups and wildcards it is not, but by what comes. */
function isExhaustive({ channels, groups }: Mix): boolean {
  return groups.length === 0 && !channels.some((name) => isWildcard(withoutPresence(name)));
}
