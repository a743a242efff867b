import {
  aesCbcCryptoModule,
  DownloadedFile,
  type FileCallOptions,
  legacyCryptoModule,
  type PubNubOptions,
} from 'timetoken';
import { fetchTransport } from 'timetoken/core';
import { describe, expect, it } from 'vitest';
import {
  type Answering,
  type FileAnswer,
  filesClient,
  PLACE,
  piecewise,
} from '../../../support/files-transport.ts';
import { networkError, rejection } from '../../../support/unit-client.ts';
import { settle } from '../../../support/virtual-clock.ts';

const DATA = new TextEncoder().encode('Knights who say Ni! ü€');
const FILE = { channel: 'a', fileId: 'id-1', fileName: 'n.txt' } as const;
const LEADS: FileAnswer = { status: 307, headers: { location: PLACE } };
const length = (bytes: Uint8Array) => ({ 'content-length': String(bytes.length) });

/** An origin that leads to the place, and what is there. */
const at =
  (there: FileAnswer, leads: FileAnswer = LEADS): Answering =>
  ({ url }) =>
    url === PLACE ? there : leads;
const holds = (bytes: Uint8Array<ArrayBuffer>) => at({ bytes, headers: length(bytes) });

/** A call with what passes the pauses between its attempts. */
async function failed(answer: Answering, options: Partial<PubNubOptions> = {}) {
  const client = filesClient(answer, options);
  const outcome = rejection(client.pubnub.downloadFile(FILE).execute());
  for (let turn = 0; turn < 8; turn++) {
    await settle();
    await client.clock.advance(10_000);
  }
  const error = await outcome;
  await client.close();
  return { ...client, error };
}

