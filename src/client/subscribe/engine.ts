import type { Given } from '../builder/given.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import type { ClientState } from '../listeners/events.ts';
import type { ListenerRegistry } from '../listeners/registry.ts';
import { Presence } from '../presence/presence.ts';
import type { Executor } from '../request/execute.ts';
import { fileUrlOf } from '../request/file-url.ts';
import { Announcer } from './announcer.ts';
import { Demand } from './demand.ts';
import { DemandChanges } from './demand-changes.ts';
import { LiveSubscription } from './live-subscription.ts';
import { Loop } from './loop.ts';
import { isEmpty, type Names } from './names.ts';
import { Poller } from './poller.ts';
import { Reception } from './reception.ts';
import type { Recovery } from './recovery.ts';
import type { LoopCursor, LoopInput } from './state.ts';
import { publicState } from './steps.ts';
import { wishOf } from './subscribe-options.ts';

/** The receiving half of a client: its subscriptions, the subscribe loop, and delivery. */
export class SubscribeEngine<Client> {
  readonly #executor: Executor;
  readonly #listeners: ListenerRegistry<Client>;
  readonly #demand = new Demand();
  readonly states = this.#demand.states;
  readonly #announcer: Announcer<Client>;
  readonly #poller: Poller;
  readonly #presence: Presence;
  readonly #reception: Reception;
  readonly #loop: Loop<Client>;
  readonly #changes: DemandChanges;
  #closed = false;

  constructor(executor: Executor, listeners: ListenerRegistry<Client>, recovery?: Recovery) {
    this.#executor = executor;
    this.#listeners = listeners;
    const demand = this.#demand;
    const announcer = new Announcer(executor.settings, listeners);
    const poller = new Poller(executor);
    const presence = new Presence(
      executor,
      (names) => this.#loop.stateFor(names),
      (names, error) => this.#closed || announcer.beaten(names, error),
    );
    this.#announcer = announcer;
    this.#poller = poller;
    this.#presence = presence;
    this.#changes = new DemandChanges(demand, presence, (change) => {
      const cursor = this.#loop.state.cursor ? undefined : change.cursor;
      if (this.#closed) return;
      this.#loop.dispatch({ ...change, type: 'demandChanged', ...(cursor && { cursor }) });
    });
    const reception = new Reception(this.#receptionHost(recovery), { demand, listeners });
    this.#reception = reception;
    this.#loop = new Loop({ executor, demand, poller, presence, reception, announcer });
    executor.authorizer.onRenewed = () => this.#askAgain('tokenRenewed');
  }

  get state(): ClientState {
    return publicState(this.#loop.state);
  }

  /** The error that ended the loop, in the state `failed`. */
  get failure(): PubNubError | undefined {
    const { phase } = this.#loop.state;
    return phase.name === 'failed' ? phase.error : undefined;
  }

  get cursor(): LoopCursor | undefined {
    return this.#loop.delivered;
  }

  /** The subscribed names, as they stand on the wire. */
  get names(): Names {
    return this.#demand.names;
  }

  /** Adds a subscription; the loop is told in the next microtask, together with others of this turn. */
  subscribe(given: Given): LiveSubscription {
    if (this.#closed) throw new PubNubError('PN-2004', 'subscribe: the client is closed.');
    this.#demand.newest += 1;
    const wish = wishOf(given, this.#executor.settings);
    const subscription = new LiveSubscription(this.#subscriptionHost(), wish, this.#demand.newest);
    this.#demand.add(subscription);
    void this.#changes.add(subscription);
    return subscription;
  }

  /** Removes names from every subscription; resolves when the loop has been told. */
  unsubscribe(names: Names): Promise<void> {
    for (const subscription of [...this.#demand.subscriptions]) this.#drop(subscription, names);
    return this.#changes.note();
  }

  /** Passes a request of the program on to the loop. */
  dispatch(input: Extract<LoopInput, { type: `${string}Requested` }>): void {
    this.#changes.flushNow();
    this.#loop.dispatch(input);
  }

  /** Asks for refused names again, with the new token. */
  tokenChanged(): void {
    this.#askAgain('tokenChanged');
  }

  /** Which messages the server is to send; all without it. */
  get filter(): string | undefined {
    return this.#poller.filter;
  }

  set filter(filter: string | undefined) {
    if (filter === this.#poller.filter) return;
    this.#poller.filter = filter;
    this.#askAgain('filterChanged');
  }

  /** Ends everything; resolves when the leave was answered, or has failed. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#reception.close();
    const left = this.#demand.names;
    const wasTold = this.state !== 'idle' && this.state !== 'stopped';
    for (const subscription of [...this.#demand.subscriptions]) this.#drop(subscription, left);
    this.#loop.dispatch({ type: 'closed' });
    if (wasTold) await this.#presence.leaves(left);
  }

  #askAgain(type: 'tokenChanged' | 'tokenRenewed' | 'filterChanged'): void {
    for (const subscription of this.#demand.subscriptions) subscription.interest.askAgain();
    this.#loop.dispatch({ type });
    this.#reception.backfills.askAgain();
  }

  #drop(subscription: LiveSubscription, names: Names): void {
    this.#demand.drop(subscription, names);
    if (isEmpty(subscription.names)) subscription.end();
    this.#reception.narrow();
  }

  #subscriptionHost(): ConstructorParameters<typeof LiveSubscription>[0] {
    const engine = this;
    const { clock, logger } = this.#executor.settings;
    return {
      remove: (ended) => {
        this.#drop(ended, ended.names);
        void this.#changes.note();
      },
      relieved: () => this.#reception.delivery.pump(),
      failed: (event, error) => this.#listeners.emit('listenerError', { event, error }),
      get failure() {
        return engine.failure;
      },
      get isStopped() {
        return engine.state === 'stopped';
      },
      holding: this.#reception.holding,
      ...{ logger, clean: (error: unknown) => this.#executor.redactor.value(error) },
      now: () => clock.monotonic(),
    };
  }

  #receptionHost(recovery: Recovery | undefined): ConstructorParameters<typeof Reception>[0] {
    const engine = this;
    const { settings } = this.#executor;
    return {
      ...{ settings, recovery },
      fileUrl: (file) => fileUrlOf(this.#executor, file),
      poller: this.#poller,
      get roundTrip() {
        return engine.#loop.state.roundTrip;
      },
      delivered: (fresh) => this.#loop.dispatch({ type: 'delivered', fresh }),
      reached: (cursor) => {
        this.#loop.delivered = cursor;
      },
      backfillFailed: (names, error, retry) => this.#announcer.backfillFailed(names, error, retry),
      stalled: (subscription, milliseconds) => this.#announcer.stalled(subscription, milliseconds),
    };
  }
}
