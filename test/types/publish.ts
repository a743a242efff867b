import type { Envelope, MessageDoesNotFit, MissingParameter, PublishResult, PubNub } from 'timetoken';
import {
  type Chat,
  chat,
  command,
  dynamic,
  loose,
  type Order,
  open,
  order,
  rooms,
  shop,
} from './channel-map.ts';
import { type Equal, type Expect, same } from './expect.ts';

// A complete builder ends in promises; an incomplete one says what is missing.
const complete = shop.publish().channel('chat.1').message({ text: 'hi' });
same<Promise<PublishResult>>()(complete.execute());
same<Promise<PublishResult>>()(complete.execute({ timeout: 1_000, signal: AbortSignal.abort() }));
same<Promise<Envelope<PublishResult>>>()(complete.envelope());
same<Promise<Request>>()(complete.request());

const nothing = shop.publish();
const withChannel = nothing.channel('chat.1');
const withMessage = nothing.message(chat);
export type Missing = Expect<
  [
    Equal<typeof nothing.execute, MissingParameter<'channel' | 'message'>>,
    Equal<typeof withChannel.execute, MissingParameter<'message'>>,
    Equal<typeof withChannel.envelope, MissingParameter<'message'>>,
    Equal<typeof withChannel.request, MissingParameter<'message'>>,
    Equal<typeof withMessage.execute, MissingParameter<'channel'>>,
  ]
>;
// @ts-expect-error nothing is set
nothing.execute();
// @ts-expect-error message is missing
withChannel.execute();
// @ts-expect-error message is missing
withChannel.envelope();
// @ts-expect-error message is missing
void withChannel.request();
// @ts-expect-error channel is missing
withMessage.execute();

// Any order, templates that are stored and shared, optional setters anywhere.
const template = shop.publish().meta({ lang: 'en' }).ttl(24).shouldStore(true).usePost(false);
void template.channel('chat.1').message({ text: 'hi' }).execute();
void template.message({ text: 'hi' }).channel('chat.1').execute();
void template.channel('orders').message(order).customMessageType('text').execute();
void template.channel('chat.1').message(chat).channel('chat.2').execute();
void shop.publish().message(chat).replicate(false).channel('chat.1').ptto('16057799474000000').execute();

// Builders are not promises, and awaiting one would send nothing.
async function awaited() {
  // @ts-expect-error a builder must not be awaited
  await complete;
}
// @ts-expect-error nor be the result of an async function
async function returned() {
  return complete;
}
void [awaited, returned];
// @ts-expect-error a builder takes no callback
void complete.then(() => undefined);
// @ts-expect-error neither does the call that starts one
shop.publish({ channel: 'orders' }, () => undefined);

// An exact name beats a wildcard, a longer wildcard a shorter one.
void shop.publish().channel('chat.admin.x').message({ command: 'stop' }).execute();
void rooms.publish().channel('room.control').message({ command: 'stop' }).execute();
void rooms.publish().channel('room.7').message({ text: 'hi' }).execute();
void shop
  .publish()
  .channel('orders.eu')
  .message({ id: 1, lines: [{ sku: 'a', n: 1 }], vat: 2 })
  .execute();
// @ts-expect-error the longer wildcard has another payload
shop.publish().channel('chat.admin.x').message({ text: 'hi' });
// @ts-expect-error the exact name has another payload
rooms.publish().channel('room.control').message({ text: 'hi' });
// @ts-expect-error vat is missing
shop.publish().channel('orders.eu').message({ id: 1, lines: [] });

// A wrong payload, in either order.
// @ts-expect-error text is misspelt
shop.publish().channel('chat.1').message({ txt: 'hi' });
const orderFirst = shop.publish().message({ id: 1, lines: [] }).channel('chat.1');
export type OutOfOrder = Expect<[Equal<typeof orderFirst.execute, MessageDoesNotFit<'chat.1'>>]>;
// @ts-expect-error the message that was set does not fit
orderFirst.execute();
// @ts-expect-error neither as an envelope
orderFirst.envelope();
// @ts-expect-error the channel was changed to one of another payload
shop.publish().channel('chat.1').message(chat).channel('orders').execute();
void orderFirst.channel('orders').execute();

// A closed map knows its names; an index signature opens it.
// @ts-expect-error no such channel
shop.publish().channel('orderz');
// @ts-expect-error any string is too much
shop.publish().channel(dynamic);
// @ts-expect-error a wildcard is no channel to publish on, and "chat." names nothing of it
shop.publish().channel('chat');
void open.publish().channel(dynamic).message(chat).execute();
void open.publish().channel(dynamic).message(command).execute();
void open.publish().channel('chat.1').message(chat).execute();
// @ts-expect-error the spelt-out name keeps its own payload
open.publish().channel('chat.1').message(command);
// @ts-expect-error neither of the payloads
open.publish().channel('else').message({ nothing: true });

