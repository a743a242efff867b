import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ownLine } from '../../../support/presence-calls.ts';
import { lineOf, rejection, scriptedClient } from '../../../support/unit-client.ts';

async function all<T>(iterable: AsyncIterable<T>): Promise<readonly T[]> {
  const items: T[] = [];
  for await (const item of iterable) items.push(item);
  return items;
}

describe('the pages of hereNow()', () => {
  /** A server with so many users on every channel, which lists at most `cap` of them. */
  function serverOf(users: number, cap = 1_000) {
    return scriptedClient([
      (request) => {
        const { limit, offset = '0' } = lineOf(request).query;
        const start = Number(offset);
        const end = Math.min(users, start + Math.min(Number(limit), cap));
        const uuids = Array.from({ length: Math.max(0, end - start) }, (_, index) => `u${start + index}`);
        return { body: JSON.stringify({ status: 200, uuids, occupancy: users }) };
      },
    ]);
  }

  it('yields each of 2 501 users once, where the server lists 1 000', async () => {
    const { pubnub, requests } = serverOf(2_501);
    const users: string[] = [];
    for await (const { channels } of pubnub.hereNow().channels('room').pages())
      for (const { uuid } of channels['room']?.occupants ?? []) users.push(uuid);
    expect(users).toEqual(Array.from({ length: 2_501 }, (_, index) => `u${index}`));
    expect(requests.map(({ method, url }) => ownLine({ method, url }).split('?')[1])).toEqual([
      'limit=1000',
      'limit=1000&offset=1000',
      'limit=1000&offset=2000',
    ]);
  });

  it('goes through all users from the offset on, whatever the limits of either side', async () => {
    const counts = {
      users: fc.nat(40),
      cap: fc.integer({ min: 1, max: 10 }),
      limit: fc.integer({ min: 1, max: 12 }),
    };
    await fc.assert(
      fc.asyncProperty(
        fc.record({ ...counts, offset: fc.nat(45) }),
        async ({ users, cap, limit, offset }) => {
          const { pubnub } = serverOf(users, cap);
          const pages = await all(pubnub.hereNow({ channels: 'a', limit, offset }).pages());
          const uuids = pages.flatMap(({ channels }) => channels['a']?.occupants.map(({ uuid }) => uuid));
          expect(uuids).toEqual(
            Array.from({ length: Math.max(0, users - offset) }, (_, index) => `u${offset + index}`),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  it('ends with a server that lists nobody although there are more', async () => {
    const { pubnub, requests } = scriptedClient([{ body: '{"status":200,"uuids":[],"occupancy":9}' }]);
    expect(await all(pubnub.hereNow().channels('a').pages())).toHaveLength(1);
    expect(requests).toHaveLength(1);
  });

  it('asks for no more when the loop is left', async () => {
    const { pubnub, requests } = serverOf(5_000);
    for await (const page of pubnub.hereNow().channels('a').pages()) {
      expect(page.channels['a']?.next).toBe(1_000);
      break;
    }
    expect(requests).toHaveLength(1);
  });

  it('passes a failure on', async () => {
    const { pubnub } = scriptedClient([
      { body: '{"status":200,"uuids":["u"],"occupancy":9}' },
      { status: 403, body: '{"message":"Forbidden","error":true,"service":"Access Manager","status":403}' },
    ]);
    const pages = pubnub.hereNow().channels('a').pages();
    expect((await pages.next()).done).toBe(false);
    expect(await rejection(pages.next())).toMatchObject({ category: 'PNAccessDeniedCategory' });
    expect((await pages.next()).done).toBe(true);
  });

  it.each([
    // A wrong value is named as such, before what pages need.
    [{ channels: ['a', ''] }, 'channels must not be empty'],
    [{}, 'exactly one channel'],
    [{ channels: ['a', 'b'] }, 'exactly one channel'],
    [{ channels: 'a', channelGroups: 'g' }, 'exactly one channel'],
    [{ channels: 'a', includeUuids: false }, 'users to list'],
    [{ channels: 'a', limit: 0 }, 'users to list'],
    [{ channels: 'a', limit: -1 }, 'limit'],
  ])('refuses %j before anything is sent', async (given, text) => {
    const { pubnub, requests } = scriptedClient();
    const error = await rejection(
      pubnub
        .hereNow(given as { channels: string })
        .pages()
        .next(),
    );
    expect(error).toMatchObject({ code: 'PN-1002', message: expect.stringContaining(text) });
    expect(requests).toEqual([]);
  });
});
