import { ASYNC_DISPOSE } from '../protocol/disposal.ts';
import { isPresenceName, isWildcard, wildcardCovers } from '../protocol/names.ts';
import type { Timetoken } from '../protocol/timetoken.ts';
import { checkOptions, WAIT_OPTIONS } from './builder/check-options.ts';
import type { Context } from './builder/operation.ts';
import { checkNotEmpty, checkText } from './builder/params.ts';
import { Builds } from './builds.ts';
import type { AnyChannels, LiteralKeys, Pattern, PayloadOf, Received } from './channels.ts';
import type {
  ClientClass,
  ClientOptionsWithUuid,
  Constructor,
  CoreOptions,
  ExtendedClass,
} from './client-class.ts';
import { settingsFrom } from './config/settings.ts';
import { PubNubError } from './errors/pubnub-error.ts';
import type { Feature, FeatureOperations } from './feature.ts';
import { publishing } from './features/publish/feature.ts';
import type { AnyMessage, AnySignal, ClientState, EventName, PNMessageResult } from './listeners/events.ts';
import type { EventOf, Handlers } from './listeners/listener.ts';
import { ListenerRegistry } from './listeners/registry.ts';
import { StateWaits } from './listeners/state-waits.ts';
import { Executor } from './request/execute.ts';
import { SubscribeEngine } from './subscribe/engine.ts';
import { subscribing } from './subscribe/feature.ts';
import { printCursor } from './wire/values.ts';

/** How long `close()` waits for the server to take its leave, in milliseconds. */
const FAREWELL = 200;

// A declaration file that spelled the types out would lose the comments of the operations.
type Own = readonly [typeof publishing, typeof subscribing];

/** What a map has in common with those that it passes for: their names, and wider messages. */
interface MapOf<Channels> {
  readonly names: { readonly [Name in keyof Channels & string]: unknown };
  readonly messages: AnyMessage<Channels>;
}

/** The features of every client. */
const OWN: Own = [publishing, subscribing];

// The methods come from the features, and so do their types.
const CoreBuilds = Builds as unknown as new <C>(context: Context) => FeatureOperations<Own, C>;
Builds.define(Builds.prototype, OWN);

/**
 * A client of one keyset that publishes and subscribes; `with()` adds features. `Channels` maps channel names (or wildcards)
 * to payload types; without it a payload is any JSON on publish and `unknown` on receipt.
 *
 * @example
 * ```ts
 * const pubnub = new PubNub({ subscribeKey: 'demo', publishKey: 'demo', userId: 'alice', transport: kyTransport() });
 * pubnub.addListener({ message: (event) => console.log(event.channel, event.message) });
 * pubnub.subscribe().channels('room').withPresence().execute();
 * await pubnub.publish().channel('room').message({ text: 'hello' }).execute();
 * await pubnub.close();
 * ```
 */
