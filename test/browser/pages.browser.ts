import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const soon = { timeout: 20_000 };

function received(page: Page): Promise<readonly unknown[]> {
  return page.evaluate(() => app.received);
}

test('two pages receive what each of them publishes', async () => {
  const [alice, bob] = [await world.joined('alice'), await world.joined('bob')];
  expect(await alice.evaluate(() => app.publish('from alice'))).toEqual({});
  expect(await bob.evaluate(() => app.publish('from bob'))).toEqual({});
  for (const page of [alice, bob])
    await expect.poll(() => received(page), soon).toEqual(['from alice', 'from bob']);
});

test('six tabs of one host take all its connections: the sixth cannot publish, and hears nothing of it', async () => {
  const tabs: Page[] = [];
  for (const name of ['a', 'b', 'c', 'd', 'e']) tabs.push(await world.joined(name));
  expect(await tabs[0]?.evaluate(() => app.publish('one is free'))).toEqual({});
  const before = world.count('/publish/');
  tabs.push(await world.joined('f', { transactionalRequestTimeout: 2 }));
  await expect.poll(() => world.count('tt=0'), soon).toBe(6);
  const outcome = await tabs.at(-1)?.evaluate(() => app.publish('none is'));
  expect(outcome).toMatchObject({ code: 'PN-2002', delivery: 'unknown' });
  expect(world.count('/publish/')).toBe(before);
  // A tab that goes away gives its connection back.
  await tabs[0]?.close();
  await expect.poll(() => tabs.at(-1)?.evaluate(() => app.publish('free again')), soon).toEqual({});
});

test('one client in a shared worker serves ten tabs', async () => {
  const tabs: Page[] = [];
  const heard: string[] = [];
  for (let count = 0; count < 10; count++) {
    const tab = await world.tab('/tab');
    tab.on('console', (line) => heard.push(line.text()));
    tabs.push(tab);
  }
  await expect.poll(() => world.count('/v2/subscribe/'), soon).toBe(2);
  // A text, since a bundler would resolve the import of the page's own script.
  const call = `import('/tab.js').then(({ publish }) => publish('room', 'hello'))`;
  expect(await tabs.at(-1)?.evaluate(call)).toMatch(/^\d{17}$/);
  await expect.poll(() => heard, soon).toEqual(tabs.map(() => 'room alice hello'));
  expect(world.count('tt=0')).toBe(1);
});

test('a publish to a port that nobody listens on is unknown, and is not repeated', async () => {
  const closed = http.createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  const { port } = closed.address() as AddressInfo; // It listens.
  await new Promise((resolve) => closed.close(resolve));
  const page = await world.tab();
  await page.evaluate(
    (options) => app.start(options, false),
    world.options('alice', { origin: `http://127.0.0.1:${port}` }),
  );
  const tried = Date.now();
  const outcome = await page.evaluate(() => app.publish('nobody is there'));
  expect(outcome).toMatchObject({ code: 'PN-2001', delivery: 'unknown' });
  expect(Date.now() - tried).toBeLessThan(2_000);
});

test('an answer that the page may not read is unknown, though the server has received the publish', async () => {
  const got: string[] = [];
  const mute = http.createServer(({ url = '' }, response) => {
    got.push(url);
    response.end('[1,"Sent","17000000000000000"]');
  });
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve));
  const page = await world.tab();
  const lines: string[] = [];
  page.on('console', (line) => lines.push(line.text()));
  const origin = `http://127.0.0.1:${(mute.address() as AddressInfo).port}`; // It listens.
  await page.evaluate((options) => app.start(options, false), world.options('alice', { origin }));
  const outcome = await page.evaluate(() => app.publish('received all the same'));
  expect(outcome).toMatchObject({ code: 'PN-2001', delivery: 'unknown' });
  expect(got.filter((url) => url.startsWith('/publish/'))).toHaveLength(1);
  expect(lines.join('\n')).toContain('blocked by CORS policy');
  await page.close();
  mute.closeAllConnections();
  await new Promise((resolve) => mute.close(resolve));
});

test('a browser sends a request again by itself when a kept connection breaks', async () => {
  const got: string[] = [];
  const flaky = http.createServer(({ url = '', socket }, response) => {
    got.push(url);
    response.setHeader('access-control-allow-origin', '*');
    if (url.includes('breaks') && got.filter((one) => one === url).length === 1) socket.destroy();
    else response.end('[1,"Sent","17000000000000000"]');
  });
  await new Promise<void>((resolve) => flaky.listen(0, '127.0.0.1', resolve));
  const page = await world.tab();
  const origin = `http://127.0.0.1:${(flaky.address() as AddressInfo).port}`; // It listens.
  await page.evaluate(async (address) => {
    await (await fetch(`${address}/first`)).text();
    await (await fetch(`${address}/breaks`)).text();
  }, origin);
  expect(got).toEqual(['/first', '/breaks', '/breaks']);
  await page.close();
  flaky.closeAllConnections();
  await new Promise((resolve) => flaky.close(resolve));
});

test('a page whose network goes hears of it, and has everything when it is back', async () => {
  const page = await world.joined('alice');
  await world.context.setOffline(true);
  await expect.poll(() => page.evaluate(() => app.statuses), soon).toContain('PNNetworkDownCategory');
  await world.publish('while it was gone');
  await world.context.setOffline(false);
  await expect.poll(() => page.evaluate(() => app.statuses), soon).toContain('PNNetworkUpCategory');
  await world.publish('after it');
  await expect.poll(() => received(page), soon).toEqual(['while it was gone', 'after it']);
  expect(await page.evaluate(() => app.gaps)).toEqual([]);
});
