import {
  type Fields,
  idOf,
  type KeyedObject,
  type MembershipRange,
  type ObjectKey,
  type ObjectProblem,
  type ObjectRange,
  type ObjectRules,
  type ObjectWrite,
  objectWeight,
  type StoredObject,
} from '../objects.ts';
import type { Page } from '../page.ts';
import { numberIn, type Row, textIn } from './database.ts';
import { ObjectRanges } from './object-ranges.ts';
import type { PartContext } from './part.ts';
import { ShardAccount } from './shard-state.ts';

/**
 * Users, channels and memberships in one table: a user has no channel, and a channel no user, which is an empty text. Each
 * index lists one side of memberships.
 */
export const OBJECTS_SCHEMA = `
CREATE TABLE objects (
  id INTEGER PRIMARY KEY,
  shard INTEGER NOT NULL,
  type TEXT NOT NULL,
  uuid TEXT NOT NULL,
  channel TEXT NOT NULL,
  fields TEXT NOT NULL,
  updated TEXT NOT NULL,
  etag TEXT NOT NULL,
  weight INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX objects_by_user ON objects (shard, type, uuid, channel);
CREATE INDEX objects_by_channel ON objects (shard, type, channel, uuid);
`;

const NO_LIMITS: ObjectRules = {
  objects: Number.POSITIVE_INFINITY,
  memberships: Number.POSITIVE_INFINITY,
  characters: Number.POSITIVE_INFINITY,
};

/** The growth of a batch. */
interface Growth {
  objects: number;
  characters: number;
  /** By range. */
  readonly ranges: Map<string, number>;
}

/** The App Context of one shard. */
export class SqliteObjects {
  readonly #context: PartContext;
  readonly #rules: ObjectRules;
  readonly #account: ShardAccount;
  readonly #ranges: ObjectRanges;

  constructor(context: PartContext) {
    this.#context = context;
    this.#rules = context.rules.objects ?? NO_LIMITS;
    const { objects: entries, characters: bytes } = this.#rules;
    this.#account = new ShardAccount(context.state, 'objects', { entries, bytes });
    this.#ranges = new ObjectRanges(context);
  }

