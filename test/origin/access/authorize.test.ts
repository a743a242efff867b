import { describe, expect, test } from 'vitest';
import { ROUTES } from '../../../src/origin/routes/table.ts';
import { accessNetwork, allBut, BITS, type Kind } from '../../support/access.ts';
import { type RequestParts, TestInterruption } from '../../support/origin-network.ts';

interface Need {
  readonly kind: Kind;
  readonly names: readonly string[];
  readonly permission: keyof typeof BITS;
}

interface Row {
  /** The route, as it is declared. */
  readonly route: string;
  readonly target: string;
  readonly parts?: RequestParts;
  readonly needs: readonly Need[];
}

const need = (permission: Need['permission'], kind: Kind, ...names: readonly string[]): Need => ({
  kind,
  names,
  permission,
});
const on = (permission: Need['permission'], ...names: readonly string[]) =>
  need(permission, 'channels', ...names);

const PRESENCE = '/v2/presence/sub-key/{subscribeKey}';
const GROUPS = '/v1/channel-registration/sub-key/{subscribeKey}/channel-group';
const ACTIONS = '/v1/message-actions/{subscribeKey}/channel/{channel}';
const OBJECTS = '/v2/objects/{subscribeKey}';
const FILES = '/v1/files/{subscribeKey}/channels/{channel}';
const PUBLICATION = '{publishKey}/{subscribeKey}/{signature}/{channel}/{callback}';
const READ_BOTH = [on('read', 'a', 'b'), need('read', 'groups', 'g', 'h')];
const change = (...ids: readonly string[]) => ({ set: ids.map((id) => ({ channel: { id } })) });
const json = (method: string, body: unknown) => ({ method, body: JSON.stringify(body) });

