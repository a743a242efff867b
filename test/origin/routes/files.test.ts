import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Call } from '../../../src/origin/routes/route.ts';
import { ROUTES } from '../../../src/origin/routes/table.ts';
import { filesNetwork } from '../../support/origin-files.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/;

describe('a file', () => {
  test('is announced in the shape that was recorded', async () => {
    const { announce } = filesNetwork();
    const response = await announce('king_arthur.txt');
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    const body = await response.json();
    expect(body).toEqual({
      status: 200,
      data: { id: expect.stringMatching(UUID), name: 'king_arthur.txt' },
      file_upload_request: {
        url: 'http://files.test:99/v1/files/demo/uploads',
        method: 'POST',
        expiration_date: '2023-11-14T22:14:20Z',
        form_fields: [
          { key: 'tagging', value: expect.stringMatching(/^<Tagging>/) },
          { key: 'key', value: `demo/${body.data.id}/king_arthur.txt` },
          { key: 'Content-Type', value: 'application/octet-stream' },
          { key: 'Policy', value: expect.stringMatching(/^[0-9a-f]{32}$/) },
        ],
      },
    });
  });

  test('has another id and another secret each time, from the machine’s random numbers too', async () => {
    const { announced } = filesNetwork({}, { random: undefined });
    const bodies = await Promise.all(Array.from({ length: 20 }, () => announced('a')));
    expect(new Set(bodies.map(({ data }) => data.id)).size).toBe(20);
    expect(new Set(bodies.map((body) => body.file_upload_request.form_fields[3]?.value)).size).toBe(20);
  });

  test('comes back as it was sent, as an attachment that no page can make use of', async () => {
    const { fetch, call, send, pathOf } = filesNetwork();
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 31) % 256);
    const file = await send('a "ü"\'(1).html', bytes);
    const redirect = await call(`${pathOf(file)}?uuid=u&pnsdk=x`);
    expect([redirect.status, await redirect.text()]).toEqual([307, '']);
    expect(redirect.headers.get('cache-control')).toBe('public, max-age=3600, immutable');
    const location = redirect.headers.get('location') ?? '';
    expect(location).toMatch(/^http:\/\/files\.test:99\/v1\/files\/demo\/bytes\//);
    const response = await fetch(location);
    expect(Object.fromEntries(response.headers)).toEqual({
      'access-control-allow-origin': '*',
      'cache-control': 'no-cache',
      'content-length': String(bytes.length),
      'content-disposition': `attachment; filename="a ___'(1).html"; filename*=UTF-8''a%20%22%C3%BC%22%27%281%29.html`,
      'content-security-policy': "sandbox; default-src 'none'",
      'content-type': 'application/octet-stream',
      'x-content-type-options': 'nosniff',
    });
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  });

  test('may be empty', async () => {
    const { fetch, call, send, pathOf } = filesNetwork();
    const file = await send('empty', '');
    const location = (await call(pathOf(file))).headers.get('location') ?? '';
    expect(await (await fetch(location)).text()).toBe('');
  });

  test('is gone once it is deleted, also for those who have its address', async () => {
    const { fetch, call, send, pathOf } = filesNetwork();
    const file = await send('a', 'x');
    const location = (await call(pathOf(file))).headers.get('location') ?? '';
    const deleted = await call(pathOf(file), { method: 'DELETE' });
    expect([deleted.status, await deleted.text()]).toEqual([200, '{"status":200}']);
    for (const response of [
      await fetch(location),
      await call(pathOf(file)),
      await call(pathOf(file), { method: 'DELETE' }),
    ]) {
      expect([response.status, await response.json()]).toEqual([
        404,
        { status: 404, error: { message: 'There is no such file', source: 'Files' } },
      ]);
    }
    expect(await (await call('/channels/a/files')).json()).toMatchObject({ data: [], count: 0 });
  });

  test('is found under its own id, name, channel and secret only', async () => {
    const { fetch, call, send, pathOf } = filesNetwork();
    const [one, other] = [await send('one', '1'), await send('other', '2')];
    await send('one', '3', 'b');
    const location = (await call(pathOf(one))).headers.get('location') ?? '';
    const wrong = [
      pathOf({ id: one.id, name: 'other' }),
      pathOf({ id: other.id, name: 'one' }),
      pathOf(one, 'b'),
      pathOf({ id: 'x', name: 'one' }),
      pathOf({ id: '__proto__', name: 'one' }),
    ];
    for (const path of wrong) {
      for (const method of ['GET', 'DELETE']) expect((await call(path, { method })).status).toBe(404);
    }
    for (const address of [location.replace(/one$/, 'two'), location.replace(/[^/]+\/one$/, '0/one')]) {
      expect((await fetch(address)).status).toBe(404);
    }
    expect(await (await fetch(location)).text()).toBe('1');
  });
});

