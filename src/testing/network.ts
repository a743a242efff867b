import type { AnyChannels, PubNub, PubNubOptions } from 'timetoken';
import { check, checkOptions, NAME, optional } from '../origin/checks.ts';
import { ASYNC_DISPOSE } from '../protocol/disposal.ts';
import { withoutSecrets } from './ciphers.ts';
import { callSiteOf, type TestNetworkError } from './errors.ts';
import { FaultyNetwork } from './faulty-network.ts';
import { KEY } from './keys.ts';
import type { ReceivedMessage, SeenMessage } from './messages.ts';
import {
  type ClientOptions,
  type EndOptions,
  KINDS,
  type ResetOptions,
  type SubscribedOptions,
  type TestNetworkOptions,
} from './options.ts';
import { clear, close, closeClients, leftovers, mend, type NetworkParts, networkParts } from './parts.ts';
import { TestPeople } from './people.ts';
import { type ListenOptions, listen, type Port } from './port.ts';
import { type Recording, readRecording } from './recording.ts';
import { checkReplayOptions, Player, type Replay, type ReplayOptions } from './replay.ts';
import type { TestClock } from './test-clock.ts';
import type { TranscriptEntry } from './transcript.ts';

/** A network for tests: an origin, the way to it, and everything that can happen on it. See `createTestNetwork()`. */
export class TestNetwork extends FaultyNetwork implements AsyncDisposable {
  /** The network as a `fetch`, for `new PubNub({ fetch: network.fetch })`, or in place of the global one. */
  readonly fetch: (input: Request | string | URL, init?: RequestInit) => Promise<Response>;
  readonly #parts: NetworkParts;
  readonly #ofClients: Pick<ClientOptions, 'fetch' | 'onDelivered' | 'logger'>;
  #ending: Promise<Error | undefined> | undefined;

  constructor(options?: TestNetworkOptions) {
    super(() => this.#open);
    const parts = networkParts(options);
    const { wire, origin, observer } = parts;
    const way =
      (reports: boolean): TestNetwork['fetch'] =>
      async (given, init) => {
        const input = given instanceof Request && !init ? given : new Request(given, init);
        const forward = (signal: AbortSignal) => origin.current.fetch(new Request(input, { signal }));
        return wire.fetch(input, { forward, reports });
      };
    this.#parts = parts;
    this.fetch = way(false);
    this.#ofClients = {
      fetch: way(true),
      onDelivered: (entry, client) => observer.messages.delivered(entry, client),
      logger: { error: observer.logged },
    };
  }

  /** The time of origin and clients. */
  get clock(): TestClock {
    return this.#parts.clock;
  }

  /**
   * Makes a client of a user on this network. It is closed with the network, also by `reset()` without `keepClients`; a
   * second one of the same name is another client. Throws a `TypeError` for an invalid name, and the client's `PubNubError`
   * (`PN-1007`) for an invalid option.
   *
   * @example
   * ```ts
   * const alice = network.client('alice');
   * await alice.publish().channel('room').message('hello').execute();
   * ```
   */
  client<Channels extends object = AnyChannels>(
    userId: string,
    options?: Partial<PubNubOptions>,
  ): PubNub<Channels> {
    return this.#open.clients.make<Channels>(this.options, userId, options);
  }

