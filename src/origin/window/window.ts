import { type Entry, isControl } from '../store/entry.ts';
import { laterStamp, millisecondsOf, type Stamp, stampOf, ZERO_STAMP } from '../store/stamp.ts';
import { Turns } from '../turns.ts';
import { type FollowedLog, Follower } from './follower.ts';
import { Holds } from './holds.ts';
import { LiveQueue } from './live-queue.ts';
import type { WindowOptions } from './options.ts';
import type { End, Parked, Restart } from './parked.ts';
import { hasContent, Reader } from './reader.ts';
import { Waiters } from './waiters.ts';
import { type Wake, Wakes } from './wakes.ts';

const TRIM_EVERY = 1_000;
// The work of one turn, in steps of a filter: about ten milliseconds.
const SLICE = 100_000;

// Reading for one subscriber: it has ended, has everything, or was cut and has to go on.
type Progress = 'ended' | 'whole' | 'cut';

/** The live entries of one shard, and the subscribers that wait for more: the only part of the origin that waits. */
export class Window {
  readonly #options: WindowOptions;
  #queue: LiveQueue;
  readonly #waiters: Waiters;
  readonly #wakes: Wakes;
  readonly #holds: Holds;
  readonly #reader: Reader;
  readonly #follower: Follower;
  #groupsChangedAt: Stamp = ZERO_STAMP;
  #added = 0;
  #closed = false;

