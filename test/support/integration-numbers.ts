import { PubNub, type PubNubOptions, type Transport } from '../../src/index.ts';
import { nodeTransport } from '../../src/node/index.ts';
import type { Origin } from '../../src/origin/index.ts';
import { Inbox } from './integration-inbox.ts';

/** Both transports; each call makes what the options need. */
export const TRANSPORTS: readonly (readonly [
  name: string,
  options: () => { readonly transport?: Transport },
])[] = [
  ['fetch', () => ({})],
  ['node:http', () => ({ transport: nodeTransport() })],
];

/** A client that comes back within milliseconds, and everything it has received. */
export interface Receiver extends AsyncDisposable {
  readonly client: PubNub;
  /** `channel number`, in the order of delivery. */
  readonly numbers: Inbox<string>;
  /** Announced losses: none are expected. */
  readonly gaps: Inbox<unknown>;
}

/** Makes a receiver. */
export function receiverOn(host: string, options: Partial<PubNubOptions> = {}): Receiver {
  const client = new PubNub({
    ...{ subscribeKey: 'demo', publishKey: 'demo', userId: 'receiver', origin: host, ssl: false },
    reconnectionPolicy: { delay: () => 20, minimumDelay: 2, maximumDelay: 20 },
    ...options,
  });
  const numbers = new Inbox<string>('numbers');
  const gaps = new Inbox<unknown>('gaps');
  client.addListener({
    message: ({ channel, message }) => numbers.put(`${channel} ${String(message)}`),
    gap: gaps.put,
  });
  return { client, numbers, gaps, [Symbol.asyncDispose]: () => client.close() };
}

/** Publishes without a network in between: what is published is published, whatever happens to sockets. */
export function directPublisher(origin: Origin): PubNub {
  return new PubNub({
    ...{ subscribeKey: 'demo', publishKey: 'demo', userId: 'sender', origin: 'origin', ssl: false },
    fetch: (request) => origin.fetch(request),
  });
}

/** `channel 1`, `channel 2` and so on. */
export function numbered(channel: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${channel} ${index + 1}`);
}
