import { type Child, start } from '../../children/rpc.ts';
import { median, quantile } from '../../statistics.ts';
import type { FieldOptions } from '../field.ts';
import type { Aim, SideRow } from '../series.ts';
import { STORE_KINDS, type StoreKind } from '../servers/stores.ts';
import type { StoreMethods } from '../store.ts';

type Name = 'rate' | 'p99' | 'single' | 'replay' | 'channel';

const IN_FLIGHT = 64;
const CHANNELS = 1_000;

/** All stores at the interface of their engines, one after the other in each round. */
export async function measureStores({ plan, folder }: FieldOptions): Promise<readonly SideRow[]> {
  const found = new Map<StoreKind, Record<Name, number>[]>(STORE_KINDS.map((kind) => [kind, []]));
  for (let round = 0; round < plan.rounds; round++) {
    for (const kind of round % 2 === 0 ? STORE_KINDS : STORE_KINDS.toReversed()) {
      found.get(kind)?.push(await measureOne(kind, folder, plan));
    }
  }
  const row = (name: Name, about: Omit<SideRow, 'values'>): SideRow => {
    const values = STORE_KINDS.map((kind) => [
      kind,
      median((found.get(kind) ?? []).map((round) => round[name])),
    ]);
    return { ...about, values: Object.fromEntries(values) };
  };
  const targets = {
    memory: atLeast(500_000),
    'sqlite normal': atLeast(20_000),
    'sqlite full': atLeast(15_000),
    'redis local': atLeast(30_000),
  };
  return [
    row('rate', { title: `Publishes, ${IN_FLIGHT} at once`, unit: '/s', targets }),
    row('p99', { title: '99 % of these publishes', unit: 'ms' }),
    row('single', { title: 'Publishes, one after the other', unit: '/s' }),
    row('replay', { title: `Replay of ${plan.publishes} messages`, unit: 'ms' }),
    row('channel', { title: 'Bytes for a channel with one message', unit: 'B' }),
  ];
}

function atLeast(limit: number): Aim {
  return { of: 'value', limit, atLeast: true };
}

async function measureOne(
  kind: StoreKind,
  folder: string,
  plan: FieldOptions['plan'],
): Promise<Record<Name, number>> {
  const child = start<StoreMethods>('../origin/store.ts', { args: [kind, folder], flags: ['--expose-gc'] });
  try {
    await child.call('open');
    const many = await publishes(child, plan.rushMs, IN_FLIGHT);
    const one = await publishes(child, plan.rushMs / 4, 1);
    return {
      ...{ rate: many.rate, p99: many.p99, single: one.rate },
      replay: await child.call('replay', { count: plan.publishes }),
      channel: await child.call('channels', { count: plan.publishes }),
    };
  } finally {
    await child.call('close');
    child.stop();
  }
}

async function publishes(child: Child<StoreMethods>, ms: number, inFlight: number) {
  const job = { inFlight, channels: CHANNELS };
  // Code is compiled, connections are open.
  await child.call('publish', { ...job, ms: ms / 4 });
  const result = await child.call('publish', { ...job, ms });
  return { rate: (result.count / result.ms) * 1_000, p99: quantile(result.times, 0.99) };
}
