import { PubNub as Core } from 'timetoken/core';
import { describe, expect, test } from 'vitest';
import {
  type Answer,
  fails,
  hangs,
  lineOf,
  networkError,
  rejection,
  SENT,
  type Step,
  scriptedClient,
} from '../../../support/unit-client.ts';
import { VirtualClock } from '../../../support/virtual-clock.ts';

const SENT_AT = '16000000000000001';
const LOST = fails(networkError('ECONNRESET'));
/** What is left of the two minutes in which an origin remembers an id. */
const WINDOW = 115_000;
const SLOW = 200_000;
const LATER = 600_000;
const KEY = { cipherKey: 'enigma' };
const TICKS = 10_000;
const MINUTE = 60_000;
const BEGINNING = new VirtualClock().now();

interface Row {
  /** Milliseconds before the beginning, by the server's clock. */
  readonly age?: number;
  readonly uuid?: string | null;
  readonly meta?: unknown;
  readonly message?: unknown;
}

interface Setting {
  /** What becomes of each publish; the last one for ever. */
  readonly steps?: readonly Step[];
  readonly rows?: readonly Row[];
  /** Milliseconds by which the server's clock differs. */
  readonly ahead?: number;
  readonly history?: Step;
  readonly options?: object;
}

const MINE: Row = { uuid: 'alice', meta: { tt_id: 'x' } };

/** A client beside a server with history, and when it asked for what. */
function world({ steps = [LOST, SENT], rows = [], ahead = 0, history, options }: Setting = {}) {
  const asked: (readonly [what: string, at: number])[] = [];
  let published = 0;
  let isSlow = false;
  const step: Step = (request) => {
    const { path, query } = lineOf(request);
    const [, what = ''] = /^\/(publish|time|v3)/.exec(path) ?? [];
    asked.push([what, clock.now() - start]);
    if (what === 'time') return { body: `[${(clock.now() + ahead) * TICKS}]` };
    if (what === 'v3') return history ? play(history) : pageOf(query);
    const next = steps[Math.min(published++, steps.length - 1)] ?? SENT;
    return isSlow && published === 1 ? later().then(() => play(next)) : play(next);
    function play(given: Step): Promise<Answer> | Answer {
      return typeof given === 'function' ? given(request) : given;
    }
  };
  const all = rows.map(({ age = 0, uuid = 'alice', ...row }, index) => ({
    ...{ message: 1, meta: '', uuid, message_type: null, ...row },
    timetoken: BigInt((BEGINNING + ahead - age) * TICKS) + BigInt(index),
  }));
  // Start exclusive, end inclusive: the newest rows, oldest first.
  const pageOf = (query: Readonly<Record<string, string>>): Answer => {
    const { start: below = '9'.repeat(18), end = '0', max = '100' } = query;
    const page = all
      .filter(({ timetoken }) => timetoken < BigInt(below) && timetoken >= BigInt(end))
      .slice(-Number(max))
      .map(({ timetoken, ...row }) => ({ ...row, timetoken: `${timetoken}` }));
    return { body: JSON.stringify({ status: 200, error: false, channels: { a: page } }) };
  };
  const { pubnub, clock, close } = scriptedClient([step], { transactionalRequestTimeout: 250, ...options });
  const later = () => new Promise<void>((resolve) => void clock.setTimeout(resolve, SLOW));
  const start = clock.now();
  const publish = (more: object = {}) =>
    pubnub.publish({ channel: 'a', message: 1, id: 'x', ...more }).execute();
  /** Publishes, and lets the time of the id pass while the first attempt is under way. */
  const late = async (more: object = {}) => {
    isSlow = true;
    let isOver = false;
    const outcome = publish(more)
      .catch((error: unknown) => error)
      .finally(() => {
        isOver = true;
      });
    // Encryption takes real turns.
    await sentBy(1);
    for (let turn = 0; turn < 2_000 && !isOver; turn++) await clock.advance(1_000);
    return outcome;
  };
  /** Lets time pass until there were so many publishes. */
  const sentBy = async (count: number) => {
    for (let turn = 0; turn < 5_000 && published < count; turn++) await clock.advance(1);
    expect(published).toBe(count);
  };
  const kinds = () => asked.map(([what]) => what);
  return { pubnub, clock, asked, kinds, publish, late, sentBy, close };
}
const UNKNOWN = { delivery: 'unknown', publishId: 'x' };

