import { createRequire } from 'node:module';
import { type BenchMessage, type Connect, KEY, USER } from './client.ts';

/** As much of the official client as is used here; the package has no types of its own. */
interface Peer {
  publish(parameters: { channel: string; message: unknown }): Promise<unknown>;
  subscribe(parameters: { channels: readonly string[] }): void;
  addListener(listener: {
    message(event: { readonly message: BenchMessage }): void;
    status(event: { readonly category: string }): void;
  }): void;
  stop(): void;
}

type PeerConstructor = new (options: Readonly<Record<string, unknown>>) => Peer;

/** The official client with its defaults: a connection for each request. */
export const pubnub: Connect = (origin) => connect({ origin });

/** The official client with the option that keeps connections open. */
export const pubnubKeepAlive: Connect = (origin) => connect({ origin, keepAlive: true });

function connect(options: Readonly<Record<string, unknown>>): ReturnType<Connect> {
  const PubNub = createRequire(import.meta.url)('pubnub') as PeerConstructor;
  const client = new PubNub({ subscribeKey: KEY, publishKey: KEY, userId: USER, ssl: false, ...options });
  return {
    publish: (channel, message) => client.publish({ channel, message: { ...message } }),
    subscribe: (channel, onMessage) =>
      new Promise((resolve) => {
        client.addListener({
          message: (event) => onMessage(event.message),
          status: ({ category }) => {
            if (category === 'PNConnectedCategory') resolve();
          },
        });
        client.subscribe({ channels: [channel] });
      }),
    close: async () => client.stop(),
  };
}
