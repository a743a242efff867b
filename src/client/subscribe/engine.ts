import type { Given } from '../builder/given.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { fileUrlOf } from '../file-url.ts';
import type { ClientState } from '../listeners/events.ts';
import type { ListenerRegistry } from '../listeners/registry.ts';
import { Presence } from '../presence/presence.ts';
import type { Executor } from '../request/execute.ts';
import { stoppedError } from './acceptance.ts';
import { Announcer } from './announcer.ts';
import { Demand } from './demand.ts';
import { DemandChanges } from './demand-changes.ts';
import { LiveSubscription } from './live-subscription.ts';
import { intersection, isEmpty, type Mix } from './mix.ts';
import { Poller, type PollOutcome, type PollRequest } from './poller.ts';
import { Reception } from './reception.ts';
import type { Recovery } from './recovery.ts';
import { type Happening, type LoopHost, LoopRunner } from './runner.ts';
import type { LoopCursor, LoopEffect } from './state.ts';
import { wishOf } from './subscribe-options.ts';
import { Surroundings } from './surroundings.ts';

/** Everything about receiving: what is wanted, the loop that asks for it, and who gets it. */
export class SubscribeEngine<Client> {
  readonly #executor: Executor;
  readonly #listeners: ListenerRegistry<Client>;
  readonly #announcer: Announcer<Client>;
  readonly #demand = new Demand();
  readonly states = this.#demand.states;
  readonly #poller: Poller;
  readonly #presence: Presence;
  readonly #reception: Reception;
  readonly #runner: LoopRunner;
  readonly #surroundings: Surroundings;
  /** Up to here, everything has reached those who want it. */
  #cursor: LoopCursor | undefined;
  readonly #changes: DemandChanges;
  #lastId = 0;
  #closed = false;

