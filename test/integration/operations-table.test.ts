import { writeFileSync } from 'node:fs';
import PeerClient from 'pubnub';
import { describe, expect, test } from 'vitest';
import { OPERATIONS } from '../../scripts/docs-operations.ts';
import { readProjectFile } from '../../scripts/docs-page.ts';
import { PubNub } from '../../src/index.ts';
import { serveOrigin } from '../support/integration-origin.ts';
import { type Credentials, ours, type Runner, theirs } from '../support/operations-clients.ts';
import { ELSEWHERE, PATH, page } from '../support/operations-page.ts';
import { plainer } from '../support/operations-plain.ts';
import { type Memory, type Result, ROWS, type Row } from '../support/operations-rows.ts';

const secretKey = 'a-secret-of-the-keyset';
const serveKeyset = (access: boolean) =>
  serveOrigin({ keysets: [{ subscribeKey: 'sub', publishKey: 'pub', secretKey, access }] });

type Rights = 'everything' | 'nothing here';
const EVERYTHING = ['read', 'write', 'manage', 'delete', 'get', 'update', 'join'] as const;

/** Parameters and results of our client, and those of the other as if ours had made them. */
const SIDES = {
  ours: { make: ours, given: (row: Row) => row.given, view: (_: Row, result: unknown) => result },
  theirs: {
    make: theirs,
    given: (row: Row) => row.givenTheirs ?? row.given,
    // Results are objects, or texts that no row has a view of.
    view: ({ but }: Row, result: unknown) => (but?.view ? but.view(result as Result) : result),
  },
} as const;

type Side = (typeof SIDES)[keyof typeof SIDES];

/** Runs the whole script; resolves to the result of each row. */
async function run(side: Side, credentials: Omit<Credentials, 'userId'>, rows: readonly Row[]) {
  await using runner: Runner = side.make({ ...credentials, userId: 'ann' });
  const memory: Memory = {};
  const plain = plainer();
  const results: Record<string, unknown> = {};
  for (const row of rows) {
    const result = await runner.call(row, side.given(row)(memory));
    Object.assign(memory, row.keep?.(result as Result));
    results[row.ours] = plain(side.view(row, result));
  }
  return results;
}

async function tokenFor(origin: string, rights: Rights): Promise<string> {
  const keys = { subscribeKey: 'sub', publishKey: 'pub', ssl: false, userId: 'admin' } as const;
  await using admin = new PubNub({ ...keys, origin, secretKey });
  const pattern = rights === 'everything' ? '^.*$' : '^elsewhere$';
  const all = { [pattern]: EVERYTHING };
  return await admin.grantToken({ ttl: 5, patterns: { channels: all, groups: all, uuids: all } }).execute();
}

const BOTH = ROWS.filter((row) => row.theirs !== undefined);

describe('both clients, with the same calls against the same origin', () => {
  test('have the same results with the secret key', async () => {
    await using one = await serveKeyset(false);
    await using other = await serveKeyset(false);
    const [here, there] = await Promise.all([
      run(SIDES.ours, { origin: one.host, secretKey }, BOTH),
      run(SIDES.theirs, { origin: other.host, secretKey }, BOTH),
    ]);
    expect(here).toEqual(there);
    expect(Object.keys(here)).toEqual(BOTH.map((row) => row.ours));
  });

  test('have the same results with a token that allows everything', async () => {
    await using one = await serveKeyset(true);
    await using other = await serveKeyset(true);
    const rows = BOTH.filter((row) => !row.secret);
    const [here, there] = await Promise.all([
      run(SIDES.ours, { origin: one.host, token: await tokenFor(one.host, 'everything') }, rows),
      run(SIDES.theirs, { origin: other.host, token: await tokenFor(other.host, 'everything') }, rows),
    ]);
    expect(here).toEqual(there);
  });

  test('are refused the same with a token that allows nothing of it', async () => {
    await using system = await serveKeyset(true);
    const token = await tokenFor(system.host, 'nothing here');
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
  const results = await run(SIDES.ours, { origin: system.host, secretKey }, ROWS);
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
