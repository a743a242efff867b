import PeerClient from 'pubnub';
import { describe, expect, test } from 'vitest';
import { PubNub, type Transport } from '../../src/index.ts';
import { nodeTransport } from '../../src/node/index.ts';
import { Inbox } from '../support/integration-inbox.ts';
import { serveOrigin } from '../support/integration-origin.ts';

/** What the other maker's client says of message actions, as far as it is called here; it comes without types. */
interface PeerActions {
  addMessageAction(parameters: object): Promise<{ readonly data: Action }>;
  getMessageActions(
    parameters: object,
  ): Promise<{ readonly data: readonly Action[]; readonly more?: object }>;
  removeMessageAction(parameters: object): Promise<{ readonly data: object }>;
  fetchMessages(parameters: object): Promise<{ readonly channels: Record<string, readonly Fetched[]> }>;
  addListener(listener: object): void;
  subscribe(parameters: object): void;
}

interface Action {
  readonly type: string;
  readonly value: string;
  readonly uuid: string;
  readonly actionTimetoken: string;
  readonly messageTimetoken: string;
}

interface Fetched {
  readonly timetoken: string;
  readonly message: unknown;
  readonly actions?: object;
}

type Told = Pick<Action, 'actionTimetoken' | 'messageTimetoken' | 'type' | 'value'> & {
  readonly event: string;
  readonly uuid: string | undefined;
};

/** A user of actions, whoever made the client. */
interface Reactor extends AsyncDisposable {
  readonly told: Inbox<Told>;
  add(messageTimetoken: string, value: string): Promise<Action>;
  list(range?: object): Promise<{ readonly data: readonly Action[] }>;
  remove(action: Action): Promise<object>;
  /** Actions by the timetoken of their message. */
  fetch(): Promise<readonly (readonly [timetoken: string, actions: object | undefined])[]>;
  join(): Promise<void>;
}

type MakeReactor = (host: string, userId: string) => Reactor;

const KEYS = { subscribeKey: 'demo', publishKey: 'demo', ssl: false } as const;
const CHANNEL = 'room #1/ü';

const ours =
  (makeTransport?: () => Transport): MakeReactor =>
  (host, userId) => {
    const transport = makeTransport?.();
    const client = new PubNub({ ...KEYS, origin: host, userId, ...(transport && { transport }) });
    const told = new Inbox<Told>(`events of ${userId}`);
    client.addListener({ messageAction: ({ event, data }) => told.put({ event, ...data }) });
    return {
      told,
      add: async (messageTimetoken, value) => {
        const action = { type: 'reaction', value };
        const added = await client.addMessageAction({ channel: CHANNEL, messageTimetoken, action }).execute();
        expect(added.announced).toBe(true);
        return added.data;
      },
      list: (range = {}) => client.getMessageActions({ channel: CHANNEL, ...range }).execute(),
      remove: async ({ messageTimetoken, actionTimetoken }) => {
        const call = client.removeMessageAction({ channel: CHANNEL, messageTimetoken, actionTimetoken });
        return (await call.execute()).data;
      },
      fetch: async () => {
        const call = client.fetchMessages({ channels: CHANNEL, includeMessageActions: true });
        const messages = (await call.execute()).channels[CHANNEL] ?? [];
        return messages.map(({ timetoken, actions }) => [timetoken, actions]);
      },
      join: () => client.subscribe({ channels: CHANNEL }).execute().connected(),
      [Symbol.asyncDispose]: () => client.close(),
    };
  };

const theirs: MakeReactor = (host, userId) => {
  const whole = new PeerClient({ ...KEYS, origin: host, userId });
  const client = whole as unknown as PeerActions;
  const told = new Inbox<Told>(`events of ${userId}`);
  const statuses = new Inbox<string | undefined>(`statuses of ${userId}`);
  client.addListener({
    messageAction: ({ event, data }: { readonly event: string; readonly data: Omit<Told, 'event'> }) =>
      told.put({ event, ...data }),
    status: ({ category }: { readonly category?: string }) => statuses.put(category),
  });
  return {
    told,
    add: async (messageTimetoken, value) => {
      const action = { type: 'reaction', value };
      return (await client.addMessageAction({ channel: CHANNEL, messageTimetoken, action })).data;
    },
    list: (range = {}) => client.getMessageActions({ channel: CHANNEL, ...range }),
    remove: async ({ messageTimetoken, actionTimetoken }) =>
      (await client.removeMessageAction({ channel: CHANNEL, messageTimetoken, actionTimetoken })).data,
    fetch: async () => {
      const { channels } = await client.fetchMessages({ channels: [CHANNEL], includeMessageActions: true });
      return (channels[CHANNEL] ?? []).map(({ timetoken, actions }) => [timetoken, actions]);
    },
    join: async () => {
      client.subscribe({ channels: [CHANNEL] });
      await statuses.first((category) => category === 'PNConnectedCategory');
    },
    [Symbol.asyncDispose]: async () => {
      whole.unsubscribeAll();
      whole.stop();
    },
  };
};

