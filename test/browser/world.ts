import { readFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import type { PubNubOptions } from 'timetoken';
import { createOrigin } from 'timetoken/origin';
import { serve } from 'timetoken/origin/node';
import { blocksOf } from '../docs/markdown.ts';
import type { App } from './app.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The global of the pages. */
declare global {
  var app: App;
}

// As a bundler would: by the conditions of the package's exports.
async function bundle(entry: { readonly path: string } | { readonly code: string }): Promise<string> {
  const input =
    'path' in entry
      ? { entryPoints: [entry.path] }
      : { stdin: { contents: entry.code, loader: 'ts' as const, resolveDir: ROOT } };
  const options = { bundle: true, format: 'esm', platform: 'browser', write: false } as const;
  const { outputFiles } = await build({ ...input, ...options, absWorkingDir: ROOT });
  return outputFiles?.[0]?.text ?? '';
}

/** The code of a block of the page about browsers, by a name that stands in its first line. */
function blockOf(name: string): string {
  const page = 'docs/how-to/browser.md';
  const block = blocksOf(page, readFileSync(`${ROOT}${page}`, 'utf8')).find(({ code }) =>
    code.startsWith(`// ${name}`),
  );
  if (!block) throw new Error(`${page} has no block that begins with "// ${name}".`);
  return block.code;
}

const HTML =
  '<!doctype html><meta charset="utf-8"><title>Check</title><script type="module" src="/app.js"></script>';

/** Chromium, pages on one host, and an origin on another. */
export class World {
  readonly #browser: Browser;
  readonly #web: http.Server;
  readonly #origin: ReturnType<typeof createOrigin>;
  readonly #server: Awaited<ReturnType<typeof serve>>;
  /** Tabs that share what tabs of one user share. */
  readonly context: BrowserContext;
  /** Requests that the origin got: method, address. */
  readonly requests: string[] = [];
  /** Awaited ahead of each request of the origin. */
  hold: (address: string) => Promise<void> | undefined = () => undefined;

  private constructor(given: {
    readonly browser: Browser;
    readonly context: BrowserContext;
    readonly web: http.Server;
    readonly origin: ReturnType<typeof createOrigin>;
    readonly server: Awaited<ReturnType<typeof serve>>;
  }) {
    this.#browser = given.browser;
    this.context = given.context;
    this.#web = given.web;
    this.#origin = given.origin;
    this.#server = given.server;
  }

  static async open(): Promise<World> {
    const scripts = new Map([
      ['/app.js', await bundle({ path: 'test/browser/app.ts' })],
      ['/tab.js', await bundle({ code: blockOf('tab.ts') })],
    ]);
    const web = http.createServer(({ url = '/' }, response) => {
      const script = scripts.get(url);
      response.setHeader('content-type', script === undefined ? 'text/html' : 'text/javascript');
      response.end(script ?? (url === '/tab' ? HTML.replace('app.js', 'tab.js') : HTML));
    });
    await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
    const origin = createOrigin();
    let world: World | undefined;
    const server = await serve({
      bodyLimit: origin.bodyLimit,
      handle: async (request) => {
        world?.requests.push(request.target);
        await world?.hold(request.target);
        return origin.handle(request);
      },
    });
    const worker = blockOf('worker.ts').replace('http://localhost:8090', server.url);
    scripts.set('/worker.js', await bundle({ code: worker }));
    const executablePath = process.env['CHROMIUM'];
    if (executablePath === undefined) throw new Error('Run `npm run check:browser`, which finds Chromium.');
    const browser = await chromium.launch({
      executablePath,
      args: ['--headless', '--no-sandbox', '--disable-gpu', '--disable-background-networking'],
      // Off by default here, and on in every browser.
      ignoreDefaultArgs: ['--disable-back-forward-cache'],
    });
    const context = await browser.newContext();
    world = new World({ browser, context, web, origin, server });
    return world;
  }

  /** The address of the origin. */
  get url(): string {
    return this.#server.url;
  }

  /** The address of a page. */
  at(path = '/'): string {
    // net.Server says null or a path only before it listens, or on a socket of the file system.
    return `http://127.0.0.1:${(this.#web.address() as AddressInfo).port}${path}`;
  }

  /** A tab with the page that has `app`. */
  async tab(path?: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(this.at(path));
    return page;
  }

  /** Options of a client of this origin. */
  options(userId: string, more: Partial<PubNubOptions> = {}): PubNubOptions {
    return { subscribeKey: 'demo', publishKey: 'demo', userId, origin: this.url, ...more };
  }

  /** A tab whose client is subscribed to `room`. */
  async joined(userId: string, more?: Partial<PubNubOptions>): Promise<Page> {
    const page = await this.tab();
    await page.evaluate((options) => app.start(options), this.options(userId, more));
    return page;
  }

  /** Publishes from outside the browser. */
  async publish(message: string): Promise<void> {
    const text = encodeURIComponent(JSON.stringify(message));
    await (await fetch(`${this.url}/publish/demo/demo/0/room/0/${text}?uuid=outside`)).text();
  }

  /** The users who are present on `room`. */
  async present(): Promise<readonly string[]> {
    const answer = await fetch(`${this.url}/v2/presence/sub-key/demo/channel/room?uuid=outside`);
    const { uuids }: { uuids: readonly string[] } = await answer.json();
    return [...uuids].sort();
  }

  /** The requests of a kind so far. */
  count(part: string): number {
    return this.requests.filter((url) => url.includes(part)).length;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.#server.close();
    await this.#origin.close();
    this.#web.closeAllConnections();
    await new Promise((resolve) => this.#web.close(resolve));
  }
}
