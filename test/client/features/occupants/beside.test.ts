import { describe, expect, it } from 'vitest';
import { namesOf, notes, questions, watching } from '../../../support/occupants-watch.ts';

describe('a set of occupants beside others', () => {
  it('works with an ordinary subscription of the channel that was there before', async () => {
    const { network, pubnub, people: early } = watching();
    await early.close();
    const own = pubnub.subscribe().channels('room').withPresence().execute();
    const heard: string[] = [];
    own.on('presence', ({ event, uuid }) => heard.push(`${event} ${uuid}`));
    await own.connected();
    await network.clock.advance(60_000);
    const people = pubnub.occupants('room');
    await network.settled(people.synced());
    expect(namesOf(people)).toEqual(['watcher']);
    await network.join('room', 'ann');
    expect(namesOf(people)).toEqual(['ann', 'watcher']);
    own.unsubscribe();
    await network.clock.advance(5_000);
    expect(namesOf(people)).toEqual(['ann']);
    await network.join('room', 'bob');
    expect(namesOf(people)).toEqual(['ann', 'bob']);
    expect(heard).toEqual(['join watcher', 'join ann']);
    expect(network.subscriptions).toEqual(['room-pnpres']);
  });

  it('is independent of a second set of the channel', async () => {
    const { network, pubnub, people, told } = watching();
    await network.join('room', 'ann');
    await people.synced();
    const other = pubnub.occupants('room');
    const toldOther = notes(other);
    await network.settled(other.synced());
    await network.join('room', 'bob');
    expect(told).toEqual(['sync ann', 'join bob']);
    expect(toldOther).toEqual(told);
    await people.close();
    await network.leave('room', 'ann');
    expect(toldOther.at(-1)).toBe('leave ann');
    expect(namesOf(other)).toEqual(['bob']);
    expect(namesOf(people)).toEqual(['ann', 'bob']);
    expect(other.complete).toBe(true);
    expect(questions(network)).toBe(2);
    const third = pubnub.occupants('room');
    await other.close();
    await network.settled(third.synced());
    expect(namesOf(third)).toEqual(['bob']);
  });

  it('follows channels apart', async () => {
    const { network, pubnub, people } = watching();
    const hall = pubnub.occupants('hall');
    await network.join('hall', 'ann');
    await network.join('room', 'bob');
    await network.settled(Promise.all([people.synced(), hall.synced()]));
    await network.leave('hall', 'ann');
    expect([namesOf(people), namesOf(hall)]).toEqual([['bob'], []]);
    await pubnub.unsubscribe().channels('hall').execute();
    expect([people.complete, hall.complete]).toEqual([true, false]);
  });

  it('counts a user of several tabs once, until the last has left', async () => {
    const { network, people, told } = watching();
    await people.synced();
    const tabs = ['first', 'second', 'third'].map(() => network.client('alice', { useInstanceId: true }));
    for (const tab of tabs) await tab.subscribe().channels('room').execute().connected();
    await network.idle();
    expect(people).toMatchObject({ size: 1, complete: true });
    await tabs[0]?.close();
    await network.settled(Promise.resolve(tabs[1]?.unsubscribeAll()));
    await network.idle();
    expect(namesOf(people)).toEqual(['alice']);
    await tabs[2]?.close();
    await network.idle();
    expect(told).toEqual(['sync ', 'join alice', 'leave alice']);
    await network.clock.advance(60_000);
    expect(questions(network)).toBe(1);
  });

  it('compares again after a gap, and after the machine slept', async () => {
    const { network, people, told } = watching({ limits: { queueLength: 2, announceMax: 100 } });
    await network.join('room', 'ann');
    await people.synced();
    network.offline();
    await network.clock.advance(500);
    await network.leave('room', 'ann');
    for (const user of ['b', 'c', 'd']) await network.join('room', user);
    network.online();
    let synced = people.synced();
    await network.clock.advance(60_000);
    await synced;
    expect(namesOf(people)).toEqual(['b', 'c', 'd']);
    expect(told).toContain('leave ann');
    expect(told.at(-1)).toBe('sync b,c,d');
    await network.leave('room', 'b');
    await network.sleep(3_600_000);
    await network.join('room', 'z');
    synced = people.synced();
    await network.clock.advance(60_000);
    await synced;
    const { channels } = await network.client('other').hereNow().channels('room').execute();
    expect(namesOf(people)).toEqual(channels['room']?.occupants.map(({ uuid }) => uuid).toSorted());
    expect(people.complete).toBe(true);
  });

  it('makes the program that watches present in no channel, over a stream of requests', async () => {
    const { network, people } = watching();
    await people.synced();
    await network.clock.advance(1_200_000);
    const operations = new Set(network.transcript().map(({ operation }) => operation));
    expect([...operations].toSorted()).toEqual(['hereNow', 'subscribe']);
    await people.close();
    await network.idle();
    expect(network.transcript().some(({ operation }) => operation === 'leave')).toBe(false);
  });
});
