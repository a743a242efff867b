import { createConnection } from 'node:net';
import { PubNub } from 'timetoken';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, it, vi } from 'vitest';

const PUBLISH = '/publish/demo/demo/0/room/0';

/** Sends bytes, and resolves to the first line of what comes back. */
function send(port: number, text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(port, '127.0.0.1', () => socket.write(text));
    socket.once('error', reject);
    socket.once('data', (bytes) => {
      socket.destroy();
      resolve(String(bytes).split('\r\n', 1)[0] ?? '');
    });
  });
}

describe('a network on a port', () => {
  it('refuses a body that is larger than the origin reads', async () => {
    await using network = createTestNetwork({ limits: { bodyBytes: 1_000 } });
    const { url } = await network.listen();
    const post = (bytes: number) =>
      fetch(`${url}${PUBLISH}`, { method: 'POST', body: JSON.stringify('x'.repeat(bytes)) });
    expect([(await post(900)).status, (await post(1_500)).status]).toEqual([200, 413]);
    expect(network.transcript().map(({ outcome }) => outcome)).toEqual(['200', '413']);
  });

  it('stops reading a body without an end', async () => {
    await using network = createTestNetwork({ limits: { bodyBytes: 1_000 } });
    const { port } = await network.listen();
    const head = `POST ${PUBLISH} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n`;
    expect(await send(port, `${head}1388\r\n${'x'.repeat(5_000)}\r\n`)).toBe(
      'HTTP/1.1 413 Payload Too Large',
    );
  });

  it('answers what is not HTTP', async () => {
    await using network = createTestNetwork();
    const { port } = await network.listen();
    expect(await send(port, 'hello\r\n\r\n')).toBe('HTTP/1.1 400 Bad Request');
  });

  it('is served under any name, and passes headers on', async () => {
    await using network = createTestNetwork();
    const { url } = await network.listen();
    const path = '/v2/objects/demo/uuids/alice';
    const options = { method: 'PATCH', body: '{"name":"Alice"}', headers: { 'if-match': 'other' } };
    expect((await fetch(`${url}${path}`, { ...options, headers: {} })).status).toBe(200);
    expect((await fetch(`${url}${path}`, options)).status).toBe(412);
    expect(await send(Number(new URL(url).port), 'GET /time/0 HTTP/1.1\r\nhost: kit.example\r\n\r\n')).toBe(
      'HTTP/1.1 200 OK',
    );
  });

  it('waits in real time where timers are fake', async () => {
    vi.useFakeTimers();
    try {
      const network = createTestNetwork({ time: vi });
      const { url } = await network.listen();
      const pubnub = new PubNub({ subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', origin: url });
      await pubnub.publish({ channel: 'room', message: 'x', usePost: true }).execute();
      expect(network.published('room')).toMatchObject([{ message: 'x' }]);
      await pubnub.close();
      await network.close();
    } finally {
      vi.useRealTimers();
    }
  });

  it('sends the head and half of an answer that stalls', async () => {
    await using network = createTestNetwork();
    const { url } = await network.listen();
    network.fail('time', { with: 'stall' });
    const controller = new AbortController();
    const response = await fetch(`${url}/time/0`, { signal: controller.signal });
    expect(response.status).toBe(200);
    const reader = response.body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    expect(String.fromCharCode(...(value ?? []))).toMatch(/^\[\d+$/);
    const rest = reader?.read();
    controller.abort();
    await expect(rest).rejects.toThrow();
  });

  it.each(['reset', 'truncated'] as const)('breaks the connection with the fault "%s"', async (fault) => {
    await using network = createTestNetwork();
    const { url } = await network.listen();
    network.fail('time', { with: fault });
    await expect(fetch(`${url}/time/0`).then((response) => response.text())).rejects.toThrow();
  });
});
