import { BACKFILL } from './situations/backfill.ts';
import { DELIVERY } from './situations/delivery.ts';
import { GAPS } from './situations/gaps.ts';
import { FILLS } from './situations/history.ts';
import { LAST } from './situations/last.ts';
import { PACE } from './situations/pace.ts';
import type { Situation } from './situations/situation.ts';
import { WAITS } from './situations/waits.ts';

/** Every hand-made situation. */
export const SITUATIONS: readonly Situation[] = [
  ...DELIVERY,
  ...BACKFILL,
  ...FILLS,
  ...LAST,
  ...PACE,
  ...WAITS,
  ...GAPS,
];