test('lists the files of a channel, oldest first, in pages', async () => {
  const { clock, call, send } = filesNetwork();
  const files = [];
  for (const name of ['c', 'b', 'a']) {
    files.push({ ...(await send(name, 'x'.repeat(files.length))), size: files.length });
    await clock.advance(1_500);
  }
  await send('elsewhere', 'x', 'b');
  const response = await call('/channels/a/files?limit=100&pnsdk=x');
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
  const created = ['2023-11-14T22:13:20Z', '2023-11-14T22:13:21Z', '2023-11-14T22:13:23Z'];
  const data = files.map((file, index) => ({ ...file, created: created[index] }));
  expect(await response.json()).toEqual({ status: 200, data, next: null, count: 3 });
  const first = await (await call('/channels/a/files?limit=2')).json();
  expect(first).toEqual({
    status: 200,
    data: data.slice(0, 2),
    next: expect.stringMatching(/^\w+$/),
    count: 2,
  });
  const second = await (await call(`/channels/a/files?limit=2&next=${first.next}`)).json();
  expect(second).toEqual({ status: 200, data: data.slice(2), next: null, count: 1 });
  expect(await (await call('/channels/c/files')).json()).toEqual({
    status: 200,
    data: [],
    next: null,
    count: 0,
  });
});

describe('a name', () => {
  test.each([
    ['../../etc/passwd', '.._.._etc_passwd'],
    ['C:\\temp\\a.txt', 'C:_temp_a.txt'],
    ['..', '__'],
    ['.', '_'],
    ['a/./b', 'a_._b'],
    ['%2e%2e', '_2e_2e'],
    ['100%?#.txt', '100___.txt'],
    ['a\0b\r\nc\x7f', 'a_b__c_'],
    ['half \ud800 pair', 'half _ pair'],
    ['king, "arthur" ü 😀.txt', 'king, "arthur" ü 😀.txt'],
    ['__proto__', '__proto__'],
  ])('%j becomes %j', async (wanted, name) => {
    const { send, call, pathOf, fetch } = filesNetwork();
    const file = await send(wanted, 'x');
    expect(file.name).toBe(name);
    const location = (await call(pathOf(file))).headers.get('location') ?? '';
    expect(await (await fetch(location)).text()).toBe('x');
  });

  test.each([[''], [1], [null], [['a']], [undefined], ['x'.repeat(256)]])('cannot be %j', async (name) => {
    const response = await filesNetwork().announce(name);
    expect([response.status, response.headers.get('content-type'), await response.json()]).toEqual([
      400,
      'application/json',
      { status: 400, error: { message: '[name] must have 1 to 255 characters', source: 'Files' } },
    ]);
  });

  test('stays one segment of a path for clients that do not encode it', () =>
    fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), async (wanted) => {
        const { send, call, fetch } = filesNetwork();
        const { id, name } = await send(wanted, 'x');
        const redirect = await call(`/channels/a/files/${id}/${name}?uuid=u`);
        expect(redirect.status).toBe(307);
        expect(await (await fetch(redirect.headers.get('location') ?? '')).text()).toBe('x');
        expect((await call(`/channels/a/files/${id}/${name}?uuid=u`, { method: 'DELETE' })).status).toBe(200);
      }),
      { numRuns: 100 },
    ));
});

const LONG = 'x'.repeat(93);
const INVALID_CHANNEL = {
  status: 400,
  error: { message: '[channel] contains invalid characters', source: 'Files', code: 3001 },
};

test.each([
  ['POST', '/channels/a%2Cb/generate-upload-url', 400, INVALID_CHANNEL],
  ['POST', `/channels/${LONG}/generate-upload-url`, 400, INVALID_CHANNEL],
  ['GET', '/channels/a%00/files', 400, INVALID_CHANNEL],
  ['GET', '/channels/a%2Cb/files/1/n', 400, INVALID_CHANNEL],
  ['DELETE', '/channels/%2E/files/1/n', 400, INVALID_CHANNEL],
  ['GET', '/channels/%zz/files', 400, { message: 'Could Not Parse Request' }],
  ['GET', '/channels/a/files/%ff/n', 400, { message: 'Could Not Parse Request' }],
  ['GET', '/channels/a/files?limit=0', 400, { error: { message: '[limit] must be a number from 1 to 100' } }],
  ['GET', '/channels/a/files?limit=x', 400, { error: { message: '[limit] must be a number from 1 to 100' } }],
  ['GET', '/channels/a/files?next=x', 400, { error: { message: '[next] comes from no answer' } }],
  ['PATCH', '/channels/a/files', 405, { message: 'Method Not Allowed' }],
  ['GET', '/channels/a', 404, { message: 'Not Found' }],
])('%s %s is refused with %i', async (method, path, status, body) => {
  const { plain } = filesNetwork();
  // Not through fetch, which takes dots out of paths.
  const reply = await plain(`/v1/files/demo${path}`, { method });
  expect(reply.status).toBe(status);
  expect(reply.json).toMatchObject(body);
});

test.each([
  ['generate-upload-url', 'write'],
  ['publish-file', 'write'],
  ['list-files', 'read'],
  ['download-file', 'read'],
  ['delete-file', 'delete'],
])('%s needs to %s the channel', (operation, permission) => {
  const route = ROUTES.find((known) => known.operation === operation);
  // A declaration looks at the path only.
  const call = { segment: (name: string) => `the ${name}` } as Call;
  expect(route?.needs?.(call)).toEqual([{ resource: 'channels', names: ['the channel'], permission }]);
});
