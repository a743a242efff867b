import { ASYNC_DISPOSE } from '../../../protocol/disposal.ts';
import { presenceNameOf } from '../../../protocol/names.ts';
import { checkOptions, WAIT_OPTIONS } from '../../builder/check-options.ts';
import type { Context } from '../../builder/operation.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import type { PNPresenceEventResult, PNStateEvent } from '../../listeners/events.ts';
import { Waiters } from '../../runtime/waiters.ts';
import { stoppedError } from '../../subscribe/interest.ts';
import type { LiveSubscription } from '../../subscribe/live-subscription.ts';
import { isEmpty } from '../../subscribe/names.ts';
import { Handlers } from './handlers.ts';
import type { Occupant, OccupantEvent, OccupantSet } from './occupant-set.ts';
import type { Reason } from './pace.ts';
import { type Answered, Questions } from './questions.ts';
import { type Changes, changesBetween, MOST_USERS, Roster } from './roster.ts';

/**
 * Follows the presence events of a channel, from a list of here-now on. Its answer has no timetoken: it was made at some
 * time after the question, and the events since the question are carried out on top of it, whether it knows them or not.
 * They say who is there, so the last one of a user is right in either case.
 */
export class LiveOccupants implements OccupantSet {
  readonly #context: Context;
  readonly #channel: string;
  readonly #subscription: LiveSubscription;
  readonly #watches: readonly (() => void)[];
  readonly #handlers: Handlers;
  readonly #waiters = new Waiters<PubNubError | 'done'>();
  readonly #questions: Questions;
  #roster = new Roster();
  /** Users on the channel, as the server last said. */
  #occupancy = 0;
  #hasBegun = false;
  #wasSynced = false;
  #isSynced = false;
  #failure: PubNubError | undefined;

