import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createOrigin } from '../../../src/origin/index.ts';
import type { OriginMetrics, ServedMetrics } from '../../../src/origin/metrics.ts';
import { serve } from '../../../src/origin/node.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const broken = (): never => {
  throw new Error('canary');
};
const ignore = () => undefined;
const whole = (): ServedMetrics & OriginMetrics => ({
  ...{ origin: () => ignore, server: () => ignore, contentType: 'text/plain', text: async () => '' },
  ...{ answered: ignore, published: ignore, fannedOut: ignore, repaired: ignore, dropped: ignore },
  ...{ gapsTold: ignore, failed: ignore },
});
// As plain JavaScript makes them: what the types promise does not hold.
const given = (members: object) => Object.assign(whole(), members);

async function served(metrics: ServedMetrics & OriginMetrics) {
  const clock = new VirtualClock();
  const origin = createOrigin({ metrics });
  const server = await serve(origin, { metrics, clock });
  onTestFinished(async () => {
    await server.close();
    await origin.close();
  });
  const get = async (path: string) => {
    const response = await fetch(`${server.url}${path}`);
    return { status: response.status, text: await response.text() };
  };
  return { clock, origin, server, get };
}

describe('metrics that are not as they should be', () => {
  test.each<[string, object]>([
    ['nothing', { text: async () => undefined }],
    ['bytes', { text: async () => new Uint8Array(3) }],
    ['a number at once', { text: () => 7 }],
    ['a rejection', { text: () => Promise.reject(new Error('canary')) }],
    ['an exception', { text: broken }],
    ['no function', { text: undefined }],
    ['a type of two lines', { text: async () => 'x', contentType: 'a\r\nb: c' }],
    ['no type', { text: async () => 'x', contentType: undefined }],
  ])('give %s in place of the page: 500, and the rest is served', async (_name, members) => {
    const { get } = await served(given(members));
    const { status, text } = await get('/metrics');
    expect(status).toBe(500);
    expect(text).not.toContain('canary');
    expect((await get('/time/0')).status).toBe(200);
  });

  test('have ten seconds for their page, then 503', async () => {
    const { get, clock } = await served(given({ text: () => new Promise(() => undefined) }));
    const before = clock.pending;
    const page = get('/metrics');
    await vi.waitUntil(() => clock.pending > before);
    await clock.advance(10_000);
    expect((await page).status).toBe(503);
  });

  test.each<[string, () => unknown]>([
    ['throw', broken],
    ['reject', () => Promise.reject(new Error('canary'))],
    ['return nothing', () => undefined],
    ['end with an exception', () => broken],
  ])('fail neither a start nor a request nor an end if they %s', async (_name, call) => {
    const { get, server, origin } = await served(
      given({ origin: call, server: call, text: call, answered: call, published: call, fannedOut: call }),
    );
    expect((await get('/publish/demo/demo/0/room/0/1')).status).toBe(200);
    await server.close();
    await origin.close();
  });
});
