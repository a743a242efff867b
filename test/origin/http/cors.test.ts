import { describe, expect, test } from 'vitest';
import { originNetwork } from '../../support/origin-network.ts';

const page = (origin: string) => ({ headers: { origin, host: 'api.example' } });

describe('by default', () => {
  test.each([['/time/0'], ['/nonsense'], ['/publish/demo/demo/0/a/0/nope']])(
    'every page may read %s',
    async (target) => {
      const { headers } = await originNetwork().send(target, page('https://anywhere.example'));
      expect(headers['access-control-allow-origin']).toBe('*');
    },
  );

  test('a preflight is answered with the methods and the headers that were asked for', async () => {
    const { send } = originNetwork();
    const headers = {
      origin: 'https://a.example',
      'access-control-request-headers': 'content-type, x-other',
    };
    expect(await send('/v2/subscribe/demo/a/0', { method: 'OPTIONS', headers })).toMatchObject({
      status: 204,
      text: '',
      headers: {
        'access-control-allow-origin': '*',
        'access-control-allow-methods': expect.stringContaining('POST'),
        'access-control-allow-headers': 'content-type, x-other',
      },
    });
  });
});

describe('with a list', () => {
  const limited = () => originNetwork({ allowOrigin: ['https://mine.example'] });

  test('a page on it may read', async () => {
    const { status, headers } = await limited().send('/time/0', page('https://mine.example'));
    expect({ status, headers }).toMatchObject({
      status: 200,
      headers: { 'access-control-allow-origin': 'https://mine.example', vary: 'Origin' },
    });
  });

  test.each([['https://other.example'], ['null'], ['https://mine.example.evil.example']])(
    'the page %s is refused before anything happens',
    async (origin) => {
      const { send, subscribe, drain } = limited();
      const { t } = await subscribe('a');
      const reply = await send('/publish/demo/demo/0/a/0/1', page(origin));
      expect(reply).toMatchObject({
        status: 403,
        json: { message: expect.stringContaining('Origin Not Allowed'), service: 'Balancer' },
      });
      expect(reply.headers).not.toHaveProperty('access-control-allow-origin');
      expect((await send('/time/0', { method: 'OPTIONS', ...page(origin) })).status).toBe(403);
      expect((await drain('a', t.t)).m).toEqual([]);
    },
  );

  test('the origin’s own pages, and what is no browser, may call', async () => {
    const { send } = limited();
    expect((await send('/time/0', page('http://api.example'))).status).toBe(200);
    expect((await send('/time/0')).status).toBe(200);
  });
});
