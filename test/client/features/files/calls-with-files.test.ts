import { describe, expect, it } from 'vitest';
import { rejection, scriptedClient } from '../../../support/unit-client.ts';

describe('a call with a file', () => {
  it('can be aborted while its source is always ready', async () => {
    const { pubnub, requests } = scriptedClient();
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    let pieces = 0;
    const file = new ReadableStream<Uint8Array>({
      pull(source) {
        pieces += 1;
        // Without a turn of the event loop, nothing else would ever end it.
        if (pieces > 100_000) source.close();
        else source.enqueue(new Uint8Array(1));
      },
    });
    const sent = pubnub.sendFile({ channel: 'a', file, fileName: 'n' });
    expect(await rejection(sent.execute({ signal: controller.signal }))).toMatchObject({ code: 'PN-2003' });
    expect(pieces).toBeLessThan(100_000);
    expect(requests).toHaveLength(0);
  });

  it('is refused by request() where execute() refuses it', async () => {
    const { pubnub, requests } = scriptedClient();
    const message = 'x'.repeat(40_000);
    const call = pubnub.sendFile({ channel: 'a', file: 'text', fileName: 'n', message });
    for (const refused of [call.execute(), call.request()])
      expect(await rejection(refused)).toMatchObject({ code: 'PN-1005' });
    expect(requests).toHaveLength(0);
  });

  it('heeds its signal where it is only an address', async () => {
    const { pubnub } = scriptedClient();
    const call = pubnub.getFileUrl({ channel: 'a', fileId: 'i', fileName: 'n' });
    expect(await rejection(call.execute({ signal: AbortSignal.abort() }))).toMatchObject({ code: 'PN-2003' });
  });
});
