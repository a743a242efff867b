import { onTestFinished } from 'vitest';
import { createOrigin, type OriginOptions } from '../../src/origin/index.ts';
import { prometheusMetrics } from '../../src/origin/metrics.ts';
import { type ServeOptions, serve } from '../../src/origin/node.ts';
import { VirtualClock } from './virtual-clock.ts';

/** A server whose deadlines, and an origin whose polls, are on clocks that the test moves. Both end with the test. */
export async function clockedServer(options: ServeOptions = {}, originOptions: OriginOptions = {}) {
  const clock = new VirtualClock();
  const polls = new VirtualClock();
  const metrics = prometheusMetrics();
  const origin = createOrigin({ clock: polls, metrics, ...originOptions });
  const server = await serve(origin, { clock, metrics, ...options });
  onTestFinished(async () => {
    await server.close();
    await origin.close();
  });
  /** The value of a metric without labels. */
  const value = async (name: string) => {
    const line = (await metrics.text()).split('\n').find((found) => found.startsWith(`timetoken_${name} `));
    return Number(line?.split(' ').at(-1));
  };
  return { clock, polls, origin, server, metrics, value };
}
