import type {
  FetchedMessage,
  FetchMessagesResult,
  HistoryMessage,
  HistoryResult,
  MissingParameter,
} from 'timetoken';
import { type Chat, type Command, dynamic, loose, type Order, open, shop } from './channel-map.ts';
import { type Equal, type Expect, same } from './expect.ts';

// History has the payload of its channel.
async function history() {
  const { messages, startTimeToken } = await shop.history().channel('chat.1').count(5).execute();
  same<readonly HistoryMessage<Chat>[]>()(messages);
  same<string>()(startTimeToken);
  same<Command | undefined>()((await shop.history({ channel: 'chat.admin.x' }).execute()).messages[0]?.entry);
  same<unknown>()((await loose.history().channel(dynamic).execute()).messages[0]?.entry);
  same<Chat | Command | undefined>()((await open.history().channel(dynamic).execute()).messages[0]?.entry);

  // What was switched off is not there, and what may be off may be absent.
  const bare = await shop.history().channel('orders').includeTimetoken(false).execute();
  same<undefined>()(bare.messages[0]?.timetoken);
  const either = await shop.history({ channel: 'orders', includeTimetoken: Boolean(dynamic) }).execute();
  same<string | undefined>()(either.messages[0]?.timetoken);
  const on = await shop.history({ channel: 'orders', includeTimetoken: true }).execute();
  same<readonly HistoryMessage<Order>[]>()(on.messages);
  const result: HistoryResult = bare;
  void result;
}
void history;

// Fetched messages have the payload and the name of their channel.
async function fetched() {
  const { channels } = await shop
    .fetchMessages()
    .channels('chat.1', ['orders'])
    .channels('orders.eu')
    .execute();
  same<readonly FetchedMessage<'chat.1', Chat>[] | undefined>()(channels['chat.1']);
  same<number | undefined>()(channels['orders']?.[0]?.message.id);
  same<number | undefined>()(channels['orders.eu']?.[0]?.message.vat);
  // @ts-expect-error was not asked for
  void channels['chat.2'];
  const any = await loose.fetchMessages({ channels: [dynamic] }).execute();
  same<readonly FetchedMessage<string, unknown>[] | undefined>()(any.channels[dynamic]);
  const result: FetchMessagesResult = any;
  void result;
  for await (const page of shop.fetchMessages({ channels: 'orders' }).pages())
    same<readonly FetchedMessage<'orders', Order>[] | undefined>()(page.channels.orders);
}
void fetched;

async function others() {
  const { channels } = await shop.messageCounts().channels('orders').channelTimetokens('1').execute();
  same<number | undefined>()(channels['orders']);
  await shop.deleteMessages().channel('chat.1').start('1').end('2').execute();
}
void others;

const noChannels = shop.fetchMessages().count(5);
const noTimetokens = shop.messageCounts().channels('orders');
export type Gates = Expect<
  [
    Equal<typeof noChannels.execute, MissingParameter<'channels'>>,
    Equal<typeof noChannels.pages, MissingParameter<'channels'>>,
    Equal<typeof noTimetokens.execute, MissingParameter<'channelTimetokens'>>,
  ]
>;

// @ts-expect-error no such channel
shop.history().channel('orderz');
// @ts-expect-error a wildcard is no channel that has messages
shop.fetchMessages().channels('chat');
// @ts-expect-error a timetoken is text
shop.deleteMessages().start(17);
// @ts-expect-error history goes by one channel
shop.history({ channels: ['orders'] });
// @ts-expect-error a history has no pages
void shop.history().channel('orders').pages;
