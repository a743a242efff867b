import type { Engine } from '../../src/origin/index.ts';

/** Opens what the value of `--store` names. */
export async function openStore(url: string): Promise<Engine> {
  if (url.startsWith('sqlite:')) {
    const { sqliteStore } = await import('../../src/origin/sqlite.ts');
    return sqliteStore({ path: url.slice('sqlite:'.length) });
  }
  const { redisStore } = await import('../../src/origin/redis.ts');
  return redisStore({ url });
}
