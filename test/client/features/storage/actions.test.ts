import { describe, expect, it } from 'vitest';
import { lineOf, rejection, scriptedClient } from '../../../support/unit-client.ts';

const KEYS = { subscribeKey: 'S' };
const record = (members: object) => Object.assign(Object.create(null), members);
const fetched = (...items: readonly object[]) => ({
  body: JSON.stringify({ status: 200, error: false, error_message: '', channels: { ch: items } }),
});

describe('fetchMessages() with actions', () => {
  it('44: asks another service, for 25 messages at most', async () => {
    const item = { message: 'hey-meta', timetoken: '16485817079213403', meta: { 'is-this': 'krusty-krab' } };
    const { pubnub, requests } = scriptedClient([fetched(item)], KEYS);
    const { channels } = await pubnub
      .fetchMessages({ channels: ['ch', 'ch'], count: 100, includeMeta: true, includeUuid: false })
      .includeMessageType(false)
      .includeMessageActions(true)
      .execute();
    const { path, query } = lineOf(requests[0]);
    expect(path).toBe('/v3/history-with-actions/sub-key/S/channel/ch');
    expect(query).toMatchObject({ max: '25', include_meta: 'true' });
    expect(channels.ch).toEqual([{ ...item, channel: 'ch', messageType: -1, actions: {} }]);
  });

  it('has the actions of each message by type and value, whatever these are called', async () => {
    const text = `{"status":200,"channels":{"ch":[{"message":1,"timetoken":"15724676552283948","actions":
      {"reaction":{"smiley_face":[{"uuid":"otheruser","actionTimetoken":"15724677187827310"}],
      "__proto__":[{"uuid":"a","actionTimetoken":"1"},{"uuid":"b","actionTimetoken":15724677187827311}]},
      "__proto__":{"toString":[]}}}]},
      "more":{"url":"u","start":"15610547826970000","max":98},"error_message":"","error":false}`;
    const { pubnub } = scriptedClient([{ body: text }], KEYS);
    const result = await pubnub.fetchMessages({ channels: 'ch', includeMessageActions: true }).execute();
    const [message] = result.channels.ch ?? [];
    expect(message?.actions).toEqual(
      record({
        reaction: record({
          smiley_face: [{ uuid: 'otheruser', actionTimetoken: '15724677187827310' }],
          ['__proto__']: [
            { uuid: 'a', actionTimetoken: '1' },
            { uuid: 'b', actionTimetoken: '15724677187827311' },
          ],
        }),
        ['__proto__']: record({ toString: [] }),
      }),
    );
    expect(Object.getPrototypeOf(message?.actions)).toBeNull();
    expect(message?.actions['constructor']).toBeUndefined();
    expect(message?.actions['reaction']?.['hasOwnProperty']).toBeUndefined();
    // 46: what the server says comes next is passed on.
    expect(result.more).toEqual({ url: 'u', start: '15610547826970000', max: 98 });
  });

  it('has no actions that were not asked for', async () => {
    const { pubnub, requests } = scriptedClient([fetched({ message: 1, timetoken: '1', actions: [] })], KEYS);
    const { channels } = await pubnub
      .fetchMessages({ channels: 'ch', includeMessageActions: false })
      .execute();
    expect(channels.ch).toEqual([{ channel: 'ch', timetoken: '1', message: 1, messageType: -1 }]);
    expect(lineOf(requests[0]).path).toBe('/v3/history/sub-key/S/channel/ch');
    expect(lineOf(requests[0]).query).toMatchObject({ max: '100' });
  });

  it.each(['[]', '{"t":1}', '{"t":{"v":{}}}', '{"t":{"v":[null]}}', '{"t":{"v":[{"uuid":"u"}]}}'])(
    'refuses actions of another shape: %s',
    async (actions) => {
      const { pubnub, clock } = scriptedClient(
        [fetched({ message: 1, timetoken: '1', actions: JSON.parse(actions) })],
        KEYS,
      );
      const call = pubnub.fetchMessages({ channels: 'ch', includeMessageActions: true });
      const error = rejection(call.execute());
      await clock.advance(60_000);
      expect(await error).toMatchObject({ code: 'PN-4001' });
    },
  );

  it('refuses several channels before anything is sent, and says what to do', async () => {
    const { pubnub, requests } = scriptedClient([], KEYS);
    const call = pubnub.fetchMessages().includeMessageActions(true).channels('a', 'b');
    const error = await rejection(call.execute());
    expect(error).toMatchObject({ code: 'PN-1002' });
    expect(String(error)).toContain('includeMessageActions needs one channel, not 2');
    expect(requests).toEqual([]);
  });

  it('goes on page by page of 25', async () => {
    const page = (first: number, count: number) =>
      fetched(
        ...Array.from({ length: count }, (_, index) => ({ message: 1, timetoken: `${first + index}` })),
      );
    const { pubnub, requests } = scriptedClient([page(126, 25), page(110, 16)], KEYS);
    const sizes: unknown[] = [];
    const call = pubnub.fetchMessages({ channels: 'ch', includeMessageActions: true });
    for await (const { channels } of call.pages()) sizes.push(channels.ch?.length);
    expect(sizes).toEqual([25, 16]);
    expect(requests.map((request) => lineOf(request).query['start'])).toEqual([undefined, '126']);
  });
});
