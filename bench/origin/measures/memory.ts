import { type Field, type FieldOptions, profiled, settled, withField } from '../field.ts';
import { alternate, type Row, rowOf, type Series, type SideRow, sideOf } from '../series.ts';

type MemoryName = 'heap' | 'rss';

/** What a parked poll holds, in processes that nothing else was done with, without garbage. */
export async function measureMemory(options: FieldOptions): Promise<readonly Row[]> {
  const series = await memorySeries(options);
  return [
    rowOf(series, 'heap', {
      title: heapTitle(options),
      unit: 'kB',
      target: { of: 'value', limit: 7 },
    }),
    rowOf(series, 'rss', { title: 'Resident memory per parked poll', unit: 'kB' }),
  ];
}

/** The same of the heap alone on each store, beside the bare server. */
export async function measureStoreMemory(options: FieldOptions): Promise<SideRow> {
  return sideOf(await memorySeries(options), 'heap', { title: heapTitle(options), unit: 'kB' });
}

function heapTitle({ plan }: FieldOptions): string {
  return `Heap per parked poll of ${plan.clients}`;
}

async function memorySeries(options: FieldOptions): Promise<Series<MemoryName>> {
  const { plan } = options;
  // In each round new processes: what one has freed, the next one would not have to ask for.
  const once = { ...options, plan: { ...plan, rounds: 1, warmUp: 0 } };
  const rounds: Series<MemoryName>[] = [];
  for (let round = 0; round < plan.rounds; round++) rounds.push(await withField(once, parkedPolls));
  return new Map(options.kinds.map((kind) => [kind, rounds.flatMap((values) => values.get(kind) ?? [])]));
}

function parkedPolls(field: Field) {
  const { load, plan } = field;
  return alternate<MemoryName>(field, async (target) => {
    const { kind, port, child } = target;
    await load.call('open', { port, count: 1 });
    const cursor = await load.call('handshake', { channels: 'room' });
    // The first ones load and compile what all of them share.
    await load.call('publish', { count: 100, ms: 10_000, channels: 1 });
    await settled(target);
    const before = await child.call('memory');
    await profiled(field, { target, what: 'heap', name: 'memory' }, async () => {
      await load.call('park', { kind, port, count: plan.clients, cursor });
      await settled(target);
    });
    const after = await child.call('memory');
    await load.call('close');
    await settled(target);
    const kilobytes = (bytes: number) => bytes / plan.clients / 1_000;
    return { heap: kilobytes(after.heap - before.heap), rss: kilobytes(after.rss - before.rss) };
  });
}
