import { StoreUnavailable } from '../store.ts';
import type { Address, Connection } from './connection.ts';
import { isScriptMissing, isWrongRole, RedisStoreError } from './errors.ts';
import { LIBRARY } from './lua/library.ts';
import { Replication } from './replication.ts';
import { Subscriptions } from './subscriptions.ts';

// Valkey says which Redis it is like.
const OLDEST = 7;

/** How a server is reached. */
export interface ServerOptions {
  readonly address: Address;
  /** Opens a connection to it. */
  connect(): Promise<Connection>;
  /** `true` in a cluster, where announcements stay with their keys. */
  readonly isSharded: boolean;
  /** The replicas that have to have a change; 0: none. */
  readonly replicas: number;
}

/** A primary, for as long as the connections to it live. */
export class Server {
  /** What the server calls itself until it is restarted. */
  readonly runId: string;
  readonly address: Address;
  readonly isSharded: boolean;
  readonly subscriptions: Subscriptions;
  /** Resolves when a connection is gone: what was sent over it is not known any more. */
  readonly ended: Promise<void>;
  readonly #connections: readonly Connection[];
  readonly #connection: Connection;
  readonly #replication: Replication | undefined;
  readonly #script: string;

  private constructor(options: ServerOptions, connections: readonly Connection[], known: Known) {
    const { address, isSharded, replicas } = options;
    const [connection, replicating] = connections;
    if (!connection) throw new Error('A server needs a connection.');
    this.address = address;
    this.isSharded = isSharded;
    this.#connections = connections;
    this.#connection = connection;
    this.#replication = replicating && new Replication(replicating, replicas);
    this.runId = known.runId;
    this.#script = known.script;
    this.subscriptions = new Subscriptions({ connect: () => options.connect(), isSharded });
    this.ended = Promise.race(connections.map(({ ended }) => ended)).then(() => this.end());
  }

  /** Connects to a server. Rejects if it is not a primary. */
  static async open(options: ServerOptions): Promise<Server> {
    const opened = await Promise.allSettled(
      Array.from({ length: options.replicas > 0 ? 2 : 1 }, () => options.connect()),
    );
    const connections = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    try {
      for (const result of opened) if (result.status === 'rejected') throw result.reason;
      return new Server(options, connections, await ask(connections));
    } catch (error) {
      for (const connection of connections) connection.end();
      throw error;
    }
  }

  /** Runs the script on the data of a key. `isReplicated`: resolves when enough replicas have what it wrote. */
  async run(key: string, args: readonly string[], isReplicated = false): Promise<unknown> {
    const command = ['EVALSHA', this.#script, '1', key, ...args];
    const whole = ['EVAL', LIBRARY, '1', key, ...args];
    try {
      if (isReplicated && this.#replication) return await this.#replication.run({ command, whole });
      return await this.#connection.command(command).catch((error: unknown) => {
        if (isScriptMissing(error)) return this.#connection.command(whole);
        throw error;
      });
    } catch (error) {
      if (isWrongRole(error)) this.end();
      throw error;
    }
  }

  end(): void {
    for (const connection of this.#connections) connection.end();
    this.subscriptions.close();
  }
}

/** What is to be known of a server before it is used. */
interface Known {
  readonly runId: string;
  readonly script: string;
}

async function ask([connection]: readonly Connection[]): Promise<Known> {
  if (!connection) throw new Error('A server needs a connection.');
  const [info, role, script] = await Promise.all([
    connection.command(['INFO', 'server']),
    connection.command(['ROLE']),
    connection.command(['SCRIPT', 'LOAD', LIBRARY]),
  ]);
  if (!Array.isArray(role) || role[0] !== 'master') {
    throw new StoreUnavailable('This Redis server is a replica.');
  }
  const version = /^redis_version:(\d+)/m.exec(String(info))?.[1];
  if (Number(version) < OLDEST)
    throw new RedisStoreError(`The server is Redis ${version}. Use Redis ${OLDEST} or newer, or Valkey.`);
  const runId = /^run_id:(\w+)/m.exec(String(info))?.[1];
  if (runId === undefined) {
    throw new RedisStoreError('The server does not say its run id. Use Redis 7 or newer, or Valkey.');
  }
  return { runId, script: String(script) };
}
