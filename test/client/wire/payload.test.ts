import fc from 'fast-check';
import { aesCbcCryptoModule, messageBytes, messageText, type PNMessageResult } from 'timetoken';
import { createTestNetwork } from 'timetoken/testing';
import { expect, it } from 'vitest';
import { lineOf, rejection, SENT, scriptedClient } from '../../support/unit-client.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

/** What the subscriber of a network receives of one publish. */
async function received(
  publish: { readonly message: unknown; readonly meta?: object; readonly usePost?: boolean },
  options: object = {},
): Promise<{ readonly live: PNMessageResult; readonly row: unknown; readonly entry: unknown }> {
  const network = createTestNetwork();
  const alice = network.client('alice', options);
  const bob = network.client('bob', options);
  const subscription = bob.subscribe().channels('room').execute();
  await subscription.connected();
  const events = subscription.messages()[Symbol.asyncIterator]();
  await alice.publish({ channel: 'room', ...publish } as never).execute();
  const { value } = await events.next();
  const { channels } = await bob.fetchMessages().channels('room').includeMeta(true).execute();
  const { messages } = await bob.history().channel('room').includeMeta(true).execute();
  await network.close();
  return { live: value, row: channels['room']?.[0], entry: messages[0] };
}

it.each([
  ['text', 'grüße', 'grüße'],
  ['an empty text', '', ''],
  ['a text that looks like Base64', 'AQID', 'AQID'],
  ['an object', { a: [1, null] }, '{"a":[1,null]}'],
  ['a number', 1.5, '1.5'],
  ['nothing', null, 'null'],
])('reads %s as text and as bytes, live and from history', async (_name, message, text) => {
  const { live, row, entry } = await received({ message });
  expect(live).toMatchObject({ message, userMetadata: undefined });
  for (const event of [live, row, entry] as PNMessageResult[]) {
    expect(messageText(event)).toBe(text);
    expect(messageBytes(event)).toEqual(utf8(text));
  }
});

it.each([
  ['a GET', {}, {}],
  ['a POST', { usePost: true }, {}],
  ['encryption', {}, { cipherKey: 'a key of some length' }],
  ['a crypto module', {}, { cryptoModule: aesCbcCryptoModule({ cipherKey: 'a key of some length' }) }],
])('brings bytes through %s', async (_name, more, options) => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), async (bytes) => {
      const { live, row, entry } = await received({ message: bytes, meta: { lang: 'en' }, ...more }, options);
      // The event stays plain: JSON that any other client can read.
      expect(live.message).toBe(Buffer.from(bytes).toString('base64'));
      expect(live.userMetadata).toEqual({ lang: 'en', tt_bytes: 1 });
      for (const event of [live, row, entry] as PNMessageResult[])
        expect([...messageBytes(event)]).toEqual([...bytes]);
    }),
    { numRuns: 15 },
  );
});

it('passes bytes on with their metadata', async () => {
  const { live } = await received({ message: Uint8Array.of(0, 255) });
  const passed = await received({ message: live.message, meta: Object(live.userMetadata) });
  expect(messageBytes(passed.live)).toEqual(Uint8Array.of(0, 255));
});

it('takes a copy of the bytes when they are set, of a part of a buffer, a Buffer and a subclass', async () => {
  class Picture extends Uint8Array {}
  const part = new Uint8Array([9, 1, 2, 3, 9]).subarray(1, 4);
  for (const bytes of [part, Buffer.from(part), Picture.from(part)]) {
    const { pubnub, requests, close } = scriptedClient([SENT]);
    const builder = pubnub.publish().channel('a').message(bytes);
    bytes.fill(7);
    await builder.execute();
    expect(lineOf(requests[0])).toMatchObject({
      path: '/publish/demo/demo/0/a/0/%22AQID%22',
      query: { meta: '%7B%22tt_bytes%22%3A1%7D' },
    });
    part.set([1, 2, 3]);
    await close();
  }
});

