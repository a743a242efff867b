import { expect, it } from 'vitest';
import { lineOf, rejection, SENT, scriptedClient } from '../../support/unit-client.ts';

it.each([0, 1, 24, 87_600])('sends a ttl of %i hours', async (ttl) => {
  const { pubnub, requests, close } = scriptedClient([SENT]);
  await pubnub.publish({ channel: 'a', message: 1, ttl }).execute();
  expect(lineOf(requests[0]).query['ttl']).toBe(`${ttl}`);
  await close();
});

it.each([
  [87_601, 25],
  [86_400 * 7, 168],
  [31_536_000, 8_760],
])('takes a ttl of %i for seconds, and says how many hours they are', async (ttl, hours) => {
  const { pubnub, requests, close } = scriptedClient([SENT]);
  const calls = [
    pubnub.publish({ channel: 'a', message: 1, ttl }).execute(),
    pubnub.publishFileMessage({ channel: 'a', fileId: 'f', fileName: 'f.txt', ttl }).execute(),
  ];
  for (const call of calls)
    expect(await rejection(call)).toMatchObject({
      code: 'PN-1002',
      message: expect.stringContaining(`ttl is in hours, at most 87600; ${ttl} seconds are ${hours}.`),
    });
  expect(requests).toEqual([]);
  await close();
});
