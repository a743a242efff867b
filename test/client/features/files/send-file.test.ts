import { aesCbcCryptoModule, legacyCryptoModule, type PubNubOptions } from 'timetoken';
import { describe, expect, it } from 'vitest';
import {
  type Answering,
  BUCKET,
  type FileAnswer,
  filesClient,
  formIn,
  piecewise,
  sending,
} from '../../../support/files-transport.ts';
import { lineOf, networkError, rejection } from '../../../support/unit-client.ts';
import { settle } from '../../../support/virtual-clock.ts';

const DATA = new TextEncoder().encode('Knights who say Ni!');
const CALL = { channel: 'a b', file: DATA, fileName: 'asked.txt' } as const;

/** A client whose pauses and deadlines pass by themselves, and what a call of it comes to. */
async function sent(answer: Answering, call: object = {}, options: Partial<PubNubOptions> = {}) {
  const client = filesClient(answer, options);
  const outcome = client.pubnub.sendFile({ ...CALL, ...call }).envelope();
  for (let turn = 0; turn < 12; turn++) {
    await new Promise((resolve) => setImmediate(resolve));
    await settle();
    await client.clock.advance(10_000);
  }
  const { result, status } = await outcome;
  await client.close();
  return { ...client, result, status, error: status.errorData };
}

const steps = ({ seen }: { readonly seen: readonly { readonly url: string }[] }) =>
  seen.map(({ url }) => (url === BUCKET ? 'upload' : url.includes('/publish-file/') ? 'tell' : 'announce'));

