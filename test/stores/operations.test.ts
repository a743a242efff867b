import { describe, expect, test } from 'vitest';
import { serveOrigin } from '../support/integration-origin.ts';
import { BOTH, runOperations, SIDES, tokenFor } from '../support/operations-run.ts';
import { STORES } from '../support/stores.ts';

const secretKey = 'a-secret-of-the-keyset';

/** The results of the other client on a store, with the secret key and with a token. */
async function results(data: NonNullable<Awaited<ReturnType<(typeof STORES)['memory']>>>) {
  const engines = [data.open(), data.open()] as const;
  try {
    const keyset = { subscribeKey: 'sub', publishKey: 'pub', secretKey };
    await using open = await serveOrigin({ store: engines[0], keysets: [{ ...keyset, access: false }] });
    const bySecret = await runOperations(SIDES.theirs, { origin: open.host, secretKey }, BOTH);
    await using guarded = await serveOrigin({ store: engines[1], keysets: [{ ...keyset, access: true }] });
    const token = await tokenFor({ origin: guarded.host, secretKey }, 'everything');
    const rows = BOTH.filter((row) => !row.secret);
    const byToken = await runOperations(SIDES.theirs, { origin: guarded.host, token }, rows);
    return { bySecret, byToken };
  } finally {
    for (const engine of engines) await engine.close();
  }
}

describe('the whole table of operations has the same results as in memory, by the other client', () => {
  for (const name of ['sqlite', 'redis'] as const) {
    test(`on ${name}`, async (context) => {
      await using memory = await STORES.memory();
      await using data = await STORES[name]();
      if (!data || !memory) return context.skip(`There is no ${name} on this machine.`);
      const there = await results(data);
      expect(Object.keys(there.bySecret)).toEqual(BOTH.map((row) => row.ours));
      expect(there).toEqual(await results(memory));
    });
  }
});
