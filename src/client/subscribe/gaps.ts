import type { WireGap } from '../../protocol/envelope.ts';
import { compareTimetokens } from '../../protocol/timetoken.ts';
import type { PNGapEvent } from '../listeners/events.ts';
import type { LoopAnswer, LoopCursor } from './state.ts';

const KINDS = ['message', 'signal', 'presence', 'messageAction', 'objects', 'file'] as const;

/** An answer to a long poll, as far as its gaps depend on it. */
export interface Arrival {
  readonly answer: LoopAnswer;
  readonly before: LoopCursor;
  readonly cursor: LoopCursor;
  /** The poll was sent so late that the server may have dropped entries. */
  readonly late: boolean;
  /** The answer holds so much that the server may have dropped entries. */
  readonly full: boolean;
}

/** What an answer leaves out: an origin that tells what it dropped is believed; of another, the worst is suspected. */
export function gapsIn({ answer, before, cursor, late, full }: Arrival): readonly PNGapEvent[] {
  const gaps: PNGapEvent[] = [];
  const [from, to] = [before.timetoken, cursor.timetoken];
  const suspicion = { certain: false, recovered: 'none', kinds: KINDS } as const;
  if (compareTimetokens(to, from) < 0)
    gaps.push({ ...suspicion, from: to, to: from, reason: 'cursor-regressed' });
  if (answer.gaps === undefined) {
    if (late) gaps.push({ ...suspicion, from, to, reason: 'retention' });
    if (full) gaps.push({ ...suspicion, from, to, reason: 'count-exceeded' });
    return gaps;
  }
  return [...gaps, ...answer.gaps.map(trimmedGap)];
}

/** What the origin says that it has dropped. */
export function trimmedGap({ c: channel, from, to }: WireGap): PNGapEvent {
  return { channel, from, to, reason: 'trimmed', certain: true, recovered: 'none', kinds: KINDS };
}
