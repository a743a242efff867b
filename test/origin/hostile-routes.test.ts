import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createOrigin, type OriginOptions } from '../../src/origin/index.ts';
import type { Route } from '../../src/origin/routes/route.ts';
import { ROUTES } from '../../src/origin/routes/table.ts';
import { heapInUse } from '../support/integration-heap.ts';
import { originNetwork, type RequestParts, TestInterruption } from '../support/origin-network.ts';
import { settle } from '../support/virtual-clock.ts';

/** Segments that are right, by their name in a route; what is not here is `a`. */
const RIGHT: Readonly<Record<string, string>> = {
  publishKey: 'demo',
  subscribeKey: 'demo',
  signature: '0',
  callback: '0',
  message: '%7B%7D',
  timetoken: '17000000000000000',
  messageTimetoken: '17000000000000000',
  actionTimetoken: '17000000000000000',
};

const SEGMENTS: readonly (readonly [name: string, segment: string])[] = [
  ['a bad escape', '%zz'],
  ['half an escape', '%'],
  ['bytes that are no UTF-8', '%C3%28'],
  ['a NUL', 'a%00b'],
  ['a line break', 'a%0D%0Ab'],
  ['a dot', '.'],
  ['two dots, encoded', '%2E%2E'],
  ['a way out', '..%2F..%2Fetc%2Fpasswd'],
  ['a long name', 'x'.repeat(5_000)],
  ['nothing', ''],
  ['only commas', '%2C%2C%2C'],
  ['a prototype', '__proto__'],
  ['a lone surrogate', '%ED%A0%80'],
  ['a query within', '%3Fa=b%26c'],
  ['a page', '%3Cscript%3Ealert(1)%3C%2Fscript%3E'],
];

const VALUES: readonly (readonly [name: string, value: string])[] = [
  ['a bad escape', '%zz'],
  ['nothing', ''],
  ['a negative number', '-1'],
  ['a fraction', '1.5'],
  ['a huge number', '9'.repeat(400)],
  ['not a number', 'NaN'],
  ['JSON that never ends', encodeURIComponent('['.repeat(5_000))],
  ['a prototype', encodeURIComponent('{"__proto__":{"polluted":1}}')],
  ['a list', encodeURIComponent('[1,2,3]')],
  ['a NUL', '%00'],
  ['a long text', 'x'.repeat(20_000)],
  ['a hostile pattern', encodeURIComponent(`name LIKE "${'*a'.repeat(120)}"`)],
  ['parentheses', encodeURIComponent('('.repeat(3_000))],
];

/** Every parameter that some client sends, and a few that none does. */
const PARAMETERS = [
  ...[
    'tt',
    'tr',
    'channel-group',
    'filter-expr',
    'heartbeat',
    'state',
    'uuid',
    'auth',
    'signature',
    'timestamp',
  ],
  ...[
    'store',
    'ttl',
    'meta',
    'norep',
    'ptto',
    'seqn',
    'custom_message_type',
    'limit',
    'offset',
    'disable_uuids',
  ],
  ...[
    'add',
    'remove',
    'count',
    'start',
    'end',
    'reverse',
    'include_token',
    'max',
    'timetoken',
    'channelsTimetoken',
  ],
  ...[
    'type',
    'environment',
    'topic',
    'include',
    'filter',
    'sort',
    'next',
    'channel',
    'target-uuid',
    'r',
    'w',
  ],
  ...['__proto__', 'constructor'],
];

const deep = `{"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`;
const BODIES: readonly (readonly [name: string, parts: RequestParts])[] = [
  ['none', {}],
  ['no JSON', { body: '<html>' }],
  ['half a JSON', { body: '{"type":"a","value"' }],
  ['null', { body: 'null' }],
  ['a number', { body: '7' }],
  ['a list', { body: '[]' }],
  [
    'fields of wrong types',
    { body: '{"type":1,"value":{},"name":[],"set":"x","delete":7,"ttl":"x","permissions":3}' },
  ],
  [
    'permissions of wrong types',
    { body: '{"ttl":1,"permissions":{"resources":[],"patterns":{"channels":{"(":1}},"meta":1}}' },
  ],
  ['a prototype', { body: '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}' }],
  ['much depth', { body: deep }],
  ['a gzip that ends early', { body: gzipSync('{"a":1}').subarray(0, 12) }],
  ['a bomb', { body: deflateSync('0'.repeat(20_000_000)) }],
  ['bytes that are no text', { body: Uint8Array.of(0xff, 0xfe, 0x00, 0xc3) }],
  ['a form without a boundary', { body: 'x', headers: { 'content-type': 'multipart/form-data' } }],
  [
    'a form that never ends',
    { body: '--b\r\n', headers: { 'content-type': 'multipart/form-data; boundary=b' } },
  ],
  ['another type', { body: '{}', headers: { 'content-type': 'image/png' } }],
];

const KEYSETS = [{ subscribeKey: 'demo', publishKey: 'demo', secretKey: 'sec-of-the-origin', access: true }];
const WORLDS: readonly (readonly [name: string, options: OriginOptions])[] = [
  ['open to all', {}],
  ['that asks for permissions', { keysets: KEYSETS }],
];

function pathOf(route: Route, replace: (name: string) => string): string {
  return route.path.replaceAll(/\{(\w+)\}/g, (_all, name: string) => replace(name));
}

const right = (name: string) => RIGHT[name] ?? 'a';

