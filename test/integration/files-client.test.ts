import { createHash } from 'node:crypto';
import PeerClient from 'pubnub';
import { createTestNetwork } from 'timetoken/testing';
import { describe, expect, test } from 'vitest';
import {
  legacyCryptoModule,
  type PNFileEvent,
  PubNub,
  type PubNubError,
  type PubNubOptions,
} from '../../src/index.ts';
import { nodeTransport } from '../../src/node/index.ts';
import type { OriginOptions } from '../../src/origin/index.ts';
import { Inbox } from '../support/integration-inbox.ts';
import { serveOrigin } from '../support/integration-origin.ts';

const KEYS = { subscribeKey: 'demo', publishKey: 'demo', ssl: false } as const;
const BYTES = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7 + (index >> 8)) % 256);
const TEXT = 'Knights who say Ni! ü€';
const CHANNEL = 'a b/ü';

type System = Awaited<ReturnType<typeof serveOrigin>>;

/** How our client reaches the origin: over a socket in two ways, and without one. */
const WAYS: readonly (readonly [string, (system: System) => Partial<PubNubOptions>])[] = [
  ['fetch', ({ host }) => ({ origin: host })],
  ['node:http', ({ host }) => ({ origin: host, transport: nodeTransport() })],
  ['no socket at all', ({ origin }) => ({ origin: 'files.test', fetch: origin.fetch })],
];

async function* pieces(bytes: Uint8Array, size = 50_000): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.slice(start, start + size);
}

