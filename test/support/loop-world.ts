import { type AnyChannels, PubNub, type PubNubOptions, type Subscription } from '../../src/index.ts';
import { createOrigin, type OriginLimits } from '../../src/origin/index.ts';
import { isTimetoken } from '../../src/protocol/timetoken.ts';
import { type Exchange, FaultyTransport } from './loop-faulty-transport.ts';
import { originTransport } from './loop-origin-transport.ts';
import { settle, VirtualClock } from './virtual-clock.ts';

/** A message that was published. */
export interface Published {
  readonly channel: string;
  readonly timetoken: string;
  /** Its payload: no two are alike. */
  readonly count: number;
}

/** A subscription with what it was asked for and what it got. */
export interface Handle {
  readonly subscription: Subscription<AnyChannels, string>;
  readonly channels: readonly string[];
  /** Names that were dropped since. */
  readonly dropped: Set<string>;
  /** How many requests had been sent when it was made. */
  readonly since: number;
  /** Where it was asked to start. */
  readonly start: string | undefined;
  /** The answer to a handshake for each name, when the client first said that it was connected. */
  readonly floors: Map<string, string | undefined>;
  readonly got: { readonly channel: string; readonly timetoken: string; readonly count: unknown }[];
  readonly readers: Reader[];
}

/** An iterator of a subscription, and what it yielded. */
export interface Reader {
  /** How many messages the subscription had got before. */
  readonly from: number;
  readonly read: unknown[];
  /** Resolves when the iterator ends. */
  readonly done: Promise<void>;
}

/** Numbers that look random and are the same in every run. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A client and an origin on one clock, with a network in between that can be told to fail. */
export class LoopWorld {
  readonly clock = new VirtualClock();
  readonly origin;
  readonly net: FaultyTransport;
  readonly client: PubNub;
  readonly published: Published[] = [];
  readonly handles: Handle[] = [];
  /** What the client's own listener got. */
  readonly seen: unknown[] = [];
  /** Milliseconds for which the machine slept. */
  slept = 0;

  constructor(options: Partial<PubNubOptions> = {}, limits: Partial<OriginLimits> = {}) {
    const { clock } = this;
    // Nothing is ever trimmed, unless a test says so: a loss would be the client's.
    this.origin = createOrigin({
      clock,
      random: randomFrom(7),
      limits: { queueLength: 10_000, liveSeconds: 86_400, ...limits },
    });
    this.net = new FaultyTransport(originTransport(this.origin), clock);
    this.client = new PubNub({
      subscribeKey: 'demo',
      publishKey: 'demo',
      userId: 'alice',
      transport: this.net.transport,
      clock,
      random: randomFrom(9),
      ...options,
    });
    this.client.on('message', ({ message }) => this.seen.push(message));
    this.client.on('status', ({ category }) => {
      if (category === 'PNConnectedCategory') for (const handle of this.handles) this.#noteFloors(handle);
    });
  }

  /** Somebody else publishes. */
  async publish(channel: string): Promise<Published> {
    const count = this.published.length;
    const target = `/publish/demo/demo/0/${encodeURIComponent(channel)}/0/${count}?uuid=bob`;
    const { body } = await this.origin.handle({
      method: 'GET',
      target,
      header: () => undefined,
      body: new Uint8Array(),
    });
    const published = { channel, timetoken: JSON.parse(body)[2] as string, count };
    this.published.push(published);
    return published;
  }

  subscribe(
    channels: readonly string[],
    { start, presence = false }: { start?: string | undefined; presence?: boolean } = {},
  ): Handle {
    let builder = this.client.subscribe().channels([...channels]);
    if (presence) builder = builder.withPresence();
    if (start !== undefined) builder = builder.withTimetoken(start);
    const since = this.net.exchanges.length;
    const handle: Handle = {
      subscription: builder.execute(),
      channels,
      dropped: new Set(),
      since,
      start,
      floors: new Map(),
      got: [],
      readers: [],
    };
    handle.subscription.on('message', ({ channel, timetoken, message }) =>
      handle.got.push({ channel, timetoken, count: message }),
    );
    this.handles.push(handle);
    this.#noteFloors(handle);
    return handle;
  }

  /** Reads the messages of a handle as they come, through a buffer of one. */
  read({ subscription, got, readers }: Handle): void {
    const read: unknown[] = [];
    const collect = async () => {
      for await (const { message } of subscription.messages({ buffer: 1 })) read.push(message);
    };
    readers.push({ from: got.length, read, done: collect() });
  }

  unsubscribe(handle: Handle): void {
    for (const name of handle.channels) handle.dropped.add(name);
    handle.subscription.unsubscribe();
  }

  /** Takes names out of every subscription. */
  async unsubscribeNames(channels: readonly string[]): Promise<void> {
    for (const handle of this.handles)
      for (const name of channels) if (handle.channels.includes(name)) handle.dropped.add(name);
    await this.client
      .unsubscribe()
      .channels([...channels])
      .execute();
  }

  /** The machine sleeps, and with it all timers. */
  sleep(milliseconds: number): void {
    this.slept += milliseconds;
    this.clock.jump(milliseconds);
  }

  /** Everything works again, and has the time to. */
  async recover(): Promise<void> {
    this.net.heal();
    await settle();
    this.client.reconnect();
    // Longer than what a fault makes a request wait.
    await this.clock.advance(1_200_000);
  }

  /** Ends client and origin. */
  async close(): Promise<void> {
    const closed = this.client.close();
    await this.clock.advance(1_000);
    await closed;
    await this.origin.close();
    await settle();
  }

  /** The handshakes that were answered since a handle was made, and may have accepted a name of it. */
  acceptances(handle: Handle, name: string): readonly Exchange[] {
    return this.net.exchanges
      .slice(handle.since)
      .filter(
        ({ kind, channels, body, signal }) =>
          kind === 'handshake' && channels.includes(name) && isAnswer(body) && !signal.aborted,
      );
  }

  // A handshake counts only if the client still wants the name when it is answered: no answer tells which one did.
  #noteFloors(handle: Handle): void {
    const note = () => {
      if (handle.floors.size > 0) return;
      for (const name of handle.channels)
        handle.floors.set(name, timetokenOf(this.acceptances(handle, name).at(-1)?.body));
    };
    handle.subscription.connected().then(note, () => undefined);
  }
}

/** Whether a body is an answer to a subscribe request. */
export function isAnswer(body: string | undefined): body is string {
  return timetokenOf(body) !== undefined;
}

/** The timetoken of an answer. */
export function timetokenOf(body: string | undefined): string | undefined {
  try {
    const answer = JSON.parse(body ?? '');
    const { t, m } = answer ?? {};
    return Array.isArray(m) && isTimetoken(t?.t) && typeof t.r === 'number' ? t.t : undefined;
  } catch {
    return undefined;
  }
}
