import PeerClient, { type PeerStatus } from 'pubnub';
import { PubNub, type PubNubOptions } from '../../src/index.ts';
import { nodeTransport } from '../../src/node/index.ts';
import { Inbox } from './integration-inbox.ts';

/** A message or signal, in the words that both clients share. */
export interface Heard {
  readonly channel: string;
  readonly subscription: string | null;
  readonly timetoken: string;
  readonly publisher: string | undefined;
  readonly message: unknown;
  readonly meta: unknown;
}

/** A presence event, in the words that both clients share. */
export interface Seen {
  readonly event: string;
  readonly channel: string;
  readonly uuid: string | undefined;
  readonly occupancy: number;
  readonly state: unknown;
  /** Who came, in an announcement of several changes. */
  readonly joined: readonly string[];
}

/** What may be said of a message beside its payload. */
export interface Manner {
  readonly meta?: Readonly<Record<string, string | number>>;
  readonly post?: boolean;
  readonly store?: boolean;
}

/** What may be said of a subscription beside its channels. */
export interface Joining {
  readonly presence?: boolean;
  readonly timetoken?: string;
  /** The user's state on all of the channels. */
  readonly state?: Readonly<Record<string, unknown>>;
}

/** One user on the network, whoever made the client. */
export interface Party extends AsyncDisposable {
  readonly userId: string;
  readonly messages: Inbox<Heard>;
  readonly signals: Inbox<Heard>;
  readonly presence: Inbox<Seen>;
  publish(channel: string, message: unknown, manner?: Manner): Promise<string>;
  signal(channel: string, message: unknown): Promise<string>;
  fire(channel: string, message: unknown): Promise<string>;
  time(): Promise<string>;
  /** Subscribes; resolves when the server has accepted it. */
  join(channels: readonly string[], joining?: Joining): Promise<void>;
  /** Unsubscribes; resolves when the server has heard of it, or the client says so. */
  leave(channels: readonly string[]): Promise<void>;
}

/** How a party is made: on which origin, and as whom. */
export type MakeParty = (host: string, userId: string, options?: Partial<PubNubOptions>) => Party;

const KEYS = { subscribeKey: 'demo', publishKey: 'demo', ssl: false } as const;

/** Our client over `fetch`. */
export const oursOverFetch: MakeParty = (host, userId, options = {}) =>
  new OurParty(new PubNub({ ...KEYS, origin: host, userId, ...options }), userId);

/** Our client over `node:http`. */
export const oursOverNode: MakeParty = (host, userId, options = {}) =>
  oursOverFetch(host, userId, { transport: nodeTransport(), ...options });

/** The client of another maker. It cannot publish what JavaScript takes for false. */
export const theirs: MakeParty = (host, userId, options = {}) =>
  new TheirParty(
    new PeerClient({
      ...KEYS,
      origin: host,
      userId,
      ...(options.presenceTimeout !== undefined && { presenceTimeout: options.presenceTimeout }),
      ...(options.useInstanceId !== undefined && { useInstanceId: options.useInstanceId }),
    }),
    userId,
  );

function inboxes(userId: string) {
  return {
    messages: new Inbox<Heard>(`messages of ${userId}`),
    signals: new Inbox<Heard>(`signals of ${userId}`),
    presence: new Inbox<Seen>(`presence events of ${userId}`),
  };
}

class OurParty implements Party {
  readonly userId: string;
  readonly messages;
  readonly signals;
  readonly presence;
  readonly #client: PubNub;

  constructor(client: PubNub, userId: string) {
    this.userId = userId;
    this.#client = client;
    const { messages, signals, presence } = inboxes(userId);
    this.messages = messages;
    this.signals = signals;
    this.presence = presence;
    client.addListener({
      message: ({ userMetadata: meta, ...event }) => messages.put(heard({ ...event, meta })),
      signal: ({ userMetadata: meta, ...event }) => signals.put(heard({ ...event, meta })),
      presence: ({ event, channel, uuid, occupancy, state, joined }) =>
        presence.put({ event, channel, uuid, occupancy, state, joined }),
    });
  }

