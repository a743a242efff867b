// As `receive.ts`, all in one process and without pauses: each message is published when the one before was received, so that
// nobody waits, and what waking up costs does not count. `node bench/receive-closed.ts [rounds] [messages]`, after `npm run build`.
import { PubNub } from 'timetoken';
import { nodeTransport } from 'timetoken/node';
import { createOrigin } from 'timetoken/origin';
import { serve } from 'timetoken/origin/node';
import { KEY, messageOf } from './clients/client.ts';
import { interleave, median } from './statistics.ts';

const [rounds = 9, count = 1000] = process.argv.slice(2).map(Number);
const origin = createOrigin();
const { port, close } = await serve(origin);
let onReceipt: () => void = () => undefined;

async function publish(channel: string, number: number): Promise<void> {
  const payload = encodeURIComponent(JSON.stringify(messageOf(number)));
  await origin.handle({
    method: 'GET',
    target: `/publish/${KEY}/${KEY}/0/${channel}/0/${payload}?uuid=publisher`,
    header: () => undefined,
    body: new Uint8Array(),
  });
}

const WAYS = ['poll node', 'stream node', 'poll fetch', 'stream fetch'] as const;
const clients: PubNub[] = [];
for (const way of WAYS) {
  const [receive, transport] = way.split(' ');
  const pubnub = new PubNub({
    ...{ subscribeKey: KEY, userId: way, ssl: false, origin: `127.0.0.1:${port}` },
    ...(transport === 'node' && { transport: nodeTransport() }),
    receive: receive === 'stream' ? 'stream' : 'poll',
  });
  clients.push(pubnub);
  pubnub.addListener({ message: () => onReceipt() });
  await pubnub.subscribe().channels(way).execute().connected();
}

const series = await interleave([...WAYS, 'nobody'], { rounds, warmUp: 3 }, async (way) => {
  const started = process.cpuUsage();
  for (let number = 0; number < count; number++) {
    const received = new Promise<void>((resolve) => {
      onReceipt = resolve;
      if (way === 'nobody') setImmediate(resolve);
    });
    await publish(way, number);
    await received;
  }
  const { user, system } = process.cpuUsage(started);
  return (user + system) / count;
});
const net = (way: (typeof WAYS)[number]) =>
  series[way].map((micros, round) => micros - (series.nobody[round] ?? 0));
for (const transport of ['node', 'fetch'] as const) {
  const [polls, streams] = [net(`poll ${transport}`), net(`stream ${transport}`)];
  const ratio = median(streams.map((micros, round) => micros / (polls[round] ?? Number.NaN)));
  console.log(
    `${transport}: poll ${median(polls).toFixed(1)} µs, stream ${median(streams).toFixed(1)} µs, ratio ${ratio.toFixed(2)}`,
  );
}
console.log(`publish alone: ${median(series.nobody).toFixed(1)} µs`);
await Promise.all(clients.map((client) => client.close()));
await close();
