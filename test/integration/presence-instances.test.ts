import { expect, test } from 'vitest';
import { serveOrigin } from '../support/integration-origin.ts';
import { type MakeParty, oursOverFetch, oursOverNode, theirs } from '../support/integration-parties.ts';

const PARTIES: readonly (readonly [name: string, make: MakeParty])[] = [
  ['our client over fetch', oursOverFetch],
  ['our client over node:http', oursOverNode],
  ["another maker's client", theirs],
];
const PAIRS = PARTIES.flatMap(([one, makeOne]) =>
  PARTIES.map(([other, makeOther]) => ({ one, other, makeOne, makeOther })),
);

test.each(PAIRS)('$one goes, and $other of the same user stays', async ({ makeOne, makeOther }) => {
  await using system = await serveOrigin();
  await using watcher = oursOverFetch(system.host, 'watcher');
  await watcher.join(['room'], { presence: true });
  await using one = makeOne(system.host, 'ann', { useInstanceId: true });
  await using other = makeOther(system.host, 'ann', { useInstanceId: true });
  await one.join(['room']);
  await other.join(['room']);
  await one.leave(['room']);
  const here = async () => {
    const answer = await fetch(`${system.url}/v2/presence/sub-key/demo/channel/room`);
    return ((await answer.json()) as { uuids: string[] }).uuids.toSorted();
  };
  expect(await here()).toEqual(['ann', 'watcher']);
  await other.leave(['room']);
  const left = await watcher.presence.first(({ event }) => event === 'leave');
  expect(left).toMatchObject({ uuid: 'ann', occupancy: 1 });
  const told = watcher.presence.all.map(({ event, uuid }) => `${event} ${uuid}`);
  expect(told).toEqual(['join watcher', 'join ann', 'leave ann']);
  const ids = system.requests.all.flatMap((target) => /[?&]instanceid=([^&]*)/.exec(target)?.[1] ?? []);
  expect(new Set(ids).size).toBe(2);
});

test.each(PARTIES)('%s without the option takes no client out that has it', async (_, make) => {
  await using system = await serveOrigin();
  await using plain = make(system.host, 'ann');
  await using named = oursOverFetch(system.host, 'ann', { useInstanceId: true });
  await named.join(['room']);
  await plain.join(['room']);
  await plain.leave(['room']);
  const answer = await fetch(`${system.url}/v2/presence/sub-key/demo/channel/room`);
  expect(await answer.json()).toMatchObject({ uuids: ['ann'], occupancy: 1 });
});
