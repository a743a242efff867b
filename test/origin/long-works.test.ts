import { expect, test } from 'vitest';
import { ok } from '../../src/origin/http/answer.ts';
import { isHeld } from '../../src/origin/http/held.ts';
import { LongWorks } from '../../src/origin/long-works.ts';
import type { Call } from '../../src/origin/routes/route.ts';
import { MemoryEngine } from '../../src/origin/store/memory/engine.ts';
import { type ShardStore, StoreUnavailable } from '../../src/origin/store/store.ts';
import { originNetwork, TestInterruption } from '../support/origin-network.ts';
import { settle, VirtualClock } from '../support/virtual-clock.ts';

const ALL = Number.POSITIVE_INFINITY;

/** Works that end when a test says so, in turns of which each is a promise. */
function works() {
  const longWorks = new LongWorks(() => Promise.resolve());
  const begun: string[] = [];
  const answers = new Map<string, unknown>();
  const ends = new Map<string, (error?: unknown) => void>();
  const start = (name: string, weight: number): { interrupt(): void } | undefined => {
    const run = () =>
      new Promise<ReturnType<typeof ok>>((resolve, reject) => {
        begun.push(name);
        ends.set(name, (error) => (error ? reject(error) : resolve(ok(name))));
      });
    const request = { target: '/', body: new Uint8Array() };
    // Stands for the two parts of a call that are used.
    const result = longWorks.run({ request, keep: () => undefined } as unknown as Call, { weight, run });
    const place = {
      send: (answer: unknown) => answers.set(name, answer),
      fail: (error: unknown) => answers.set(name, error),
      open: () => {
        throw new Error('No answer lasts.');
      },
    };
    if (result instanceof Promise) result.then(place.send, place.fail);
    else if (isHeld(result)) result.begin(place);
    return result instanceof Promise || !isHeld(result) ? undefined : result;
  };
  const end = async (name: string, error?: unknown) => {
    ends.get(name)?.(error);
    await settle();
  };
  return { longWorks, begun, answers, start, end };
}

test('a large work runs alone, and those after it begin in their order', async () => {
  const { begun, answers, start, end } = works();
  for (const name of ['a', 'b', 'c']) start(name, ALL);
  expect(begun).toEqual(['a']);
  await end('a');
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  await end('c');
  expect([...answers]).toEqual(['a', 'b', 'c'].map((name) => [name, ok(name)]));
});

test('small works run beside each other, and pass no large one that waits', async () => {
  const { begun, start, end } = works();
  start('a', 10);
  start('b', 10);
  start('large', ALL);
  start('late', 10);
  expect(begun).toEqual(['a', 'b']);
  await end('a');
  expect(begun).toEqual(['a', 'b']);
  await end('b');
  expect(begun).toEqual(['a', 'b', 'large']);
  await end('large');
  expect(begun).toEqual(['a', 'b', 'large', 'late']);
});

test('a client that hangs up leaves the queue', async () => {
  const { begun, start, end } = works();
  start('a', ALL);
  start('gone', ALL)?.interrupt();
  start('b', ALL);
  await end('a');
  expect(begun).toEqual(['a', 'b']);
});

test('a work that fails does not stop the next, unless the store is gone for all', async () => {
  const { begun, answers, start, end } = works();
  for (const name of ['a', 'b', 'c']) start(name, ALL);
  await end('a', new Error('broken'));
  expect(begun).toEqual(['a', 'b']);
  const gone = new StoreUnavailable('gone');
  await end('b', gone);
  expect(answers.get('c')).toBe(gone);
  start('d', ALL);
  expect(begun).toEqual(['a', 'b', 'd']);
});

test('what waits when the shard is closed is refused', () => {
  const { longWorks, answers, start } = works();
  start('a', ALL);
  start('b', ALL);
  longWorks.close();
  expect(answers.get('b')).toMatchObject({ answer: { status: 503 } });
});

/** An origin whose lists of users are handed out by the test, one at a time. */
function slowNetwork(limits = {}) {
  const clock = new VirtualClock();
  const engine = new MemoryEngine({ clock, random: () => 0.5 });
  const waiting: (() => void)[] = [];
  let reads = 0;
  const gate = <T>(read: () => Promise<T>) =>
    new Promise<void>((resolve) => {
      reads++;
      waiting.push(resolve);
    }).then(read);
  const shard: typeof engine.shard = (...given) => {
    const stores = engine.shard(...given);
    const { presence, groups } = stores;
    const proxied = <S extends object>(store: S, name: keyof S) =>
      new Proxy(store, {
        get(target, key) {
          const method: unknown = Reflect.get(target, key);
          if (typeof method !== 'function') return method;
          const call = method.bind(target);
          return key === name ? (...args: unknown[]) => gate(() => call(...args)) : call;
        },
      });
    const slow: ShardStore = {
      ...stores,
      presence: proxied(presence, 'hereNow'),
      groups: proxied(groups, 'list'),
    };
    return slow;
  };
  const store = new Proxy(engine, {
    get(target, key) {
      if (key === 'shard') return shard;
      const found: unknown = Reflect.get(target, key);
      return typeof found === 'function' ? found.bind(target) : found;
    },
  });
  const made = originNetwork({ clock, store, limits });
  return { ...made, waiting, reads: () => reads };
}

const LONG = [
  '/v2/presence/sub-key/demo?state=1',
  '/v2/presence/sub-key/demo?disable_uuids=1',
  `/v2/presence/sub-key/demo/channel/${Array.from({ length: 2_000 }, (_, at) => at).join(',')}`,
  '/v1/channel-registration/sub-key/demo/channel-group',
];

test.each(LONG)('many of %.60s do not hold what they collect all at once', async (target) => {
  const { send, waiting, reads } = slowNetwork();
  const answers = Array.from({ length: 20 }, () => send(target));
  await settle();
  for (let done = 1; done <= 20; done++) {
    expect(reads()).toBe(done);
    waiting.shift()?.();
    await answers[done - 1];
    await new Promise((resolve) => setImmediate(resolve));
    await settle();
  }
  for (const answer of answers) expect((await answer).status).toBe(200);
});

test('works that wait take room, and one that finds none is refused', async () => {
  const { send, waiting } = slowNetwork({ processBytes: 100_000 });
  const [target = ''] = LONG;
  const first = send(target);
  await settle();
  const others = Array.from({ length: 50 }, () => ({ interruption: new TestInterruption() }));
  const answers = others.map((parts) => send(target, parts));
  const refused = await Promise.any(answers);
  expect(refused).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
  for (const { interruption } of others) interruption.abort();
  const again = send(target);
  waiting.shift()?.();
  await first;
  await new Promise((resolve) => setImmediate(resolve));
  await settle();
  waiting.shift()?.();
  expect((await again).status).toBe(200);
});
