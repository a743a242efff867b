import { describe, expect, test, vi } from 'vitest';
import { createOrigin } from '../../src/origin/index.ts';
import { serve } from '../../src/origin/node.ts';
import { redisStore } from '../../src/origin/redis.ts';
import { BALANCERS } from '../support/balancers.ts';
import { startCluster } from '../support/cluster.ts';
import { startRedis } from '../support/redis-server.ts';
import { eventsIn } from '../support/stream-reader.ts';

const PATIENCE = { timeout: 20_000, interval: 20 };

/** Reads the feed as an `EventSource` does: it comes again with its last id, until it is closed. */
class FeedReader implements AsyncDisposable {
  /** Changes when a balancer comes back at another port. */
  url: string;
  readonly got: unknown[] = [];
  gaps = 0;
  comments = 0;
  connections = 0;
  /** Whether the stream of now has brought a byte. */
  isOpen = false;
  #id = '';
  readonly #end = new AbortController();
  readonly #over: Promise<void>;

  constructor(url: string) {
    this.url = url;
    this.#over = this.#run();
  }

  async #run(): Promise<void> {
    const { signal } = this.#end;
    while (!signal.aborted) {
      await this.#read(signal).catch(() => undefined);
      this.isOpen = false;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const headers = this.#id === '' ? undefined : { 'last-event-id': this.#id };
    const { body, ok } = await fetch(`${this.url}/v2/stream/demo/room`, {
      signal,
      ...(headers && { headers }),
    });
    if (!ok || !body) return;
    this.connections += 1;
    let text = '';
    for await (const part of body.pipeThrough(new TextDecoderStream())) {
      this.isOpen = true;
      text += part;
      const end = text.lastIndexOf('\n\n') + 2;
      this.comments += text
        .slice(0, end)
        .split('\n')
        .filter((line) => line.startsWith(':')).length;
      for (const { id, data } of eventsIn(text.slice(0, end))) {
        this.#id = id;
        this.gaps += data.g?.length ?? 0;
        this.got.push(...data.m.map(({ d }) => d));
      }
      text = text.slice(end);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end.abort();
    await this.#over;
  }
}

describe.each(BALANCERS)('the feed of events behind $name', (kind) => {
  const run = kind.program === undefined ? test.skip : test;

  run('is not held back, and goes on over restarts of origins and of the balancer', async () => {
    await using cluster = await startCluster(kind);
    const { one, two, balancer } = cluster;
    await using reader = new FeedReader(balancer.url);
    const all: number[] = [];
    /** Publishes at an origin, whether or not the reader is connected. */
    const publish = async (at: { readonly url: string }) => {
      const { status } = await fetch(`${at.url}/publish/demo/demo/0/room/0/${all.length}`);
      expect(status).toBe(200);
      all.push(all.length);
    };
    const arrived = () => vi.waitUntil(() => reader.got.length >= all.length, PATIENCE);
    await vi.waitUntil(() => reader.isOpen && reader.comments > 0, PATIENCE);
    await publish(one);
    await arrived();
    for (const [gone, other] of [
      [one, two],
      [two, one],
    ] as const) {
      const stopped = gone.stop();
      for (let count = 0; count < 5; count++) await publish(other);
      await stopped;
      await arrived();
      await gone.start();
      await vi.waitUntil(() => reader.isOpen, PATIENCE);
    }
    await balancer[Symbol.asyncDispose]();
    await vi.waitUntil(() => !reader.isOpen, PATIENCE);
    for (let count = 0; count < 5; count++) await publish(one);
    await using again = await kind.start([one.port, two.port]);
    reader.url = again.url;
    await arrived();
    await publish(two);
    await arrived();
    expect([reader.got, reader.gaps]).toEqual([all, 0]);
    expect(reader.connections).toBeGreaterThan(1);
  });
});

test('the feed of events goes on at another origin over the same Redis', async ({ skip }) => {
  const redis = await startRedis();
  if (!redis) return skip('redis-server is not installed');
  const node = async () => {
    const origin = createOrigin({ store: redisStore({ url: redis.url }) });
    return { origin, server: await serve(origin) };
  };
  const [one, two] = [await node(), await node()];
  try {
    await using reader = new FeedReader(one.server.url);
    await vi.waitUntil(() => reader.isOpen, PATIENCE);
    const all: number[] = [];
    const publish = async (url: string) => {
      expect((await fetch(`${url}/publish/demo/demo/0/room/0/${all.length}`)).status).toBe(200);
      all.push(all.length);
    };
    for (let count = 0; count < 10; count++) await publish(count % 2 === 0 ? one.server.url : two.server.url);
    await vi.waitUntil(() => reader.got.length === 10, PATIENCE);
    reader.url = two.server.url;
    const closed = one.server.close();
    for (let count = 0; count < 10; count++) await publish(two.server.url);
    await closed;
    await vi.waitUntil(() => reader.got.length >= 20, PATIENCE);
    expect([reader.got, reader.gaps, reader.connections]).toEqual([all, 0, 2]);
  } finally {
    for (const { server, origin } of [one, two]) {
      await server.close();
      await origin.close();
    }
    await redis.stop();
  }
});
