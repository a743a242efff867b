import { afterEach, describe, expect, test } from 'vitest';
import { createOrigin, type OriginOptions } from '../../../src/origin/index.ts';
import { type ServeOptions, serve } from '../../../src/origin/node.ts';
import { RawConnection } from '../../support/origin-socket.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Given {
  readonly origin?: OriginOptions;
  readonly serve?: ServeOptions;
}

async function served(given: Given = {}) {
  const logged: unknown[] = [];
  const logger = { debug: (_: string, { status }: Readonly<Record<string, unknown>>) => logged.push(status) };
  const origin = createOrigin({ logger, ...given.origin });
  const server = await serve(origin, given.serve);
  closing.push(
    () => server.close(),
    () => origin.close(),
  );
  /** Sends exactly these headers, as no `fetch` can. */
  const send = async (line: string, headers: Readonly<Record<string, string>>) => {
    const connection = new RawConnection(server.port);
    const fields = { host: `127.0.0.1:${server.port}`, connection: 'close', ...headers };
    const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
    connection.write(`${[`${line} HTTP/1.1`, ...lines].join('\r\n')}\r\n\r\n`);
    await connection.ended;
    return connection.text;
  };
  const published = async () => {
    const text = await send('GET /v2/history/sub-key/demo/channel/a', {});
    return text.slice(text.indexOf('[['));
  };
  return { send, published, logged, server };
}

const PUBLISH = 'GET /publish/demo/demo/0/a/0/1';

describe('a server on loopback', () => {
  test.each([
    ['http://localhost:5173', 'cross-site'],
    ['http://127.0.0.1:5173', 'same-site'],
    ['https://app.localhost', 'cross-site'],
    ['http://[::1]:80', undefined],
    ['http://127.8.8.8', undefined],
  ])('answers the page %s, which may read', async (page, site) => {
    const { send } = await served();
    const answer = await send(PUBLISH, { origin: page, ...(site && { 'sec-fetch-site': site }) });
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer).toContain(`access-control-allow-origin: ${page}\r\n`);
    expect(answer).toContain('vary: Origin\r\n');
  });

  test.each([
    ['https://evil.example', 'cross-site'],
    ['https://evil.example', undefined],
    ['null', 'cross-site'],
    ['null', undefined],
    ['file://', undefined],
    ['chrome-extension://abcdefghijklmnop', 'none'],
    ['http://localhost.evil.example', undefined],
    ['http://evil.example/http://localhost', undefined],
    ['http://127.0.0.1.evil.example', undefined],
    ['loopback', undefined],
    ['*', undefined],
    ['', undefined],
  ])('refuses the page %j before anything happens, also where it is marked %s', async (page, site) => {
    const { send, published, logged } = await served();
    const answer = await send(PUBLISH, { origin: page, ...(site && { 'sec-fetch-site': site }) });
    expect(answer).toMatch(/^HTTP\/1.1 403 [\s\S]*Origin Not Allowed/);
    expect(answer).not.toContain('access-control-allow');
    expect(logged).toEqual([403]);
    expect(await published()).toBe('[[],0,0]');
  });

  test.each([
    ['an image or a link of another site', 'cross-site', 403],
    ['an image of another port of this machine', 'same-site', 200],
    ['an image of its own page', 'same-origin', 200],
    ['an address that a user types', 'none', 200],
    ['what is no browser', undefined, 200],
  ])('answers %s without an origin with %s: %i', async (_, site, status) => {
    const { send, published } = await served();
    const answer = await send(PUBLISH, site === undefined ? {} : { 'sec-fetch-site': site });
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(await published()).toMatch(status === 200 ? /^\[\[1\]/ : /^\[\[\]/);
  });

  test('answers preflights of its pages, also from a public to a private network', async () => {
    const { send } = await served({ serve: { allowOrigins: ['https://app.example'] } });
    const asked = {
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type',
      'access-control-request-private-network': 'true',
    };
    const answer = await send('OPTIONS /publish/demo/demo/0/a/0', {
      ...asked,
      origin: 'https://app.example',
    });
    expect(answer).toMatch(/^HTTP\/1.1 204 /);
    expect(answer).toContain('access-control-allow-private-network: true\r\n');
    expect(answer).toContain('access-control-allow-headers: content-type\r\n');
    const other = await send('OPTIONS /publish/demo/demo/0/a/0', {
      ...asked,
      origin: 'https://evil.example',
    });
    expect(other).toMatch(/^HTTP\/1.1 403 /);
    expect(other).not.toContain('access-control-allow');
  });

  test('does not read the body of a page that may not call', async () => {
    const { send } = await served();
    // As much as a terabyte is announced, and the connection ends at once.
    const answer = await send('POST /publish/demo/demo/0/a/0', {
      origin: 'https://evil.example',
      'content-length': `${2 ** 40}`,
      connection: 'keep-alive',
    });
    expect(answer).toMatch(/^HTTP\/1.1 403 [\s\S]*connection: close/);
  });
});

describe('other pages', () => {
  test.each([
    ['allowOrigins', { serve: { allowOrigins: ['https://app.example', 'null', 'capacitor://localhost'] } }],
    ['allowOrigin', { origin: { allowOrigin: ['https://app.example', 'null', 'capacitor://localhost'] } }],
    ['all of them', { serve: { allowOrigins: '*' as const } }],
    ['all of them, by the origin', { origin: { allowOrigin: '*' as const } }],
    ['another address', { serve: { host: '0.0.0.0' } }],
  ] satisfies [string, Given][])('can be allowed by %s', async (_, given: Given) => {
    const { send } = await served(given);
    for (const origin of ['https://app.example', 'null', 'capacitor://localhost']) {
      const answer = await send(PUBLISH, { origin, 'sec-fetch-site': 'cross-site' });
      expect(answer).toMatch(/^HTTP\/1.1 200 /);
      expect(answer).toMatch(/access-control-allow-origin: (\*|https:\/\/app|null|capacitor)/);
    }
  });

  test('a list is all that is allowed: pages of this machine too only if it says so', async () => {
    const { send } = await served({ serve: { allowOrigins: ['https://app.example'] } });
    expect(await send(PUBLISH, { origin: 'http://localhost:5173' })).toMatch(/^HTTP\/1.1 403 /);
    expect(await send(PUBLISH, { 'sec-fetch-site': 'same-site' })).toMatch(/^HTTP\/1.1 403 /);
    expect(await send(PUBLISH, {})).toMatch(/^HTTP\/1.1 200 /);
  });
});

test.each([['https://a.example'], [['https://a.example/']], [['a.example']], [['*']], [[1]], [['']], [null]])(
  'the list %j is refused: it would match no page, or too many',
  async (allow) => {
    const origin = createOrigin();
    closing.push(() => origin.close());
    await expect(serve(origin, { allowOrigins: allow as never })).rejects.toThrow(/allowOrigins must/);
    expect(() => createOrigin({ allowOrigin: allow as never })).toThrow(/allowOrigin must/);
  },
);
