import { createHmac } from 'node:crypto';
import { deflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { accessNetwork, SECRET, signatureOf, signed } from '../support/access.ts';
import { appContext, bodyOf } from '../support/app-context-calls.ts';
import { BUCKET, filesClient, formIn, sending } from '../support/files-transport.ts';
import { entryAt } from '../support/loop-machine.ts';
import { HandFedClient } from '../support/loop-pending-transport.ts';
import { originNetwork } from '../support/origin-network.ts';
import { type Answer, hangs, lineOf, rejection, SENT, scriptedClient } from '../support/unit-client.ts';
import { settle, type VirtualClock } from '../support/virtual-clock.ts';

// What surprises in PubNub's protocol and in its clients, one number each: our origin copes with it, our client does
// not do it.

const json = (body: unknown, status = 200): Answer => ({ status, body: JSON.stringify(body) });
const PAGE = { status: 200, data: [{ id: 'u', updated: '2026-01-01T00:00:00Z', eTag: 'e' }], next: 'MQ' };
const NOBODY = json({ status: 200, payload: { channels: [] }, service: 'Presence' });

/** What a call comes to that waits for work outside of the clock, too: hashes, streams. */
async function after<T>(clock: VirtualClock, call: Promise<T>): Promise<T> {
  let over = false;
  const end = () => {
    over = true;
  };
  call.then(end, end);
  while (!over) {
    await clock.advance(1_000);
    await settle(1);
  }
  return call;
}

describe('a subscription', () => {
  test('1: begins without a timetoken and with an empty ee elsewhere, and with tt=0 here', async () => {
    const { subscribe } = originNetwork();
    expect(await subscribe('a', { ee: '' })).toMatchObject({
      t: { t: expect.stringMatching(/^\d{17}$/) },
      m: [],
    });
    const { pubnub, requests, close } = scriptedClient([
      json({ t: { t: '17000000000000000', r: 1 }, m: [] }),
      hangs,
    ]);
    await pubnub.subscribe({ channels: 'a' }).execute().connected();
    const { query } = lineOf(requests[0]);
    expect([query['tt'], 'ee' in query]).toEqual(['0', false]);
    await close();
  });

  test('2: has no kind in plain messages, and takes an explicit 0 for one', async () => {
    const { subscribe, publish } = originNetwork();
    const { t } = await subscribe('a');
    await publish('a', 'hi');
    expect((await subscribe('a', { tt: t.t })).m.map((entry) => 'e' in entry)).toEqual([false]);
    const it = new HandFedClient();
    const heard: string[] = [];
    for (const kind of ['message', 'file'] as const) it.client.on(kind, () => heard.push(kind));
    await it.subscribed('a', 1);
    await (await it.next('poll')).answer(3, { entries: [entryAt(2, 'a', { e: 0 })] });
    expect(heard).toEqual(['message']);
    await it.client.close();
  });

  test('3: gets nothing under a name that it did not ask for', async () => {
    const { send, subscribe, publish } = originNetwork();
    await send('/v1/channel-registration/sub-key/demo/channel-group/g?add=x');
    const groups = { 'channel-group': 'g,g-pnpres', uuid: 'u' };
    const { t } = await subscribe('a,news.*,news.*-pnpres', groups);
    for (const channel of ['a', 'x', 'news.sport']) await publish(channel, channel);
    const { m } = await subscribe('a,news.*,news.*-pnpres', { ...groups, tt: t.t });
    const names = new Set(m.map(({ b, c }) => b ?? c));
    expect(names).toEqual(new Set(['a', 'g', 'g-pnpres', 'news.*', 'news.*-pnpres']));
  });

  test('8: leaves in silence when it is told to, heartbeats or not', async () => {
    const it = new HandFedClient({ suppressLeaveEvents: true });
    const subscription = await it.subscribed('a', 1);
    subscription.unsubscribe();
    await it.clock.advance(1_000);
    expect(it.requests.map(({ facts }) => facts.kind)).toEqual(['handshake', 'poll']);
    await it.client.close();
  });

  test('9: says in every poll how long it counts as present, and beats in between', async () => {
    const it = new HandFedClient({ presenceTimeout: 60 });
    await it.subscribed('a', 1);
    await it.clock.advance(30_000);
    const told = it.requests.map(({ facts }) => `${facts.kind} ${facts.heartbeat}`);
    expect(told).toEqual(['handshake 60', 'poll 60', 'heartbeat 60']);
    await it.client.close();
  });

  test('13: names a change of state and a call for a new list as the rest of its events', async () => {
    const it = new HandFedClient();
    const heard: unknown[] = [];
    it.client.on('presence', ({ event, state, hereNowRefresh, timestamp }) =>
      heard.push({ event, state, hereNowRefresh, timestamp }),
    );
    await it.subscribed('a', 1, { presence: true });
    const changed = { action: 'state-change', uuid: 'u', timestamp: 17, occupancy: 1, data: { k: 1 } };
    const interval = { action: 'interval', timestamp: '17', occupancy: 9, here_now_refresh: true };
    const entries = [changed, interval].map((d, at) => entryAt(at + 2, 'a-pnpres', { d }));
    await (await it.next('poll')).answer(4, { entries });
    expect(heard).toMatchObject([
      { event: 'state-change', state: { k: 1 }, timestamp: 17 },
      { event: 'interval', hereNowRefresh: true, timestamp: 17 },
    ]);
    await it.client.close();
  });
});

describe('an answer', () => {
  test('10: to getState for several channels is unwrapped', async () => {
    const channels = { a: { n: 1 }, b: { n: 2 } };
    const { pubnub, close } = scriptedClient([json({ status: 200, payload: { channels }, uuid: 'u' })]);
    expect((await pubnub.getState({ channels: ['a', 'b'] }).execute()).channels).toEqual(channels);
    await close();
  });

  test('11: has a total where `count` asks for it, and not where `include` does', async () => {
    const { get, patch } = appContext();
    await patch('uuids/u', { name: 'U' });
    const totals = [{ include: 'totalCount' }, { count: 'true' }, { count: 'True' }].map(
      async (query) => bodyOf(await get('uuids', query)).totalCount,
    );
    expect(await Promise.all(totals)).toEqual([undefined, 1, 1]);
    const { pubnub, requests, close } = scriptedClient([json(PAGE)]);
    await pubnub.getAllUuidMetadata({ includeTotalCount: true }).execute();
    const { query } = lineOf(requests[0]);
    expect([query['count'], query['include']]).toEqual(['true', 'status%2Ctype']);
    await close();
  });

  test('12: may say the kind of a message in a string', async () => {
    const room = ['1', 4, null].map((message_type, at) => ({
      message: at,
      timetoken: `1700000000000000${at}`,
      message_type,
    }));
    const { pubnub, close } = scriptedClient([json({ status: 200, error: false, channels: { room } })]);
    const { channels } = await pubnub.fetchMessages({ channels: 'room' }).execute();
    expect(channels['room']?.map(({ messageType }) => messageType)).toEqual([1, 4, -1]);
    await close();
  });

  test('13: of presence with `error: 1` is an error, also with HTTP 200', async () => {
    const body = { status: 503, error: 1, message: 'Service Unavailable', service: 'Presence' };
    const { pubnub, clock, close } = scriptedClient([json(body)]);
    const failure = rejection(pubnub.hereNow().execute());
    await clock.advance(60_000);
    expect(await failure).toMatchObject({ statusCode: 503 });
    await close();
  });

  test('15: to a grant on one group has its name, and not a record', async () => {
    const { sendSigned } = accessNetwork();
    const { json: body } = await sendSigned('/v2/auth/grant/sub-key/demo?auth=k&channel-group=g&r=1');
    expect(body).toMatchObject({ payload: { 'channel-groups': 'g', auths: { k: { r: 1 } } } });
    const { pubnub, close } = scriptedClient([json(body)], { secretKey: SECRET });
    const granted = await pubnub.grant({ channelGroups: 'g', authKeys: 'k', read: true }).execute();
    expect(granted).toMatchObject({ level: 'channel-group+auth', 'channel-groups': 'g' });
    await close();
  });

  test('20: names a next page even where there is none, and pages end all the same', async () => {
    const { get, patch } = appContext();
    await patch('uuids/u', { name: 'U' });
    const { next } = bodyOf(await get('uuids'));
    expect([next, bodyOf(await get('uuids', { start: next }))]).toEqual(['MQ', { status: 200, data: [] }]);
    const { pubnub, requests, close } = scriptedClient([json(PAGE), json({ status: 200, data: [] })]);
    const pages = [];
    for await (const { data } of pubnub.getAllUuidMetadata().pages()) pages.push(data.length);
    expect([pages, requests.length]).toEqual([[1], 2]);
    await close();
  });
});

describe('a request that failed', () => {
  test('6: is repeated when the server asks for it, and never where it would be refused again', async () => {
    const busy = { status: 429, headers: { 'retry-after': '3' } };
    const { pubnub, clock, requests, close } = scriptedClient([busy, NOBODY]);
    const call = pubnub.whereNow().execute();
    await clock.advance(2_999);
    expect(requests).toHaveLength(1);
    await clock.advance(5_000);
    expect((await call).channels).toEqual([]);
    await close();
    for (const status of [401, 402, 404, 409, 412, 414, 481]) {
      const refused = scriptedClient([{ status }]);
      const failure = rejection(refused.pubnub.whereNow().execute());
      await refused.clock.advance(60_000);
      expect([await failure, refused.requests]).toMatchObject([{ statusCode: status }, { length: 1 }]);
      await refused.close();
    }
  });

  test('7: of App Context is repeated by the rule of its own operation', async () => {
    const { pubnub, clock, requests, close } = scriptedClient([{ status: 503 }]);
    const sent = async (call: { execute(): Promise<unknown> }) => {
      const before = requests.length;
      const failure = rejection(call.execute());
      await clock.advance(120_000);
      return [((await failure) as { operation?: string }).operation, requests.length - before > 1];
    };
    const change = { uuid: 'u', name: 'U' };
    expect(await sent(pubnub.getMemberships())).toEqual(['PNGetMembershipsOperation', true]);
    expect(await sent(pubnub.setUuidMetadata(change))).toEqual(['PNSetUUIDMetadataOperation', true]);
    const conditional = pubnub.setUuidMetadata({ ...change, ifMatchesEtag: 'e' });
    expect(await sent(conditional)).toEqual(['PNSetUUIDMetadataOperation', false]);
    await close();
  });

  test('16: is signed anew, over nothing of its old signature', async () => {
    // Each second has a timestamp of its own.
    const busy = { status: 503, headers: { 'retry-after': '2' } };
    const steps = [busy, busy, NOBODY];
    const { pubnub, clock, requests, close } = scriptedClient(steps, { secretKey: SECRET });
    await after(clock, pubnub.whereNow().execute());
    const stamps = requests.map((request) => {
      const { path, query } = lineOf(request);
      const { signature, ...rest } = query;
      const names = Object.keys(rest).sort();
      const text = names.map((name) => `${name}=${rest[name]}`).join('&');
      expect(signature).toBe(signatureOf(`GET\ndemo\n${path}\n${text}\n`));
      return rest['timestamp'];
    });
    expect(new Set(stamps).size).toBe(3);
    await close();
  });
});

describe('what is published', () => {
  const PATH = '/publish/demo/demo/0/a/0';
  const body = '{"a":1}';

  test('5: by POST may be signed as a GET, as it is, or in the form of the first version', async () => {
    const network = accessNetwork();
    const seconds = network.seconds();
    const first = createHmac('sha256', SECRET).update(`demo\ndemo\n${PATH}\ntimestamp=${seconds}`);
    const targets = [
      signed(PATH, seconds),
      signed(PATH, seconds, { method: 'POST', body }),
      `${PATH}?timestamp=${seconds}&signature=${encodeURIComponent(`${first.digest('base64url')}=`)}`,
    ];
    for (const target of targets)
      expect(await network.send(target, { method: 'POST', body })).toMatchObject({ status: 200 });
    const { fetch } = network.origin;
    const ours = scriptedClient([], { fetch, clock: network.clock, secretKey: SECRET });
    await ours.pubnub.publish({ channel: 'a', message: { a: 1 }, usePost: true }).execute();
    await network.origin.close();
  });

  test('14: is read when it is compressed, whatever the label says', async () => {
    const { send } = originNetwork();
    for (const encoding of ['deflate', 'gzip', 'identity']) {
      const parts = { method: 'POST', body: deflateSync(body), headers: { 'content-encoding': encoding } };
      expect(await send(PATH, parts)).toMatchObject({ status: 200 });
    }
  });

  test('18: may have 2 MiB in the newer form of a POST, which is signed with its body', async () => {
    const { send, sendSigned, seconds } = accessNetwork();
    const sized = (bytes: number) => ({ method: 'POST', body: JSON.stringify('x'.repeat(bytes - 2)) });
    const large = `/v2${PATH}`;
    const refused = { status: 400, json: [0, 'Message Too Large', expect.stringMatching(/^\d{17}$/)] };
    expect(await sendSigned(PATH, sized(32_769))).toMatchObject(refused);
    expect(await sendSigned(large, sized(32_769))).toMatchObject({ status: 200 });
    expect(await sendSigned(large, sized(2_097_152))).toMatchObject({ status: 200 });
    const asIfByGet = signed(large, seconds());
    expect(await send(asIfByGet, sized(32_769))).toMatchObject({ status: 403 });
    const open = originNetwork();
    const { t } = await open.subscribe('a');
    expect(await open.send(large, sized(2_097_153))).toMatchObject(refused);
    expect(await open.send(large, sized(2_097_152))).toMatchObject({ status: 200 });
    const { m } = await open.subscribe('a', { tt: t.t });
    expect(m.map(({ d }) => `${d}`.length)).toEqual([2_097_150]);
  });

  test('17: has its tildes encoded here, and may have them bare in what others send and sign', async () => {
    const { pubnub, requests, close } = scriptedClient([SENT], { userId: 'u~1' });
    await pubnub.publish({ channel: 'a~b', message: '~' }).execute();
    expect(requests[0]?.url).toContain('/a%7Eb/0/%22%7E%22?');
    expect(requests[0]?.url).not.toContain('~');
    await close();
    const { send, seconds } = accessNetwork();
    const path = '/publish/demo/demo/0/a~b/0/%22~%22';
    const signature = signatureOf(`GET\ndemo\n${path}\ntimestamp=${seconds()}&uuid=u%7E1\n`);
    const target = `${path}?uuid=u~1&timestamp=${seconds()}&signature=${signature}`;
    expect(await send(target)).toMatchObject({ status: 200 });
  });
});

describe('a file', () => {
  const FILE = { channel: 'a', file: 'Ni!', fileName: 'ni.html', mimeType: 'text/html' } as const;

  test('4: is announced with fields of key and value, and keeps its own type', async () => {
    const { send } = originNetwork();
    const parts = { method: 'POST', body: '{"name":"a.txt"}' };
    const { json: answer } = await send('/v1/files/demo/channels/a/generate-upload-url', parts);
    const fields = (answer as { file_upload_request: { form_fields: object[] } }).file_upload_request
      .form_fields;
    expect(new Set(fields.map((field) => `${Object.keys(field)}`))).toEqual(new Set(['key,value']));
    const { pubnub, seen, close } = filesClient(sending());
    await pubnub.sendFile(FILE).execute();
    const [, upload] = seen;
    const form = upload && (await formIn(upload));
    expect(form?.map(([name]) => name)).toEqual(['tagging', 'key', 'Content-Type', 'Policy', 'file']);
    expect(form?.at(-1)?.[1]).toMatchObject({ name: 'given.txt', type: 'text/html' });
    await close();
  });

  test('19: is uploaded to the address as it is, and is there only after a 204', async () => {
    const good = filesClient(sending());
    await good.pubnub.sendFile(FILE).execute();
    expect(good.seen[1]).toMatchObject({ method: 'POST', url: BUCKET });
    await good.close();
    const odd = filesClient(sending({ upload: { status: 200 } }));
    const failure = await after(odd.clock, rejection(odd.pubnub.sendFile(FILE).execute()));
    expect(failure).toMatchObject({ code: 'PN-4001' });
    expect(odd.seen.some(({ url }) => url.includes('/publish-file/'))).toBe(false);
    await odd.close();
  });
});