  constructor(context: Context, channel: string) {
    const { engine } = context;
    this.#context = context;
    this.#channel = channel;
    this.#handlers = new Handlers((type, error) =>
      engine.listeners.emit('listenerError', { event: `occupants ${type}`, error }),
    );
    this.#questions = new Questions(context, channel, {
      isOff: () => this.#isOff(),
      answered: (answer) => this.#take(answer),
      failed: (error) => {
        this.#failure = error;
        this.#tell(error);
      },
    });
    this.#subscription = engine.subscribe({ channels: [presenceNameOf(channel)] });
    this.#subscription.on('presence', (event) => this.#hear(event));
    this.#subscription.on('gap', () => this.#owe('lost'));
    this.#watches = [
      engine.listeners.watch('state', (event) => this.#stateChanged(event)),
      engine.listeners.watch('status', () => this.#look()),
    ];
    this.#awaitBegin();
    this.#awaitEnd();
  }

  get size(): number {
    return this.#roster.size;
  }

  get complete(): boolean {
    return this.#isSynced && this.#isWhole && !this.#subscription.ended;
  }

  get(uuid: string): Occupant | undefined {
    return this.#roster.get(uuid);
  }

  [Symbol.iterator](): Iterator<Occupant> {
    // A copy: the set may change while a program loops over it.
    return [...this.#roster.values()].values();
  }

  on(type: OccupantEvent, handler: (occupants: readonly Occupant[]) => unknown): () => void {
    return this.#handlers.on(type, handler);
  }

  async synced(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    const { signal }: typeof options = checkOptions('synced', options, WAIT_OPTIONS) ?? {};
    if (this.#halt) throw this.#halt;
    await this.#subscription.connected({ ...(signal && { signal }) });
    // A listener may have ended the set meanwhile, or stopped the client: nothing tells of it again.
    if (this.#halt) throw this.#halt;
    if (this.#isSynced) return;
    this.#look();
    // What was refused may be allowed by a token that was set since.
    if (this.#questions.renew()) this.#failure = undefined;
    const failure = this.#failure ?? this.#refusal;
    if (failure) throw failure;
    const givenUp = (cause: unknown) =>
      new PubNubError('PN-2003', 'The wait for the occupants was given up.', { cause });
    try {
      await this.#waiters.wait(signal, givenUp, (news) => news);
    } catch (thrown) {
      throw this.#context.executor.redactor.value(thrown);
    }
  }

  async close(): Promise<void> {
    this.#subscription.unsubscribe();
    this.#end();
  }

  [ASYNC_DISPOSE](): Promise<void> {
    return this.close();
  }

  // Of all names that were accepted before: the loop waits for the program.
  get #refusal(): PubNubError | undefined {
    const { phase } = this.#context.engine.loop.state;
    return phase.name === 'waiting' && phase.due === Number.POSITIVE_INFINITY ? phase.error : undefined;
  }

  get #halt(): PubNubError | undefined {
    const { failure, state } = this.#context.engine;
    if (this.#subscription.ended) return this.#endedError();
    return failure ?? (state === 'stopped' ? stoppedError() : undefined);
  }

  get #isWhole(): boolean {
    return !this.#roster.hasMore && this.#roster.size >= this.#occupancy;
  }

  #hear(event: PNPresenceEventResult): void {
    const { joined, left, timedOut, occupancy, hereNowRefresh } = event;
    this.#questions.note(event);
    // The first list will have it.
    if (!this.#wasSynced) {
      if (hereNowRefresh) this.#owe('lost');
      return;
    }
    const changes = this.#roster.apply(event);
    const wasWhole = this.#isWhole;
    if (event.event !== 'state-change') this.#occupancy = occupancy;
    const listed = [...joined, ...left, ...timedOut];
    if (hereNowRefresh) this.#owe('lost');
    else if (new Set(listed).size < listed.length) this.#owe('unsure');
    else if (this.#isOff(wasWhole)) this.#owe('count');
    this.#emit(changes);
  }

  // Where the set cannot have all users, a number that it could have is a reason to look again.
  #isOff(isWhole = true): boolean {
    const { size, hasMore } = this.#roster;
    if (hasMore) return this.#occupancy < MOST_USERS;
    return isWhole && size !== this.#occupancy;
  }

  #look(): void {
    const refusal = this.#refusal;
    if (refusal) this.#tell(refusal);
    if (this.#subscription.ended) return;
    const isHeard = isEmpty(this.#subscription.interest.pending);
    if (this.#hasBegun === isHeard) return;
    this.#hasBegun = isHeard;
    if (isHeard) this.#owe('lost');
    else this.#fallSilent();
  }

  // The server does not accept the subscription any more.
  #fallSilent(): void {
    this.#isSynced = false;
    this.#questions.halt();
    this.#awaitBegin();
  }

  #stateChanged({ state, previous }: PNStateEvent): void {
    if (this.#subscription.ended) {
      this.#end();
      return;
    }
    if (previous === 'failed') this.#awaitEnd();
    if (state === 'connected') {
      if (!this.#hasBegun) this.#awaitBegin();
      else if (!this.#isSynced) this.#owe('lost');
      return;
    }
    this.#isSynced = false;
    this.#questions.halt();
    if (this.#halt) this.#tell(this.#halt);
  }

  #owe(reason: Reason): void {
    if (reason === 'lost') this.#isSynced = false;
    this.#questions.owe(reason);
  }

  #take({ roster, occupancy, since, again }: Answered): boolean {
    for (const event of since) roster.apply(event);
    const last = since.findLast(({ event }) => event !== 'state-change');
    const changes = changesBetween(this.#roster, roster);
    this.#roster = roster;
    this.#occupancy = last?.occupancy ?? occupancy;
    this.#failure = undefined;
    const wasSynced = this.#wasSynced;
    if (again !== 'lost') this.#isSynced = this.#wasSynced = true;
    // Before the handlers: one of them may end the set.
    if (this.#isSynced) this.#tell('done');
    if (wasSynced) this.#emit(changes);
    if (this.#isSynced) this.#handlers.emit('sync', () => [...this]);
    return Object.values(changes).some((users) => users.length > 0);
  }

  #emit({ leave, join, update }: Changes): void {
    // The names of the members are those of the events.
    for (const [type, users] of Object.entries({ leave, join, update }))
      this.#handlers.emit(type as keyof Changes, () => users);
  }

  #tell(news: PubNubError | 'done'): void {
    this.#waiters.tell(news);
  }

  // No status tells of it if another subscription has the channel already.
  #awaitBegin(): void {
    this.#subscription.connected().then(
      () => this.#look(),
      (error: PubNubError) => this.#tell(error),
    );
  }

  // No message comes from a presence channel: the iterator ends with the subscription, or fails with the client.
  #awaitEnd(): void {
    const { engine } = this.#context;
    const end = this.#subscription.messages({ buffer: 1, overflow: 'drop-newest' }).next();
    end.then(
      () => this.#end(),
      () => engine.failure && this.#tell(engine.failure),
    );
  }

  #end(): void {
    this.#isSynced = false;
    this.#questions.end();
    for (const unwatch of this.#watches) unwatch();
    this.#handlers.clear();
    this.#tell(this.#endedError());
  }

  #endedError(): PubNubError {
    return new PubNubError('PN-2003', `The occupants of "${this.#channel}" are followed no longer.`);
  }
}