  async publish(channel: string, message: unknown, { meta, post, store }: Manner = {}): Promise<string> {
    const payload = message as string; // Any JSON value, which only the caller knows.
    const builder = this.#client.publish({
      channel,
      message: payload,
      ...(meta && { meta }),
      ...(post !== undefined && { usePost: post }),
      ...(store !== undefined && { shouldStore: store }),
    });
    return (await builder.execute()).timetoken;
  }

  async signal(channel: string, message: unknown): Promise<string> {
    const payload = message as string; // Any JSON value, which only the caller knows.
    return (await this.#client.signal({ channel, message: payload }).execute()).timetoken;
  }

  async fire(channel: string, message: unknown): Promise<string> {
    const payload = message as string; // Any JSON value, which only the caller knows.
    return (await this.#client.fire({ channel, message: payload }).execute()).timetoken;
  }

  async time(): Promise<string> {
    return (await this.#client.time().execute()).timetoken;
  }

  async join(channels: readonly string[], { presence, timetoken, state }: Joining = {}): Promise<void> {
    const subscription = this.#client
      .subscribe({
        channels,
        ...(presence && { withPresence: true }),
        ...(timetoken !== undefined && { withTimetoken: timetoken }),
        ...(state && { withState: state }),
      })
      .execute();
    await subscription.connected();
  }

  leave(channels: readonly string[]): Promise<void> {
    return this.#client.unsubscribe({ channels }).execute();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#client.close();
  }
}

class TheirParty implements Party {
  readonly userId: string;
  readonly messages;
  readonly signals;
  readonly presence;
  readonly #client: PeerClient;
  readonly #statuses: Inbox<PeerStatus>;

  constructor(client: PeerClient, userId: string) {
    this.userId = userId;
    this.#client = client;
    const { messages, signals, presence } = inboxes(userId);
    this.messages = messages;
    this.signals = signals;
    this.presence = presence;
    const statuses = new Inbox<PeerStatus>(`statuses of ${userId}`);
    this.#statuses = statuses;
    client.addListener({
      message: ({ userMetadata: meta, ...event }) => messages.put(heard({ ...event, meta })),
      signal: ({ userMetadata: meta, ...event }) => signals.put(heard({ ...event, meta })),
      presence: ({ action, channel, uuid, occupancy, state, join = [] }) =>
        presence.put({ event: action, channel, uuid, occupancy, state, joined: join }),
      status: statuses.put,
    });
  }

  async publish(channel: string, message: unknown, { meta, post, store }: Manner = {}): Promise<string> {
    const { timetoken } = await this.#client.publish({
      channel,
      message,
      ...(meta && { meta }),
      ...(post !== undefined && { sendByPost: post }),
      ...(store !== undefined && { storeInHistory: store }),
    });
    return timetoken;
  }

  async signal(channel: string, message: unknown): Promise<string> {
    return (await this.#client.signal({ channel, message })).timetoken;
  }

  async fire(channel: string, message: unknown): Promise<string> {
    return (await this.#client.fire({ channel, message })).timetoken;
  }

  async time(): Promise<string> {
    return String((await this.#client.time()).timetoken);
  }

  async join(channels: readonly string[], { presence, timetoken, state }: Joining = {}): Promise<void> {
    const before = this.#statuses.all.length;
    this.#client.subscribe({
      channels,
      ...(presence && { withPresence: true }),
      ...(timetoken !== undefined && { timetoken }),
    });
    await this.#statuses.until(
      (all) => all.slice(before).some(({ category }) => category === 'PNConnectedCategory'),
      'a connection',
    );
    // It can tell its state only after it has joined.
    if (state) await this.#client.setState({ channels, state, withHeartbeat: true });
  }

  async leave(channels: readonly string[]): Promise<void> {
    const before = this.#statuses.all.length;
    this.#client.unsubscribe({ channels });
    await this.#statuses.until(
      (all) => all.slice(before).some(({ operation }) => operation === 'PNUnsubscribeOperation'),
      'the answer to a leave',
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.unsubscribeAll();
    this.#client.stop();
  }
}

function heard({ channel, subscription, timetoken, publisher, message, meta }: Heard): Heard {
  return { channel, subscription, timetoken, publisher, message, meta };
}
