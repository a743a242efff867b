import { describe, expect, test } from 'vitest';
import { originNetwork, queryText } from '../../support/origin-network.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const V2 = '/v2/history/sub-key/demo/channel';
const V3 = '/v3/history/sub-key/demo/channel';
const FRAME = '{"status": 200, "error": false, "error_message": "", "channels": ';

async function filled() {
  const network = originNetwork();
  const first = await network.publish('a', { n: 1 }, { uuid: 'bob', meta: '{"k":"v"}' });
  const second = await network.publish('a', 'two', { custom_message_type: 'text' });
  const get = async (target: string) => (await network.send(target)).text;
  return { ...network, first, second, get };
}

describe('history', () => {
  test('is a list of payloads between two bare numbers', async () => {
    const { first, second, get } = await filled();
    expect(await get(`${V2}/a`)).toBe(`[[{"n":1},"two"],${first},${second}]`);
  });

  test.each([
    [
      { include_token: 'true' },
      (a: string, b: string) =>
        `[[{"message":{"n":1},"timetoken":${a}},{"message":"two","timetoken":${b}}],${a},${b}]`,
    ],
    [
      { include_token: 'true', include_meta: 'true' },
      (a: string, b: string) =>
        `[[{"message":{"n":1},"timetoken":${a},"meta":{"k":"v"}},{"message":"two","timetoken":${b},"meta":""}],${a},${b}]`,
    ],
    [
      { include_meta: 'true', include_token: 'false' },
      (a: string, b: string) =>
        `[[{"message":{"n":1},"meta":{"k":"v"}},{"message":"two","meta":""}],${a},${b}]`,
    ],
    [
      { include_token: 'true', string_message_token: 'true', count: 1 },
      (_: string, b: string) => `[[{"message":"two","timetoken":"${b}"}],"${b}","${b}"]`,
    ],
    [{ count: 1, reverse: 'true' }, (a: string) => `[[{"n":1}],${a},${a}]`],
    [{ count: 1, reverse: 'false' }, (_: string, b: string) => `[["two"],${b},${b}]`],
    [{ count: 1_000, start: '', end: '' }, (a: string, b: string) => `[[{"n":1},"two"],${a},${b}]`],
  ])('with %j has what is asked for', async (query, body) => {
    const { first, second, get } = await filled();
    expect(await get(`${V2}/a${queryText(query)}`)).toBe(body(first, second));
  });

  test('of a channel without messages is empty', async () => {
    const { get } = await filled();
    expect(await get(`${V2}/b?include_token=true&string_message_token=true`)).toBe('[[],0,0]');
  });

  test('holds the payload digit by digit, as it was published', async () => {
    const { send, get } = originNetworkWithGet();
    await send('/publish/demo/demo/0/a/0/%5B17183967137027575%2C%201.50%5D');
    expect(await get(`${V2}/a`)).toMatch(/^\[\[\[17183967137027575, 1\.50\]\],/);
  });

  test('is JSON also near the beginning of time, where timetokens begin with zeros', async () => {
    const { publish, send } = originNetwork({ clock: new VirtualClock(5) });
    const first = await publish('a', 1);
    expect(first).toMatch(/^0+[1-9]/);
    const digits = first.replace(/^0+/, '');
    expect((await send(`${V2}/a`)).json).toEqual([[1], Number(digits), Number(digits)]);
  });

  test('gives at most 100 messages', async () => {
    const { publish, send } = originNetwork();
    for (let index = 1; index <= 102; index++) await publish('a', index);
    const [newest] = (await send(`${V2}/a?count=500`)).json as [number[]];
    expect(newest).toEqual(Array.from({ length: 100 }, (_, index) => index + 3));
    const [oldest] = (await send(`${V2}/a?reverse=true`)).json as [number[]];
    expect(oldest.at(-1)).toBe(100);
  });
});

describe('a history answer that would be too big', () => {
  const text = 'x'.repeat(300);

  test.each([
    { reverse: 'false', bound: (page: [unknown, string, string]) => page[1], order: 'backwards' },
    { reverse: 'true', bound: (page: [unknown, string, string]) => page[2], order: 'forwards' },
  ])('is cut, and a client that goes on $order gets everything once', async ({ reverse, bound }) => {
    const { publish, send } = originNetwork({ limits: { answerBytes: 1_000 } });
    for (let index = 0; index < 10; index++) await publish('a', `${index}${text}`);
    const seen: string[] = [];
    for (let start: string | undefined; ; ) {
      const query = queryText({ start, reverse, string_message_token: 'true' });
      const { text: body } = await send(`${V2}/a${query}`);
      expect(body.length).toBeLessThan(1_100);
      const page = JSON.parse(body) as [string[], string, string];
      if (page[0].length === 0) break;
      seen.push(...page[0].map((message) => message.slice(0, 1)));
      start = bound(page);
    }
    expect(seen.toSorted()).toEqual([...'0123456789']);
  });

  test('has one message at least', async () => {
    const { publish, send } = originNetwork({ limits: { answerBytes: 1 } });
    const first = await publish('a', text);
    const second = await publish('a', text);
    expect((await send(`${V2}/a`)).text).toBe(`[["${text}"],${second},${second}]`);
    expect((await send(`${V2}/a?reverse=true`)).text).toBe(`[["${text}"],${first},${first}]`);
  });
});

function originNetworkWithGet() {
  const network = originNetwork();
  return { ...network, get: async (target: string) => (await network.send(target)).text };
}

describe('fetch', () => {
  test.each([
    [
      {},
      (a: string, b: string) => `{"message":{"n":1},"timetoken":"${a}"},{"message":"two","timetoken":"${b}"}`,
    ],
    [
      {
        include_uuid: 'true',
        include_message_type: 'true',
        include_meta: 'true',
        include_custom_message_type: 'true',
      },
      (a: string, b: string) =>
        `{"message":{"n":1},"timetoken":"${a}","uuid":"bob","message_type":null,"meta":{"k":"v"}},` +
        `{"message":"two","timetoken":"${b}","uuid":"","message_type":null,"meta":"","custom_message_type":"text"}`,
    ],
    [{ max: 1 }, (_: string, b: string) => `{"message":"two","timetoken":"${b}"}`],
    [
      { include_uuid: 'false', include_meta: 'false', max: 1 },
      (_: string, b: string) => `{"message":"two","timetoken":"${b}"}`,
    ],
  ])('with %j has what is asked for', async (query, items) => {
    const { first, second, get } = await filled();
    expect(await get(`${V3}/a${queryText(query)}`)).toBe(`${FRAME}{"a":[${items(first, second)}]}}`);
  });

  test('leaves out channels without messages, and takes encoded commas for separators', async () => {
    const { get, publish } = await filled();
    const only = await publish('__proto__', 0);
    const text = await get(`${V3}/none%2C__proto__,none?max=1`);
    expect(text).toBe(`${FRAME}{"__proto__":[{"message":0,"timetoken":"${only}"}]}}`);
    expect(await get(`${V3}/none`)).toBe(`${FRAME}{}}`);
  });

  test('gives at most 100 messages of one channel, and 25 of each of several', async () => {
    const { publish, send } = originNetwork();
    for (let index = 1; index <= 102; index++) await publish('a', index);
    const lengthOf = async (target: string) => {
      const { channels } = (await send(target)).json as { channels: { a: unknown[] } };
      return channels.a.length;
    };
    expect(await lengthOf(`${V3}/a?max=1000`)).toBe(100);
    expect(await lengthOf(`${V3}/a,b`)).toBe(25);
    expect(await lengthOf(`${V3}/a,b?max=100`)).toBe(25);
    expect(await lengthOf(`${V3}/a,b?max=7`)).toBe(7);
  });
});

describe('counts', () => {
  const COUNTS = '/v3/history/sub-key/demo/message-counts';

  test('are of what came after the timetoken', async () => {
    const { get, first, second, publish } = await filled();
    await publish('b', 1);
    expect(await get(`${COUNTS}/a,b,c?timetoken=${first}`)).toBe(`${FRAME}{"a":1,"b":1,"c":0}}`);
    expect(await get(`${COUNTS}/a%2Cb?channelsTimetoken=${second}%2C1`)).toBe(`${FRAME}{"a":0,"b":1}}`);
    const after = '99999999999999999';
    expect(await get(`${COUNTS}/a,b?channelsTimetoken=1,${after}`)).toBe(`${FRAME}{"a":2,"b":0}}`);
    expect(await get(`${COUNTS}/a?channelsTimetoken=1`)).toBe(`${FRAME}{"a":2}}`);
    expect(await get(`${COUNTS}/a?timetoken=${after}`)).toBe(`${FRAME}{"a":0}}`);
  });
});

describe('delete', () => {
  const DONE = '{"status": 200, "error": false, "error_message": ""}';
  const remove = async (network: Awaited<ReturnType<typeof filled>>, query: object) => {
    const answer = await network.send(`${V3}/a${queryText({ ...query })}`, { method: 'DELETE' });
    return [answer.text, (await network.send(`${V2}/a`)).json];
  };

  test('takes one message by the timetoken before it and its own', async () => {
    const network = await filled();
    const before = `${BigInt(network.second) - 1n}`;
    const [text, left] = await remove(network, { start: before, end: network.second });
    expect([text, (left as unknown[])[0]]).toEqual([DONE, [{ n: 1 }]]);
  });

  test('takes one message by the timetoken after it and its own', async () => {
    const network = await filled();
    const after = `${BigInt(network.first) + 1n}`;
    const [text, left] = await remove(network, { start: after, end: network.first });
    expect([text, (left as unknown[])[0]]).toEqual([DONE, ['two']]);
  });

  test('takes nothing between a timetoken and itself', async () => {
    const network = await filled();
    const [text, left] = await remove(network, { start: network.first, end: network.first });
    expect([text, (left as unknown[])[0]]).toEqual([DONE, [{ n: 1 }, 'two']]);
  });

  test('takes everything without bounds, and only of its channel', async () => {
    const network = await filled();
    await network.publish('b', 1);
    expect(await remove(network, {})).toEqual([DONE, [[], 0, 0]]);
    expect(((await network.send(`${V2}/b`)).json as unknown[])[0]).toEqual([1]);
  });
});

describe('what is stored', () => {
  const HOUR = 3_600_000;

  test.each([
    ['a message', '/publish/demo/demo/0/a/0/1', 1],
    ['a message with store=1', '/publish/demo/demo/0/a/0/1?store=1', 1],
    ['a message with store=0', '/publish/demo/demo/0/a/0/1?store=0', 0],
    ['a message with store=false', '/publish/demo/demo/0/a/0/1?store=false', 0],
    ['a message that is not replicated', '/publish/demo/demo/0/a/0/1?norep=true', 1],
    ['a fire', '/publish/demo/demo/0/a/0/1?store=0&norep=true', 0],
    ['a signal', '/signal/demo/demo/0/a/0/1', 0],
    ['a signal that asks for it', '/signal/demo/demo/0/a/0/1?store=1&ttl=1', 0],
  ])('%s', async (_name, target, count) => {
    const { send } = originNetwork();
    expect((await send(target)).status).toBe(200);
    expect(((await send(`${V2}/a`)).json as [unknown[]])[0]).toHaveLength(count);
  });

  test('is no presence', async () => {
    const { presence, send } = originNetwork();
    await presence('a', 'heartbeat', { uuid: 'u' });
    for (const channel of ['a', 'a-pnpres']) expect((await send(`${V2}/${channel}`)).text).toBe('[[],0,0]');
  });

  test('stays for the hours that were asked for, and by default for those of the origin', async () => {
    const { publish, send, clock } = originNetwork({ limits: { historyHours: 2 } });
    const seen = async () => ((await send(`${V2}/a`)).json as [unknown[]])[0];
    await publish('a', 'default');
    await publish('a', 'zero', { ttl: 0 });
    await publish('a', 'one', { ttl: 1 });
    await publish('a', 'three', { ttl: 3 });
    clock.jump(HOUR - 1);
    expect(await seen()).toEqual(['default', 'zero', 'one', 'three']);
    clock.jump(1);
    expect(await seen()).toEqual(['default', 'zero', 'three']);
    clock.jump(HOUR);
    expect(await seen()).toEqual(['three']);
    clock.jump(HOUR);
    expect(await seen()).toEqual([]);
  });

  test('is nothing by default in an origin that keeps none', async () => {
    const { publish, send } = originNetwork({ limits: { historyHours: 0 } });
    await publish('a', 1);
    await publish('a', 2, { ttl: 1 });
    expect(((await send(`${V2}/a`)).json as [unknown[]])[0]).toEqual([2]);
  });

  test('is bounded as the limits say', async () => {
    const limits = { historyQueue: 2, historyEntries: 3, historyBytes: 1_000 };
    const { publish, send } = originNetwork({ limits });
    const seen = async (channel: string) => ((await send(`${V2}/${channel}`)).json as [unknown[]])[0];
    for (let index = 1; index <= 3; index++) await publish('a', index);
    expect(await seen('a')).toEqual([2, 3]);
    await publish('b', 4);
    await publish('b', 5);
    expect(await seen('a')).toEqual([3]);
    await publish('c', 'x'.repeat(997));
    expect([await seen('a'), await seen('b')]).toEqual([[], []]);
  });
});
