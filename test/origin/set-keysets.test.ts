import { describe, expect, onTestFinished, test } from 'vitest';
import { PubNub } from '../../src/index.ts';
import {
  createOrigin,
  type Engine,
  type Keyset,
  MemoryEngine,
  type OriginOptions,
} from '../../src/origin/index.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

const DEMO = { subscribeKey: 'demo', publishKey: 'demo' } as const;
const SECRET = 'a-secret-of-this-test';

function open(options: OriginOptions = {}) {
  const clock = new VirtualClock();
  const origin = createOrigin({ clock, ...options });
  onTestFinished(() => origin.close());
  const get = async (path: string, init?: RequestInit) => {
    const response = await origin.fetch(`http://origin${path}`, init);
    return { status: response.status, text: await response.text() };
  };
  const publish = (message: unknown = 1, key = 'demo') =>
    get(`/publish/demo/${key}/0/room/0/${encodeURIComponent(JSON.stringify(message))}`);
  /** A poll that finds nothing; `ended` tells whether it was answered. */
  const park = async (key = 'demo', path = `/v2/subscribe/${key}/room/0?tt=${clock.now()}9999`) => {
    const poll = { ended: false, answer: get(path) };
    void poll.answer.then(() => {
      poll.ended = true;
    });
    await settle();
    return poll;
  };
  return { clock, origin, get, publish, park };
}

/** Lets all that is under way in this process come to its end. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** An engine in memory that counts its users of each subscribe key. */
function countingEngine() {
  const users = new Map<string, number>();
  const engine = new MemoryEngine();
  const count = (key: string, more: number) => users.set(key, (users.get(key) ?? 0) + more);
  const counting: Engine = {
    isLocal: true,
    shard: (key, rules) => {
      count(key, 1);
      return engine.shard(key, rules);
    },
    release: (key) => {
      count(key, -1);
      engine.release(key);
    },
    isBlank: (key) => engine.isBlank(key),
    close: () => engine.close(),
  };
  return { users, counting };
}

