import type { FeedMethods } from '../children/feed.ts';
import type { OriginMethods } from '../children/origin.ts';
import { type Child, start } from '../children/rpc.ts';
import type { WorkerMethods } from '../children/worker.ts';
import type { Variant } from '../clients/variants.ts';
import { interleave, quantile, ratio } from '../statistics.ts';
import type { Plan, Row } from './measure.ts';

const IN_FLIGHT = 32;
const PAUSE_MS = 2;

interface Field {
  readonly plan: Plan;
  readonly variants: readonly Variant[];
  readonly workers: ReadonlyMap<Variant, Child<WorkerMethods>>;
  readonly origin: string;
  readonly feed: { readonly url: string; readonly child: Child<FeedMethods> };
}

/** Publishing, receiving, and the way from one to the other: each client and each server is a process of its own. */
export async function measureTraffic(plan: Plan, variants: readonly Variant[]): Promise<readonly Row[]> {
  const originChild = start<OriginMethods>('origin.ts');
  const feedChild = start<FeedMethods>('feed.ts');
  const workers = new Map(
    variants.map((variant) => [variant, start<WorkerMethods>('worker.ts', { args: [variant] })]),
  );
  try {
    const origin = await originChild.call('listen');
    const feed = { url: await feedChild.call('listen'), child: feedChild };
    const field: Field = { plan, variants, workers, origin, feed };
    const rows = [await publishing(field)];
    for (const [variant, worker] of workers)
      await worker.call('subscribe', { feed: feed.url, channel: variant });
    rows.push(await receiving(field, { answers: plan.fullAnswers, size: 100 }));
    rows.push(await receiving(field, { answers: plan.singleAnswers, size: 1 }));
    return [...rows, ...(await travelling(field))];
  } finally {
    for (const child of [originChild, feedChild, ...workers.values()]) child.stop();
  }
}

function workerOf({ workers }: Field, variant: Variant): Child<WorkerMethods> {
  const worker = workers.get(variant);
  if (!worker) throw new Error(`${variant} was not started.`);
  return worker;
}

async function publishing(field: Field): Promise<Row> {
  const { plan, variants, origin } = field;
  const series = await interleave(variants, plan, (variant) =>
    workerOf(field, variant).call('publish', { origin, count: plan.publishes, inFlight: IN_FLIGHT }),
  );
  return {
    title: `CPU per published message, ${IN_FLIGHT} in flight`,
    ratios: ratiosOf(series),
    targets: { timetoken: 0.9, timetokenNode: 0.4 },
  };
}

async function receiving(field: Field, { answers, size }: { answers: number; size: number }): Promise<Row> {
  const { plan, variants, feed } = field;
  const series = await interleave(variants, plan, async (variant) => {
    const worker = workerOf(field, variant);
    await worker.call('expect', { count: answers * size });
    await feed.child.call('release', { channel: variant, answers, size });
    return worker.call('arrived');
  });
  const targets =
    size === 1 ? { timetoken: 1.1, timetokenNode: 0.4 } : { timetoken: 1.1, timetokenNode: 0.8 };
  return { title: `CPU per received message, ${size} an answer`, ratios: ratiosOf(series), targets };
}

async function travelling(field: Field): Promise<readonly Row[]> {
  const { plan, variants, origin } = field;
  for (const [channel, worker] of field.workers) await worker.call('listen', { origin, channel });
  const all = new Map<Variant, number[]>();
  const middle = await interleave(variants, plan, async (variant) => {
    const job = { origin, channel: variant, samples: plan.samples, pauseMs: PAUSE_MS };
    const times = await workerOf(field, variant).call('latency', job);
    all.set(variant, [...(all.get(variant) ?? []), ...times]);
    return quantile(times, 0.5);
  });
  // A round has too few messages for a percentile this high: those of all rounds but the first are taken together.
  const slow = Object.fromEntries(
    [...all].map(([variant, times]) => [variant, [quantile(times.slice(plan.warmUp * plan.samples), 0.99)]]),
  );
  return [
    { title: 'Time from publish to receipt, p50', ratios: ratiosOf(middle), targets: {} },
    { title: 'Time from publish to receipt, p99', ratios: ratiosOf(slow), targets: {} },
  ];
}

function ratiosOf(series: Readonly<Partial<Record<Variant, readonly number[]>>>): Row['ratios'] {
  const base = series.pubnub ?? [];
  const ratios: Partial<Record<Variant, number>> = {};
  for (const [variant, values] of Object.entries(series)) ratios[variant as Variant] = ratio(values, base);
  return ratios;
}
