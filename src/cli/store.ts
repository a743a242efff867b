import type { Engine } from 'timetoken/origin';
import { CommandError, messageOf, UsageError } from './failures.ts';

/** The options of a store. */
export interface StoreOptions {
  /** `memory`, or a scheme and a place. */
  readonly store?: string | undefined;
  readonly durability?: string | undefined;
}

/** The clock of tests. */
type StoreClock = Parameters<typeof import('timetoken/origin/sqlite').sqliteStore>[0]['clock'];

/** What a store takes from its surroundings. */
interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock?: StoreClock;
}

/** A store that was named, with how it is to be opened. */
interface Named {
  readonly store: string;
  readonly durability: string | undefined;
  readonly clock: StoreClock;
}

type Open = (named: Named) => Promise<Engine | undefined>;

const OPENERS: ReadonlyMap<string, Open> = new Map([
  ['memory', inMemory],
  ['sqlite', inFile],
  ...['redis', 'rediss'].flatMap((scheme) =>
    ['', '+sentinel', '+cluster'].map((form): [string, Open] => [`${scheme}${form}`, inRedis]),
  ),
]);
const NO_FILE = 'A URL is no file: name one such as ./data.db or sqlite:./data.db.';
const EXAMPLE = 'Name one such as sqlite:./data.db, redis://localhost or memory.';

/**
 * Opens the store that the options or the environment name. The caller closes it. `undefined`: in memory. No error holds the
 * place, which may have a password.
 */
export async function openStore(
  { store: given, durability }: StoreOptions,
  { env, clock }: Surroundings,
): Promise<Engine | undefined> {
  const store = given ?? (env['TIMETOKEN_STORE'] || 'memory');
  const scheme = /^[a-z+]*/i.exec(store)?.[0] ?? '';
  const open = OPENERS.get(scheme);
  if (!open) throw new UsageError(`A store of the kind "${scheme}" is unknown. ${EXAMPLE}`);
  return open({ store, durability, clock });
}

/** The file of a store: `sqlite:` before it may be left out. Throws a `UsageError` for a store that is no file. */
export function fileOf(store: string): string {
  // It may have a password.
  if (/^(?!sqlite:)[a-z+]+:\/\//i.test(store)) throw new UsageError(NO_FILE);
  return store.startsWith('sqlite:') ? store.slice('sqlite:'.length) : store;
}

async function inMemory({ store, durability }: Named): Promise<undefined> {
  if (store !== 'memory') throw new UsageError(`The store memory has no place. ${EXAMPLE}`);
  if (durability !== undefined) throw new UsageError('--durability needs a store that lasts: see --store.');
}

async function inFile({ store, durability = 'normal', clock }: Named): Promise<Engine> {
  const path = fileOf(store);
  if (path === store || path === '')
    throw new UsageError('--store sqlite: needs a file, as in sqlite:./data.db.');
  if (durability !== 'normal' && durability !== 'full')
    throw new UsageError(`--durability ${durability} is unknown for sqlite: it is normal or full.`);
  const { sqliteStore } = await import('timetoken/origin/sqlite');
  const engine = sqliteStore({ path, durability, clock });
  try {
    await engine.open();
    return engine;
  } catch (cause) {
    await engine.close();
    throw new CommandError(messageOf(cause), { cause });
  }
}

async function inRedis({ store, durability = 'local' }: Named): Promise<Engine> {
  if (durability !== 'local' && durability !== 'replicated')
    throw new UsageError(`--durability ${durability} is unknown for redis: it is local or replicated.`);
  const { redisStore } = await import('timetoken/origin/redis');
  const engine = asUsage(() => redisStore({ url: store, durability }));
  try {
    await engine.ping?.();
  } catch (cause) {
    // One that is away may come back, and is waited for.
    if (!isLasting(cause)) return engine;
    await engine.close();
    throw new CommandError(messageOf(cause), { cause });
  }
  return engine;
}

function asUsage<Result>(make: () => Result): Result {
  try {
    return make();
  } catch (cause) {
    throw new UsageError(messageOf(cause), { cause });
  }
}

// Classes of one package may be there twice; names are not.
function isLasting(error: unknown): boolean {
  return error instanceof Error && error.name === 'RedisStoreError';
}