const streamed = (bytes: Uint8Array) => new Blob([bytes.slice()]).stream();
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe.each(WAYS)('over %s', (_, reach) => {
  async function client(options: Partial<PubNubOptions> = {}, originOptions: OriginOptions = {}) {
    const system = await serveOrigin(originOptions);
    const make = (more: Partial<PubNubOptions> = {}) =>
      new PubNub({ ...KEYS, userId: 'u', ...reach(system), ...options, ...more });
    const pubnub = make();
    const close = async () => {
      await pubnub.close();
      await system[Symbol.asyncDispose]();
    };
    return { system, pubnub, make, [Symbol.asyncDispose]: close };
  }

  test.each([
    ['a Blob', () => new Blob([BYTES], { type: 'image/png' }), {}],
    ['a Uint8Array', () => BYTES, {}],
    ['a stream', () => streamed(BYTES), {}],
    ['a stream of known size', () => streamed(BYTES), { size: BYTES.length }],
    ['an async generator of known size', () => pieces(BYTES), { size: BYTES.length }],
  ])('sends %s, tells how far it is, and reads it again', async (_name, make, more) => {
    await using files = await client();
    const { pubnub } = files;
    const heard: (readonly [number, number | undefined])[] = [];
    const onProgress = ({ loaded, total }: { loaded: number; total: number | undefined }) =>
      void heard.push([loaded, total]);
    const sent = await pubnub
      .sendFile({ channel: CHANNEL, file: make(), fileName: 'all (1).bin', ...more })
      .execute({ onProgress });
    expect(sent).toEqual({
      status: 200,
      timetoken: expect.stringMatching(/^\d{17}$/),
      id: expect.any(String),
      name: 'all (1).bin',
    });
    const total = heard.at(-1)?.[1] ?? 0;
    expect(total).toBeGreaterThan(BYTES.length);
    expect(heard.at(-1)).toEqual([total, total]);
    expect(heard.length).toBeGreaterThan(1);
    const loads = heard.map(([loaded]) => loaded);
    expect(loads).toEqual([...new Set(loads)].sort((a, b) => a - b));
    heard.length = 0;
    const named = { channel: CHANNEL, fileId: sent.id, fileName: sent.name };
    const file = await pubnub.downloadFile(named).execute({ onProgress });
    expect([file.name, file.size]).toEqual([sent.name, BYTES.length]);
    expect(hashOf(await file.bytes())).toBe(hashOf(BYTES));
    expect(heard.at(-1)).toEqual([BYTES.length, BYTES.length]);
  });

  test('sends text, lists, gives an address, downloads in every form, and deletes', async () => {
    await using files = await client();
    const { pubnub, system } = files;
    const { id, name } = await pubnub.sendFile({ channel: CHANNEL, file: TEXT, fileName: 'n.txt' }).execute();
    const named = { channel: CHANNEL, fileId: id, fileName: name };
    const size = new TextEncoder().encode(TEXT).length;
    expect(await pubnub.listFiles().channel(CHANNEL).execute()).toEqual({
      status: 200,
      data: [{ id, name, size, created: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}Z$/) }],
      next: null,
      count: 1,
    });
    const get = () => pubnub.downloadFile(named).execute();
    expect(await (await get()).text()).toBe(TEXT);
    expect(await (await (await get()).blob()).text()).toBe(TEXT);
    expect(new TextDecoder().decode(await (await get()).bytes())).toBe(TEXT);
    expect(await new Response((await get()).stream() as BodyInit).text()).toBe(TEXT);
    const url = (await pubnub.getFileUrl(named).execute()).replace('files.test', system.host);
    expect(await (await fetch(url)).text()).toBe(TEXT);
    expect(await pubnub.deleteFile(named).execute()).toEqual({ status: 200 });
    expect(await pubnub.listFiles().channel(CHANNEL).execute()).toMatchObject({ data: [], count: 0 });
    await expect(get()).rejects.toMatchObject({ code: 'PN-3003', statusCode: 404 });
    await expect(pubnub.deleteFile(named).execute()).rejects.toMatchObject({ statusCode: 404 });
  });

  test('keeps an empty file, and names of all kinds', async () => {
    await using files = await client();
    const { pubnub } = files;
    for (const fileName of ["king arthur's (1) [2] +;&= ~.txt", '50% #1?.txt', 'ü€😀', 'a"b']) {
      const { id, name } = await pubnub.sendFile({ channel: 'a', file: '', fileName }).execute();
      const file = await pubnub.downloadFile({ channel: 'a', fileId: id, fileName: name }).execute();
      expect([file.size, await file.text()]).toEqual([0, '']);
    }
  });

  test('goes through the pages of a channel', async () => {
    await using files = await client();
    const names = Array.from({ length: 5 }, (_unused, index) => `${index}.txt`);
    for (const fileName of names) {
      await files.pubnub.sendFile().channel('a').file('x').fileName(fileName).execute();
    }
    const pages: string[][] = [];
    for await (const { data } of files.pubnub.listFiles().channel('a').limit(2).pages()) {
      pages.push(data.map(({ name }) => name));
    }
    expect(pages).toEqual([['0.txt', '1.txt'], ['2.txt', '3.txt'], ['4.txt']]);
  });

  test('hears of files, when they are sent and when they are told of again', async () => {
    await using files = await client();
    const { pubnub } = files;
    const heard = new Inbox<PNFileEvent>('file events');
    pubnub.on('file', (event) => heard.put(event));
    await pubnub.subscribe().channels('a').execute().connected();
    const call = pubnub.sendFile({ channel: 'a', file: 'x', fileName: 'n.txt', message: { any: 'JSON' } });
    const { id, name, timetoken } = await call.meta({ m: 1 }).customMessageType('photo').execute();
    await pubnub.publishFileMessage({ channel: 'a', fileId: id, fileName: name, message: 0 }).execute();
    const [first, second] = await heard.take(2);
    expect(first).toEqual({
      channel: 'a',
      subscription: null,
      timetoken,
      publisher: 'u',
      message: { any: 'JSON' },
      file: { id, name },
      userMetadata: { m: 1 },
      customMessageType: 'photo',
    });
    expect(second).toMatchObject({ message: 0, file: { id, name } });
    const url = (first?.file.url ?? '').replace('files.test', files.system.host);
    expect(await (await fetch(url)).text()).toBe('x');
    const { channels } = await pubnub.fetchMessages().channels('a').execute();
    expect(channels['a']).toMatchObject([
      { messageType: 4, message: { message: { any: 'JSON' }, file: { id, name } } },
      { messageType: 4, message: { message: 0, file: { id, name } } },
    ]);
  });

  test('encrypts and decrypts by itself: bytes, events and history', async () => {
    await using files = await client({ cipherKey: 'enigma' });
    const { pubnub, make } = files;
    const heard = new Inbox<object>('file events');
    pubnub.on('file', (event) => heard.put(event));
    await pubnub.subscribe().channels('a').execute().connected();
    const file = streamed(BYTES);
    const call = pubnub.sendFile({
      channel: 'a',
      file,
      fileName: 'n.bin',
      size: BYTES.length,
      message: 'Hi',
    });
    const { id, name } = await call.execute();
    expect(await heard.take(1)).toMatchObject([{ message: 'Hi', file: { id, name } }]);
    const named = { channel: 'a', fileId: id, fileName: name };
    expect(hashOf(await (await pubnub.downloadFile(named).execute()).bytes())).toBe(hashOf(BYTES));
    const { channels } = await pubnub.fetchMessages().channels('a').execute();
    expect(channels['a']).toMatchObject([{ messageType: 4, message: { message: 'Hi', file: { id, name } } }]);
    await using stranger = make({ cipherKey: 'another' });
    // The scheme has no authentication: of 256 wrong keys one finds an end by chance, and none the contents.
    const stolen = await stranger
      .downloadFile(named)
      .execute()
      .then(
        async (download) => hashOf(await download.bytes()),
        (error: PubNubError) => error.code,
      );
    expect(stolen).not.toBe(hashOf(BYTES));
    if (stolen.startsWith('PN-')) expect(stolen).toBe('PN-5001');
  });

  test('asks with its token and takes nothing more, on a keyset with access control', async () => {
    const keysets = [
      { subscribeKey: 'demo', publishKey: 'demo', secretKey: 'the-secret-of-it', access: true },
    ];
    await using files = await client({ secretKey: 'the-secret-of-it' }, { keysets });
    const { pubnub: admin, system } = files;
    const token = await admin
      .grantToken()
      .ttl(60)
      .channels({ a: ['read', 'write'], b: ['read'] })
      .execute();
    const { origin, transport, fetch: own } = reach(system);
    const reached = {
      ...(origin && { origin }),
      ...(transport && { transport }),
      ...(own && { fetch: own }),
    };
    await using bob = new PubNub({ ...KEYS, userId: 'bob', token, ...reached });
    const { id, name } = await bob.sendFile({ channel: 'a', file: TEXT, fileName: 'n.txt' }).execute();
    const named = { channel: 'a', fileId: id, fileName: name };
    expect(await (await bob.downloadFile(named).execute()).text()).toBe(TEXT);
    for (const reader of [bob, admin]) {
      const url = (await reader.getFileUrl(named).execute()).replace('files.test', system.host);
      expect(await (await fetch(url)).text()).toBe(TEXT);
    }
    const carrying = system.requests.all.filter((target) => target.includes(encodeURIComponent(token)));
    expect(carrying.every((target) => /\/(?:generate-upload-url|publish-file|files)\b/.test(target))).toBe(
      true,
    );
    for (const target of system.requests.all.filter((line) => /uploads|bytes/.test(line))) {
      expect(target).not.toMatch(/auth=|uuid=|signature=/);
    }
    for (const call of [
      bob.sendFile({ channel: 'b', file: TEXT, fileName: 'n.txt' }),
      bob.deleteFile(named),
      bob.listFiles({ channel: 'c' }),
      bob.downloadFile({ ...named, channel: 'c' }),
    ]) {
      const { status } = await call.envelope();
      expect(status).toMatchObject({ isError: true, category: 'PNAccessDeniedCategory', statusCode: 403 });
      expect(JSON.stringify([status, status.errorData?.message])).not.toContain(token);
    }
  });

  test('is told why a file is not taken, however it is sent', async () => {
    await using files = await client({}, { limits: { fileBytes: 1_000 } });
    for (const [file, more] of [
      [BYTES, {}],
      [streamed(BYTES), { size: BYTES.length }],
    ] as const) {
      const { status } = await files.pubnub
        .sendFile({ channel: 'a', file, fileName: 'n', ...more })
        .envelope();
      expect(status.errorData).toMatchObject({ operation: 'PNPublishFileOperation' });
      expect(status).toMatchObject({ isError: true, statusCode: 400 });
      expect(status.errorData?.message).toContain('larger than allowed');
    }
    expect((await files.pubnub.listFiles({ channel: 'a' }).execute()).count).toBe(0);
  });

  test('can be aborted while it sends and while it reads', async () => {
    await using files = await client();
    const { pubnub } = files;
    const sending = new AbortController();
    const endless = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(BYTES.slice(0, 1_000)),
    });
    const call = pubnub.sendFile({ channel: 'a', file: endless, fileName: 'n', size: BYTES.length });
    await expect(
      call.execute({
        signal: sending.signal,
        onProgress: ({ loaded }) => void (loaded > 1_000 && sending.abort()),
      }),
    ).rejects.toMatchObject({ code: 'PN-2003' });
    const { id, name } = await pubnub.sendFile({ channel: 'a', file: BYTES, fileName: 'n' }).execute();
    const reading = new AbortController();
    const file = await pubnub
      .downloadFile({ channel: 'a', fileId: id, fileName: name })
      .execute({ signal: reading.signal });
    reading.abort();
    await expect(file.bytes()).rejects.toMatchObject({ code: 'PN-2003' });
  });
});

