import type { WireEnvelope } from '../../protocol/envelope.ts';
import { isPresenceName, withoutPresence } from '../../protocol/names.ts';
import type { EventMap, EventName, PNMessageResult } from '../listeners/events.ts';
import type { Listener } from '../listeners/listener.ts';
import { ListenerRegistry } from '../listeners/registry.ts';
import { AsyncQueue, type Overflow } from '../runtime/async-queue.ts';
import { Acceptance, endedError } from './acceptance.ts';
import type { Decoded } from './decode.ts';
import { Interest } from './interest.ts';
import type { Mix } from './mix.ts';
import type { LoopCursor } from './state.ts';

/** What a subscription needs of the client it belongs to. */
export interface SubscriptionHost {
  /** Ends the subscription. */
  remove(subscription: LiveSubscription): void;
  /** A queue has room again, or has ended. */
  relieved(): void;
  /** A listener failed. */
  failed(event: EventName, error: unknown): void;
}

const DEFAULT_BUFFER = 1_000;

/** The working side of a subscription; programs see it as `Subscription`. */
export class LiveSubscription {
  readonly interest: Interest;
  /** Presence state of the user on its channels, sent with the handshake. */
  readonly presenceState: Readonly<Record<string, unknown>> | undefined;
  readonly #host: SubscriptionHost;
  readonly #listeners: ListenerRegistry<undefined>;
  readonly #queues = new Set<AsyncQueue<PNMessageResult>>();
  /** Whether the server has accepted it. */
  readonly acceptance: Acceptance;
  #start: LoopCursor | undefined;
  /** Messages since `execute()`, until somebody asks for them in one way or another. */
  #holding: AsyncQueue<PNMessageResult> | undefined;
  /** Live entries that wait until older ones have been fetched. */
  #backlog: (() => void)[] | undefined;
  #ended = false;

  constructor(
    host: SubscriptionHost,
    wants: {
      readonly mix: Mix;
      readonly start?: LoopCursor;
      readonly state?: Readonly<Record<string, unknown>>;
    },
  ) {
    this.#host = host;
    this.interest = new Interest(wants.mix);
    this.acceptance = new Acceptance(wants.mix);
    this.#start = wants.start;
    this.presenceState = wants.state;
    this.#listeners = new ListenerRegistry(
      () => undefined,
      (event, error) => host.failed(event, error),
    );
    this.#holding = new AsyncQueue(DEFAULT_BUFFER, 'drop-oldest');
  }

  get channels(): readonly string[] {
    return this.interest.mix.channels.filter((name) => !isPresenceName(name));
  }

  get channelGroups(): readonly string[] {
    return this.interest.mix.groups.filter((name) => !isPresenceName(name));
  }

  /** Where it starts, when the program said so and the loop has not started there. */
  get start(): LoopCursor | undefined {
    return this.#start;
  }

  /** Whether nothing is received any more. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Whether polling should wait for this subscription's readers. */
  get full(): boolean {
    if (this.#backlog && this.#backlog.length >= DEFAULT_BUFFER) return true;
    for (const queue of this.#queues) if (queue.full) return true;
    return false;
  }

  connected({ signal }: { readonly signal?: AbortSignal } = {}): Promise<void> {
    return this.#ended ? Promise.reject(endedError()) : this.acceptance.wait(signal);
  }

  messages({
    buffer = DEFAULT_BUFFER,
    overflow = 'pause',
  }: {
    readonly buffer?: number;
    readonly overflow?: Overflow;
  } = {}) {
    const queue = new AsyncQueue<PNMessageResult>(buffer, overflow, () => {
      if (queue.ended) this.#queues.delete(queue);
      this.#host.relieved();
    });
    for (const event of this.#release()) queue.push(event);
    if (this.#ended) queue.end();
    else this.#queues.add(queue);
    return queue;
  }

  on<Name extends EventName>(name: Name, handler: (event: EventMap[Name]) => unknown): () => void {
    this.#release();
    return this.#listeners.on(name, handler);
  }

  addListener(listener: Listener): void {
    this.#release();
    this.#listeners.add(listener);
  }

  removeListener(listener: object): void {
    this.#listeners.remove(listener);
  }

  unsubscribe(): void {
    if (!this.#ended) this.#host.remove(this);
  }

  [Symbol.dispose](): void {
    this.unsubscribe();
  }

  /** Takes an event that this subscription wants. */
  receive(envelope: WireEnvelope, { name, event }: Decoded): void {
    // Of several copies, the first one is everybody's: the name in it may be that of another subscription.
    const match = this.interest.matchOf(envelope.c, envelope.b);
    const subscription = match === null ? null : withoutPresence(match);
    const own = event.subscription === subscription ? event : { ...event, subscription };
    // By the time when what waits is delivered, its name may have been dropped.
    const isWanted = () => !this.#ended && this.interest.covers(envelope.c, envelope.b);
    if (this.#backlog) this.#backlog.push(() => isWanted() && this.#emit(name, own));
    else this.#emit(name, own);
  }

  /** Takes an event of another kind, about the stream itself. */
  tell<Name extends EventName>(name: Name, event: EventMap[Name]): void {
    this.#listeners.emit(name, event);
  }

  /** The loop starts no later than this subscription: it needs no catching up. */
  startWithLoop(): void {
    if (this.#start) this.interest.accept(this.acceptance.pending, this.#start.timetoken);
    this.#start = undefined;
  }

  /** Holds live entries back until `catchUpDone`. */
  catchUp(): void {
    this.#backlog ??= [];
  }

  /** Takes an older entry, ahead of the live ones that wait. */
  receiveOlder(envelope: WireEnvelope, decoded: Decoded): void {
    const backlog = this.#backlog;
    this.#backlog = undefined;
    this.receive(envelope, decoded);
    this.#backlog = backlog;
  }

  /** Delivers what waited. */
  catchUpDone(): void {
    const backlog = this.#backlog ?? [];
    this.#backlog = undefined;
    for (const deliver of backlog) deliver();
    this.#host.relieved();
  }

  /** The server accepted names, from this timetoken on. Returns those it had not accepted before. */
  accept(mix: Mix, floor: LoopCursor): Mix {
    this.interest.accept(mix, floor.timetoken);
    return this.acceptance.accept(mix);
  }

  /** Nothing is received from now on. */
  end(): void {
    this.#ended = true;
    this.#backlog = undefined;
    for (const queue of [...this.#queues]) queue.end();
    this.acceptance.end();
    this.#listeners.clear();
  }

  // The first to ask for messages gets those since `execute()`; a listener ends the holding as well.
  #release(): Iterable<PNMessageResult> {
    const held = this.#holding?.drain() ?? [];
    this.#holding = undefined;
    return held;
  }

  #emit<Name extends EventName>(name: Name, event: EventMap[Name]): void {
    this.#listeners.emit(name, event);
    if (name !== 'message') return;
    const message = event as PNMessageResult; // By its name.
    this.#holding?.push(message);
    for (const queue of this.#queues) queue.push(message);
  }
}
