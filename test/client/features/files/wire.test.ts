import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { files } from '../../../../src/client/features/files/feature.ts';
import { checkFileName, checkNewFileName } from '../../../../src/client/features/files/file.ts';
import { sendFile } from '../../../../src/client/features/files/send-file.ts';
import { parserOf } from '../../../support/parser.ts';
import { type Answer, lineOf, rejection, SENT, scriptedClient } from '../../../support/unit-client.ts';

const FILE = { channel: 'a b/ü', fileId: 'id-1', fileName: 'king arthur’s (1)#?.txt' };
const FILE_PATH =
  '/v1/files/demo/channels/a%20b%2F%C3%BC/files/id-1/king%20arthur%E2%80%99s%20%281%29%23%3F.txt';
const COMMON = { uuid: 'alice', pnsdk: expect.stringMatching(/^Timetoken%2F/) };

async function sent(
  answer: Answer,
  call: (client: ReturnType<typeof scriptedClient>['pubnub']) => Promise<unknown>,
) {
  const client = scriptedClient([answer]);
  const result = await call(client.pubnub);
  await client.close();
  return { result, line: lineOf(client.requests[0]), requests: client.requests };
}

describe('listFiles()', () => {
  const file = { name: 'king_arthur.txt', id: 'id-1', size: 48, created: '2025-05-05T19:12:14Z' };

  it('asks for a hundred files, unless it is told otherwise', async () => {
    const answer = { body: JSON.stringify({ status: 200, data: [file], next: null, count: 1 }) };
    const { line, result } = await sent(answer, (pubnub) => pubnub.listFiles().channel('a b/ü').execute());
    expect(line).toEqual({
      method: 'GET',
      path: '/v1/files/demo/channels/a%20b%2F%C3%BC/files',
      query: { limit: '100', ...COMMON },
    });
    expect(result).toEqual({ status: 200, data: [file], next: null, count: 1 });
  });

  it.each([
    [2, '2'],
    [1_000, '100'],
  ])('asks for %i files, at most a hundred, from where the last answer ended', async (limit, written) => {
    const answer = { body: JSON.stringify({ status: 200, data: [file, file], next: '17tUz/Iv', count: 2 }) };
    const { line, result } = await sent(answer, (pubnub) =>
      pubnub.listFiles({ channel: 'a', limit, next: 'x y/' }).execute(),
    );
    expect(line.query).toEqual({ limit: written, next: 'x%20y%2F', ...COMMON });
    expect(result).toEqual({ status: 200, data: [file, file], next: '17tUz/Iv', count: 2 });
  });

  it('goes through all pages, and leaves out one that is empty', async () => {
    const page = (name: string, next: string | null) => ({
      body: JSON.stringify({ status: 200, data: name ? [{ ...file, name }] : [], next, count: 1 }),
    });
    const { pubnub, requests, close } = scriptedClient([page('a', '1'), page('b', '2'), page('', null)]);
    const names: string[] = [];
    for await (const { data } of pubnub.listFiles().channel('c').limit(1).pages()) {
      names.push(...data.map(({ name }) => name));
    }
    expect(names).toEqual(['a', 'b']);
    expect(requests.map((request) => lineOf(request).query['next'])).toEqual([undefined, '1', '2']);
    await close();
  });

  it('does not go round in circles', async () => {
    const answer = { body: JSON.stringify({ status: 200, data: [file], next: 'same', count: 1 }) };
    const { pubnub, requests, close } = scriptedClient([answer]);
    const pages = pubnub.listFiles().channel('c').pages();
    expect((await pages.next()).value).toMatchObject({ count: 1 });
    expect(await rejection(pages.next().then(() => pages.next()))).toMatchObject({ code: 'PN-4001' });
    expect(requests).toHaveLength(2);
    await close();
  });

  it.each(['[]', '{}', 'null', '{"data":{}}', '{"data":[1]}', '{"data":[{"id":"a"}]}'])(
    'refuses %s as an answer',
    (text) => expect(() => parserOf(files.builders.listFiles)(JSON.parse(text))).toThrow(/^expected /),
  );
});

describe('deleteFile()', () => {
  it('deletes by the whole path', async () => {
    const { line, result } = await sent({ body: '{"status":200}' }, (pubnub) =>
      pubnub.deleteFile(FILE).execute(),
    );
    expect(line).toEqual({ method: 'DELETE', path: FILE_PATH, query: COMMON });
    expect(result).toEqual({ status: 200 });
  });
});

describe('getFileUrl()', () => {
  it('makes an address without a request, with the token of the moment', async () => {
    const { pubnub, requests, close } = scriptedClient([SENT], { token: 'first' });
    pubnub.setToken('a/b');
    const url = await pubnub.getFileUrl(FILE).execute();
    expect(url).toMatch(`http://localhost${FILE_PATH}?uuid=alice&pnsdk=`);
    expect(new URL(url).searchParams.get('auth')).toBe('a/b');
    expect((await pubnub.getFileUrl(FILE).request()).url).toBe(url);
    expect(await pubnub.getFileUrl(FILE).envelope()).toMatchObject({
      result: url,
      status: { isError: false },
    });
    expect(requests).toEqual([]);
    await close();
  });

  it('signs it where there is a secret key', async () => {
    const { pubnub, close } = scriptedClient([SENT], { secretKey: 'mySecretKey' });
    const { searchParams } = new URL(await pubnub.getFileUrl(FILE).execute());
    expect(searchParams.get('signature')).toMatch(/^v2\.[\w-]+$/);
    expect(searchParams.get('timestamp')).toMatch(/^\d+$/);
    await close();
  });

  it('asks the token provider', async () => {
    const { pubnub, close } = scriptedClient([SENT], { token: async () => 'provided' });
    expect(await pubnub.getFileUrl(FILE).execute()).toMatch(/&auth=provided$/);
    await close();
  });
});

