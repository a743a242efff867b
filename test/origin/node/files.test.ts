import { request } from 'node:http';
import { expect, test, vi } from 'vitest';
import { createOrigin } from '../../../src/origin/index.ts';
import { type ServeOptions, serve } from '../../../src/origin/node.ts';
import { type Announced, codeIn } from '../../support/origin-files.ts';
import { RawConnection } from '../../support/origin-socket.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const PATH = '/v1/files/demo/channels/a/generate-upload-url';
const UPLOADS = '/v1/files/demo/uploads';

async function served(options: ServeOptions = {}) {
  const origin = createOrigin();
  const server = await serve(origin, options);
  const announced = async () => {
    const response = await fetch(server.url + PATH, { method: 'POST', body: '{"name":"ü.bin"}' });
    return (await response.json()) as Announced;
  };
  const post = ({ url, form_fields }: Announced['file_upload_request'], bytes: BlobPart) => {
    const form = new FormData();
    for (const { key, value } of form_fields) form.append(key, value);
    form.append('file', new Blob([bytes]), 'ü.bin');
    return fetch(url, { method: 'POST', body: form });
  };
  const close = async () => {
    await server.close();
    await origin.close();
  };
  return { server, announced, post, [Symbol.asyncDispose]: close };
}

/** The address of uploads that a request with these headers is told. */
function told(port: number, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      { port, host: '127.0.0.1', path: PATH, method: 'POST', headers },
      async (response) => {
        const body = JSON.parse(Buffer.concat(await response.toArray()).toString()) as Announced;
        resolve(body.file_upload_request.url);
      },
    );
    outgoing.on('error', reject);
    outgoing.end('{"name":"a"}');
  });
}

test('the platform’s fetch sends a file, and follows to its bytes', async () => {
  await using system = await served();
  const { data, file_upload_request } = await system.announced();
  expect(file_upload_request.url).toBe(`${system.server.url}${UPLOADS}`);
  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  const sent = await system.post(file_upload_request, bytes);
  expect([sent.status, await sent.text(), sent.headers.get('content-length')]).toEqual([204, '', null]);
  const address = `${system.server.url}/v1/files/demo/channels/a/files/${data.id}/${encodeURIComponent(data.name)}`;
  const redirect = await fetch(address, { redirect: 'manual' });
  expect(redirect.headers.get('cache-control')).toBe('public, max-age=3600, immutable');
  const response = await fetch(address);
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  expect(response.headers.get('content-disposition')).toBe(
    `attachment; filename="_.bin"; filename*=UTF-8''%C3%BC.bin`,
  );
});

test('a file of the limit passes, and one that is larger is told so', async () => {
  await using system = await served();
  const { file_upload_request } = await system.announced();
  expect((await system.post(file_upload_request, new Uint8Array(5_242_880))).status).toBe(204);
  for (const size of [5_242_881, 12_000_000]) {
    const refused = await system.post(file_upload_request, new Uint8Array(size));
    expect([refused.status, codeIn(await refused.text())]).toEqual([400, 'EntityTooLarge']);
  }
});

test('a body without end is given up, and its connection closed', async () => {
  await using system = await served();
  const endless = new RawConnection(system.server.port);
  endless.write(`POST ${UPLOADS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n`);
  const chunk = 'x'.repeat(1_000_000);
  const pump = () => {
    while (!endless.socket.destroyed && endless.socket.write(chunk));
  };
  endless.socket.on('drain', pump);
  pump();
  await endless.ended;
  expect((await fetch(`${system.server.url}/time/0`)).status).toBe(200);
});

test('a slow upload has more time than a slow message', async () => {
  const clock = new VirtualClock();
  await using system = await served({ clock });
  const slow = new RawConnection(system.server.port);
  slow.write(`POST ${UPLOADS} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000000\r\n\r\n-`);
  await vi.waitUntil(() => clock.pending === 1);
  await clock.advance(120_000);
  expect(clock.pending).toBe(1);
  await clock.advance(30_000);
  await slow.ended;
  expect(slow.text).toMatch(/^HTTP\/1.1 408 [\s\S]*connection: close/);
});

test.each([
  [{}, 'http://127.0.0.1:PORT'],
  [{ host: 'files.example' }, 'http://files.example'],
  [{ host: 'files.example:8443', 'x-forwarded-proto': 'https' }, 'https://files.example:8443'],
  [{ host: '[::1]:80', 'x-forwarded-proto': 'gopher' }, 'http://[::1]:80'],
  [{ host: 'a"><b' }, 'http://localhost'],
  [{ host: 'user@evil/path' }, 'http://localhost'],
])('with %o a file is sent to %s', async (headers, base) => {
  await using system = await served({ allowHosts: ['*'] });
  const { port } = system.server;
  expect(await told(port, headers)).toBe(base.replace('PORT', String(port)) + UPLOADS);
});
