import {
  type AnyChannels,
  fetchTransport,
  type Listener,
  type PNMessageResult,
  PubNub,
} from 'timetoken/core';
import { encryption, files, type HistoryResult, presence, storage, tokens } from 'timetoken/features';
import { same } from './expect.ts';

interface Shop {
  orders: { readonly id: string };
  'chat.*': { readonly text: string };
}

const keys = { subscribeKey: 'demo', userId: 'alice', transport: fetchTransport() };

// The core publishes and subscribes, and knows the channels.
const core = new PubNub<Shop>(keys);
void core.publish().channel('orders').message({ id: '1' }).execute();
void core.subscribe().channels('chat.*').execute();
same<string>()((await core.time().execute()).timetoken);
// @ts-expect-error no such channel
void core.publish().channel('order');
// @ts-expect-error another payload
void core.publish().channel('orders').message({ text: 'hi' }).execute();
// @ts-expect-error a feature that was not added
void core.history();
// @ts-expect-error a method of a feature that was not added
void core.parseToken('token');
// @ts-expect-error a transport has to be chosen
void new PubNub({ subscribeKey: 'demo', userId: 'alice' });
// @ts-expect-error the user is missing
void new PubNub({ subscribeKey: 'demo', transport: fetchTransport() });
void new PubNub({ subscribeKey: 'demo', uuid: 'alice', transport: fetchTransport() });
// @ts-expect-error goes to the transport
void new PubNub({ ...keys, fetch });

// with() adds operations and methods, once and again, and the channels reach them.
const Client = PubNub.with(storage, tokens).with(presence);
const client = new Client<Shop>(keys);
void client.hereNow().channels('orders').execute();
same<number>()(client.parseToken('token').ttl);
const { messages } = await client.history().channel('orders').execute();
same<{ readonly id: string } | undefined>()(messages[0]?.entry);
// @ts-expect-error no such channel
void client.history().channel('order');
// @ts-expect-error a feature that was not added
void client.sendFile();
const page: HistoryResult = await new (PubNub.with(storage))(keys).history().channel('any').execute();
void page;

// A listener gets the client with its features.
client.on('message', (event, pubnub) => {
  void (event.channel satisfies string);
  void pubnub.history().channel('orders');
});
client.addListener({ message: (_event, pubnub) => void pubnub.whereNow().execute() });
class Log {
  message({ message }: PNMessageResult) {
    void message;
  }
}
client.addListener(new Log());
const listener: Listener = new Log();
void listener;

// Subclasses keep features and channels, and their own members under further features.
class Mine extends PubNub.with(storage)<Shop> {
  readonly own = 1;
}
const mine = new Mine(keys);
// @ts-expect-error the user is missing, here and under further features
void new Mine({ subscribeKey: 'demo', transport: fetchTransport() });
// @ts-expect-error as above
void new (Mine.with(files))({ subscribeKey: 'demo', transport: fetchTransport() });
void mine.fetchMessages().channels('orders').execute();
const more = new (Mine.with(files))(keys);
same<1 | number>()(more.own);
void more.listFiles().channel('orders').execute();
void more.history().channel('orders').execute();
class Generic<C extends object = AnyChannels> extends PubNub.with(presence, encryption)<C> {
  who(): Promise<unknown> {
    return this.whereNow().execute();
  }
}
void new Generic<Shop>(keys).who();

// Any client with some features passes for the core.
function count(pubnub: PubNub): number {
  return pubnub.subscribedChannels.length;
}
void count(new Generic(keys));
