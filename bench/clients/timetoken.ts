import { PubNub } from 'timetoken';
import { nodeTransport } from 'timetoken/node';
import { type BenchMessage, type Connect, KEY, USER } from './client.ts';

type Options = ConstructorParameters<typeof PubNub>[0];

/** Timetoken with its default transport: ky over `fetch`. */
export const timetoken: Connect = (origin) => connect({ ...keys, origin });

/** Timetoken over keep-alive `node:http`. */
export const timetokenNode: Connect = (origin) => connect({ ...keys, origin, transport: nodeTransport() });

const keys = { subscribeKey: KEY, publishKey: KEY, userId: USER, ssl: false } as const;

function connect(options: Options): ReturnType<Connect> {
  const pubnub = new PubNub(options);
  return {
    publish: (channel, message) =>
      pubnub
        .publish()
        .channel(channel)
        .message({ ...message })
        .execute(),
    subscribe: (channel, onMessage) => {
      pubnub.addListener({ message: (event) => onMessage(event.message as BenchMessage) });
      return pubnub.subscribe().channels(channel).execute().connected();
    },
    close: () => pubnub.close(),
  };
}