// Starting from an object: what it holds is no longer missing.
void shop.publish({ channel: 'chat.1' }).message({ text: 'hi' }).execute();
void shop.publish({ message: chat }).channel('chat.1').execute();
void shop.publish({ channel: 'chat.1', message: { text: 'hi' } }).execute();
void shop.publish({ channel: 'chat.1', message: { text: 'hi' }, ttl: 1, meta: { a: 1 } }).execute();
void loose.publish({ channel: dynamic, message: { any: ['JSON', null, 1] } }).execute();
// @ts-expect-error message is missing
shop.publish({ channel: 'chat.1', ttl: 1 }).execute();
// @ts-expect-error channel is missing
shop.publish({ message: chat }).execute();
// @ts-expect-error wrong payload
shop.publish({ channel: 'chat.1', message: { txt: 'hi' } }).execute();
// @ts-expect-error no such channel
shop.publish({ channel: 'orderz' });
// @ts-expect-error no such parameter
shop.publish({ channel: 'chat.1', massage: 'hi' });
// @ts-expect-error no such parameter, alone
shop.publish({ chanel: 'chat.1' });
// @ts-expect-error a timetoken is text, never a number
shop.publish({ ptto: 16_057_799_474_000_000 });
// @ts-expect-error not JSON
loose.publish({ channel: 'x', message: { at: 1n } });

// Setters refuse what their parameters cannot be.
// @ts-expect-error hours are a number
shop.publish().ttl('24');
// @ts-expect-error meta is JSON
shop.publish().meta(() => 1);
// @ts-expect-error signals cannot be sent by POST
shop.signal().usePost(true);
// @ts-expect-error a fire is never stored
shop.fire().shouldStore(true);

// Fire, signal and time are gated alike.
void shop.fire().channel('chat.1').message(chat).execute();
void shop.signal().message(chat).channel('chat.1').execute();
void shop.time().execute();
same<Promise<string>>()(
  shop
    .time()
    .execute()
    .then(({ timetoken }) => timetoken),
);
// @ts-expect-error message is missing
shop.fire().channel('chat.1').execute();
// @ts-expect-error wrong payload
shop.signal().channel('chat.1').message({ txt: 'hi' });

// What may be absent at run time is missing, however it is given.
declare const maybe: string | undefined;
declare const partial: { readonly channel?: string; readonly message?: string };
declare const either: { readonly channel: string; readonly message: string } | { readonly channel: string };
const optional = loose.publish(partial);
export type MaybeAbsent = Expect<[Equal<typeof optional.execute, MissingParameter<'channel' | 'message'>>]>;
// @ts-expect-error both may be absent
optional.execute();
// @ts-expect-error one of the objects has no message
loose.publish(either).execute();
// @ts-expect-error neither has the second of these
loose.publish(dynamic ? { channel: 'a', message: 'x' } : { channel: 'a' }).execute();
// @ts-expect-error undefined is no message
loose.publish().channel('a').message(undefined).execute();
// @ts-expect-error nor may it be one
loose.publish().channel('a').message(maybe).execute();
void loose.publish(partial).channel('a').message('x').execute();
void loose.publish(either).message('x').execute();
void loose.publish({ channel: 'a', message: 'x', ...(maybe && { customMessageType: maybe }) }).execute();
// What is parsed, or unknown, is checked at run time.
void loose.publish({ channel: 'a', message: JSON.parse('1') }).execute();
declare const unchecked: unknown;
void loose.publish().channel('a').message(unchecked).execute();

// One of several channels, to be known at run time only: what is sent has to fit all of them.
declare const which: 'orders' | 'chat.1';
declare const fitting: Order & Chat;
// @ts-expect-error an order is nothing for the other channel
shop.publish().channel(which).message(order);
// @ts-expect-error neither in an object
shop.publish({ channel: which, message: { id: 1, lines: [] } }).execute();
// @ts-expect-error nor is one that was set first
shop.publish().message(order).channel(which).execute();
// @ts-expect-error a signal is no different
shop.signal().channel(which).message(chat);
void shop.publish().channel(which).message(fitting).execute();
void shop.publish({ channel: which, message: fitting }).execute();
void shop.publish().message(fitting).channel(which).execute();
void shop
  .publish()
  .channel(dynamic ? 'chat.1' : 'chat.2')
  .message(chat)
  .execute();
declare const mixed: PubNub<{ a: 'x' | 'y' | null; b: 'y' | 'z'; c: unknown }>;
declare const letter: 'a' | 'b';
declare const any: 'a' | 'c';
void mixed.publish().channel(letter).message('y').execute();
// @ts-expect-error one of them takes no "x"
mixed.publish().channel(letter).message('x');
void mixed.publish().channel('a').message(null).execute();
void mixed.publish().channel(any).message('x').execute();

// A wildcard wants something behind its dot, whatever it is.
declare const room: string;
declare const named: `chat.${string}`;
// @ts-expect-error nothing is behind the dot
shop.publish().channel('chat.');
void shop
  .publish()
  .channel(`chat.${room}` as const)
  .message(chat)
  .execute();
void shop.publish().channel(named).message(chat).execute();
shop.on('message', (event) => {
  if (!shop.matches('chat.*', event)) return;
  const name: `chat.${string}` = event.channel;
  void shop.publish().channel(event.channel).message(event.message).execute();
  void name;
});
