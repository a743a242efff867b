import { PubNub } from '../../src/index.ts';
import { type Credentials, ours, type Runner, theirs } from './operations-clients.ts';
import { plainer } from './operations-plain.ts';
import { type Memory, type Result, ROWS, type Row } from './operations-rows.ts';

/** Parameters and results of our client, and those of the other as if ours had made them. */
export const SIDES = {
  ours: { make: ours, given: (row: Row) => row.given, view: (_: Row, result: unknown) => result },
  theirs: {
    make: theirs,
    given: (row: Row) => row.givenTheirs ?? row.given,
    // Results are objects, or texts that no row has a view of.
    view: ({ but }: Row, result: unknown) => (but?.view ? but.view(result as Result) : result),
  },
} as const;

/** One of the two clients. */
export type Side = (typeof SIDES)[keyof typeof SIDES];

/** The rows that both clients can call. */
export const BOTH: readonly Row[] = ROWS.filter((row) => row.theirs !== undefined);

/** Runs the whole script; resolves to the result of each row. */
export async function runOperations(
  side: Side,
  credentials: Omit<Credentials, 'userId'>,
  rows: readonly Row[],
): Promise<Readonly<Record<string, unknown>>> {
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

type Rights = 'everything' | 'nothing here';
const EVERYTHING = ['read', 'write', 'manage', 'delete', 'get', 'update', 'join'] as const;

/** A token of the keyset `sub`, `pub`. */
export async function tokenFor(
  { origin, secretKey }: { readonly origin: string; readonly secretKey: string },
  rights: Rights,
): Promise<string> {
  const keys = { subscribeKey: 'sub', publishKey: 'pub', ssl: false, userId: 'admin' } as const;
  await using admin = new PubNub({ ...keys, origin, secretKey });
  const pattern = rights === 'everything' ? '^.*$' : '^elsewhere$';
  const all = { [pattern]: EVERYTHING };
  return await admin.grantToken({ ttl: 5, patterns: { channels: all, groups: all, uuids: all } }).execute();
}
