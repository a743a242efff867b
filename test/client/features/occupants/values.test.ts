import type { Occupant } from 'timetoken/features';
import { describe, expect, it } from 'vitest';
import { namesOf, played, watching } from '../../../support/occupants-watch.ts';

describe('the values of a set of occupants', () => {
  it('are frozen, and apart from what other listeners get', async () => {
    const { network, pubnub, people } = watching();
    const mutable = network.client('mutable', { freezePayloads: false, logger: {} });
    const set = mutable.occupants('room');
    const own = mutable.subscribe().channels('room-pnpres').execute();
    own.on('presence', ({ state }) => Object.assign(Object(state?.['deep']), { changed: true }));
    await network.join('room', 'early', { name: 'Early', deep: { list: [{ a: 1 }] } });
    await Promise.all([people.synced(), set.synced(), own.connected()]);
    const lists: (readonly Occupant[])[] = [];
    set.on('join', (list) => lists.push(list));
    await network.join('room', 'ann', { name: 'Ann', deep: { list: [{ a: 1 }] } });
    expect(set.get('ann')).toEqual({
      uuid: 'ann',
      name: 'Ann',
      state: { name: 'Ann', deep: { list: [{ a: 1 }] } },
    });
    expect(lists.every((list) => Object.isFrozen(list))).toBe(true);
    for (const one of [...set, ...people]) {
      expect(Object.isFrozen(one)).toBe(true);
      const { deep } = one.state as { deep: { list: object[] } };
      for (const part of [one.state, deep, deep.list, deep.list[0]]) expect(Object.isFrozen(part)).toBe(true);
    }
    await pubnub.close();
  });

  it.each<[object, string | undefined]>([
    [{ name: 'Ann', username: 'ann7' }, 'Ann'],
    [{ username: 'ann7' }, 'ann7'],
    [{ name: '', username: 'ann7' }, 'ann7'],
    [{ name: 7, username: 'ann7' }, 'ann7'],
    [{ name: { first: 'Ann' } }, undefined],
    [{ mood: 'fine' }, undefined],
  ])('have the name that the state %j gives', async (state, name) => {
    const { network, people } = watching();
    await people.synced();
    await network.join('room', 'ann', { ...state });
    expect(people.get('ann')?.name).toBe(name);
    expect('name' in Object(people.get('ann'))).toBe(name !== undefined);
  });

  it('change as a whole with a state, and lose it with an empty one', async () => {
    const { network, people, told } = watching();
    await network.join('room', 'ann', { name: 'Ann', mood: 'fine' });
    await people.synced();
    const early = people.get('ann');
    await network.setState('room', 'ann', { mood: 'bad' });
    expect(people.get('ann')).toEqual({ uuid: 'ann', state: { mood: 'bad' } });
    // The same members in another order are the same state.
    await network.setState('room', 'ann', { mood: 'bad', at: [1, { b: 2, c: 3 }] });
    await network.setState('room', 'ann', { at: [1, { c: 3, b: 2 }], mood: 'bad' });
    await network.setState('room', 'ann', {});
    expect(people.get('ann')).toEqual({ uuid: 'ann' });
    // Of somebody who is not there.
    await network.setState('room', 'nobody', { mood: 'gone' });
    expect(told.slice(-3)).toEqual(['update ann', 'update ann', 'update ann']);
    expect(early).toEqual({ uuid: 'ann', name: 'Ann', state: { name: 'Ann', mood: 'fine' } });
    expect(namesOf(people)).toEqual(['ann']);
  });

  it('take states and names of any depth and kind', async () => {
    const odd: Record<string, unknown> = JSON.parse('{"__proto__":{"name":"no"},"constructor":[null]}');
    let more: object = {};
    // `JSON.stringify` could not write the answer.
    const body = () => {
      const text = `${'[{"a":'.repeat(50_000)}1${'}]'.repeat(50_000)}`;
      const users = `[{"uuid":"__proto__","state":{"deep":${text}}},${JSON.stringify({ uuid: 'odd', state: { ...odd, ...more } })}]`;
      return { body: `{"status":200,"occupancy":2,"uuids":${users}}` };
    };
    const { pubnub, clock, close, people, told, tell } = played(body);
    await clock.advance(100);
    expect(told).toEqual(['sync __proto__,odd']);
    expect(people.get('odd')?.name).toBeUndefined();
    await tell({ action: 'state-change', uuid: 'odd', occupancy: 2, data: { mood: 'fine' } });
    await tell({ action: 'state-change', uuid: 'odd', occupancy: 2, data: odd });
    more = { more: true };
    pubnub.disconnect();
    pubnub.reconnect();
    await clock.advance(30_000);
    expect(told.slice(1)).toEqual(['update odd', 'update odd', 'update odd', 'sync __proto__,odd']);
    expect(people.complete).toBe(true);
    expect(JSON.stringify(people.get('odd')?.state)).toBe(
      '{"__proto__":{"name":"no"},"constructor":[null],"more":true}',
    );
    await close();
  });

  it('may change while a program loops over them', async () => {
    const { network, people } = watching();
    for (const user of ['ann', 'bob', 'eve']) await network.join('room', user);
    await people.synced();
    const seen: string[] = [];
    for (const { uuid } of people) {
      seen.push(uuid);
      await network.leave('room', 'eve');
      await network.join('room', `x${seen.length}`);
    }
    expect(seen.toSorted()).toEqual(['ann', 'bob', 'eve']);
    expect(people.size).toBe(5);
  });
});
