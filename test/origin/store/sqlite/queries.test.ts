import type { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import type { Upload } from '../../../../src/origin/index.ts';
import { Database, type Row, textIn, type Value } from '../../../../src/origin/store/sqlite/database.ts';
import type { Parts } from '../../../../src/origin/store/sqlite/parts.ts';
import { dropOrphans } from '../../../../src/origin/store/sqlite/upload-slot.ts';
import { partsInProcess } from './in-process.ts';

/** Remembers each statement. */
class RecordingDatabase extends Database {
  readonly #statements: Set<string>;

  constructor(connection: DatabaseSync, statements: Set<string>) {
    super(connection);
    this.#statements = statements;
  }

  override get(sql: string, ...values: readonly Value[]): Row | undefined {
    this.#statements.add(sql);
    return super.get(sql, ...values);
  }

  override all(sql: string, ...values: readonly Value[]): readonly Row[] {
    this.#statements.add(sql);
    return super.all(sql, ...values);
  }

  override run(sql: string, ...values: readonly Value[]): number {
    this.#statements.add(sql);
    return super.run(sql, ...values);
  }
}

// These few read a table as a whole, which is empty or has a row for each upload that is under way; and the actions of one
// message, which its limit bounds, are put into the order of their stamps.
const ALLOWED = [
  'SCAN dropped_blobs',
  'SCAN incoming USING COVERING INDEX incoming_by_slot',
  'USE TEMP B-TREE FOR ORDER BY',
];

test('no query of a part reads more rows than it returns or changes', () => {
  const rules = {
    actions: { messageActions: 9, actions: 1, bytes: 100 },
    access: { grants: 2, revokedTokens: 2 },
    files: { files: 9, bytes: 1_000_000, uploads: 1 },
  };
  const statements = new Set<string>();
  const { db, parts, state, uploads, path, advance } = partsInProcess(
    rules,
    (connection) => new RecordingDatabase(connection, statements),
  );
  useAll(parts, () => advance(100_000));
  state.flush();
  uploads.close();
  dropOrphans(db, path);
  const steps = [...statements].flatMap((sql) =>
    db.all(`EXPLAIN QUERY PLAN ${sql}`).map((row) => ({ sql, step: textIn(row, 'detail') })),
  );
  expect(steps.length).toBeGreaterThan(60);
  expect(steps.filter((step) => readsTooMuch(step))).toEqual([]);
  expect(steps.filter(({ step }) => step === 'USE TEMP B-TREE FOR ORDER BY').length).toBeLessThan(2);
});

function readsTooMuch({ sql, step }: { readonly sql: string; readonly step: string }): boolean {
  if (ALLOWED.includes(step)) return false;
  if (/SCAN|TEMP B-TREE|AUTOMATIC/.test(step)) return true;
  // All of a subscribe key, or all between two stamps, whatever their channels.
  if (/\(shard=\?\)/.test(step)) return !sql.endsWith('LIMIT 1') && !step.includes(' state ');
  return / channel = \?/.test(sql) && step.includes('tt>?') && !step.includes('channel=?');
}

// Every method of every part, and what a full store does.
function useAll({ groups, access, actions, objects, push, files, history }: Parts, wait: () => void): void {
  groups.change('g', ['a', 'b'], []);
  groups.change('g', ['c'], ['a']);
  groups.members(['g']);
  groups.list({ limit: 9, after: 'a' });
  groups.delete('g');
  for (const name of ['a', 'b', 'c']) {
    const target = { resource: 'channels', name, authKey: 'k' } as const;
    access.grant([{ ...target, bits: 1, ttlMs: 1_000 }]);
    access.revoke(name, 1_000);
    access.check({ tokenId: 't', targets: [target] });
    wait();
  }
  access.grant([{ resource: 'uuids', name: 'c', authKey: undefined, bits: 0, ttlMs: undefined }]);
  access.grants({ limit: 9 });
  for (const value of ['x', 'y'])
    actions.add({ channel: 'a', message: '00000000000000005', user: 'u', type: 't', value });
  const all = { from: '0', to: '99999999999999999', max: 9 };
  const [action] = actions.list('a', all);
  if (action) actions.remove(action);
  actions.add({ channel: 'a', message: '00000000000000005', user: 'u', type: 't', value: 'x' });
  actions.of('a', ['00000000000000005']);
  history.remove('a', all);
  useObjects({ objects });
  push.change('d', ['a', 'b'], []);
  push.change('d', ['c'], ['a']);
  push.channels('d', { limit: 9 });
  push.forget('d');
  useFiles(files, wait);
}

function useObjects({ objects }: Pick<Parts, 'objects'>): void {
  const key = { type: 'membership', uuid: 'u', channel: 'a' } as const;
  const object = { fields: {}, updated: '', eTag: 't' };
  objects.write([{ key, expected: undefined, object, announce: [] }]);
  for (const range of [{ type: 'uuid' }, { type: 'channel' }, { type: 'membership', uuid: 'u' }] as const) {
    objects.list(range, { limit: 9 });
    objects.count(range);
  }
  objects.list({ type: 'membership', channel: 'a' }, { limit: 9 });
  objects.write([{ key, expected: 't', object: undefined, announce: [] }]);
}

function useFiles(files: Parts['files'], wait: () => void): void {
  const upload: Upload = { id: '1', channel: 'a', name: 'n', token: 't', readToken: 'r' };
  for (let round = 0; round < 2; round++) {
    files.announce(upload, 1_000);
    files.announced('1');
    const blob = files.begin('1');
    const block = { number: 0, bytes: new Uint8Array(10) };
    files.take({ id: '1', blob, bytes: 10, block: undefined });
    files.complete({ upload, blob, size: 10, block });
    wait();
  }
  files.list('a', 9, '0');
  files.find('1');
  const opened = files.open('1');
  files.block(opened?.blob ?? 0, 0);
  files.begin('1');
  files.remove('1');
  files.abort(files.begin('1'));
  files.begin('1');
}
