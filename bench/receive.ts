// What a message costs that is received over a stream, beside one that is received by a poll: one message at a time, client
// and origin apart. `node bench/receive.ts [rounds] [messages]`, after `npm run build`.
import type { PacedOriginMethods } from './children/paced-origin.ts';
import type { ReceiverMethods } from './children/receiver.ts';
import { type Child, start } from './children/rpc.ts';
import { interleave, median } from './statistics.ts';

const WAYS = ['poll-node', 'stream-node', 'poll-fetch', 'stream-fetch', 'bare-node'] as const;
const NOBODY = 'nobody';
type Way = (typeof WAYS)[number];

const [rounds = 11, count = 500] = process.argv.slice(2).map(Number);
const PAUSE_MS = 3;
const origin = start<PacedOriginMethods>('paced-origin.ts');
const address = await origin.call('listen');
const receivers = new Map<string, Child<ReceiverMethods>>();
for (const way of WAYS) {
  const receiver = start<ReceiverMethods>('receiver.ts', { args: [way] });
  receivers.set(way, receiver);
  await receiver.call('subscribe', { origin: address, channel: way });
}

const served = new Map<string, number[]>();
const warmUp = 3;
const client = await interleave([...WAYS, NOBODY], { rounds, warmUp }, async (way) => {
  const receiver = receivers.get(way);
  await receiver?.call('expect', { count });
  const micros = await origin.call('publish', { channel: way, count, pauseMs: PAUSE_MS });
  served.set(way, [...(served.get(way) ?? []), micros / count]);
  return ((await receiver?.call('arrived')) ?? 0) / count;
});

/** What each round took, beside a publish that nobody receives. */
function originOf(way: Way): readonly number[] {
  const alone = served.get(NOBODY)?.slice(warmUp) ?? [];
  return (served.get(way)?.slice(warmUp) ?? []).map((micros, round) => micros - (alone[round] ?? 0));
}

const columns = (way: Way) => {
  const [mine, theirs] = [client[way], originOf(way)];
  return [mine, theirs, mine.map((micros, round) => micros + (theirs[round] ?? 0))] as const;
};
const parts = ['client', 'origin', 'together'] as const;
for (const transport of ['node', 'fetch'] as const) {
  const [polls, streams] = [columns(`poll-${transport}`), columns(`stream-${transport}`)];
  for (const [index, part] of parts.entries()) {
    const [before = [], after = []] = [polls[index], streams[index]];
    const ratio = median(after.map((micros, round) => micros / (before[round] ?? Number.NaN)));
    console.log(
      `${transport.padEnd(5)} ${part.padEnd(8)} poll ${median(before).toFixed(1)} µs, stream ${median(after).toFixed(1)} µs, ratio ${ratio.toFixed(2)}`,
    );
  }
}
console.log(`bare   client   ${median(client['bare-node']).toFixed(1)} µs`);
console.log(`publish alone ${median(served.get(NOBODY) ?? []).toFixed(1)} µs`);
for (const child of [origin, ...receivers.values()]) child.stop();
