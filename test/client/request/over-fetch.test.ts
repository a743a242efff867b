import { inspect } from 'node:util';
import { PubNub, type TransportRequest } from 'timetoken';
import { describe, expect, it, vi } from 'vitest';
import { fetchTransport } from '../../../src/client/request/fetch-transport.ts';
import { kyTransport } from '../../../src/client/request/ky-transport.ts';
import { rejection } from '../../support/unit-client.ts';
import { settle } from '../../support/virtual-clock.ts';

function request(more: Partial<TransportRequest> = {}): TransportRequest {
  const { signal } = new AbortController();
  return { method: 'GET', url: 'http://localhost/x?y=%2F', headers: {}, signal, ...more };
}

const sent = (body: BodyInit | null, init?: ResponseInit) => async () => new Response(body, init);

describe.each([
  ['kyTransport()', kyTransport],
  ['fetchTransport()', fetchTransport],
] as const)('%s', (_maker, transportOf) => {
  describe('the default transport', () => {
    it('calls globalThis.fetch as it is at the time of the call, on nothing', async () => {
      const transport = transportOf();
      const receivers: unknown[] = [];
      vi.stubGlobal('fetch', async function (this: unknown) {
        receivers.push(this);
        return new Response('stubbed');
      });
      expect((await transport(request())).body).toBe('stubbed');
      expect([undefined, globalThis]).toContain(receivers[0]);
    });

    it('hands a Request with method, address, headers and body to its fetch', async () => {
      const seen: unknown[] = [];
      const transport = transportOf({
        fetch: async (input) => {
          seen.push([input.method, input.url, input.headers.get('content-type'), await input.text()]);
          return new Response('ok');
        },
      });
      await transport(request());
      await transport(
        request({ method: 'POST', headers: { 'content-type': 'application/json' }, body: '"é"' }),
      );
      expect(seen).toEqual([
        ['GET', 'http://localhost/x?y=%2F', null, ''],
        ['POST', 'http://localhost/x?y=%2F', 'application/json', '"é"'],
      ]);
    });

    it.each([200, 204, 302, 400, 403, 429, 500, 503])(
      'makes one request and resolves with any status: %i',
      async (status) => {
        let calls = 0;
        const transport = transportOf({
          fetch: async () => {
            calls++;
            return new Response(status === 204 ? null : 'text', { status, headers: { 'Retry-After': '1' } });
          },
        });
        const response = await transport(request());
        expect([response.status, response.headers.get('retry-after'), calls]).toEqual([status, '1', 1]);
      },
    );

    it('follows no redirect', async () => {
      let redirect = '';
      const transport = transportOf({
        fetch: async (input) => {
          redirect = input.redirect;
          return new Response(null, { status: 307, headers: { location: 'http://elsewhere/' } });
        },
      });
      expect((await transport(request())).status).toBe(307);
      expect(redirect).toBe('manual');
    });

    it('gives the status of a redirect that a browser hides', async () => {
      const hidden = Object.defineProperty(new Response(null), 'type', { value: 'opaqueredirect' });
      expect((await transportOf({ fetch: async () => hidden })(request())).status).toBe(307);
    });

    it.each([
      ['with a length', { 'content-length': '8' }],
      ['without one', {}],
      ['compressed', { 'content-length': '3', 'content-encoding': 'gzip' }],
    ])('decodes UTF-8 without its byte order mark: %s', async (_name, headers) => {
      const body = new TextEncoder().encode('\uFEFF"é😀"');
      const chunks = new ReadableStream({
        start(controller) {
          for (const byte of body) controller.enqueue(Uint8Array.of(byte));
          controller.close();
        },
      });
      expect((await transportOf({ fetch: sent(chunks, { headers }) })(request())).body).toBe('"é😀"');
    });

    it('gives up at 16 MiB, wherever the end may be, and lets the stream go', async () => {
      let cancelled = false;
      let chunks = 0;
      const endless = new ReadableStream({
        pull(controller) {
          chunks++;
          controller.enqueue(new Uint8Array(1024 * 1024));
        },
        cancel() {
          cancelled = true;
        },
      });
      const error = await rejection(transportOf({ fetch: sent(endless) })(request()));
      expect(error).toMatchObject({ code: 'ERR_RESPONSE_TOO_LARGE' });
      expect(cancelled).toBe(true);
      expect(chunks).toBeLessThan(20);
    });

    it('trusts no length of another origin, of which browsers hide whether it is compressed', async () => {
      const body = new Uint8Array(17 * 1024 * 1024);
      const response = new Response(body, { headers: { 'content-length': '9' } });
      const other = Object.defineProperty(response, 'type', { value: 'cors' });
      const error = await rejection(transportOf({ fetch: async () => other })(request()));
      expect(error).toMatchObject({ code: 'ERR_RESPONSE_TOO_LARGE' });
    });

    it('passes its signal on', async () => {
      const controller = new AbortController();
      // A request that nobody holds is collected, and then its signal follows no other: a real fetch holds it.
      const held: Request[] = [];
      const transport = transportOf({
        fetch: (input) => {
          held.push(input);
          return new Promise((_, reject) =>
            input.signal.addEventListener('abort', () => reject(new Error('aborted'))),
          );
        },
      });
      const error = rejection(transport(request({ signal: controller.signal })));
      await settle();
      controller.abort();
      expect(await error).toBeInstanceOf(Error);
      expect(held.map(({ signal }) => signal.aborted)).toEqual([true]);
    });

    it.each([undefined, {}, 'text', new TypeError('Failed to fetch')])(
      'fails once, as its fetch fails: %s',
      async (thrown) => {
        let calls = 0;
        const fetch = async () => {
          calls++;
          return Promise.reject(thrown as Error);
        };
        const pubnub = new PubNub({ subscribeKey: 'demo', publishKey: 'demo', userId: 'a', fetch });
        const error = await rejection(pubnub.publish({ channel: 'a', message: 1 }).execute());
        expect(error).toMatchObject({
          code: 'PN-2001',
          category: 'PNNetworkIssuesCategory',
          delivery: 'unknown',
        });
        expect(inspect(error)).not.toContain('/publish/');
        expect(calls).toBe(1);
      },
    );
  });
});
