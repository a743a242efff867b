import { presenceNameOf } from '../../protocol/names.ts';
import type { Entry, EntryContent } from '../store/entry.ts';
import type { PageOfUsers, Present, Swept, Touch, Touched } from '../store/presence.ts';
import { type Stamp, ZERO_STAMP } from '../store/stamp.ts';
import type { ShardRules, ShardStore } from '../store/store.ts';
import { has, present } from './expect.ts';
import { entriesAfter, type World } from './world.ts';

export const EVERYBODY: PageOfUsers = { offset: 0, limit: 10_000, room: 10_000_000 };

const MOST = 10_000;

/** Presence with what it has logged so far. */
export class Attendance {
  readonly shard: ShardStore;
  #position: Stamp = ZERO_STAMP;

  constructor(shard: ShardStore) {
    this.shard = shard;
  }

  static async open(world: World, rules: Partial<ShardRules> = {}): Promise<Attendance> {
    return new Attendance(await world.shard(rules));
  }

  /** Renews leases of a user, `ann`, or of an instance of one, `ann@1`. */
  async join(who: string, ...channels: readonly string[]): Promise<Touched> {
    const [touched] = await this.shard.presence.touch([touchOf(who, channels)]);
    return present(touched, 'a result');
  }

  async leave(who: string, ...channels: readonly string[]): Promise<void> {
    const { user, instance } = touchOf(who, channels);
    await this.shard.presence.leave(user, channels, instance);
  }

  async sweep(max = MOST): Promise<Swept> {
    return await this.shard.presence.sweep(max);
  }

  /** The entries since the last call. */
  async entries(): Promise<readonly Entry[]> {
    const entries = await entriesAfter(this.shard.log, this.#position);
    this.#position = entries.at(-1)?.tt ?? this.#position;
    return entries;
  }

  /** The entries since the last call in a word each, such as `join ann a 1`. */
  async told(): Promise<readonly string[]> {
    return (await this.entries()).map(wordsOf);
  }

  async users(channel: string): Promise<readonly string[]> {
    const { channels } = await this.hereNow([channel]);
    return channels.flatMap(({ users }) => users.map(({ user }) => user));
  }

  hereNow(channels: readonly string[] | undefined, page: Partial<PageOfUsers> = {}): Promise<Present> {
    return this.shard.presence.hereNow(channels, { ...EVERYBODY, ...page });
  }
}

/** What an entry says, with an interval's users in order. */
export function wordsOf(entry: Entry): string {
  if (entry.kind === 'leave') return leaveWords(entry.channel, entry.data);
  if (entry.kind !== 'presence') return entry.kind;
  const { data } = entry;
  const channel = entry.channel.slice(0, -presenceNameOf('').length);
  has(entry, { channel: presenceNameOf(channel) }, 'the presence channel');
  if (data.action !== 'interval') {
    const words = [data.action, data.user, channel, data.occupancy];
    return data.state === undefined ? words.join(' ') : [...words, data.state].join(' ');
  }
  const lists = (['join', 'leave', 'timeout'] as const).map((list) =>
    data[list] === undefined ? '' : ` ${list} ${[...data[list]].sort().join(' ')}`,
  );
  return `interval ${channel} ${data.occupancy}${lists.join('')}${data.hereNowRefresh ? ' refresh' : ''}`;
}

/** The touch of a user, `ann`, or of an instance of one, `ann@1`. */
export function touchOf(who: string, channels: readonly string[]): Touch {
  const [user = '', instance] = who.split('@');
  return { user, channels, ...(instance !== undefined && { instance }) };
}

function leaveWords(user: string, data: Extract<EntryContent, { readonly kind: 'leave' }>['data']): string {
  if ('channels' in data) return `control ${user}@${data.instance} ${data.channels.join(' ')}`;
  return `control ${user} ${data.join(' ')}`;
}
