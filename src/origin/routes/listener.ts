import { LIVE_QUEUE_LENGTH } from '../../protocol/limits.ts';
import { ok } from '../http/answer.ts';
import type { Held, Place } from '../http/held.ts';
import type { Parked as Presence } from '../presence/renewals.ts';
import type { Shard } from '../shard.ts';
import type { Soon } from '../soon.ts';
import type { Touch } from '../store/presence.ts';
import { millisecondsOf, type Stamp } from '../store/stamp.ts';
import type { Batch, Prepared } from '../window/batch.ts';
import type { Lost } from '../window/gaps.ts';
import { type End, Parked, type PollFilter, type Sink } from '../window/parked.ts';
import type { SharedListening } from '../window/shared-names.ts';
import { refuseTooMuch, statesOf } from './presence.ts';
import { instanceOf, leaseOf, type Names, userOf } from './read.ts';
import { presentOn, type ResolvedNames, resolveNames } from './resolve-names.ts';
import type { Call } from './route.ts';
import { type Cursor, foreignStart, isAhead, isForeign, type Start, startOf } from './subscribe-start.ts';

/** What a request listens to, and from where. */
export interface ListenOptions extends Cursor {
  readonly names: Names;
  /** The names with their channels, if others have the same. Absent: there are groups, which are looked up. */
  readonly shared: SharedListening | undefined;
  readonly filter: PollFilter | undefined;
}

// After such an absence a client gets a list of gaps, even an empty one.
const LATE_MS = 60_000;
// Measured: what is kept of a request that waits, beside its address, its names and its filter.
const REQUEST_BYTES = 2_560;

/**
 * A request that listens: a poll, or a stream. It finds its start in the log, holds the leases of its user and waits in the
 * window. While it waits, this and its place in the window are all that is kept of it: no promise, no function.
 */
export abstract class Listener implements Held, Sink {
  protected readonly shard: Shard;
  protected readonly call: Call;
  protected readonly options: ListenOptions;
  /** The client comes back after a long time. */
  protected isLate = false;
  /** The number of the log in which it looks for entries. */
  protected epoch = 0;
  /** What the client may have missed in another log, until it is told. */
  protected lost: Lost | undefined;
  protected place: Place | undefined;
  protected parked: Parked | undefined;
  protected isInterrupted = false;
  #presence: Presence | undefined;

  constructor(shard: Shard, call: Call, options: ListenOptions) {
    this.shard = shard;
    this.call = call;
    this.options = options;
  }

  /** Milliseconds for which it is parked at most. */
  protected abstract get holdMs(): number;
  abstract take(batch: Batch): boolean;
  abstract end(end: End, cursor: Stamp): void;
  abstract fail(error: unknown): void;

  /** It was parked, and what was there has been read, if it was ready. */
  protected onParked(): void {
    // A poll has its answer, or waits for it.
  }

  begin(place: Place): void {
    const { clock, keysets } = this.call.services;
    this.place = place;
    // What holds for the subscribe key has changed since the request came.
    this.isInterrupted ||= keysets.termsOf(this.shard.subscribeKey) !== this.shard.terms;
    this.isLate = millisecondsOf(this.options.cursor) < clock.now() - LATE_MS;
    // Its log may be newer than what this origin has heard of.
    if (!isForeign(this.shard, this.options)) this.#start(undefined);
    else this.#wait(this.shard.window.catchUp().then(() => this.#start(undefined)));
  }

  interrupt(): void {
    this.isInterrupted = true;
    if (this.parked) this.shard.window.interrupt(this.parked);
  }

  /** The log has become another one since. */
  protected startAnew(cursor: Stamp): void {
    this.#start(cursor);
  }

  /** The client may come back with the number of the log before. */
  protected adopt(cursor: Stamp): void {
    if (this.lost) this.shard.adoptedCursors.add({ cursor, epoch: this.epoch });
  }

  /** Waits for what comes after the cursor. The channels of groups are looked up anew. */
  protected listen(cursor: Stamp): void {
    const { shared, names } = this.options;
    if (shared) this.#park(cursor, shared.resolved, shared.present);
    else
      this.#wait(
        resolveNames(this.shard, names).then((found) => this.#park(cursor, found, presentOn(found))),
      );
  }

  /** It is not parked any more. */
  protected leave(isAlive: boolean): void {
    this.parked = undefined;
    const presence = this.#presence;
    this.#presence = undefined;
    presence?.end(isAlive);
  }