describe('sendFile()', () => {
  it('announces, uploads and tells, and answers with what the server calls the file', async () => {
    const call = { message: { text: 'look' }, meta: { m: 1 }, ttl: 2, customMessageType: 'photo' };
    const client = await sent(sending(), call, { token: 'the-token' });
    expect(client.result).toEqual({
      status: 200,
      timetoken: '16000000000000001',
      id: 'id-1',
      name: 'given.txt',
    });
    expect(steps(client)).toEqual(['announce', 'upload', 'tell']);
    const [announce, upload, tell] = client.seen;
    if (!announce || !upload || !tell) throw new Error('a request is missing');
    expect(lineOf(announce)).toMatchObject({
      method: 'POST',
      path: '/v1/files/demo/channels/a%20b/generate-upload-url',
      query: { auth: 'the-token' },
    });
    expect(JSON.parse(new TextDecoder().decode(announce.bytes))).toEqual({ name: 'asked.txt' });
    const { path, query } = lineOf(tell);
    expect(query).toMatchObject({
      store: '1',
      ttl: '2',
      meta: '%7B%22m%22%3A1%7D',
      custom_message_type: 'photo',
    });
    expect(JSON.parse(decodeURIComponent(path.split('/').at(-1) ?? ''))).toEqual({
      message: { text: 'look' },
      file: { id: 'id-1', name: 'given.txt' },
    });
  });

  it('gives the object store the form as it is, the file last, and nothing of the client’s', async () => {
    const { seen } = await sent(
      sending(),
      { mimeType: 'text/plain' },
      { token: 'the-token', secretKey: 'the-secret' },
    );
    const upload = seen[1];
    if (!upload) throw new Error('nothing was uploaded');
    expect([upload.method, upload.url, Object.keys(upload.headers)]).toEqual([
      'POST',
      BUCKET,
      ['content-type'],
    ]);
    const form = await formIn(upload);
    expect(form.slice(0, -1)).toEqual([
      ['tagging', '<Tagging/>'],
      ['key', 'demo/id-1/given.txt'],
      ['Content-Type', 'text/plain; charset=utf-8'],
      ['Policy', 'e30='],
    ]);
    const [key, file] = form.at(-1) ?? [];
    if (!(file instanceof File)) throw new Error('there is no file');
    expect([key, file.name, file.type, await file.text()]).toEqual([
      'file',
      'given.txt',
      'text/plain',
      'Knights who say Ni!',
    ]);
    expect(new TextDecoder().decode(upload.bytes)).not.toMatch(/the-token|the-secret|alice/);
  });

  it.each([
    ['the type of a Blob', { file: new Blob(['x'], { type: 'image/png' }) }, 'image/png'],
    ['the type that is given', { file: new Blob(['x'], { type: 'image/png' }), mimeType: 'a/b' }, 'a/b'],
    ['no type of bytes', {}, 'application/octet-stream'],
    ['no type of what is encrypted', { mimeType: 'text/plain', cipherKey: 'k' }, 'application/octet-stream'],
  ])('tells %s', async (_name, call, type) => {
    const { seen } = await sent(sending(), call);
    const [, file] = (seen[1] && (await formIn(seen[1])).at(-1)) ?? [];
    expect(file).toMatchObject({ type });
  });

  it('takes the name of a File, unless there is another', async () => {
    const file = new File(['x'], 'own.txt');
    for (const [call, name] of [
      [{ file, fileName: undefined }, 'own.txt'],
      [{ file, fileName: 'other.txt' }, 'other.txt'],
    ] as const) {
      const { seen } = await sent(sending(), call);
      expect(JSON.parse(new TextDecoder().decode(seen[0]?.bytes))).toEqual({ name });
    }
    const nameless = await sent(sending(), { file: new Blob(['x']), fileName: undefined });
    expect([nameless.error?.code, nameless.error?.message]).toEqual([
      'PN-1001',
      expect.stringContaining('PNPublishFileOperation: fileName missing. Set it'),
    ]);
    expect(nameless.error?.operation).toBe('PNPublishFileOperation');
    expect(nameless.seen).toEqual([]);
    const unnamed = await sent(sending(), { file: new File(['x'], ''), fileName: undefined });
    expect([unnamed.error?.code, unnamed.error?.message]).toEqual([
      'PN-1002',
      expect.stringContaining('fileName must be'),
    ]);
  });

  it('says why a file cannot be encrypted', async () => {
    const { error } = await sent(sending(), { file: '' }, { cipherKey: 'k' });
    expect(error?.message).toContain('the file could not be encrypted: there is nothing to encrypt.');
    expect(error?.message).not.toContain('crypto module');
  });

  it.each([
    ['a message that is too large', { message: 'x'.repeat(40_000) }, {}, 'PN-1005'],
    ['a message that is no JSON', { message: 1n }, {}, 'PN-1004'],
    ['a file that is none', { file: 7 }, {}, 'PN-1002'],
    ['a media type that is none', { mimeType: 'a/b\r\nx: y' }, {}, 'PN-1002'],
    ['an empty cipher key', { cipherKey: '' }, {}, 'PN-1002'],
    ['a client without a publish key', {}, { publishKey: undefined }, 'PN-1006'],
    ['an empty file to encrypt', { file: '' }, { cipherKey: 'k' }, 'PN-5002'],
    [
      'a stream that fails, without a size',
      { file: piecewise([DATA], new Error('gone')).stream },
      {},
      'PN-1002',
    ],
  ])('finds %s before anything is sent', async (_name, call, options, code) => {
    const { error, seen } = await sent(sending(), call, options as Partial<PubNubOptions>);
    expect([error?.code, seen.length]).toEqual([code, 0]);
    expect(error?.delivery).toBe('not-sent');
  });

  it.each([
    [
      'the client’s module',
      {},
      { cryptoModule: aesCbcCryptoModule({ cipherKey: 'k' }) },
      aesCbcCryptoModule({ cipherKey: 'k' }),
    ],
    [
      'a cipher key of its own, by the legacy scheme',
      { cipherKey: 'own' },
      { cipherKey: 'k' },
      legacyCryptoModule({ cipherKey: 'own' }),
    ],
  ])('encrypts with %s', async (_name, call, options, reader) => {
    for (const file of [DATA, piecewise([DATA.slice(0, 5), DATA.slice(5)]).stream]) {
      const { seen } = await sent(sending(), { ...call, file, size: DATA.length }, options);
      const [, encrypted] = (seen[1] && (await formIn(seen[1])).at(-1)) ?? [];
      if (!(encrypted instanceof File)) throw new Error('there is no file');
      const bytes = new Uint8Array(await encrypted.arrayBuffer());
      expect(await reader.decryptFile(bytes)).toEqual(DATA);
      expect(new TextDecoder().decode(bytes.subarray(0, 4)) === 'PNED').toBe(!('cipherKey' in call));
    }
  });

  it.each<readonly [string, FileAnswer | Error, string, RegExp]>([
    [
      'an object store that refuses, in its own words',
      {
        status: 400,
        headers: { 'content-type': 'application/xml' },
        body: '<?xml version="1.0"?>\n<Error><Code>EntityTooLarge</Code><Message>Your proposed upload exceeds the maximum allowed size</Message></Error>',
      },
      'PN-3001',
      /HTTP 400, "Your proposed upload exceeds/,
    ],
    [
      'an object store that only has a code',
      { status: 403, body: '<Error><Code>AccessDenied</Code></Error>' },
      'PN-3002',
      /"AccessDenied"/,
    ],
    ['an object store that says nothing', { status: 403 }, 'PN-3002', /HTTP 403/],
  ])('fails with %s, once', async (_name, upload, code, message) => {
    const { error, ...client } = await sent(sending({ upload: upload as FileAnswer }));
    expect(error).toMatchObject({
      code,
      operation: 'PNPublishFileOperation',
      message: expect.stringMatching(message),
    });
    expect(steps(client)).toEqual(['announce', 'upload']);
  });

  it.each<readonly [string, FileAnswer | Error, string]>([
    ['a page in place of the object store', { status: 200, body: '<html>' }, 'PN-4001'],
    ['an object store that fails', { status: 503, body: '' }, 'PN-3006'],
    ['a connection that breaks', networkError('ECONNRESET'), 'PN-2001'],
  ])('uploads bytes again after %s, a stream only once', async (_name, upload, code) => {
    const answer: Answering = (request) => {
      if (upload instanceof Error && request.url === BUCKET) throw upload;
      return sending({ upload: upload as FileAnswer })(request);
    };
    const again = await sent(answer);
    expect([again.error?.code, steps(again)]).toEqual([code, ['announce', ...Array(4).fill('upload')]]);
    const once = await sent(answer, { file: piecewise([DATA]).stream, size: DATA.length });
    expect([once.error?.code, steps(once)]).toEqual([code, ['announce', 'upload']]);
  });

  it('sends the same bytes when it sends them again', async () => {
    let uploads = 0;
    const { seen, result } = await sent((request) =>
      request.url === BUCKET && ++uploads === 1 ? { status: 500 } : sending()(request),
    );
    expect(result).toMatchObject({ id: 'id-1' });
    expect(seen[2]?.bytes).toEqual(seen[1]?.bytes);
  });

  it.each([
    [1, 1],
    [undefined, 5],
    [7, 7],
  ])(
    'tries to tell of the file as often as the option says: %s',
    async (fileUploadPublishRetryLimit, times) => {
      const options = fileUploadPublishRetryLimit === undefined ? {} : { fileUploadPublishRetryLimit };
      const { error, ...client } = await sent(sending({ tell: { status: 500 } }), {}, options);
      expect(steps(client)).toEqual(['announce', 'upload', ...Array(times).fill('tell')]);
      expect(error).toMatchObject({
        ...{ code: 'PN-3006', operation: 'PNPublishFileOperation', statusCode: 500, delivery: 'unknown' },
        errorData: { channel: 'a b', id: 'id-1', name: 'given.txt' },
        message: expect.stringContaining('publishFileMessage()'),
        cause: { operation: 'PNPublishFileMessageOperation' },
      });
    },
  );

  it('does not try again where it makes no sense, and leaves what a program needs to do it by itself', async () => {
    const tell = { status: 403, body: '{"status":403,"error":true,"message":"Forbidden"}' };
    const { error, pubnub, ...client } = await sent(sending({ tell }));
    expect(steps(client)).toEqual(['announce', 'upload', 'tell']);
    expect(error).toMatchObject({
      code: 'PN-3002',
      errorData: { channel: 'a b', id: 'id-1', name: 'given.txt' },
    });
  });

  it('succeeds when a later attempt to tell does', async () => {
    let tells = 0;
    const client = await sent((request) =>
      request.url.includes('/publish-file/') && ++tells < 3 ? { status: 503 } : sending()(request),
    );
    expect(client.result).toMatchObject({ timetoken: '16000000000000001' });
    expect(tells).toBe(3);
  });

  it.each([
    ['{"status":200}'],
    ['{"data":{"id":"a","name":"b"}}'],
    ['{"data":{"id":1,"name":"b"},"file_upload_request":{"url":"https://a/","form_fields":[]}}'],
    ['{"data":{"id":"a","name":"b"},"file_upload_request":{"url":"file:///etc","form_fields":[]}}'],
    ['{"data":{"id":"a","name":"b"},"file_upload_request":{"url":"/upload","form_fields":[]}}'],
    ['{"data":{"id":"a","name":"b"},"file_upload_request":{"url":"https://a/","form_fields":{}}}'],
    [
      '{"data":{"id":"a","name":"b"},"file_upload_request":{"url":"https://a/","form_fields":[{"name":"a","value":"b"}]}}',
    ],
  ])('takes no announcement that it cannot follow: %s', async (body) => {
    const { error, ...client } = await sent(sending({ announce: { body } }));
    expect(error?.code).toBe('PN-4001');
    expect(new Set(steps(client))).toEqual(new Set(['announce']));
  });

  it('says what is wrong with a stream, whatever the transport makes of it', async () => {
    const failure = new Error('the disk is gone');
    for (const [file, message] of [
      [piecewise([DATA], failure), 'the disk is gone'],
      [piecewise([DATA, DATA]), 'more than'],
      [piecewise([]), '0 bytes'],
    ] as const) {
      const answer: Answering = sending();
      const { error, ...client } = await sent(answer, { file: file.stream, size: DATA.length });
      expect(error).toMatchObject({ code: 'PN-1002', message: expect.stringContaining(message) });
      expect(steps(client)).toEqual(['announce']);
    }
  });

  it('tells of its progress, and is not harmed by a handler that throws', async () => {
    const client = filesClient(sending());
    const heard: unknown[] = [];
    const pieces = [DATA.slice(0, 9), DATA.slice(9)];
    await client.pubnub.sendFile({ ...CALL, file: piecewise(pieces).stream, size: DATA.length }).execute({
      onProgress: (progress) => {
        heard.push(progress);
        throw new Error('not my day');
      },
    });
    const total = client.seen[1]?.bytes.length ?? 0;
    const tail = '\r\n--timetoken-00000000-0000-4000-8000-000000000000--\r\n'.length;
    const head = total - tail - DATA.length;
    expect(heard).toEqual([head, head + 9, head + DATA.length, total].map((loaded) => ({ loaded, total })));
    expect(client.logs.filter(([text]) => text === 'a progress handler failed')).toHaveLength(4);
    await client.close();
  });

  it('never goes back in its progress, not even when it sends again', async () => {
    let uploads = 0;
    const client = filesClient((request) =>
      request.url === BUCKET && ++uploads < 3 ? { status: 500 } : sending()(request),
    );
    const heard: number[] = [];
    const done = client.pubnub
      .sendFile({ ...CALL, file: new Uint8Array(300_000) })
      .execute({ onProgress: ({ loaded }) => void heard.push(loaded) });
    for (let turn = 0; turn < 12; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      await client.clock.advance(10_000);
    }
    await done;
    expect(uploads).toBe(3);
    expect(heard.length).toBeGreaterThan(2);
    expect(heard).toEqual([...new Set(heard)].sort((a, b) => a - b));
    expect(heard.at(-1)).toBe(client.seen[3]?.bytes.length);
    await client.close();
  });

  it.each([
    ['without a size, held back', undefined],
    ['with a size, on its way out', 99],
  ])('lets go of a stream that nothing more comes from, when it is aborted: %s', async (_name, size) => {
    const client = filesClient(sending());
    const controller = new AbortController();
    const { stream: file, log } = piecewise([DATA], 'hang');
    const { signal } = controller;
    const call = client.pubnub.sendFile({ ...CALL, file, ...(size && { size }) });
    const error = rejection(call.execute({ signal }));
    while (!log.includes('end')) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    expect(await error).toMatchObject({ code: 'PN-2003' });
    expect(log).toEqual(['pull', 'end', 'cancel']);
    await client.close();
  });

  it('ends an iterable when it is aborted, also where the transport would read on', async () => {
    const client = filesClient(sending());
    const controller = new AbortController();
    let pieces = 0;
    const ended = Promise.withResolvers<void>();
    const endless = (async function* () {
      try {
        for (;;) {
          await new Promise((resolve) => setImmediate(resolve));
          if (++pieces === 3) controller.abort();
          yield DATA;
        }
      } finally {
        ended.resolve();
      }
    })();
    const call = client.pubnub.sendFile({ ...CALL, file: endless, size: 1e9 });
    expect(await rejection(call.execute({ signal: controller.signal }))).toMatchObject({ code: 'PN-2003' });
    await ended.promise;
    expect(pieces).toBeLessThan(10);
    await client.close();
  });

  it.each([
    ['aborted', 'PN-2003', async ({ controller }: Ending) => controller.abort()],
    ['out of time', 'PN-2002', async ({ clock }: Ending) => clock.advance(300_000)],
    ['closed', 'PN-2004', async ({ close }: Ending) => close()],
  ])('ends while it uploads when it is %s, and tells its transport', async (_name, code, end) => {
    const client = filesClient((request) =>
      request.url === BUCKET ? new Promise<never>(() => {}) : sending()(request),
    );
    const controller = new AbortController();
    const stream = piecewise([DATA]).stream;
    const error = rejection(
      client.pubnub
        .sendFile({ ...CALL, file: stream, size: DATA.length })
        .execute({ signal: controller.signal }),
    );
    while (client.seen.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await end({ ...client, controller });
    expect(await error).toMatchObject({ code, operation: 'PNPublishFileOperation' });
    expect(client.signals[1]?.aborted).toBe(true);
    await client.close();
  });

  it('ends while it reads a stream that never ends', async () => {
    const client = filesClient(sending());
    const controller = new AbortController();
    const file = piecewise([DATA], 'hang').stream;
    const error = rejection(client.pubnub.sendFile({ ...CALL, file }).execute({ signal: controller.signal }));
    await settle();
    controller.abort();
    expect(await error).toMatchObject({ code: 'PN-2003', delivery: 'not-sent' });
    expect(client.seen).toEqual([]);
    await client.close();
  });

  it('shows the request that would come first', async () => {
    const { pubnub, seen, close } = filesClient(sending());
    const request = await pubnub.sendFile(CALL).request();
    expect([request.method, await request.json()]).toEqual(['POST', { name: 'asked.txt' }]);
    expect(seen).toEqual([]);
    await close();
  });
});

interface Ending {
  readonly controller: AbortController;
  readonly clock: { advance(milliseconds: number): Promise<void> };
  readonly close: () => Promise<void>;
}
