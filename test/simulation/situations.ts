import { BACKFILL } from './situations/backfill.ts';
import { DELIVERY } from './situations/delivery.ts';
import { GAPS } from './situations/gaps.ts';
import { PACE } from './situations/pace.ts';
import type { Situation } from './situations/situation.ts';
import { WAITS } from './situations/waits.ts';

/** Every hand-made situation. */
export const SITUATIONS: readonly Situation[] = [...DELIVERY, ...BACKFILL, ...PACE, ...WAITS, ...GAPS];
