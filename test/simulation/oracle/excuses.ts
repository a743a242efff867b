import { compareTimetokens, type Timetoken, timetokenFromDate } from '../../../src/index.ts';
import { isPresenceName, PRESENCE_SUFFIX, withoutPresence } from '../../../src/protocol/names.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { covers, type Gap, type Handle } from '../record.ts';
import type { Entry } from '../truth.ts';
import type { World } from '../world.ts';

/** Reasons for which a client alone is to blame: they excuse a loss wherever the origin has everything, too. */
const OWN_REASONS: ReadonlySet<string> = new Set(['backfill-failed', 'backlog-full']);

/** When every world begins. */
const BIRTH = timetokenFromDate(new Date(new VirtualClock().now()));

/** Whether a gap that the subscription was told, or the client as that ended it, names the entry. */
export function isExcused(world: World, { gaps, ended = 0 }: Handle, entry: Entry): boolean {
  const last = world.gaps.findLast(({ order }) => order < ended);
  return [...gaps, ...(last ? [last] : [])].some(
    ({ gap }) => names(world, gap, entry) && isInRange(gap, entry) && isBelieved(world, gap, entry),
  );
}

/** What is wrong with the gaps that a subscription was told. */
export function gapProblems(world: World, { id, gaps, names: own, start }: Handle): readonly string[] {
  return gaps.flatMap(({ gap }) => {
    const text = `${id}: gap ${JSON.stringify(gap)}`;
    const problems: string[] = [];
    if (compareTimetokens(gap.from, gap.to) >= 0) problems.push(`${text} has no range`);
    if (world.setting.origin === 'roomy' && !OWN_REASONS.has(gap.reason) && !isFear(world, gap, start))
      problems.push(`${text} where the origin has everything`);
    if (!world.hasHistory) return problems;
    const { channel, channelGroup, wildcard } = gap;
    if ([channel, channelGroup, wildcard].filter((name) => name !== undefined).length !== 1)
      problems.push(`${text} has not exactly one of channel, channelGroup and wildcard`);
    const suffix = gap.presence ? PRESENCE_SUFFIX : '';
    const isOwn = own.some(({ kind, name }) => {
      // An origin names the channel that it has trimmed, and not the group that it was asked for by: whoever has a group
      // may fear to be concerned, but must not be told that it is.
      const isFeared =
        world.server.tellsGaps && !gap.certain && name.endsWith(PRESENCE_SUFFIX) === gap.presence;
      if (kind === 'group')
        return (
          name === `${channelGroup}${suffix}` ||
          (channel !== undefined && (isFeared || world.truth.mayGroup(name, channel + suffix)))
        );
      return name === `${wildcard}${suffix}` || (channel !== undefined && covers(name, channel + suffix));
    });
    if (!isOwn) problems.push(`${text} is about no name of the subscription`);
    return problems;
  });
}

// Whoever slept, or believes to have slept, may fear the worst; of what was before an origin began, nobody knows.
function isFear({ slept }: World, { reason, certain, from }: Gap, start: Handle['start']): boolean {
  if (start?.from === 'timetoken' && compareTimetokens(from, BIRTH) < 0) return true;
  return slept > 0 && reason === 'retention' && !certain;
}

function names({ truth }: World, gap: Gap, entry: Entry): boolean {
  const isPresence = isPresenceName(entry.channel);
  const suffix = isPresence ? PRESENCE_SUFFIX : '';
  if (gap.presence !== undefined && gap.presence !== isPresence) return false;
  const { channel, wildcard, channelGroup = gap.group } = gap;
  if (channel !== undefined) return withoutPresence(channel) === withoutPresence(entry.channel);
  if (wildcard !== undefined) return covers(wildcard + suffix, entry.channel);
  if (channelGroup !== undefined) return truth.mayGroup(channelGroup + suffix, entry.channel);
  return true;
}

// What another region took comes later than its timetoken says: the range is one of the stream that was read.
function isInRange({ from, to }: Gap, { timetoken, places }: Entry): boolean {
  const within = (at: Timetoken) => compareTimetokens(at, from) > 0 && compareTimetokens(at, to) <= 0;
  return within(timetoken) || places.some(within);
}

function isBelieved({ server, setting, truth }: World, gap: Gap, { kind, stored, life }: Entry): boolean {
  const { reason, certain, recovered, kinds } = gap;
  if (setting.origin === 'roomy') return OWN_REASONS.has(reason);
  // An origin that tells of gaps leaves nothing to guess from the size of an answer.
  if (server.tellsGaps && !certain && reason === 'count-exceeded') return false;
  // What was in history before a restart is gone without a trace.
  return recovered === 'complete' ? !stored || life < truth.life : kinds.includes(kind);
}
