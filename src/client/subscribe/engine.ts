import type { Given } from '../builder.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import type { Executor } from '../execute.ts';
import type { ClientState } from '../listeners/events.ts';
import type { ListenerRegistry } from '../listeners/registry.ts';
import { Presence } from '../presence/presence.ts';
import { CatchUp } from './catch-up.ts';
import { Delivery } from './delivery.ts';
import { Demand } from './demand.ts';
import { LiveSubscription } from './live-subscription.ts';
import { isEmpty, type Mix } from './mix.ts';
import { namesIn } from './names-in.ts';
import { oldestOf } from './oldest.ts';
import { pollUntilAnswered } from './poll-until-answered.ts';
import { Poller, type PollOutcome, type PollRequest } from './poller.ts';
import { type Happening, LoopRunner } from './runner.ts';
import type { LoopAnswer, LoopCursor } from './state.ts';
import { beatStatus, stateEvent, statusOf } from './statuses.ts';
import { Surroundings } from './surroundings.ts';

interface Change {
  readonly added: Set<LiveSubscription>;
  readonly done: Promise<void>;
}

/** Everything about receiving: what is wanted, the loop that asks for it, and who gets it. */
export class SubscribeEngine<Client> {
  readonly #executor: Executor;
  readonly #listeners: ListenerRegistry<Client>;
  readonly #demand = new Demand();
  /** The user's own state, as it was set. */
  readonly states = this.#demand.states;
  readonly #poller: Poller;
  readonly #presence: Presence;
  readonly #delivery: Delivery<Client>;
  readonly #runner: LoopRunner;
  readonly #catchUp: CatchUp;
  readonly #surroundings: Surroundings;
  /** Of the last batch that was delivered whole. */
  #cursor: LoopCursor | undefined;
  #change: Change | undefined;
  #closed = false;

