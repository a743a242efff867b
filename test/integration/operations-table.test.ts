import { writeFileSync } from 'node:fs';
import PeerClient from 'pubnub';
import { describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../scripts/docs-operations.ts';
import { readProjectFile } from '../../scripts/docs-page.ts';
import { serveOrigin } from '../support/integration-origin.ts';
import type { Runner } from '../support/operations-clients.ts';
import { ELSEWHERE, PATH, page } from '../support/operations-page.ts';
import { ROWS } from '../support/operations-rows.ts';
import { BOTH, runOperations, SIDES, type Side, tokenFor } from '../support/operations-run.ts';

const secretKey = 'a-secret-of-the-keyset';
const serveKeyset = (access: boolean) =>
  serveOrigin({ keysets: [{ subscribeKey: 'sub', publishKey: 'pub', secretKey, access }] });

describe('both clients, with the same calls against the same origin', () => {
  test('have the same results with the secret key', async () => {
    await using one = await serveKeyset(false);
    await using other = await serveKeyset(false);
    const [here, there] = await Promise.all([
      runOperations(SIDES.ours, { origin: one.host, secretKey }, BOTH),
      runOperations(SIDES.theirs, { origin: other.host, secretKey }, BOTH),
    ]);
    expect(here).toEqual(there);
    expect(Object.keys(here)).toEqual(BOTH.map((row) => row.ours));
  });

  test('have the same results with a token that allows everything', async () => {
    await using one = await serveKeyset(true);
    await using other = await serveKeyset(true);
    const rows = BOTH.filter((row) => !row.secret);
    const [here, there] = await Promise.all([
      runOperations(
        SIDES.ours,
        { origin: one.host, token: await tokenFor({ origin: one.host, secretKey }, 'everything') },
        rows,
      ),
      runOperations(
        SIDES.theirs,
        { origin: other.host, token: await tokenFor({ origin: other.host, secretKey }, 'everything') },
        rows,
      ),
    ]);
    expect(here).toEqual(there);
  });

  test('are refused the same with a token that allows nothing of it', async () => {
    await using system = await serveKeyset(true);
    const token = await tokenFor({ origin: system.host, secretKey }, 'nothing here');
    const memory = { message: '17000000000000000', action: '17000000000000001', fileId: 'id', fileName: 'n' };
    const rows = BOTH.filter((row) => !row.secret && row.ours !== 'unsubscribe');
    const outcomes = async (side: Side) => {
      const found: Record<string, unknown> = {};
      for (const row of rows) {
        await using runner: Runner = side.make({ origin: system.host, userId: 'ann', token });
        found[row.ours] = await runner.call(row, side.given(row)(memory)).then(
          () => 'allowed',
          (error: { statusCode?: number; status?: { statusCode?: number } }) =>
            error.statusCode ?? error.status?.statusCode,
        );
      }
      return found;
    };
    const [here, there] = await Promise.all([outcomes(SIDES.ours), outcomes(SIDES.theirs)]);
    expect(here).toEqual(there);
    const allowed = Object.keys(here).filter((name) => here[name] === 'allowed');
    // No permission is for these; an address alone opens nothing.
    expect(allowed).toEqual(['time', 'whereNow', 'listPushChannels', 'removeAllPushChannels', 'getFileUrl']);
  });
});

test('what the other client lacks does here what it says', async () => {
  await using system = await serveKeyset(false);
  const results = await runOperations(SIDES.ours, { origin: system.host, secretKey }, ROWS);
  expect(results).toMatchObject({
    manageMemberships: { data: [{ channel: { id: 'c' } }] },
    manageChannelMembers: { data: [{ uuid: { id: 'ann' } }] },
  });
});

describe('the table', () => {
  test('has every operation of ours', () => {
    expect(ROWS.map((row) => row.ours).sort()).toEqual(Object.keys(OPERATIONS).sort());
  });

  test('has everything that the other client has, or says what there is for it', () => {
    const peer = new PeerClient({
      subscribeKey: 's',
      publishKey: 'p',
      userId: 'u',
      origin: 'localhost',
      ssl: false,
    });
    const names = Object.entries(peer).flatMap(([name, value]) => {
      if (name.startsWith('_')) return [];
      return typeof value === 'object' ? Object.keys(value).map((inner) => `${name}.${inner}`) : [name];
    });
    const known = [...BOTH.map((row) => row.theirs), ...Object.keys(ELSEWHERE)];
    expect(names.filter((name) => !known.includes(name))).toEqual([]);
    expect(known.filter((name) => !names.includes(`${name}`))).toEqual([]);
    peer.stop();
  });

  test('is the page of the reference; UPDATE=1 writes it', () => {
    if (process.env['UPDATE'] === '1') writeFileSync(new URL(`../../${PATH}`, import.meta.url), page());
    expect(readProjectFile(PATH)).toBe(page());
  });
});
