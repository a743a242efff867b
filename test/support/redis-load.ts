import type { ShardLog } from '../../src/origin/store/log.ts';
import type { Stamp } from '../../src/origin/store/stamp.ts';
import { type ShardRules, StoreUnavailable } from '../../src/origin/store/store.ts';
import { systemClock } from '../../src/origin/system.ts';
import { Follower } from '../../src/origin/window/follower.ts';
import { pause } from './redis-server.ts';

/** Rules that no test comes near. */
export const ROOMY: ShardRules = {
  announceMax: 1_000,
  leaseMs: 300_000,
  log: { entries: 1_000_000, bytes: 1e9, publishIds: 1_000_000, publishIdBytes: 1e9 },
  history: { channelEntries: 1_000, entries: 100_000, bytes: 1e9, keepMs: 86_400_000 },
};

/** Publishers that go on, whatever happens. */
export interface Load {
  /** The stamp of each message that was acknowledged, by its name, in the order of the acknowledgements. */
  readonly acknowledged: ReadonlyMap<string, Stamp>;
  /** The longest time without an acknowledgement, in milliseconds. */
  readonly longestPause: number;
  /** Ends it, when each publisher has got an acknowledgement for its last message. */
  stop(): Promise<void>;
}

/** Publishes over several logs at the same time, and repeats what has not been acknowledged. */
export function publishOn(logs: readonly ShardLog[], publishers = 8): Load {
  const acknowledged = new Map<string, Stamp>();
  let isOver = false;
  let longestPause = 0;
  let last = performance.now();
  const work = Array.from({ length: publishers }, async (_, publisher) => {
    const log = logs[publisher % logs.length];
    for (let count = 0; log && !isOver; count++) {
      const name = `${publisher}-${count}`;
      acknowledged.set(name, await publish(log, name));
      longestPause = Math.max(longestPause, performance.now() - last);
      last = performance.now();
    }
  });
  return {
    acknowledged,
    get longestPause() {
      return Math.max(longestPause, isOver ? 0 : performance.now() - last);
    },
    stop: async () => {
      isOver = true;
      await Promise.all(work);
    },
  };
}

/** Publishes a message, and again as long as its outcome is unknown. */
export async function publish(log: ShardLog, name: string): Promise<Stamp> {
  for (;;) {
    try {
      const data = { payload: JSON.stringify(name) };
      const request = { kind: 'message', channel: 'a', data, history: {} } as const;
      const [appended] = await log.append([{ ...request, publishId: name }]);
      if (appended) return appended.tt;
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      await pause();
    }
  }
}

/** Who has read a log, as an origin does. */
export interface Reader {
  readonly follower: Follower;
  /** The names of the messages of the log as it is now, as they were delivered. */
  readonly names: string[];
  readonly stamps: Stamp[];
  /** How often the log was another one. */
  readonly resets: number;
}

/** Follows a log from here. */
export async function read(log: ShardLog): Promise<Reader> {
  const names: string[] = [];
  const stamps: Stamp[] = [];
  let resets = -1;
  const follower = new Follower({
    log,
    clock: systemClock,
    checks: true,
    onEntry: (entry) => {
      if (entry.kind === 'message') names.push(String(JSON.parse(entry.data.payload)));
      stamps.push(entry.tt);
    },
    onLost: () => undefined,
    onReset: () => {
      resets++;
      // What the log before had is read again, as far as this one has it.
      names.length = 0;
      stamps.length = 0;
    },
    onLive: () => undefined,
    onFailure: () => undefined,
  });
  await follower.start();
  return {
    ...{ follower, names, stamps },
    get resets() {
      return resets;
    },
  };
}

/** All entries of a log: their names, and their stamps. */
export async function contentsOf(log: ShardLog): Promise<ReadonlyMap<string, Stamp>> {
  const found = new Map<string, Stamp>();
  for (let position = '0'.repeat(17); ; ) {
    const { entries, upto } = await log.readAfter(position, 500);
    for (const entry of entries) {
      if (entry.kind !== 'message') continue;
      const name = String(JSON.parse(entry.data.payload));
      if (found.has(name)) throw new Error(`${name} is in the log twice.`);
      found.set(name, entry.tt);
    }
    if (entries.length < 500) return found;
    position = upto;
  }
}
