import type { PrometheusMetrics } from 'timetoken/origin/metrics';
import { CommandError } from './failures.ts';

/** The metrics of a server and its process. Rejects with what to do if their library is not installed. */
export async function loadMetrics(): Promise<PrometheusMetrics> {
  try {
    const { prometheusMetrics } = await import('timetoken/origin/metrics');
    return prometheusMetrics({ process: true });
  } catch (cause) {
    if (Object(cause).code !== 'ERR_MODULE_NOT_FOUND') throw cause;
    throw new CommandError('--metrics needs the package prom-client: npm install prom-client.', { cause });
  }
}