describe('an attempt whose id may be forgotten is looked up', () => {
  test('and ends with the message that history has, as a duplicate', async () => {
    const { late, kinds, close } = world({ rows: [MINE] });
    const timetoken = `${BEGINNING}0000`;
    expect(await late()).toEqual({ timetoken, id: 'x', isDuplicate: true });
    expect(kinds()).toEqual(['publish', 'time', 'v3']);
    await close();
  });

  test('and is published again when history certainly has it not, asked four times', async () => {
    const { late, kinds, asked, close } = world({ rows: [{ age: MINUTE, meta: { tt_id: 'y' } }] });
    expect(await late()).toEqual({ timetoken: SENT_AT, id: 'x' });
    const once = ['time', 'v3'];
    expect(kinds()).toEqual(['publish', ...once, ...once, ...once, ...once, 'publish']);
    // History may lag behind.
    const [first = 0, last = 0] = [asked[1]?.[1], asked.at(-1)?.[1]];
    expect(last - first).toBe(11_000);
    await close();
  });

  test('and found when history lags behind', async () => {
    let reads = 0;
    const history = (): Answer => {
      const timetoken = `${BEGINNING}0007`;
      const rows = ++reads < 3 ? [] : [{ ...MINE, message: 1, timetoken }];
      return { body: JSON.stringify({ status: 200, error: false, channels: { a: rows } }) };
    };
    const { late, close } = world({ history });
    expect(await late()).toEqual({ timetoken: `${BEGINNING}0007`, id: 'x', isDuplicate: true });
    expect(reads).toBe(3);
    await close();
  });

  test('has a new window when it was not taken, and its failure speaks of that one', async () => {
    const refused = { status: 403, body: '{"status":403,"error":true}' };
    const { late, kinds, close } = world({ steps: [LOST, refused] });
    expect(await late()).toMatchObject({ delivery: 'rejected', publishId: 'x' });
    expect(kinds().filter((what) => what === 'publish')).toHaveLength(2);
    await close();
  });

  test.each<[string, Row]>([
    ['a longer meta', { ...MINE, meta: { lang: 'en', tt_id: 'x' } }],
    ['bytes that nobody can decrypt', { ...MINE, message: 'AAAA' }],
    ['a row from the first moment of the call', { ...MINE, age: 1 }],
    ['a server clock that is behind by nine minutes', { ...MINE, age: 9 * MINUTE }],
  ])('and found by %s', async (_, row) => {
    const { late, close } = world({ rows: [row], options: KEY });
    expect(await late()).toMatchObject({ id: 'x', isDuplicate: true });
    await close();
  });

  test.each([
    ['days ahead', 4 * 24 * 60 * MINUTE],
    ['days behind', -4 * 24 * 60 * MINUTE],
  ])('by the server time, however wrong the own clock is: %s', async (_, ahead) => {
    const { late, close } = world({ rows: [MINE], ahead });
    expect(await late()).toMatchObject({ timetoken: `${BEGINNING + ahead}0000`, isDuplicate: true });
    await close();
  });

  test.each<[string, Row]>([
    ['of another publisher', { ...MINE, uuid: 'bob' }],
    ['of a publisher without a name', { ...MINE, uuid: null }],
    ['with another id', { ...MINE, meta: { tt_id: 'X' } }],
    ['with an id that is a number', { ...MINE, meta: { tt_id: 0 } }],
    ['with an id deeper in meta', { ...MINE, meta: { a: { tt_id: 'x' } } }],
    ['with a meta that is text', { ...MINE, meta: '{"tt_id":"x"}' }],
    ['that is an older use of the id', { ...MINE, age: 2 * 60 * MINUTE }],
  ])('and not taken for a row %s', async (_, row) => {
    const { late, kinds, close } = world({ rows: [row] });
    expect(await late()).toEqual({ timetoken: SENT_AT, id: 'x' });
    expect(kinds().filter((what) => what === 'publish')).toHaveLength(2);
    await close();
  });

  test('also the message of a file', async () => {
    const { pubnub, clock, close } = world({
      rows: [{ ...MINE, message: { file: { id: 'f', name: 'n' } } }],
    });
    const given = { channel: 'a', fileId: 'f', fileName: 'n', id: 'x' };
    const sent = pubnub.publishFileMessage(given).execute();
    await clock.advance(1);
    clock.jump(LATER);
    await clock.advance(MINUTE);
    expect(await sent).toMatchObject({ id: 'x', isDuplicate: true });
    await close();
  });
});