describe('downloadFile()', () => {
  it('asks where the file is, and takes nothing of the client’s there', async () => {
    const client = filesClient(holds(DATA), { token: 'the-token', secretKey: 'the-secret' });
    const file = await client.pubnub.downloadFile(FILE).execute();
    expect([file.name, file.type, file.size]).toEqual(['n.txt', 'application/octet-stream', DATA.length]);
    expect(await file.bytes()).toEqual(DATA);
    const [ask, take] = client.seen;
    expect(ask?.url).toMatch(
      /^http:\/\/localhost\/v1\/files\/demo\/channels\/a\/files\/id-1\/n\.txt\?.*auth=the-token&.*signature=v2/,
    );
    expect(take).toMatchObject({ method: 'GET', url: PLACE, headers: {}, accept: 'stream' });
    expect([client.seen.length, client.clock.pending]).toEqual([2, 0]);
    await client.close();
  });

  it('takes the bytes where the transport has followed the redirect, as browsers do', async () => {
    const client = filesClient(() => ({ bytes: DATA }));
    expect(await (await client.pubnub.downloadFile(FILE).execute()).text()).toBe('Knights who say Ni! ü€');
    expect(client.seen).toHaveLength(1);
    await client.close();
  });

  it.each([
    ['a login page', '<html>Log in</html>', { 'content-type': 'text/html' }],
    ['an empty answer', '', {}],
  ])('refuses %s of the origin’s own address', async (_name, body, headers) => {
    const { error } = await failed(() => ({}), {
      transport: fetchTransport({
        fetch: async ({ url }) =>
          Object.defineProperties(new Response(body, { headers }), {
            url: { value: url },
            redirected: { value: false },
          }),
      }),
    });
    expect(error).toMatchObject({ code: 'PN-4001', operation: 'PNDownloadFileOperation' });
    expect(String(error)).toContain('the answer of http://localhost is not one of the protocol');
  });

  it('takes a page that somebody uploaded, where fetch has followed the redirect', async () => {
    const client = filesClient(() => ({}), {
      transport: fetchTransport({
        fetch: async () =>
          Object.defineProperties(new Response('<html>', { headers: { 'content-type': 'text/html' } }), {
            url: { value: PLACE },
            redirected: { value: true },
          }),
      }),
    });
    expect(await (await client.pubnub.downloadFile(FILE).execute()).text()).toBe('<html>');
    await client.close();
  });

  it.each<readonly [string, (file: DownloadedFile) => Promise<unknown>, unknown]>([
    ['text()', (file) => file.text(), 'Knights who say Ni! ü€'],
    ['bytes()', (file) => file.bytes(), DATA],
    ['arrayBuffer()', (file) => file.arrayBuffer(), DATA.buffer],
    [
      'blob()',
      async (file) => file.blob().then(({ type, size }) => [type, size]),
      ['image/png', DATA.length],
    ],
    ['stream()', (file) => new Response(file.stream() as BodyInit).text(), 'Knights who say Ni! ü€'],
  ])('can be read by %s, once', async (_name, read, expected) => {
    const client = filesClient(at({ bytes: DATA, headers: { 'content-type': 'image/png' } }));
    const file = await client.pubnub.downloadFile(FILE).execute();
    expect(file).toBeInstanceOf(DownloadedFile);
    expect(await read(file)).toEqual(expected);
    expect(await rejection(file.text())).toMatchObject({ code: 'PN-1002' });
    await client.close();
  });

  it('holds nothing in memory: it asks for a piece when one is wanted', async () => {
    const { stream, log } = piecewise([DATA, DATA, DATA]);
    const client = filesClient(at({ bytes: stream }));
    const file = await client.pubnub.downloadFile(FILE).execute();
    await settle();
    expect(log).toEqual([]);
    const reader = file.stream().getReader();
    await reader.read();
    await settle();
    expect(log).toEqual(['pull']);
    await reader.cancel();
    expect([log, client.clock.pending]).toEqual([['pull', 'cancel'], 0]);
    await client.close();
  });

  it.each([
    ['with its size', length(DATA), DATA.length],
    ['without one', {}, undefined],
    [
      'of what is compressed, whose length says nothing',
      { ...length(DATA), 'content-encoding': 'gzip' },
      undefined,
    ],
  ])('tells of its progress, %s', async (_name, headers, total) => {
    const { stream } = piecewise([DATA.slice(0, 9), DATA.slice(9)]);
    const client = filesClient(at({ bytes: stream, headers }));
    const heard: unknown[] = [];
    const onProgress = (progress: unknown) => {
      heard.push(progress);
      throw new Error('not my day');
    };
    const file = await client.pubnub.downloadFile(FILE).execute({ onProgress });
    expect([file.size, heard]).toEqual([total, []]);
    await file.bytes();
    expect(heard).toEqual([9, DATA.length].map((loaded) => ({ loaded, total })));
    await client.close();
  });

  it.each([
    ['a relative address', '/there', 'http://localhost/there'],
    ['an address without a scheme', '//else.example/there', 'http://else.example/there'],
  ])('follows %s', async (_name, location, there) => {
    const client = filesClient(({ url }) =>
      url === there ? { bytes: DATA } : { status: 302, headers: { location } },
    );
    expect(await (await client.pubnub.downloadFile(FILE).execute()).bytes()).toEqual(DATA);
    await client.close();
  });

  it.each<readonly [string, FileAnswer, number]>([
    ['nowhere', { status: 307 }, 0],
    ['to a file of this machine', { status: 307, headers: { location: 'file:///etc/passwd' } }, 0],
    ['to what is no address', { status: 307, headers: { location: 'http://[' } }, 0],
    ['round in circles', LEADS, 3],
  ])('gives up when it is led %s', async (_name, answer, steps) => {
    const { error, seen } = await failed(() => answer);
    expect(error).toMatchObject({ operation: 'PNDownloadFileOperation', statusCode: 307 });
    // Each of the four attempts asks first.
    const asked = seen.filter(({ url }) => url.startsWith('http://localhost/'));
    expect([asked.length, seen.length]).toEqual([4, 4 + 4 * steps]);
  });

  it.each([
    ['aborted', 'PN-2003', async ({ controller }: Ending) => controller.abort()],
    ['out of time', 'PN-2002', async ({ clock }: Ending) => clock.advance(300_000)],
    ['closed', 'PN-2004', async ({ close }: Ending) => close()],
  ])('ends in the middle of the bytes when it is %s, read or not', async (_name, code, end) => {
    for (const isRead of [true, false]) {
      const { stream, log } = piecewise([DATA], 'hang');
      const client = filesClient(at({ bytes: stream }));
      const controller = new AbortController();
      const file = await client.pubnub.downloadFile(FILE).execute({ signal: controller.signal });
      const error = isRead ? rejection(file.bytes()) : undefined;
      await settle();
      await end({ ...client, controller });
      expect(await (error ?? rejection(file.text()))).toMatchObject({ code });
      expect([log.at(-1), client.clock.pending]).toEqual(['cancel', 0]);
      expect(client.signals.at(-1)?.aborted).toBe(true);
      await client.close();
    }
  });

  it.each<readonly [string, Partial<PubNubOptions>, FileCallOptions]>([
    ['the client', { fileRequestTimeout: 2 }, {}],
    ['the call', {}, { timeout: 2_000 }],
  ])('has the deadline that %s says', async (_name, options, call) => {
    const client = filesClient(at({ bytes: piecewise([], 'hang').stream }), options);
    const error = rejection((await client.pubnub.downloadFile(FILE).execute(call)).text());
    await client.clock.advance(1_999);
    expect(client.signals.at(-1)?.aborted).toBe(false);
    await client.clock.advance(1);
    expect(await error).toMatchObject({ code: 'PN-2002' });
    await client.close();
  });

  it('says what is wrong when the bytes stop, and does not begin again', async () => {
    const { stream } = piecewise([DATA], networkError('ECONNRESET'));
    const client = filesClient(at({ bytes: stream }));
    const file = await client.pubnub.downloadFile(FILE).execute();
    expect(await rejection(file.bytes())).toMatchObject({
      code: 'PN-2001',
      operation: 'PNDownloadFileOperation',
    });
    expect([client.seen.length, client.clock.pending]).toEqual([2, 0]);
    await client.close();
  });

  it.each([
    ['by the client’s module', aesCbcCryptoModule({ cipherKey: 'k' }), {}, { cipherKey: 'k' }],
    ['by an older client', legacyCryptoModule({ cipherKey: 'k' }), {}, { cipherKey: 'k' }],
    ['with a key of its own', legacyCryptoModule({ cipherKey: 'o' }), { cipherKey: 'o' }, { cipherKey: 'k' }],
    ['with a key, for a client without one', legacyCryptoModule({ cipherKey: 'o' }), { cipherKey: 'o' }, {}],
  ])('decrypts what was encrypted %s', async (_name, writer, call, options) => {
    const encrypted = new Uint8Array(await writer.encryptFile(DATA));
    const client = filesClient(holds(encrypted), options);
    const file = await client.pubnub.downloadFile({ ...FILE, ...call }).execute();
    expect([file.size, file.type]).toEqual([DATA.length, 'application/octet-stream']);
    expect(await file.bytes()).toEqual(DATA);
    await client.close();
  });

  it('reads an empty file', async () => {
    const client = filesClient(holds(new Uint8Array()));
    const file = await client.pubnub.downloadFile(FILE).execute();
    expect([file.size, await file.bytes()]).toEqual([0, new Uint8Array()]);
    await client.close();
  });

  it.each<readonly [string, Answering, string]>([
    [
      'is not there',
      () => ({ status: 404, body: '{"status":404,"error":{"message":"There is no such file"}}' }),
      'PN-3003',
    ],
    ['may not be read', () => ({ status: 403, body: '{"status":403,"message":"Forbidden"}' }), 'PN-3002'],
    ['is gone from its place', at({ status: 404, body: '<Error/>' }), 'PN-3003'],
    ['does not come as a stream', at({ status: 200 }), 'PN-4001'],
  ])('says so when the file %s', async (_name, answer, code) => {
    const { error } = await failed(answer, { token: 'the-token' });
    expect(error).toMatchObject({ code, operation: 'PNDownloadFileOperation' });
    expect(JSON.stringify(error)).not.toContain('the-token');
  });

  it.each<readonly [string, () => FileAnswer]>([
    ['a server that fails', () => ({ status: 503 })],
    [
      'a connection that breaks',
      () => {
        throw networkError('ECONNRESET');
      },
    ],
  ])('tries again after %s', async (_name, step) => {
    let times = 0;
    const { seen, error } = await failed((request) => {
      times += 1;
      if (times > 2) return { status: 404 };
      return request.url === PLACE ? { bytes: DATA } : step();
    });
    expect(seen).toHaveLength(3);
    expect(error).toMatchObject({ code: 'PN-3003' });
  });

  it('sends nothing when it is aborted before it begins', async () => {
    const client = filesClient(holds(DATA));
    const error = await rejection(client.pubnub.downloadFile(FILE).execute({ signal: AbortSignal.abort() }));
    expect(error).toMatchObject({ code: 'PN-2003', delivery: 'not-sent' });
    expect(client.seen).toEqual([]);
    await client.close();
  });

  it.each([
    ['in clear', DATA],
    ['with another key', undefined],
    ['and cut off', new Uint8Array()],
  ])('refuses what is not what the key can read: %s', async (_name, bytes) => {
    const { error } = await failed(holds(bytes ?? (await unreadable('my-cipher-key'))), {
      cipherKey: 'my-cipher-key',
    });
    expect(error).toMatchObject({ code: 'PN-5001', operation: 'PNDownloadFileOperation' });
    expect(JSON.stringify(error)).not.toContain('my-cipher-key');
    expect(error).toMatchObject({ message: expect.not.stringContaining('delivered') });
  });
});

