import { describe, expect, it } from 'vitest';
import { listing, namesOf, played, questions, watching } from '../../../support/occupants-watch.ts';

const users = (count: number, from = 0) => Array.from({ length: count }, (_, index) => `u${from + index}`);

/** A server with so many users, which lists a thousand at a time. */
function crowd(count: () => number) {
  return (offset: number) => listing(users(Math.max(0, Math.min(1_000, count() - offset)), offset), count());
}

describe('a set of many occupants', () => {
  it('has all users of a channel that here-now lists in pages', async () => {
    const { network, people, told, names } = watching({
      limits: { occupants: 1_000, announceMax: 5, announceSeconds: 2 },
    });
    const all = users(1_205);
    const beats = all.map((user) =>
      network.fetch(`http://origin/v2/presence/sub-key/demo/channel/room/heartbeat?uuid=${user}`),
    );
    await Promise.all(beats);
    await network.settled(people.synced());
    await network.clock.advance(60_000);
    expect(people).toMatchObject({ size: 1_205, complete: true });
    expect(names()).toEqual(all.toSorted());
    expect(told[0]).toMatch(/^sync /);
    // Two pages each time, and few times.
    expect(questions(network)).toBeLessThanOrEqual(8);
    await network.leave('room', 'u1204');
    await network.clock.advance(60_000);
    expect(people).toMatchObject({ size: 1_204, complete: true });
  });

  it('has 10 000 users and says so', async () => {
    const { people, clock, asked, close } = played(crowd(() => 10_000));
    await clock.advance(3_600_000);
    expect(people).toMatchObject({ size: 10_000, complete: true });
    expect(asked).toHaveLength(10);
    await close();
  });

  it('is not complete above that, does not ask in vain, and asks when there is room', async () => {
    let count = 12_345;
    const { people, clock, asked, close, tell, told } = played(crowd(() => count));
    await clock.advance(3_600_000);
    expect(people).toMatchObject({ size: 10_000, complete: false });
    await people.synced();
    expect(asked).toHaveLength(10);
    // No room for somebody who comes, and nobody is told of.
    await tell({ action: 'join', uuid: 'late', occupancy: ++count });
    await clock.advance(3_600_000);
    expect(people.get('late')).toBeUndefined();
    expect(people).toMatchObject({ size: 10_000, complete: false });
    expect(asked).toHaveLength(10);
    count = 9_500;
    await tell({ action: 'leave', uuid: 'u9999', occupancy: count });
    await clock.advance(600_000);
    expect(people).toMatchObject({ size: 9_500, complete: true });
    expect(told.slice(1).map((line) => line.split(' ')[0])).toEqual(['leave', 'leave', 'sync']);
    expect(asked).toHaveLength(20);
    await close();
  });

  it('is not complete with states that are too large, and holds what fits', async () => {
    const state = { text: 'x'.repeat(30_000) };
    const { people, clock, asked, close } = played(() =>
      listing(users(200).map((uuid) => ({ uuid, state }))),
    );
    await clock.advance(100);
    expect(people.complete).toBe(false);
    expect(people.size).toBeGreaterThan(100);
    expect(people.size).toBeLessThan(142);
    await clock.advance(3_600_000);
    expect(asked.length).toBeLessThan(20);
    await close();
  });

  it.each<[string, (offset: number) => ReturnType<typeof listing>, number]>([
    ['lists the same users in each page', () => listing(users(1_000), 5_000), 2],
    ['lists nobody, and counts many', () => listing([], 5_000), 1],
    ['lists one user in each page', (offset) => listing(users(1, offset), 5_000), 10],
    ['counts fewer than it lists', () => listing(users(20), 3), 1],
  ])('bounds its requests at a server that %s', async (_, answer, pages) => {
    const { people, clock, asked, close } = played(answer);
    await clock.advance(100);
    expect(asked).toHaveLength(pages);
    await people.synced();
    await clock.advance(3_600_000);
    expect(asked.length).toBeLessThanOrEqual(pages * 18);
    await close();
  });
});

