import { median, ratio } from '../../statistics.ts';
import { cpuOf, type Field, profiled, settled, type Target } from '../field.ts';
import type { Row } from '../series.ts';

/** What one receiver costs the server: to connect, in memory, and for each message. */
interface Cost {
  readonly heap: number;
  readonly park: number;
  readonly delivery: number;
}

type How = 'stream' | 'park';

/** The same broadcasts to streams and to parked polls, one message at a time, on our origin. */
export async function measureStreams(field: Field): Promise<readonly Row[]> {
  const { plan } = field;
  const costs: Record<How, Cost[]> = { stream: [], park: [] };
  for (let round = -plan.warmUp; round < plan.rounds; round++)
    for (const [how, cost] of await roundOf(field, round)) if (round >= 0) costs[how].push(cost);
  const row = (name: keyof Cost, title: string, { target, unit = 'us' }: Partial<Row> = {}): Row => {
    const ours = costs.stream.map((cost) => cost[name]);
    const base = costs.park.map((cost) => cost[name]);
    return {
      ...{ title, unit, baseName: 'polls', target },
      ...{ ours: median(ours), base: median(base), ratio: ratio(ours, base) },
    };
  };
  return [
    row('delivery', `CPU per delivery to ${plan.clients} streams, and to as many polls that come again`, {
      target: { of: 'ratio', limit: 0.5 },
    }),
    row('park', `CPU per stream, ${plan.clients} connect, and per poll`),
    row('heap', `Heap per stream of ${plan.clients}, and per parked poll`, { unit: 'kB' }),
  ];
}

// Both ways, by turns first.
async function roundOf(field: Field, round: number): Promise<readonly (readonly [How, Cost])[]> {
  const [target] = field.targets;
  const ways = round % 2 === 0 ? (['park', 'stream'] as const) : (['stream', 'park'] as const);
  const costs: (readonly [How, Cost])[] = [];
  for (const how of target ? ways : []) if (target) costs.push([how, await costOf(field, target, how)]);
  return costs;
}

async function costOf(field: Field, target: Target, how: How): Promise<Cost> {
  const { load, plan } = field;
  const { kind, port } = target;
  await load.call('open', { port, count: 1 });
  const cursor = await load.call('handshake', { channels: 'room' });
  const before = await target.child.call('memory');
  const park = await cpuOf(target, () => load.call(how, { kind, port, count: plan.clients, cursor }));
  const { heap } = await target.child.call('memory');
  // Code that answers is compiled, and the young generation has its size.
  await load.call('broadcast', { kind });
  const delivery = await profiled(field, { target, what: 'cpu', name: `delivery-${how}` }, () =>
    cpuOf(target, async () => {
      for (let count = 0; count < plan.broadcasts; count++) {
        await load.call('broadcast', { kind });
        await settled(target);
      }
    }),
  );
  await load.call('close');
  await settled(target);
  return {
    heap: (heap - before.heap) / plan.clients / 1_000,
    park: park / plan.clients,
    delivery: delivery / (plan.clients * plan.broadcasts),
  };
}
