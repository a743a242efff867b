// A page with a plain EventSource, and an origin that restarts every few seconds: node server.ts, then open the address.
import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setInterval } from 'node:timers/promises';
import { restartingOrigin } from './restarting-origin.ts';

const page = readFileSync(new URL('index.html', import.meta.url));
const origin = await restartingOrigin(join(mkdtempSync(join(tmpdir(), 'timetoken-')), 'origin.db'));

const pages = createServer((_request, response) => {
  response.setHeader('content-type', 'text/html');
  response.end(page);
});
pages.listen(0, '127.0.0.1', () => {
  const { port } = pages.address() as AddressInfo;
  console.log(`http://127.0.0.1:${port}/?origin=${encodeURIComponent(origin.url)}`);
});

async function restartNowAndThen(): Promise<void> {
  for await (const _ of setInterval(3_000)) await origin.restart(500);
}

async function count(): Promise<void> {
  let number = 0;
  for await (const _ of setInterval(100)) await origin.publish(++number);
}

await Promise.all([restartNowAndThen(), count()]);
