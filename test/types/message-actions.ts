import type {
  AddMessageActionResult,
  FetchedActions,
  FetchedMessage,
  GetMessageActionsResult,
  MissingParameter,
  PNMessageActionEvent,
  RemoveMessageActionResult,
  WithActions,
} from 'timetoken';
import { type Chat, dynamic, loose, shop } from './channel-map.ts';
import { type Equal, type Expect, same } from './expect.ts';

const smile = { type: 'reaction', value: 'smile' };

async function calls() {
  const adding = shop.addMessageAction().action(smile).channel('chat.1').messageTimetoken('1');
  const added = await adding.execute();
  same<AddMessageActionResult>()(added);
  same<string>()(added.data.actionTimetoken);
  same<boolean>()(added.announced);
  same<string | undefined>()(added.reason);
  const place = { channel: 'orders', messageTimetoken: '1' } as const;
  same<RemoveMessageActionResult>()(
    await shop.removeMessageAction(place).actionTimetoken(added.data.actionTimetoken).execute(),
  );
  for await (const page of loose.getMessageActions({ channel: dynamic, limit: 5 }).pages()) {
    same<GetMessageActionsResult>()(page);
    same<string | null>()(page.start);
    same<string | undefined>()(page.more?.end);
  }
}
void calls;

// Messages have actions where they were asked for.
async function fetched() {
  const asked = shop.fetchMessages().includeMessageActions(true).channels('chat.1');
  const { channels } = await asked.execute();
  const [message] = channels['chat.1'] ?? [];
  same<WithActions<FetchedMessage<'chat.1', Chat>> | undefined>()(message);
  if (message) same<FetchedActions>()(message.actions);
  same<number | undefined>()(message?.actions['reaction']?.['smile']?.length);
  const plain = await shop.fetchMessages({ channels: 'chat.1', includeMessageActions: false }).execute();
  same<FetchedActions | undefined>()(plain.channels['chat.1']?.[0]?.actions);
}
void fetched;

shop.on('messageAction', ({ event, data }) => {
  same<'added' | 'removed'>()(event);
  same<string>()(data.value);
  same<string | undefined>()(data.uuid);
});

const noAction = shop.addMessageAction({ channel: 'orders', messageTimetoken: '1' });
const noTimetoken = shop.removeMessageAction().channel('orders').messageTimetoken('1');
export type Gates = Expect<
  [
    Equal<typeof noAction.execute, MissingParameter<'action'>>,
    Equal<typeof noTimetoken.envelope, MissingParameter<'actionTimetoken'>>,
    Equal<PNMessageActionEvent['data']['messageTimetoken'], string>,
  ]
>;

// @ts-expect-error no such channel
shop.addMessageAction().channel('orderz');
// @ts-expect-error an action has a value
shop.addMessageAction().action({ type: 'reaction' });
// @ts-expect-error a timetoken is text
shop.removeMessageAction().messageTimetoken(17);
// @ts-expect-error there is no list of channels
shop.getMessageActions({ channels: ['orders'] });
