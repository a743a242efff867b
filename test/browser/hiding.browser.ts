import type { Page } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { World } from './world.ts';

let world: World;
beforeEach(async () => {
  world = await World.open();
});
afterEach(() => world.close());

const soon = { timeout: 20_000 };
const LEAVES = { leaveOnPageHide: true } as const;

async function goAway(page: Page): Promise<void> {
  await page.goto(world.at('/elsewhere'), { waitUntil: 'commit' });
}

async function comeBack(page: Page): Promise<void> {
  // Asked of the page, as a user's script would: for a moment after it committed, the browser's own command is refused.
  await page.evaluate(() => history.back());
  // Only a page from the cache has a client already.
  await page.waitForFunction(() => 'app' in globalThis && app.client !== undefined);
}

function received(page: Page): Promise<readonly unknown[]> {
  return page.evaluate(() => app.received);
}

function gaps(page: Page): Promise<readonly unknown[]> {
  return page.evaluate(() => app.gaps);
}

describe('a page that leaves', () => {
  test('is gone as soon as it is closed', async () => {
    const page = await world.joined('alice', LEAVES);
    expect(await world.present()).toEqual(['alice']);
    await page.close({ runBeforeUnload: true });
    await expect.poll(() => world.present(), soon).toEqual([]);
  });

  test('is gone also if its leave has to wait until long after it is closed', async () => {
    const [page, other] = [await world.joined('alice', LEAVES), await world.tab()];
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    world.hold = (url) => (url.startsWith('/held') ? held : undefined);
    // With the poll of the page, five take all connections; the sixth takes that of the poll when it is given up.
    await other.evaluate((url) => {
      for (let count = 0; count < 6; count++) void fetch(`${url}/held?${count}`).catch(() => undefined);
    }, world.url);
    await expect.poll(() => world.count('/held'), soon).toBe(5);
    await page.close({ runBeforeUnload: true });
    await expect.poll(() => world.count('/held'), soon).toBe(6);
    await expect.poll(() => page.isClosed(), soon).toBe(true);
    expect(world.count('/leave')).toBe(0);
    release();
    await expect.poll(() => world.present(), soon).toEqual([]);
  });

  test('is back from the cache of the browser with all that was published meanwhile', async () => {
    const page = await world.joined('alice', LEAVES);
    await goAway(page);
    await expect.poll(() => world.present(), soon).toEqual([]);
    for (const message of ['one', 'two']) await world.publish(message);
    await comeBack(page);
    await expect.poll(() => received(page), soon).toEqual(['one', 'two']);
    await expect.poll(() => world.present(), soon).toEqual(['alice']);
    expect(await page.evaluate(() => app.statuses)).toEqual([
      'PNConnectedCategory',
      'PNDisconnectedCategory',
      'PNReconnectedCategory',
    ]);
  });

  test('leaves once if the program closes its client in pagehide', async () => {
    const page = await world.joined('alice', LEAVES);
    await page.evaluate(() => addEventListener('pagehide', () => void app.client?.close()));
    await goAway(page);
    await expect.poll(() => world.present(), soon).toEqual([]);
    expect(world.count('/leave')).toBe(1);
  });

  test('leaves though the server has not answered its handshake yet', async () => {
    let answer = () => {};
    world.hold = (url) =>
      url.includes('/v2/subscribe/') ? new Promise<void>((resolve) => (answer = resolve)) : undefined;
    const page = await world.tab();
    await page.evaluate((options) => app.start(options, false), world.options('alice', LEAVES));
    await expect.poll(() => world.count('/v2/subscribe/'), soon).toBe(1);
    await goAway(page);
    await expect.poll(() => world.count('/leave'), soon).toBe(1);
    world.hold = () => undefined;
    answer();
    await comeBack(page);
    await world.publish('after the return');
    await expect.poll(() => received(page), soon).toEqual(['after the return']);
  });

  test('loses nothing, however often it goes and comes back', async () => {
    const page = await world.joined('alice', LEAVES);
    const all: string[] = [];
    const say = async (message: string) => {
      all.push(message);
      await world.publish(message);
    };
    for (let round = 0; round < 8; round++) {
      await goAway(page);
      await say(`away ${round}`);
      await comeBack(page);
      await say(`back ${round}`);
    }
    await expect.poll(() => received(page), soon).toEqual(all);
    expect(await gaps(page)).toEqual([]);
    await expect.poll(() => world.present(), soon).toEqual(['alice']);
  });

  test('takes the user along, whose other tab is back with its next poll', async () => {
    const [one, other] = [await world.joined('alice', LEAVES), await world.joined('alice')];
    await one.close({ runBeforeUnload: true });
    await expect.poll(() => world.present(), soon).toEqual([]);
    await world.publish('ends the poll of the other tab');
    await expect.poll(() => received(other), soon).toHaveLength(1);
    await expect.poll(() => world.present(), soon).toEqual(['alice']);
  });
});

