import { median, quantile } from '../../statistics.ts';
import { cpuOf, type Field, isOwn, profiled, settled, type Target } from '../field.ts';
import {
  type Aim,
  type AnyRow,
  alternate,
  type Row,
  rowOf,
  type Series,
  sideOf,
  type Values,
} from '../series.ts';

type PollName = 'park' | 'delivery' | 'first' | 'p50' | 'p99' | 'last' | 'load';

/** Parked polls, and broadcasts to all of them, each of whom polls again. */
export async function measurePolls(field: Field): Promise<readonly Row[]> {
  const { clients } = field.plan;
  const series = await alternate(field, (target) => broadcasts(field, target));
  return [
    rowOf(series, 'delivery', {
      title: `CPU per delivery to ${clients}, with the next poll`,
      unit: 'us',
      target: { of: 'ratio', limit: 1.3 },
    }),
    rowOf(series, 'park', {
      title: `CPU per poll, ${clients} connect and park`,
      unit: 'us',
      target: { of: 'ratio', limit: 1.6 },
    }),
    ...timesTo(series),
    rowOf(series, 'load', { title: 'CPU of the clients per delivery', unit: 'us' }),
  ];
}

function timesTo(series: Series<PollName>): readonly Row[] {
  const row = (name: PollName, receivers: string, target?: Aim) =>
    rowOf(series, name, { title: `Time to ${receivers}`, unit: 'ms', target });
  return [
    row('first', 'the first receiver', { of: 'value', limit: 10 }),
    row('p50', 'half of the receivers'),
    row('p99', '99 % of the receivers'),
    row('last', 'the last receiver', { of: 'ratio', limit: 1.5 }),
  ];
}

/** The same on each store, beside the bare server. */
export async function measureStorePolls(field: Field): Promise<readonly AnyRow[]> {
  const { clients } = field.plan;
  const series = await alternate(field, (target) => broadcasts(field, target));
  const side = (name: PollName, title: string, unit: string) => sideOf(series, name, { title, unit });
  return [
    side('delivery', `CPU per delivery to ${clients}, with the next poll`, 'us'),
    side('park', `CPU per poll, ${clients} connect and park`, 'us'),
    side('first', 'Time to the first receiver', 'ms'),
    side('last', 'Time to the last receiver', 'ms'),
    rowOf(series, 'last', {
      ...{ of: 'redis', base: 'ours', baseTitle: 'memory' },
      title: 'Time to the last receiver on Redis',
      unit: 'ms',
      target: { of: 'ratio', limit: 1.3 },
    }),
  ];
}

/** The same in one run with what else there is for Node. */
export async function measurePeers(field: Field): Promise<readonly Row[]> {
  const series = await alternate(field, (target) => broadcasts(field, target));
  return field.targets
    .filter(({ kind }) => kind !== 'ours')
    .map(({ kind }) =>
      rowOf(series, 'delivery', {
        base: kind,
        title: `CPU per delivery in one run with ${kind === 'bare' ? 'the bare server' : kind}`,
        unit: 'us',
        target: kind === 'bare' ? undefined : { of: 'ratio', limit: 1 },
      }),
    );
}

async function broadcasts(field: Field, target: Target): Promise<Values<PollName>> {
  const { load, plan } = field;
  const { kind, port } = target;
  await load.call('open', { port, count: 1 });
  const cursor = isOwn(kind) ? await load.call('handshake', { channels: 'room' }) : '';
  const park = await profiled(field, { target, what: 'cpu', name: 'park' }, () =>
    cpuOf(target, () => load.call('park', { kind, port, count: plan.clients, cursor })),
  );
  // Code that answers is compiled, and the young generation has its size.
  await load.call('broadcast', { kind });
  const all: number[][] = [];
  const loadBefore = await load.call('cpu');
  const delivery = await profiled(field, { target, what: 'cpu', name: 'delivery' }, () =>
    cpuOf(target, async () => {
      for (let count = 0; count < plan.broadcasts; count++) {
        all.push(await load.call('broadcast', { kind }));
        await settled(target);
      }
    }),
  );
  const loadCpu = (await load.call('cpu')) - loadBefore;
  await load.call('close');
  await settled(target);
  const deliveries = plan.clients * plan.broadcasts;
  const at = (share: number) => median(all.map((times) => quantile(times, share)));
  return {
    park: park / plan.clients,
    delivery: delivery / deliveries,
    load: loadCpu / deliveries,
    first: at(0),
    p50: at(0.5),
    p99: at(0.99),
    last: at(1),
  };
}
