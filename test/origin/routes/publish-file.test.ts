import { describe, expect, test } from 'vitest';
import { filesNetwork } from '../../support/origin-files.ts';

const TELLING = { file: { id: 'file-id', name: 'file-name' }, message: 'Hello' };
const tell = (message: string, query = '') =>
  `/v1/files/publish-file/demo/demo/0/a/0/${encodeURIComponent(message)}${query}`;

describe('a file message', () => {
  test('is delivered as a file event, and kept as one', async () => {
    const { plain, subscribe, drain } = filesNetwork();
    const { t } = await subscribe('a');
    const query = '?uuid=u&store=1&ttl=1&meta=%7B%22m%22%3A1%7D&custom_message_type=test-message-type';
    const reply = await plain(tell(JSON.stringify(TELLING), query));
    expect(reply).toMatchObject({ status: 200, contentType: 'text/javascript; charset="UTF-8"' });
    const [, , tt] = reply.json as [number, string, string];
    expect(reply.json).toEqual([1, 'Sent', expect.stringMatching(/^\d{17}$/)]);
    expect((await drain('a', t.t)).m).toEqual([
      expect.objectContaining({
        e: 4,
        i: 'u',
        c: 'a',
        d: TELLING,
        u: { m: 1 },
        cmt: 'test-message-type',
        p: { t: tt, r: expect.any(Number) },
      }),
    ]);
    const history = await plain(
      '/v3/history/sub-key/demo/channel/a?include_message_type=true&include_custom_message_type=true&include_meta=true',
    );
    expect(history.json).toMatchObject({
      channels: {
        a: [
          {
            message: TELLING,
            timetoken: tt,
            message_type: 4,
            meta: { m: 1 },
            custom_message_type: 'test-message-type',
          },
        ],
      },
    });
  });

  test.each([
    ['not kept', '?store=0', 0],
    ['kept as long as it says', '?store=1&ttl=1', 1],
    ['kept', '', 1],
  ])('is %s with %j', async (_, query, count) => {
    const { clock, plain } = filesNetwork();
    await plain(tell(JSON.stringify(TELLING), query));
    const counted = async () =>
      (await plain('/v3/history/sub-key/demo/message-counts/a?timetoken=1')).json as {
        channels: { a: number };
      };
    expect((await counted()).channels.a).toBe(count);
    await clock.advance(3_600_000);
    expect((await counted()).channels.a).toBe(query.includes('ttl') ? 0 : count);
  });

  test.each([
    ['encrypted', JSON.stringify('toDEeIZkmIyoiLpSojGu7n3+2t1rn7/DsrEZ1r8JKR4=')],
    ['without a message', '{"file":{"id":"i","name":"n"}}'],
    [
      'with a message of null, in the order of another client',
      '{"message": null, "file": {"name": "n", "id": "i"}}',
    ],
  ])('may be %s', async (_, message) => {
    const { plain, subscribe, drain } = filesNetwork();
    const { t } = await subscribe('a');
    expect((await plain(tell(message, '?meta=null'))).status).toBe(200);
    expect((await drain('a', t.t)).m).toEqual([expect.objectContaining({ e: 4, d: JSON.parse(message) })]);
  });

  test.each([
    ['{"file":', 'Invalid JSON'],
    ['{}', 'Invalid file message'],
    ['null', 'Invalid file message'],
    ['7', 'Invalid file message'],
    ['["a"]', 'Invalid file message'],
    ['{"file":null}', 'Invalid file message'],
    ['{"file":{"id":1,"name":"n"}}', 'Invalid file message'],
    ['{"file":{"id":"i"}}', 'Invalid file message'],
  ])('cannot be %s', async (message, text) => {
    const { plain, subscribe, drain } = filesNetwork();
    const { t } = await subscribe('a');
    expect(await plain(tell(message))).toMatchObject({ status: 400, json: [0, text, expect.any(String)] });
    expect((await drain('a', t.t)).m).toEqual([]);
  });

  test('obeys the limit of messages, the keys and the names', async () => {
    const { plain } = filesNetwork(
      { messageBytes: 60 },
      { keysets: [{ subscribeKey: 'demo', publishKey: 'demo' }] },
    );
    const small = JSON.stringify(TELLING);
    expect((await plain(tell(small))).json).toEqual([0, 'Message Too Large', expect.any(String)]);
    const tiny = '{"file":{"id":"i","name":"n"}}';
    expect((await plain(tell(tiny))).status).toBe(200);
    expect((await plain(tell(tiny).replace('demo/demo', 'other/demo'))).json).toEqual([
      0,
      'Invalid Key',
      expect.any(String),
    ]);
    expect((await plain(tell(tiny).replace('demo/demo', 'demo/other'))).json).toMatchObject({
      message: 'Invalid Subscribe Key',
    });
    expect((await plain(tell(tiny).replace('/a/', '/a-pnpres/'))).status).toBe(400);
  });
});