it('fires bytes as it publishes them', async () => {
  const { pubnub, requests, close } = scriptedClient([SENT]);
  await pubnub.fire().channel('a').message(Uint8Array.of(1)).execute();
  expect(lineOf(requests[0]).query).toMatchObject({
    store: '0',
    norep: 'true',
    meta: '%7B%22tt_bytes%22%3A1%7D',
  });
  await close();
});

it.each([
  ['a member', { picture: Uint8Array.of(1) }, 'message.picture is a Uint8Array, which JSON cannot hold'],
  ['words', Uint16Array.of(1), 'message is a Uint16Array, which JSON cannot hold'],
  ['an ArrayBuffer', new ArrayBuffer(1), 'message is a ArrayBuffer, which JSON cannot hold'],
  ['a DataView', new DataView(new ArrayBuffer(1)), 'message is a DataView, which JSON cannot hold'],
])('refuses %s before any request', async (_name, message, words) => {
  const { pubnub, requests, close } = scriptedClient([SENT]);
  const error = await rejection(pubnub.publish({ channel: 'a', message } as never).execute());
  expect(error).toMatchObject({ code: 'PN-1004', message: expect.stringContaining(words) });
  expect(requests).toEqual([]);
  await close();
});

it.each([['text'], [[1]], [0]])(
  'refuses bytes with the metadata %j, which cannot hold their mark',
  async (meta) => {
    const { pubnub, requests, close } = scriptedClient([SENT]);
    const publish = pubnub.publish().channel('a').meta(meta).message(Uint8Array.of(1));
    expect(await rejection(publish.execute())).toMatchObject({
      code: 'PN-1002',
      message: expect.stringContaining('meta must be an object beside bytes'),
    });
    await pubnub.publish().channel('a').meta(meta).message('text').execute();
    expect(requests).toHaveLength(1);
    await close();
  },
);

it('counts the Base64 of bytes, and refuses them in a signal, which has no metadata', async () => {
  const { pubnub, requests, close } = scriptedClient([SENT]);
  const send = (length: number) =>
    pubnub.publish({ channel: 'a', message: new Uint8Array(length) }).execute();
  await send(24_573);
  expect(await rejection(send(24_574))).toMatchObject({ code: 'PN-1005', errorData: { size: 32_770 } });
  expect(
    await rejection(pubnub.signal({ channel: 'a', message: Uint8Array.of(1) } as never).execute()),
  ).toMatchObject({
    code: 'PN-1004',
  });
  expect(requests).toHaveLength(1);
  await close();
});

it.each([
  ['a text that is no Base64', { message: 'not Base64!', userMetadata: { tt_bytes: 1 } }, 'not Base64!'],
  ['an object', { message: { a: 1 }, userMetadata: { tt_bytes: 1 } }, '{"a":1}'],
  ['another mark', { message: 'AQID', userMetadata: { tt_bytes: true } }, 'AQID'],
  ['metadata that is a text', { message: 'AQID', userMetadata: 'tt_bytes' }, 'AQID'],
  ['a row without its metadata', { message: 'AQID' }, 'AQID'],
])('reads %s as what it is', (_name, event, text) => {
  expect(messageBytes(event)).toEqual(utf8(text));
});

it('reads a file without a message as an empty text', () => {
  const event = { message: undefined, userMetadata: undefined };
  expect(messageText(event)).toBe('');
  expect(messageBytes(event)).toEqual(utf8(''));
});

it.each([[undefined], [null], [5], ['text'], [{ a: 1 }], [[]]] as never[][])(
  'refuses %j, which is neither an event nor a row of history',
  (event) => {
    for (const read of [messageText, messageBytes]) {
      expect(() => read(event)).toThrow(
        expect.objectContaining({ code: 'PN-1002', category: 'PNValidationErrorCategory' }),
      );
    }
  },
);
