import type { RequestHandler } from 'msw';
import type { Timetoken } from '../protocol/timetoken.ts';
import { Backstage } from './backstage.ts';
import { callSiteOf, type TestNetworkError } from './errors.ts';
import { connectionError, tokenExpired } from './fault-answers.ts';
import type { FaultOptions, RequestMatcher, SetFault } from './faults.ts';
import { check, FORWARD, NAME, optional } from './given.ts';
import { handlersFor } from './handlers.ts';
import type { ReceivedMessage, SeenMessage } from './messages.ts';
import {
  type ClientOptions,
  checkEndOptions,
  checkResetOptions,
  checkSleepOptions,
  checkSubscribed,
  type EndOptions,
  type ResetOptions,
  type SleepOptions,
  type SubscribedOptions,
  type TestNetworkOptions,
} from './options.ts';
import type { TestPeople, TestPublishOptions, TestState } from './people.ts';
import type { ListenOptions, Port } from './port.ts';
import type { Recording } from './recording.ts';
import type { Replay, ReplayOptions } from './replay.ts';
import type { TestClock } from './test-clock.ts';
import type { TranscriptEntry } from './transcript.ts';

/** A network for tests: an origin, the way to it, and everything that can happen on it. See `createTestNetwork()`. */
export class TestNetwork implements AsyncDisposable {
  /** The network as a `fetch`, for `new PubNub({ fetch: network.fetch })`, or in place of the global one. */
  readonly fetch: (input: Request | string | URL, init?: RequestInit) => Promise<Response>;
  readonly #stage: Backstage;
  #handlers: readonly RequestHandler[] | undefined;
  #ending: Promise<Error | undefined> | undefined;

  constructor(options?: TestNetworkOptions) {
    this.#stage = new Backstage(options);
    const { wire } = this.#stage;
    this.fetch = (input, init) =>
      wire.fetch(input instanceof Request && !init ? input : new Request(input, init));
  }

  /** Time, as origin and clients see it. */
  get clock(): TestClock {
    return this.#stage.clock;
  }

  /** What a client on this network is made with: `new PubNub({ ...network.options, userId: 'alice' })`. */
  get options(): ClientOptions {
    const { clock, keys, random } = this.#stage;
    const { subscribeKey, publishKey = 'demo' } = keys.first;
    const { fetch } = this;
    return { subscribeKey, publishKey, fetch, clock, random: random.next, freezePayloads: true };
  }

  /**
   * The network as msw handlers, for `setupServer(...network.handlers)`: any `ps*.pndsn.com`, and the origins of the
   * option `origins`. Needs the package `msw`.
   */
  get handlers(): readonly RequestHandler[] {
    this.#handlers ??= handlersFor(this.#stage.wire.fetch, this.#stage.origins);
    return this.#handlers;
  }

  /** The network on a port of this machine, for code that opens sockets of its own. Needs Node. */
  listen(options?: ListenOptions): Promise<Port> {
    return this.#stage.listen(options);
  }

  /** The people on one of several keysets; those of the network itself are on the one that the code under test uses. */
  keyset(subscribeKey: string): TestPeople {
    return this.#live.peopleOn(subscribeKey);
  }

  /** Publishes as somebody else would; resolves to the timetoken. */
  publish(channel: string, message: unknown, options?: TestPublishOptions): Promise<Timetoken> {
    return this.#stage.people.publish(channel, message, options);
  }

  /** Somebody comes. */
  join(channel: string, userId: string, state?: TestState): Promise<void> {
    return this.#stage.people.join(channel, userId, state);
  }

  /** Somebody leaves. */
  leave(channel: string, userId: string): Promise<void> {
    return this.#stage.people.leave(channel, userId);
  }

  /** Somebody who is present has not been heard of for too long. Rejects with a `TypeError` when they are not. */
  timeout(channel: string, userId: string): Promise<void> {
    return this.#stage.people.timeout(channel, userId);
  }

  /** Somebody's state changes. */
  setState(channel: string, userId: string, state: TestState): Promise<void> {
    return this.#stage.people.setState(channel, userId, state);
  }

  /**
   * Plays what `timetoken record` has written: the path of a file, or its lines. Resolves when what is due at once has
   * reached those who listen; at a speed, the rest comes as the clock moves. Rejects with a `TypeError` that names the
   * line which is wrong.
   */
  replay(recording: Recording, options?: ReplayOptions): Promise<Replay> {
    return this.#stage.replay(recording, options);
  }

  /** What the code under test has sent, to one channel or to all, oldest first. What the test published is not in it. */
  published<Payload = unknown>(channel?: string): readonly SeenMessage<Payload>[] {
    // The test says what it expects; a matcher compares.
    check('network.published(): channel', channel, optional(NAME));
    return this.#live.seen.published(channel) as readonly SeenMessage<Payload>[];
  }

