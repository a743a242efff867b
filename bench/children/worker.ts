// One variant at work. What it reports is the CPU time of this process: all its threads, the server's not included.
import { type BenchClient, CHANNEL, messageOf } from '../clients/client.ts';
import { CONNECT, variantOf } from '../clients/variants.ts';
import { offer } from './rpc.ts';

const variant = variantOf(process.argv[2]);
const connect = CONNECT[variant];
let publisher: BenchClient | undefined;
let pending: { left: number; started: NodeJS.CpuUsage; done: PromiseWithResolvers<number> } | undefined;
let total: Promise<number> = Promise.resolve(0);
let sent = 0;
let onReceipt: ((number: number) => void) | undefined;

function microseconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return user + system;
}

function received(): void {
  if (!pending) return;
  pending.left -= 1;
  if (pending.left > 0) return;
  pending.done.resolve(microseconds(pending.started));
  pending = undefined;
}

// From the call that publishes to the call of the listener, in milliseconds.
async function sample(
  client: BenchClient,
  channel: string,
  { number, pauseMs }: { number: number; pauseMs: number },
): Promise<number> {
  const receipt = Promise.withResolvers<number>();
  onReceipt = (got) => {
    if (got === number) receipt.resolve(performance.now());
  };
  const started = performance.now();
  const published = client.publish(channel, messageOf(number));
  const arrived = await receipt.promise;
  await published;
  await new Promise((resolve) => setTimeout(resolve, pauseMs));
  return arrived - started;
}

const methods = {
  /** Publishes; returns the CPU time of one message in microseconds. */
  async publish(job: { origin: string; count: number; inFlight: number }): Promise<number> {
    publisher ??= connect(job.origin);
    const client = publisher;
    let next = 0;
    const lane = async () => {
      while (next < job.count) {
        next += 1;
        await client.publish(CHANNEL, messageOf(next));
      }
    };
    const started = process.cpuUsage();
    await Promise.all(Array.from({ length: job.inFlight }, lane));
    return microseconds(started) / job.count;
  },
  /** Subscribes once and for all to what the feed sends. */
  async subscribe({ feed, channel }: { feed: string; channel: string }): Promise<void> {
    await connect(feed).subscribe(channel, received);
  },
  /** Begins to count messages, and CPU time. */
  expect({ count }: { count: number }): void {
    pending = { left: count, started: process.cpuUsage(), done: Promise.withResolvers() };
    total = pending.done.promise;
  },
  /** The CPU time of the expected messages, once they are all here. */
  arrived: () => total,
  /** Subscribes on the origin, to receive what `latency` publishes. */
  async listen({ origin, channel }: { origin: string; channel: string }): Promise<void> {
    await connect(origin).subscribe(channel, ({ number }) => onReceipt?.(number));
  },
  /** Milliseconds from publish to receipt, one message at a time. */
  async latency(job: {
    origin: string;
    channel: string;
    samples: number;
    pauseMs: number;
  }): Promise<number[]> {
    publisher ??= connect(job.origin);
    const times: number[] = [];
    for (let count = 0; count < job.samples; count++) {
      sent += 1;
      times.push(await sample(publisher, job.channel, { number: sent, pauseMs: job.pauseMs }));
    }
    return times;
  },
};

export type WorkerMethods = typeof methods;

offer(methods);