  /** The options of a client on this network: `new PubNub({ ...network.options, userId: 'alice' })`. */
  get options(): ClientOptions {
    const { observer, random, clock, cipher } = this.#parts;
    const { subscribeKey, publishKey = 'demo' } = observer.keys.first;
    const own = { clock, random: random.next, freezePayloads: true, ...cipher };
    return withoutSecrets({ subscribeKey, publishKey, ...this.#ofClients, ...own });
  }

  /** @deprecated Write `handlers(network)`, of `timetoken/testing/msw`. Throws a `TypeError` that says so. */
  get handlers(): { readonly is: 'handlers(network) of timetoken/testing/msw' } {
    throw new TypeError(
      'network.handlers has moved: import { handlers } from "timetoken/testing/msw", and write handlers(network).',
    );
  }

  /** Further origins that `handlers(network)` of `timetoken/testing/msw` answers for. */
  get origins(): readonly string[] {
    return this.#parts.origins;
  }

  /** The network on a port of this machine, for code that opens sockets of its own. Needs Node. */
  async listen(options?: ListenOptions): Promise<Port> {
    const { ports } = this.#open;
    const port = await listen(this.#parts, options);
    ports.add(port);
    // The network may have been closed in the meantime.
    if (this.#ending !== undefined) await port.close();
    this.#checkOpen();
    return port;
  }

  /** The users of one of several keysets; those of the network itself are on the one that the code under test uses. */
  keyset(subscribeKey: string): TestPeople {
    const { observer } = this.#open;
    check('network.keyset(): subscribeKey', subscribeKey, KEY);
    return new TestPeople(() => ({ ...this.#open, keyset: observer.keys.of(subscribeKey) }));
  }

  /**
   * Plays what `timetoken record` has written: the path of a file, or its lines. Resolves when the events that are due at
   * once have reached their subscribers; at a speed, the others come as the clock moves. Rejects with a `TypeError` that
   * names the invalid line.
   */
  async replay(recording: Recording, options?: ReplayOptions): Promise<Replay> {
    const { players, observer } = this.#open;
    const { speed } = checkReplayOptions(options);
    const events = await readRecording(recording);
    const player = new Player(events, { ...this.#open, keyset: observer.keys.current }, speed);
    players.add(player);
    await player.start();
    return player;
  }

  /** Messages that the code under test has sent, to one channel or to all, oldest first; none that the test published. */
  published<Payload = unknown>(channel?: string): readonly SeenMessage<Payload>[] {
    check('network.published(): channel', channel, optional(NAME));
    // The test declares what it expects; a matcher compares.
    return this.#open.observer.messages.published(channel) as readonly SeenMessage<Payload>[];
  }

  /** Messages that listeners of clients got, or readers took, on one channel or on all, in order. */
  received<Payload = unknown>(channel?: string): readonly ReceivedMessage<Payload>[] {
    check('network.received(): channel', channel, optional(NAME));
    // As above.
    return this.#open.observer.messages.received(channel) as readonly ReceivedMessage<Payload>[];
  }

  /** The channels and groups that have subscribers, sorted. */
  get subscriptions(): readonly string[] {
    return this.#open.observer.subscriptions.names;
  }

  /** Resolves when a user (any, or the given one) is subscribed to a channel or group, and the client knows it. */
  async subscribed(name: string, options?: SubscribedOptions): Promise<void> {
    const { waits, observer } = this.#open;
    const { subscriptions } = observer;
    check('network.subscribed(): name', name, NAME);
    const { userId } = checkOptions('network.subscribed()', options, KINDS.subscribed);
    const who = userId === undefined ? 'Somebody' : `"${userId}"`;
    const expected = () =>
      `${who} was expected to subscribe to "${name}". There are subscriptions to: ${subscriptions.names.join(', ') || 'nothing'}.`;
    await waits.until(() => subscriptions.has(name, userId), expected, callSiteOf(this.subscribed));
    await waits.idle();
  }

  /** Resolves when nothing more happens by itself: every request is answered, or waits for time or for a message. */
  async idle(): Promise<void> {
    return this.#open.waits.idle();
  }

  /**
   * Moves time on until a promise settles, for calls that need time: retries, deadlines, delays. Rejects as the promise
   * does, and with a `TestNetworkError` when an hour is not enough.
   */
  async settled<T>(promise: Promise<T>): Promise<T> {
    return this.#open.waits.untilSettled(promise, callSiteOf(this.settled));
  }

  /** The requests so far, oldest first. */
  transcript(): readonly TranscriptEntry[] {
    return this.#open.transcript.entries;
  }

  /** Makes an error that ends in the transcript. */
  error(message: string): TestNetworkError {
    return this.#parts.error(message);
  }

  /**
   * Resets the network between two tests: answers parked polls, and clears messages, faults, time and transcript. It then
   * rejects if the test left something behind: open requests, unexpected ones, failed listeners, unhandled rejections.
   */
  async reset(options?: ResetOptions): Promise<void> {
    const parts = this.#open;
    const { keepClients = false, ...end } = checkOptions('network.reset()', options, KINDS.reset);
    if (!keepClients) await closeClients(parts);
    const left = await leftovers(parts, end, keepClients);
    if (keepClients) mend(parts);
    else await clear(parts);
    parts.transcript.clear();
    if (!keepClients && !parts.observer.closed) parts.origin.renew();
    if (left) throw left;
  }

  /** Ends the network, as `reset` does; later requests are refused. May be called again, and reports everything once. */
  async close(options?: EndOptions): Promise<void> {
    return this.#end(checkOptions('network.close()', options, KINDS.close), false);
  }

  /** As `close`, but without a report of open requests: a test that fails may not have closed its clients. */
  [ASYNC_DISPOSE](): Promise<void> {
    return this.#end({}, true);
  }

  /** The parts. Throws when the network is closed, or is being closed: a call of the test would have no effect. */
  get #open(): NetworkParts {
    this.#checkOpen();
    return this.#parts;
  }

  #checkOpen(): void {
    if (this.#ending !== undefined)
      throw this.error('The test network is closed. Make another one: createTestNetwork().');
  }

  async #end(options: EndOptions, mayBeOpen: boolean): Promise<void> {
    const isFirst = this.#ending === undefined;
    this.#ending ??= this.#closeAll(options, mayBeOpen);
    const left = await this.#ending;
    if (left && isFirst) throw left;
  }

  async #closeAll(options: EndOptions, mayBeOpen: boolean): Promise<Error | undefined> {
    await closeClients(this.#parts);
    const left = await leftovers(this.#parts, options, mayBeOpen);
    await close(this.#parts);
    return left;
  }
}