describe('keysets that are replaced', () => {
  test('are served at once, and those that are gone are not', async () => {
    const { origin, publish } = open({ keysets: [DEMO] });
    expect([(await publish()).status, (await publish(1, 'other')).status]).toEqual([200, 400]);
    origin.setKeysets([{ ...DEMO, subscribeKey: 'other' }]);
    expect([(await publish()).status, (await publish(1, 'other')).status]).toEqual([400, 200]);
  });

  test.each([
    ['nothing', undefined, 'give a list of keysets, not undefined'],
    ['an empty list', [], 'keysets is an empty list'],
  ])('are not replaced by %s, which would open or close all', async (_name, none, problem) => {
    const { origin, publish } = open({ keysets: [DEMO] });
    // As plain JavaScript calls it.
    const replace = () => Reflect.apply(origin.setKeysets, undefined, [none]);
    expect(replace).toThrow(TypeError);
    expect(replace).toThrow(problem);
    expect([(await publish()).status, (await publish(1, 'other')).status]).toEqual([200, 400]);
    expect(() => createOrigin({ keysets: [] })).toThrow('keysets is an empty list');
  });

  test('stay as they were if one of the new ones is not valid', async () => {
    const { origin, publish, park } = open({ keysets: [DEMO] });
    const poll = await park();
    const replace = () => origin.setKeysets([{ subscribeKey: 'other' }, { ...DEMO, secretKey: '' }]);
    expect(replace).toThrow('keysets[1].secretKey');
    expect([(await publish()).status, (await publish(1, 'other')).status]).toEqual([200, 400]);
    expect((await poll.answer).text).toContain('"d":1');
  });

  test('keep the data of a subscribe key', async () => {
    const { origin, get, publish } = open({ keysets: [DEMO] });
    await publish('before');
    origin.setKeysets([{ ...DEMO, limits: { holdSeconds: 5 } }]);
    expect((await get('/v2/subscribe/demo/room/0?tt=1')).text).toContain('"d":"before"');
    expect((await get('/v3/history/sub-key/demo/channel/room')).text).toContain('before');
  });

  test.each<[string, readonly Keyset[], number]>([
    ['is gone', [{ subscribeKey: 'other' }], 400],
    ['asks for permissions now', [{ ...DEMO, secretKey: SECRET, access: true }], 403],
  ])('answer the parked polls of one that %s, which then is refused', async (_name, keysets, status) => {
    const { origin, park } = open({ keysets: [DEMO] });
    const poll = await park();
    origin.setKeysets(keysets);
    expect(await poll.answer).toEqual({ status: 200, text: expect.stringContaining('"m":[]') });
    expect((await (await park()).answer).status).toBe(status);
  });

  test('leave the polls of those alone that are as they were', async () => {
    const other = { subscribeKey: 'other', limits: { names: 7, files: 8 } };
    const { origin, publish, park } = open({ keysets: [DEMO, other] });
    const polls = [await park(), await park('other')];
    origin.setKeysets([{ ...other, limits: { files: 8, names: 7 } }, { ...DEMO }, { subscribeKey: 'new' }]);
    await settle();
    expect(polls.map(({ ended }) => ended)).toEqual([false, false]);
    await publish();
    expect((await polls[0]?.answer)?.text).toContain('"d":1');
  });

  test('let no poll park that came before, and has been permitted meanwhile', async () => {
    const restricted = { ...DEMO, secretKey: SECRET, access: true };
    const { origin, park, get } = open({ keysets: [restricted] });
    const poll = get('/v2/subscribe/demo/room/0?tt=99999999999999999&auth=key');
    origin.setKeysets([{ ...restricted, secretKey: 'another' }]);
    expect((await poll).status).toBe(403);
    origin.setKeysets([DEMO]);
    const early = get('/v2/subscribe/demo/room/0?tt=99999999999999999');
    origin.setKeysets([restricted]);
    expect((await early).text).toContain('"m":[]');
    expect((await (await park()).answer).status).toBe(403);
  });

  test('leave nothing open of what they replace', async () => {
    const { users, counting } = countingEngine();
    const { origin, publish, park } = open({ keysets: [DEMO], store: counting });
    await publish();
    const first = await park();
    for (let files = 1; files <= 5; files++) origin.setKeysets([{ ...DEMO, limits: { files } }]);
    await first.answer;
    await settle();
    expect(users.get('demo')).toBe(0);
    const second = await park();
    expect(users.get('demo')).toBe(1);
    // While the data is being opened, and while it is in use.
    const opening = publish();
    origin.setKeysets([{ ...DEMO, limits: { files: 6 } }]);
    const again = publish();
    origin.setKeysets([{ ...DEMO, limits: { files: 7 } }]);
    expect([(await opening).status, (await again).status, (await second.answer).status]).toEqual([
      200, 200, 200,
    ]);
    await settle();
    // Those that came last have opened it under what holds now.
    expect(users.get('demo')).toBeLessThanOrEqual(1);
    await origin.close();
    expect(users.get('demo')).toBe(0);
  });

  test('may be given in each turn, while messages are published and polled', async () => {
    const { origin, get, publish } = open({ keysets: [DEMO] });
    const { text } = await get('/v2/subscribe/demo/room/0?tt=0');
    let cursor = /"t":"(\d+)"/.exec(text)?.[1] ?? '';
    const got: number[] = [];
    const poll = async () => {
      while (got.at(-1) !== 99) {
        const answer = await get(`/v2/subscribe/demo/room/0?tt=${cursor}`);
        cursor = /"t":"(\d+)"/.exec(answer.text)?.[1] ?? '';
        got.push(...Array.from(answer.text.matchAll(/"d":(\d+)/g), ([, number]) => Number(number)));
      }
    };
    const publishAll = async () => {
      for (let index = 0; index < 100; index++) {
        origin.setKeysets([{ ...DEMO, limits: { files: index } }]);
        await publish(index);
      }
    };
    await Promise.all([poll(), publishAll()]);
    expect(got).toEqual(Array.from({ length: 100 }, (_, index) => index));
  });

  test('can be given after the end, to no effect', async () => {
    const { origin, publish } = open({ keysets: [DEMO] });
    await origin.close();
    origin.setKeysets([DEMO]);
    expect((await publish()).status).toBe(503);
  });
});

