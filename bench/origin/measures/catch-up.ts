import { cpuOf, type Field, profiled, type Target } from '../field.ts';
import { alternate, type Row, rowOf } from '../series.ts';

// What each client has missed on its channels.
const MISSED = 10;
const CHANNELS = 5;
const NAMES = Array.from({ length: CHANNELS }, (_, number) => `news-${number}`).join(',');

/** Clients that come back at once, with the same old cursor and the same channels. */
export async function measureCatchUp(field: Field): Promise<readonly Row[]> {
  const { plan } = field;
  const series = await alternate<'cpu'>(field, async (target) => ({ cpu: await catchUp(field, target) }));
  const title = `CPU per client, ${plan.returning} come back and missed ${MISSED} messages on ${CHANNELS} channels`;
  return [rowOf(series, 'cpu', { title, unit: 'us' })];
}

async function catchUp(field: Field, target: Target): Promise<number> {
  const { load, plan, targets } = field;
  const ours = targets.find(({ kind }) => kind === 'ours') ?? target;
  let cpu = 0;
  for (let count = 0; count < plan.returns; count++) {
    await load.call('open', { port: ours.port, count: 1 });
    const cursor = await load.call('handshake', { channels: NAMES });
    await load.call('publish', { count: MISSED, ms: 60_000, channels: CHANNELS });
    // Both send the same bytes.
    const body = await load.call('poll', { channels: NAMES, cursor });
    await load.call('close');
    await target.child.call('catchUp', { body });
    await load.call('open', { port: target.port, count: plan.returning });
    const job = { channels: NAMES, cursor, count: plan.returning };
    // Their connections are open.
    await load.call('catchUp', job);
    cpu += await profiled(field, { target, what: 'cpu', name: 'catch-up' }, () =>
      cpuOf(target, () => load.call('catchUp', job)),
    );
    await load.call('close');
    await target.child.call('catchUp', { body: '' });
  }
  return cpu / plan.returns / plan.returning;
}