  get(keys: readonly ObjectKey[]): readonly (StoredObject | undefined)[] {
    return keys.map((key) => this.#find(key)).map((row) => row && objectIn(row));
  }

  list(range: ObjectRange, { after = '', limit }: Page): readonly KeyedObject[] {
    const { db, shard } = this.#context;
    const [given, listed] = sidesOf(range);
    const rows = db.all(
      `SELECT * FROM objects WHERE shard = ? AND type = ? AND ${given.column} = ? AND ${listed} > ? ORDER BY ${listed} LIMIT ?`,
      ...[shard, range.type, given.name, after, limit],
    );
    return rows.map((row) => ({ key: keyIn(row), object: objectIn(row) }));
  }

  count(range: ObjectRange): number {
    return this.#ranges.sizeOf(rangeName(range));
  }

  write(batch: readonly ObjectWrite[], emptied?: MembershipRange): ObjectProblem | undefined {
    const known = batch.map(({ key }) => this.#find(key));
    const isExpected = ({ expected }: ObjectWrite, index: number) => {
      const row = known[index];
      return (row && textIn(row, 'etag')) === expected;
    };
    if (!batch.every(isExpected)) return 'conflict';
    const growth = growthOf(batch, known);
    const rest = emptied && rangeName(emptied);
    if (rest !== undefined && this.#ranges.sizeOf(rest) + (growth.ranges.get(rest) ?? 0) > 0)
      return 'conflict';
    const excess = this.#excessOf(growth);
    if (excess) return excess;
    for (const write of batch) this.#put(write);
    for (const [range, more] of growth.ranges) this.#ranges.grow(range, more);
    this.#account.add(growth.objects, growth.characters);
    this.#context.log.append(batch.flatMap(({ announce }) => announce));
    return undefined;
  }

  #find(key: ObjectKey): Row | undefined {
    const { db, shard } = this.#context;
    const { uuid, channel } = namesOf(key);
    return db.get(
      'SELECT * FROM objects WHERE shard = ? AND type = ? AND uuid = ? AND channel = ?',
      ...[shard, key.type, uuid, channel],
    );
  }

  // A batch that shrinks is allowed, also above the limits.
  #excessOf({ objects, characters, ranges }: Growth): ObjectProblem | undefined {
    const excess = this.#account.excess(objects, characters);
    if (excess) return excess === 'entries' ? 'objects' : 'characters';
    for (const [range, more] of ranges) {
      if (!isMembershipRange(range) || more <= 0) continue;
      if (this.#ranges.sizeOf(range) + more > this.#rules.memberships) return 'memberships';
    }
    return undefined;
  }

  #put({ key, object }: ObjectWrite): void {
    const { db, shard } = this.#context;
    const { uuid, channel } = namesOf(key);
    const place = [shard, key.type, uuid, channel];
    if (!object) {
      db.run('DELETE FROM objects WHERE shard = ? AND type = ? AND uuid = ? AND channel = ?', ...place);
      return;
    }
    const { fields, updated, eTag } = object;
    db.run(
      'INSERT INTO objects (shard, type, uuid, channel, fields, updated, etag, weight) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (shard, type, uuid, channel) DO UPDATE SET fields = excluded.fields, updated = excluded.updated, etag = excluded.etag, weight = excluded.weight',
      ...[...place, JSON.stringify(fields), updated, eTag, objectWeight({ key, object })],
    );
  }
}

function growthOf(batch: readonly ObjectWrite[], known: readonly (Row | undefined)[]): Growth {
  const growth: Growth = { objects: 0, characters: 0, ranges: new Map() };
  for (const [index, { key, object }] of batch.entries()) {
    const row = known[index];
    const more = Number(object !== undefined) - Number(row !== undefined);
    growth.objects += more;
    growth.characters += (object ? objectWeight({ key, object }) : 0) - (row ? numberIn(row, 'weight') : 0);
    if (more === 0) continue;
    for (const range of rangesWith(key)) growth.ranges.set(range, (growth.ranges.get(range) ?? 0) + more);
  }
  return growth;
}

// A name comes last, so that whatever is in it no two ranges have the same.
function rangeName(range: ObjectRange): string {
  if (range.type !== 'membership') return range.type;
  return 'uuid' in range ? `of/${range.uuid}` : `in/${range.channel}`;
}

function isMembershipRange(range: string): boolean {
  return range !== 'uuid' && range !== 'channel';
}

function rangesWith(key: ObjectKey): readonly string[] {
  return key.type === 'membership' ? [`of/${key.uuid}`, `in/${key.channel}`] : [key.type];
}

/** The column that a range gives, and the one by which it is listed. */
function sidesOf(
  range: ObjectRange,
): readonly [given: { readonly column: string; readonly name: string }, listed: string] {
  if ('uuid' in range) return [{ column: 'uuid', name: range.uuid }, 'channel'];
  if ('channel' in range) return [{ column: 'channel', name: range.channel }, 'uuid'];
  return range.type === 'uuid'
    ? [{ column: 'channel', name: '' }, 'uuid']
    : [{ column: 'uuid', name: '' }, 'channel'];
}

function namesOf(key: ObjectKey): { readonly uuid: string; readonly channel: string } {
  if (key.type === 'membership') return key;
  return key.type === 'uuid' ? { uuid: idOf(key), channel: '' } : { uuid: '', channel: idOf(key) };
}

function keyIn(row: Row): ObjectKey {
  const [type, uuid, channel] = [textIn(row, 'type'), textIn(row, 'uuid'), textIn(row, 'channel')];
  if (type === 'uuid') return { type, uuid };
  return type === 'channel' ? { type, channel } : { type: 'membership', uuid, channel };
}

function objectIn(row: Row): StoredObject {
  // `#put` has printed it from fields.
  const fields = JSON.parse(textIn(row, 'fields')) as Fields;
  return { fields, updated: textIn(row, 'updated'), eTag: textIn(row, 'etag') };
}
