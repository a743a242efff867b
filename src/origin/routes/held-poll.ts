import { ok } from '../http/answer.ts';
import type { Place } from '../http/held.ts';
import { steadyNow } from '../steady-time.ts';
import type { Touch } from '../store/presence.ts';
import type { Stamp } from '../store/stamp.ts';
import type { Batch } from '../window/batch.ts';
import type { End } from '../window/parked.ts';
import { answerText, Listener } from './listener.ts';
import type { ResolvedNames } from './resolve-names.ts';
import { filterFailure } from './subscribe-filter.ts';

/** One poll: it listens until there is something, or its time is over. */
export class HeldPoll extends Listener {
  /** The time at which it ends. */
  #ends = 0;

  override begin(place: Place): void {
    const { clock, limits } = this.call.services;
    const isHeld = !this.#isPrompt;
    this.#ends = steadyNow(clock) + (isHeld ? limits.holdSeconds * 1000 : 0);
    if (isHeld) {
      super.begin(place);
      return;
    }
    this.place = place;
    // That there is nothing has to hold for what other origins over the store have taken.
    const read = this.shard.window.catchUp();
    read.then(
      () => super.begin(place),
      (error: unknown) => this.fail(error),
    );
  }

  take(batch: Batch): boolean {
    if (batch.gaps.length > 0) this.call.services.metrics?.gapsTold(batch.gaps.length);
    this.leave(true);
    this.adopt(batch.cursor);
    this.place?.send(this.preparedOf(batch).answer);
    return false;
  }

  end(end: End, cursor: Stamp): void {
    this.leave(end !== 'interrupted');
    if (end === 'groups-changed') return void this.listen(cursor);
    if (end === 'epoch-changed') return void this.startAnew(cursor);
    this.adopt(cursor);
    this.place?.send(ok(answerText({ cursor, envelopes: [], gaps: [] }, this.epoch, this.isLate)));
  }

  fail(error: unknown): void {
    this.leave(false);
    this.place?.fail(filterFailure(error));
  }

  // Whoever only asks does not listen.
  protected override touch(resolved: ResolvedNames, present: readonly string[]): Touch | undefined {
    return this.#isPrompt ? undefined : super.touch(resolved, present);
  }

  // It asks whether there is anything (docs/reference/protocol.md, "Subscribe"). Looked up, not kept: thousands are held.
  get #isPrompt(): boolean {
    return this.call.query.text('hold') === '0';
  }

  // A client that comes from another log gets its new cursor at once, also without entries.
  protected get holdMs(): number {
    return this.lost ? 0 : this.#ends - steadyNow(this.call.services.clock);
  }
}