describe('a page that stays', () => {
  test('sends no leave by default, and loses nothing either', async () => {
    const page = await world.joined('alice');
    await goAway(page);
    await world.publish('meanwhile');
    await comeBack(page);
    await expect.poll(() => received(page), soon).toEqual(['meanwhile']);
    expect(world.count('/leave')).toBe(0);
    expect(await world.present()).toEqual(['alice']);
  });

  test('leaves though the program closes its client in pagehide without the option', async () => {
    const page = await world.joined('alice');
    await page.evaluate(() => addEventListener('pagehide', () => void app.client?.close()));
    await page.close({ runBeforeUnload: true });
    await expect.poll(() => world.present(), soon).toEqual([]);
  });

  test('ends its backfill when it goes, and finishes it when it is back', async () => {
    for (let count = 0; count < 30; count++) await world.publish(`old ${count}`);
    let answer = () => {};
    world.hold = (url) =>
      url.includes('/v3/history/') ? new Promise<void>((resolve) => (answer = resolve)) : undefined;
    const page = await world.tab();
    await page.evaluate((options) => app.start(options, false), world.options('alice'));
    await page.evaluate(() => void app.client?.subscribe().channels('room').withLast(20).execute());
    await expect.poll(() => world.count('/v3/history/'), soon).toBe(1);
    await goAway(page);
    await world.publish('new');
    world.hold = () => undefined;
    answer();
    await comeBack(page);
    await expect.poll(async () => (await received(page)).includes('old 29'), soon).toBe(true);
    await expect.poll(async () => (await received(page)).includes('new'), soon).toBe(true);
    expect(await gaps(page)).toEqual([]);
  });
});

test('a page that is told of a freeze gives up its poll, and has everything when it is resumed', async () => {
  const page = await world.joined('alice');
  // The events are made by hand: Chromium tells them only to a hidden tab, and no tab of a check is hidden.
  await page.evaluate(() => document.dispatchEvent(new Event('freeze')));
  expect(await page.evaluate(() => app.states.at(-1))).toBe('reconnecting');
  for (const message of ['one', 'two']) await world.publish(message);
  await page.evaluate(() => document.dispatchEvent(new Event('resume')));
  await expect.poll(() => received(page), soon).toEqual(['one', 'two']);
  expect(await page.evaluate(() => app.statuses)).toEqual([
    'PNConnectedCategory',
    'PNDisconnectedCategory',
    'PNReconnectedCategory',
  ]);
});

test('a page that is frozen without being told has everything when it runs again', async () => {
  const page = await world.joined('alice');
  const devtools = await world.context.newCDPSession(page);
  await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
  for (const message of ['one', 'two']) await world.publish(message);
  await devtools.send('Page.setWebLifecycleState', { state: 'active' });
  await expect.poll(() => received(page), soon).toEqual(['one', 'two']);
});
