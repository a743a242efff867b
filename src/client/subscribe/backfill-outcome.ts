import { isPresenceName } from '../../protocol/names.ts';
import { compareTimetokens } from '../../protocol/timetoken.ts';
import type { PNGapEvent } from '../listeners/events.ts';
import type { Backfill } from './backfill.ts';
import { type NamedLoss, namesApart, outcomeOf } from './gaps.ts';

/** What a backfill leaves missing when it ends, of each name, and how much of it has been recovered. */
export function missingIn(
  backfill: Backfill,
  because: 'backfill-failed' | 'backlog-full' | undefined,
): readonly (readonly [NamedLoss, PNGapEvent['recovered']])[] {
  const { loss } = backfill.plan;
  if (loss) return namesApart(loss.names).flatMap((names) => leftOf(backfill, { ...loss, names }, because));
  if (!because) return [];
  const { names, place, read, plan } = backfill;
  const { to, last } = plan;
  return namesApart(names).flatMap((one) => {
    // Stored messages come first: until they have, all that is older is missing as well.
    const isUnread = last !== undefined && !one.channels.some((name) => read.has(name));
    const from = isUnread ? '0' : place.timetoken;
    if (compareTimetokens(from, to) >= 0) return [];
    const presence = [...one.channels, ...one.groups].some(isPresenceName);
    const lost = { names: one, presence, from, to, reason: because, certain: false };
    return [outcomeOf(lost, backfill.outcomeFor(one))];
  });
}

// What is left of a loss of one name. A suspicion is told if history had something, or could not be asked for everything.
function leftOf(
  backfill: Backfill,
  loss: NamedLoss,
  because: 'backfill-failed' | 'backlog-full' | undefined,
): readonly (readonly [NamedLoss, PNGapEvent['recovered']])[] {
  const brought = backfill.outcomeFor(loss.names);
  const { hasBrought, isComplete, cuts } = brought;
  if (!because && !loss.certain && !hasBrought && isComplete && cuts.length === 0) return [];
  return [outcomeOf(because ? { ...loss, reason: because } : loss, brought)];
}