  constructor(executor: Executor, listeners: ListenerRegistry<Client>, recovery?: Recovery) {
    const { settings } = executor;
    this.#executor = executor;
    this.#listeners = listeners;
    this.#announcer = new Announcer(settings, listeners);
    this.#poller = new Poller(executor);
    this.#presence = new Presence(executor, {
      stateFor: (mix) => this.#stateFor(mix),
      beaten: (mix, error) => {
        if (!this.#closed) this.#announcer.beaten(mix, error);
      },
    });
    this.#changes = new DemandChanges(this.#demand, {
      leaves: (mix) => this.#presence.leaves(mix),
      changed: (change) => {
        const cursor = this.#runner.cursor ? undefined : change.cursor;
        if (this.#closed) return;
        this.#runner.dispatch({ ...change, type: 'demandChanged', ...(cursor && { cursor }) });
      },
    });
    this.#reception = new Reception(this.#receptionHost(recovery), { demand: this.#demand, listeners });
    this.#surroundings = new Surroundings(settings, (news) => this.#runner.dispatch(news));
    const { clock, random, reconnection, countThreshold, liveRetention, tokenProvider } = settings;
    this.#runner = new LoopRunner(this.#loopHost(), {
      policy: { reconnection, countThreshold, liveRetention, renewsToken: tokenProvider !== undefined },
      clock,
      random,
    });
    executor.authorizer.onRenewed = () => this.#askAgain('tokenRenewed');
  }

  get state(): ClientState {
    return this.#runner.state;
  }

  /** Why the loop has given up, in the state `failed`. */
  get failure(): PubNubError | undefined {
    return this.#runner.failure;
  }

  get cursor(): LoopCursor | undefined {
    return this.#cursor;
  }

  /** What the program wants, as it stands on the wire. */
  get mix(): Mix {
    return this.#demand.mix;
  }

  /** Adds a subscription; the loop hears of it in the next microtask, together with others of this turn. */
  subscribe(given: Given): LiveSubscription {
    if (this.#closed) throw new PubNubError('PN-2004', 'subscribe: the client is closed.');
    this.#lastId += 1;
    const wish = wishOf(given, this.#executor.settings);
    const subscription = new LiveSubscription(this.#subscriptionHost(), wish, this.#lastId);
    this.#demand.add(subscription);
    void this.#changes.add(subscription);
    return subscription;
  }

  /** Takes names out of every subscription; resolves when the loop has heard of it. */
  unsubscribe(mix: Mix): Promise<void> {
    for (const subscription of [...this.#demand.subscriptions]) this.#drop(subscription, mix);
    return this.#changes.note();
  }

  /** Passes an event on to the loop. */
  dispatch(happening: Extract<Happening, { type: `${string}Requested` }>): void {
    this.#changes.flushNow();
    this.#runner.dispatch(happening);
  }

  /** There is a new token: what was refused is asked for again. */
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

  /** Ends everything; resolves when the server has heard of it, or could not be told. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#reception.close();
    const left = this.#demand.mix;
    const wasTold = this.state !== 'idle' && this.state !== 'stopped';
    for (const subscription of [...this.#demand.subscriptions]) this.#drop(subscription, left);
    this.#runner.dispatch({ type: 'closed' });
    if (wasTold) await this.#presence.leaves(left);
  }

  #askAgain(type: 'tokenChanged' | 'tokenRenewed' | 'filterChanged'): void {
    for (const subscription of this.#demand.subscriptions) subscription.acceptance.askAgain();
    this.#runner.dispatch({ type });
    this.#reception.backfills.askAgain();
  }

  #drop(subscription: LiveSubscription, mix: Mix): void {
    this.#demand.drop(subscription, mix);
    if (isEmpty(subscription.names)) subscription.end();
    else if (isEmpty(subscription.interest.pending)) subscription.acceptance.settle();
    this.#reception.narrow();
  }

  // Subscriptions that a handshake has asked for: what is answered now was not asked for the others.
  #known(newest: number): readonly LiveSubscription[] {
    return [...this.#demand.subscriptions].filter(({ id }) => id <= newest);
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
        return engine.#runner.roundTrip;
      },
      delivered: (fresh) => this.#runner.dispatch({ type: 'delivered', fresh }),
      reached: (cursor) => {
        this.#cursor = cursor;
      },
      backfillFailed: (mix, error, retry) => this.#announcer.backfillFailed(mix, error, retry),
      stalled: (subscription, milliseconds) => this.#announcer.stalled(subscription, milliseconds),
    };
  }

  #loopHost(): LoopHost {
    const engine = this;
    return {
      get newest() {
        return engine.#lastId;
      },
      poll: (request, outcome) => this.#poll(request, outcome),
      deliver: (batch) => this.#reception.delivery.push(batch),
      accept: (effect) => this.#accept(effect),
      refuse: ({ mix, error, newest }) => {
        for (const { interest, acceptance } of this.#known(newest))
          if (!isEmpty(intersection(interest.pending, mix))) acceptance.refuse(error);
        this.#executor.authorizer.askAgain();
      },
      present: (mix) => this.#presence.present(mix),
      leave: (mix) => this.#presence.leave(mix),
      announce: (announcement) => this.#announcer.announce(announcement),
      stateChanged: (change) => this.#stateChanged(change),
      failed: (error) => this.#announcer.failed(error),
    };
  }

  #stateChanged(change: Parameters<LoopHost['stateChanged']>[0]): void {
    const { state } = change;
    if (state !== 'connected') this.#reception.backfills.rest();
    if (state === 'idle') this.#cursor = undefined;
    if (state === 'idle') this.#reception.forget();
    const { failure } = this;
    for (const subscription of [...this.#demand.subscriptions]) {
      if (failure) subscription.fail(failure);
      else if (state === 'stopped') subscription.acceptance.giveUp(stoppedError());
    }
    this.#announcer.stateChanged(change);
    this.#surroundings.stateChanged(this.state);
  }

  #poll(request: PollRequest, outcome: PollOutcome): () => void {
    if (request.cursor) return this.#poller.poll(request, outcome);
    const full = { ...request, state: this.#stateFor(request.mix) };
    return this.#poller.pollAfter(this.#presence.leaves(request.mix), full, outcome);
  }

  #accept(effect: Extract<LoopEffect, { type: 'accept' }>): void {
    this.#cursor ??= this.#runner.cursor;
    this.#reception.accept(this.#known(effect.newest), effect);
  }

  #stateFor(mix: Mix): string | undefined {
    return this.#executor.settings.maintainPresenceState ? this.#demand.stateText(mix) : undefined;
  }
}
