import type { Page } from '../page.ts';
import type { PushExcess, PushRules } from '../push.ts';
import { numberIn, textIn } from './database.ts';
import type { PartContext } from './part.ts';
import { ShardAccount } from './shard-state.ts';

/** Devices with the number of their channels and the characters of these, and the channels. */
export const PUSH_SCHEMA = `
CREATE TABLE push_devices (
  shard INTEGER NOT NULL,
  device TEXT NOT NULL,
  channels INTEGER NOT NULL,
  weight INTEGER NOT NULL,
  PRIMARY KEY (shard, device)
) STRICT, WITHOUT ROWID;
CREATE TABLE push_channels (
  shard INTEGER NOT NULL,
  device TEXT NOT NULL,
  channel TEXT NOT NULL,
  PRIMARY KEY (shard, device, channel)
) STRICT, WITHOUT ROWID;
`;

const NO_LIMITS: PushRules = { devices: Number.POSITIVE_INFINITY, channels: Number.POSITIVE_INFINITY };

/** What a device takes: its channels and their characters, and its own, if it has any channel. */
interface Size {
  readonly channels: number;
  readonly weight: number;
}

/** The devices of one shard. A device without channels is removed. */
export class SqlitePush {
  readonly #context: PartContext;
  readonly #rules: PushRules;
  readonly #devices: ShardAccount;
  readonly #registrations: ShardAccount;

  constructor(context: PartContext) {
    this.#context = context;
    this.#rules = context.rules.push ?? NO_LIMITS;
    const { devices, registrations: entries = Number.POSITIVE_INFINITY } = this.#rules;
    const { bytes = Number.POSITIVE_INFINITY } = this.#rules;
    this.#devices = new ShardAccount(context.state, 'devices', {
      entries: devices,
      bytes: Number.POSITIVE_INFINITY,
    });
    this.#registrations = new ShardAccount(context.state, 'registrations', { entries, bytes });
  }

  channels(device: string, { after = '', limit }: Page): readonly string[] {
    const { db, shard } = this.#context;
    const rows = db.all(
      'SELECT channel FROM push_channels WHERE shard = ? AND device = ? AND channel > ? ORDER BY channel LIMIT ?',
      ...[shard, device, after, limit],
    );
    return rows.map((row) => textIn(row, 'channel'));
  }

  change(device: string, add: readonly string[], remove: readonly string[]): PushExcess | undefined {
    const known = this.#sizeOf(device);
    const unwanted = new Set(remove);
    const added = [...new Set(add)].filter((name) => !unwanted.has(name) && !this.#has(device, name));
    const removed = [...unwanted].filter((name) => this.#has(device, name));
    const channels = known.channels + added.length - removed.length;
    const own = Number(channels > 0) - Number(known.channels > 0);
    const weight = known.weight + textOf(added) - textOf(removed) + own * device.length;
    if (channels > known.channels && channels > this.#rules.channels) return 'channels';
    if (!this.#devices.hasRoom(own, 0)) return 'devices';
    const [entries, bytes] = [channels - known.channels, weight - known.weight];
    if (!this.#registrations.hasRoom(entries, bytes)) return 'channels';
    this.#registrations.add(entries, bytes);
    this.#devices.add(own, 0);
    for (const channel of removed) this.#remove(device, channel);
    for (const channel of added) this.#add(device, channel);
    if (added.length + removed.length > 0) this.#resize(device, { channels, weight });
    return undefined;
  }

  forget(device: string): void {
    const { db, shard } = this.#context;
    const { channels, weight } = this.#sizeOf(device);
    if (channels === 0) return;
    db.run('DELETE FROM push_channels WHERE shard = ? AND device = ?', shard, device);
    this.#resize(device, { channels: 0, weight: 0 });
    this.#registrations.add(-channels, -weight);
    this.#devices.add(-1, 0);
  }

  #sizeOf(device: string): Size {
    const { db, shard } = this.#context;
    const sql = 'SELECT channels, weight FROM push_devices WHERE shard = ? AND device = ?';
    const row = db.get(sql, shard, device);
    return row
      ? { channels: numberIn(row, 'channels'), weight: numberIn(row, 'weight') }
      : { channels: 0, weight: 0 };
  }

  #resize(device: string, { channels, weight }: Size): void {
    const { db, shard } = this.#context;
    if (channels === 0) {
      db.run('DELETE FROM push_devices WHERE shard = ? AND device = ?', shard, device);
      return;
    }
    db.run(
      'INSERT INTO push_devices (shard, device, channels, weight) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET channels = excluded.channels, weight = excluded.weight',
      ...[shard, device, channels, weight],
    );
  }

  #has(device: string, channel: string): boolean {
    const { db, shard } = this.#context;
    const sql = 'SELECT 1 FROM push_channels WHERE shard = ? AND device = ? AND channel = ?';
    return db.get(sql, shard, device, channel) !== undefined;
  }

  #add(device: string, channel: string): void {
    const { db, shard } = this.#context;
    const sql = 'INSERT INTO push_channels (shard, device, channel) VALUES (?, ?, ?)';
    db.run(sql, shard, device, channel);
  }

  #remove(device: string, channel: string): void {
    const { db, shard } = this.#context;
    const sql = 'DELETE FROM push_channels WHERE shard = ? AND device = ? AND channel = ?';
    db.run(sql, shard, device, channel);
  }
}

function textOf(names: readonly string[]): number {
  return names.reduce((characters, name) => characters + name.length, 0);
}