describe('intervals', () => {
  it('tell who came and went, without states until the next list', async () => {
    const { network, people, told } = watching({ limits: { announceMax: 3, announceSeconds: 5 } });
    for (const user of ['a', 'b', 'c', 'd']) await network.join('room', user, { name: user.toUpperCase() });
    await network.settled(people.synced());
    await network.clock.advance(60_000);
    told.length = 0;
    await network.join('room', 'e', { name: 'E' });
    await network.join('room', 'f', { name: 'F' });
    await network.leave('room', 'a');
    await network.timeout('room', 'b');
    await network.clock.advance(30_000);
    expect(told.filter((line) => !line.startsWith('sync')).toSorted()).toEqual(['join e,f', 'leave a,b']);
    expect(namesOf(people)).toEqual(['c', 'd', 'e', 'f']);
    expect(people.complete).toBe(true);
    expect(people.get('e')).toEqual({ uuid: 'e' });
    expect(people.get('c')?.name).toBe('C');
    network.offline();
    await network.clock.advance(1_000);
    network.online();
    const synced = people.synced();
    await network.clock.advance(60_000);
    await synced;
    expect(people.get('e')).toEqual({ uuid: 'e', name: 'E', state: { name: 'E' } });
    expect(told.some((line) => /^update .*[ef]/.test(line))).toBe(true);
  });

  it('that name a user twice, or are too long, make it look again', async () => {
    let there = ['ann', 'bob'];
    const { people, clock, close, tell, told, asked } = played(() => listing(there));
    await clock.advance(100);
    expect(told).toEqual(['sync ann,bob']);
    // Whether she came or went last, the number fits by chance.
    await tell({ action: 'interval', occupancy: 3, join: ['eve'], leave: ['eve'] });
    expect(people.complete).toBe(true);
    there = ['ann', 'bob', 'kim'];
    await clock.advance(30_000);
    expect(asked).toHaveLength(2);
    expect(told.slice(1)).toEqual(['join eve', 'leave eve', 'join kim', 'sync ann,bob,kim']);
    there = ['zoe'];
    await tell({ action: 'interval', occupancy: 1, here_now_refresh: true });
    expect(people.complete).toBe(false);
    await clock.advance(30_000);
    expect(asked).toHaveLength(3);
    expect(told.slice(-3)).toEqual(['leave ann,bob,kim', 'join zoe', 'sync zoe']);
    await close();
  });

  it('that only count make it look again, unless the number comes right', async () => {
    let there = ['ann'];
    const { people, clock, close, tell, asked } = played(() => listing(there));
    await clock.advance(100);
    await tell({ action: 'interval', occupancy: 2 });
    await tell({ action: 'join', uuid: 'bob', occupancy: 2 });
    there = ['ann', 'bob'];
    await clock.advance(60_000);
    expect(asked).toHaveLength(1);
    await tell({ action: 'interval', occupancy: 3 });
    expect(people.complete).toBe(false);
    there = ['ann', 'bob', 'eve'];
    await clock.advance(60_000);
    expect(asked).toHaveLength(2);
    expect(people).toMatchObject({ size: 3, complete: true });
    await close();
  });

  it('of any shape do no harm', async () => {
    const { people, clock, close, tell, asked } = played(() => listing(['ann']));
    await clock.advance(100);
    await tell(
      { action: 'interval', occupancy: 'many', join: 7, leave: [null, {}], timeout: 'x' },
      { action: 'join', occupancy: 1 },
      { action: 'leave', uuid: 5, occupancy: null },
      { action: 'state-change', uuid: 'ann', data: [1], occupancy: 1 },
      { action: 'dance', uuid: 'ann' },
    );
    await clock.advance(3_600_000);
    expect(namesOf(people)).toEqual(['ann']);
    expect(asked.length).toBeLessThan(20);
    await close();
  });
});