// At least one row for each route.
const ROWS: readonly Row[] = [
  { route: 'GET /time/0', target: '/time/0', needs: [] },
  {
    route: `GET /publish/${PUBLICATION}/{message}`,
    target: '/publish/demo/demo/0/a/0/1',
    needs: [on('write', 'a')],
  },
  {
    route: `POST /publish/${PUBLICATION}`,
    target: '/publish/demo/demo/0/a/0',
    parts: { method: 'POST', body: '1' },
    needs: [on('write', 'a')],
  },
  {
    route: `POST /v2/publish/${PUBLICATION}`,
    target: '/v2/publish/demo/demo/0/a/0',
    parts: { method: 'POST', body: '1' },
    needs: [on('write', 'a')],
  },
  {
    route: `GET /signal/${PUBLICATION}/{message}`,
    target: '/signal/demo/demo/0/a/0/1',
    needs: [on('write', 'a')],
  },
  {
    route: 'GET /v2/subscribe/{subscribeKey}/{channels}/{callback}',
    target: '/v2/subscribe/demo/a%2Cb/0?channel-group=g%2Ch',
    needs: READ_BOTH,
  },
  {
    route: 'GET /v2/subscribe/{subscribeKey}/{channels}/{callback}',
    target: '/v2/subscribe/demo/news.*%2Ca-pnpres/0?channel-group=g-pnpres',
    needs: [on('read', 'news.*', 'a-pnpres'), need('read', 'groups', 'g-pnpres')],
  },
  {
    route: 'GET /v2/stream/{subscribeKey}/{channels}',
    target: '/v2/stream/demo/a%2Cb?channel-group=g%2Ch',
    needs: READ_BOTH,
  },
  {
    route: `GET ${PRESENCE}/channel/{channels}/heartbeat`,
    target: '/v2/presence/sub-key/demo/channel/a%2Cb/heartbeat?channel-group=g%2Ch',
    needs: READ_BOTH,
  },
  {
    route: `GET ${PRESENCE}/channel/{channels}/leave`,
    target: '/v2/presence/sub-key/demo/channel/a/leave',
    needs: [],
  },
  {
    route: `GET ${PRESENCE}/channel/{channels}`,
    target: '/v2/presence/sub-key/demo/channel/a%2Cb?channel-group=g%2Ch',
    needs: READ_BOTH,
  },
  { route: `GET ${PRESENCE}`, target: '/v2/presence/sub-key/demo', needs: [on('read', '*')] },
  { route: `GET ${PRESENCE}/uuid/{uuid}`, target: '/v2/presence/sub-key/demo/uuid/u', needs: [] },
  {
    route: `GET ${PRESENCE}/channel/{channels}/uuid/{uuid}`,
    target: '/v2/presence/sub-key/demo/channel/a%2Cb/uuid/u?channel-group=g%2Ch',
    needs: READ_BOTH,
  },
  {
    route: `GET ${PRESENCE}/channel/{channels}/uuid/{uuid}/data`,
    target: '/v2/presence/sub-key/demo/channel/a%2Cb/uuid/u/data?channel-group=g%2Ch&state=%7B%7D',
    needs: READ_BOTH,
  },
  {
    route: `GET ${GROUPS}/{group}`,
    target: '/v1/channel-registration/sub-key/demo/channel-group/g?add=a',
    needs: [need('manage', 'groups', 'g')],
  },
  {
    route: `GET ${GROUPS}/{group}/remove`,
    target: '/v1/channel-registration/sub-key/demo/channel-group/g/remove',
    needs: [need('manage', 'groups', 'g')],
  },
  {
    route: `GET ${GROUPS}`,
    target: '/v1/channel-registration/sub-key/demo/channel-group',
    needs: [need('manage', 'groups', '*')],
  },
  {
    route: 'GET /v2/history/sub-key/{subscribeKey}/channel/{channel}',
    target: '/v2/history/sub-key/demo/channel/a',
    needs: [on('read', 'a')],
  },
  {
    route: 'GET /v3/history/sub-key/{subscribeKey}/channel/{channels}',
    target: '/v3/history/sub-key/demo/channel/a%2Cb',
    needs: [on('read', 'a', 'b')],
  },
  {
    route: 'GET /v3/history-with-actions/sub-key/{subscribeKey}/channel/{channels}',
    target: '/v3/history-with-actions/sub-key/demo/channel/a',
    needs: [on('read', 'a')],
  },
  {
    route: 'GET /v3/history/sub-key/{subscribeKey}/message-counts/{channels}',
    target: '/v3/history/sub-key/demo/message-counts/a%2Cb?timetoken=1',
    needs: [on('read', 'a', 'b')],
  },
  {
    route: 'DELETE /v3/history/sub-key/{subscribeKey}/channel/{channel}',
    target: '/v3/history/sub-key/demo/channel/a',
    parts: { method: 'DELETE' },
    needs: [on('delete', 'a')],
  },
  {
    route: `POST ${ACTIONS}/message/{messageTimetoken}`,
    target: '/v1/message-actions/demo/channel/a/message/1?uuid=u',
    parts: json('POST', { type: 'reaction', value: 'x' }),
    needs: [on('write', 'a')],
  },
  { route: `GET ${ACTIONS}`, target: '/v1/message-actions/demo/channel/a', needs: [on('read', 'a')] },
  {
    route: `DELETE ${ACTIONS}/message/{messageTimetoken}/action/{actionTimetoken}`,
    target: '/v1/message-actions/demo/channel/a/message/1/action/2?uuid=u',
    parts: { method: 'DELETE' },
    needs: [on('delete', 'a')],
  },
  { route: `GET ${OBJECTS}/uuids`, target: '/v2/objects/demo/uuids', needs: [need('get', 'uuids', '*')] },
  {
    route: `GET ${OBJECTS}/uuids/{id}`,
    target: '/v2/objects/demo/uuids/u',
    needs: [need('get', 'uuids', 'u')],
  },
  {
    route: `PATCH ${OBJECTS}/uuids/{id}`,
    target: '/v2/objects/demo/uuids/u',
    parts: json('PATCH', { name: 'x' }),
    needs: [need('update', 'uuids', 'u')],
  },
  {
    route: `DELETE ${OBJECTS}/uuids/{id}`,
    target: '/v2/objects/demo/uuids/u',
    parts: { method: 'DELETE' },
    needs: [need('delete', 'uuids', 'u')],
  },
  { route: `GET ${OBJECTS}/channels`, target: '/v2/objects/demo/channels', needs: [on('get', '*')] },
  { route: `GET ${OBJECTS}/channels/{id}`, target: '/v2/objects/demo/channels/a', needs: [on('get', 'a')] },
  {
    route: `PATCH ${OBJECTS}/channels/{id}`,
    target: '/v2/objects/demo/channels/a',
    parts: json('PATCH', { name: 'x' }),
    needs: [on('update', 'a')],
  },
  {
    route: `DELETE ${OBJECTS}/channels/{id}`,
    target: '/v2/objects/demo/channels/a',
    parts: { method: 'DELETE' },
    needs: [on('delete', 'a')],
  },
  {
    route: `GET ${OBJECTS}/uuids/{id}/channels`,
    target: '/v2/objects/demo/uuids/u/channels',
    needs: [need('get', 'uuids', 'u')],
  },
  {
    route: `PATCH ${OBJECTS}/uuids/{id}/channels`,
    target: '/v2/objects/demo/uuids/u/channels',
    parts: json('PATCH', change('a', 'b')),
    needs: [on('join', 'a', 'b'), need('update', 'uuids', 'u')],
  },
  {
    route: `GET ${OBJECTS}/channels/{id}/uuids`,
    target: '/v2/objects/demo/channels/a/uuids',
    needs: [on('get', 'a')],
  },
  {
    route: `PATCH ${OBJECTS}/channels/{id}/uuids`,
    target: '/v2/objects/demo/channels/a/uuids',
    parts: json('PATCH', { set: [{ uuid: { id: 'u' } }] }),
    needs: [on('manage', 'a')],
  },
  {
    route: 'GET /v1/push/sub-key/{subscribeKey}/devices/{device}',
    target: '/v1/push/sub-key/demo/devices/d?type=gcm&add=a%2Cb',
    needs: [on('read', 'a', 'b')],
  },
  {
    route: 'GET /v1/push/sub-key/{subscribeKey}/devices/{device}/remove',
    target: '/v1/push/sub-key/demo/devices/d/remove?type=gcm',
    needs: [],
  },
  {
    route: 'GET /v2/push/sub-key/{subscribeKey}/devices-apns2/{device}',
    target: `/v2/push/sub-key/demo/devices-apns2/${'0'.repeat(64)}?environment=development&topic=t&add=a%2Cb`,
    needs: [on('read', 'a', 'b')],
  },
  {
    route: 'GET /v2/push/sub-key/{subscribeKey}/devices-apns2/{device}/remove',
    target: `/v2/push/sub-key/demo/devices-apns2/${'0'.repeat(64)}/remove?environment=development&topic=t`,
    needs: [],
  },
  {
    route: `POST ${FILES}/generate-upload-url`,
    target: '/v1/files/demo/channels/a/generate-upload-url',
    parts: json('POST', { name: 'x.txt' }),
    needs: [on('write', 'a')],
  },
  { route: `GET ${FILES}/files`, target: '/v1/files/demo/channels/a/files', needs: [on('read', 'a')] },
  {
    route: `GET ${FILES}/files/{id}/{name}`,
    target: '/v1/files/demo/channels/a/files/i/x.txt',
    needs: [on('read', 'a')],
  },
  {
    route: `DELETE ${FILES}/files/{id}/{name}`,
    target: '/v1/files/demo/channels/a/files/i/x.txt',
    parts: { method: 'DELETE' },
    needs: [on('delete', 'a')],
  },
  {
    route: `GET /v1/files/publish-file/${PUBLICATION}/{message}`,
    target: `/v1/files/publish-file/demo/demo/0/a/0/${encodeURIComponent('{"file":{"id":"i","name":"x"}}')}`,
    needs: [on('write', 'a')],
  },
];