describe('nobody can tell what became of it, and it is not sent again,', () => {
  const FORBIDDEN: Answer = { status: 403, body: '{"status":403,"error":true,"message":"no"}' };
  const many = (length: number): Row[] =>
    Array.from({ length }, (_, index) => ({ meta: { tt_id: `other-${index}` } }));

  test.each<[string, Setting, object?]>([
    ['if it is not to be stored', {}, { shouldStore: false }],
    ['if history may not be read', { history: FORBIDDEN }],
    ['if history cannot be reached', { history: LOST }],
    ['if history is no history', { history: { body: '<html>' } }],
    ['if history does not answer', { history: hangs }],
    ['if more than 5 000 messages came since', { rows: [MINE, ...many(5_000)] }],
  ])('%s', async (_, setting, more) => {
    const { late, kinds, close } = world(setting);
    expect(await late(more)).toMatchObject(UNKNOWN);
    expect(kinds().filter((what) => what === 'publish')).toHaveLength(1);
    await close();
  });

  test.each([
    ['the wall clock was set forward', 'jump'],
    ['the machine slept, whose proxy may still have the request', 'sleep'],
  ] as const)('if %s: it may yet arrive', async (_, how) => {
    const { publish, kinds, clock, close } = world();
    const failed = rejection(publish());
    await clock.advance(1);
    await clock[how](LATER);
    await clock.advance(2 * MINUTE);
    expect(await failed).toMatchObject(UNKNOWN);
    expect(kinds().filter((what) => what === 'publish')).toHaveLength(1);
    await close();
  });

  test('in a client without the feature storage', async () => {
    const clock = new VirtualClock();
    let requests = 0;
    const transport = async (): Promise<never> => {
      requests++;
      throw networkError('ECONNRESET');
    };
    const keys = { subscribeKey: 'demo', publishKey: 'demo', userId: 'alice' };
    const pubnub = new Core({ ...keys, transport, clock, random: () => 0 });
    const failed = rejection(pubnub.publish({ channel: 'a', message: 1, id: 'x' }).execute());
    await clock.advance(1);
    clock.jump(LATER);
    await clock.advance(MINUTE);
    expect(await failed).toMatchObject(UNKNOWN);
    expect(requests).toBe(1);
    const closed = pubnub.close();
    await clock.advance(200);
    await closed;
  });

  test('but is found among 5 000', async () => {
    const { late, close } = world({ rows: [MINE, ...many(4_999)] });
    expect(await late()).toMatchObject({ isDuplicate: true });
    await close();
  });

  test('and the limits of the call hold: its timeout and its signal', async () => {
    const { publish, clock, pubnub, close } = world({ steps: [LOST], history: hangs });
    const controller = new AbortController();
    const { signal } = controller;
    const given = { channel: 'a', message: 1, id: 'x' };
    const timed = rejection(pubnub.publish(given).execute({ timeout: 20_000 }));
    const aborted = rejection(pubnub.publish(given).execute({ signal }));
    const hanging = rejection(publish());
    await clock.advance(1);
    clock.jump(LATER);
    await clock.advance(5_000);
    controller.abort();
    expect(await aborted).toMatchObject(UNKNOWN);
    await clock.advance(20_000);
    expect(await timed).toMatchObject(UNKNOWN);
    await close();
    expect(await hanging).toMatchObject(UNKNOWN);
  });
});

describe('the window', () => {
  test.each(Array.from({ length: 13 }, (_, index) => 113_500 + index * 250))(
    'ends 115 s after the first attempt by the wall clock (%i ms asleep)',
    async (asleep) => {
      const { publish, asked, clock, close } = world({ rows: [MINE] });
      const sent = publish();
      await clock.advance(1);
      await clock.sleep(asleep);
      await clock.advance(MINUTE);
      await sent;
      const [what, at = 0] = asked[1] ?? [];
      expect(what).toBe(at < WINDOW ? 'publish' : 'time');
      await close();
    },
  );

  test.each([
    [113, 'publish'],
    [116, 'time'],
  ])(
    'and by the monotonic clock, when the wall clock is set back (%i s unanswered)',
    async (seconds, next) => {
      const options = { transactionalRequestTimeout: seconds };
      const { publish, kinds, clock, close } = world({ steps: [hangs, SENT], rows: [MINE], options });
      const sent = publish();
      await clock.advance(1_000);
      clock.jump(-LATER);
      await clock.advance(3 * MINUTE);
      await sent;
      expect(kinds()[1]).toBe(next);
      await close();
    },
  );

  test('counts from the first attempt, not from the last', async () => {
    const { publish, clock, kinds, sentBy, close } = world({ steps: [LOST, LOST, SENT], rows: [MINE] });
    const sent = publish();
    await sentBy(1);
    await clock.sleep(100_000);
    await sentBy(2);
    await clock.sleep(20_000);
    await clock.advance(MINUTE);
    expect(await sent).toMatchObject({ isDuplicate: true });
    expect(kinds()).toEqual(['publish', 'publish', 'time', 'v3']);
    await close();
  });
});
