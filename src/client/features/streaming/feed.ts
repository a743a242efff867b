import type { TimerHandle } from '../../../protocol/clock.ts';
import type { PubNubError } from '../../errors/pubnub-error.ts';
import { isBytes } from '../../runtime/bytes.ts';
import type { SteadyClock } from '../../runtime/steady-clock.ts';
import type { LoopAnswer, LoopCursor } from '../../subscribe/state.ts';
import { EventReader } from './event-reader.ts';
import { merged, type Room } from './merge.ts';

/** The parts of a stream of events that has been opened. */
export interface FeedParts {
  readonly bytes: ReadableStreamDefaultReader<Uint8Array>;
  /** What has been read of them. */
  readonly first: Uint8Array;
  /** The cursor that it was opened with. */
  readonly cursor: LoopCursor;
  readonly clock: SteadyClock;
  readonly room: Room;
  /** Reads the data of an event: the text that a poll would have been answered with. */
  readonly read: (text: string) => Promise<LoopAnswer>;
  /** Milliseconds without a byte after which the connection is lost, and the error of that. */
  readonly silence: { readonly most: number; readonly error: () => PubNubError };
  /** Ends the request. */
  readonly end: (reason: unknown) => void;
}

/** After so long without an event, in milliseconds, a comment answers as a poll that ends empty. */
const STILL = 60_000;

/**
 * One stream of events. It reads only while somebody waits for an answer, so that no more than one piece of bytes waits
 * here, and what is not asked for waits on the way.
 */
export class Feed {
  readonly #parts: FeedParts;
  readonly #reader = new EventReader();
  /** The data of events that nobody has asked for yet. */
  readonly #texts: string[] = [];
  /** What has been read, and not looked at yet. */
  #first: Uint8Array | undefined;
  /** An answer, or a failure, behind the one that was given out. */
  #next: { readonly answer: LoopAnswer } | { readonly thrown: unknown } | undefined;
  #at: LoopCursor;
  #hasAnswered = false;
  #watch: TimerHandle | undefined;
  /** Since when it waits for bytes; `undefined` while it does not. */
  #since: number | undefined;
  #closed: { readonly reason: unknown } | undefined;

  constructor(parts: FeedParts) {
    this.#parts = parts;
    this.#at = parts.cursor;
    this.#first = parts.first;
  }

  /** The cursor behind the last answer: the very object, so that the cursor of another answer is told from it. */
  get at(): LoopCursor {
    return this.#at;
  }

  /** Whether it has brought an event. */
  get hasAnswered(): boolean {
    return this.#hasAnswered;
  }

  /**
   * The next answer: one event, or several that have arrived together; without entries, a sign of life. `undefined` if the
   * server has ended the stream. Rejects with what the connection or an event failed with.
   */
  async next(): Promise<LoopAnswer | undefined> {
    let answer = await this.#take();
    // What comes first may follow a long absence, which is judged by the times of its answer.
    while (answer && this.#hasAnswered && this.#texts.length > 0) {
      const more = await this.#ahead(answer);
      if (!more) break;
      answer = more;
    }
    if (answer) {
      this.#hasAnswered ||= answer.entries.length > 0;
      this.#at = answer.cursor;
    }
    return answer;
  }

  /** Ends it, also while somebody waits for an answer. */
  close(reason: unknown): void {
    if (this.#closed) return;
    this.#closed = { reason };
    const { bytes, clock, end } = this.#parts;
    clock.clearTimeout(this.#watch);
    end(reason);
    // What has failed already fails again.
    bytes.cancel(reason).catch(() => undefined);
  }

  async #take(): Promise<LoopAnswer | undefined> {
    const next = this.#next;
    this.#next = undefined;
    if (next && 'thrown' in next) throw next.thrown;
    if (next) return next.answer;
    const { clock, read } = this.#parts;
    const asked = clock.monotonic();
    for (;;) {
      const text = this.#texts.shift();
      if (text !== undefined) return read(text);
      if (!(await this.#fill())) return undefined;
      const { region } = this.#at;
      // The loop learns that its cursor is up to date, as by a poll that ends without entries.
      if (this.#texts.length === 0 && region !== undefined && clock.monotonic() - asked >= STILL)
        return { cursor: { ...this.#at, region }, entries: [], gaps: undefined };
    }
  }

  // The answer with the next one that is here; `undefined` if that has to wait.
  async #ahead(answer: LoopAnswer): Promise<LoopAnswer | undefined> {
    try {
      const next = await this.#take();
      const both = next && merged(answer, next, this.#parts.room);
      if (!both && next) this.#next = { answer: next };
      return both;
    } catch (thrown) {
      this.#next = { thrown };
      return undefined;
    }
  }

  // Reads the next bytes; `false` at the end of the stream.
  async #fill(): Promise<boolean> {
    const { bytes, clock, silence } = this.#parts;
    this.#checkOpen();
    this.#since = clock.monotonic();
    this.#watch ??= clock.setTimeout(() => this.#check(), silence.most);
    const { done, value } = this.#first ? { done: false, value: this.#first } : await bytes.read();
    this.#first = this.#since = undefined;
    this.#checkOpen();
    if (done) return false;
    if (!(value instanceof Uint8Array || isBytes(value)))
      throw new TypeError('the transport gives something else than bytes');
    this.#texts.push(...this.#reader.read(value));
    return true;
  }

  #checkOpen(): void {
    if (this.#closed) throw this.#closed.reason;
  }

  // One timer for many reads. Without a read there is nothing to watch.
  #check(): void {
    this.#watch = undefined;
    if (this.#since === undefined || this.#closed) return;
    const { clock, silence } = this.#parts;
    const left = this.#since + silence.most - clock.monotonic();
    if (left <= 0) this.close(silence.error());
    else this.#watch = clock.setTimeout(() => this.#check(), left);
  }
}
