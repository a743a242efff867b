// A client that receives in one way. What it reports is the CPU time of this process: all its threads, the origin's not included.
import { get } from 'node:http';
import { PubNub } from 'timetoken';
import { nodeTransport } from 'timetoken/node';
import { KEY } from '../clients/client.ts';
import { offer } from './rpc.ts';

const ENTRY = '"d":';
const [receive, transport] = (process.argv[2] ?? '').split('-');
let left = 0;
let started = process.cpuUsage();
let done = Promise.withResolvers<number>();

function received(): void {
  left -= 1;
  if (left > 0) return;
  const { user, system } = process.cpuUsage(started);
  done.resolve(user + system);
}

// No client at all: what it costs to be woken by bytes, and to count them.
function bare(origin: string, channel: string): Promise<void> {
  return new Promise((resolve) => {
    get(`http://${origin}/v2/stream/${KEY}/${channel}?tt=0&uuid=${channel}`, (response) => {
      response.on('data', (bytes: Buffer) => {
        for (let at = bytes.indexOf(ENTRY); at >= 0; at = bytes.indexOf(ENTRY, at + 1)) received();
        resolve();
      });
    });
  });
}

const methods = {
  /** Subscribes once and for all. */
  async subscribe({ origin, channel }: { origin: string; channel: string }): Promise<void> {
    if (receive === 'bare') return bare(origin, channel);
    const pubnub = new PubNub({
      ...{ subscribeKey: KEY, publishKey: KEY, userId: channel, ssl: false, origin },
      ...(transport === 'node' && { transport: nodeTransport() }),
      receive: receive === 'stream' ? 'stream' : 'poll',
    });
    pubnub.addListener({ message: received });
    await pubnub.subscribe().channels(channel).execute().connected();
  },
  /** Begins to count messages, and CPU time. */
  expect({ count }: { count: number }): void {
    left = count;
    done = Promise.withResolvers();
    started = process.cpuUsage();
  },
  /** The CPU time of the expected messages in microseconds, once they are all here. */
  arrived: () => done.promise,
};

export type ReceiverMethods = typeof methods;

offer(methods);