  constructor(executor: Executor, listeners: ListenerRegistry<Client>) {
    const { settings } = executor;
    const { clock, random, reconnection, countThreshold, liveRetention, tokenProvider } = settings;
    this.#executor = executor;
    this.#listeners = listeners;
    this.#poller = new Poller(executor);
    this.#presence = new Presence(executor, {
      stateFor: (mix) => this.#stateFor(mix),
      beaten: (mix, error) => {
        const wanted = error ? settings.announceFailedHeartbeats : settings.announceSuccessfulHeartbeats;
        if (wanted && !this.#closed) listeners.emit('status', beatStatus(mix, error));
      },
    });
    this.#delivery = new Delivery(
      {
        delivered: (batch) => {
          this.#cursor = batch.cursor;
          this.#runner.dispatch({ type: 'delivered' });
        },
      },
      { demand: this.#demand, listeners },
      { settings, fileUrl: (file) => executor.fileUrl(file) },
    );
    this.#catchUp = new CatchUp({
      poll: (mix, cursor, signal) => this.#pollOlder(mix, cursor, signal),
      deliver: (entry, subscription) => this.#delivery.deliverOlder(entry, subscription),
      lost: (gap, subscription) => {
        listeners.emit('gap', gap);
        subscription.tell('gap', gap);
      },
    });
    this.#surroundings = new Surroundings(settings, (news) => this.#runner.dispatch(news));
    this.#runner = new LoopRunner(this.#loopHost(), {
      policy: { reconnection, countThreshold, liveRetention, renewsToken: tokenProvider !== undefined },
      clock,
      random,
    });
  }

  get state(): ClientState {
    return this.#runner.state;
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
    const { mix, start, state } = namesIn(given);
    const subscription = new LiveSubscription(
      {
        remove: (ended) => this.#remove(ended),
        relieved: () => this.#delivery.pump(),
        failed: (event, error) => this.#listeners.emit('listenerError', { event, error }),
      },
      { mix, ...(start && { start }), ...(state && { state }) },
    );
    this.#demand.add(subscription);
    void this.#changed(subscription);
    return subscription;
  }

  /** Takes names out of every subscription; resolves when the loop has heard of it. */
  unsubscribe(mix: Mix): Promise<void> {
    for (const subscription of [...this.#demand.subscriptions]) this.#drop(subscription, mix);
    return this.#changed();
  }

  /** Passes an event on to the loop. */
  dispatch(happening: Extract<Happening, { type: `${string}Requested` }>): void {
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
    this.#delivery.close();
    const left = this.#demand.mix;
    const wasTold = this.state !== 'idle' && this.state !== 'stopped';
    for (const subscription of [...this.#demand.subscriptions]) this.#drop(subscription, left);
    this.#runner.dispatch({ type: 'closed' });
    this.#catchUp.stop();
    if (wasTold) await this.#presence.leaves(left);
  }

  #askAgain(type: 'tokenChanged' | 'filterChanged'): void {
    for (const subscription of this.#demand.subscriptions) subscription.acceptance.askAgain();
    this.#runner.dispatch({ type });
    this.#catchUp.stop();
    this.#catchUp.resume();
  }

  #remove(subscription: LiveSubscription): void {
    this.#drop(subscription, subscription.interest.mix);
    void this.#changed();
  }

  #drop(subscription: LiveSubscription, mix: Mix): void {
    this.#demand.drop(subscription, mix);
    subscription.acceptance.drop(mix);
    if (isEmpty(subscription.interest.mix)) subscription.end();
    this.#delivery.pump();
  }

  // Changes of one turn are one change to the loop: a subscription that is ended at once costs no request.
  #changed(added?: LiveSubscription): Promise<void> {
    this.#change ??= { added: new Set(), done: Promise.resolve().then(() => this.#flush()) };
    if (added) this.#change.added.add(added);
    return this.#change.done;
  }

  #flush(): void {
    const change = this.#change;
    this.#change = undefined;
    if (!change || this.#closed) return;
    const added = [...change.added].filter((subscription) => !subscription.ended);
    const cursor = this.#runner.cursor ? undefined : oldestOf(added.flatMap(({ start }) => start ?? []));
    // On an idle client the given timetoken simply is the cursor; a running loop's never moves for it.
    if (cursor) for (const subscription of added) subscription.startWithLoop();
    this.#runner.dispatch({
      type: 'demandChanged',
      demand: this.#demand.mix,
      fresh: added.length > 0,
      ...(cursor && { cursor }),
    });
    this.#catchUp.narrow();
  }

  // Subscriptions that the loop knows of: what is answered now was not asked for the others.
  *#known(): Iterable<LiveSubscription> {
    for (const subscription of this.#demand.subscriptions)
      if (!this.#change?.added.has(subscription)) yield subscription;
  }

  #loopHost(): ConstructorParameters<typeof LoopRunner>[0] {
    return {
      poll: (request, outcome) => this.#poll(request, outcome),
      deliver: (batch) => this.#delivery.push(batch),
      accept: (mix, floor) => this.#accept(mix, floor),
      refuse: (mix, error) => {
        for (const subscription of this.#known()) subscription.acceptance.refuse(mix, error);
      },
      present: (mix) => this.#presence.present(mix),
      leave: (mix) => void this.#presence.leave(mix),
      announce: (announcement) => this.#listeners.emit('status', statusOf(announcement)),
      stateChanged: (change) => {
        this.#surroundings.stateChanged(change.state);
        if (change.state === 'stopped') this.#catchUp.stop();
        if (change.state === 'idle') this.#forget();
        this.#executor.settings.logger?.info?.('state', { state: change.state, previous: change.previous });
        this.#listeners.emit('state', stateEvent(change));
      },
    };
  }

  #forget(): void {
    this.#cursor = undefined;
    this.#delivery.forget();
  }

  #poll(request: PollRequest, outcome: PollOutcome): () => void {
    if (request.cursor) return this.#poller.poll(request, outcome);
    const full = { ...request, state: this.#stateFor(request.mix) };
    return this.#poller.pollAfter(this.#presence.leaves(request.mix), full, outcome);
  }

  #accept(mix: Mix, floor: LoopCursor): void {
    this.#cursor ??= this.#runner.cursor;
    for (const subscription of this.#known()) {
      const accepted = subscription.accept(mix, floor);
      if (subscription.start)
        this.#catchUp.add({ subscription, mix: accepted, from: subscription.start, to: floor });
    }
    this.#catchUp.resume();
  }

  #pollOlder(mix: Mix, cursor: LoopCursor, signal: AbortSignal): Promise<LoopAnswer> {
    return pollUntilAnswered(this.#poller, this.#executor.settings, { mix, cursor, signal });
  }

  #stateFor(mix: Mix): string | undefined {
    return this.#executor.settings.maintainPresenceState ? this.#demand.stateText(mix) : undefined;
  }
}