describe('limits of a keyset', () => {
  const small: Keyset = { ...DEMO, subscribeKey: 'small', limits: { messageBytes: 10, names: 2, groups: 1 } };

  test('hold for its subscribe key alone', async () => {
    const { publish } = open({ keysets: [DEMO, small] });
    expect((await publish('x'.repeat(20))).status).toBe(200);
    expect((await publish('x'.repeat(20), 'small')).status).toBe(400);
    expect((await publish('x', 'small')).status).toBe(200);
  });

  test('count the names of a poll also where another subscribe key has polled with the same', async () => {
    const { get } = open({ keysets: [DEMO, small] });
    const subscribe = (key: string) => get(`/v2/subscribe/${key}/a,b,c/0?tt=0`);
    expect([(await subscribe('demo')).status, (await subscribe('small')).status]).toEqual([200, 400]);
  });

  test('count nested wildcards also where another subscribe key has polled with the same', async () => {
    const flat = { ...DEMO, subscribeKey: 'flat', limits: { nestedWildcards: 1 } };
    const { get } = open({ keysets: [DEMO, flat] });
    const subscribe = (key: string) => get(`/v2/subscribe/${key}/a.*,a.b.*/0?tt=0`);
    expect([(await subscribe('demo')).status, (await subscribe('flat')).status]).toEqual([200, 400]);
  });

  test('are those of its data, also of what is there already', async () => {
    const { origin, get } = open({ keysets: [small] });
    const add = async (group: string) =>
      (await get(`/v1/channel-registration/sub-key/small/channel-group/${group}?add=a`)).status;
    expect([await add('one'), await add('two')]).toEqual([200, 400]);
    origin.setKeysets([{ ...small, limits: { groups: 2 } }]);
    expect([await add('two'), await add('three')]).toEqual([200, 400]);
    origin.setKeysets([{ ...small, limits: { groups: 1 } }]);
    expect([await add('two'), await add('three')]).toEqual([200, 400]);
  });

  test('are how long its polls wait', async () => {
    const quick = { ...DEMO, subscribeKey: 'quick', limits: { holdSeconds: 5 } };
    const { clock, park } = open({ keysets: [DEMO, quick] });
    const [slow, soon] = [await park(), await park('quick')];
    await clock.advance(5_000);
    expect((await soon.answer).text).toContain('"m":[]');
    expect(slow.ended).toBe(false);
  });
});

test('two secrets of one pair of keys are both valid, so that one can replace the other', async () => {
  const restricted = { ...DEMO, access: true } as const;
  const { clock, origin } = open({ keysets: [{ ...restricted, secretKey: SECRET }] });
  const publishWith = async (secretKey: string) => {
    const pubnub = new PubNub({ ...DEMO, userId: 'server', secretKey, fetch: origin.fetch, clock });
    const { status } = await pubnub.publish({ channel: 'room', message: 1 }).envelope();
    await pubnub.close();
    return status.statusCode;
  };
  const both = async () => [await publishWith(SECRET), await publishWith('the next')];
  expect(await both()).toEqual([200, 403]);
  origin.setKeysets([
    { ...restricted, secretKey: SECRET },
    { ...restricted, secretKey: 'the next' },
  ]);
  expect(await both()).toEqual([200, 200]);
  origin.setKeysets([{ ...restricted, secretKey: 'the next' }]);
  expect(await both()).toEqual([403, 200]);
});
