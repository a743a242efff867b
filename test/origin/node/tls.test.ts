import { generateKeyPairSync } from 'node:crypto';
import { request as plainRequest } from 'node:http';
import { Agent, get } from 'node:https';
import { connect } from 'node:net';
import { createSecureContext, connect as tlsConnect } from 'node:tls';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { createOrigin, type OriginOptions } from '../../../src/origin/index.ts';
import { type ServeOptions, serve } from '../../../src/origin/node.ts';
import { certificates } from '../../support/certificates.ts';
import { Http2Client } from '../../support/http2-client.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const made = certificates();
const [first, second] = [made?.next('first'), made?.next('second')];
const closing: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(() => made?.remove());

const tls = first ?? { cert: '', key: '' };
const { privateKey: rsaKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
});

async function served(originOptions: OriginOptions = {}, options: ServeOptions = {}) {
  const clock = new VirtualClock();
  const origin = createOrigin({ clock, ...originOptions });
  const server = await serve(origin, { tls, ...options });
  closing.push(
    () => server.close(),
    () => origin.close(),
  );
  const http2 = () => {
    const client = new Http2Client(server.url, tls.cert);
    closing.unshift(() => client.close());
    return client;
  };
  return { clock, origin, server, http2 };
}

/** Status and body of a request over HTTP/1.1 with TLS. */
function over1(url: string, path: string, headers: Readonly<Record<string, string>> = {}) {
  // The name in a header is not the one on the certificate.
  const agent = new Agent({ ca: tls.cert, checkServerIdentity: () => undefined });
  return new Promise<{ status: number | undefined; text: string; version: string }>((resolve, reject) => {
    const outgoing = get(`${url}${path}`, { agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ status: response.statusCode, text, version: response.httpVersion }));
    });
    outgoing.on('error', reject);
  });
}

/** The name on the certificate that the server shows to a new connection. */
function nameShown(port: number): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

