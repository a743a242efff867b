import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { restartingOrigin } from '../../examples/event-source-page/restarting-origin.ts';

const HTML = readFileSync(new URL('../../examples/event-source-page/index.html', import.meta.url));

let browser: Browser;
let web: http.Server;
let folder: string;
let origin: Awaited<ReturnType<typeof restartingOrigin>>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'timetoken-page-'));
  origin = await restartingOrigin(join(folder, 'origin.db'));
  web = http.createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end(HTML);
  });
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve));
  const executablePath = process.env['CHROMIUM'];
  if (executablePath === undefined) throw new Error('Run `npm run check:browser`, which finds Chromium.');
  browser = await chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', '--disable-gpu'] });
});

afterEach(async () => {
  await browser.close();
  web.closeAllConnections();
  await new Promise((resolve) => web.close(resolve));
  await origin.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(): Promise<Page> {
  const page = await browser.newPage();
  // net.Server says null or a path only before it listens, or on a socket of the file system.
  const { port } = web.address() as AddressInfo;
  await page.goto(`http://127.0.0.1:${port}/?origin=${encodeURIComponent(origin.url)}`);
  await expect.poll(() => page.evaluate('lastEventId'), { timeout: 20_000 }).not.toBe('');
  return page;
}

const received = (page: Page) => page.evaluate('messages');

test('pages with a plain EventSource lose and double nothing while the origin restarts under load', async () => {
  const pages = [await open(), await open()];
  let number = 0;
  let isOver = false;
  const load = (async () => {
    while (!isOver) await origin.publish(++number);
  })();
  for (const downMs of [0, 0, 200, 0, 1_500, 20]) {
    const before = number;
    await origin.restart(downMs);
    await expect.poll(() => number, { timeout: 30_000 }).toBeGreaterThan(before + 20);
  }
  isOver = true;
  await load;
  const all = Array.from({ length: number }, (_, index) => index + 1);
  for (const page of pages) await expect.poll(() => received(page), { timeout: 30_000 }).toEqual(all);
}, 120_000);
