import { deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import type { OriginLimits } from '../../../src/origin/index.ts';
import { originNetwork, type RequestParts } from '../../support/origin-network.ts';

const BASE = '/v1/message-actions/demo/channel';
const SMILE = { type: 'reaction', value: 'smile' };
const JSON_TYPE = 'application/json';

interface Action {
  readonly type: string;
  readonly value: string;
  readonly uuid: string;
  readonly actionTimetoken: string;
  readonly messageTimetoken: string;
}

function reactions(limits: Partial<OriginLimits> = {}) {
  const network = originNetwork({ limits });
  const { send } = network;
  const add = (message: string, { action = SMILE, uuid = 'u', ...parts }: Adding = {}) =>
    send(`${BASE}/a/message/${message}?uuid=${uuid}`, {
      method: 'POST',
      headers: { 'content-type': JSON_TYPE },
      body: JSON.stringify(action),
      ...parts,
    });
  const added = async (...given: Parameters<typeof add>) =>
    ((await add(...given)).json as { readonly data: Action }).data;
  const remove = (message: string, action: string, uuid = 'u') =>
    send(`${BASE}/a/message/${message}/action/${action}?uuid=${uuid}`, { method: 'DELETE' });
  const list = async (query = '') =>
    (await send(`${BASE}/a${query}`)).json as { readonly data: readonly Action[]; readonly more?: object };
  const values = async (query = '') => (await list(query)).data.map(({ value }) => value);
  return { ...network, add, added, remove, list, values };
}

interface Adding extends RequestParts {
  readonly action?: unknown;
  readonly uuid?: string;
}

const refusal = (status: number, message: string) => ({ status, error: { source: 'actions', message } });

describe('an action', () => {
  test('is added, listed and removed, as it was recorded', async () => {
    const { add, list, remove, publish, send } = reactions();
    const message = await publish('a', 1);
    const reply = await add(message);
    expect(reply).toMatchObject({ status: 200, contentType: JSON_TYPE });
    const { data } = reply.json as { readonly data: Action };
    expect(reply.json).toEqual({
      status: 200,
      data: {
        ...SMILE,
        uuid: 'u',
        actionTimetoken: expect.stringMatching(/^\d{17}$/),
        messageTimetoken: message,
      },
    });
    expect(Object.keys(data)).toEqual(['type', 'value', 'uuid', 'actionTimetoken', 'messageTimetoken']);
    expect(await list()).toEqual({ status: 200, data: [data] });
    expect((await send(`${BASE}/b`)).json).toEqual({ status: 200, data: [] });
    expect((await send('/v1/message-actions/other/channel/a')).json).toEqual({ status: 200, data: [] });
    const removed = await remove(message, data.actionTimetoken);
    expect(removed).toMatchObject({ status: 200, contentType: JSON_TYPE, text: '{"status":200,"data":{}}' });
    expect(await list()).toEqual({ status: 200, data: [] });
  });

  test('may belong to a message that nobody has', async () => {
    const { added } = reactions();
    expect(await added('15610547826969050')).toMatchObject({ messageTimetoken: '15610547826969050' });
  });

  test('is there once for each user, type and value of a message, until it is removed', async () => {
    const { add, added, remove, values } = reactions();
    const { actionTimetoken } = await added('5');
    const again = await add('5');
    expect([again.status, again.json]).toEqual([409, refusal(409, 'Action Already Added')]);
    const others: readonly Parameters<typeof add>[] = [
      ['6'],
      ['5', { uuid: 'v' }],
      ['5', { action: { ...SMILE, value: 'frown' } }],
      ['5', { action: { ...SMILE, type: 'receipt' } }],
    ];
    for (const other of others) expect((await add(...other)).status).toBe(200);
    expect(await values()).toHaveLength(5);
    await remove('5', actionTimetoken);
    expect((await add('5')).status).toBe(200);
    expect(await values()).toHaveLength(5);
  });

  test('is removed by its owner only, and only where it is', async () => {
    const { added, remove, values } = reactions();
    const { actionTimetoken } = await added('5');
    const missing = refusal(400, 'No matching message actions to delete');
    expect((await remove('5', actionTimetoken, 'v')).json).toEqual(
      refusal(400, 'Not deleting message action: wrong uuid specified'),
    );
    expect((await remove('6', actionTimetoken)).json).toEqual(missing);
    expect((await remove('5', '5')).json).toEqual(missing);
    expect(await values()).toHaveLength(1);
    expect((await remove('5', actionTimetoken)).status).toBe(200);
    expect((await remove('5', actionTimetoken)).json).toEqual(missing);
  });

  test.each<readonly [string, Adding]>([
    ['deflated', { body: deflateSync(JSON.stringify(SMILE)) }],
    ['gzipped', { body: gzipSync(JSON.stringify(SMILE)), headers: { 'content-encoding': 'deflate' } }],
    ['of no type', { headers: {} }],
    ['of a type with parameters', { headers: { 'content-type': 'Application/JSON; charset=utf-8' } }],
    ['with more fields than are known', { action: { ...SMILE, uuid: 'x', actionTimetoken: '1' } }],
  ])('comes in a body %s', async (_, parts) => {
    expect(await reactions().added('5', parts)).toMatchObject({ ...SMILE, uuid: 'u' });
  });

  test('keeps names and values that look like something else', async () => {
    const { added, list, send, publish } = reactions();
    const message = await publish('a', 1);
    const names = ['__proto__', 'constructor', '1', '😀"\\', 'é'.repeat(15)];
    for (const type of names) for (const value of names) await added(message, { action: { type, value } });
    expect((await list()).data.map(({ type, value }) => [type, value])).toEqual(
      names.flatMap((type) => names.map((value) => [type, value])),
    );
    const { text } = await send('/v3/history-with-actions/sub-key/demo/channel/a');
    const { actions } = JSON.parse(text).channels.a[0];
    expect(Object.keys(actions).toSorted()).toEqual(names.toSorted());
    for (const type of names) expect(Object.keys(actions[type]).toSorted()).toEqual(names.toSorted());
  });
});

describe('subscribers', () => {
  test('hear of each action that is added or removed, and of no other', async () => {
    const { added, add, remove, subscribe, drain, publish } = reactions();
    const { t } = await subscribe('a');
    const message = await publish('a', 'hi');
    const { uuid, ...data } = await added(message);
    await add(message);
    await remove(message, data.actionTimetoken, 'v');
    await remove(message, data.actionTimetoken);
    const { m } = await drain('a', t.t);
    const event = { source: 'actions', version: '1.0', data };
    expect(m.map(({ e, i, c, d }) => ({ e, i, c, d }))).toEqual([
      { e: undefined, i: undefined, c: 'a', d: 'hi' },
      { e: 3, i: uuid, c: 'a', d: { ...event, event: 'added' } },
      { e: 3, i: uuid, c: 'a', d: { ...event, event: 'removed' } },
    ]);
    const stamps = m.map(({ p }) => p.t);
    expect(stamps).toEqual(stamps.toSorted());
    expect(data.actionTimetoken <= (stamps[1] ?? '')).toBe(true);
  });

  test('who wait are woken, by a group or a wildcard too', async () => {
    const { added, subscribe, send } = reactions();
    await send('/v1/channel-registration/sub-key/demo/channel-group/g?add=a');
    const { t } = await subscribe(',', { 'channel-group': 'g' });
    const held = subscribe(',', { 'channel-group': 'g', tt: t.t });
    await added('5');
    expect((await held).m).toMatchObject([{ e: 3, c: 'a', b: 'g' }]);
  });

  test('find no actions among stored messages', async () => {
    const { added, send } = reactions();
    await added('5');
    expect((await send('/v2/history/sub-key/demo/channel/a')).text).toBe('[[],0,0]');
  });
});

describe('a list of actions', () => {
  async function ten() {
    const network = reactions();
    const stamps: string[] = [];
    for (let index = 0; index < 10; index++) {
      const action = { type: 't', value: `${index}` };
      stamps.push((await network.added(`${100 - index}`, { action })).actionTimetoken);
      await network.clock.advance(1);
    }
    const at = (index: number) => stamps[index] ?? '';
    return { ...network, at };
  }

  test('goes by the time of the action, oldest first, in the range that was asked for', async () => {
    const { values, at } = await ten();
    expect(await values()).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']);
    expect(await values(`?start=${at(3)}`)).toEqual(['0', '1', '2']);
    expect(await values(`?end=${at(7)}`)).toEqual(['7', '8', '9']);
    expect(await values(`?start=${at(7)}&end=${at(5)}`)).toEqual(['5', '6']);
    expect(await values(`?start=${at(5)}&end=${at(7)}`)).toEqual(['6', '7']);
    expect(await values(`?start=${at(5)}&end=${at(5)}`)).toEqual([]);
  });

  test('that is cut says how it goes on', async () => {
    const { list, at } = await ten();
    const path = `${BASE}/a`;
    expect((await list('?limit=4&uuid=u')).more).toEqual({
      url: `${path}?start=${at(6)}&limit=4`,
      start: at(6),
      limit: 4,
    });
    expect((await list(`?limit=2&end=${at(3)}`)).more).toEqual({
      url: `${path}?start=${at(8)}&end=${at(3)}&limit=2`,
      start: at(8),
      end: at(3),
      limit: 2,
    });
    expect(await list('?limit=10')).not.toHaveProperty('more');
  });

  test.each([
    ['', [9, 0]],
    ['start=8', [7, 0]],
    ['end=3', [9, 3]],
    ['start=8&end=3', [7, 3]],
    ['start=3&end=8', [8, 4]],
  ] as const)('is whole when what comes next is followed: %s', async (range, [newest, oldest]) => {
    const { send, at } = await ten();
    const query = range.replaceAll(/\d/g, (digit) => at(Number(digit)));
    const seen: string[] = [];
    let url: string | undefined = `${BASE}/a?limit=3&${query}`;
    while (url !== undefined) {
      const { data, more } = (await send(url)).json as {
        readonly data: readonly Action[];
        readonly more?: { readonly url: string };
      };
      seen.unshift(...data.map(({ value }) => value));
      url = more?.url;
    }
    expect(seen).toEqual(Array.from({ length: newest - oldest + 1 }, (_, index) => `${oldest + index}`));
  });

  test('has at most 100', async () => {
    const { added, list } = reactions();
    for (let index = 0; index < 101; index++) await added('5', { action: { type: 't', value: `${index}` } });
    const { data, more } = await list('?limit=1000');
    expect(data).toHaveLength(100);
    expect(more).toMatchObject({ limit: 100, start: data[0]?.actionTimetoken });
  });
});

describe('messages with their actions', () => {
  const WITH = '/v3/history-with-actions/sub-key/demo/channel';

  test('have them by type and value, each with who and when', async () => {
    const { publish, added, send } = reactions();
    const first = await publish('a', 'one');
    const second = await publish('a', 'two', { meta: '{"x":1}' });
    const smile = (await added(first)).actionTimetoken;
    const other = (await added(first, { uuid: 'v' })).actionTimetoken;
    const read = (await added(first, { action: { type: 'receipt', value: 'read' } })).actionTimetoken;
    const reply = await send(`${WITH}/a?max=25&include_meta=true`);
    expect(reply.json).toEqual({
      status: 200,
      error: false,
      error_message: '',
      channels: {
        a: [
          {
            message: 'one',
            timetoken: first,
            meta: '',
            actions: {
              reaction: {
                smile: [
                  { uuid: 'u', actionTimetoken: smile },
                  { uuid: 'v', actionTimetoken: other },
                ],
              },
              receipt: { read: [{ uuid: 'u', actionTimetoken: read }] },
            },
          },
          { message: 'two', timetoken: second, meta: { x: 1 } },
        ],
      },
    });
    expect((await send('/v3/history/sub-key/demo/channel/a')).text).not.toContain('actions');
  });

  test('are 25 at most, of one channel', async () => {
    const { publish, send } = reactions();
    for (let index = 0; index < 30; index++) await publish('a', index);
    const { json } = await send(`${WITH}/a?max=100`);
    const { a } = (json as { channels: Record<string, readonly { message: number }[]> }).channels;
    expect(a?.map(({ message }) => message)).toEqual(Array.from({ length: 25 }, (_, index) => index + 5));
    const many = await send(`${WITH}/a,b`);
    expect([many.status, many.json]).toEqual([
      400,
      { status: 400, error: true, error_message: 'Invalid Arguments', channels: {} },
    ]);
  });

  test('that do not fit one answer say what comes next', async () => {
    const { publish, added, send } = reactions({ answerBytes: 1_000 });
    const first = await publish('a', 'one');
    const second = await publish('a', 'two');
    for (let index = 0; index < 20; index++) await added(second, { uuid: `user-${index}` });
    const page = await send(`${WITH}/a?max=10`);
    expect(page.json).toMatchObject({
      channels: { a: [{ timetoken: second }] },
      more: { url: `${WITH}/a?start=${second}&max=9`, start: second, max: 9 },
    });
    const next = await send(`${WITH}/a?start=${second}&max=9`);
    expect(next.json).toMatchObject({ channels: { a: [{ timetoken: first }] } });
    expect(next.json).not.toHaveProperty('more');
  });
});

describe('actions go with their message', () => {
  test('when it is deleted', async () => {
    const { publish, added, values, send } = reactions();
    const [first, second] = [await publish('a', 1), await publish('a', 2)];
    for (const message of [first, second]) await added(message, { action: { type: 't', value: message } });
    await send(`/v3/history/sub-key/demo/channel/a?start=${second}`, { method: 'DELETE' });
    expect(await values()).toEqual([second]);
    await send('/v3/history/sub-key/demo/channel/b', { method: 'DELETE' });
    expect(await values()).toEqual([second]);
    await added('5', { action: { type: 't', value: 'of a message that nobody has' } });
    await send('/v3/history/sub-key/demo/channel/a', { method: 'DELETE' });
    expect(await values()).toEqual([]);
  });

  test('when it expires', async () => {
    const { publish, added, values, remove, clock } = reactions();
    const [short, long] = [await publish('a', 1, { ttl: 1 }), await publish('a', 2, { ttl: 3 })];
    const { actionTimetoken } = await added(short, { action: { type: 't', value: 'short' } });
    await added(long, { action: { type: 't', value: 'long' } });
    await clock.advance(2 * 3_600_000);
    expect((await remove(short, actionTimetoken)).status).toBe(400);
    expect(await values()).toEqual(['long']);
  });

  test('when history has no room for it', async () => {
    const { publish, added, values } = reactions({ historyQueue: 1 });
    const message = await publish('a', 1);
    await added(message);
    expect(await values()).toEqual(['smile']);
    await publish('a', 2);
    expect(await values()).toEqual([]);
  });
});