// What another key has encrypted. The scheme has no authentication: one of 256 such texts has an end by chance.
async function unreadable(cipherKey: string): Promise<Uint8Array<ArrayBuffer>> {
  const mine = aesCbcCryptoModule({ cipherKey });
  for (;;) {
    const bytes = new Uint8Array(await aesCbcCryptoModule({ cipherKey: 'other' }).encryptFile(DATA));
    const isReadable = await Promise.resolve(mine.decryptFile(bytes)).then(
      () => true,
      () => false,
    );
    if (!isReadable) return bytes;
  }
}

type Reading = (file: DownloadedFile) => unknown;

const READINGS: Readonly<Record<string, Reading>> = {
  'stream()': (file) => file.stream(),
  'bytes()': (file) => file.bytes(),
  'arrayBuffer()': (file) => file.arrayBuffer(),
  'blob()': (file) => file.blob(),
  'text()': (file) => file.text(),
};

describe('a downloaded file', () => {
  const again = async (file: DownloadedFile) => {
    for (const read of Object.values(READINGS)) {
      const error = await rejection(Promise.resolve().then(() => read(file)));
      expect(error).toMatchObject({
        code: 'PN-1002',
        operation: 'PNDownloadFileOperation',
        message: expect.stringContaining('the file has been read already'),
      });
    }
  };

  it.each(Object.entries(READINGS))(
    'that was read by %s says so, whichever way it is read again',
    async (_name, read) => {
      const client = filesClient(holds(DATA));
      const file = await client.pubnub.downloadFile(FILE).execute();
      const reading = read(file);
      // Also while it is being read.
      await again(file);
      const body = reading instanceof ReadableStream ? new Response(reading as BodyInit).bytes() : reading;
      expect(await body).toBeDefined();
      await again(file);
      await client.close();
    },
  );

  it.each<readonly [string, (stream: ReadableStream<Uint8Array>) => unknown]>([
    ['cancelled', (stream) => stream.cancel()],
    ['taken, and left alone', () => undefined],
    [
      'read in part, and let go',
      async (stream) => {
        const reader = stream.getReader();
        await reader.read();
        reader.releaseLock();
      },
    ],
  ])('whose stream was %s says so', async (_name, leave) => {
    const client = filesClient(holds(DATA));
    const file = await client.pubnub.downloadFile(FILE).execute();
    await leave(file.stream());
    await again(file);
    await client.close();
    expect(client.clock.pending).toBe(0);
  });

  it('that could not be read to its end says so as well', async () => {
    const client = filesClient(at({ bytes: piecewise([DATA], networkError('ECONNRESET')).stream }));
    const file = await client.pubnub.downloadFile(FILE).execute();
    expect(await rejection(file.text())).toMatchObject({ code: 'PN-2001' });
    await again(file);
    await client.close();
  });

  it('that was decrypted can be read once as well', async () => {
    const encrypted = new Uint8Array(await aesCbcCryptoModule({ cipherKey: 'k' }).encryptFile(DATA));
    const client = filesClient(holds(encrypted), { cipherKey: 'k' });
    const file = await client.pubnub.downloadFile(FILE).execute();
    expect(await file.bytes()).toEqual(DATA);
    await again(file);
    await client.close();
  });
});

