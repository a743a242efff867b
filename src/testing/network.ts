import type { RequestHandler } from 'msw';
import { ASYNC_DISPOSE } from '../protocol/disposal.ts';
import { check, checkOptions, DURATION, NAME, optional, STRING } from './checks.ts';
import { callSiteOf, type TestNetworkError } from './errors.ts';
import { connectionError, tokenExpired } from './fault-answers.ts';
import type { FaultOptions, RequestMatcher, SetFault } from './faults.ts';
import { handlersFor } from './handlers.ts';
import type { ReceivedMessage, SeenMessage } from './messages.ts';
import {
  type ClientOptions,
  type EndOptions,
  KINDS,
  type ResetOptions,
  type SleepOptions,
  type SubscribedOptions,
  type TestNetworkOptions,
} from './options.ts';
import { clear, close, leftovers, mend, type NetworkParts, networkParts } from './parts.ts';
import { TestPeople } from './people.ts';
import { type ListenOptions, listen, type Port } from './port.ts';
import { type Recording, readRecording } from './recording.ts';
import { checkReplayOptions, Player, type Replay, type ReplayOptions } from './replay.ts';
import type { TestClock } from './test-clock.ts';
import type { TranscriptEntry } from './transcript.ts';

/** A network for tests: an origin, the way to it, and everything that can happen on it. See `createTestNetwork()`. */
export class TestNetwork extends TestPeople implements AsyncDisposable {
  /** The network as a `fetch`, for `new PubNub({ fetch: network.fetch })`, or in place of the global one. */
  readonly fetch: (input: Request | string | URL, init?: RequestInit) => Promise<Response>;
  readonly #parts: NetworkParts;
  #handlers: readonly RequestHandler[] | undefined;
  #ending: Promise<Error | undefined> | undefined;

  constructor(options?: TestNetworkOptions) {
    super(() => ({ ...this.#open, keyset: this.#parts.observer.keys.current }));
    const parts = networkParts(options);
    const { wire, origin } = parts;
    this.#parts = parts;
    this.fetch = (given, init) => {
      const input = given instanceof Request && !init ? given : new Request(given, init);
      return wire.fetch(input, (signal) => origin.current.fetch(new Request(input, { signal })));
    };
  }

  /** The time of origin and clients. */
  get clock(): TestClock {
    return this.#parts.clock;
  }

  /** The options of a client on this network: `new PubNub({ ...network.options, userId: 'alice' })`. */
  get options(): ClientOptions {
    const { observer, random, clock } = this.#parts;
    const { subscribeKey, publishKey = 'demo' } = observer.keys.first;
    return { subscribeKey, publishKey, fetch: this.fetch, clock, random: random.next, freezePayloads: true };
  }

  /**
   * The network as msw handlers, for `setupServer(...network.handlers)`: any `ps*.pndsn.com`, and the origins of the
   * option `origins`. Needs the package `msw`.
   */
  get handlers(): readonly RequestHandler[] {
    this.#handlers ??= handlersFor(this.fetch, this.#parts.origins);
    return this.#handlers;
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
    check('network.keyset(): subscribeKey', subscribeKey, STRING);
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

  /** Messages that have reached clients, on one channel or on all, in order. */
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

  /** Makes requests fail. Throws a `TypeError` or `RangeError` on a fault that could never happen. */
  fail(what: RequestMatcher, options: FaultOptions): SetFault {
    return this.#open.wire.faults.add(what, options, callSiteOf(this.fail));
  }

  /** Cuts the network off: open connections break, new ones are refused. */
  offline(): void {
    const { wire } = this.#open;
    wire.conditions.offline = true;
    wire.cut(() => connectionError('ECONNRESET'));
  }

  /** Ends `offline()`. */
  online(): void {
    this.#open.wire.conditions.offline = false;
  }

  /** Delays each request by so many milliseconds before it reaches the origin; `0` ends it. */
  delay(milliseconds: number): void {
    this.#open.wire.conditions.setDelay(milliseconds);
  }

  /** Duplicates the messages in the next subscribe answers that have any. */
  duplicate(answers = 1): void {
    this.#open.wire.conditions.duplicate(answers);
  }

  /** Expires every token that was used so far; held polls are answered with the error. */
  expireToken(): void {
    const { wire } = this.#open;
    wire.conditions.expireTokens();
    wire.cut(({ token }) => (token === undefined ? undefined : tokenExpired()));
  }

  /** The clients' machine sleeps: time passes, their timers do not fire, and their connections are lost. */
  async sleep(milliseconds: number, options?: SleepOptions): Promise<void> {
    const { wire, clock, waits } = this.#open;
    const { connections = 'dead' } = checkOptions('network.sleep()', options, KINDS.sleep);
    check('network.sleep(): milliseconds', milliseconds, DURATION);
    if (connections === 'dead') wire.lose();
    await clock.sleep(milliseconds);
    if (connections === 'reset') wire.cut(() => connectionError('ECONNRESET'));
    await waits.idle();
  }

  /** Makes an error that ends in the transcript. */
  error(message: string): TestNetworkError {
    return this.#parts.error(message);
  }

  /**
   * Resets the network between two tests: answers parked polls, and clears messages, faults, time and transcript. It then
   * rejects if the test left something behind: open requests, unexpected ones, unhandled rejections.
   */
  async reset(options?: ResetOptions): Promise<void> {
    const parts = this.#open;
    const { keepClients = false, ...end } = checkOptions('network.reset()', options, KINDS.reset);
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
    this.#ending ??= leftovers(this.#parts, options, mayBeOpen).then(async (left) => {
      await close(this.#parts);
      return left;
    });
    const left = await this.#ending;
    if (left && isFirst) throw left;
  }
}