export class PubNub<Channels extends object = AnyChannels>
  extends CoreBuilds<Channels>
  implements AsyncDisposable
{
  // For the compiler only, and the first member: at a mapped type of the map it gives up comparing maps, of which it would
  // call any two strangers, and compares members. Thus a client of any map passes for a `PubNub`, which has no map.
  declare protected readonly '~channels': MapOf<Channels>;
  readonly #executor: Executor;
  readonly #engine: SubscribeEngine;
  readonly #listeners: ListenerRegistry;
  readonly #waits: StateWaits;
  #closing: Promise<void> | undefined;

  /** Throws a `PubNubError` (`PN-1007`) that names the option that is missing or wrong. */
  constructor(options: ClientOptionsWithUuid | CoreOptions) {
    const executor = new Executor(settingsFrom(options, Builds.featuresOf(new.target.prototype)));
    const { logger, hints, history } = executor.settings;
    const listeners: ListenerRegistry = new ListenerRegistry(
      () => this,
      (event, error) => listeners.report(event, error),
      { logger, hints },
    );
    const engine = new SubscribeEngine(executor, listeners, history?.(executor));
    super({ executor, engine });
    this.#executor = executor;
    this.#engine = engine;
    this.#listeners = listeners;
    this.#waits = new StateWaits(() => engine.state, listeners);
  }

  /**
   * A class of clients that also have the operations of features, and the options that need them. Throws `PN-1007` for what
   * is no feature.
   *
   * @example
   * ```ts fragment
   * const Client = PubNub.with(storage, presence);
   * const pubnub = new Client({ subscribeKey: 'demo', userId: 'alice', transport: kyTransport() });
   * ```
   */
  static with<O, const F extends readonly Feature[]>(
    this: new <C extends object = AnyChannels>(
      options: O,
    ) => PubNub<C>,
    ...features: F
  ): ClientClass<F, O>;
  static with<This extends Constructor, const F extends readonly Feature[]>(
    this: This,
    ...features: F
  ): ExtendedClass<This, F>;
  static with(...features: readonly Feature[]): unknown {
    // biome-ignore-start lint/complexity/noThisInStatic: a subclass is extended as what it is.
    class Extended extends this {}
    Object.defineProperty(Extended, 'name', { value: this.name });
    // biome-ignore-end lint/complexity/noThisInStatic: as above
    Builds.add(Extended.prototype, features);
    return Extended;
  }

  /** The features that were added to this class, in their order. */
  static get features(): readonly Feature[] {
    // biome-ignore lint/complexity/noThisInStatic: a subclass has features of its own.
    return Builds.featuresOf(this.prototype);
  }

  /** Where the subscribe loop is. */
  get state(): ClientState {
    return this.#engine.state;
  }

  /** Channels that the program has subscribed, without presence names, sorted. */
  get subscribedChannels(): readonly string[] {
    return this.#engine.names.channels.filter((name) => !isPresenceName(name));
  }

  /** Channel groups that the program has subscribed, without presence names, sorted. */
  get subscribedChannelGroups(): readonly string[] {
    return this.#engine.names.groups.filter((name) => !isPresenceName(name));
  }

  /** The timetoken up to which everything has been delivered; `undefined` before the first connection. */
  get timetoken(): Timetoken | undefined {
    return this.#engine.cursor?.timetoken;
  }

  /** Timetoken and region as text, to be kept and handed to `withCursor()` later. */
  get cursor(): string | undefined {
    const { cursor } = this.#engine;
    return cursor && printCursor(cursor);
  }

  /**
   * Adds a listener: an object with methods named after events, or a `SubscribeCallback`. Adding it again does nothing.
   * Throws `PN-1002` for what is no object.
   */
  addListener(listener: Handlers<AnyMessage<Channels>, AnySignal<Channels>, this>): void {
    this.#listeners.add(listener);
  }

  /** Removes a listener; one that is not there is left alone. */
  removeListener(listener: Handlers<AnyMessage<Channels>, AnySignal<Channels>, this>): void {
    this.#listeners.remove(listener);
  }

  /** Removes every listener and handler; `until()` goes on waiting. */
  removeAllListeners(): void {
    this.#listeners.clear();
  }

  /** Calls back for one kind of event; returns how to stop. Throws `PN-1002` for a name of none, and without a function. */
  on<Name extends EventName>(
    name: Name,
    handler: (event: EventOf<Name, AnyMessage<Channels>, AnySignal<Channels>>, pubnub: this) => unknown,
  ): () => void {
    return this.#listeners.on(name, handler);
  }

  /**
   * Narrows a message to a wildcard of the channel map: `if (pubnub.matches('chat.*', event)) event.message.text`. Throws
   * `PN-1002` for a name that is no text, and for what has no channel.
   */
  matches<const K extends LiteralKeys<Channels>>(
    pattern: K,
    event: { readonly channel: string },
  ): event is PNMessageResult<Pattern<K>, Received<PayloadOf<Channels, K>>> {
    refuse('matches: name', checkText(pattern));
    refuse('matches: channel', checkText(Object(event).channel));
    return isWildcard(pattern) ? wildcardCovers(pattern, event.channel) : event.channel === pattern;
  }

  /** Takes every channel and group out; the loop stops and forgets its cursor. */
  unsubscribeAll(): Promise<void> {
    return this.#engine.unsubscribe(this.#engine.names);
  }

  /**
   * Replaces the token: requests carry it from now on, and a loop that waits for one goes on with its cursor. Throws
   * `PN-1002` for what is no text.
   */
  setToken(token: string): void {
    refuse('setToken: token', checkNotEmpty(token));
    this.#executor.authorizer.setToken(token);
    this.#engine.tokenChanged();
  }

  /** The filter expression that the server is asked to apply to messages; `undefined` when it sends all. */
  get filterExpression(): string | undefined {
    return this.#engine.filter;
  }

  /**
   * Replaces the filter expression, from the next poll on and without touching the cursor; `undefined` takes it away. A
   * loop whose expression the server called malformed goes on. Throws `PN-1002` for what is no text.
   */
  setFilterExpression(expression: string | undefined): void {
    refuse('setFilterExpression: expression', expression === undefined ? expression : checkText(expression));
    this.#engine.filter = expression || undefined;
  }

  /**
   * Starts a stopped or failed loop with the cursor it kept; makes a waiting one try again, at the soonest a second after
   * its last failure; asks again for names that the server has refused. Does nothing else to a running loop, and nothing on
   * a closed client, which has ended for good.
   */
  reconnect(): void {
    if (!this.#closing) this.#engine.dispatch({ type: 'reconnectRequested' });
  }

  /** Stops the loop and keeps subscriptions and cursor for `reconnect()`. Does nothing on a closed client. */
  disconnect(): void {
    this.#engine.dispatch({ type: 'disconnectRequested' });
  }

  /**
   * Resolves when the loop is in the given state. Rejects when it will not get there by itself: in `failed` with the error
   * that it failed with, in `stopped` with `PN-2003`, as when the signal ends first, on a closed client with `PN-2004`.
   * Rejects with `PN-1002` for what is no state.
   */
  async until(state: ClientState, options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { signal }: typeof options = checkOptions('until', options, WAIT_OPTIONS) ?? {};
    try {
      await this.#waits.until(state, signal);
    } catch (thrown) {
      throw this.#executor.redactor.value(thrown);
    }
  }

  /**
   * Ends the client for good: every timer, request, subscription and iterator. Resolves when the server has heard that the
   * user leaves, or after 200 ms, or when a clock that a test moves stands still; may be called again at will.
   */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  /** `close()`, for `await using`. */
  [ASYNC_DISPOSE](): Promise<void> {
    return this.close();
  }

  async #close(): Promise<void> {
    this.#waits.closing();
    const { clock } = this.#executor.settings;
    await new Promise<void>((resolve) => {
      const forget = clock.atLatest(FAREWELL, resolve);
      const told = () => {
        forget();
        resolve();
      };
      this.#engine.close().then(told, told);
    });
    this.#executor.close();
    this.#waits.close();
    this.#listeners.clear();
  }
}

function refuse(what: string, problem: string | undefined): void {
  if (problem !== undefined) throw new PubNubError('PN-1002', `${what} ${problem}.`);
}
