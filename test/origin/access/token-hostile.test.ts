import { createHmac } from 'node:crypto';
import { encode } from 'cborg';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { authorize } from '../../../src/origin/access/authorize.ts';
import { PatternCache } from '../../../src/origin/access/pattern.ts';
import { Query } from '../../../src/origin/http/request.ts';
import { Keysets } from '../../../src/origin/keysets.ts';
import { resolveLimits } from '../../../src/origin/limits.ts';
import { MemoryAccess } from '../../../src/origin/store/memory/access.ts';
import { MemoryLog } from '../../../src/origin/store/memory/log.ts';
import { accessNetwork, BITS, SECRET } from '../../support/access.ts';
import { plainRequest } from '../../support/origin-network.ts';

const HISTORY = '/v2/history/sub-key/demo/channel/a';

/** Bytes with a signature of the keyset, as other software that knows its secret could make them. */
function signed(bytes: Uint8Array): string {
  const signature = createHmac('sha256', SECRET).update(bytes).digest();
  return Buffer.concat([bytes, signature]).toString('base64url');
}

/** What of a token with these fields is signed, its fields in the order that tokens have. */
function contentOf(fields: Readonly<Record<string, unknown>>): Buffer {
  const all = {
    v: 2,
    t: 1_700_000_000,
    ttl: 60,
    res: {},
    pat: {},
    meta: {},
    ...fields,
    sig: new Uint8Array(32),
  };
  const pairs = Object.entries(all).map(([key, value]) => [Buffer.from(key), value] as const);
  return Buffer.from(encode(new Map(pairs), { mapSorter: () => 0 })).subarray(0, -32);
}

const good = contentOf({ res: new Map([[Buffer.from('chan'), { a: 1 }]]) });
// The first bytes make a token of it; what follows them is any bytes, or a token with some of them changed.
const start = good.subarray(0, 3);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((rest) => Buffer.concat([start, rest])),
  fc
    .array(fc.tuple(fc.integer({ min: 3, max: good.length - 1 }), fc.nat({ max: 255 })), { maxLength: 4 })
    .map((changes) => changes.reduce((all, [at, byte]) => Buffer.from(all).fill(byte, at, at + 1), good)),
  fc.nat({ max: good.length - 3 }).map((length) => good.subarray(0, 3 + length)),
  fc
    .constantFrom(0x81, 0xa1, 0xbf, 0x9f, 0xd8)
    .map((byte) => Buffer.concat([start, Buffer.alloc(9_000, byte)])),
);

test('whatever is signed, a request with it is permitted or forbidden, and never fails', async () => {
  const { sendAs } = accessNetwork();
  const statuses = new Set<number>();
  await fc.assert(
    fc.asyncProperty(bytes, async (content) => {
      const { status } = await sendAs(signed(content), HISTORY);
      statuses.add(status);
      expect([200, 403]).toContain(status);
    }),
    { numRuns: 1_000, examples: [[good]] },
  );
  expect([...statuses].sort()).toEqual([200, 403]);
});

test.each([
  ['without an end', { ttl: Number.NaN }],
  ['whose end is infinite', { ttl: Number.POSITIVE_INFINITY }],
  ['of negative length', { ttl: -1 }],
  ['whose permissions are no number', { res: new Map([[Buffer.from('chan'), { a: 'read' }]]) }],
  ['whose names are no map', { res: [] }],
])('a signed token %s is forbidden', async (_name, fields) => {
  const { sendAs } = accessNetwork();
  const { status, json } = await sendAs(signed(contentOf(fields)), HISTORY);
  expect([status, json]).toMatchObject([403, { message: 'Invalid token' }]);
});

/** Authorizes reading of names with a token of one pattern. Resolves to the turns of the event loop that it took. */
async function turnsFor(pattern: string, names: readonly string[]): Promise<number> {
  const { token, clock } = accessNetwork();
  const auth = await token({ patterns: { channels: { [pattern]: BITS.read } } });
  const keysets = new Keysets([
    { subscribeKey: 'demo', publishKey: 'demo', secretKey: SECRET, access: true },
  ]);
  const services = { clock, limits: resolveLimits(), keysets };
  const context = {
    request: plainRequest('/'),
    query: new Query(`auth=${auth}`, 0, 1),
    services,
    subscribeKey: 'demo',
  };
  let turns = 0;
  const nextTurn = async () => void turns++;
  const sources = async () => ({
    store: new MemoryAccess(new MemoryLog(clock), clock),
    patterns: new PatternCache(),
    nextTurn,
  });
  await authorize([{ resource: 'channels', names, permission: 'read' }], context, sources);
  return turns;
}

const namesOf = (count: number) =>
  Array.from({ length: count }, (_, index) => `${index}${'a'.repeat(80)}`.slice(0, 80));

test('the patterns of a token take turns in proportion to the names of the request', async () => {
  const [few, more] = [
    await turnsFor('(a?.?){400}', namesOf(20)),
    await turnsFor('(a?.?){400}', namesOf(80)),
  ];
  expect(few).toBeGreaterThan(5);
  expect(more).toBeGreaterThanOrEqual(3 * few);
  expect(more).toBeLessThanOrEqual(5 * few);
  expect(await turnsFor('^\\d+a+$', namesOf(2_000))).toBeLessThan(20);
});

test('a request whose names the patterns of its token could hardly match is refused', async () => {
  const refusal = await turnsFor('(a?.?){800}', namesOf(2_000)).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ answer: { status: 400, body: expect.stringContaining('Too Many Names') } });
});