// What a file's own address or form permits, and what has to be signed anyway.
const BY_OTHER_MEANS = [
  'POST /v1/files/{subscribeKey}/uploads',
  'GET /v1/files/{subscribeKey}/bytes/{id}/{token}/{name}',
  'POST /v3/pam/{subscribeKey}/grant',
  'DELETE /v3/pam/{subscribeKey}/grant/{token}',
  'GET /v2/auth/grant/sub-key/{subscribeKey}',
  'GET /v2/auth/audit/sub-key/{subscribeKey}',
];

const REFUSED_AS = { channels: 'channels', groups: 'channel-groups', uuids: 'uuids' } as const;
const OTHER = { channels: { other: allBut() } };
const NEEDING = ROWS.filter(({ needs }) => needs.length > 0);

/** What a token has to hold so that all needs are met, but for those of some kinds. */
function meeting(needs: readonly Need[], bitsOf: (need: Need) => number) {
  const resources: { [kind in Kind]?: Record<string, number> } = {};
  for (const one of needs) {
    const names = one.names.map((name) => [name, bitsOf(one)]);
    resources[one.kind] = { ...resources[one.kind], ...Object.fromEntries(names) };
  }
  return resources;
}

function forbidden(needs: readonly Need[]) {
  const payload = Object.fromEntries(needs.map(({ kind, names }) => [REFUSED_AS[kind], names]));
  return { message: 'Forbidden', payload, error: true, service: 'Access Manager', status: 403 };
}

const exactly = ({ permission }: Need) => BITS[permission];

