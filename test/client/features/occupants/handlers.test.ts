import type { OccupantSet } from 'timetoken/features';
import { describe, expect, it } from 'vitest';
import { listing, namesOf, played, watching } from '../../../support/occupants-watch.ts';

/** A set whose failed handlers are noted. */
function noting() {
  const given = watching();
  const failures: unknown[] = [];
  given.pubnub.on('listenerError', (event) => failures.push(event));
  return { ...given, failures };
}

// A promise of another library, which rejects.
function thenable(base: object): object {
  const then = (_: unknown, no: (error: Error) => void) => no(new Error('mine'));
  return Object.defineProperty(base, 'then', { value: then });
}

describe('the handlers of a set of occupants', () => {
  it.each<[string, () => unknown]>([
    [
      'throw',
      () => {
        throw new Error('mine');
      },
    ],
    ['reject', () => Promise.reject(new Error('mine'))],
    ['give what rejects', () => thenable({})],
    ['give a function that rejects', () => thenable(() => 1)],
    [
      'give what cannot be read',
      () =>
        Object.defineProperty({}, 'then', {
          get() {
            throw new Error('mine');
          },
        }),
    ],
  ])('may %s: it is reported, and the others are called', async (_, fail) => {
    const { network, people, failures } = noting();
    const told: string[] = [];
    for (const type of ['sync', 'join', 'update', 'leave'] as const) {
      people.on(type, fail);
      people.on(type, () => told.push(type));
    }
    await people.synced();
    await network.join('room', 'ann');
    await network.setState('room', 'ann', { mood: 'fine' });
    await network.leave('room', 'ann');
    const order = ['sync', 'join', 'update', 'leave'];
    expect(told).toEqual(order);
    expect(failures).toEqual(
      order.map((type) => ({
        event: `occupants ${type}`,
        error: expect.objectContaining({ message: 'mine' }),
      })),
    );
    expect(people.complete).toBe(true);
  });

  it('fail to the log where nobody listens', async () => {
    const { clock, close, people, logs } = played(() => listing([]));
    people.on('sync', () => {
      throw new Error('mine');
    });
    await clock.advance(100);
    const error = expect.objectContaining({ message: 'mine' });
    expect(logs).toContainEqual(['a listener failed', { event: 'occupants sync', error }]);
    await close();
  });

  it('are removed by what on() returns, also by one another, and each by itself', async () => {
    const { network, people } = watching();
    await people.synced();
    const told: string[] = [];
    const same = () => told.push('same');
    const offs = [people.on('join', same), people.on('join', same)];
    people.on('join', () => {
      told.push('first');
      offLast();
      people.on('join', () => told.push('new'));
    });
    const offLast = people.on('join', () => told.push('last'));
    offs[0]?.();
    offs[0]?.();
    await network.join('room', 'ann');
    expect(told).toEqual(['same', 'first']);
    offs[1]?.();
    await network.join('room', 'bob');
    expect(told).toEqual(['same', 'first', 'first', 'new']);
  });

  it('stay when the listeners of the client are removed', async () => {
    const { network, pubnub, people, told } = watching();
    await people.synced();
    pubnub.removeAllListeners();
    await network.join('room', 'ann');
    network.offline();
    await network.clock.advance(1_000);
    expect(people.complete).toBe(false);
    network.online();
    await network.settled(people.synced());
    expect(told).toEqual(['sync ', 'join ann', 'sync ann']);
  });

  it('are refused for another event, and without a function', async () => {
    const { people } = watching();
    const wrong = (type: unknown, handler: unknown) => () =>
      Reflect.apply(people.on, people, [type, handler]);
    expect(wrong('joined', () => 1)).toThrow(
      expect.objectContaining({
        code: 'PN-1002',
        message: expect.stringMatching(/"joined" is no event.*one of sync, join/),
      }),
    );
    for (const type of [undefined, 7, Symbol('join'), 'toString'])
      expect(wrong(type, () => 1)).toThrow(expect.objectContaining({ code: 'PN-1002' }));
    expect(wrong('join', { handleEvent() {} })).toThrow(/must be a function/);
  });

  it.each(['sync', 'join', 'leave', 'update'] as const)('may close the set, in "%s"', async (type) => {
    const { network, pubnub, people, told } = watching();
    const after: string[] = [];
    people.on(type, () => void people.close());
    people.on(type, () => after.push(type));
    // It was in step, whatever a handler does then.
    await people.synced();
    await network.join('room', 'ann');
    await network.setState('room', 'ann', { mood: 'fine' });
    await network.join('room', 'bob');
    await network.leave('room', 'ann');
    expect(after).toEqual([]);
    expect(told.filter((line) => line.startsWith(type))).toHaveLength(1);
    expect(told.at(-1)).toContain(type);
    expect(people.complete).toBe(false);
    await network.idle();
    expect(pubnub.state).toBe('idle');
  });

  it('may close it while corrections are told', async () => {
    const { network, people, told } = watching({ limits: { queueLength: 1 } });
    await network.join('room', 'ann');
    await people.synced();
    people.on('leave', () => people.close());
    network.offline();
    await network.clock.advance(1_000);
    await network.leave('room', 'ann');
    await network.join('room', 'bob');
    await network.setState('room', 'bob', { mood: 'fine' });
    network.online();
    const synced = people.synced();
    await network.clock.advance(60_000);
    await synced;
    expect(told).toEqual(['sync ann', 'leave ann']);
    expect(namesOf(people)).toEqual(['bob']);
  });

  it('call back into the client and the set', async () => {
    const { network, pubnub, people } = watching();
    const more: OccupantSet[] = [];
    people.on('join', ([one]) => {
      more.push(pubnub.occupants(`of-${one?.uuid}`), pubnub.occupants('room'));
      pubnub.disconnect();
      pubnub.reconnect();
    });
    people.on('sync', () => people.synced());
    await people.synced();
    await network.join('room', 'ann');
    await network.clock.advance(60_000);
    for (const set of [people, ...more]) expect(set.complete).toBe(true);
    expect(more.map(({ size }) => size)).toEqual([0, 1]);
  });
});