describe('with another maker’s client', () => {
  test.each([
    ['the keys of both clients', { cipherKey: 'enigma' }, { cipherKey: 'enigma' }, {}],
    [
      'the legacy scheme',
      { cipherKey: 'enigma' },
      { cryptoModule: legacyCryptoModule({ cipherKey: 'enigma' }) },
      {},
    ],
    ['a key for the file alone', {}, {}, { cipherKey: 'enigma' }],
  ])('files go both ways, encrypted by %s', async (_name, theirs, ours, call) => {
    await using system = await serveOrigin();
    const peer = new PeerClient({ ...KEYS, origin: system.host, userId: 'they', ...theirs });
    await using pubnub = new PubNub({ ...KEYS, origin: system.host, userId: 'we', ...ours });
    const heard = new Inbox<object>('file events');
    pubnub.on('file', (event) => heard.put(event));
    await pubnub.subscribe().channels('a').execute().connected();
    const data = Buffer.from(BYTES.slice(0, 5_000));

    const fromThem = await peer.sendFile({ channel: 'a', file: { data, name: 'n' }, message: 'Hi', ...call });
    expect(await heard.take(1)).toMatchObject([{ message: 'Hi', file: { id: fromThem.id, name: 'n' } }]);
    const got = await pubnub
      .downloadFile({ channel: 'a', fileId: fromThem.id, fileName: 'n', ...call })
      .execute();
    expect(Buffer.from(await got.bytes())).toEqual(data);

    // What their client reads is the older scheme alone.
    const own = { cipherKey: 'enigma' };
    const sent = await pubnub
      .sendFile({ channel: 'a', file: data, fileName: 'm', message: 'Ho', ...own })
      .execute();
    const { id, name } = sent;
    const read = await peer.downloadFile({ channel: 'a', id, name, ...call });
    expect(Buffer.from(await read.toBuffer())).toEqual(data);
    const kept = await (await fetch(peer.getFileUrl({ channel: 'a', id, name }))).arrayBuffer();
    expect(Buffer.from(kept).includes(data.subarray(0, 100))).toBe(false);
    expect((await peer.listFiles({ channel: 'a' })).count).toBe(2);
    peer.stop();
  });
});

test('a file whose channel cannot be told of it can be told of later', async () => {
  await using network = createTestNetwork();
  await using pubnub = new PubNub({ ...network.options, userId: 'u', fileUploadPublishRetryLimit: 2 });
  const outage = network.fail('publishFileMessage', {
    with: { status: 503 },
    times: Number.POSITIVE_INFINITY,
  });
  const sending = pubnub.sendFile({ channel: 'a', file: TEXT, fileName: 'n.txt' }).envelope();
  const { status } = await network.settled(sending);
  expect(outage.hits).toBe(2);
  const { errorData } = status.errorData ?? {};
  expect(errorData).toEqual({ channel: 'a', id: expect.any(String), name: 'n.txt' });
  const { id, name } = errorData as { readonly id: string; readonly name: string };
  outage.stop();
  const told = await pubnub.publishFileMessage({ channel: 'a', fileId: id, fileName: name }).execute();
  expect(told.timetoken).toMatch(/^\d{17}$/);
  const file = await pubnub.downloadFile({ channel: 'a', fileId: id, fileName: name }).execute();
  expect(await file.text()).toBe(TEXT);
});
