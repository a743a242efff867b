import type { Clock } from '../../../protocol/clock.ts';
import { StoreUnavailable } from '../store.ts';
import { RedisStoreError } from './errors.ts';

/** The place of a server. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What the connections to a server are made with. */
export interface Access {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  /** The number of the database. */
  readonly database?: number | undefined;
  readonly tls: boolean;
}

/** Called with each message of a channel. */
export type Listener = (message: string) => void;

/**
 * One connection to one server, for as long as it lives. It is never mended: commands that were sent one after the other
 * have come to the same server, on the same connection, or are rejected.
 */
export interface Connection {
  /** Sends a command. Commands arrive in the order of the calls. Rejects with the error as it came. */
  command(args: readonly string[]): Promise<unknown>;
  subscribe(channel: string, listener: Listener, isSharded: boolean): Promise<void>;
  unsubscribe(channel: string, isSharded: boolean): Promise<void>;
  /** Resolves when the connection is gone, for whatever reason. */
  readonly ended: Promise<void>;
  /** Closes it. To call it again does nothing. */
  end(): void;
}

/** Opens connections. */
export type Connect = (address: Address, access: Access) => Promise<Connection>;

/** Milliseconds within which a server has to accept a connection, and to answer a command. */
export const PATIENCE_MS = 1_500;

/** The package, which is loaded with the first store: an origin without Redis does not need it. */
async function loaded(): Promise<typeof import('redis')> {
  try {
    return await import('redis');
  } catch (cause) {
    throw new RedisStoreError('A store over Redis needs the package `redis`. Install it: npm install redis', {
      cause,
    });
  }
}

/** Connects with the package `redis`. */
export function connecting(clock: Clock): Connect {
  // At once, so that the first call does not wait for it; without the package each connection says so.
  const loading = loaded();
  loading.catch(() => undefined);
  return async ({ host, port }, { username, password, database, tls }) => {
    const { createClient } = await loading;
    const client = createClient({
      socket: { host, port, connectTimeout: PATIENCE_MS, reconnectStrategy: false, ...(tls && { tls }) },
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...(database !== undefined && { database }),
      RESP: 3,
      disableOfflineQueue: true,
      maintNotifications: 'disabled',
      // Times out below, without a timer of the package for each command.
      commandOptions: { timeout: 0 },
    });
    const life = lifeOf(() => client.destroy());
    // What ends it says more than the error of a command that it has ended.
    let reason: unknown;
    client.on('error', (error: unknown) => {
      reason ??= error;
    });
    for (const event of ['error', 'terminated', 'sharded-channel-moved']) client.on(event, life.end);
    const inTime = <Result>(work: () => Promise<Result>): Promise<Result> =>
      new Promise((resolve, reject) => {
        const timer = clock.setTimeout(() => {
          reject(new StoreUnavailable(`Redis did not answer within ${PATIENCE_MS} ms.`));
          life.end();
        }, PATIENCE_MS);
        const settled = (async () => work())();
        settled.finally(() => clock.clearTimeout(timer)).then(resolve, reject);
      });
    try {
      await inTime(() => client.connect());
    } catch (error) {
      life.end();
      throw reason ?? error;
    }
    return {
      ...life,
      command: (args) => inTime(() => client.sendCommand<unknown>([...args])),
      subscribe: (channel, listener, isSharded) =>
        inTime(() =>
          isSharded ? client.sSubscribe(channel, listener) : client.subscribe(channel, listener),
        ),
      unsubscribe: (channel, isSharded) =>
        inTime(() => (isSharded ? client.sUnsubscribe(channel) : client.unsubscribe(channel))),
    };
  };
}

/** Something that ends once. */
function lifeOf(onEnd: () => void): Pick<Connection, 'ended' | 'end'> {
  let isOver = false;
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const end = () => {
    if (isOver) return;
    isOver = true;
    try {
      onEnd();
    } catch {
      // The package throws when the socket has gone before.
    }
    resolve();
  };
  return { ended, end };
}
