import { PubNub, type PubNubOptions } from 'timetoken';
import { fetchTransport, kyTransport } from 'timetoken/core';
import { nodeTransport } from 'timetoken/node';
import { createOrigin } from 'timetoken/origin';
import { serve } from 'timetoken/origin/node';
import { afterEach, describe, expect, it } from 'vitest';

const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function world(way: 'node' | 'fetch' | 'ky' | 'in process', options: Partial<PubNubOptions> = {}) {
  const origin = createOrigin();
  ends.push(() => origin.close());
  const { port } = way === 'in process' ? { port: 80 } : await serveIt(origin);
  const seen: string[] = [];
  const transport = {
    node: () => nodeTransport(),
    fetch: () => fetchTransport(),
    ky: () => kyTransport(),
    'in process': () => fetchTransport({ fetch: (request) => origin.fetch(request) }),
  }[way]();
  const client = (userId: string) => {
    const pubnub = new PubNub({
      ...{ subscribeKey: 'demo', publishKey: 'demo', userId, ssl: false, origin: `127.0.0.1:${port}` },
      ...{ receive: 'stream', reconnectionPolicy: { delay: () => 50, minimumDelay: 20 } },
      transport: (request) => {
        seen.push(new URL(request.url).pathname.split('/').slice(1, 3).join('/'));
        return transport(request);
      },
      ...options,
    });
    ends.push(() => pubnub.close());
    return pubnub;
  };
  return { client, seen, origin };
}

async function serveIt(origin: ReturnType<typeof createOrigin>) {
  const server = await serve(origin);
  ends.push(() => server.close());
  return server;
}

describe.each(['node', 'fetch', 'ky', 'in process'] as const)('over a stream, %s', (way) => {
  it('receives messages, signals and presence in order, each once, without a poll', async () => {
    const { client, seen } = await world(way);
    const alice = client('alice');
    const bob = client('bob');
    const got: unknown[] = [];
    const last = Promise.withResolvers<void>();
    alice.on('presence', ({ event, uuid }) => got.push(`${event} ${uuid}`));
    alice.on('signal', ({ message }) => got.push(message));
    alice.on('message', ({ message }) => {
      got.push(message);
      if (message === 99) last.resolve();
    });
    await alice.subscribe().channels('room').withPresence().execute().connected();
    await bob.subscribe().channels('other').execute().connected();
    await bob.signal().channel('room').message('signal').execute();
    for (let number = 0; number < 100; number++)
      await bob.publish().channel('room').message(number).execute();
    await last.promise;
    expect(got).toEqual(['join alice', 'signal', ...Array.from({ length: 100 }, (_, number) => number)]);
    expect(seen.filter((path) => path === 'v2/subscribe')).toHaveLength(2);
    expect(seen.filter((path) => path === 'v2/stream')).toHaveLength(2);
  });

  it('adds channels, changes the filter and the token, and loses nothing meanwhile', async () => {
    const { client } = await world(way);
    const alice = client('alice');
    const bob = client('bob');
    const got: unknown[] = [];
    const last = Promise.withResolvers<void>();
    alice.on('message', ({ message }) => {
      got.push(message);
      if (message === 59) last.resolve();
    });
    const first = alice.subscribe().channels('room').execute();
    await first.connected();
    for (let number = 0; number < 60; number++) {
      const { channel } = { channel: 'room' };
      const sent = bob.publish().channel(channel).message(number).meta({ kind: 'a' }).execute();
      if (number % 10 === 3) alice.subscribe().channels(`more-${number}`).execute();
      if (number % 10 === 6) alice.setFilterExpression(number % 20 === 6 ? "kind == 'a'" : undefined);
      if (number % 10 === 9) alice.setToken(`token-number-${number}`);
      await sent;
    }
    await last.promise;
    expect(got).toEqual(Array.from({ length: 60 }, (_, number) => number));
  });
});
