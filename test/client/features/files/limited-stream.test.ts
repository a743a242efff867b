import { PubNubError } from 'timetoken';
import { describe, expect, it, vi } from 'vitest';
import { errorFromFailure } from '../../../../src/client/errors/from-failure.ts';
import { limited } from '../../../../src/client/features/files/limited-stream.ts';
import { piecewise } from '../../../support/files-transport.ts';
import { networkError, rejection } from '../../../support/unit-client.ts';
import { settle } from '../../../support/virtual-clock.ts';

const PIECES = [Uint8Array.of(1, 2), Uint8Array.of(3)];

function within(end: Parameters<typeof piecewise>[1] = 'close', controller = new AbortController()) {
  const { stream, log } = piecewise(PIECES, end);
  const watch = { count: vi.fn(), end: vi.fn() };
  const failure = (thrown: unknown) => errorFromFailure('PNDownloadFileOperation', thrown);
  const limits = { failure, signal: controller.signal, ...watch } as const;
  const reader = limited(stream, limits).getReader();
  return { reader, log, controller, ...watch };
}

describe('limited()', () => {
  it('gives what it is given, counts it, and says when it is over', async () => {
    const { reader, count, end, log } = within();
    await settle();
    expect(log).toEqual([]);
    expect((await reader.read()).value).toEqual(PIECES[0]);
    expect((await reader.read()).value).toEqual(PIECES[1]);
    expect(end).not.toHaveBeenCalled();
    expect((await reader.read()).done).toBe(true);
    expect(end).toHaveBeenCalled();
    expect(count.mock.calls).toEqual([[2], [1]]);
  });

  it.each([0, 1])('lets go when it is cancelled after %i pieces', async (pieces) => {
    const { reader, end, log } = within();
    for (let piece = 0; piece < pieces; piece++) await reader.read();
    await reader.cancel();
    expect([log.at(-1), end.mock.calls.length > 0]).toEqual(['cancel', true]);
  });

  it('fails with an error of the library, and says that it is over', async () => {
    const { reader, end } = within(networkError('ECONNRESET'));
    await reader.read();
    await reader.read();
    const error = await rejection(reader.read());
    expect(error).toMatchObject({ code: 'PN-2001', operation: 'PNDownloadFileOperation' });
    expect(end).toHaveBeenCalled();
  });

  it.each([
    ['before anybody reads', 0, false],
    ['between two pieces', 1, false],
    ['while somebody waits', 2, true],
  ])('fails with the reason of its signal %s, and lets go at once', async (_name, pieces, waits) => {
    const { reader, end, log, controller } = within('hang');
    for (let piece = 0; piece < pieces; piece++) await reader.read();
    const waiting = waits ? rejection(reader.read()) : undefined;
    await settle();
    const reason = new PubNubError('PN-2003', 'Enough.');
    controller.abort(reason);
    await settle();
    expect([log.at(-1), end.mock.calls.length > 0]).toEqual(['cancel', true]);
    expect(await (waiting ?? rejection(reader.read()))).toBe(reason);
  });

  it('lets go of what comes when its signal has aborted already', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    controller.abort(reason);
    const { reader, end, log } = within('hang', controller);
    await settle();
    expect([log, end.mock.calls.length]).toEqual([['cancel'], 1]);
    expect(await rejection(reader.read())).toMatchObject({ code: 'PN-2001', cause: reason });
  });

  it('takes no notice of a signal that comes when all is over', async () => {
    const { reader, controller, log } = within();
    for (let read = 0; read < 3; read++) await reader.read();
    controller.abort(new Error('too late'));
    expect((await reader.read()).done).toBe(true);
    expect(log).not.toContain('cancel');
  });
});
