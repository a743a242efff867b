import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Reply } from '../../support/origin-network.ts';
import { distantOrigins, twoOrigins } from '../../support/two-origins.ts';

const OBJECTS = '/v2/objects/demo';
type Network = ReturnType<typeof twoOrigins>['a'];
type Item = Readonly<Record<string, unknown>>;

const patch = ({ send }: Network, path: string, body: object): Promise<Reply> =>
  send(`${OBJECTS}/${path}`, { method: 'PATCH', body: JSON.stringify(body) });
const remove = ({ send }: Network, path: string) => send(`${OBJECTS}/${path}`, { method: 'DELETE' });
const listed = async ({ send }: Network, path: string) =>
  ((await send(`${OBJECTS}/${path}`)).json as { data: readonly Item[] }).data;

test('what is set at one origin is read at another at once', async () => {
  const { a, b } = twoOrigins();
  expect(await listed(a, 'channels')).toEqual([]);
  await patch(b, 'channels/c', { name: 'C' });
  expect(await listed(a, 'channels')).toMatchObject([{ id: 'c', name: 'C' }]);
  await remove(b, 'channels/c');
  expect(await listed(a, 'channels')).toEqual([]);
});

const FIELDS = ['name', 'description', 'status', 'type'] as const;
const NAMES = ['x', 'y'] as const;
const channel = fc.constantFrom(...NAMES);
const user = fc.constantFrom('u', 'v');
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('set' as const),
      channel,
      field: fc.constantFrom(...FIELDS),
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('join' as const), channel, user }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('members' as const), channel, user }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('part' as const), channel, user }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), channel }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
const steps = fc.array(fc.record({ step, isAtB: fc.boolean() }), { maxLength: 12 });

/** Carries out a step; each value is one of its own. */
function act(network: Network, step: Step, value: string): Promise<Reply> {
  if (step.kind === 'remove') return remove(network, `channels/${step.channel}`);
  if (step.kind === 'set') return patch(network, `channels/${step.channel}`, { [step.field]: value });
  if (step.kind === 'part')
    return patch(network, `uuids/${step.user}/channels`, { delete: [{ channel: { id: step.channel } }] });
  return step.kind === 'join'
    ? patch(network, `uuids/${step.user}/channels`, {
        set: [{ channel: { id: step.channel }, status: value }],
      })
    : patch(network, `channels/${step.channel}/uuids`, { set: [{ uuid: { id: step.user }, type: value }] });
}

interface ObjectEvent {
  readonly event: 'set' | 'delete';
  readonly type: 'channel' | 'membership';
  readonly data: Item;
}

/** The objects that the events of a log make, one after the other, without the fields that change by themselves. */
function fold(events: readonly ObjectEvent[]): Readonly<Record<string, unknown>> {
  const objects = new Map<string, Item>();
  for (const { event, type, data } of events) {
    const { id, channel, uuid, eTag: _, updated: __, ...fields } = data;
    const key = JSON.stringify([type, id ?? [channel, uuid]]);
    if (event === 'set') objects.set(key, { ...objects.get(key), ...fields });
    else objects.delete(key);
    if (event === 'set' || type !== 'channel') continue;
    // Its memberships go with it, without events on the same channel.
    for (const other of [...objects.keys()]) {
      if (other.startsWith(JSON.stringify(['membership', [{ id }]]).slice(0, -2))) objects.delete(other);
    }
  }
  return Object.fromEntries(objects);
}

/** The same of what the lists have. */
async function stored(network: Network): Promise<Readonly<Record<string, unknown>>> {
  const objects = new Map<string, Item>();
  const known = (item: Item) =>
    Object.fromEntries(FIELDS.flatMap((field) => (item[field] == null ? [] : [[field, item[field]]])));
  for (const item of await listed(network, 'channels?include=status,type'))
    objects.set(JSON.stringify(['channel', item['id']]), known(item));
  for (const channel of NAMES) {
    for (const item of await listed(network, `channels/${channel}/uuids?include=status,type`))
      objects.set(JSON.stringify(['membership', [{ id: channel }, item['uuid']]]), known(item));
  }
  return Object.fromEntries(objects);
}

test('whatever two origins change at once, the objects are what the events say, in their order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), steps, async (scheduler, taken) => {
      const { a, b } = distantOrigins(scheduler);
      const names = NAMES.join(',');
      const { t } = await scheduler.waitFor(a.subscribe(names));
      const acts = taken.map(({ step, isAtB }, index) => act(isAtB ? b : a, step, `v${index}`));
      const replies = await scheduler.waitFor(Promise.all(acts));
      await scheduler.waitIdle();
      expect(replies.filter(({ status }) => status !== 200)).toEqual([]);
      const { m } = await scheduler.waitFor(b.drain(names, t.t));
      const expected = fold(m.map(({ d }) => d as ObjectEvent));
      expect(await scheduler.waitFor(stored(a))).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});