test('every route is in the table', () => {
  const declared = ROUTES.map(({ method, path }) => `${method} ${path}`);
  const known = [...ROWS.map(({ route }) => route), ...BY_OTHER_MEANS];
  expect(new Set(known)).toEqual(new Set(declared));
});

describe.each(ROWS)('$target', ({ target, parts, needs }) => {
  test('is what the route says it needs', async () => {
    const { send } = accessNetwork({ access: false });
    expect((await send(target, parts)).status).not.toBe(403);
  });

  test('is refused to who has no permission, naming all that is refused', async () => {
    const { send, sendAs, token } = accessNetwork();
    const other = await token({ resources: OTHER });
    for (const reply of [
      await send(target, parts),
      await sendAs('a-key', target, parts),
      await sendAs(other, target, parts),
    ]) {
      if (needs.length === 0) expect(reply.status).not.toBe(403);
      else expect(reply.json).toEqual(forbidden(needs));
    }
  });

  test('is allowed to who has exactly that permission', async () => {
    const { sendAs, token } = accessNetwork();
    const held = await token({ resources: { ...OTHER, ...meeting(needs, exactly) } });
    expect((await sendAs(held, target, parts)).status).not.toBe(403);
  });

  test('is allowed to who has signed it', async () => {
    const { sendSigned } = accessNetwork();
    expect((await sendSigned(target, parts)).status).not.toBe(403);
  });
});

test.each(NEEDING)(
  '$target is refused to who has every other permission',
  async ({ target, parts, needs }) => {
    const { sendAs, token } = accessNetwork();
    const held = await token({ resources: { ...OTHER, ...meeting(needs, (one) => allBut(one.permission)) } });
    expect((await sendAs(held, target, parts)).json).toEqual(forbidden(needs));
  },
);

test.each(NEEDING.filter(({ needs }) => needs.length > 1 || needs.some(({ names }) => names.length > 1)))(
  '$target names only what is refused',
  async ({ target, parts, needs }) => {
    const { sendAs, token } = accessNetwork();
    for (const missing of needs.flatMap((one) => one.names.map((name) => ({ ...one, names: [name] })))) {
      const resources = meeting(needs, exactly);
      const held = { ...resources, [missing.kind]: { ...resources[missing.kind] } };
      for (const name of missing.names) delete held[missing.kind]?.[name];
      const text = await token({ resources: { ...held, uuids: { ...held.uuids, other: 1 } } });
      expect((await sendAs(text, target, parts)).json).toEqual(forbidden([missing]));
    }
  },
);

describe('patterns', () => {
  const history = (channel: string) => `/v2/history/sub-key/demo/channel/${encodeURIComponent(channel)}`;

  test.each([
    ['^ch-[0-9]+$', 'ch-42', true],
    ['ch-[0-9]+', 'ch-42', true],
    ['ch-[0-9]+', 'my-ch-42', false],
    ['ch', 'ch-42', false],
    ['.*', 'anything \u00e9', true],
  ])('%j allows %j: %s', async (pattern, channel, allowed) => {
    const { sendAs, token } = accessNetwork();
    const held = await token({ patterns: { channels: { [pattern]: 1 } } });
    expect((await sendAs(held, history(channel))).status).toBe(allowed ? 200 : 403);
  });

  test('give only their own permissions', async () => {
    const { sendAs, token } = accessNetwork();
    const held = await token({ patterns: { channels: { '.*': 2 }, groups: { '.*': 1 } } });
    expect((await sendAs(held, history('a'))).status).toBe(403);
    expect((await sendAs(held, '/publish/demo/demo/0/a/0/1')).status).toBe(200);
  });

  test('give a list of everything only when they obviously match everything', async () => {
    const { sendAs, token } = accessNetwork();
    const statuses = [];
    for (const pattern of ['.*', '^.+$', '[^x]*', '\\*', '.']) {
      const held = await token({ patterns: { channels: { [pattern]: 1 } } });
      statuses.push((await sendAs(held, '/v2/presence/sub-key/demo')).status);
    }
    expect(statuses).toEqual([200, 200, 403, 403, 403]);
  });
});

describe('presence and wildcards are names of their own', () => {
  test.each([
    ['a', 'a-pnpres'],
    ['a-pnpres', 'a'],
    ['a.b', 'a.*'],
    ['a.*', 'a.b'],
  ])('a permission on %j is none on %j', async (held, wanted) => {
    const { sendAs, token } = accessNetwork();
    const text = await token({ resources: { channels: { [held]: 1 } } });
    expect((await sendAs(text, `/v2/subscribe/demo/${wanted}/0`)).json).toMatchObject({
      payload: { channels: [wanted] },
    });
    expect((await sendAs(text, `/v2/subscribe/demo/${held}/0`)).status).toBe(200);
  });
});