describe('publishFileMessage()', () => {
  const path = '/v1/files/publish-file/demo/demo/0/a/0/';
  const file = { channel: 'a', fileId: 'id-1', fileName: 'n.txt' };

  it.each<readonly [string, object, unknown, object]>([
    ['nothing else', {}, { file: { id: 'id-1', name: 'n.txt' } }, { store: '1' }],
    ['a message', { message: 0 }, { message: 0, file: { id: 'id-1', name: 'n.txt' } }, { store: '1' }],
    [
      'all that can be said',
      {
        ...{ message: { a: 1 }, meta: { m: 1 }, ttl: 24, shouldStore: false, replicate: false },
        ...{ customMessageType: 'photo', ptto: '16057799474000000' },
      },
      { message: { a: 1 }, file: { id: 'id-1', name: 'n.txt' } },
      {
        ...{ store: '0', ttl: '24', meta: '%7B%22m%22%3A1%7D', norep: 'true' },
        ...{ custom_message_type: 'photo', ptto: '16057799474000000' },
      },
    ],
  ])('tells of a file with %s', async (_name, more, payload, query) => {
    const { line, result } = await sent(SENT, (pubnub) =>
      pubnub.publishFileMessage({ ...file, ...more }).execute(),
    );
    expect(line.method).toBe('GET');
    expect(line.path.startsWith(path)).toBe(true);
    expect(JSON.parse(decodeURIComponent(line.path.slice(path.length)))).toEqual(payload);
    expect(line.query).toEqual({ ...query, ...COMMON });
    expect(result).toEqual({ timetoken: '16000000000000001' });
  });

  it('encrypts the message and the file’s name together', async () => {
    const { pubnub, requests, close } = scriptedClient([SENT], { cipherKey: 'secret' });
    await pubnub.publishFileMessage({ ...file, message: 'hi' }).execute();
    const { path: whole } = lineOf(requests[0]);
    expect(decodeURIComponent(whole.slice(path.length))).toMatch(/^"UE5FRAFBQ1JIE[\w+/=]+"$/);
    await close();
  });

  it('is not repeated when it may have arrived', async () => {
    const { pubnub, requests, close } = scriptedClient([{ status: 500 }]);
    expect(await rejection(pubnub.publishFileMessage(file).execute())).toMatchObject({ delivery: 'unknown' });
    expect(requests).toHaveLength(1);
    await close();
  });
});

describe('the name of a file', () => {
  const BAD = [
    '',
    '.',
    '..',
    '/',
    'a/b',
    '../a',
    '..\\a',
    'a\\b',
    'a\nb',
    'a\0',
    '\u0085',
    '\ud800',
    1,
    null,
    {},
  ];

  it.each(BAD)('is refused before anything is sent: %j', async (name) => {
    const { pubnub, requests, close } = scriptedClient();
    // The compiler would refuse some of these as well.
    const fileName = name as string;
    for (const call of [
      pubnub.sendFile({ channel: 'a', file: 'x', fileName }),
      pubnub.downloadFile({ ...FILE, fileName }),
      pubnub.deleteFile({ ...FILE, fileName }),
      pubnub.deleteFile({ ...FILE, fileId: fileName }),
      pubnub.getFileUrl({ ...FILE, fileName }),
      pubnub.publishFileMessage({ ...FILE, fileName }),
    ]) {
      const error = await rejection(call.execute());
      expect(error).toMatchObject({ code: 'PN-1002', message: expect.stringMatching(/file(Name|Id) must/) });
    }
    expect(requests).toEqual([]);
    await close();
  });

  it('is held to the rules of names where it is new, and not where a server gave it', () => {
    for (const name of ['a,b', 'x'.repeat(93)]) {
      expect(checkFileName(name)).toBeUndefined();
      expect(checkNewFileName(name)).toMatch(/^must/);
    }
  });

  it('is exactly one segment of the path, whatever it is', async () => {
    const { pubnub, close } = scriptedClient();
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (fileName) => {
        if (checkFileName(fileName) !== undefined) return;
        const url = await pubnub.getFileUrl({ channel: 'a', fileId: 'i', fileName }).execute();
        const segments = new URL(url).pathname.split('/');
        expect(segments).toHaveLength(9);
        expect(decodeURIComponent(segments[8] ?? '')).toBe(fileName);
      }),
    );
    await close();
  });
});

describe('the announcement of a file', () => {
  const announced = (url: unknown) => ({
    body: { data: { id: 'i', name: 'n' }, file_upload_request: { url, form_fields: [] } },
    text: '',
    status: 200,
  });

  it.each([
    ['https://bucket.example', 'https://bucket.example/'],
    ['https://bucket.example?X=1', 'https://bucket.example/?X=1'],
    ['http://127.0.0.1:9000/a%2Fb?c=%20', 'http://127.0.0.1:9000/a%2Fb?c=%20'],
  ])('gives the address in full: %s', (url, full) => expect(sendFile.parse(announced(url)).url).toBe(full));

  it.each(['/upload', 'file:///etc/passwd', 'https://', 'http://a b/', 'javascript:1', null, 1])(
    'is refused when it leads nowhere: %j',
    (url) => expect(() => sendFile.parse(announced(url))).toThrow('expected an absolute url'),
  );
});
