// Plain JavaScript may pass anything, and a name that is misspelt must not open an origin to everybody.
import { createOrigin, MemoryEngine } from 'timetoken/origin';
import { prometheusMetrics } from 'timetoken/origin/metrics';
import { serve } from 'timetoken/origin/node';
import { redisStore } from 'timetoken/origin/redis';
import { sqliteStore } from 'timetoken/origin/sqlite';
import { expect, test } from 'vitest';

const served = (options: never) => serve(createOrigin(), options);
const makers: readonly (readonly [name: string, make: (options: never) => unknown])[] = [
  ['createOrigin()', createOrigin],
  ['serve()', served],
  ['MemoryEngine', (options) => new MemoryEngine(options)],
  ['sqliteStore()', sqliteStore],
  ['redisStore()', redisStore],
  ['prometheusMetrics()', prometheusMetrics],
];

async function failureOf(make: (options: never) => unknown, options: unknown): Promise<unknown> {
  try {
    return await make(options as never);
  } catch (error) {
    return error;
  }
}

test.each(makers)('%s refuses what are no options, and options that it does not have', async (name, make) => {
  const message = (text: string) => expect.objectContaining({ name: 'TypeError', message: text });
  expect(await failureOf(make, null)).toEqual(message(`The options of ${name} must be an object, not null.`));
  expect(await failureOf(make, 'x')).toEqual(
    message(`The options of ${name} must be an object, not a string.`),
  );
  expect(await failureOf(make, [])).toEqual(message(`The options of ${name} must be an object, not a list.`));
  expect(await failureOf(make, { nonsense: 1 })).toEqual(message(`${name}: "nonsense" is not an option.`));
});

test.each<readonly [make: (options: never) => unknown, options: object, message: string]>([
  [createOrigin, { keyset: [] }, 'createOrigin(): "keyset" is not an option; did you mean "keysets"?'],
  [
    createOrigin,
    { clock: Date },
    'createOrigin(): clock must be a clock, with now(), setTimeout(), clearTimeout(), not a function.',
  ],
  [createOrigin, { random: 0.5 }, 'createOrigin(): random must be a function, not 0.5.'],
  [
    createOrigin,
    { store: {} },
    'createOrigin(): store must be a store, with shard(), close(), not an object.',
  ],
  [createOrigin, { limits: 5 }, 'createOrigin(): limits must be an object, not 5.'],
  [createOrigin, { logger: true }, 'createOrigin(): logger must be an object, not true.'],
  [served, { port: '80' }, 'serve(): port must be a whole number from 0 to 65535, not a string.'],
  [served, { port: 65_536 }, 'serve(): port must be a whole number from 0 to 65535, not 65536.'],
  [served, { allowHosts: 'a' }, 'serve(): allowHosts must be a list, not a string.'],
  [sqliteStore, {}, 'sqliteStore(): path must be a string that is not empty, not undefined.'],
  [
    sqliteStore,
    { path: 'a.db', durability: 'ful' },
    'sqliteStore(): durability must be "normal" or "full", not "ful"; did you mean "full"?',
  ],
  [
    redisStore,
    { url: 'redis://a', replicas: 0 },
    'redisStore(): replicas must be a whole number from 1 on, not 0.',
  ],
  [
    prometheusMetrics,
    { process: 'yes' },
    'prometheusMetrics(): process must be true or false, not a string.',
  ],
])('an option that cannot be is refused: %#', async (make, options, message) => {
  expect(await failureOf(make, options)).toMatchObject({ message });
});

test('serve() refuses what is no origin', async () => {
  await expect(serve(null as never)).rejects.toThrow(
    'serve(): the first argument must be an origin, as createOrigin() makes it, with handle(), bodyLimit(), not null.',
  );
});
