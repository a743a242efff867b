import fc from 'fast-check';
import { expect, test } from 'vitest';
import { originNetwork, TestInterruption } from '../support/origin-network.ts';
import { settle } from '../support/virtual-clock.ts';

const piece = fc.oneof(
  fc.constantFrom(
    'publish',
    'signal',
    'v2',
    'subscribe',
    'presence',
    'sub-key',
    'channel',
    'heartbeat',
    'leave',
    'time',
    'demo',
    '0',
    ',',
    '%2C',
    '%zz',
    '%',
    '%E0%A4%A',
    '%00',
    '..',
    '%2F',
    'a.*',
    '*',
    'a-pnpres',
    '-pnpres',
    '__proto__',
    '{',
    '[['.repeat(500),
    '%5B'.repeat(5_000),
    'constructor',
  ),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.webSegment(),
);
const templates = fc.constantFrom(
  (p: readonly string[]) => `/publish/demo/demo/0/${p[0]}/0/${p[1]}`,
  (p: readonly string[]) => `/signal/demo/${p[0]}/0/${p[1]}/0/${p[2]}`,
  (p: readonly string[]) => `/v2/subscribe/demo/${p[0]}/0`,
  (p: readonly string[]) => `/v2/presence/sub-key/demo/channel/${p[0]}/${p[1]}`,
  (p: readonly string[]) => `/${p.join('/')}`,
  (p: readonly string[]) => p.join('/'),
);
const name = fc.constantFrom(
  'tt',
  'tr',
  'uuid',
  'state',
  'heartbeat',
  'channel-group',
  'meta',
  'ptto',
  'norep',
  'seqn',
  'custom_message_type',
  'filter-expr',
  '__proto__',
);
const value = fc.oneof(
  piece,
  fc.json().map(encodeURIComponent),
  fc.constantFrom(
    '%7B%22a%22%3A%7B%7D%7D',
    '0',
    '1',
    '99999999999999999',
    '-1',
    '1e9',
    '',
    '%7B%22__proto__%22%3A1%7D',
  ),
);
const query = fc
  .array(fc.tuple(name, value), { maxLength: 5 })
  .map((all) => all.map((pair) => pair.join('=')).join('&'));
const target = fc
  .tuple(templates, fc.array(piece, { minLength: 3, maxLength: 8 }), query)
  .map(([template, pieces, rest]) => `${template(pieces)}?${rest}`);

test('no request makes the origin fail or hang', async () => {
  await fc.assert(
    fc.asyncProperty(
      target,
      fc.constantFrom('GET', 'POST', 'OPTIONS', 'DELETE', 'HEAD', ''),
      fc.uint8Array({ maxLength: 200 }),
      async (raw, method, body) => {
        const { clock, origin, send } = originNetwork();
        const interruption = new TestInterruption();
        const answer = send(raw, { method, body, interruption });
        await settle(1);
        interruption.abort();
        const { status, text } = await answer;
        expect(status).toBeLessThan(500);
        if (text !== '') expect(() => JSON.parse(text)).not.toThrow();
        await origin.close();
        expect(clock.pending).toBe(0);
      },
    ),
    { numRuns: 1_000 },
  );
});

test.each([
  ['gzip', [0x1f, 0x8b]],
  ['zlib', [0x78, 0x9c]],
  ['JSON', [0x7b]],
])('no body that begins like %s makes the origin fail', async (_name, start) => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (rest) => {
      const { send } = originNetwork();
      const body = Uint8Array.from([...start, ...rest]);
      const { status } = await send('/publish/demo/demo/0/a/0', { method: 'POST', body });
      expect([200, 400]).toContain(status);
    }),
    { numRuns: 100 },
  );
});

test('a message nested thousands deep is a message', async () => {
  const { send } = originNetwork();
  const deep = '['.repeat(16_000) + ']'.repeat(16_000);
  expect((await send('/publish/demo/demo/0/a/0', { method: 'POST', body: deep })).status).toBe(200);
});
