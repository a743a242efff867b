import { infoOf, type RedisServer, startAll, startRedis, until } from './redis-server.ts';

const SLOTS = 16_384;

/** A primary with its replicas. */
export interface RedisReplicas {
  readonly primary: RedisServer;
  readonly replicas: readonly RedisServer[];
  stop(): Promise<void>;
}

/** Starts a primary with replicas that follow it. `undefined` where Redis is not installed. */
export async function startReplicas(
  count: number,
  args: readonly string[] = [],
): Promise<RedisReplicas | undefined> {
  const primary = await startRedis({ args });
  const replicas = primary && (await startAll(count, () => ({ args: [...args, ...followerOf(primary)] })));
  if (!primary || !replicas) {
    await primary?.stop();
    return undefined;
  }
  for (const replica of replicas) await follows(replica);
  await confirms(primary, replicas.length);
  const stop = async () => {
    await Promise.all([primary, ...replicas].map((server) => server.stop()));
  };
  return { primary, replicas, stop };
}

/** A primary with its replicas, watched by Sentinels. */
export interface RedisSentinels extends RedisReplicas {
  /** The URL of the store. */
  readonly url: string;
  readonly sentinels: readonly RedisServer[];
  /** The server that the Sentinels take for the primary. */
  current(): Promise<RedisServer>;
}

/** Starts Sentinels that watch a primary and its replicas. `undefined` where Redis is not installed. */
export async function startSentinels(count = 1, replicaCount = 2): Promise<RedisSentinels | undefined> {
  const group = await startReplicas(replicaCount);
  const sentinels =
    group && (await startAll(count, () => ({ program: 'redis-sentinel', config: watching(group) })));
  const [first] = sentinels ?? [];
  if (!group || !sentinels || !first) {
    await group?.stop();
    return undefined;
  }
  for (const sentinel of sentinels) {
    await until(async () => {
      const state = String(await sentinel.command('INFO', 'sentinel'));
      return state.includes(`slaves=${replicaCount},sentinels=${count}`);
    }, 'the Sentinels to know all replicas and each other');
  }
  const servers = [group.primary, ...group.replicas];
  return {
    ...group,
    sentinels,
    url: `redis+sentinel://${sentinels.map(({ name }) => name).join(',')}/main`,
    current: async () => {
      const answer = await first.command('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', 'main');
      const found = servers.find(({ port }) => Array.isArray(answer) && Number(answer[1]) === port);
      if (!found) throw new Error('The Sentinels know another primary.');
      return found;
    },
    stop: async () => {
      await Promise.all(sentinels.map((sentinel) => sentinel.stop()));
      await group.stop();
    },
  };
}

/** A cluster of three primaries with a replica each. */
export interface RedisCluster {
  readonly servers: readonly RedisServer[];
  readonly urls: readonly string[];
  /** The primary that has the slot of a key. */
  primaryOf(slot: number): Promise<RedisServer>;
  stop(): Promise<void>;
}

/** Starts a cluster. `undefined` where Redis is not installed. */
export async function startCluster(): Promise<RedisCluster | undefined> {
  const args = [
    '--cluster-enabled',
    'yes',
    '--cluster-node-timeout',
    '1000',
    '--cluster-replica-validity-factor',
    '0',
  ];
  const servers = await startAll(6, () => ({ args }));
  if (!servers) return undefined;
  const [first, ...others] = servers;
  if (!first) return undefined;
  for (const other of others) await first.command('CLUSTER', 'MEET', '127.0.0.1', `${other.port}`);
  const primaries = servers.slice(0, 3);
  for (const [index, server] of primaries.entries()) {
    const [from, to] = [index, index + 1].map((part) => Math.floor((SLOTS * part) / primaries.length));
    await server.command('CLUSTER', 'ADDSLOTSRANGE', `${from}`, `${(to ?? 0) - 1}`);
  }
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
  };
  for (const server of servers) {
    await until(
      async () => (await nodesOf(server)).length === servers.length,
      'the nodes to know each other',
    );
  }
  for (const [index, replica] of servers.slice(3).entries()) {
    const id = String(await primaries[index]?.command('CLUSTER', 'MYID'));
    await replica.command('CLUSTER', 'REPLICATE', id);
    await follows(replica);
  }
  for (const server of servers) {
    await until(
      async () => String(await server.command('CLUSTER', 'INFO')).includes('cluster_state:ok'),
      'the cluster to be there',
    );
  }
  return {
    servers,
    urls: servers.map(({ url }) => url),
    primaryOf: async (slot) => {
      for (const server of servers) {
        const ranges = await server.command('CLUSTER', 'SLOTS').catch(() => undefined);
        if (!Array.isArray(ranges)) continue;
        const range = ranges.find(([from, to]) => from <= slot && slot <= to);
        const found = servers.find(({ port }) => port === range?.[2]?.[1]);
        if (found) return found;
      }
      throw new Error(`No node has the slot ${slot}.`);
    },
    stop,
  };
}

function followerOf({ port }: RedisServer): readonly string[] {
  return ['--replicaof', '127.0.0.1', `${port}`];
}

// A replica that has just come confirms nothing for up to a second, although it is said to be online.
async function confirms(primary: RedisServer, count: number): Promise<void> {
  await primary.command('SET', 'begin', '1');
  await primary.command('DEL', 'begin');
  const written = Number(await infoOf(primary, 'master_repl_offset'));
  for (let index = 0; index < count; index++) {
    await until(async () => {
      const line = await infoOf(primary, `slave${index}`);
      return Number(/offset=(\d+)/.exec(line ?? '')?.[1] ?? 0) >= written;
    }, 'the replica to confirm what was written');
  }
}

async function follows(replica: RedisServer): Promise<void> {
  await until(
    async () => (await infoOf(replica, 'master_link_status')) === 'up',
    'the replica to follow its primary',
  );
}

function watching({ primary }: RedisReplicas): () => string {
  return () =>
    [
      `sentinel monitor main 127.0.0.1 ${primary.port} 1`,
      'sentinel down-after-milliseconds main 1000',
      'sentinel failover-timeout main 4000',
      'sentinel parallel-syncs main 2',
    ].join('\n');
}

async function nodesOf(server: RedisServer): Promise<readonly string[]> {
  return String(await server.command('CLUSTER', 'NODES'))
    .split('\n')
    .filter((line) => line !== '');
}
