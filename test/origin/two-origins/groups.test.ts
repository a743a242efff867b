import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPending } from '../../support/origin-network.ts';
import { distantOrigins, twoOrigins, unheardOrigins } from '../../support/two-origins.ts';

const ALL = '/v1/channel-registration/sub-key/demo/channel-group';
type Network = ReturnType<typeof twoOrigins>['a'];

const channelsOf = async ({ send }: Network, group: string) => {
  const { json } = await send(`${ALL}/${group}`);
  return (json as { payload: { channels: readonly string[] } }).payload.channels;
};
const heard = async (answer: ReturnType<Network['subscribe']>) => (await answer).m.map(({ d }) => d);

describe('a change of a group at one origin', () => {
  test('is seen by the very next request at another, whatever that has read before', async () => {
    const { a, b } = twoOrigins();
    const changes = [
      ['add=x', ['x']],
      ['add=y,z', ['x', 'y', 'z']],
      ['remove=x,z', ['y']],
    ] as const;
    expect(await channelsOf(a, 'g')).toEqual([]);
    for (const [change, channels] of changes) {
      expect((await b.send(`${ALL}/g?${change}`)).status).toBe(200);
      expect(await channelsOf(a, 'g')).toEqual(channels);
      expect(await channelsOf(b, 'g')).toEqual(channels);
    }
    await b.send(`${ALL}/g/remove`);
    expect(await channelsOf(a, 'g')).toEqual([]);
  });

  test('reaches a poll that is held at another', async () => {
    const { a, b } = twoOrigins();
    const { t } = await a.subscribe(',', { 'channel-group': 'g' });
    const answer = a.subscribe(',', { 'channel-group': 'g', tt: t.t });
    await isPending(answer);
    await b.publish('x', 'before');
    await b.group('g', 'x');
    await b.publish('x', 'after');
    expect(await heard(answer)).toEqual(['after']);
    await b.send(`${ALL}/g?remove=x`);
    const next = a.subscribe(',', { 'channel-group': 'g', tt: (await answer).t.t });
    await isPending(next);
    await b.publish('x', 'too late');
    expect(await isPending(next)).toBe(true);
  });
});

describe('a change of a group of which the other origin has not heard yet', () => {
  const heldAtB = async () => {
    const { a, b } = unheardOrigins();
    await a.group('g', 'x');
    // From now on `b` has the group at hand.
    await b.subscribe(',', { 'channel-group': 'g' });
    await a.group('g', 'y');
    return { a, b };
  };

  test('is in its list', async () => {
    const { b } = await heldAtB();
    expect(await channelsOf(b, 'g')).toEqual(['x', 'y']);
  });

  test('counts for who is there and for the state of a user', async () => {
    const { a, b } = await heldAtB();
    await a.send('/v2/presence/sub-key/demo/channel/y/heartbeat?uuid=ann&heartbeat=300');
    const group = 'channel-group=g';
    expect((await b.send(`/v2/presence/sub-key/demo/channel/,?${group}`)).json).toMatchObject({
      payload: { channels: { y: { occupancy: 1 } } },
    });
    const data = '/v2/presence/sub-key/demo/channel/,/uuid/ann/data';
    await b.send(`${data}?${group}&state=%7B%22s%22:1%7D`);
    expect((await a.send('/v2/presence/sub-key/demo/channel/y/uuid/ann')).json).toMatchObject({
      payload: { s: 1 },
    });
    expect((await b.send(`/v2/presence/sub-key/demo/channel/,/uuid/ann?${group}`)).json).toMatchObject({
      payload: { channels: { y: { s: 1 } } },
    });
  });
});

const change = fc.record({
  at: fc.constantFrom('a' as const, 'b' as const),
  group: fc.constantFrom('g', 'h'),
  isAdded: fc.boolean(),
  channel: fc.constantFrom('u', 'v', 'w', 'x', 'y', 'z'),
});

// Those of one round are sent at once, so they must not depend on their order.
const round = fc.uniqueArray(change, { maxLength: 8, selector: ({ group, channel }) => group + channel });

test('changes at two origins at once are all there, as in sets', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(round, { maxLength: 6 }), async (rounds) => {
      const { a, b } = twoOrigins();
      const model = new Map([
        ['g', new Set<string>()],
        ['h', new Set<string>()],
      ]);
      for (const round of rounds) {
        const sent = round.map(({ at, group, isAdded, channel }) =>
          (at === 'a' ? a : b).send(`${ALL}/${group}?${isAdded ? 'add' : 'remove'}=${channel}`),
        );
        for (const { group, isAdded, channel } of round) {
          if (isAdded) model.get(group)?.add(channel);
          else model.get(group)?.delete(channel);
        }
        await Promise.all(sent);
        for (const [group, channels] of model) {
          expect(await channelsOf(a, group)).toEqual([...channels].sort());
          expect(await channelsOf(b, group)).toEqual([...channels].sort());
        }
      }
    }),
    { numRuns: 60 },
  );
});

const step = fc.record({
  channel: fc.constantFrom('u', 'v', 'w'),
  kind: fc.constantFrom('publish' as const, 'publish' as const, 'add' as const, 'remove' as const),
  at: fc.constantFrom('a' as const, 'b' as const),
});

interface Step {
  readonly channel: string;
  readonly kind: 'publish' | 'add' | 'remove';
  readonly at: 'a' | 'b';
}

/** What a client at `a` hears of a group until `end`, poll by poll. */
async function listen({ subscribe }: Network, cursor: string): Promise<unknown[]> {
  const all: unknown[] = [];
  for (let tt = cursor; ; ) {
    const { t, m } = await subscribe('end', { 'channel-group': 'g', tt });
    all.push(...m.filter(({ c }) => c !== 'end').map(({ d }) => d));
    if (m.some(({ c }) => c === 'end')) return all;
    tt = t.t;
  }
}

/** Takes the steps at two origins while a client listens at the first, and says what it heard and could have heard. */
async function play({ a, b }: Pick<ReturnType<typeof distantOrigins>, 'a' | 'b'>, steps: readonly Step[]) {
  const { t } = await a.subscribe(',', { 'channel-group': 'g' });
  const listening = listen(a, t.t);
  const members = new Set<string>();
  const expected: number[] = [];
  for (const [index, { channel, kind, at }] of steps.entries()) {
    const origin = at === 'a' ? a : b;
    if (kind === 'publish') {
      await origin.publish(channel, index);
      if (members.has(channel)) expected.push(index);
      continue;
    }
    await origin.send(`${ALL}/g?${kind}=${channel}`);
    if (kind === 'add') members.add(channel);
    else members.delete(channel);
  }
  await b.publish('end', 0);
  return { found: await listening, expected };
}

test('however slow the engine and its log are, a poll on a group hears all that is published on its channels', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(step, { maxLength: 12 }), async (scheduler, steps) => {
      const kept = steps.filter(({ kind }) => kind !== 'remove');
      const { found, expected } = await scheduler.waitFor(play(distantOrigins(scheduler), kept));
      expect(found).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});

test('however slow they are, it hears nothing that is published on other channels, and nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(step, { maxLength: 12 }), async (scheduler, steps) => {
      const { found, expected } = await scheduler.waitFor(play(distantOrigins(scheduler), steps));
      // What was not fetched before a channel is removed is not fetched any more.
      expect(found).toEqual(expected.filter((index) => found.includes(index)));
    }),
    { numRuns: 100 },
  );
});
