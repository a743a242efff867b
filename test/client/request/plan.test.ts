import { describe, expect, it } from 'vitest';
import { lineOf, rejection, scriptedClient } from '../../support/unit-client.ts';

/** The route of a publish on channel `a` by GET, without the message. */
const ROUTE = '/publish/demo/demo/0/a/0/'.length;
const LONGEST = 16_384;
/** Quotes are encoded as `%22`, twice. */
const QUOTES = 6;

async function send(message: unknown, more: { usePost?: boolean } = {}) {
  const { pubnub, requests } = scriptedClient();
  await pubnub.publish({ channel: 'a', message, ...more }).execute();
  const [request] = requests;
  if (!request) throw new Error('nothing was sent');
  return request;
}

describe('a payload goes', () => {
  it('by GET as long as its path has 16 384 bytes, by POST from the next byte on', async () => {
    const longest = await send('x'.repeat(LONGEST - ROUTE - QUOTES));
    expect(longest.method).toBe('GET');
    expect(lineOf(longest).path).toHaveLength(LONGEST);
    expect(longest.body).toBeUndefined();
    const longer = await send('x'.repeat(LONGEST - ROUTE - QUOTES + 1));
    expect(longer.method).toBe('POST');
    expect(lineOf(longer).path).toBe('/publish/demo/demo/0/a/0');
  });

  it('by GET measured as it is encoded: characters of three bytes count nine', async () => {
    const count = Math.floor((LONGEST - ROUTE - QUOTES) / 9);
    expect((await send('漢'.repeat(count))).method).toBe('GET');
    expect((await send('漢'.repeat(count + 1))).method).toBe('POST');
  });

  it('by POST when asked for, as JSON in the body', async () => {
    const request = await send({ online: true, name: 'Älex' }, { usePost: true });
    expect(request).toMatchObject({
      method: 'POST',
      body: '{"online":true,"name":"Älex"}',
      headers: { 'content-type': 'application/json' },
    });
    expect(lineOf(request).path).toBe('/publish/demo/demo/0/a/0');
  });

  it('by GET only when asked for, and fails with the size where it cannot', async () => {
    expect((await send('x', { usePost: false })).method).toBe('GET');
    const { pubnub, requests } = scriptedClient();
    const message = 'x'.repeat(LONGEST - ROUTE - QUOTES + 1);
    const error = await rejection(pubnub.publish({ channel: 'a', message, usePost: false }).execute());
    expect(error).toMatchObject({
      code: 'PN-1005',
      delivery: 'not-sent',
      errorData: { size: LONGEST + 1, limit: LONGEST },
      message: expect.stringContaining(`${LONGEST + 1} bytes, the limit is ${LONGEST}`),
    });
    expect(requests).toHaveLength(0);
  });
});

const LIMITS = [
  { name: 'publish', limit: 32_768 },
  { name: 'fire', limit: 32_768 },
  { name: 'signal', limit: 64 },
] as const;

describe.each(LIMITS)('$name() takes $limit bytes of JSON text', ({ name, limit }) => {
  const call = (message: string) => {
    const { pubnub, requests } = scriptedClient();
    const builders = {
      publish: pubnub.publish({ channel: 'a', message }),
      fire: pubnub.fire({ channel: 'a', message }),
      signal: pubnub.signal({ channel: 'a', message }),
    };
    return { requests, result: builders[name].execute() };
  };

  it.each([
    ['x', 1],
    ['é', 2],
    ['漢', 3],
    ['😀', 4],
  ])('counted in UTF-8: %s', async (character, bytes) => {
    const room = limit - 2;
    const fitting = character.repeat(Math.floor(room / bytes)) + 'x'.repeat(room % bytes);
    await call(fitting).result;
    const { requests, result } = call(`${fitting}x`);
    expect(await rejection(result)).toMatchObject({
      code: 'PN-1005',
      delivery: 'not-sent',
      errorData: { size: limit + 1, limit },
      message: expect.stringContaining(`${limit + 1} bytes`),
    });
    expect(requests).toHaveLength(0);
  });
});
