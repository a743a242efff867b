import { LIVE_QUEUE_LENGTH } from '../../protocol/limits.ts';
import { type Answer, ok } from '../http/answer.ts';
import type { Held, Place } from '../http/held.ts';
import type { Parked as Presence } from '../presence/renewals.ts';
import type { Shard } from '../shard.ts';
import { type Soon, whenThere } from '../soon.ts';
import { steadyNow } from '../steady-time.ts';
import type { Touch } from '../store/presence.ts';
import { millisecondsOf, type Stamp } from '../store/stamp.ts';
import type { Batch } from '../window/batch.ts';
import type { Lost } from '../window/gaps.ts';
import { type End, Parked, type PollFilter, type Sink } from '../window/parked.ts';
import type { SharedListening } from '../window/shared-names.ts';
import { refuseTooMuch, statesOf } from './presence.ts';
import { leaseOf, type Names, userOf } from './read.ts';
import { presentOn, type ResolvedNames, resolveNames } from './resolve-names.ts';
import type { Call } from './route.ts';
import { filterFailure } from './subscribe-filter.ts';
import { foreignStart, type Start, startOf } from './subscribe-start.ts';

/** The parameters of a poll. */
export interface PollOptions {
  readonly names: Names;
  /** The names with their channels, if others have the same. Absent: there are groups, which are looked up. */
  readonly shared: SharedListening | undefined;
  readonly cursor: Stamp;
  readonly filter: PollFilter | undefined;
}

// After such an absence a client gets a list of gaps, even an empty one.
const LATE_MS = 60_000;

/** One poll. While it is held, this and its place in the window are all that is kept of it: no promise, no function. */
export class HeldPoll implements Held, Sink {
  readonly #shard: Shard;
  readonly #call: Call;
  readonly #options: PollOptions;
  /** The time at which it ends. */
  #ends = 0;
  /** The client comes back after a long time. */
  #isLate = false;
  /** The number of the log in which it looks for entries. */
  #epoch = 0;
  #place: Place | undefined;
  #lost: Lost | undefined;
  #parked: Parked | undefined;
  #presence: Presence | undefined;
  #isInterrupted = false;

  constructor(shard: Shard, call: Call, options: PollOptions) {
    this.#shard = shard;
    this.#call = call;
    this.#options = options;
  }

  begin(place: Place): void {
    const { clock, limits } = this.#call.services;
    this.#place = place;
    this.#ends = steadyNow(clock) + limits.holdSeconds * 1000;
    this.#isLate = millisecondsOf(this.#options.cursor) < clock.now() - LATE_MS;
    this.#start(() => startOf(this.#shard, this.#call, this.#options));
  }

  interrupt(): void {
    this.#isInterrupted = true;
    if (this.#parked) this.#shard.window.interrupt(this.#parked);
  }

  take(batch: Batch): boolean {
    this.#leave(true);
    this.#adopt(batch.cursor);
    this.#place?.send(this.#answerOf(batch));
    return false;
  }

  end(end: End, cursor: Stamp): void {
    this.#leave(end !== 'interrupted');
    if (end === 'groups-changed') return void this.#listen(cursor);
    if (end === 'epoch-changed') return void this.#startAnew(cursor);
    this.#adopt(cursor);
    this.#place?.send(ok(this.#textOf({ cursor, envelopes: [], gaps: [] })));
  }

  fail(error: unknown): void {
    this.#leave(false);
    this.#place?.fail(filterFailure(error));
  }

  // Finds the position from which this log can serve the cursor.
  #start(find: () => Soon<Start>): void {
    const { window } = this.#shard;
    if (!window.log.isCurrent) return void this.#go(() => window.catchUp().then(() => this.#start(find)));
    this.#epoch = window.log.epoch;
    this.#go(() =>
      whenThere(find(), (start) => {
        this.#lost = start.lost;
        this.#listen(start.cursor);
      }),
    );
  }

  // The log has become another one since.
  #startAnew(cursor: Stamp): void {
    this.#start(() => foreignStart(this.#shard, this.#call, { ...this.#options.names, cursor }));
  }

  // The client may come back with the number of the log before.
  #adopt(cursor: Stamp): void {
    if (this.#lost) this.#shard.adoptedCursors.add({ cursor, epoch: this.#epoch });
  }

  #listen(cursor: Stamp): void {
    const { shared, names } = this.#options;
    this.#go(() =>
      shared
        ? this.#park(cursor, shared.resolved, shared.present)
        : resolveNames(this.#shard, names).then((found) => this.#park(cursor, found, presentOn(found))),
    );
  }

  #park(cursor: Stamp, resolved: ResolvedNames, present: readonly string[]): void {
    const { window, presenceTracker } = this.#shard;
    const { clock } = this.#call.services;
    if (window.log.epoch !== this.#epoch) return void this.#startAnew(cursor);
    // A client that has hung up may have left since.
    const isGone = this.#call.request.interruption?.aborted ?? false;
    // A poll renews the user's leases, for as long as it is held.
    const touch = isGone ? undefined : touchOf(this.#call, resolved, present);
    this.#presence = touch && presenceTracker.park(touch);
    const parked = new Parked({
      subscription: resolved.subscription,
      cursor,
      sink: this,
      filter: this.#options.filter,
      lost: this.#lost,
      // A client that comes from another log gets its new cursor at once, also without entries.
      holdMs: this.#lost ? 0 : this.#ends - steadyNow(clock),
    });
    this.#parked = parked;
    window.park(parked);
    if (this.#isInterrupted) window.interrupt(parked);
  }

  #leave(isAlive: boolean): void {
    this.#parked = undefined;
    const presence = this.#presence;
    this.#presence = undefined;
    presence?.end(isAlive);
  }

  #go(step: () => void | Promise<void>): void {
    try {
      step()?.catch((error: unknown) => this.#place?.fail(error));
    } catch (error) {
      this.#place?.fail(error);
    }
  }

  // Made once for all who get the same batch.
  #answerOf(batch: Batch): Answer {
    const region = this.#epoch;
    const isLate = this.#isLate;
    const { prepared } = batch;
    if (prepared?.region === region && prepared.isLate === isLate) return prepared.answer;
    const answer = Object.freeze(ok(this.#textOf(batch)));
    batch.prepared = { answer, region, isLate };
    return answer;
  }

  #textOf(batch: Batch): string {
    return answerText(batch, this.#epoch, this.#isLate);
  }
}

/** The renewal of the user's leases that a request asks for; `undefined` without a user. */
export function touchOf(call: Call, resolved: ResolvedNames, channels: readonly string[]): Touch | undefined {
  const user = userOf(call);
  const states = statesOf(call, resolved);
  if (user === undefined) return undefined;
  const touch = { user, channels, leaseMs: leaseOf(call), states };
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
