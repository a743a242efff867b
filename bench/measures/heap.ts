import type { HeapMethods } from '../children/heap.ts';
import { start } from '../children/rpc.ts';
import type { Variant } from '../clients/variants.ts';
import { median } from '../statistics.ts';
import { type Plan, type Row, times } from './measure.ts';

const REPEATS = 3;

/** The heap that one idle client takes, of many, each time in a fresh process. */
export async function measureHeap(plan: Plan, variants: readonly Variant[]): Promise<readonly Row[]> {
  const bytes: Partial<Record<Variant, number>> = {};
  for (const variant of variants) {
    // A client without an SDK has nothing to keep.
    if (variant !== 'ky') bytes[variant] = median(await repeat(() => idleClient(plan, variant)));
  }
  return [{ title: 'Heap per idle client', ratios: times(bytes), bytes, targets: {} }];
}

async function repeat(measure: () => Promise<number>): Promise<readonly number[]> {
  const values: number[] = [];
  for (let count = 0; count < REPEATS; count++) values.push(await measure());
  return values;
}

async function idleClient({ idleClients }: Plan, variant: Variant): Promise<number> {
  const child = start<HeapMethods>('heap.ts', { args: [variant], flags: ['--expose-gc'] });
  try {
    return await child.call('measure', { clients: idleClients });
  } finally {
    child.stop();
  }
}
