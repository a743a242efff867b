import type { Due, DueMoment } from '../due-queue.ts';
import type { Answer } from '../http/answer.ts';
import type { Outlet } from '../http/held.ts';
import type { Shard } from '../shard.ts';
import type { Touch } from '../store/presence.ts';
import type { Stamp } from '../store/stamp.ts';
import type { Batch } from '../window/batch.ts';
import type { End } from '../window/parked.ts';
import { answerText, Listener, type ListenOptions } from './listener.ts';
import type { ResolvedNames } from './resolve-names.ts';
import type { Call } from './route.ts';
import { filterFailure } from './subscribe-filter.ts';

/** What a stream begins with. Proxies that collect answers before they pass them on, such as nginx, let it through. */
export const EVENT_STREAM: Answer = Object.freeze({
  status: 200,
  contentType: 'text/event-stream',
  body: '',
  headers: Object.freeze({ 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' }),
});

/** All of a stream that cannot be served just now. */
export const RETRY_LATER = 'retry: 3000\n\n';
const START = ': \nretry: 1000\n\n';
const COMMENT = ': \n\n';
// A poll that is not held at all is sent again by its client, after a while.
const SHORTEST_MS = 1_000;

/** The options of a stream. */
export interface FeedOptions extends ListenOptions {
  /** Its reader has no cursor yet, and gets one in the first event. The leases have begun. */
  readonly isNew: boolean;
}

/**
 * One stream: what a chain of polls would have been answered with, as events whose id is the next cursor. Where the next
 * poll would come, the permissions are checked again: after each batch, and when the time of a poll is over.
 */
export class Feed extends Listener implements Due {
  length: number;
  due = 0;
  moment: DueMoment<this> | undefined = undefined;
  dueBefore: this | undefined = undefined;
  dueAfter: this | undefined = undefined;
  #outlet: Outlet | undefined;
  #isOpen = false;
  /** The reader has not read what was written yet. */
  #isFull = false;
  /** Its permissions are being checked. */
  #isChecking = false;
  #isOver = false;
  /** The id of the last event. */
  #last: Stamp | undefined;
  readonly #isNew: boolean;
  /** The channels on which the user's state was set: the state may have changed since. */
  #known: readonly string[] | undefined;

  constructor(shard: Shard, call: Call, options: FeedOptions) {
    super(shard, call, options);
    this.length = call.services.comments.milliseconds;
    this.#isNew = options.isNew;
  }

  get isReady(): boolean {
    return !this.#isFull && !this.#isChecking && !this.isInterrupted;
  }

  take(batch: Batch): boolean {
    if (batch.gaps.length > 0) this.call.services.metrics?.gapsTold(batch.gaps.length);
    this.adopt(batch.cursor);
    this.#write(this.#frameOf(batch));
    this.lost = undefined;
    this.isLate = false;
    if (this.#outlet?.isLast) {
      this.leave(true);
      this.#finish();
      return false;
    }
    this.#check();
    return !this.#isOver;
  }

  end(end: End, cursor: Stamp): void {
    this.leave(end !== 'interrupted');
    if (this.isInterrupted || end === 'interrupted' || end === 'epoch-changed') return void this.#finish();
    if (end === 'timeout') this.#moveTo(cursor);
    if (!this.#isOver) this.listen(cursor);
  }

  fail(error: unknown): void {
    this.leave(false);
    this.#close();
    this.place?.fail(filterFailure(error));
  }

  /** The reader has read what was written. */
  resume(): void {
    this.#isFull = false;
    this.#goOn();
  }

  /** Tells everybody on the way that the stream is alive. */
  comment(): void {
    if (!this.#isFull) this.#write(COMMENT);
  }

  protected get holdMs(): number {
    // A client that comes from another log gets its new cursor at once, also without entries.
    return this.lost ? 0 : Math.max(SHORTEST_MS, this.call.services.limits.holdSeconds * 1000);
  }

  // It begins when it is clear that it is not refused: the filter has read what was there.
  protected override onParked(): void {
    if (!this.#isOver) this.#open();
  }

  protected override touch(resolved: ResolvedNames, present: readonly string[]): Touch | undefined {
    if (this.isInterrupted) return undefined;
    const touch = super.touch(resolved, present);
    const known = this.#known ?? (this.#isNew ? present : undefined);
    this.#known = present;
    if (!touch?.states || !known) return touch;
    const states = new Map(touch.states);
    for (const channel of known) states.delete(channel);
    return { ...touch, states };
  }

  // The id does not get older than the live entries, also while there is nothing for the reader.
  #moveTo(cursor: Stamp): void {
    this.adopt(cursor);
    if (this.isReady && cursor !== this.#last)
      this.#write(this.#frameOf({ cursor, envelopes: [], gaps: [] }));
    this.lost = undefined;
    this.isLate = false;
    if (this.#outlet?.isLast) this.#finish();
    else this.#check();
  }

  #check(): void {
    if (this.#isChecking) return;
    const checking = this.call.recheck();
    if (!checking) return;
    this.#isChecking = true;
    const permitted = () => {
      this.#isChecking = false;
      this.#goOn();
    };
    // Its reader comes again, and is told then what is missing.
    checking.then(permitted, () => this.interrupt());
  }

  #goOn(): void {
    if (this.isReady && this.parked?.isBehind) this.shard.window.resume(this.parked);
  }

  #open(): Outlet | undefined {
    if (this.#isOpen || !this.place) return this.#outlet;
    this.#isOpen = true;
    const outlet = this.place.open(EVENT_STREAM, this);
    this.#outlet = outlet;
    // Its client may have hung up long ago.
    if (this.#isOver) outlet.end();
    else {
      this.call.services.comments.add(this);
      this.#isFull = !outlet.write(`${START}${this.#first()}`);
    }
    return outlet;
  }

  // A reader that is interrupted before it has a message needs an id too.
  #first(): string {
    const { cursor, region = 0 } = this.options;
    if (!this.#isNew) return '';
    return eventText(`${region}:${cursor}`, answerText({ cursor, envelopes: [], gaps: [] }, region, false));
  }

  #write(text: string): void {
    const outlet = this.#open();
    if (outlet && !this.#isOver) this.#isFull = !outlet.write(text);
  }

  #close(): void {
    this.#isOver = true;
    this.call.services.comments.remove(this);
  }

  #finish(): void {
    const outlet = this.#open();
    this.#close();
    outlet?.end();
  }

  // Made once for all who get the same.
  #frameOf(batch: Batch): string {
    const prepared = this.preparedOf(batch);
    this.#last = batch.cursor;
    prepared.frame ??= eventText(`${this.epoch}:${batch.cursor}`, prepared.answer.body);
    return prepared.frame;
  }
}

// Envelopes have no line breaks, nor has the rest of an answer.
function eventText(id: string, data: string): string {
  return `id: ${id}\ndata: ${data}\n\n`;
}
