import { describe, expect, it } from 'vitest';
import { listing, namesOf, played, questionTimes, watching } from '../../../support/occupants-watch.ts';
import { type Answer, networkError } from '../../../support/unit-client.ts';

const HOUR = 3_600_000;

/** The least time between two entries. */
function leastBetween(times: readonly number[]): number {
  return Math.min(...times.slice(1).map((time, index) => time - (times[index] ?? 0)));
}

describe('the requests of a set of occupants', () => {
  it.each<[string, () => Answer | Promise<Answer>]>([
    ['refuses', () => ({ status: 403, body: '{"status":403,"error":true,"message":"Forbidden"}' })],
    ['is too busy', () => ({ status: 429 })],
    ['fails', () => ({ status: 500 })],
    ['knows no such thing', () => ({ status: 404 })],
    ['answers with a page', () => ({ body: '<html>' })],
    ['answers with nothing', () => ({ body: '' })],
    ['answers with another shape', () => ({ body: '{"uuids":"ann"}' })],
    ['lists no users', () => listing([7, null])],
    ['breaks the connection', () => Promise.reject(networkError('ECONNRESET'))],
    ['never answers', () => new Promise<never>(() => {})],
  ])('grow rare at a server whose here-now %s, and tell of it, until it works', async (_, answer) => {
    let isBroken = true;
    const { people, clock, asked, close, told } = played(() => (isBroken ? answer() : listing(['ann'])));
    const first = people.synced().then(
      () => 'done',
      (error: unknown) => error,
    );
    await clock.advance(HOUR);
    expect(await first).toMatchObject({ code: expect.stringMatching(/^PN-/) });
    expect(told).toEqual([]);
    expect(people).toMatchObject({ size: 0, complete: false });
    const early = asked.length;
    expect(early).toBeGreaterThan(5);
    // Each question is repeated as any request is.
    expect(early).toBeLessThan(80);
    await clock.advance(HOUR);
    expect(asked.length - early).toBeLessThan(60);
    isBroken = false;
    await clock.advance(330_000);
    expect(told).toEqual(['sync ann']);
    expect(people.complete).toBe(true);
    const settled = asked.length;
    await clock.advance(HOUR);
    expect(asked.length).toBe(settled);
    await close();
  });

  it('are ten seconds apart however often the connection is lost', async () => {
    const { network, people } = watching({}, { reconnectionPolicy: { delay: () => 100, minimumDelay: 100 } });
    await people.synced();
    for (let count = 0; count < 60; count++) {
      network.offline();
      await network.clock.advance(500);
      network.online();
      await network.clock.advance(4_500);
    }
    await network.clock.advance(60_000);
    const times = questionTimes(network);
    expect(times.length).toBeGreaterThan(10);
    expect(leastBetween(times)).toBeGreaterThanOrEqual(10_000);
    expect(people.complete).toBe(true);
  });

  it('are ten seconds apart also if the client is stopped while the server thinks', async () => {
    const { pubnub, people, clock, asked, close } = played(() => new Promise<never>(() => {}));
    for (let count = 0; count < 40; count++) {
      await clock.advance(4_000);
      pubnub.disconnect();
      pubnub.reconnect();
    }
    expect(asked.length).toBeGreaterThan(2);
    expect(leastBetween(asked)).toBeGreaterThanOrEqual(10_000);
    expect(people.complete).toBe(false);
    await close();
  });

  it('are ten seconds apart however often the server asks for them', async () => {
    const { people, clock, asked, close, tell } = played(() => listing(['ann']));
    await clock.advance(1);
    for (let count = 0; count < 300; count++) {
      await tell({ action: 'interval', occupancy: 1, here_now_refresh: true });
      await clock.advance(1_000);
    }
    await clock.advance(60_000);
    expect(asked.length).toBeGreaterThan(10);
    expect(leastBetween(asked)).toBeGreaterThanOrEqual(10_000);
    expect(people.complete).toBe(true);
    await close();
  });

  it('are spread over five seconds, so that the users of a channel do not ask all at once', async () => {
    const times = [0, 0.2, 0.4, 0.6, 0.8, 1].map(async (chance) => {
      const { clock, asked, close, tell } = played(() => listing([]), { random: () => chance });
      await clock.advance(60_000);
      const start = clock.now();
      await tell({ action: 'interval', occupancy: 0, here_now_refresh: true });
      await clock.advance(30_000);
      await close();
      return asked.slice(1).map((time) => time - start);
    });
    expect((await Promise.all(times)).flat()).toEqual(
      [0, 1_000, 2_000, 3_000, 4_000, 5_000].map((time) => expect.closeTo(time, -2)),
    );
  });

  it('keep events that came while the server thought', async () => {
    let finish: ((answer: Answer) => void) | undefined;
    const { people, clock, close, tell, told } = played(
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    await clock.advance(10);
    await tell(
      { action: 'join', uuid: 'bob', occupancy: 2, data: { name: 'Bob' } },
      { action: 'leave', uuid: 'ann', occupancy: 1 },
      { action: 'state-change', uuid: 'eve', occupancy: 1, data: { mood: 'new' } },
    );
    expect(told).toEqual([]);
    // Older than the events.
    finish?.(listing(['ann', { uuid: 'eve', state: { mood: 'old' } }]));
    await clock.advance(10);
    expect(namesOf(people)).toEqual(['bob', 'eve']);
    expect(people.get('eve')?.state).toEqual({ mood: 'new' });
    expect(people.get('bob')?.name).toBe('Bob');
    expect(told).toHaveLength(1);
    await close();
  });

  it('follow a gap while the client is connected', async () => {
    let there = ['ann'];
    const { pubnub, people, clock, asked, close, tell, told } = played(() => listing(there));
    const gaps: unknown[] = [];
    pubnub.on('gap', (event) => gaps.push(event));
    await clock.advance(20_000);
    // A full answer: the server may have had more.
    await tell(...Array.from({ length: 100 }, () => ({ action: 'join', uuid: 'ann', occupancy: 1 })));
    expect(gaps).toMatchObject([{ channel: 'room', presence: true }]);
    expect(people.complete).toBe(false);
    there = ['bob'];
    await clock.advance(5_000);
    expect(pubnub.state).toBe('connected');
    expect(asked).toHaveLength(2);
    expect(told.slice(1)).toEqual(['leave ann', 'join bob', 'sync bob']);
    await close();
  });

  it('follow a loss, though a wrong number that came sooner has come right again', async () => {
    let chance = 0.9;
    const { people, clock, asked, close, tell } = played(() => listing(['ann']), { random: () => chance });
    await clock.advance(20_000);
    expect(people.complete).toBe(true);
    await tell({ action: 'interval', occupancy: 1, here_now_refresh: true });
    chance = 0.1;
    await tell({ action: 'join', uuid: 'ann', occupancy: 2 });
    await tell({ action: 'join', uuid: 'ann', occupancy: 1 });
    expect([people.complete, asked.length]).toEqual([false, 1]);
    // At the time of the sooner question.
    await clock.advance(1_000);
    expect([people.complete, asked.length]).toEqual([true, 2]);
    await close();
  });

  it('of ten thousand events meanwhile are held, and no more: then it asks again', async () => {
    let finish: ((answer: Answer) => void) | undefined;
    const { people, clock, asked, close, tell } = played(
      () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
    );
    await clock.advance(10);
    for (let count = 0; count < 201; count++)
      await tell(...Array.from({ length: 50 }, () => ({ action: 'join', uuid: 'bob', occupancy: 2 })));
    finish?.(listing(['ann']));
    await clock.advance(100);
    expect(people.complete).toBe(false);
    await clock.advance(20_000);
    expect(asked).toHaveLength(2);
    finish?.(listing(['ann', 'bob']));
    await clock.advance(100);
    expect(people).toMatchObject({ size: 2, complete: true });
    await close();
  });
});