  /** What has reached the clients, on one channel or on all, in order. */
  received<Payload = unknown>(channel?: string): readonly ReceivedMessage<Payload>[] {
    check('network.received(): channel', channel, optional(NAME));
    return this.#live.seen.received(channel) as readonly ReceivedMessage<Payload>[];
  }

  /** The channels and groups that anybody is subscribed to, sorted. */
  get subscriptions(): readonly string[] {
    return this.#live.listening.names;
  }

  /** Resolves when somebody (or the given user) is subscribed to a channel or group, and knows it. */
  async subscribed(name: string, options?: SubscribedOptions): Promise<void> {
    const { listening, waits } = this.#live;
    const { userId } = checkSubscribed(name, options);
    const who = userId === undefined ? 'Somebody' : `"${userId}"`;
    const expected = () =>
      `${who} was expected to subscribe to "${name}". There are subscriptions to: ${listening.names.join(', ') || 'nothing'}.`;
    await waits.until(() => listening.has(name, userId), expected, callSiteOf(this.subscribed));
    await this.idle();
  }

  /** Resolves when nothing more happens by itself: every request is answered, or waits for time or for a message. */
  async idle(): Promise<void> {
    return this.#live.idle();
  }

  /**
   * Moves time on until a promise settles, for what needs time to come to its end: retries, deadlines, delays. Rejects as
   * the promise does, and with a `TestNetworkError` when an hour is not enough.
   */
  async settled<T>(promise: Promise<T>): Promise<T> {
    return this.#live.settled(promise, callSiteOf(this.settled));
  }

  /** What went over the network so far, oldest first. */
  transcript(): readonly TranscriptEntry[] {
    return this.#live.wire.transcript.entries;
  }

  /** Makes requests fail. Throws a `TypeError` or `RangeError` on a fault that would never happen. */
  fail(what: RequestMatcher, options: FaultOptions): SetFault {
    return this.#live.wire.faults.add(what, options, callSiteOf(this.fail));
  }

  /** The network is gone: open connections break, new ones are refused. */
  offline(): void {
    const { wire } = this.#live;
    wire.conditions.offline = true;
    wire.cut(() => connectionError('ECONNRESET'));
  }

  /** The network is back. */
  online(): void {
    this.#live.wire.conditions.offline = false;
  }

  /** Each request is under way for so many milliseconds before it reaches the origin; `0` takes it back. */
  delay(milliseconds: number): void {
    this.#live.wire.conditions.delay = milliseconds;
  }

  /** The next answers to subscribers that hold entries hold each of them twice. */
  duplicate(answers = 1): void {
    this.#live.wire.conditions.duplicate(answers);
  }

  /** Every token that was used until now has expired; held polls are told. */
  expireToken(): void {
    const { wire } = this.#live;
    wire.conditions.expireTokens();
    wire.cut(({ token }) => (token === undefined ? undefined : tokenExpired()));
  }

  /** The clients' machine sleeps: time passes, their timers do not fire, and their connections are lost. */
  async sleep(milliseconds: number, options?: SleepOptions): Promise<void> {
    const { wire, clock } = this.#live;
    const { connections = 'dead' } = checkSleepOptions(options);
    check('network.sleep(): milliseconds', milliseconds, FORWARD);
    if (connections === 'dead') wire.lose();
    await clock.sleep(milliseconds);
    if (connections === 'reset') wire.cut(() => connectionError('ECONNRESET'));
    await this.idle();
  }

  /** An error that ends in the transcript. */
  error(message: string): TestNetworkError {
    return this.#stage.error(message);
  }

  /**
   * Makes the network as good as new, between two tests: answers what is parked; forgets messages, faults, time and
   * transcript. Rejects, after that, with what the test left behind: open requests, unexpected ones, rejections.
   */
  async reset(options?: ResetOptions): Promise<void> {
    const stage = this.#live;
    const { keepClients = false, ...end } = checkResetOptions(options);
    const left = await stage.leftovers(end, keepClients);
    if (keepClients) stage.forget();
    else await stage.renew();
    if (left) throw left;
  }

  /** Ends the network, as `reset` does; later requests are refused. May be called again, and tells everything once. */
  async close(options?: EndOptions): Promise<void> {
    const end = checkEndOptions(options);
    return this.#end(() => this.#stage.leftovers(end));
  }

  /** As `close`, but for open requests, of which it says nothing: when a test fails, it may not get to closing clients. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#end(() => this.#stage.leftovers({}, true));
  }

  /** For what comes to nothing once the network is closed. */
  get #live(): Backstage {
    this.#stage.checkOpen();
    return this.#stage;
  }

  async #end(leftovers: () => Promise<Error | undefined>): Promise<void> {
    if (this.#ending !== undefined) {
      await this.#ending;
      return;
    }
    this.#stage.end();
    this.#ending = leftovers().then(async (left) => {
      await this.#stage.close();
      return left;
    });
    const left = await this.#ending;
    if (left) throw left;
  }
}
