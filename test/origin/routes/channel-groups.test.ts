import { describe, expect, test } from 'vitest';
import type { OriginLimits } from '../../../src/origin/index.ts';
import { originNetwork } from '../../support/origin-network.ts';

const BASE = '/v1/channel-registration/sub-key/demo/channel-group';
const PLAIN = 'text/javascript; charset="UTF-8"';
const DONE = '{"status": 200, "message": "OK", "service": "channel-registry", "error": false}';

function registry(limits: Partial<OriginLimits> = {}) {
  const { send, subscribe, origin } = originNetwork({ limits });
  const get = (rest: string) => send(`${BASE}${rest}`);
  const payload = async (rest: string) => ((await get(rest)).json as { payload: unknown }).payload;
  return { send, subscribe, origin, get, payload };
}

const refusal = (message: string) => ({ status: 400, message, service: 'channel-registry', error: true });

describe('the registry of channel groups', () => {
  test('adds, lists and removes channels, and answers as it was recorded', async () => {
    const { get } = registry();
    expect(await get('/g?add=b%2Ca')).toMatchObject({ status: 200, contentType: PLAIN, text: DONE });
    const listed = await get('/g');
    expect(listed).toMatchObject({ status: 200, contentType: PLAIN });
    expect(listed.json).toEqual({
      status: 200,
      payload: { channels: ['a', 'b'], group: 'g' },
      service: 'channel-registry',
      error: false,
    });
    expect(await get('/g?remove=b,x')).toMatchObject({ status: 200, contentType: PLAIN, text: DONE });
    expect(await get('/g/remove')).toMatchObject({ status: 200, contentType: PLAIN, text: DONE });
  });

  test('lists the groups of a subscribe key', async () => {
    const { get, send } = registry();
    await get('/h?add=a');
    await get('/g?add=a');
    await send('/v1/channel-registration/sub-key/other/channel-group/o?add=a');
    const listed = await get('');
    expect(listed.contentType).toBe(PLAIN);
    expect(listed.json).toEqual({
      status: 200,
      payload: { namespace: '', groups: ['g', 'h'] },
      service: 'channel-registry',
      error: false,
    });
  });

  test('has no channels in a group that nobody made, which does not make it', async () => {
    const { get, payload } = registry();
    expect(await payload('/g')).toEqual({ channels: [], group: 'g' });
    expect((await get('/g?remove=a')).text).toBe(DONE);
    expect((await get('/g/remove')).text).toBe(DONE);
    expect(await payload('')).toEqual({ namespace: '', groups: [] });
  });

  test('keeps a group whose last channel has gone, until it is deleted', async () => {
    const { get, payload } = registry();
    await get('/g?add=a');
    await get('/g?remove=a');
    expect(await payload('/g')).toEqual({ channels: [], group: 'g' });
    expect(await payload('')).toEqual({ namespace: '', groups: ['g'] });
    await get('/g/remove');
    expect(await payload('')).toEqual({ namespace: '', groups: [] });
  });

  test.each([
    ['the separator encoded', '/g?add=a%2Cb', ['a', 'b']],
    ['the separator bare', '/g?add=a,b', ['a', 'b']],
    ['doubles and empty names', '/g?add=a,,b,a,', ['a', 'b']],
    ['names that need encoding', '/g?add=a%20%2F%23%2C%F0%9F%98%80', ['a /#', '😀']],
    ['wildcards and presence', '/g?add=n.%2A%2Ca-pnpres', ['a-pnpres', 'n.*']],
    ['other parameters beside', '/g?l_cg=0.1&add=a&pnsdk=x%2F1&uuid=u&auth=t&signature=%zz', ['a']],
  ])('takes %s', async (_, call, channels) => {
    const { get, payload } = registry();
    expect((await get(call)).text).toBe(DONE);
    expect(await payload('/g')).toEqual({ channels, group: 'g' });
  });

  test('keeps names of groups that need encoding apart', async () => {
    const { get, payload } = registry();
    const names = ['a b', 'a/b', 'a%2Fb', 'remove', 'ns:g', '😀', '__proto__', 'constructor'];
    for (const name of names)
      await get(`/${encodeURIComponent(name)}?add=${encodeURIComponent(`in ${name}`)}`);
    for (const name of names) {
      expect(await payload(`/${encodeURIComponent(name)}`)).toEqual({
        channels: [`in ${name}`],
        group: name,
      });
    }
    expect(await payload('')).toEqual({ namespace: '', groups: names.toSorted() });
  });
});

const RESERVED = 'Reserved character in input parameters.';
const LONG = 'x'.repeat(93);