describe('auth keys', () => {
  const HISTORY = '/v2/history/sub-key/demo/channel/news.sport.live';
  const grant = (query: string) => `/v2/auth/grant/sub-key/demo?${query}`;

  test.each([
    ['the key on the channel', 'auth=k&channel=news.sport.live&r=1', true],
    ['the key on a wildcard', 'auth=k&channel=news.*&r=1', true],
    ['the key on a nearer wildcard', 'auth=k&channel=news.sport.*&r=1', true],
    ['everybody on the channel', 'channel=news.sport.live&r=1', true],
    ['everybody on the whole key', 'r=1', true],
    ['another key', 'auth=l&channel=news.sport.live&r=1', false],
    ['another permission', 'auth=k&channel=news.sport.live&w=1', false],
    ['another wildcard', 'auth=k&channel=new.*&r=1', false],
    ['a wildcard over presence', 'auth=k&channel=news.*-pnpres&r=1', false],
    ['a group of that name', 'auth=k&channel-group=news.sport.live&r=1', false],
  ])('a grant to %s', async (_name, query, allowed) => {
    const { sendSigned, sendAs } = accessNetwork();
    await sendSigned(grant(query.replaceAll('*', '%2A')));
    expect((await sendAs('k', HISTORY)).status).toBe(allowed ? 200 : 403);
  });

  test('are good until the grant ends', async () => {
    const { sendSigned, sendAs, clock } = accessNetwork();
    await sendSigned(grant('auth=k&channel=news.sport.live&r=1&ttl=1'));
    clock.jump(59_999);
    expect((await sendAs('k', HISTORY)).status).toBe(200);
    clock.jump(1);
    expect((await sendAs('k', HISTORY)).status).toBe(403);
  });

  test('on a wildcard over presence see who is there, and those on channels do not', async () => {
    const { sendSigned, sendAs } = accessNetwork();
    const subscribe = '/v2/subscribe/demo/news.a-pnpres/0';
    await sendSigned(grant('auth=k&channel=news.%2A&r=1'));
    expect((await sendAs('k', subscribe)).status).toBe(403);
    await sendSigned(grant('auth=k&channel=news.%2A-pnpres&r=1'));
    expect((await sendAs('k', subscribe)).status).toBe(200);
  });

  test('add to what everybody may do, as tokens do', async () => {
    const { sendSigned, sendAs, token } = accessNetwork();
    await sendSigned(grant('channel=a&r=1'));
    const held = await token({ resources: { channels: { b: 1 } } });
    expect((await sendAs(held, '/v2/subscribe/demo/a%2Cb/0')).status).toBe(200);
  });
});

test('a poll that is held goes on when its token is revoked, and the next one is refused', async () => {
  const { sendAs, token, revoke, sendSigned } = accessNetwork();
  const held = await token({ resources: { channels: { a: 1 } } });
  const { json } = await sendAs(held, '/v2/subscribe/demo/a/0');
  const tt = (json as { t: { t: string } }).t.t;
  const interruption = new TestInterruption();
  const poll = sendAs(held, `/v2/subscribe/demo/a/0?tt=${tt}`, { interruption });
  await revoke(held);
  await sendSigned('/publish/demo/demo/0/a/0/%22x%22');
  expect(await poll).toMatchObject({ status: 200, json: { m: [{ d: 'x' }] } });
  expect((await sendAs(held, `/v2/subscribe/demo/a/0?tt=${tt}`)).status).toBe(403);
});

test('a refused publish leaves no trace', async () => {
  const { send, sendSigned } = accessNetwork();
  await send('/publish/demo/demo/0/a/0/1');
  expect((await sendSigned('/v2/history/sub-key/demo/channel/a')).json).toEqual([[], 0, 0]);
});

test('keysets that do not ask for permissions stay open beside one that does', async () => {
  const keysets = [
    { subscribeKey: 'open', publishKey: 'demo' },
    { subscribeKey: 'closed', publishKey: 'demo', secretKey: 's', access: true },
  ];
  const { send } = accessNetwork({ keysets });
  const statuses = [];
  for (const key of ['open', 'closed', 'unknown'])
    statuses.push((await send(`/v2/subscribe/${key}/a/0`)).status);
  expect(statuses).toEqual([200, 403, 400]);
});
