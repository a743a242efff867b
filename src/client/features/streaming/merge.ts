import { compareTimetokens } from '../../../protocol/timetoken.ts';
import type { LoopAnswer } from '../../subscribe/state.ts';

/** What one answer may hold: fewer entries than make the loop suspect a loss, and not much more than a poll's. */
export interface Room {
  readonly entries: number;
  /** Characters. */
  readonly bytes: number;
}

/**
 * Two successive answers as one, as a poll that came later would have got; `undefined` if they have to stay apart: what was
 * dropped is told ahead of the entries of its own answer, and each region counts on its own.
 */
export function merged(first: LoopAnswer, second: LoopAnswer, room: Room): LoopAnswer | undefined {
  const bytes = (first.bytes ?? 0) + (second.bytes ?? 0);
  const count = first.entries.length + second.entries.length;
  if (first.gaps || second.gaps || count >= room.entries || bytes > room.bytes) return undefined;
  const goesOn =
    first.cursor.region === second.cursor.region &&
    compareTimetokens(first.cursor.timetoken, second.cursor.timetoken) <= 0;
  return goesOn ? { ...second, entries: [...first.entries, ...second.entries], bytes } : undefined;
}
