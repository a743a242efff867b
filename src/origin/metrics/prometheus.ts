import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { BOOLEAN, checkOptions, INSTANCE, type Kinds, STRING } from '../checks.ts';
import { Counts } from './counts.ts';
import type { OriginGauges, OriginMetrics, ServedMetrics, ServerGauges } from './observer.ts';

/** The options of metrics for Prometheus. */
export interface PrometheusOptions {
  /** The beginning of the names. Default `'timetoken_'`. */
  readonly prefix?: string | undefined;
  /** Also those of the process, by their usual names: memory, CPU time, delay of the event loop. Default `false`. */
  readonly process?: boolean | undefined;
  /** A registry of prom-client that has other metrics too. Default: one of its own. */
  readonly registry?: Registry | undefined;
}

const OPTIONS: Kinds<PrometheusOptions> = Object.freeze({
  prefix: STRING,
  process: BOOLEAN,
  registry: INSTANCE,
});

/** Metrics for Prometheus: for `createOrigin` and for `serve`, as their `metrics`. */
export interface PrometheusMetrics extends OriginMetrics, ServedMetrics {
  /** The registry of prom-client. */
  readonly registry: Registry;
}

// From a millisecond to more than the second in which a lost announcement is found.
const FAN_OUT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2.5, 5, 10];

/**
 * Makes metrics in the text format of Prometheus, by prom-client 15. Several origins and servers may have the same: then
 * these are sums. Throws what prom-client throws on a prefix that is no name, and on names that the registry has already.
 *
 * @example
 * ```ts
 * const metrics = prometheusMetrics({ process: true });
 * const origin = createOrigin({ metrics });
 * const server = await serve(origin, { metrics });
 * console.log(await (await fetch(`${server.url}/metrics`)).text());
 * ```
 */
export function prometheusMetrics(options: PrometheusOptions = {}): PrometheusMetrics {
  checkOptions('prometheusMetrics()', options, OPTIONS);
  const { prefix = 'timetoken_', registry = new Registry() } = options;
  const board = new Board(prefix, registry);
  const metrics = { registry, ...gaugesOf(board), ...countersOf(board) };
  if (options.process) collectDefaultMetrics({ register: registry });
  return {
    ...metrics,
    get contentType() {
      return registry.contentType;
    },
    text: () => registry.metrics(),
  };
}

/** The metrics of one registry under one prefix. */
class Board {
  readonly #prefix: string;
  readonly #registry: Registry;

  constructor(prefix: string, registry: Registry) {
    this.#prefix = prefix;
    this.#registry = registry;
  }

  /** A gauge that is read when the page is asked for. */
  gauge(name: string, help: string, read: () => number | Promise<number>): void {
    const gauge = new Gauge({
      ...this.#named(name, help),
      async collect() {
        this.set(await read());
      },
    });
    this.#registry.registerMetric(gauge);
  }

  /** Counts that are copied when the page is asked for. */
  counter(name: string, help: string, labelNames: readonly [first?: string, second?: string]): Counts {
    const counts = new Counts();
    const [firstName, secondName] = labelNames;
    const counter = new Counter<string>({
      ...this.#named(name, help),
      labelNames: labelNames.filter((label) => label !== undefined),
      collect() {
        this.reset();
        for (const [first, second, count] of counts) {
          this.inc(
            { ...(firstName && { [firstName]: first }), ...(secondName && { [secondName]: second }) },
            count,
          );
        }
      },
    });
    this.#registry.registerMetric(counter);
    return counts;
  }

  histogram(name: string, help: string, buckets: number[]): Histogram {
    const histogram = new Histogram({ ...this.#named(name, help), buckets });
    this.#registry.registerMetric(histogram);
    return histogram;
  }

  #named(name: string, help: string) {
    return { name: `${this.#prefix}${name}`, help, registers: [] };
  }
}

function gaugesOf(board: Board): Pick<PrometheusMetrics, 'origin' | 'server'> {
  const origins = new Set<OriginGauges>();
  const servers = new Set<ServerGauges>();
  const sum = (read: (origin: OriginGauges) => number) => () => total([...origins].map(read));
  board.gauge(
    'parked_polls',
    'Polls that wait for messages.',
    sum((origin) => origin.parkedPolls()),
  );
  board.gauge(
    'subscribe_keys',
    'Subscribe keys that are open.',
    sum((origin) => origin.subscribeKeys()),
  );
  board.gauge(
    'subscribe_keys_without_store',
    'Subscribe keys that are open and whose log cannot be followed just now.',
    sum((origin) => origin.keysWithoutStore()),
  );
  board.gauge('connections', 'Open connections.', async () =>
    total(await Promise.all([...servers].map((server) => server.connections()))),
  );
  board.gauge('draining', '1 while the server drains and /readyz says so.', () =>
    total([...servers].map((server) => Number(server.isDraining()))),
  );
  return { origin: keeping(origins), server: keeping(servers) };
}

function countersOf(board: Board): Omit<OriginMetrics, 'origin'> {
  const answered = board.counter('requests_total', 'Requests that were answered.', ['operation', 'status']);
  const published = board.counter('publishes_total', 'Publishes that the store has taken.', ['kind']);
  const repaired = board.counter(
    'repairs_total',
    'Lost announcements, whose entries were read from the log: found by the next announcement (gap), or by the check each second.',
    ['found_by'],
  );
  const dropped = board.counter('dropped_entries_total', 'Live entries that a limit has dropped.', []);
  const gaps = board.counter(
    'gaps_total',
    'Names of which polls were told that they have missed entries.',
    [],
  );
  const failed = board.counter('store_errors_total', 'Failures of the store, and requests that failed.', [
    'reason',
    'during',
  ]);
  // A rate is right only if the count was zero before.
  for (const kind of ['message', 'signal', 'file']) published.add(kind, '', 0);
  for (const foundBy of ['gap', 'check']) repaired.add(foundBy, '', 0);
  for (const reason of ['unavailable', 'other'])
    for (const during of ['request', 'background']) failed.add(reason, during, 0);
  const fanOut = board.histogram(
    'fanout_seconds',
    'Time from the stamp of a new entry to the last answer, of the polls that waited with the same subscription.',
    FAN_OUT_SECONDS,
  );
  return {
    answered: (operation, status) => answered.add(operation, `${Math.floor(status / 100)}xx`),
    published: (kind) => published.add(kind),
    repaired: (foundBy) => repaired.add(foundBy),
    dropped: () => dropped.add(),
    gapsTold: (count) => gaps.add('', '', count),
    failed: (reason, during) => failed.add(reason, during),
    // The clock of the store may be ahead of this one.
    fannedOut: (milliseconds) => fanOut.observe(Math.max(0, milliseconds) / 1000),
  };
}

function keeping<T>(all: Set<T>): (one: T) => () => void {
  return (one) => {
    all.add(one);
    return () => all.delete(one);
  };
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
