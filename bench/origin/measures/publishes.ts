import { quantile } from '../../statistics.ts';
import { cpuOf, type Field, profiled, settled } from '../field.ts';
import { alternate, type Row, rowOf } from '../series.ts';

const LANES = 16;
const CHANNELS = 64;
// Fewer than either server answers, and the same for both: what a write costs depends on how many there are.
const RATE = 10_000;
const NO_END = 1_000_000;

/** The CPU time of a publish to channels without subscribers. */
export async function measurePublishes(field: Field): Promise<readonly Row[]> {
  const { load, plan } = field;
  const series = await alternate<'even' | 'most'>(field, async (target) => {
    await load.call('open', { port: target.port, count: LANES });
    const job = { count: plan.publishes, ms: NO_END, channels: CHANNELS };
    const even = await cpuOf(target, () => load.call('publish', { ...job, rate: RATE }));
    const most = await profiled(field, { target, what: 'cpu', name: 'publish' }, () =>
      cpuOf(target, () => load.call('publish', job)),
    );
    await load.call('close');
    return { even: even / plan.publishes, most: most / plan.publishes };
  });
  return [
    rowOf(series, 'even', {
      title: `CPU per publish, at ${RATE} a second`,
      unit: 'us',
      target: { of: 'ratio', limit: 1.4 },
    }),
    rowOf(series, 'most', { title: 'CPU per publish, at as many as are answered', unit: 'us' }),
  ];
}

/** As many publishes as many connections bring about, and how long each of them takes. */
export async function measureRush(field: Field): Promise<readonly Row[]> {
  const { load, plan } = field;
  const series = await alternate<'rate' | 'p99' | 'worst'>(field, async (target) => {
    await load.call('open', { port: target.port, count: plan.publishers });
    const job = { count: NO_END, ms: plan.rushMs, channels: CHANNELS };
    const { times, ms } = await profiled(field, { target, what: 'cpu', name: 'rush' }, () =>
      load.call('publish', job),
    );
    await load.call('close');
    await settled(target);
    return { rate: (times.length / ms) * 1_000, p99: quantile(times, 0.99), worst: quantile(times, 1) };
  });
  const title = `on ${plan.publishers} connections`;
  return [
    rowOf(series, 'rate', {
      title: `Publishes ${title}`,
      unit: '/s',
      target: { of: 'ratio', limit: 0.75, atLeast: true },
    }),
    rowOf(series, 'p99', { title: `99 % of the publishes ${title}`, unit: 'ms' }),
    rowOf(series, 'worst', {
      title: `Slowest publish ${title}`,
      unit: 'ms',
      target: { of: 'value', limit: 100 },
    }),
  ];
}
