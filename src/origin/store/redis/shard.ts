import type { ShardStore } from '../store.ts';
import { RedisAccess } from './access.ts';
import { RedisActions } from './actions.ts';
import { RedisFiles } from './files.ts';
import { RedisGroups } from './groups.ts';
import { RedisHistory } from './history.ts';
import { Line } from './line.ts';
import { RedisLog, sliceOf } from './log.ts';
import { RedisObjects } from './objects.ts';
import { RedisPresence } from './presence.ts';
import { RedisPush } from './push.ts';
import { textsOf } from './reply.ts';
import type { RouteOptions } from './route.ts';
import { Tails } from './tails.ts';

/** The data of one subscribe key, as this process reaches it. */
export interface OpenShard {
  readonly store: ShardStore;
  close(): void;
}

/** Makes the parts of a shard. Nothing is connected before the first call. */
export function openShard(options: RouteOptions): OpenShard {
  const { rules } = options;
  const line = new Line({
    ...options,
    onPosition: ({ epoch }) => tails.setEpoch(epoch),
    onServer: (server) => tails.setServer(server),
  });
  const tails: Tails = new Tails({
    channel: line.channel,
    clock: options.clock,
    read: async (after, limit) => sliceOf(textsOf(await line.read('log.readAfter', [after, limit])), after),
    // Each answer has the number; if none comes, the next announcement asks again.
    onUnknown: () => void line.read('log.last').catch(() => undefined),
    onFollowed: (isFollowed) => line.want(isFollowed),
  });
  return {
    store: {
      log: new RedisLog(line, tails),
      presence: new RedisPresence(line, rules),
      groups: new RedisGroups(line, rules),
      history: new RedisHistory(line),
      access: new RedisAccess(line, rules),
      actions: new RedisActions(line, rules),
      files: new RedisFiles(line, rules),
      objects: new RedisObjects(line, rules),
      push: new RedisPush(line, rules),
    },
    close: () => line.close(),
  };
}
