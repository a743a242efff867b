import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { JS, openWire, PYTHON, type Wire } from '../support/integration-wire.ts';

// Raw requests, written as clients of other makers and versions write them (docs/reference/protocol.md).

let wire: Wire;

beforeAll(async () => {
  wire = await openWire();
});

afterAll(() => wire[Symbol.asyncDispose]());

describe('what newer clients publish', () => {
  const text = JSON.stringify({ online: true, name: 'Ålex', long: 'x'.repeat(5_000) });
  const plain = Buffer.from(text);

  test.each<readonly [what: string, body: Uint8Array, headers: Readonly<Record<string, string>>]>([
    ['as it is', plain, { 'content-type': 'application/json' }],
    ['without a content type', plain, {}],
    ['in zlib format labelled deflate', deflateSync(plain), { 'content-encoding': 'deflate' }],
    [
      'in zlib format labelled gzip',
      deflateSync(plain),
      { 'content-encoding': 'gzip', 'content-type': 'application/json' },
    ],
    ['in zlib format without a label', deflateSync(plain), {}],
    [
      'in zlib format, hardly compressed',
      deflateSync(plain, { level: 0 }),
      { 'content-encoding': 'deflate' },
    ],
    [
      'in zlib format, compressed as far as it goes',
      deflateSync(plain, { level: 9 }),
      { 'content-encoding': 'deflate' },
    ],
    ['in gzip format', gzipSync(plain), { 'content-encoding': 'gzip' }],
    ['as it is, labelled deflate', plain, { 'content-encoding': 'deflate' }],
    ['in chunks', deflateSync(plain), { 'content-encoding': 'deflate', 'transfer-encoding': 'chunked' }],
  ])('a body %s is understood', async (_what, body, headers) => {
    const channel = wire.channel();
    const { t } = await wire.subscribe(channel, 'ee=');
    const parts = { method: 'POST', headers, body };
    const answer = await wire.send(`/publish/demo/demo/0/${channel}/0?uuid=u&store=0&${JS}`, parts);
    expect(answer).toMatchObject({ status: 200, json: [1, 'Sent', expect.stringMatching(/^\d{17}$/)] });
    const { m } = await wire.subscribe(channel, `tt=${t.t}&tr=${t.r}`);
    expect(m.map(({ d }) => d)).toEqual([JSON.parse(text)]);
  });

  test.each<readonly [what: string, body: Uint8Array, reply: string]>([
    ['cut off', deflateSync(plain).subarray(0, 40), 'Invalid JSON'],
    ['in raw deflate format', deflateRawSync(plain), 'Invalid JSON'],
    ['that is no JSON', Buffer.from('{"a":'), 'Invalid JSON'],
    ['that is empty', Buffer.alloc(0), 'Invalid JSON'],
    ['that is too large', Buffer.from(JSON.stringify('x'.repeat(40_000))), 'Message Too Large'],
    [
      'that is too large once it is unpacked',
      deflateSync(JSON.stringify('x'.repeat(9_000_000))),
      'Message Too Large',
    ],
  ])('a body %s is refused in words that clients know', async (_what, body, reply) => {
    const channel = wire.channel();
    const parts = { method: 'POST', headers: { 'content-encoding': 'deflate' }, body };
    const answer = await wire.send(`/publish/demo/demo/0/${channel}/0?uuid=u`, parts);
    expect(answer).toMatchObject({ status: 400, json: [0, reply, expect.stringMatching(/^\d{17}$/)] });
    expect(answer.contentType).toContain('javascript');
  });

  test.each([
    ['', true],
    ['norep=false', true],
    ['norep=0', true],
    ['norep=', true],
    ['store=1&ttl=0', true],
    ['store=0', true],
    ['meta=null', true],
    ['norep=true', false],
    ['norep=1', false],
    ['store=0&norep=1', false],
    ['store=0&norep=true', false],
  ])('with %j it is delivered: %s', async (query, delivered) => {
    const channel = wire.channel();
    const { t } = await wire.subscribe(channel, 'ee=');
    await wire.publish(channel, 'first', query);
    await wire.publish(channel, 'last', '');
    const { m } = await wire.subscribe(channel, `tt=${t.t}&tr=${t.r}`);
    expect(m.map(({ d }) => d)).toEqual(delivered ? ['first', 'last'] : ['last']);
  });

  test('an overridden timetoken is echoed, and delivered as the time of origin', async () => {
    const channel = wire.channel();
    const { t } = await wire.subscribe(channel, 'ee=');
    expect(await wire.publish(channel, 'hi', 'ptto=16057799474000000')).toBe('16057799474000000');
    const { m } = await wire.subscribe(channel, `tt=${t.t}`);
    expect(m).toMatchObject([{ o: { t: '16057799474000000' }, d: 'hi' }]);
  });

  test('JSON keeps its spaces, its digits and the order of its keys', async () => {
    const channel = wire.channel();
    const { t } = await wire.subscribe(channel, 'ee=');
    const sent = '{"z": 12345678901234567890, "a": [1, 2.50], "e": 1e2}';
    const path = `/publish/demo/demo/0/${channel}/0/${encodeURIComponent(sent)}?uuid=u&${PYTHON}`;
    expect((await wire.get(path)).status).toBe(200);
    const { text: answer } = await wire.get(`/v2/subscribe/demo/${channel}/0?tt=${t.t}`);
    expect(answer).toContain(`"d":${sent}`);
  });
});
