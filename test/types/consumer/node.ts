// What a Node service sees of the packed package: no DOM library, every library file checked.
import { PubNub } from 'timetoken';
import { nodeTransport } from 'timetoken/node';
import { createOrigin } from 'timetoken/origin';
import { serve } from 'timetoken/origin/node';

export async function main(): Promise<void> {
  const origin = createOrigin();
  const server = await serve(origin, { port: 0 });
  const pubnub = new PubNub({
    subscribeKey: 'demo',
    publishKey: 'demo',
    userId: 'alice',
    origin: server.url,
    transport: nodeTransport(),
  });
  const { timetoken } = await pubnub.publish({ channel: 'a' }).message('x').execute();
  const digits: string = timetoken;
  void digits;
  await pubnub.close();
  await server.close();
  await origin.close();
}
