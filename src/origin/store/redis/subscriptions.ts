import type { Connection, Listener } from './connection.ts';

/** What follows a channel. */
export interface Follower {
  onMessage: Listener;
  /** `false`: messages may be lost, until it is `true` again. */
  onState(isUp: boolean): void;
}

/** How announcements are subscribed to. */
export interface SubscriptionsOptions {
  connect(): Promise<Connection>;
  readonly isSharded: boolean;
}

/** The channels of one server that are followed, over a connection of their own, which is made again when it is lost. */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #followers = new Map<string, Follower>();
  #connection: Promise<Connection> | undefined;
  #isClosed = false;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
  }

  /** Follows a channel. Rejects when the server cannot be reached now. */
  async add(channel: string, follower: Follower): Promise<void> {
    this.#followers.set(channel, follower);
    try {
      const connection = await this.#connected();
      if (this.#followers.get(channel) !== follower) return;
      await this.#subscribe(connection, channel);
    } catch (error) {
      if (this.#followers.get(channel) === follower) this.#followers.delete(channel);
      throw error;
    }
  }

  /** Ends what `add` has begun. */
  async remove(channel: string): Promise<void> {
    if (!this.#followers.delete(channel) || !this.#connection) return;
    try {
      const connection = await this.#connection;
      await connection.unsubscribe(channel, this.#options.isSharded);
    } catch {
      // Without a connection nothing is followed.
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#followers.clear();
    this.#connection?.then(
      (connection) => connection.end(),
      () => undefined,
    );
  }

  #connected(): Promise<Connection> {
    this.#connection ??= this.#connect();
    return this.#connection;
  }

  async #connect(): Promise<Connection> {
    try {
      const connection = await this.#options.connect();
      void connection.ended.then(() => this.#lost());
      if (this.#isClosed) connection.end();
      return connection;
    } catch (error) {
      this.#connection = undefined;
      throw error;
    }
  }

  #subscribe(connection: Connection, channel: string): Promise<void> {
    return connection.subscribe(
      channel,
      (message) => this.#followers.get(channel)?.onMessage(message),
      this.#options.isSharded,
    );
  }

  // Whoever follows a channel hears of it, and follows it again.
  #lost(): void {
    this.#connection = undefined;
    const followers = [...this.#followers.values()];
    this.#followers.clear();
    for (const follower of followers) follower.onState(false);
  }
}
