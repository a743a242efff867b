import type { OccupantSet } from 'timetoken/features';
import type { TestNetwork } from 'timetoken/testing';
import { describe, expect, it } from 'vitest';
import { listing, namesOf, notes, played, questions, watching } from '../../../support/occupants-watch.ts';
import { type Answer, rejection } from '../../../support/unit-client.ts';

const ENDED = {
  code: 'PN-2003',
  message: expect.stringContaining('The occupants of "room" are followed no longer.'),
};

/** What holds of a set that has ended, whatever ended it. */
async function expectEnded(network: TestNetwork, people: OccupantSet): Promise<void> {
  expect(people.complete).toBe(false);
  expect(await rejection(people.synced())).toMatchObject(ENDED);
  const told = notes(people);
  const before = namesOf(people);
  const asked = questions(network);
  await network.join('room', 'late');
  await network.clock.advance(600_000);
  expect(told).toEqual([]);
  expect(namesOf(people)).toEqual(before);
  expect(questions(network)).toBe(asked);
  await people.close();
}

/** Requests of the watcher that have no answer yet. */
function open(network: TestNetwork): readonly string[] {
  return network
    .transcript()
    .filter(({ outcome, userId }) => outcome === 'open' && userId === 'watcher')
    .map(({ operation }) => operation);
}

describe('the end of a set of occupants', () => {
  it.each<[string, (given: ReturnType<typeof watching>) => unknown]>([
    ['close()', ({ people }) => people.close()],
    ['await using', async ({ people }) => void (await people[Symbol.asyncDispose]())],
    ['unsubscribeAll()', ({ pubnub }) => pubnub.unsubscribeAll()],
    ['unsubscribe() of the channel', ({ pubnub }) => pubnub.unsubscribe().channels('room').execute()],
    ['close() of the client', ({ pubnub }) => pubnub.close()],
  ])('comes with %s, and leaves what it had, and neither timer nor request', async (_, end) => {
    const given = watching();
    const { network, people, told } = given;
    await network.join('room', 'ann');
    await people.synced();
    const idle = network.clock.pending;
    const count = told.length;
    await end(given);
    await network.idle();
    expect(open(network)).toEqual([]);
    expect(network.clock.pending).toBeLessThanOrEqual(idle);
    expect(namesOf(people)).toEqual(['ann']);
    expect(told.length).toBe(count);
    await expectEnded(network, people);
    await given.pubnub.close();
    await network.idle();
    // The origin keeps those of the users who are there.
    expect(open(network)).toEqual([]);
  });

  it.each<[string, (given: ReturnType<typeof watching>) => unknown]>([
    ['close()', ({ people }) => people.close()],
    ['unsubscribeAll()', ({ pubnub }) => pubnub.unsubscribeAll()],
    ['close() of the client', ({ pubnub }) => pubnub.close()],
  ])('comes with %s while the set asks, and ends the request and the waits', async (_, end) => {
    const signals: AbortSignal[] = [];
    const given = watching(
      {},
      {
        fetch: (request) => {
          if (request.url.includes('/v2/presence/')) signals.push(request.signal);
          return given.network.fetch(request);
        },
      },
    );
    const { network, people } = given;
    network.fail('hereNow', { with: 'hang' });
    await network.idle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([false]);
    const waits = [rejection(people.synced()), rejection(people.synced())];
    await network.idle();
    await end(given);
    for (const wait of waits) expect(await wait).toMatchObject(ENDED);
    await network.idle();
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
    expect(open(network)).toEqual([]);
    await expectEnded(network, people);
  });

  it.each<[string, (given: ReturnType<typeof watching>) => unknown, object]>([
    ['close()', ({ people }) => people.close(), ENDED],
    ['unsubscribeAll()', ({ pubnub }) => pubnub.unsubscribeAll(), ENDED],
    ['close() of the client', ({ pubnub }) => pubnub.close(), ENDED],
    ['disconnect()', ({ pubnub }) => pubnub.disconnect(), { code: 'PN-2003' }],
  ])('ends a wait with %s in the listener that hears of the connection', async (_, end, reason) => {
    const watched = watching();
    const { network } = watched;
    const pubnub = network.client('bob');
    pubnub.subscribe().channels('other').execute();
    const given = { ...watched, pubnub, people: pubnub.occupants('room') };
    const { people } = given;
    pubnub.on('status', ({ category }) => void (category === 'PNConnectedCategory' && end(given)));
    const wait = rejection(people.synced());
    await network.clock.advance(60_000);
    expect(await wait).toMatchObject(reason);
  });

  it('comes before the subscription is accepted, in the same turn and later', async () => {
    const { network, pubnub, people } = watching();
    const first = rejection(people.synced());
    await people.close();
    expect(await first).toMatchObject({ code: 'PN-2003' });
    network.delay(1_000);
    const other = pubnub.occupants('room');
    const second = rejection(other.synced());
    await network.clock.advance(100);
    await pubnub.close();
    expect(await second).toMatchObject({ code: 'PN-2003' });
    await network.clock.advance(5_000);
    expect(questions(network)).toBe(0);
    await expectEnded(network, other);
    expect(() => pubnub.occupants('room')).toThrow(expect.objectContaining({ code: 'PN-2004' }));
  });

  it('takes the timer of the next question along', async () => {
    const { network, pubnub, people } = watching();
    await people.synced();
    network.offline();
    await network.clock.advance(100);
    network.online();
    await network.clock.advance(4_000);
    expect(pubnub.state).toBe('connected');
    expect(people.complete).toBe(false);
    const before = network.clock.pending;
    await people.close();
    await network.idle();
    expect(network.clock.pending).toBeLessThan(before);
    await expectEnded(network, people);
  });

  it.each<[string, () => Promise<Answer> | Answer]>([
    ['answers', () => listing(['ann'])],
    ['does not answer', () => new Promise<never>(() => {})],
    ['fails', () => ({ status: 500 })],
  ])('leaves no timer once the client is closed, at a server that %s', async (_, answer) => {
    const { clock, close, people, asked } = played(answer);
    await clock.advance(1_000);
    expect(asked.length).toBeGreaterThan(0);
    await close();
    expect(clock.pending).toBe(0);
    expect(await rejection(people.synced())).toMatchObject(ENDED);
  });
});

describe('what names no channel', () => {
  it.each<[unknown, RegExp]>([
    ['', /must not be empty/],
    ['news.*', /a single channel, not a wildcard/],
    ['room-pnpres', /without the suffix -pnpres/],
    ['-pnpres', /without the suffix -pnpres/],
    ['a,b', /comma/],
    ['..', /path segment/],
    ['x'.repeat(93), /at most 92 characters/],
    [undefined, /must be a string, not undefined/],
    [['room'], /must be a string, not an array/],
  ])('is refused: %j', async (name, message) => {
    const { network, pubnub, people } = watching();
    // @ts-expect-error what a program without types may give
    expect(() => pubnub.occupants(name)).toThrow(
      expect.objectContaining({ code: 'PN-1002', message: expect.stringMatching(message) }),
    );
    await people.synced();
    expect(network.subscriptions).toEqual(['room-pnpres']);
  });
});