  private constructor(options: WindowOptions) {
    const { log, clock, limits, checks, recent, metrics, nextTurn = () => Promise.resolve() } = options;
    const turns = new Turns(nextTurn, SLICE);
    this.#options = options;
    this.#queue = this.#newQueue(0);
    this.#reader = new Reader({ queue: () => this.#queue, turns, recent, maxBytes: limits.answerBytes });
    this.#holds = new Holds(clock, (parked) => this.#expire(parked));
    this.#wakes = new Wakes({
      turns,
      wake: (parked, wake) => this.#wake(parked, wake),
      onDone: metrics && ((since) => metrics.fannedOut(clock.now() - millisecondsOf(since))),
      onFailure: (error) => options.onFailure(error),
    });
    this.#waiters = new Waiters({
      wake: (audience) => this.#wakes.add(audience),
      onUsed: (subscription) => options.onUsed?.(subscription),
      onUnused: (subscription) => options.onUnused?.(subscription),
    });
    this.#follower = new Follower({
      log,
      clock,
      checks,
      onEntry: (entry) => this.#take(entry),
      onLost: (before) => this.#lose(before),
      onReset: () => this.#reset(),
      onLive: (isUp) => options.onLive?.(isUp),
      onRepair: (foundBy) => metrics?.repaired(foundBy),
      onFailure: (error) => options.onFailure(error),
    });
  }

  /** Opens a window with the live entries of the log, and follows it. */
  static async open(options: WindowOptions): Promise<Window> {
    const window = new Window(options);
    await window.#follower.start();
    return window;
  }

  /** The log that it follows: its number, which is the region in answers, and its beginning. */
  get log(): FollowedLog {
    return this.#follower;
  }

  /** Every entry up to here is in the window, or was dropped from it. */
  get position(): Stamp {
    return this.#follower.position;
  }

  /** The position of the last change of a group. */
  get groupsChangedAt(): Stamp {
    return this.#groupsChangedAt;
  }

  /** The number of parked subscribers. */
  get waiting(): number {
    return this.#waiters.size;
  }

  /** `true` if somebody is parked with a subscription: another one costs little. */
  isUsed({ subscription }: Pick<Parked, 'subscription'>): boolean {
    return this.#waiters.has(subscription);
  }

  /**
   * Reads what there is after the cursor, and waits for more. The sink takes it, in this turn or later, until it takes no
   * more, its time is over or it is interrupted.
   */
  park(parked: Parked): void {
    // A group has changed since its channels were looked up, when nobody was there to be woken.
    if (parked.subscription.isOutdated(this.#groupsChangedAt))
      return void parked.sink.end('groups-changed', parked.start);
    // Reading and waiting begin in one turn: nothing can be published in between. Who is not ready reads when resumed.
    const progress = parked.sink.isReady === false ? 'whole' : this.#read(parked, undefined);
    if (progress === 'ended') return;
    if (this.#closed) return void parked.sink.end('interrupted', parked.start);
    if (progress === 'whole' && parked.length <= 0) return void parked.sink.end('timeout', parked.seen);
    const audience = this.#waiters.add(parked);
    if (progress === 'whole') this.#holds.add(parked);
    else this.#wakes.addOne(audience, parked);
  }

  /** Reads on for a sink that is ready again. */
  resume(parked: Parked): void {
    if (parked.audience) this.#wakes.addOne(parked.audience, parked);
  }

  /** Ends what is parked before its time. Does nothing if it is not parked any more. */
  interrupt(parked: Parked): void {
    if (parked.audience) this.#end(parked, 'interrupted', parked.start);
  }

  /** Reads the log up to this moment. Rejects when it cannot be read. */
  catchUp(): Promise<void> {
    return this.#follower.catchUp();
  }

  /** Answers all that is parked with its own cursor, and so all that comes later. */
  retire(): void {
    this.#closed = true;
    for (const parked of this.#waiters) this.interrupt(parked);
  }

  /** As `retire`, and stops. */
  close(): void {
    this.#follower.close();
    this.retire();
    this.#queue.clear();
  }

  #end(parked: Parked, end: End, cursor: Stamp): void {
    this.#leave(parked);
    parked.sink.end(end, cursor);
  }

  #leave(parked: Parked): void {
    this.#holds.remove(parked);
    this.#waiters.remove(parked);
  }

  // The cursor moves to the position that was read, so that it does not get older than the live entries.
  #expire(parked: Parked): void {
    const isWoken = parked.isBehind || parked.audience?.woken !== undefined;
    this.#end(parked, 'timeout', isWoken ? parked.seen : laterStamp(parked.seen, this.position));
  }

  #wake(parked: Parked, wake: Wake): boolean {
    if (!parked.audience || (!parked.isBehind && parked.seen >= wake.audience.newest)) return true;
    // It reads everything when it is resumed.
    if (parked.sink.isReady === false) {
      parked.isBehind = true;
      return true;
    }
    const { filter } = parked;
    if (filter && wake.round.steps > this.#options.limits.filterSteps) return this.#pass(parked);
    const before = filter?.spent ?? 0;
    const progress = this.#read(parked, wake);
    wake.round.steps += Math.max(0, (filter?.spent ?? 0) - before);
    if (progress === 'whole') this.#wait(parked);
    return progress !== 'cut';
  }

  // One publish has woken very many filters: polls go on with the next one, and streams in a turn of their own.
  #pass(parked: Parked): true {
    parked.isBehind = true;
    if (parked.isStream) this.resume(parked);
    else this.#end(parked, 'timeout', parked.seen);
    return true;
  }

  #wait(parked: Parked): void {
    const changedAt = parked.audience?.groupsChangedAt;
    if (changedAt !== undefined) this.#end(parked, 'groups-changed', laterStamp(parked.seen, changedAt));
    else if (parked.length <= 0) this.#end(parked, 'timeout', parked.seen);
    else this.#holds.add(parked);
  }

  #read(parked: Parked, wake: Wake | undefined): Progress {
    try {
      // A subscription is valid up to a change of its groups; later entries are found by the next one.
      const position = parked.audience?.groupsChangedAt ?? this.position;
      const { batch, isWhole, isExhausted } = this.#reader.read(parked, position, wake);
      parked.seen = laterStamp(parked.seen, batch.cursor);
      if (hasContent(batch)) {
        if (!parked.sink.take(batch)) {
          this.#leave(parked);
          return 'ended';
        }
        parked.took(batch.cursor);
      } else if (isExhausted && !parked.isStream) {
        // The next poll has steps of its own.
        this.#end(parked, 'timeout', parked.seen);
        return 'ended';
      } else if (isExhausted) parked.filter?.renew();
      if (!isWhole) return 'cut';
      parked.isBehind = false;
      return 'whole';
    } catch (error) {
      this.#leave(parked);
      parked.sink.fail(error);
      return 'ended';
    }
  }

  // The envelopes of another log have another region, and entries may be missing in it: everybody looks up anew where to
  // start.
  #reset(): void {
    this.#queue.clear();
    this.#queue = this.#newQueue(this.log.epoch);
    this.#restart('epoch-changed');
  }

  // Control entries may have been among them, and everybody who is parked has a gap.
  #lose(before: Stamp): void {
    this.#queue.forget(before);
    this.#groupsChangedAt = laterStamp(this.#groupsChangedAt, before);
    this.#restart('groups-changed');
  }

  #restart(end: Restart): void {
    this.#reader.reset();
    this.#options.onReset?.();
    for (const parked of this.#waiters) this.#end(parked, end, parked.start);
  }

  #newQueue(epoch: number): LiveQueue {
    const { subscribeKey, limits, budget, metrics } = this.#options;
    const onDropped = metrics && (() => metrics.dropped());
    return new LiveQueue({ subscribeKey, epoch }, limits, { budget, onDropped });
  }

  #take(entry: Entry): void {
    if (entry.kind === 'group') this.#groupsChangedAt = entry.tt;
    if (isControl(entry)) this.#options.onControl?.(entry);
    else this.#queue.add(entry);
    if (entry.kind === 'presence') this.#options.onPresence?.();
    this.#waiters.notify(entry);
    const { clock, limits } = this.#options;
    if (++this.#added % TRIM_EVERY === 0)
      this.#queue.expire(stampOf(clock.now() - limits.liveSeconds * 1000));
  }
}
