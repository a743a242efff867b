import { compareTimetokens } from '../../protocol/timetoken.ts';
import type { LoopCursor } from './state.ts';

/** The cursor with the smallest timetoken; of equal ones the first, and nothing when there is none. */
export function oldestOf(cursors: readonly LoopCursor[]): LoopCursor | undefined {
  let oldest: LoopCursor | undefined;
  for (const cursor of cursors) {
    if (!oldest || compareTimetokens(cursor.timetoken, oldest.timetoken) < 0) oldest = cursor;
  }
  return oldest;
}
