import { expect, test } from 'vitest';
import { FairTurns } from '../../../src/origin/node/fair-turns.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function many(count: number) {
  const turns = new FairTurns<{ name: string }>({ clock: new VirtualClock() });
  const begun: string[] = [];
  const add = (owner: { name: string }, isThere = true) =>
    turns.add(owner, {
      begin() {
        if (isThere) begun.push(owner.name);
        return isThere;
      },
    });
  const [busy, calm] = [{ name: 'busy' }, { name: 'calm' }];
  for (let index = 0; index < count; index++) add(busy);
  add(calm);
  return { turns, begun, add, busy };
}

test('those who send little do not wait for one who sends much', async () => {
  const { begun } = many(1_000);
  expect(begun).toEqual([]);
  await nextTurn();
  expect(begun.slice(0, 3)).toEqual(['busy', 'calm', 'busy']);
  // So much, and others of the event loop have their turn.
  expect(begun.length).toBeLessThan(100);
  while (begun.length < 1_001) await nextTurn();
});

test('all that waits can begin at once, and is begun once', async () => {
  const { turns, begun } = many(1_000);
  turns.flush();
  expect(begun.length).toBe(1_001);
  await nextTurn();
  expect(begun.length).toBe(1_001);
});

test('what an owner leaves behind is forgotten, and what was given up takes no room', async () => {
  const { turns, begun, add, busy } = many(10);
  turns.remove(busy);
  const gone = { name: 'gone' };
  for (let index = 0; index < 1_000; index++) add(gone, false);
  add(gone);
  await nextTurn();
  expect(begun).toEqual(['calm', 'gone']);
});

/** Requests on a clock that only they move, in turns that the test begins. */
function timed() {
  let now = 0;
  const next: (() => void)[] = [];
  const clock = {
    ...{ now: () => now, monotonic: () => now },
    setTimeout: () => 0,
    clearTimeout: () => undefined,
  };
  const turns = new FairTurns<string>({
    clock,
    later: (callback) => next.push(callback),
    afterPromises: (callback) => callback(),
  });
  const begun: string[] = [];
  const work = (name: string, milliseconds: number) => {
    begun.push(name);
    now += milliseconds;
    return true;
  };
  /** A request comes: it begins at once if there is time. */
  const come = (name: string, milliseconds: number) => {
    if (turns.hasTime) work(name, milliseconds);
    else turns.add(name, { begin: () => work(name, milliseconds) });
  };
  /** The next turn. Returns the time that it took. */
  const turn = () => {
    const before = now;
    for (const callback of next.splice(0)) callback();
    return now - before;
  };
  return { turns, begun, next, come, turn, pass: (milliseconds: number) => (now += milliseconds) };
}

test('requests that cost much share the turns, and those that cost little pass them', () => {
  const { begun, come, turn } = timed();
  for (let count = 0; count < 200; count++) come('poll', 4);
  expect(begun).toHaveLength(3);
  for (let count = 0; count < 3; count++) come('publish', 0.1);
  expect(begun).toHaveLength(3);
  // The slice of a turn, and what began last in it.
  for (let turns = 0; turns < 3; turns++) expect(turn()).toBeLessThan(14);
  expect(begun.filter((name) => name === 'publish')).toHaveLength(3);
  while (turn() > 0);
  expect(begun).toHaveLength(203);
});

test('what comes in a turn whose time is over does not lengthen it', () => {
  const { begun, come, turn } = timed();
  for (let count = 0; count < 10; count++) come('poll', 4);
  turn();
  const before = begun.length;
  come('publish', 0.1);
  expect(begun).toHaveLength(before);
});

test('requests that cost little begin at once, and ask for few turns', () => {
  const { begun, come, next, turn, pass } = timed();
  for (let count = 0; count < 1_000; count++) {
    come('publish', 0.05);
    if (count % 10 === 0) turn();
    expect(next.length).toBeLessThan(2);
    expect(begun).toHaveLength(count + 1);
  }
  turn();
  pass(10_000);
  come('publish', 0.05);
  expect(begun).toHaveLength(1_001);
  expect(turn()).toBe(0);
  expect(next).toEqual([]);
});

test('to read a crowd that only waits takes no time from those who come after it', () => {
  const { turns, begun, come, pass, turn } = timed();
  for (let count = 0; count < 5_000; count++) {
    turns.add('poll', { begin: () => begun.push('poll') > 0 });
    pass(0.01);
  }
  come('publish', 4);
  expect(begun).toEqual(['publish']);
  for (let count = 0; count < 10; count++) come('list', 4);
  expect(begun).toEqual(['publish', 'list', 'list']);
  turn();
  expect(begun.filter((name) => name === 'list')).toHaveLength(5);
});

test('turns go by without requests while each brings a connection, for some time', () => {
  const { turns, begun, come, pass, turn } = timed();
  for (let count = 0; count < 10; count++) come('poll', 4);
  const connect = () => {
    turns.accepted();
    pass(1);
    come('publish', 0.1);
    return turn();
  };
  turn();
  const before = begun.length;
  for (let connections = 0; connections < 20; connections++) expect(connect()).toBe(0);
  expect(begun).toHaveLength(before);
  expect(connect()).toBeGreaterThan(9);
  expect(connect()).toBe(0);
  // No more connections come.
  expect(turn()).toBeGreaterThan(0);
  expect(turns.hasTime).toBe(true);
});

test('what a request does after a promise that is there counts', async () => {
  let now = 0;
  const clock = {
    ...{ now: () => now, monotonic: () => now },
    setTimeout: () => 0,
    clearTimeout: () => undefined,
  };
  const turns = new FairTurns<string>({ clock });
  const work = async () => {
    for (let step = 0; step < 5; step++) await undefined;
    now += 5;
  };
  for (let count = 0; count < 10; count++) turns.add('list', { begin: () => work() instanceof Promise });
  await nextTurn();
  expect(now).toBe(10);
  for (let turn = 0; turn < 4; turn++) await nextTurn();
  expect(now).toBe(50);
});
