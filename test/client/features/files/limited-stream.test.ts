import { expect, it } from 'vitest';
import { errorFromFailure } from '../../../../src/client/errors/from-failure.ts';
import { limited } from '../../../../src/client/features/files/limited-stream.ts';
import { piecewise } from '../../../support/files-transport.ts';

it('a stream that has ended takes no notice of its signal', async () => {
  const { stream, log } = piecewise([Uint8Array.of(1, 2), Uint8Array.of(3)], 'close');
  const controller = new AbortController();
  const failure = (thrown: unknown) => errorFromFailure('PNDownloadFileOperation', thrown);
  const nothing = () => undefined;
  const limits = { failure, signal: controller.signal, count: nothing, end: nothing } as const;
  const reader = limited(stream, limits).getReader();
  for (let read = 0; read < 3; read++) await reader.read();
  controller.abort(new Error('too late'));
  expect((await reader.read()).done).toBe(true);
  expect(log).not.toContain('cancel');
});
