import type { GroupExcess, GroupMember, GroupRules } from '../groups.ts';
import type { Page } from '../page.ts';
import { numberIn, textIn } from './database.ts';
import type { PartContext } from './part.ts';
import { ShardAccount } from './shard-state.ts';

/** Channel groups with the number of their channels, and the channels. */
export const GROUPS_SCHEMA = `
CREATE TABLE channel_groups (
  shard INTEGER NOT NULL,
  name TEXT NOT NULL,
  channels INTEGER NOT NULL,
  PRIMARY KEY (shard, name)
) STRICT, WITHOUT ROWID;
CREATE TABLE group_channels (
  shard INTEGER NOT NULL,
  name TEXT NOT NULL,
  channel TEXT NOT NULL,
  since TEXT NOT NULL,
  PRIMARY KEY (shard, name, channel)
) STRICT, WITHOUT ROWID;
`;

const NO_LIMITS: GroupRules = { channels: Number.POSITIVE_INFINITY, groups: Number.POSITIVE_INFINITY };

/** The change of a group: what was not there, and what was. */
interface Change {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** The channel groups of one shard. */
export class SqliteGroups {
  readonly #context: PartContext;
  readonly #rules: GroupRules;
  readonly #groups: ShardAccount;
  readonly #members: ShardAccount;

  constructor(context: PartContext) {
    this.#context = context;
    this.#rules = context.rules.groups ?? NO_LIMITS;
    const { groups, members: entries = Number.POSITIVE_INFINITY } = this.#rules;
    const { bytes = Number.POSITIVE_INFINITY } = this.#rules;
    this.#groups = new ShardAccount(context.state, 'groups', {
      entries: groups,
      bytes: Number.POSITIVE_INFINITY,
    });
    this.#members = new ShardAccount(context.state, 'members', { entries, bytes });
  }

  list({ after = '', limit }: Page): readonly string[] {
    const { db, shard } = this.#context;
    const rows = db.all(
      'SELECT name FROM channel_groups WHERE shard = ? AND name > ? ORDER BY name LIMIT ?',
      ...[shard, after, limit],
    );
    return rows.map((row) => textIn(row, 'name'));
  }

  members(groups: readonly string[]): ReadonlyMap<string, readonly GroupMember[]> {
    return new Map(groups.map((group) => [group, this.#membersOf(group)]));
  }

  change(group: string, add: readonly string[], remove: readonly string[]): GroupExcess | undefined {
    const size = this.#sizeOf(group);
    const change = this.#changeOf(group, add, remove);
    const { added, removed } = change;
    const [entries, isNew] = [added.length - removed.length, size === undefined && added.length > 0];
    if (added.length > 0 && (size ?? 0) + entries > this.#rules.channels) return 'channels';
    if (isNew && !this.#groups.hasRoom(1, 0)) return 'groups';
    const bytes = textOf(added) - textOf(removed) + (isNew ? group.length : 0);
    if (!this.#members.hasRoom(entries, bytes)) return 'channels';
    if (added.length + removed.length === 0) return undefined;
    this.#groups.add(isNew ? 1 : 0, 0);
    this.#members.add(entries, bytes);
    this.#put(group, (size ?? 0) + entries, change);
    return undefined;
  }

  delete(group: string): void {
    const { db, shard } = this.#context;
    const members = this.#membersOf(group);
    if (db.run('DELETE FROM channel_groups WHERE shard = ? AND name = ?', shard, group) === 0) return;
    db.run('DELETE FROM group_channels WHERE shard = ? AND name = ?', shard, group);
    this.#groups.add(-1, 0);
    this.#members.add(-members.length, -textOf(members.map(({ channel }) => channel)) - group.length);
    if (members.length > 0) this.#announce(group);
  }

  #sizeOf(group: string): number | undefined {
    const { db, shard } = this.#context;
    const row = db.get('SELECT channels FROM channel_groups WHERE shard = ? AND name = ?', shard, group);
    return row && numberIn(row, 'channels');
  }

  #membersOf(group: string): readonly GroupMember[] {
    const { db, shard } = this.#context;
    const rows = db.all(
      'SELECT channel, since FROM group_channels WHERE shard = ? AND name = ? ORDER BY channel',
      ...[shard, group],
    );
    return rows.map((row) => ({ channel: textIn(row, 'channel'), since: textIn(row, 'since') }));
  }

  #changeOf(group: string, add: readonly string[], remove: readonly string[]): Change {
    const removed = new Set(remove.filter((channel) => this.#has(group, channel)));
    const added = new Set(add.filter((channel) => removed.has(channel) || !this.#has(group, channel)));
    return { added: [...added], removed: [...removed] };
  }

  #has(group: string, channel: string): boolean {
    const { db, shard } = this.#context;
    const sql = 'SELECT 1 FROM group_channels WHERE shard = ? AND name = ? AND channel = ?';
    return db.get(sql, shard, group, channel) !== undefined;
  }

  #put(group: string, size: number, { added, removed }: Change): void {
    const { db, shard } = this.#context;
    const since = this.#announce(group);
    for (const channel of removed)
      db.run(
        'DELETE FROM group_channels WHERE shard = ? AND name = ? AND channel = ?',
        ...[shard, group, channel],
      );
    for (const channel of added)
      db.run(
        'INSERT INTO group_channels (shard, name, channel, since) VALUES (?, ?, ?, ?)',
        ...[shard, group, channel, since],
      );
    db.run(
      'INSERT INTO channel_groups (shard, name, channels) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET channels = excluded.channels',
      ...[shard, group, size],
    );
  }

  #announce(group: string): string {
    return this.#context.log.appendOne({ channel: group, kind: 'group', data: null }).tt;
  }
}

function textOf(names: readonly string[]): number {
  return names.reduce((characters, name) => characters + name.length, 0);
}
