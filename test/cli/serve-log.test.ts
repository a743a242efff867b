import { expect, test } from 'vitest';
import { ServeLog } from '../../src/cli/serve-log.ts';
import { createOrigin, MemoryEngine, StoreUnavailable } from '../../src/origin/index.ts';
import { FaultyEngine } from '../support/faulty-engine.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { FakeTerminal } from './fake-terminal.ts';

function logOf({ json = true, quiet = false } = {}) {
  const clock = new VirtualClock();
  const terminal = new FakeTerminal();
  const log = new ServeLog({ terminal, json, quiet, now: () => new Date(clock.now()) });
  const records = () => terminal.stderr.lines.map((line): unknown => JSON.parse(line));
  return { clock, terminal, log, records };
}

/** An origin that writes such a log, and whose store can be cut off. */
async function loggedOrigin(options: Parameters<typeof logOf>[0] = {}) {
  const { clock, log, ...rest } = logOf(options);
  const engine = new FaultyEngine(new MemoryEngine({ clock, random: () => 0.5 }));
  const origin = createOrigin({ clock, store: engine, logger: log.logger });
  const publish = () => origin.fetch('http://x/publish/demo/demo/0/canary/0/1');
  await publish();
  return { clock, engine, publish, ...rest };
}

test('an outage of the store is a record at its beginning and at its end', async () => {
  const { clock, engine, publish, records } = await loggedOrigin();
  engine.set('reject');
  await publish();
  await clock.advance(3_000);
  engine.set('answer');
  await clock.advance(3_000);
  const time = expect.stringMatching(/^2023-11-14T22:13:\d\d\.\d{3}Z$/);
  const stores = records().filter((record) => Object(record).type === 'store');
  expect(stores).toEqual([
    { type: 'store', time, level: 'warn', state: 'away' },
    { type: 'store', time, level: 'info', state: 'back', milliseconds: 3_000 },
  ]);
  expect(records()).toContainEqual({
    ...{ type: 'error', time, level: 'warn', operation: 'publish' },
    message: 'The store is unavailable. publish: The store cannot be reached.',
  });
});

test('a thousand refused requests are a line in ten seconds, which says how many', async () => {
  const { clock, engine, publish, records } = await loggedOrigin();
  engine.broken.add('log.append');
  for (let count = 0; count < 1_000; count++) await publish();
  expect(records()).toHaveLength(1);
  await clock.advance(10_000);
  await publish();
  expect(records()).toHaveLength(2);
  expect(records()[1]).toMatchObject({ operation: 'publish', repeated: 999 });
});

test('the same for people', async () => {
  const { clock, engine, publish, terminal } = await loggedOrigin({ json: false });
  engine.set('reject');
  await publish();
  await publish();
  await clock.advance(500);
  engine.set('answer');
  await clock.advance(10_000);
  engine.broken.add('log.append');
  await publish();
  expect(terminal.stderr.lines).toEqual([
    'The store is away.',
    'The store is unavailable. publish: The store cannot be reached.',
    'The store is back.',
    'The store is unavailable. publish: The store cannot be reached. (and 1 times since the last line)',
  ]);
});

test('the cause of a failure is in it, once', () => {
  const { log, records } = logOf();
  const cause = new Error('connect ECONNREFUSED 127.0.0.1:6379');
  log.logger.error?.('The store failed.', {
    subscribeKey: 'sub-c-1',
    error: new StoreUnavailable('Away.', { cause }),
  });
  expect(records()[0]).toMatchObject({
    ...{ type: 'error', level: 'error' },
    message: 'The store failed. Away. connect ECONNREFUSED 127.0.0.1:6379',
  });
});

test('a cause that the message of the store ends in is not repeated', () => {
  const { log, records } = logOf();
  const error = new StoreUnavailable('Redis: a call failed: gone', { cause: new Error('gone') });
  log.logger.warn?.('The store failed.', { error });
  expect(records()[0]).toMatchObject({
    level: 'warn',
    message: 'The store failed. Redis: a call failed: gone',
  });
});

test('--quiet is about requests only', async () => {
  const { engine, publish, terminal } = await loggedOrigin({ quiet: true });
  engine.set('reject');
  await publish();
  expect(terminal.stdout.text).toBe('');
  expect(terminal.stderr.lines).toHaveLength(2);
});

test('a store that is not there from the beginning is said', () => {
  const { log, records } = logOf();
  log.storeMissing();
  expect(records()[0]).toMatchObject({ type: 'store', level: 'warn', state: 'away' });
});
