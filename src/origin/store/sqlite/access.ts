import {
  type AccessFound,
  type AccessQuery,
  type AccessRules,
  type Grant,
  type GrantTarget,
  targetKey,
} from '../access.ts';
import type { Page } from '../page.ts';
import { numberIn, optionalNumberIn, optionalTextIn, type Row, textIn } from './database.ts';
import type { PartContext } from './part.ts';
import { ShardAccount } from './shard-state.ts';

/** Grants by their targets, and revoked tokens, each with the time until which it counts; NULL is for ever. */
export const ACCESS_SCHEMA = `
CREATE TABLE grants (
  shard INTEGER NOT NULL,
  target TEXT NOT NULL,
  resource TEXT NOT NULL,
  name TEXT NOT NULL,
  auth_key TEXT,
  bits INTEGER NOT NULL,
  expires REAL,
  PRIMARY KEY (shard, target)
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_by_expiry ON grants (shard, expires) WHERE expires IS NOT NULL;
CREATE TABLE revoked_tokens (
  shard INTEGER NOT NULL,
  token TEXT NOT NULL,
  expires REAL NOT NULL,
  PRIMARY KEY (shard, token)
) STRICT, WITHOUT ROWID;
CREATE INDEX revoked_tokens_by_expiry ON revoked_tokens (shard, expires);
`;

const NO_LIMITS: AccessRules = { grants: Number.POSITIVE_INFINITY, revokedTokens: Number.POSITIVE_INFINITY };
// Of what has expired, so many are dropped together: the work of about a millisecond.
const DROPPED_AT_ONCE = 200;
const RESOURCES = ['channels', 'groups', 'uuids', 'subkey'] as const;

/** The grants and revoked tokens of one shard. What has expired is dropped with the next changes. */
export class SqliteAccess {
  readonly #context: PartContext;
  readonly #granted: ShardAccount;
  readonly #tokens: ShardAccount;

  constructor(context: PartContext) {
    this.#context = context;
    const { grants, revokedTokens, bytes = Number.POSITIVE_INFINITY } = context.rules.access ?? NO_LIMITS;
    this.#granted = new ShardAccount(context.state, 'grants', { entries: grants, bytes });
    this.#tokens = new ShardAccount(context.state, 'tokens', { entries: revokedTokens, bytes });
  }

  grant(grants: readonly Grant[]): boolean {
    const added = new Set(grants.filter(({ bits }) => bits !== 0).map(targetKey));
    let isClean = this.#dropExpiredGrants();
    while (!isClean && !this.#hasRoom(added)) isClean = this.#dropExpiredGrants();
    if (!this.#hasRoom(added)) return false;
    let changed = false;
    for (const grant of grants) changed = this.#put(grant) || changed;
    if (changed) this.#announce();
    return true;
  }

  check({ tokenId, targets }: AccessQuery): AccessFound {
    const { db, shard } = this.#context;
    const grants = targets.flatMap((target) => {
      const row = db.get('SELECT * FROM grants WHERE shard = ? AND target = ?', shard, targetKey(target));
      return row ? this.#inForce(row) : [];
    });
    return { isRevoked: tokenId !== undefined && this.#isRevoked(tokenId), grants };
  }

  grants({ after = '', limit }: Page): readonly Grant[] {
    const { db, shard } = this.#context;
    const rows = db.all(
      'SELECT * FROM grants WHERE shard = ? AND target > ? AND (expires IS NULL OR expires > ?) ORDER BY target LIMIT ?',
      ...[shard, after, this.#context.now(), limit],
    );
    return rows.flatMap((row) => this.#inForce(row));
  }

  revoke(tokenId: string, ttlMs: number): boolean {
    const { db, shard } = this.#context;
    if (this.#isRevoked(tokenId)) return true;
    let isClean = this.#dropExpiredTokens();
    while (!isClean && !this.#tokens.hasRoom(1, tokenId.length)) isClean = this.#dropExpiredTokens();
    if (!this.#tokens.hasRoom(1, tokenId.length)) return false;
    this.#tokens.add(1, tokenId.length);
    const expires = this.#context.now() + ttlMs;
    db.run('INSERT INTO revoked_tokens (shard, token, expires) VALUES (?, ?, ?)', shard, tokenId, expires);
    this.#announce();
    return true;
  }

  #put({ bits, ttlMs, ...target }: Grant): boolean {
    const { db, shard } = this.#context;
    const key = targetKey(target);
    if (bits === 0) return this.#forget(key);
    if (!this.#has(key)) this.#granted.add(1, key.length);
    const expires = ttlMs === undefined ? undefined : this.#context.now() + ttlMs;
    db.run(
      'INSERT INTO grants (shard, target, resource, name, auth_key, bits, expires) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET bits = excluded.bits, expires = excluded.expires',
      ...[shard, key, target.resource, target.name, target.authKey, bits, expires],
    );
    return true;
  }

  #announce(): void {
    this.#context.log.appendOne({ channel: '', kind: 'access', data: null });
  }

  #isRevoked(tokenId: string): boolean {
    const { db, shard } = this.#context;
    const sql = 'SELECT 1 FROM revoked_tokens WHERE shard = ? AND token = ?';
    return db.get(sql, shard, tokenId) !== undefined;
  }

  #inForce(row: Row): readonly Grant[] {
    const expires = optionalNumberIn(row, 'expires');
    const ttlMs = expires === undefined ? undefined : expires - this.#context.now();
    if (ttlMs !== undefined && ttlMs <= 0) return [];
    return [{ ...targetIn(row), bits: numberIn(row, 'bits'), ttlMs }];
  }

  #has(key: string): boolean {
    const { db, shard } = this.#context;
    return db.get('SELECT 1 FROM grants WHERE shard = ? AND target = ?', shard, key) !== undefined;
  }

  #hasRoom(keys: ReadonlySet<string>): boolean {
    const more = [...keys].filter((key) => !this.#has(key));
    return this.#granted.hasRoom(
      more.length,
      more.reduce((sum, key) => sum + key.length, 0),
    );
  }

  #forget(key: string): boolean {
    const { db, shard } = this.#context;
    if (db.run('DELETE FROM grants WHERE shard = ? AND target = ?', shard, key) === 0) return false;
    this.#granted.add(-1, -key.length);
    return true;
  }

  // `true` if these were all.
  #dropExpiredGrants(): boolean {
    const { db, shard } = this.#context;
    const expired = db.all(
      'SELECT target FROM grants WHERE shard = ? AND expires IS NOT NULL AND expires <= ? LIMIT ?',
      ...[shard, this.#context.now(), DROPPED_AT_ONCE],
    );
    for (const row of expired) this.#forget(textIn(row, 'target'));
    return expired.length < DROPPED_AT_ONCE;
  }

  #dropExpiredTokens(): boolean {
    const { db, shard } = this.#context;
    const expired = db.all(
      'SELECT token FROM revoked_tokens WHERE shard = ? AND expires <= ? LIMIT ?',
      ...[shard, this.#context.now(), DROPPED_AT_ONCE],
    );
    for (const row of expired) {
      const token = textIn(row, 'token');
      db.run('DELETE FROM revoked_tokens WHERE shard = ? AND token = ?', shard, token);
      this.#tokens.add(-1, -token.length);
    }
    return expired.length < DROPPED_AT_ONCE;
  }
}

function targetIn(row: Row): GrantTarget {
  const resource = RESOURCES.find((known) => known === row['resource']);
  if (!resource) throw new TypeError('A grant names no resource that is known.');
  return { resource, name: textIn(row, 'name'), authKey: optionalTextIn(row, 'auth_key') };
}
