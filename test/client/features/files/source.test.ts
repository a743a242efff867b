import { Readable } from 'node:stream';
import type { FileData } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { SOURCE_KINDS, watchedSource } from '../../../support/files-sources.ts';
import { filesClient, piecewise, sending } from '../../../support/files-transport.ts';
import { rejection } from '../../../support/unit-client.ts';
import { settle } from '../../../support/virtual-clock.ts';

const DATA = new TextEncoder().encode('Knights who say Ni!');
const CALL = { channel: 'a', fileName: 'n' } as const;
const KINDS = Object.keys(SOURCE_KINDS);

describe('a source', () => {
  it.each(KINDS.flatMap((kind) => (['hang', 'throw'] as const).map((ending) => [kind, ending] as const)))(
    'changes nothing by how it ends: %s, whose end is to %s',
    async (kind, ending) => {
      for (const size of [undefined, 99]) {
        const client = filesClient(sending());
        const controller = new AbortController();
        const source = watchedSource(kind, { pieces: [DATA], end: 'hang', ending });
        const call = client.pubnub.sendFile({ ...CALL, file: source.file, ...(size && { size }) });
        const error = rejection(call.execute({ signal: controller.signal }));
        while (source.asked < 2) await settle(1);
        controller.abort();
        expect(await error).toMatchObject({ code: 'PN-2003' });
        expect(source.ended).toBe(1);
        await client.close();
        await settle();
        expect([source.ended, client.clock.pending]).toEqual([1, 0]);
      }
    },
  );

  it('that is read by somebody else is refused, and left to them', async () => {
    const client = filesClient(sending());
    const { stream, log } = piecewise([DATA]);
    const reader = stream.getReader();
    const call = client.pubnub.sendFile({ ...CALL, file: stream });
    const message = expect.stringContaining('file must not be a stream that somebody else reads');
    expect(await rejection(call.execute())).toMatchObject({ code: 'PN-1002', message });
    expect((await call.envelope()).status.errorData).toMatchObject({ code: 'PN-1002', message });
    expect(await rejection(call.request())).toMatchObject({ code: 'PN-1002', message });
    expect([(await reader.read()).value, log, client.seen]).toEqual([DATA, ['pull'], []]);
    await client.close();
  });

  it('that one call reads is refused to another, which does not disturb the first', async () => {
    const client = filesClient(sending());
    const { stream } = piecewise([DATA]);
    const call = client.pubnub.sendFile({ ...CALL, file: stream });
    const [first, second] = await Promise.all([call.execute(), rejection(call.execute())]);
    expect(first).toMatchObject({ id: 'id-1' });
    expect(second).toMatchObject({ code: 'PN-1002' });
    await client.close();
  });

  it('is not touched by request(), which sends nothing', async () => {
    const client = filesClient(sending());
    for (const kind of KINDS) {
      const source = watchedSource(kind, { pieces: [DATA], end: 'close' });
      const call = client.pubnub.sendFile({ ...CALL, file: source.file });
      await call.request();
      expect([kind, source.asked, source.ended]).toEqual([kind, 0, 0]);
      expect(await call.execute()).toMatchObject({ id: 'id-1' });
    }
    await client.close();
  });

  it('is ended by envelope() as well', async () => {
    const client = filesClient(sending());
    for (const kind of KINDS) {
      const source = watchedSource(kind, { pieces: [DATA], end: 'close' });
      const { status } = await client.pubnub
        .sendFile({ ...CALL, file: source.file, mimeType: 'none' })
        .envelope();
      expect([kind, status.errorData?.code, source.ended]).toEqual([kind, 'PN-1002', 1]);
    }
    await client.close();
  });

  it.each<readonly [string, unknown]>([
    [
      'cannot be opened',
      {
        [Symbol.asyncIterator]: () => {
          throw new Error('the disk is gone');
        },
      },
    ],
    ['has no iterator', { [Symbol.asyncIterator]: () => undefined }],
    ['has an iterator that cannot be asked', { [Symbol.asyncIterator]: () => ({}) }],
    ['gives no results', { [Symbol.asyncIterator]: () => ({ next: async () => undefined }) }],
    [
      'throws when it is asked',
      {
        [Symbol.asyncIterator]: () => ({
          next: () => {
            throw new Error('the disk is gone');
          },
        }),
      },
    ],
  ])('that %s is a file that cannot be read', async (_name, file) => {
    for (const size of [undefined, 9]) {
      const client = filesClient(sending());
      // What a program without types may give.
      const call = client.pubnub.sendFile({ ...CALL, file: file as FileData, ...(size && { size }) });
      const { status } = await call.envelope();
      expect(status.errorData).toMatchObject({
        code: 'PN-1002',
        message: expect.stringContaining('cannot be read'),
      });
      await client.close();
    }
  });

  it('of Node that fails before it is read is an error of the call, and of nobody else', async () => {
    const client = filesClient(async (request) => {
      await settle();
      return sending()(request);
    });
    const file = new Readable({ read() {} });
    setImmediate(() => file.destroy(new Error('no such file')));
    const call = client.pubnub.sendFile({ ...CALL, file, size: 9 }).execute();
    expect(await rejection(call)).toMatchObject({
      code: 'PN-1002',
      message: expect.stringContaining('no such file'),
    });
    await client.close();
  });

  it.each([
    ['more', DATA.length - 1],
    ['fewer', DATA.length + 1],
  ])('is refused when it has %s bytes than its size, also where it is encrypted', async (_name, size) => {
    const client = filesClient(sending(), { cipherKey: 'k' });
    const error = await rejection(
      client.pubnub.sendFile({ ...CALL, file: piecewise([DATA]).stream, size }).execute(),
    );
    expect([error, client.seen]).toMatchObject([{ code: 'PN-1002' }, []]);
    await client.close();
  });
});
