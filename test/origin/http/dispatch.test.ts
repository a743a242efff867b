import { expect, test } from 'vitest';
import { createOrigin, type Engine, type LogFields, MemoryEngine } from '../../../src/origin/index.ts';
import { originNetwork } from '../../support/origin-network.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

function recordingLogger() {
  const records: [string, string, LogFields][] = [];
  const level = (name: string) => (message: string, fields: LogFields) =>
    void records.push([name, message, fields]);
  return { records, logger: { debug: level('debug'), warn: level('warn'), error: level('error') } };
}

test('requests are logged by operation and status, without messages, keys and tokens', async () => {
  const { records, logger } = recordingLogger();
  const { send } = originNetwork({ logger });
  await send(
    '/publish/pubkey/subkey/0/a/0/%22secret-text%22?auth=secret-token&signature=v2.secret&meta=%22secret%22',
  );
  await send('/nonsense/secret?auth=secret');
  expect(records).toEqual([
    ['debug', 'request', { method: 'GET', operation: 'publish', status: 200 }],
    ['debug', 'request', { method: 'GET', operation: 'none', status: 404 }],
  ]);
});

test('a store that fails is answered with 500 and logged; the next request may succeed', async () => {
  const { records, logger } = recordingLogger();
  const clock = new VirtualClock();
  const memory = new MemoryEngine({ clock, random: () => 0 });
  let failing = true;
  const store: Engine = {
    isLocal: true,
    shard: (key, rules) => {
      if (failing) throw new Error('down');
      return memory.shard(key, rules);
    },
    close: () => memory.close(),
  };
  const { send } = originNetwork({ store, clock, logger });
  const reply = await send('/publish/demo/demo/0/a/0/1');
  expect(reply).toMatchObject({
    status: 500,
    json: { message: 'Internal Server Error', error: true, status: 500 },
  });
  expect(records.some(([level]) => level === 'error')).toBe(true);
  failing = false;
  expect((await send('/publish/demo/demo/0/a/0/1')).status).toBe(200);
});

test('a logger that throws hurts nobody', async () => {
  const logger = {
    debug() {
      throw new Error('full disk');
    },
  };
  expect((await originNetwork({ logger }).send('/time/0')).status).toBe(200);
});

test('a request is looked up once, before its body is read, and its page is checked once', async () => {
  const origin = createOrigin({ clock: new VirtualClock(), allowOrigin: ['https://a.example'] });
  const read: string[] = [];
  const request = {
    method: 'POST',
    get target() {
      read.push('target');
      return '/v1/files/demo/uploads';
    },
    header(name: string) {
      read.push(name);
      return name === 'origin' ? 'https://a.example' : undefined;
    },
    body: new Uint8Array(),
    opened: undefined,
  };
  expect(origin.bodyLimit(request)).toBe(origin.limits.fileBytes + 65_536);
  read.length = 0;
  await origin.handle(request);
  expect(read.filter((what) => what === 'origin')).toHaveLength(1);
  // The type and the length of the target are checked; it is not parsed again.
  expect(read.filter((what) => what === 'target')).toHaveLength(2);
  await origin.close();
});

test('what one origin has looked up says nothing to another', async () => {
  const [small, large] = [1_000, 5_000].map((bodyBytes) =>
    createOrigin({ clock: new VirtualClock(), limits: { bodyBytes } }),
  );
  const request = { method: 'POST', target: '/nothing', opened: undefined };
  expect([small?.bodyLimit(request), large?.bodyLimit(request)]).toEqual([1_000, 5_000]);
  await Promise.all([small?.close(), large?.close()]);
});

test('a request object that is handled twice at once gets two answers', async () => {
  const origin = createOrigin({ clock: new VirtualClock() });
  const request = {
    method: 'GET',
    target: '/time/0',
    header: () => undefined,
    body: new Uint8Array(),
    opened: undefined,
  };
  const answers = await Promise.all([origin.handle(request), origin.handle(request)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200]);
  await origin.close();
});
