import { describe, expect, test, vi } from 'vitest';
import { targetOf } from '../../../src/origin/http/fetch.ts';
import { createOrigin } from '../../../src/origin/index.ts';
import { isPending, originNetwork } from '../../support/origin-network.ts';
import { settle, VirtualClock } from '../../support/virtual-clock.ts';

describe('origin.fetch', () => {
  test('answers a request, unbound', async () => {
    const { fetch } = originNetwork().origin;
    const response = await fetch(new Request('https://any.host:99/time/0?uuid=u#fragment'));
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe('text/javascript; charset="UTF-8"');
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(await response.text()).toBe('[17000000000000000]');
  });

  test('takes the place of the global fetch: a URL, with options beside it', async () => {
    const { fetch } = originNetwork().origin;
    expect((await fetch('http://x/time/0')).status).toBe(200);
    expect((await fetch(new URL('http://x/time/0'), { method: 'DELETE' })).status).toBe(405);
  });

  test('ignores what a server passes beside a request', async () => {
    const { fetch } = originNetwork().origin;
    expect((await fetch(new Request('http://x/time/0'), { method: 'DELETE' })).status).toBe(200);
  });

  test('publishes a posted body', async () => {
    const { origin, subscribe, drain } = originNetwork();
    const { t } = await subscribe('a');
    const request = new Request('http://x/publish/demo/demo/0/a/0', { method: 'POST', body: '{"a":"ü"}' });
    expect(await (await origin.fetch(request)).json()).toEqual([1, 'Sent', expect.any(String)]);
    expect((await drain('a', t.t)).m[0]?.d).toEqual({ a: 'ü' });
  });

  test('reads no more of a body than is allowed', async () => {
    const { fetch } = originNetwork({ limits: { bodyBytes: 1_000 } }).origin;
    let pulled = 0;
    const body = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(500));
      },
    });
    const request = new Request('http://x/publish/demo/demo/0/a/0', {
      method: 'POST',
      body,
      duplex: 'half',
    } as never);
    expect((await fetch(request)).status).toBe(413);
    expect(pulled).toBeLessThan(10);
  });

  test('rejects with the reason when the signal aborts a parked poll, and forgets it', async () => {
    const { clock, origin, subscribe } = originNetwork();
    const { t } = await subscribe('a');
    const controller = new AbortController();
    const response = origin.fetch(
      new Request(`http://x/v2/subscribe/demo/a/0?tt=${t.t}`, { signal: controller.signal }),
    );
    expect(await isPending(response)).toBe(true);
    expect(clock.pending).toBe(1);
    controller.abort(new Error('enough'));
    await expect(response).rejects.toThrow('enough');
    expect(clock.pending).toBe(0);
  });

  test('takes its callback back from a signal that outlives the request', async () => {
    const { origin, publish, subscribe } = originNetwork();
    const { t } = await subscribe('a');
    const request = new Request(`http://x/v2/subscribe/demo/a/0?tt=${t.t}`);
    const add = vi.spyOn(request.signal, 'addEventListener');
    const remove = vi.spyOn(request.signal, 'removeEventListener');
    const response = origin.fetch(request);
    await isPending(response);
    await publish('a', 1);
    await response;
    expect(add).toHaveBeenCalledTimes(1);
    expect(remove.mock.calls[0]?.slice(0, 2)).toEqual(add.mock.calls[0]?.slice(0, 2));
  });

  test('rejects at once when the signal has aborted already', async () => {
    const { fetch } = originNetwork().origin;
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(fetch(new Request('http://x/publish/demo/demo/0/a/0/1', { signal }))).rejects.toThrow(
      'enough',
    );
  });

  test('answers a preflight without a body', async () => {
    const { fetch } = originNetwork().origin;
    const response = await fetch('http://x/time/0', { method: 'OPTIONS' });
    expect(response.status).toBe(204);
    expect(response.body).toBeNull();
  });
});

test.each([
  ['http://x', '/'],
  ['http://x?a=/b', '/?a=/b'],
  ['http://x:1/a%2Fb/c?d=e#f', '/a%2Fb/c?d=e'],
  ['http://user:pass@x/a?b=http://y/', '/a?b=http://y/'],
])('the target of %s is %s', (url, target) => {
  expect(targetOf(url)).toBe(target);
});

test('an origin without options runs on the machine’s clock', async () => {
  const origin = createOrigin();
  const [time] = (await (await origin.fetch('http://x/time/0')).json()) as [number];
  expect(Math.abs(time / 10_000 - Date.now())).toBeLessThan(5_000);
  await origin.close();
});

test.each([
  ['publish', '/publish/demo/demo/0/a/0'],
  ['a form of an upload', '/v1/files/demo/uploads'],
])(
  'a signal that aborts while the body of %s comes ends the request, and tells its sender',
  async (_name, path) => {
    const origin = createOrigin({ clock: new VirtualClock() });
    const controller = new AbortController();
    let cancelled: unknown;
    const body = new ReadableStream({
      start: (stream) =>
        stream.enqueue(
          new TextEncoder().encode('--x\r\ncontent-disposition: form-data; name="key"\r\n\r\nhalf'),
        ),
      cancel: (reason) => {
        cancelled = reason;
      },
    });
    const headers = { 'content-type': 'multipart/form-data; boundary=x' };
    const options = { method: 'POST', headers, body, duplex: 'half', signal: controller.signal };
    const response = origin.fetch(`http://origin${path}`, options);
    await settle();
    controller.abort();
    await expect(response).rejects.toMatchObject({ name: 'AbortError' });
    expect(cancelled).toMatchObject({ name: 'AbortError' });
    await origin.close();
  },
);
