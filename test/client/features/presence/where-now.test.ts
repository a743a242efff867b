import { expect, test } from 'vitest';
import { ask } from '../../../support/presence-calls.ts';
import { rejection, scriptedClient } from '../../../support/unit-client.ts';

const answer = (payload: string) => `{"status": 200, "message": "OK", ${payload} "service": "Presence"}`;
const AB = answer('"payload": {"channels": ["a","b"]},');

test.each([
  ['37: the own user, by default', {}, 'my%20id%231'],
  ['37a: another user', { uuid: 'bob #1/2' }, 'bob%20%231%2F2'],
])('fact %s', async (_name, given, segment) => {
  expect(await ask((pubnub) => pubnub.whereNow(given), AB)).toEqual({
    lines: [`GET /v2/presence/sub-key/S/uuid/${segment}`],
    result: { channels: ['a', 'b'] },
  });
});

test('an answer without a payload says that the user is nowhere', async () => {
  expect(await ask((pubnub) => pubnub.whereNow(), answer(''))).toMatchObject({ result: { channels: [] } });
});

test.each([
  ['null'],
  ['[]'],
  ['{}'],
  ['{"status": "x"}'],
  [answer('"payload": null,')],
  [answer('"payload": {},')],
  [answer('"payload": {"channels": "a"},')],
  [answer('"payload": {"channels": [1]},')],
])('refuses another answer: %s', async (body) => {
  const { error } = (await ask((pubnub) => pubnub.whereNow(), body)) as { readonly error: unknown };
  expect(error).toMatchObject({ code: 'PN-4001', operation: 'PNWhereNowOperation' });
});

test.each([[''], ['.'], ['a,b'], ['\n'], ['x'.repeat(93)]])(
  'refuses the user %j before anything is sent',
  async (uuid) => {
    const { pubnub, requests } = scriptedClient();
    expect(await rejection(pubnub.whereNow({ uuid }).execute())).toMatchObject({ code: 'PN-1002' });
    expect(requests).toEqual([]);
  },
);
