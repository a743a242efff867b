import { createOrigin, MemoryEngine, type Origin } from '../../src/origin/index.ts';
import { type PrometheusMetrics, prometheusMetrics } from '../../src/origin/metrics.ts';
import { type OriginServer, serve } from '../../src/origin/node.ts';
import type { Balancer, BalancerKind } from './balancers.ts';
import { FaultyEngine } from './faulty-engine.ts';
import { freePort } from './processes.ts';

/** One origin of a cluster on a port of its own, which can be drained, stopped and started again. */
export class Node {
  readonly port: number;
  /** Its connection to the engine that all share. */
  readonly link: FaultyEngine;
  metrics: PrometheusMetrics = prometheusMetrics();
  #origin: Origin | undefined;
  #server: OriginServer | undefined;

  constructor(port: number, engine: MemoryEngine) {
    this.port = port;
    this.link = new FaultyEngine(engine);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    this.metrics = prometheusMetrics();
    const { link: store, metrics, port } = this;
    this.#origin = createOrigin({ store, metrics });
    this.#server = await serve(this.#origin, { port, metrics, allowOrigins: '*' });
  }

  /** As `timetoken serve --drain` on SIGTERM. */
  async stop(drainSeconds = 0): Promise<void> {
    await this.#server?.close({ drainSeconds });
    await this.#origin?.close();
    this.#server = undefined;
    this.#origin = undefined;
  }

  /** The value of a metric with its labels, without the prefix. */
  async value(name: string): Promise<number> {
    const lines = (await this.metrics.text()).split('\n');
    return Number(
      lines
        .find((line) => line.startsWith(`timetoken_${name} `))
        ?.split(' ')
        .at(-1) ?? 0,
    );
  }
}

/** Two origins on one engine, behind a balancer. */
export interface Cluster extends AsyncDisposable {
  readonly one: Node;
  readonly two: Node;
  readonly balancer: Balancer;
}

/** Starts two origins on one engine, and a balancer in front of them. */
export async function startCluster(kind: BalancerKind): Promise<Cluster> {
  const engine = new MemoryEngine();
  const one = new Node(await freePort(), engine);
  const two = new Node(await freePort(), engine);
  await one.start();
  await two.start();
  const balancer = await kind.start([one.port, two.port]);
  return {
    ...{ one, two, balancer },
    [Symbol.asyncDispose]: async () => {
      await one.stop();
      await two.stop();
      await balancer[Symbol.asyncDispose]();
      await engine.close();
    },
  };
}