describe('the connection of a download', () => {
  it.each([
    ['aborted', 'PN-2003', async ({ controller }: Ending) => controller.abort()],
    ['closed', 'PN-2004', async ({ close }: Ending) => close()],
    ['out of time', 'PN-2002', async ({ clock }: Ending) => clock.advance(300_000)],
  ])('is given back when the answer comes after the call was %s', async (_name, code, end) => {
    const { stream, log } = piecewise([DATA], 'hang');
    const late = Promise.withResolvers<FileAnswer>();
    const client = filesClient(({ url }) => (url === PLACE ? late.promise : LEADS));
    const controller = new AbortController();
    const error = rejection(client.pubnub.downloadFile(FILE).execute({ signal: controller.signal }));
    while (client.seen.length < 2) await settle(1);
    await end({ ...client, controller });
    // What is out of time is tried again, and then given up.
    if (code === 'PN-2002') controller.abort();
    late.resolve({ bytes: stream });
    expect(await error).toBeInstanceOf(Error);
    await settle();
    expect(log.at(-1)).toBe('cancel');
    await client.close();
    expect(client.clock.pending).toBe(0);
  });

  it.each([404, 307])('is given back when a transport gives %i as a stream', async (status) => {
    const streams: { readonly log: readonly string[] }[] = [];
    const { error, clock } = await failed(() => {
      const each = piecewise([DATA], 'hang');
      streams.push(each);
      return { status, bytes: each.stream };
    });
    expect(error).toMatchObject({ statusCode: status });
    expect(streams.map(({ log }) => log)).toEqual(streams.map(() => ['cancel']));
    expect(clock.pending).toBe(0);
  });

  it('is given back when the file is aborted while a crypto module takes its time', async () => {
    const forever = {
      ...aesCbcCryptoModule({ cipherKey: 'k' }),
      decryptFile: () => new Promise<never>(() => {}),
    };
    for (const end of ['abort', 'close'] as const) {
      const client = filesClient(holds(DATA), { cryptoModule: forever });
      const controller = new AbortController();
      const error = rejection(client.pubnub.downloadFile(FILE).execute({ signal: controller.signal }));
      for (let turn = 0; turn < 5; turn++) await settle();
      if (end === 'abort') controller.abort();
      else await client.close();
      expect(await error).toMatchObject({ code: end === 'abort' ? 'PN-2003' : 'PN-2004' });
      expect(client.clock.pending).toBe(0);
      await client.close();
    }
  });
});

interface Ending {
  readonly controller: AbortController;
  readonly clock: { advance(milliseconds: number): Promise<void> };
  readonly close: () => Promise<void>;
}
