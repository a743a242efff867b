import { describe, expect, test } from 'vitest';
import type { OriginLimits } from '../../../src/origin/index.ts';
import { filesNetwork, verdict, xml } from '../../support/origin-files.ts';

describe('limits', () => {
  test('a file of exactly the limit is kept, and one byte more is not', async () => {
    const { announced, post, call } = filesNetwork({ fileBytes: 100 });
    const { file_upload_request } = await announced('a');
    expect(await verdict(await post(file_upload_request, 'x'.repeat(101)))).toEqual(
      xml(400, 'EntityTooLarge'),
    );
    expect(await verdict(await post(file_upload_request, 'x'.repeat(1_000_000)))).toEqual(
      xml(400, 'EntityTooLarge'),
    );
    expect(await (await call('/channels/a/files')).json()).toMatchObject({ count: 0 });
    expect((await post(file_upload_request, 'x'.repeat(100))).status).toBe(204);
  });

  test('a file may have five mebibytes unless told otherwise', async () => {
    const { announced, post } = filesNetwork();
    const { file_upload_request } = await announced('a');
    const bytes = new Uint8Array(5_242_880);
    expect((await post(file_upload_request, bytes)).status).toBe(204);
    expect(await verdict(await post(file_upload_request, new Uint8Array(5_242_881)))).toEqual(
      xml(400, 'EntityTooLarge'),
    );
  });

  test('only an upload may have so large a body', async () => {
    const { origin, call } = filesNetwork();
    const line = (target: string, method = 'POST') => origin.bodyLimit({ method, target });
    expect(line('/v1/files/demo/uploads?x=1')).toBe(5_242_880 + 65_536);
    for (const target of [
      '/publish/demo/demo/0/a/0',
      '/v1/files/demo/channels/a/generate-upload-url',
      '/x',
      '',
    ]) {
      expect(line(target)).toBe(1_048_576);
    }
    expect(line('/v1/files/demo/uploads', 'GET')).toBe(1_048_576);
    const body = 'x'.repeat(1_048_577);
    expect((await call('/channels/a/generate-upload-url', { method: 'POST', body })).status).toBe(413);
    expect((await call('/nowhere', { method: 'POST', body })).status).toBe(413);
  });

  test('no more is read of a body than is allowed', async () => {
    const { fetch } = filesNetwork({ fileBytes: 0 });
    let pulled = 0;
    const body = new ReadableStream({
      pull(controller) {
        pulled += 1;
        controller.enqueue(new Uint8Array(10_000));
      },
    });
    // The platform asks for `duplex`, which its types do not have.
    const headers = { 'content-type': 'multipart/form-data; boundary=b' };
    const init = { method: 'POST', headers, body, duplex: 'half' } as RequestInit;
    const response = await fetch('http://x/v1/files/demo/uploads', init);
    expect(await verdict(response)).toEqual(xml(400, 'EntityTooLarge'));
    expect(pulled).toBeLessThan(10);
  });

  test('what exceeds the room for all files is refused, before or after it is sent', async () => {
    const { announce, announced, post, call, send, pathOf } = filesNetwork({ filesBytes: 10 });
    const late = await announced('late');
    const file = await send('a', 'x'.repeat(6));
    expect(await verdict(await post(late.file_upload_request, 'x'.repeat(5)))).toEqual(
      xml(403, 'QuotaExceeded'),
    );
    expect((await post(late.file_upload_request, 'x'.repeat(4))).status).toBe(204);
    const refused = await announce('b');
    expect([refused.status, await refused.json()]).toEqual([
      429,
      {
        status: 429,
        error: { message: 'There are as many bytes in files as the origin keeps', source: 'Files' },
      },
    ]);
    await call(pathOf(file), { method: 'DELETE' });
    await send('b', 'x');
  });

  test.each<[Partial<OriginLimits>, string]>([
    [{ files: 1 }, 'There are as many files as the origin keeps'],
    [{ uploads: 0 }, 'Too many files are announced and not sent yet'],
  ])('%o is kept to', async (limits, message) => {
    const { announce, send } = filesNetwork(limits);
    if (limits.files) await send('a', 'x');
    const refused = await announce('b');
    expect([refused.status, await refused.json()]).toEqual([
      429,
      { status: 429, error: { message, source: 'Files' } },
    ]);
  });
});
