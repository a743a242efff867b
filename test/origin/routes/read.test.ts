import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { originNetwork } from '../../support/origin-network.ts';

describe('a flag is on with 1 and true, in any case, wherever it stands', () => {
  test.each([
    ['1', true],
    ['true', true],
    ['True', true],
    ['0', false],
    ['False', false],
    ['yes', false],
    ['', false],
  ])('%j: %s', async (text, isOn) => {
    const { send, publish, subscribe } = originNetwork();
    await publish('a', 1);
    await subscribe('a', { tt: 0, uuid: 'u' });
    const answers = await Promise.all([
      send(`/v2/history/sub-key/demo/channel/a?include_token=${text}`),
      send(`/v3/history/sub-key/demo/channel/a?include_uuid=${text}`),
      send(`/v2/presence/sub-key/demo/channel/a?state=${text}`),
      send(`/v2/objects/demo/uuids?count=${text}`),
    ]);
    const signs = ['"timetoken"', '"uuid"', '"uuid"', '"totalCount"'];
    expect(answers.map((reply, index) => reply.text.includes(signs[index] ?? ''))).toEqual(
      signs.map(() => isOn),
    );
  });

  test.each([
    ['0', 0],
    ['FALSE', 0],
    ['1', 1],
    ['no', 1],
  ])('history keeps a message with store=%s: %d', async (store, count) => {
    const { publish, send } = originNetwork();
    await publish('a', 'x', { store });
    const { json } = await send('/v3/history/sub-key/demo/message-counts/a?timetoken=0');
    expect(json).toMatchObject({ channels: { a: count } });
  });
});

test.each(['/v2/history/sub-key/demo/channel/a?count=007', '/v2/objects/demo/uuids?limit=007'])(
  '%s counts with leading zeros',
  async (target) => {
    expect((await originNetwork().send(target)).status).toBe(200);
  },
);

describe('App Context takes a body that is compressed', () => {
  const patch = (body: Uint8Array) =>
    originNetwork().send('/v2/objects/demo/uuids/bob', { method: 'PATCH', body });

  test('as message actions do', async () => {
    const reply = await patch(gzipSync('{"name":"Bob"}'));
    expect(reply).toMatchObject({ status: 200, json: { data: { id: 'bob', name: 'Bob' } } });
  });

  test('and decompresses no more than a body may have', async () => {
    const reply = await patch(gzipSync(`{"name":"${'b'.repeat(2_000_000)}"}`));
    expect(reply).toMatchObject({ status: 413, json: { error: { source: 'objects' } } });
  });
});

test('a state may contain brackets in its texts, and nest 32 levels', async () => {
  const { send } = originNetwork();
  const set = (state: unknown) =>
    send(
      `/v2/presence/sub-key/demo/channel/a/uuid/u/data?state=${encodeURIComponent(JSON.stringify(state))}`,
    );
  const nested = (levels: number): unknown => (levels === 0 ? 1 : { a: nested(levels - 1) });
  expect((await set({ text: '['.repeat(40) })).status).toBe(200);
  expect((await set(nested(32))).status).toBe(200);
  expect((await set(nested(33))).status).toBe(400);
});