/** The origin's answer, with a held poll let go. */
async function ask(network: ReturnType<typeof originNetwork>, target: string, parts: RequestParts) {
  const interruption = new TestInterruption();
  const answer = network.send(target, { ...parts, interruption });
  await settle(1);
  interruption.abort();
  return answer;
}

/** Whether a body is one of the shapes that the protocol has for errors. */
function isErrorBody({
  text,
  contentType,
  json,
}: {
  text: string;
  contentType: string;
  json: unknown;
}): boolean {
  if (contentType.includes('xml')) return /^<\?xml[^>]*>\s*<Error><Code>\w+<\/Code><Message>/.test(text);
  if (Array.isArray(json)) return json[0] === 0 && typeof json[1] === 'string';
  const body: Readonly<Record<string, unknown>> = Object(json);
  const { error, message, error_message: storage } = body;
  if (typeof error === 'string') return true;
  if (typeof error === 'object' && error !== null) return 'message' in error && 'source' in error;
  return (error === true || error === 1) && (typeof message === 'string' || typeof storage === 'string');
}

async function expectSound(network: ReturnType<typeof originNetwork>, target: string, parts: RequestParts) {
  const reply = await ask(network, target, parts);
  const told = `${parts.method} ${target.slice(0, 200)} → ${reply.status} ${reply.contentType} ${reply.text.slice(0, 200)}`;
  expect(reply.status, told).toBeLessThan(500);
  if (reply.status >= 400) expect(isErrorBody(reply), told).toBe(true);
  expect(Object(Object.create(null)), told).not.toHaveProperty('polluted');
  expect(({} as Record<string, unknown>)['polluted'], told).toBeUndefined();
  // An answer never repeats a secret, nor becomes a page.
  expect(reply.text, told).not.toContain('sec-of-the-origin');
  expect(reply.contentType, told).not.toContain('html');
}

describe.each(WORLDS)('an origin %s', (_world, options) => {
  describe.each(ROUTES.map((route) => [`${route.method} ${route.path}`, route] as const))(
    '%s',
    (_route, route) => {
      const { method } = route;
      const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name ?? '');

      test('answers hostile segments with an error of the protocol, or does its work', async () => {
        const network = originNetwork(options);
        for (const name of names) {
          for (const [, segment] of SEGMENTS) {
            const path = pathOf(route, (each) => (each === name ? segment : right(each)));
            await expectSound(network, path, { method });
          }
        }
        await network.origin.close();
      });

      test('answers hostile parameters so, too', async () => {
        const network = originNetwork(options);
        const path = pathOf(route, right);
        for (const [, value] of VALUES) {
          await expectSound(
            network,
            `${path}?${PARAMETERS.map((name) => `${name}=${value}`)
              .join('&')
              .slice(0, 30_000)}`,
            { method },
          );
          for (const name of PARAMETERS) {
            await expectSound(network, `${path}?${name}=${value}`, { method });
          }
        }
        await network.origin.close();
      });

      test('answers hostile bodies so, too', async () => {
        const network = originNetwork(options);
        for (const [, parts] of BODIES)
          await expectSound(network, pathOf(route, right), { method, ...parts });
        await network.origin.close();
      });
    },
  );
});

test('whatever comes together, by chance', async () => {
  const segment = fc.oneof(
    fc.constantFrom(...SEGMENTS.map(([, each]) => each)),
    fc.string({ unit: 'binary', maxLength: 12 }).map(encode),
  );
  const value = fc.oneof(
    fc.constantFrom(...VALUES.map(([, each]) => each)),
    fc.json().map(encodeURIComponent),
  );
  const query = fc.array(fc.tuple(fc.constantFrom(...PARAMETERS), value), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...ROUTES),
      fc.array(fc.option(segment), { minLength: 8, maxLength: 8 }),
      query,
      fc.constantFrom(...BODIES.map(([, parts]) => parts)),
      fc.constantFrom(...WORLDS.map(([, options]) => options)),
      async (route, segments, parameters, parts, options) => {
        const network = originNetwork(options);
        let index = 0;
        const path = pathOf(route, (name) => segments[index++ % segments.length] ?? right(name));
        const target = `${path}?${parameters.map((pair) => pair.join('=')).join('&')}`;
        await expectSound(network, target, { ...parts, method: route.method });
        await network.origin.close();
        expect(network.clock.pending).toBe(0);
      },
    ),
    { numRuns: 600 },
  );
});

test('thousands of refused requests leave nothing behind', async () => {
  const origin = createOrigin({ clock: originNetwork().clock });
  const refused = async (count: number) => {
    for (let number = 0; number < count; number++) {
      const route = ROUTES[number % ROUTES.length];
      if (!route) continue;
      const [, segment = ''] = SEGMENTS[number % SEGMENTS.length] ?? [];
      const path = pathOf(route, (name) => (name.endsWith('Key') ? right(name) : `${segment}${number}`));
      if (path.includes('/v2/subscribe/')) continue;
      const hasBody = route.method === 'POST' || route.method === 'PATCH';
      const response = await origin.fetch(
        new Request(`http://origin.invalid${path}?limit=-1&tt=x&${number}=%zz`, {
          method: route.method,
          ...(hasBody && { body: '{"' }),
        }),
      );
      await response.arrayBuffer();
    }
  };
  await refused(2_000);
  const before = await heapInUse();
  await refused(6_000);
  const grown = (await heapInUse()) - before;
  expect(grown).toBeLessThan(4 * 1024 * 1024);
  await origin.close();
});

function encode(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => `%${byte.toString(16).padStart(2, '0')}`).join(
    '',
  );
}
