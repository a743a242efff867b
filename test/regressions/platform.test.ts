import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createContext, runInContext } from 'node:vm';
import { build } from 'esbuild';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { PubNub } from '../../src/index.ts';
import { scriptedClient } from '../support/unit-client.ts';

const ROOT = new URL('../../', import.meta.url);

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
  readonly sideEffects: boolean;
  readonly type: string;
  readonly exports: Readonly<Record<string, string | Readonly<Record<string, string>>>>;
  readonly scripts: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(new URL('package.json', ROOT), 'utf8')) as Manifest;

/** What every place has that the client is to run in. */
const LANGUAGE = {
  ...{ fetch, Request, Response, Headers, AbortController, AbortSignal, TextEncoder, TextDecoder, URL },
  // Nothing here takes time.
  ...{ setTimeout: () => 0, clearTimeout: () => {}, URLSearchParams, queueMicrotask, DOMException },
};
const STREAMS = { ReadableStream, TransformStream, Blob, FormData, structuredClone, btoa, atob };

// What is missing in each: `window`, `document`, `process`, `Buffer` and `require` in all of them.
const PLACES: readonly (readonly [name: string, globals: object])[] = [
  ['a worker', { ...LANGUAGE, ...STREAMS, crypto, self: {}, navigator: { onLine: true } }],
  ['an edge runtime, without a navigator', { ...LANGUAGE, ...STREAMS, crypto }],
  ['a phone, without streams and cryptography', { ...LANGUAGE, navigator: { product: 'ReactNative' } }],
];

describe('the bundle for browsers', () => {
  let script = '';

  beforeAll(async () => {
    const { outputFiles } = await build({
      entryPoints: [fileURLToPath(new URL('src/index.ts', ROOT))],
      ...{ bundle: true, write: false, platform: 'browser', format: 'iife', globalName: 'timetoken' },
    });
    script = outputFiles[0]?.text ?? '';
  });

  test.each(PLACES)('api-surface 9.3d: makes a client that publishes in %s', async (_, globals) => {
    const seen: string[] = [];
    const answer = async ({ url }: Request) => {
      seen.push(new URL(url).pathname);
      return new Response('[1,"Sent","16000000000000001"]');
    };
    const context = createContext({ ...globals, answer });
    runInContext(script, context);
    const program = `
      const pubnub = new timetoken.PubNub({
        subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', origin: 'localhost', fetch: answer,
      });
      pubnub.publish({ channel: 'a', message: { n: 0 } }).execute()
        .then((result) => pubnub.close().then(() => result));`;
    const result: unknown = await runInContext(program, context);
    expect(JSON.parse(JSON.stringify(result))).toEqual({ timetoken: '16000000000000001' });
    expect(seen).toEqual(['/publish/demo/demo/0/a/0/%7B%22n%22%3A0%7D']);
  });

  test('pains 23: builds no code from text, which many places forbid', () => {
    expect(script).not.toMatch(/\beval\(|new Function\(/);
  });

  test('peers 1: of one helper is nothing but that helper', async () => {
    const { outputFiles } = await build({
      stdin: {
        contents: `export { timetokenToDate } from './src/index.ts';`,
        resolveDir: fileURLToPath(ROOT),
      },
      ...{ bundle: true, write: false, minify: true, platform: 'browser', format: 'esm' },
    });
    expect(outputFiles[0]?.contents.byteLength).toBeLessThan(2_000);
  });
});

describe('the package', () => {
  test('peers 2: installs a handful of packages, runs no script, and asks for no peer by itself', () => {
    expect(Object.keys(manifest.dependencies).length).toBeLessThanOrEqual(7);
    for (const name of Object.keys(manifest.peerDependencies ?? {})) {
      expect(manifest.peerDependenciesMeta?.[name]).toMatchObject({ optional: true });
    }
    expect(Object.keys(manifest.scripts)).not.toContain('postinstall');
  });

  test('peers 8 and pains 17: has an ES module and its types behind every entry, the types first', () => {
    // Importing the entry for vitest registers matchers; nothing else has side effects.
    const registers = ['./dist/testing/vitest.js', './dist/bundled/testing/vitest.js'];
    expect([manifest.type, manifest.sideEffects]).toEqual(['module', registers]);
    for (const [entry, target] of Object.entries(manifest.exports)) {
      if (typeof target === 'string') continue;
      const conditions = Object.keys(target);
      expect([entry, conditions[0], conditions.at(-1)]).toEqual([entry, 'types', 'default']);
    }
  });
});

describe('a client', () => {
  test('pains 34: prints nothing by itself, whatever comes', async () => {
    const methods = ['log', 'info', 'warn', 'error', 'debug'] as const;
    const spies = methods.map((name) => vi.spyOn(console, name).mockImplementation(() => {}));
    for (const body of ['<html>', '', '{', '[1,"Sent","16000000000000001"]']) {
      const { pubnub, close } = scriptedClient([{ body }, { status: 500, body }], { logger: {} });
      pubnub.on('status', () => {
        throw new Error('of the program');
      });
      pubnub.subscribe().channels('a').execute();
      await pubnub.publish({ channel: 'a', message: 1 }).envelope();
      await close();
    }
    expect(spies.flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  test('pains 24: can be made and printed without a timer, a request or a secret', () => {
    const { pubnub, clock, requests } = scriptedClient([], {
      secretKey: 'sec-canary',
      cipherKey: 'cip-canary',
    });
    expect(`${JSON.stringify(pubnub)}${String(pubnub)}`).not.toContain('canary');
    expect([clock.pending, requests.length, pubnub instanceof PubNub]).toEqual([0, 0, true]);
  });
});
