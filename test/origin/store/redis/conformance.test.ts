import { afterAll, describe, expect, test } from 'vitest';
import { conformanceCases, omittedCases } from '../../../../src/origin/conformance/index.ts';
import { RedisEngine, type RedisStoreOptions } from '../../../../src/origin/store/redis/engine.ts';
import type { Engine } from '../../../../src/origin/store/store.ts';
import { startCluster, startReplicas } from '../../../support/redis-groups.ts';
import { startRedis } from '../../../support/redis-server.ts';

// Each case has a database of its own.
const DATABASES = ['--databases', '1000'];

const server = await startRedis({ args: DATABASES });
const replicas = await startReplicas(1, DATABASES);
const cluster = await startCluster();
afterAll(() => Promise.all([server, replicas, cluster].map((started) => started?.stop())));

describe.skipIf(!server)('one server', () => {
  let opened = 0;
  suite(() => ({ url: `${server?.url}/${opened++}` }));
});

describe.skipIf(!replicas)('a replica that has to confirm', () => {
  let opened = 0;
  suite(() => ({ url: `${replicas?.primary.url}/${opened++}`, durability: 'replicated' }), 1);
});

describe.skipIf(!cluster)('a cluster', () => {
  suite(async () => {
    // A cluster has no databases.
    for (const node of cluster?.servers.slice(0, 3) ?? []) await node.command('FLUSHALL');
    return { url: cluster?.urls ?? [] };
  }, 1);
});

/** The cases of the suite, each on an empty store. */
function suite(empty: () => RedisStoreOptions | Promise<RedisStoreOptions>, scripts = 20): void {
  let offset = 0;
  const opened = new WeakMap<Engine, RedisStoreOptions>();
  const open = (options: RedisStoreOptions) => {
    const engine = new RedisEngine(options, { timeOffset: () => offset });
    opened.set(engine, options);
    return engine;
  };
  const move = (milliseconds: number) => {
    offset += milliseconds;
  };
  const options = {
    open: async () => open(await empty()),
    reopen: (engine: Engine) => open(opened.get(engine) ?? { url: '' }),
    advance: move,
    jump: move,
    scripts,
  };
  test('every case of the suite is run', () => expect(omittedCases(options)).toEqual([]));
  for (const { part, name, run } of conformanceCases(options)) test(`${part}: ${name}`, run);
}
