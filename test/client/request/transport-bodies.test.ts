import { getEventListeners } from 'node:events';
import type { BodyBytes, TransportRequest } from 'timetoken';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { fetchTransport } from '../../../src/client/request/fetch-transport.ts';
import { kyTransport } from '../../../src/client/request/ky-transport.ts';
import { piecewise } from '../../support/files-transport.ts';
import { listen } from '../../support/unit-server.ts';

const DATA = new TextEncoder().encode('Knights who say Ni!');
const HALVES = [DATA.slice(0, 7), DATA.slice(7)];

function request(more: Partial<TransportRequest> = {}): TransportRequest {
  const { signal } = new AbortController();
  return { method: 'POST', url: 'http://localhost/x', headers: { 'content-type': 'a/b' }, signal, ...more };
}

function streamed(): { readonly body: BodyBytes; readonly log: readonly string[] } {
  const { stream, log } = piecewise(HALVES);
  return { body: { size: DATA.length, stream: () => stream }, log };
}

/** A request as browsers make it, which drop lengths. */
class WithoutLength extends Request {
  constructor(input: RequestInfo | URL, init?: RequestInit) {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.delete('content-length');
    super(input, { ...init, headers });
  }
}

afterEach(() => void vi.unstubAllGlobals());

describe.each([
  ['kyTransport()', kyTransport],
  ['fetchTransport()', fetchTransport],
] as const)('%s', (_maker, transportOf) => {
  describe('the default transport with bytes', () => {
    it('sends a Blob, a Blob that is watched and a stream with their lengths, over a socket', async () => {
      const seen: unknown[] = [];
      const server = await listen((incoming, response) => {
        let text = '';
        incoming.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        incoming.on('end', () => {
          const { headers } = incoming;
          seen.push([headers['content-type'], headers['content-length'], headers['transfer-encoding'], text]);
          response.writeHead(204).end();
        });
      });
      const loads: number[] = [];
      const onProgress = (loaded: number) => void loads.push(loaded);
      const blob = new Blob([DATA]);
      for (const more of [
        { body: blob },
        { body: blob, onProgress },
        { body: streamed().body, onProgress },
      ]) {
        expect((await transportOf()(request({ url: `${server.url}/x`, ...more }))).status).toBe(204);
      }
      const line = ['a/b', '19', undefined, 'Knights who say Ni!'];
      expect(seen).toEqual([line, line, line]);
      expect(loads).toEqual([19, 7, 19]);
      await server.close();
    });

    it('reads a stream whole where the runtime drops lengths, as browsers do, and counts nothing then', async () => {
      vi.stubGlobal('Request', WithoutLength);
      const bodies: unknown[] = [];
      const texts: string[] = [];
      const watching = transportOf({
        fetch: async (input) => {
          bodies.push(input.headers.get('content-length'));
          texts.push(await input.text());
          return new Response(null, { status: 204 });
        },
      });
      const onProgress = vi.fn();
      const { body, log } = streamed();
      await watching(request({ body, onProgress }));
      await watching(request({ body: new Blob([DATA]), onProgress }));
      expect([texts, bodies]).toEqual([Array(2).fill('Knights who say Ni!'), [null, null]]);
      expect(log).toEqual(['pull', 'pull', 'end']);
      expect(onProgress).not.toHaveBeenCalled();
    });
  });

  type Ending = (input: Request, end: () => void) => Promise<Response>;

  const aborted = (input: Request) =>
    new Promise<Response>((_resolve, reject) => {
      input.signal.addEventListener('abort', () => reject(input.signal.reason));
    });
  const ENDINGS: readonly (readonly [string, Ending])[] = [
    [
      'aborted before anything of it was read',
      async (input, end) => {
        const failed = aborted(input);
        end();
        return failed;
      },
    ],
    [
      'aborted while it is read',
      async (input, end) => {
        const failed = aborted(input);
        await input.body?.getReader().read();
        end();
        return failed;
      },
    ],
    ['refused a connection', () => Promise.reject(new TypeError('fetch failed'))],
    ['answered before anything of it was read', async () => new Response('no', { status: 403 })],
    [
      'answered before its end',
      async (input) => {
        await input.body?.getReader().read();
        return new Response(null, { status: 204 });
      },
    ],
  ];

  describe.each([
    ['has more to give', 'close'],
    ['is about to make its next chunk', 'hang'],
  ] as const)('a source that %s', (_name, next) => {
    it.each(ENDINGS)('is cancelled when the request is %s', async (_ending, answer) => {
      const controller = new AbortController();
      const { stream, log } = piecewise(next === 'hang' ? HALVES.slice(0, 1) : HALVES, next);
      const body = { size: DATA.length, stream: () => stream };
      const transport = transportOf({ fetch: (input) => answer(input, () => controller.abort()) });
      await transport(request({ body, signal: controller.signal })).catch(() => undefined);
      expect(log.at(-1)).toBe('cancel');
    });
  });

  describe('a source', () => {
    it('is cancelled when the signal was aborted before, and when a runtime without streams reads it whole', async () => {
      const cancelled = async (signal: AbortSignal) => {
        const { stream, log } = piecewise(HALVES.slice(0, 1), 'hang');
        const body = { size: DATA.length, stream: () => stream };
        const sending = transportOf({ fetch: (input) => fetch(input) })(request({ body, signal }));
        await expect(sending).rejects.toThrow('enough');
        return log.at(-1);
      };
      expect(await cancelled(AbortSignal.abort(new Error('enough')))).toBe('cancel');
      vi.stubGlobal('Request', WithoutLength);
      const controller = new AbortController();
      const reading = cancelled(controller.signal);
      controller.abort(new Error('enough'));
      expect(await reading).toBe('cancel');
    });

    it('is left alone once it has come to its end', async () => {
      const { body, log } = streamed();
      const { signal } = new AbortController();
      vi.stubGlobal('fetch', async (input: RequestInfo, { signal: _, ...init }: RequestInit = {}) => {
        return new Response(await new Request(input, init).text());
      });
      expect((await transportOf()(request({ body, signal }))).body).toBe('Knights who say Ni!');
      expect(log).toEqual(['pull', 'pull', 'end']);
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    });

    it('that cannot be cancelled, and one that fails, reject the request and nothing else', async () => {
      const failure = new Error('the disk is gone');
      const cancel = () => Promise.reject(failure);
      const stubborn = new ReadableStream<Uint8Array>({ cancel }, { highWaterMark: 0 });
      const broken = piecewise(HALVES, failure).stream;
      for (const stream of [stubborn, broken]) {
        const transport = transportOf({
          fetch: async (input) => {
            if (stream === stubborn) throw new TypeError('fetch failed');
            return new Response(await input.text());
          },
        });
        const body = { size: 99, stream: () => stream };
        await expect(transport(request({ body }))).rejects.toThrow();
      }
    });
  });

  describe('the default transport with a stream as its answer', () => {
    it('follows redirects for a stream alone', async () => {
      const modes: string[] = [];
      const transport = transportOf({
        fetch: async (input) => {
          modes.push(input.redirect);
          return new Response('bytes');
        },
      });
      const { stream } = await transport(request({ method: 'GET', accept: 'stream' }));
      const { body } = await transport(request({ method: 'GET' }));
      expect([modes, await new Response(stream as BodyInit).text(), body]).toEqual([
        ['follow', 'manual'],
        'bytes',
        'bytes',
      ]);
    });

    it.each([307, 404, 500])('gives what is no success as text: %i', async (status) => {
      const transport = transportOf({ fetch: async () => new Response('text', { status }) });
      const response = await transport(request({ method: 'GET', accept: 'stream' }));
      expect([response.status, response.body, response.stream]).toEqual([status, 'text', undefined]);
    });

    it('gives a success without a body as an empty stream', async () => {
      const transport = transportOf({ fetch: async () => new Response(null, { status: 200 }) });
      const { stream } = await transport(request({ method: 'GET', accept: 'stream' }));
      expect(await new Response(stream as BodyInit).text()).toBe('');
    });

    it('does not limit a stream, and reads no further than it is asked to', async () => {
      const { stream: source, log } = piecewise(
        Array.from({ length: 20 }, () => new Uint8Array(1024 * 1024)),
      );
      const transport = transportOf({ fetch: async () => new Response(source as BodyInit) });
      const { stream } = await transport(request({ method: 'GET', accept: 'stream' }));
      expect(log.length).toBeLessThan(2);
      expect((await new Response(stream as BodyInit).arrayBuffer()).byteLength).toBe(20 * 1024 * 1024);
    });
  });
});
