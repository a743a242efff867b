import { afterEach, expect, test, vi } from 'vitest';
import { browserNetworkEvents } from '../../../src/client/runtime/connectivity.ts';

afterEach(() => vi.unstubAllGlobals());

test('there is no news of the network where the runtime has none, as in Node', () => {
  expect(browserNetworkEvents()).toBe(undefined);
});

test('a browser tells of the network until it is told to stop', () => {
  const browser = new EventTarget();
  vi.stubGlobal('addEventListener', browser.addEventListener.bind(browser));
  vi.stubGlobal('removeEventListener', browser.removeEventListener.bind(browser));
  const news: boolean[] = [];
  const stop = browserNetworkEvents()?.((online) => news.push(online));
  for (const type of ['offline', 'online', 'offline']) browser.dispatchEvent(new Event(type));
  expect(news).toEqual([false, true, false]);
  stop?.();
  browser.dispatchEvent(new Event('online'));
  expect(news).toHaveLength(3);
});
