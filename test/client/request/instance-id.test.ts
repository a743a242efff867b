import { expect, it } from 'vitest';
import { SENT, scriptedClient } from '../../support/unit-client.ts';

const ID = /^pn-[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The instance that each of some calls named. */
async function instancesOf(options: Parameters<typeof scriptedClient>[1]) {
  const { pubnub, requests, close } = scriptedClient([SENT, { body: '[16000000000000001]' }, SENT], options);
  await pubnub.publish({ channel: 'room', message: 1 }).execute();
  await pubnub.time().execute();
  await pubnub.publish({ channel: 'room', message: 2 }).execute();
  await close();
  return requests.map(({ url }) => new URL(url).searchParams.get('instanceid'));
}

it('sends one id with every request, when it is asked to', async () => {
  const [first, ...others] = await instancesOf({ useInstanceId: true, random: Math.random });
  expect(first).toMatch(ID);
  expect(others).toEqual([first, first]);
});

it('has another id for each client', async () => {
  const made = async () => (await instancesOf({ useInstanceId: true, random: Math.random }))[0];
  expect(await made()).not.toBe(await made());
});

it('sends none by default', async () => {
  expect(await instancesOf({})).toEqual([null, null, null]);
  expect(await instancesOf({ useInstanceId: false })).toEqual([null, null, null]);
});

it('sends it before the user, as other clients do, and a new id of the request with it', async () => {
  const { pubnub, requests, close } = scriptedClient([SENT], {
    ...{ useInstanceId: true, useRequestId: true, random: Math.random },
  });
  for (let count = 0; count < 2; count++)
    await pubnub.publish({ channel: 'room', message: count, meta: { a: 1 } }).execute();
  await close();
  const [one, other] = requests.map(({ url }) => new URL(url).searchParams);
  expect([...(one?.keys() ?? [])]).toEqual(['meta', 'instanceid', 'uuid', 'pnsdk', 'requestid']);
  expect(one?.get('instanceid')).toBe(other?.get('instanceid'));
  expect(one?.get('requestid')).not.toBe(other?.get('requestid'));
});

it('fails the first call, and not the constructor, where the source of randomness does', async () => {
  let isBroken = true;
  const random = () => {
    if (isBroken) throw new Error('no entropy');
    return 0.5;
  };
  const { pubnub, close } = scriptedClient([SENT], { useInstanceId: true, random });
  const publish = () => pubnub.publish({ channel: 'room', message: 1 }).execute();
  await expect(publish()).rejects.toMatchObject({ name: 'PubNubError' });
  isBroken = false;
  await publish();
  await close();
});