test.each([
  ['a comma in the group', '/g%2Ch?add=a', RESERVED],
  ['a control character in the group', '/g%00', RESERVED],
  ['a control character in a channel', '/g?add=a%0Ab', RESERVED],
  ['a comma in the group to delete', '/g,h/remove', RESERVED],
  ['no group', '/?add=a', 'Invalid channel group: it must not be empty'],
  ['no group to delete', '//remove', 'Invalid channel group: it must not be empty'],
  ['a long group', `/${LONG}`, 'Invalid channel group: it must have at most 92 characters, not 93'],
  ['a long channel', `/g?add=a,${LONG}`, 'Invalid channel: it must have at most 92 characters, not 93'],
  [
    'dots for a channel',
    '/g?add=..',
    'Invalid channel: it must not be exactly "..": URLs drop that path segment',
  ],
  ['the presence of a group', '/g-pnpres?add=a', 'Invalid channel group: it is the name of its presence'],
  ['no channels to add', '/g?add=', 'No channels to add'],
  ['no names among channels to remove', '/g?remove=%2C%2C', 'No channels to remove'],
  ['both at once', '/g?add=a&remove=b', 'One call cannot both add and remove channels'],
])('%s is refused, and changes nothing', async (_, call, message) => {
  const { get, payload } = registry();
  await get('/g?add=old');
  const reply = await get(call);
  expect(reply).toMatchObject({ status: 400, contentType: PLAIN });
  expect(reply.json).toEqual(refusal(message));
  expect(await payload('')).toEqual({ namespace: '', groups: ['g'] });
  expect(await payload('/g')).toEqual({ channels: ['old'], group: 'g' });
});

test.each([
  ['a bad escape in the group', `${BASE}/%zz`, 400, 'Could Not Parse Request'],
  ['a bad escape in the channels', `${BASE}/g?add=%E9`, 400, 'Could Not Parse Request'],
  [
    'a bad subscribe key',
    '/v1/channel-registration/sub-key/a%20b/channel-group',
    400,
    'Invalid Subscribe Key',
  ],
  ['an unknown path', `${BASE}/g/removed`, 404, 'Not Found'],
])('%s has the answer that it has elsewhere', async (_, path, status, message) => {
  const { send } = registry();
  const reply = await send(path);
  expect(reply).toMatchObject({ status, json: { message, error: true, status } });
});

describe('no more than the limit of', () => {
  const names = (count: number, from = 0) =>
    Array.from({ length: count }, (_, index) => `c${from + index}`).join(',');

  test.each(['add', 'remove'])('channels in one call to %s', async (verb) => {
    const { get } = registry();
    expect((await get(`/g?${verb}=${names(200)},c0`)).status).toBe(200);
    const reply = await get(`/g?${verb}=${names(201)}`);
    expect(reply).toMatchObject({ status: 400, json: refusal(`Too many channels to ${verb}: at most 200`) });
  });

  test('channels in a group, of which none is added when they are too many', async () => {
    const { get, payload } = registry({ groupChannels: 3 });
    expect((await get('/g?add=a,b')).status).toBe(200);
    const reply = await get('/g?add=c,d');
    expect(reply.json).toEqual(refusal('Maximum channel count exceeded: at most 3 in a group'));
    expect(await payload('/g')).toMatchObject({ channels: ['a', 'b'] });
    expect((await get('/g?add=b,c,a')).status).toBe(200);
    expect((await get('/g?add=a')).status).toBe(200);
    expect((await get('/h?add=c,d')).status).toBe(200);
  });

  test('channels in all groups together, and says so', async () => {
    const { get } = registry({ processEntries: 6 });
    expect((await get('/g?add=a,b')).status).toBe(200);
    const reply = await get('/h?add=c,d');
    const text = 'Maximum channel count exceeded: there is no room for more in all groups together';
    expect(reply).toMatchObject({ status: 400, json: refusal(text) });
  });

  test('a thousand channels in a group', async () => {
    const { get, payload } = registry();
    for (let from = 0; from < 1_000; from += 200) await get(`/g?add=${names(200, from)}`);
    expect((await get('/g?add=more')).status).toBe(400);
    expect(((await payload('/g')) as { channels: string[] }).channels).toHaveLength(1_000);
  });

  test('groups of a subscribe key', async () => {
    const { get, payload } = registry({ groups: 2 });
    await get('/g?add=a');
    await get('/h?add=a');
    expect((await get('/i?add=a')).json).toEqual(refusal('Maximum channel group count exceeded.'));
    expect((await get('/h?add=b')).status).toBe(200);
    await get('/g/remove');
    expect((await get('/i?add=a')).status).toBe(200);
    expect(await payload('')).toMatchObject({ groups: ['h', 'i'] });
  });

  test('groups in one subscription, a group and its presence counting once', async () => {
    const { send, subscribe } = registry();
    const ten = Array.from({ length: 10 }, (_, index) => `g${index}`).join(',');
    const withPresence = `${ten},${ten.replaceAll(/g\d/g, '$&-pnpres')}`;
    const { t } = await subscribe(',', { 'channel-group': withPresence });
    for (const tt of ['0', t.t]) {
      const reply = await send(`/v2/subscribe/demo/a/0?tt=${tt}&channel-group=${ten},more`);
      expect(reply).toMatchObject({
        status: 400,
        json: refusal('Maximum channel group count exceeded.'),
      });
    }
  });
});
