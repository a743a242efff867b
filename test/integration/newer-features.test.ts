import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JS, openWire, PYTHON, type Wire } from '../support/integration-wire.ts';

// Raw requests, written as clients of other makers and versions write them (docs/reference/protocol.md).

let wire: Wire;

beforeAll(async () => {
  wire = await openWire();
});

afterAll(() => wire[Symbol.asyncDispose]());

const JSON_BODY = { 'content-type': 'application/json' };

describe('App Context, as newer clients ask for it', () => {
  const USERS = [
    ['one', 'B', 'x'],
    ['two', 'A', 'x'],
    ['three', 'A', 'y'],
  ] as const;

  beforeAll(async () => {
    for (const [id, name, status] of USERS) {
      // With all fields, and null for those that are not set.
      const body = Buffer.from(JSON.stringify({ name, email: null, status, type: null, custom: null }));
      const path = `/v2/objects/demo/uuids/${id}?include=custom%2Cstatus%2Ctype&${PYTHON}`;
      const answer = await wire.send(path, { method: 'PATCH', headers: JSON_BODY, body });
      expect(answer).toMatchObject({ status: 200, json: { data: { id, name, status, custom: null } } });
    }
  });

  test.each([
    ['repeated', 'sort=status%3Adesc&sort=name%3Aasc&sort=id', ['three', 'two', 'one']],
    ['joined by commas', 'sort=status%3Adesc%2Cname%3Aasc%2Cid', ['three', 'two', 'one']],
    ['joined by bare commas', 'sort=status:desc,name,id:desc', ['three', 'two', 'one']],
  ])('sorts by fields that are %s', async (_what, query, ids) => {
    const { json } = await wire.get(`/v2/objects/demo/uuids?${query}&uuid=u&${PYTHON}`);
    const found = (json as { data: readonly { id: string }[] }).data.map(({ id }) => id);
    expect(found).toEqual(ids);
  });

  test.each([
    ['count=True', 3],
    ['count=true', 3],
    ['count=1', 3],
    ['count=False', undefined],
    ['count=false', undefined],
    ['count=0', undefined],
    ['include=totalCount', undefined],
    ['', undefined],
  ])('tells the total with %j: %s', async (query, total) => {
    const { json } = await wire.get(`/v2/objects/demo/uuids?limit=1&${query}&uuid=u&${PYTHON}`);
    expect((json as { totalCount?: number }).totalCount).toBe(total);
  });

  test('takes both lists of a change, also empty ones', async () => {
    const path = `/v2/objects/demo/channels/room/uuids?include=status&count=True&${PYTHON}`;
    const body = Buffer.from(JSON.stringify({ set: [{ uuid: { id: 'one' }, status: 's' }], delete: [] }));
    const answer = await wire.send(path, { method: 'PATCH', headers: JSON_BODY, body });
    expect(answer).toMatchObject({
      status: 200,
      json: { data: [{ uuid: { id: 'one' }, status: 's' }], totalCount: 1 },
    });
  });
});

describe('lists of names in a query', () => {
  const DEVICE = '/v1/push/sub-key/demo/devices/device-1';
  const GROUP = '/v1/channel-registration/sub-key/demo/channel-group/team';

  test.each([
    ['encoded', 'p%2Cq'],
    ['with bare commas', 'p,q'],
  ])('may be %s for push and groups', async (_what, names) => {
    expect(await wire.get(`${DEVICE}?add=${names}&type=fcm&${JS}`)).toMatchObject({ status: 200 });
    expect((await wire.get(`${DEVICE}?type=fcm`)).json).toEqual(['p', 'q']);
    expect(await wire.get(`${GROUP}?add=${names}&${PYTHON}`)).toMatchObject({ status: 200 });
    expect((await wire.get(GROUP)).json).toMatchObject({ payload: { channels: ['p', 'q'] } });
  });

  test.each(['friends%2Cfoes', 'friends,foes'])(
    'may be groups as %s for presence and state',
    async (groups) => {
      const base = '/v2/presence/sub-key/demo/channel/,';
      const beat = await wire.get(`${base}/heartbeat?heartbeat=20&channel-group=${groups}&uuid=v&${PYTHON}`);
      expect(beat).toMatchObject({ status: 200 });
      const here = await wire.get(`${base}?channel-group=${groups}&${PYTHON}`);
      expect(here.json).toMatchObject({ payload: { total_channels: 3, total_occupancy: 3 } });
      const state = `state=${encodeURIComponent('{"n":1}')}&channel-group=${groups}`;
      expect(await wire.get(`${base}/uuid/v/data?${state}&${PYTHON}`)).toMatchObject({ status: 200 });
      const read = await wire.get(`${base}/uuid/v?channel-group=${groups}&${PYTHON}`);
      expect(read.json).toMatchObject({ payload: { channels: { alice: { n: 1 }, carol: { n: 1 } } } });
    },
  );
});

describe('what newer clients publish by other paths', () => {
  test.each([
    ['the file first', { file: { name: 'n.txt', id: 'i' }, message: 'm' }, 'store=1', JS],
    [
      'the message first, and null for what there is none of',
      { message: null, file: { name: 'n.txt', id: 'i' } },
      'meta=null&norep=false',
      PYTHON,
    ],
  ])('a file message has %s', async (_what, message, query, sdk) => {
    const channel = wire.channel();
    const { t } = await wire.subscribe(channel, 'ee=');
    const text = encodeURIComponent(JSON.stringify(message));
    const path = `/v1/files/publish-file/demo/demo/0/${channel}/0/${text}?${query}&uuid=u&${sdk}`;
    expect(await wire.get(path)).toMatchObject({ status: 200, json: [1, 'Sent', expect.any(String)] });
    const { m } = await wire.subscribe(channel, `tt=${t.t}&tr=${t.r}`);
    expect(m).toMatchObject([{ e: 4, d: message }]);
  });

  test('a large message goes by a path of its own', async () => {
    const channel = wire.channel();
    const { t } = await wire.subscribe(channel, 'ee=');
    const body = Buffer.from(JSON.stringify('x'.repeat(1_500_000)));
    const path = `/v2/publish/demo/demo/0/${channel}/0?uuid=u&store=0`;
    const answer = await wire.send(path, { method: 'POST', headers: JSON_BODY, body });
    expect(answer).toMatchObject({ status: 200, json: [1, 'Sent', expect.any(String)] });
    const { m } = await wire.subscribe(channel, `tt=${t.t}&tr=${t.r}`);
    expect(m.map(({ d }) => `${d}`.length)).toEqual([1_500_000]);
  });
});
