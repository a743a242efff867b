import {
  type ClientState,
  type EventMap,
  type EventName,
  type PNMessageResult,
  type PNOperationType,
  type PNPresenceEventResult,
  PNReconnectionPolicy,
  type PNSignalResult,
  type PNStatus,
  type PNStatusCategory,
  PubNub,
  SubscribeCallback,
} from 'timetoken';
import {
  type Chat,
  type Command,
  loose,
  type Open,
  type Order,
  open,
  type Shop,
  shop,
} from './channel-map.ts';
import { type Equal, type Expect, same } from './expect.ts';

// A listener sees the union over the map: exact names narrow by themselves, wildcards by a guard.
shop.addListener({
  message(event, pubnub) {
    same<typeof shop>()(pubnub);
    same<EventMap<Shop>['message']>()(event);
    if (event.channel === 'orders') same<Order>()(event.message);
    if (event.channel === 'orders.eu') same<number>()(event.message.vat);
    if (pubnub.matches('chat.admin.*', event)) same<string>()(event.message.command);
    if (shop.matches('chat.*', event)) same<Chat['text']>()(event.message.text);
    // @ts-expect-error nothing is known of the payload before
    void event.message.text;
  },
  signal(event) {
    if (event.channel === 'orders') same<Order>()(event.message);
  },
  presence: (event) => same<PNPresenceEventResult>()(event),
  status: async (event) => same<PNStatus>()(event),
});
// @ts-expect-error a wildcard that is not in the map
shop.matches('nothing.*', { channel: 'a' });
// @ts-expect-error no such event
shop.addListener({ messages() {} });
// @ts-expect-error a handler of another event
shop.addListener({ status: (event: PNMessageResult) => void event });
// @ts-expect-error no such event
shop.on('messages', () => undefined);
const off = shop.on('state', (event) => same<ClientState>()(event.state));
same<() => void>()(off);
open.on('message', (event) => same<Chat | Command>()(event.message));
loose.on('message', (event) => {
  same<unknown>()(event.message);
  // @ts-expect-error unknown until it is checked
  void event.message.text;
});
loose.on('signal', (event) => same<PNSignalResult>()(event));

// Classes: typed overrides, in a client without a map and in one with a map.
class Log extends SubscribeCallback {
  override message(event: PNMessageResult, pubnub: unknown) {
    void [event.channel, event.message, pubnub];
  }
  override async status(event: PNStatus) {
    same<PNStatusCategory>()(event.category);
  }
  override presence({ event, uuid }: PNPresenceEventResult) {
    same<'join' | 'leave' | 'timeout' | 'state-change' | 'interval'>()(event);
    same<string | undefined>()(uuid);
  }
}
loose.addListener(new Log());
shop.addListener(new Log());
class WithClient extends SubscribeCallback<PubNub> {
  override status(_event: PNStatus, pubnub: PubNub) {
    pubnub.reconnect();
  }
}
loose.addListener(new WithClient());
class Misspelt extends SubscribeCallback {
  // @ts-expect-error overrides nothing
  override massage() {}
}
void Misspelt;
// A program that knows its payloads may say so; a parameter of another event is refused.
class Narrow extends SubscribeCallback {
  override message(event: PNMessageResult<'orders', Order>) {
    same<number>()(event.message.id);
  }
  // @ts-expect-error a status is no message
  override signal(_event: PNStatus) {}
}
void Narrow;

// Constants are string unions, and a switch over them can be exhaustive.
export type Constants = Expect<
  [
    Equal<typeof PNStatusCategory.PNConnectedCategory, 'PNConnectedCategory'>,
    Equal<PNStatusCategory, keyof typeof PNStatusCategory>,
    Equal<PNOperationType, keyof typeof PNOperationType>,
    Equal<PNReconnectionPolicy, 'NONE' | 'LINEAR' | 'EXPONENTIAL'>,
    Equal<ClientState, 'idle' | 'connecting' | 'connected' | 'reconnecting' | 'stopped' | 'failed'>,
    Equal<EventName, keyof EventMap<Shop>>,
    Equal<EventMap<Open>['state'], EventMap['state']>,
  ]
>;
declare const status: PNStatus;
if (status.category === 'PNConnectedCategory') same<'PNConnectedCategory'>()(status.category);
// @ts-expect-error no such category
if (status.category === 'PNConnected') void 0;

// The constructor.
void new PubNub({ subscribeKey: 'demo', userId: 'alice' });
void new PubNub<Shop>({ subscribeKey: 'demo', uuid: 'alice', origin: ['a', 'b'] as const });
void new PubNub({ subscribeKey: 'demo', userId: 'a', reconnectionPolicy: PNReconnectionPolicy.LINEAR });
void new PubNub({ subscribeKey: 'demo', userId: 'a', reconnectionPolicy: { delay: (attempt) => attempt } });
// @ts-expect-error the user is missing
void new PubNub({ subscribeKey: 'demo' });
// @ts-expect-error subscribeKey is missing
void new PubNub({ userId: 'alice' });
// @ts-expect-error no such option
void new PubNub({ subscribeKey: 'demo', userId: 'a', heartbeat: 1 });
// @ts-expect-error options are exact: undefined is not "absent"
void new PubNub({ subscribeKey: 'demo', userId: undefined });
async function disposed() {
  await using pubnub = new PubNub({ subscribeKey: 'demo', userId: 'alice' });
  same<Promise<void>>()(pubnub.until('connected'));
  // @ts-expect-error no such state
  void pubnub.until('online');
}
void disposed;
