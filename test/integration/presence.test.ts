import { describe, expect, test } from 'vitest';
import { serveOrigin } from '../support/integration-origin.ts';
import { type MakeParty, oursOverFetch, oursOverNode, theirs } from '../support/integration-parties.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const PARTIES: readonly (readonly [name: string, make: MakeParty])[] = [
  ['our client over fetch', oursOverFetch],
  ['our client over node:http', oursOverNode],
  ["another maker's client", theirs],
];

const PAIRS = PARTIES.flatMap(([visitor, makeVisitor]) =>
  PARTIES.map(([watcher, makeWatcher]) => ({ visitor, watcher, makeVisitor, makeWatcher })),
);

describe.each(PAIRS)('$watcher watches $visitor', ({ makeVisitor, makeWatcher }) => {
  test('who comes, changes state and goes is told, with the number of users', async () => {
    await using system = await serveOrigin();
    await using watcher = makeWatcher(system.host, 'watcher');
    await using visitor = makeVisitor(system.host, 'visitor');
    await watcher.join(['room'], { presence: true });
    const own = await watcher.presence.take(1);
    expect(own[0]).toMatchObject({ event: 'join', channel: 'room', uuid: 'watcher', occupancy: 1 });
    const mood = { mood: 'ünwell 😀', since: 1.5, more: { nested: [null] } };
    await visitor.join(['room', 'elsewhere'], { state: mood });
    const stated = await watcher.presence.first(({ state }) => state !== undefined);
    expect(stated).toMatchObject({ channel: 'room', uuid: 'visitor', occupancy: 2, state: mood });
    await visitor.leave(['room']);
    const left = await watcher.presence.first(({ event }) => event === 'leave');
    expect(left).toMatchObject({ channel: 'room', uuid: 'visitor', occupancy: 1 });
    const told = watcher.presence.all.map(({ event, uuid }) => `${event} ${uuid}`);
    // Ours tells its state when it joins, the other one afterwards.
    const later = makeVisitor === theirs ? ['state-change visitor'] : [];
    expect(told).toEqual(['join watcher', 'join visitor', ...later, 'leave visitor']);
  });

  test('whoever gives no sign of life for its presence timeout has timed out; who polls has not', async () => {
    const clock = new VirtualClock();
    await using system = await serveOrigin({ clock });
    await using watcher = makeWatcher(system.host, 'watcher', { presenceTimeout: 20 });
    await watcher.join(['room'], { presence: true });
    await watcher.presence.take(1);
    const visitor = makeVisitor(system.host, 'visitor', { presenceTimeout: 20 });
    await visitor.join(['room']);
    await watcher.presence.first(({ uuid }) => uuid === 'visitor');
    // A poll that is held is a sign of life.
    await clock.advance(50_000);
    expect(watcher.presence.all.map(({ event }) => event)).toEqual(['join', 'join']);
    // One more user, who is not heard of again.
    await fetch(`${system.url}/v2/subscribe/demo/room/0?uuid=ghost&heartbeat=20&tt=0`);
    await watcher.presence.first(({ uuid }) => uuid === 'ghost');
    await clock.advance(21_000);
    const gone = await watcher.presence.first(({ event }) => event === 'timeout');
    expect(gone).toMatchObject({ channel: 'room', uuid: 'ghost', occupancy: 2 });
    await visitor[Symbol.asyncDispose]();
    await watcher.presence.first(({ event }) => event === 'leave');
    await clock.advance(21_000);
    const told = watcher.presence.all.map(({ event, uuid }) => `${event} ${uuid}`);
    expect(told.slice(2)).toEqual(['join ghost', 'timeout ghost', 'leave visitor']);
  });

  test('a wildcard with presence tells of every channel under it', async () => {
    await using system = await serveOrigin();
    await using watcher = makeWatcher(system.host, 'watcher');
    await using visitor = makeVisitor(system.host, 'visitor');
    await watcher.join(['floor.*'], { presence: true });
    await visitor.join(['floor.1', 'floor.2.left', 'flood.1']);
    const seen = () => watcher.presence.all.filter(({ uuid }) => uuid === 'visitor');
    await watcher.presence.until(() => seen().length >= 2, 'two joins of the visitor');
    await visitor.leave(['floor.1', 'floor.2.left', 'flood.1']);
    await watcher.presence.until(() => seen().length >= 4, 'two leaves of the visitor');
    const told = seen().map(({ event, channel }) => `${event} ${channel}`);
    expect(told.toSorted()).toEqual([
      'join floor.1',
      'join floor.2.left',
      'leave floor.1',
      'leave floor.2.left',
    ]);
  });
});

test.each(PARTIES)('%s hears of a crowd in intervals', async (_name, make) => {
  const clock = new VirtualClock();
  await using system = await serveOrigin({ clock, limits: { announceMax: 2, announceSeconds: 10 } });
  await using watcher = make(system.host, 'watcher');
  await watcher.join(['arena'], { presence: true });
  for (const user of ['ann', 'bob', 'cid']) {
    await fetch(`${system.url}/v2/subscribe/demo/arena/0?uuid=${user}&tt=0`);
  }
  await watcher.presence.take(2);
  await clock.advance(10_000);
  const [, , interval] = await watcher.presence.take(3);
  expect(watcher.presence.all.map(({ event, uuid }) => `${event} ${uuid}`)).toEqual([
    'join watcher',
    'join ann',
    'interval undefined',
  ]);
  expect(interval).toMatchObject({ channel: 'arena', occupancy: 4, joined: ['bob', 'cid'] });
});
