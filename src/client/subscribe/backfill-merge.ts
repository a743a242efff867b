import type { Timetoken } from '../../protocol/timetoken.ts';
import type { Arrived } from './arrived.ts';
import type { Backfill, Held } from './backfill.ts';
import { inOrder } from './in-order.ts';
import type { LiveSubscription } from './live-subscription.ts';

/** A row, or an entry that has waited for it, and for whom. */
export interface Next extends Pick<Held, 'arrived'> {
  readonly subscription?: LiveSubscription;
}

/**
 * Rows of a channel and what waits behind them, by time, up to the last row; of both, what waits knows more. What is live
 * keeps the order in which it came.
 */
export function gapFill(backfill: Backfill, channel: string, rows: readonly Arrived[]): readonly Next[] {
  const end = rows.at(-1)?.envelope.p.t;
  const held = end === undefined ? [] : backfill.takeUpTo(channel, end);
  const isRow = ({ arrived }: Held) => arrived.fill !== undefined;
  const all = [...withoutCopies(rows, held), ...held.filter(isRow)];
  return inOrder<Next>(
    all,
    held.filter((one) => !isRow(one)),
    timeOf,
  );
}

/** The newest so many of rows and what waits behind them, counted by time; fewer, where some have come before. */
export function newest(backfill: Backfill, channel: string, rows: readonly Arrived[]): readonly Held[] {
  const taken = backfill.takeUpTo(channel, backfill.plan.asOf);
  const held = [...new Map(taken.map((one) => [one.arrived.seen, one])).values()];
  const all = inOrder<Next>([...withoutCopies(rows, held), ...held], [], timeOf);
  return backfill.recipients.flatMap((subscription) => {
    const missing = all.filter(({ arrived }) => !arrived.seen.had.has(subscription.id));
    const wanted = subscription.rewound.get(channel)?.newestOf(missing, timeOf) ?? [];
    return wanted.map(({ arrived }) => ({ arrived: { ...arrived, isRewound: true }, subscription }));
  });
}

/** All that still waits: nothing more goes before it. Of what came before the start, it is the newest of what has not come. */
export function remaining(backfill: Backfill): readonly Held[] {
  const { plan, names } = backfill;
  const before = plan.last === undefined ? [] : names.channels;
  return [...before.flatMap((channel) => newest(backfill, channel, [])), ...backfill.drain()];
}

function withoutCopies(rows: readonly Arrived[], held: readonly Held[]): readonly Next[] {
  const missing = rows.filter((row) => !held.some((other) => isCopy(row, other.arrived)));
  return missing.map((arrived) => ({ arrived }));
}

function timeOf({ arrived }: Next): Timetoken {
  return arrived.envelope.p.t;
}

function isCopy(row: Arrived, held: Arrived): boolean {
  const [a, b] = [row.seen, held.seen];
  const isSame = a.content === b.content && a.publisher === b.publisher && a.kind === b.kind;
  return isSame && row.envelope.p.t === held.envelope.p.t && a.channel === b.channel;
}
