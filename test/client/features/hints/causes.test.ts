import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { PubNub } from 'timetoken';
import { PubNub as Core, fetchTransport, kyTransport } from 'timetoken/core';
import { hints } from 'timetoken/features';
import { nodeTransport } from 'timetoken/node';
import { afterEach, describe, expect, it } from 'vitest';
import { causeOf } from '../../../../src/client/features/hints/causes.ts';
import { rejection } from '../../../support/unit-client.ts';
import { listen } from '../../../support/unit-server.ts';

const servers: { close(): unknown }[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** The port of a server that treats connections in some way; without one, of none. */
async function portOf(treat?: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer(treat).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on a TCP port has such an address.
  const { port } = server.address() as AddressInfo;
  if (treat) servers.push(server);
  else server.close();
  return port;
}

/** As a server for TLS treats a request without it. */
function hangUp(socket: Socket): void {
  socket.on('error', () => undefined);
  socket.once('data', () => socket.destroy());
}

const TRANSPORTS = { kyTransport, fetchTransport, nodeTransport };
const keys = { subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', random: () => 0 };

describe.each(Object.entries(TRANSPORTS))('a failure over %s', (_name, transportOf) => {
  const message = async (options: { origin: string; ssl?: boolean }): Promise<string> => {
    const pubnub = new PubNub({ ...keys, ...options, transport: transportOf() });
    const error = await rejection(pubnub.time().execute());
    await pubnub.close();
    return String(error);
  };

  it('says that nothing listens at an address, and how to start an origin there', async () => {
    const port = await portOf();
    expect(await message({ origin: `localhost:${port}`, ssl: false })).toContain(
      `the connection to http://localhost:${port} failed (ECONNREFUSED): nothing listens there; start an origin with \`npx timetoken serve --port ${port}\`. Check`,
    );
    expect(await message({ origin: `127.0.0.1:${port}` })).toContain(
      `\`npx timetoken serve --port ${port}\`, which needs \`ssl: false\`.`,
    );
  });

  it('says that `ssl: false` is missing where a server does not speak TLS', async () => {
    const server = await listen((_, response) => response.end());
    servers.push(server);
    const text = await message({ origin: `localhost:${server.port}` });
    expect(text).toContain(`the connection to https://localhost:${server.port} failed (E`);
    expect(text).toContain('the server there does not speak TLS; set `ssl: false`');
  });

  it('says that a server that hangs up may expect TLS', async () => {
    const port = await portOf(hangUp);
    expect(await message({ origin: `127.0.0.1:${port}`, ssl: false })).toContain(
      'the server hung up; if it speaks TLS, leave out `ssl: false`',
    );
  });

  it('says that what answers is no HTTP server', async () => {
    const port = await portOf((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('SSH-2.0-OpenSSH_9\r\n'));
    });
    expect(await message({ origin: `127.0.0.1:${port}`, ssl: false })).toContain('no HTTP server');
  });

  it('says that a host is unknown', async () => {
    expect(await message({ origin: 'http://origin.invalid' })).toContain(
      'the connection to http://origin.invalid failed (E',
    );
    expect(await message({ origin: 'http://origin.invalid' })).toContain('no such host is known here');
  });
});

describe('the likely cause of a failure', () => {
  const http = 'http://localhost:8090';
  const https = 'https://example.com';

  it.each([
    ['Bun, refused', 'ECONNREFUSED', 'Unable to connect.', http, 'npx timetoken serve`'],
    [
      'Deno, refused',
      undefined,
      'client error (Connect): tcp connect error: Connection refused',
      http,
      'nothing listens',
    ],
    ['another host', 'ECONNREFUSED', '', https, /^nothing listens there$/],
    ['IPv6', 'ECONNREFUSED', '', 'http://[::1]:8090', 'npx timetoken serve`'],
    ['Bun, no TLS', 'EPROTO', 'The TLS handshake failed.', https, 'ssl: false'],
    ['Deno, no TLS', undefined, 'received corrupt message of type InvalidContentType', https, 'ssl: false'],
    ['Deno, hangs up', undefined, 'client error (SendRequest): connection closed', http, 'if it speaks TLS'],
    [
      'Deno, unknown host',
      undefined,
      'client error (Connect): dns error: failed to lookup',
      http,
      'no such host',
    ],
    ['a certificate', 'DEPTH_ZERO_SELF_SIGNED_CERT', '', https, 'NODE_EXTRA_CA_CERTS'],
    [
      'Deno, a certificate',
      undefined,
      'invalid peer certificate: UnknownIssuer',
      https,
      'NODE_EXTRA_CA_CERTS',
    ],
    ['a slow connection', 'UND_ERR_CONNECT_TIMEOUT', '', https, 'firewall'],
    ['Chromium', undefined, 'Failed to fetch', https, 'CORS'],
    ['WebKit', undefined, 'Load failed', https, 'CORS'],
    ['Firefox', undefined, 'NetworkError when attempting to fetch resource.', https, 'mixed content'],
  ])('is told for %s', (_name, code, text, address, cause) => {
    expect(causeOf({ code, text, address })).toMatch(cause);
  });

  it.each([
    ['EPIPE', ''],
    ['ECONNRESET', 'read ECONNRESET'],
    [undefined, 'something else'],
  ])('is not made up: %s %s', (code, text) => {
    expect(causeOf({ code, text, address: https })).toBeUndefined();
  });
});

it('is told on the core by the feature hints alone; the address is told always', async () => {
  const port = await portOf();
  const options = { ...keys, origin: `http://127.0.0.1:${port}`, transport: fetchTransport() };
  for (const [Client, isHinted] of [
    [Core, false],
    [Core.with(hints), true],
  ] as const) {
    const pubnub = new Client(options);
    const text = String(await rejection(pubnub.time().execute()));
    expect(text).toContain(`the connection to http://127.0.0.1:${port} failed (ECONNREFUSED)`);
    expect(text.includes('npx timetoken serve')).toBe(isHinted);
    await pubnub.close();
  }
});