const CLIENTS: readonly (readonly [name: string, make: MakeReactor])[] = [
  ['our client over fetch', ours()],
  ['our client over node:http', ours(nodeTransport)],
  ["another maker's client", theirs],
];
const PAIRS = CLIENTS.flatMap(([one, makeOne]) =>
  CLIENTS.map(([other, makeOther]) => ({ one, other, makeOne, makeOther })),
);

describe.each(PAIRS)('$one and $other', ({ makeOne, makeOther }) => {
  test('see the same actions, and each what the other does', async () => {
    await using system = await serveOrigin();
    const publisher = new PubNub({ ...KEYS, origin: system.host, userId: 'publisher' });
    const publish = async () =>
      (await publisher.publish({ channel: CHANNEL, message: 'hi' }).execute()).timetoken;
    await using one = makeOne(system.host, 'one');
    await using other = makeOther(system.host, 'other');
    await Promise.all([one.join(), other.join()]);
    const [plain, liked] = [await publish(), await publish()];

    const mine = await one.add(liked, '😀');
    const yours = await other.add(liked, '😀');
    const last = await other.add(liked, 'a "b"\n');
    expect(mine).toMatchObject({ uuid: 'one', type: 'reaction', value: '😀', messageTimetoken: liked });
    for (const range of [{}, { start: last.actionTimetoken }, { end: yours.actionTimetoken }, { limit: 2 }]) {
      const [seen, asWell] = [await one.list(range), await other.list(range)];
      expect(seen.data).toEqual(asWell.data);
    }
    expect((await one.list()).data).toEqual([mine, yours, last]);
    expect((await one.list({ limit: 2 })).data).toEqual([yours, last]);

    const by = ({ uuid, actionTimetoken }: Action) => ({ uuid, actionTimetoken });
    const actions = { reaction: { '😀': [by(mine), by(yours)], [last.value]: [by(last)] } };
    for (const reactor of [one, other]) {
      const [first, second] = await reactor.fetch();
      expect([first?.[0], first?.[1] ?? {}]).toEqual([plain, {}]);
      expect(JSON.parse(JSON.stringify(second))).toEqual([liked, actions]);
    }

    await expect(one.add(liked, '😀')).rejects.toThrow();
    await expect(one.remove(yours)).rejects.toThrow();
    expect(await other.remove(yours)).toEqual({});
    expect((await one.list()).data).toEqual([mine, last]);

    const events = [
      { event: 'added', ...mine },
      { event: 'added', ...yours },
      { event: 'added', ...last },
      { event: 'removed', ...yours },
    ];
    expect(await one.told.take(4)).toEqual(events);
    expect(await other.told.take(4)).toEqual(events);
    await publisher.close();
  });
});

test('pages bring every action of a channel once; the other client does not say that there are more', async () => {
  await using system = await serveOrigin();
  await using client = new PubNub({ ...KEYS, origin: system.host, userId: 'u' });
  for (let index = 0; index < 11; index++) {
    const action = { type: 't', value: `${index}` };
    await client.addMessageAction({ channel: 'a', messageTimetoken: `${index}`, action }).execute();
  }
  const { data: cut, more } = await client.getMessageActions({ channel: 'a', limit: 4 }).execute();
  expect(more).toMatchObject({ start: cut[0]?.actionTimetoken, limit: 4 });
  const peer = new PeerClient({ ...KEYS, origin: system.host, userId: 'peer' });
  const theirs = (peer as unknown as PeerActions).getMessageActions({ channel: 'a', limit: 4 });
  expect(await theirs).not.toHaveProperty('more');
  peer.stop();
  const seen: string[] = [];
  for await (const { data } of client.getMessageActions({ channel: 'a', limit: 4 }).pages())
    seen.unshift(...data.map(({ value }) => value));
  expect(seen).toEqual(Array.from({ length: 11 }, (_, index) => `${index}`));
});