  /** The renewal of leases by what is parked now; `undefined` for none. */
  protected touch(resolved: ResolvedNames, present: readonly string[]): Touch | undefined {
    return touchOf(this.call, resolved, present);
  }

  /** The answer with a batch, made once for all who get the same. */
  protected preparedOf(batch: Batch): Prepared {
    const region = this.epoch;
    const { isLate } = this;
    const { prepared } = batch;
    if (prepared?.region === region && prepared.isLate === isLate) return prepared;
    const made = { answer: Object.freeze(ok(answerText(batch, region, isLate))), region, isLate };
    batch.prepared = made;
    return made;
  }

  // Begins where this log can serve the cursor: that of the request, or one that the client had in a log before.
  #start(before: Stamp | undefined): void {
    const { window } = this.shard;
    if (!window.log.isCurrent) return void this.#wait(window.catchUp().then(() => this.#start(before)));
    this.epoch = window.log.epoch;
    try {
      const start = this.#find(before);
      if (start instanceof Promise) this.#wait(start.then((found) => this.#begin(found)));
      else this.#begin(start);
    } catch (error) {
      this.fail(error);
    }
  }

  #find(before: Stamp | undefined): Soon<Start> {
    const { shard, call, options } = this;
    // The client came with a cursor of this log, and has had what is before it.
    return before === undefined || isAhead(shard, options)
      ? startOf(shard, call, options)
      : foreignStart(shard, call, { ...options.names, cursor: before });
  }

  #begin({ cursor, lost }: Start): void {
    this.lost = lost;
    this.listen(cursor);
  }

  #park(cursor: Stamp, resolved: ResolvedNames, present: readonly string[]): void {
    try {
      this.#parkNow(cursor, resolved, present);
    } catch (error) {
      this.fail(error);
    }
  }

  #parkNow(cursor: Stamp, resolved: ResolvedNames, present: readonly string[]): void {
    const { window, presenceTracker } = this.shard;
    if (window.log.epoch !== this.epoch) return void this.end('epoch-changed', cursor);
    // A client that has hung up may have left since.
    const isGone = this.call.request.interruption?.aborted ?? false;
    const { holdMs } = this;
    // What is answered at once holds nothing.
    if (holdMs > 0) this.#takeRoom(resolved);
    // The user's leases are renewed for as long as it is held.
    const touch = isGone ? undefined : this.touch(resolved, present);
    this.#presence = touch && presenceTracker.park(touch);
    const { subscription } = resolved;
    const { lost } = this;
    const { filter } = this.options;
    const parked = new Parked({ subscription, cursor, sink: this, filter, lost, holdMs });
    this.parked = parked;
    window.park(parked);
    this.onParked();
    if (this.isInterrupted) window.interrupt(parked);
  }

  // Throws a `Refusal` if there is no room.
  #takeRoom(resolved: ResolvedNames): void {
    const { filter } = this.options;
    const own = REQUEST_BYTES + this.call.request.target.length + (filter?.weight ?? 0);
    this.call.keep(own, this.shard.window.isUsed(resolved) ? 0 : resolved.subscription.weight);
  }

  #wait(step: Promise<void>): void {
    step.catch((error: unknown) => this.fail(error));
  }
}

/** The renewal of the user's leases that a request asks for; `undefined` without a user. */
export function touchOf(call: Call, resolved: ResolvedNames, channels: readonly string[]): Touch | undefined {
  const user = userOf(call);
  const states = statesOf(call, resolved);
  if (user === undefined) return undefined;
  const touch = { user, instance: instanceOf(call), channels, leaseMs: leaseOf(call), states };
  refuseTooMuch(call, touch);
  return touch;
}

/**
 * The text of an answer. `g` lists what was dropped (docs/reference/protocol.md, "Envelope"). It is present but empty where
 * a client would otherwise suspect a loss: in a full answer, and after a long absence.
 */
export function answerText({ cursor, envelopes, gaps }: Batch, region: number, isLate: boolean): string {
  const hasGaps = isLate || gaps.length > 0 || envelopes.length >= LIVE_QUEUE_LENGTH;
  const gapList = hasGaps ? `,"g":${JSON.stringify(gaps)}` : '';
  return `{"t":{"t":"${cursor}","r":${region}},"m":[${envelopes.join(',')}]${gapList}}`;
}