describe.skipIf(!made)('a server with TLS', () => {
  test('serves HTTP/1.1 and HTTP/2 on one port', async () => {
    const { server, http2 } = await served();
    expect(server.url).toBe(`https://127.0.0.1:${server.port}`);
    expect(await over1(server.url, '/time/0')).toEqual({
      status: 200,
      text: '[17000000000000000]',
      version: '1.1',
    });
    const client = http2();
    const answer = await client.call({ ':path': '/time/0' });
    expect(answer).toMatchObject({
      status: 200,
      text: '[17000000000000000]',
      headers: { 'content-type': 'text/javascript; charset="UTF-8"', 'cache-control': 'no-cache' },
    });
    expect(client.session.alpnProtocol).toBe('h2');
  });

  test('parks more polls on one connection than a browser has connections, and wakes each', async () => {
    const { clock, server, http2 } = await served();
    const client = http2();
    const names = Array.from({ length: 20 }, (_, index) => `channel-${index}`);
    const polls = names.map((name) =>
      client.call({ ':path': `/v2/subscribe/demo/${name}/0?tt=99999999999999999` }),
    );
    await vi.waitUntil(() => clock.pending > 0);
    await client.call({ ':path': '/time/0' });
    for (const name of names) await over1(server.url, `/publish/demo/demo/0/${name}/0/%22to-${name}%22`);
    const answers = await Promise.all(
      names.map((name) => client.call({ ':path': `/v2/subscribe/demo/${name}/0?tt=1` })),
    );
    expect(answers.map(({ text }) => /"d":"([^"]+)"/.exec(text)?.[1])).toEqual(
      names.map((name) => `to-${name}`),
    );
    client.close();
    await Promise.allSettled(polls);
    await vi.waitUntil(() => clock.pending === 0);
  });

  test('publishes bodies, and refuses those that are too large, while others go on', async () => {
    const { http2 } = await served({ limits: { bodyBytes: 100_000 } });
    const client = http2();
    const post = async (body: string) =>
      (await client.call({ ':method': 'POST', ':path': '/publish/demo/demo/0/a/0' }, body)).status;
    expect(await Promise.all([post('{"a":1}'), post(JSON.stringify('x'.repeat(40_000)))])).toEqual([
      200, 400,
    ]);
    expect(await post(JSON.stringify('x'.repeat(90_000)))).toBe(400);
    expect(await post(JSON.stringify('x'.repeat(200_000)))).toBe(413);
    expect(await post('{"a":1}')).toBe(200);
  });

  test('answers a body that never ends, and then takes no more of it', async () => {
    const clock = new VirtualClock();
    const { http2 } = await served({}, { clock });
    const client = http2();
    await client.call({ ':path': '/time/0' });
    const before = clock.pending;
    const stream = client.session.request({ ':method': 'POST', ':path': '/publish/demo/demo/0/a/0' });
    stream.on('error', () => undefined);
    stream.write('{');
    const answered = new Promise((resolve) =>
      stream.once('response', ({ ':status': status }) => resolve(status)),
    );
    await vi.waitUntil(() => clock.pending > before - 1 && clock.pending >= 1);
    await client.call({ ':path': '/time/0' });
    await clock.advance(30_000);
    expect(await answered).toBe(408);
    stream.resume();
    await new Promise((resolve) => stream.once('close', resolve));
    expect((await client.call({ ':path': '/time/0' })).status).toBe(200);
  });

  test('knows where clients reach it, for the addresses in answers', async () => {
    const { server, http2 } = await served();
    const body = JSON.stringify({ name: 'cat.txt' });
    const path = '/v1/files/demo/channels/room/generate-upload-url';
    const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/json' };
    const { status, text } = await http2().call(headers, body);
    expect(status).toBe(200);
    expect(text).toContain(`https://localhost:${server.port}/`);
    expect(text).not.toContain('http://');
  });

  test.each<[string, Readonly<Record<string, string>>, number]>([
    ['a local name', { ':authority': 'localhost' }, 200],
    ['a foreign name', { ':authority': 'evil.example' }, 403],
    ['a foreign name beside a local one', { ':authority': 'localhost', host: 'evil.example' }, 400],
    ['a page of this machine', { origin: 'http://localhost:5173' }, 200],
    ['a page of the internet', { origin: 'https://evil.example' }, 403],
    ['an image on a page of the internet', { 'sec-fetch-site': 'cross-site' }, 403],
  ])('with %s is as safe over HTTP/2 as over HTTP/1.1', async (_name, headers, expected) => {
    const { http2, server } = await served();
    expect((await http2().call({ ':path': '/time/0', ...headers })).status).toBe(expected);
    const { ':authority': host, ...rest } = headers;
    if (headers['host'] === undefined)
      expect(
        (await over1(server.url, '/time/0', { ...rest, ...(host !== undefined && { host }) })).status,
      ).toBe(expected);
  });

  test.each([
    ['HEAD', '/time/0'],
    ['OPTIONS', '/time/0'],
    ['PUT', '/time/0'],
    ['GET', `/publish/demo/demo/0/a/0/%22${'x'.repeat(33_000)}%22`],
  ])('answers %s as HTTP/1.1 does', async (method, path) => {
    const { http2, server } = await served();
    const { status } = await http2().call({ ':method': method, ':path': path });
    const response = await new Promise<number | undefined>((resolve, reject) => {
      const outgoing = get(
        `${server.url}${path}`,
        { method, agent: new Agent({ ca: tls.cert }) },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      );
      outgoing.on('error', reject);
    });
    expect(status).toBe(response);
  });

  test('replaces the certificate for connections that come later', async () => {
    const { server, http2 } = await served();
    const client = http2();
    await client.call({ ':path': '/time/0' });
    expect(await nameShown(server.port)).toBe('first');
    if (second) server.setTls(second);
    expect(await nameShown(server.port)).toBe('second');
    expect((await client.call({ ':path': '/time/0' })).status).toBe(200);
    const later = new Http2Client(server.url);
    expect((await later.call({ ':path': '/time/0' })).status).toBe(200);
    later.close();
  });

  test.each([
    ['a certificate that is none', { cert: 'canary', key: tls.key }, 'tls.cert is not a certificate'],
    ['a key that is none', { cert: tls.cert, key: 'canary' }, 'tls.key is not a private key'],
    ['the key of another', { cert: tls.cert, key: second?.key ?? '' }, 'tls.key is not the key of tls.cert'],
    // As plain JavaScript may have it.
    ['a list of keys', { cert: tls.cert, key: [tls.key] as never }, 'tls.key must be PEM'],
    ['a key of another type', { cert: tls.cert, key: rsaKey }, 'tls.key is not the key of tls.cert'],
  ])('refuses %s, and keeps the one before', async (_name, pair, problem) => {
    const { server, origin } = await served();
    expect(() => server.setTls(pair)).toThrow(TypeError);
    expect(() => server.setTls(pair)).toThrow(problem);
    expect(() => server.setTls(pair)).not.toThrow('canary');
    expect(await nameShown(server.port)).toBe('first');
    await expect(serve(origin, { tls: pair })).rejects.toThrow(problem);
  });

  test('takes a certificate as bytes', async () => {
    const { server } = await served(
      {},
      { tls: { cert: Buffer.from(tls.cert), key: new TextEncoder().encode(tls.key) } },
    );
    expect((await over1(server.url, '/time/0')).status).toBe(200);
  });

  test('ends a connection that speaks no TLS, and goes on', async () => {
    const { server } = await served();
    const plain = plainRequest({ port: server.port, host: '127.0.0.1', path: '/time/0' });
    await expect(new Promise((_resolve, reject) => plain.once('error', reject).end())).rejects.toThrow();
    expect((await over1(server.url, '/time/0')).status).toBe(200);
  });

  test('closes with parked polls of both protocols, idle connections and handshakes that never end', async () => {
    const { clock, server, http2 } = await served();
    const silent = connect(server.port, '127.0.0.1');
    silent.on('error', () => undefined);
    const ended = new Promise((resolve) => silent.once('close', resolve));
    await new Promise((resolve) => silent.once('connect', resolve));
    const [client, idle] = [http2(), http2()];
    await idle.call({ ':path': '/time/0' });
    const path = '/v2/subscribe/demo/a/0?tt=99999999999999999';
    const polls = [client.call({ ':path': path }), over1(server.url, path)];
    await vi.waitUntil(() => clock.pending > 0);
    await Promise.all([client.call({ ':path': '/time/0' }), over1(server.url, '/time/0')]);
    await server.close();
    const answers = await Promise.all(polls);
    expect(answers.map(({ text }) => text.includes('"m":[]'))).toEqual([true, true]);
    await Promise.all([ended, client.closed, idle.closed]);
  });

  test('ends an HTTP/2 connection that is idle, but none with a parked poll', async () => {
    const clock = new VirtualClock();
    const { http2 } = await served({}, { clock });
    const [idle, parked] = [http2(), http2()];
    const poll = parked.call({ ':path': '/v2/subscribe/demo/a/0?tt=99999999999999999' });
    await Promise.all([idle.call({ ':path': '/time/0' }), parked.call({ ':path': '/time/0' })]);
    await clock.advance(75_000);
    await idle.closed;
    expect(parked.session.closed).toBe(false);
    parked.close();
    await Promise.allSettled([poll]);
  });
});

test('without TLS there is no certificate to replace', async () => {
  const { server } = await served({}, { tls: undefined });
  expect(server.url).toMatch(/^http:/);
  expect(() => server.setTls({ cert: '', key: '' })).toThrow('listens without TLS');
});

test.skipIf(!made)('the certificates of these tests are ones', () => {
  expect(() => createSecureContext(tls)).not.toThrow();
});
