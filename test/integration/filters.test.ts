import PeerClient from 'pubnub';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PubNub } from '../../src/index.ts';
import { nodeTransport } from '../../src/node/index.ts';
import { Inbox } from '../support/integration-inbox.ts';
import { type ServedOrigin, serveOrigin } from '../support/integration-origin.ts';

const KEYS = { subscribeKey: 'demo', publishKey: 'demo', ssl: false } as const;

/** A subscriber with a filter expression, in the words that both clients share. */
interface Reader extends AsyncDisposable {
  readonly heard: Inbox<unknown>;
  join(channel: string): Promise<void>;
  filter(expression: string): void;
}

type MakeReader = (host: string, filterExpression?: string) => Reader;

const ours =
  (options: { readonly transport?: ReturnType<typeof nodeTransport> } = {}): MakeReader =>
  (host, filterExpression) => {
    const filter = filterExpression === undefined ? {} : { filterExpression };
    const client = new PubNub({ ...KEYS, ...options, ...filter, origin: host, userId: 'ours' });
    const heard = new Inbox<unknown>('messages of ours');
    client.on('message', ({ message }) => heard.put(message));
    return {
      heard,
      join: (channel) => client.subscribe({ channels: channel }).execute().connected(),
      filter: (expression) => client.setFilterExpression(expression),
      [Symbol.asyncDispose]: () => client.close(),
    };
  };

const theirs: MakeReader = (host, filterExpression) => {
  const filter = filterExpression === undefined ? {} : { filterExpression };
  const client = new PeerClient({ ...KEYS, ...filter, origin: host, userId: 'theirs' });
  const heard = new Inbox<unknown>('messages of theirs');
  const statuses = new Inbox<string | undefined>('statuses of theirs');
  client.addListener({
    message: ({ message }) => heard.put(message),
    status: ({ category }) => statuses.put(category),
  });
  return {
    heard,
    join: async (channel) => {
      client.subscribe({ channels: [channel] });
      await statuses.first((category) => category === 'PNConnectedCategory');
    },
    filter: (expression) => client.setFilterExpression(expression),
    [Symbol.asyncDispose]: async () => {
      client.unsubscribeAll();
      client.stop();
    },
  };
};

// The other client heeds a new expression with its next poll only: the one that is held goes on with the old one.
const READERS: readonly [string, MakeReader, readonly string[]][] = [
  ['our client over fetch', ours(), ['1', '2', '4']],
  ['our client over node:http', ours({ transport: nodeTransport() }), ['1', '2', '4']],
  ['pubnub 7.3.3', theirs, ['1', '3', '4']],
];

let served: ServedOrigin;
let writer: PubNub;

beforeEach(async () => {
  served = await serveOrigin();
  writer = new PubNub({ ...KEYS, origin: served.host, userId: 'writer' });
});

afterEach(async () => {
  await writer.close();
  await served[Symbol.asyncDispose]();
});

const publish = (message: string, lang?: string) =>
  writer.publish({ channel: 'a', message, ...(lang !== undefined && { meta: { lang } }) }).execute();

describe.each(READERS)('%s with a filter expression', (_, make, afterChange) => {
  test('hears what fits, in order, and nothing else', async () => {
    await using reader = make(served.host, 'lang == \'en\' || data LIKE "*!"');
    await reader.join('a');
    for (const [message, lang] of [['1', 'en'], ['2', 'de'], ['3'], ['4!'], ['5', 'en']] as const)
      await publish(message, lang);
    await reader.heard.first((message) => message === '5');
    expect(reader.heard.all).toEqual(['1', '4!', '5']);
  });

  test('hears what fits a new one once that is set', async () => {
    await using reader = make(served.host, "lang == 'en'");
    await reader.join('a');
    await publish('1', 'en');
    await reader.heard.first((message) => message === '1');
    reader.filter("lang == 'de'");
    await publish('2', 'de');
    await publish('3', 'en');
    await publish('4', 'de');
    await reader.heard.first((message) => message === '4');
    expect(reader.heard.all).toEqual(afterChange);
  });
});

test('a malformed expression is told to our program, which mends it and loses nothing', async () => {
  await using client = new PubNub({ ...KEYS, origin: served.host, userId: 'ours' });
  const categories = new Inbox<string>('categories');
  const heard = new Inbox<unknown>('messages');
  client.on('status', ({ category }) => categories.put(category));
  client.on('message', ({ message }) => heard.put(message));
  await client.subscribe({ channels: 'a' }).execute().connected();
  client.setFilterExpression('lang = "en"');
  await categories.first((category) => category === 'PNMalformedFilterExpressionCategory');
  await publish('1', 'en');
  client.setFilterExpression('lang == "en"');
  await heard.first((message) => message === '1');
  expect(heard.all).toEqual(['1']);
});
