import type { Clock, Timetoken } from '../../src/index.ts';
import type { ForeignHistory } from './foreign-history.ts';
import { SUFFIX } from './foreign-names.ts';
import { ForeignRegion } from './foreign-region.ts';
import type { EntryKind, Truth } from './truth.ts';

/** How a foreign origin differs from others of its kind. */
export interface ForeignManners {
  /** Live entries of one channel. */
  readonly queue: number;
  readonly historyLag: number;
  readonly regionSkew: number;
  readonly regionDelay: number;
}

/** An entry that is published. */
interface Post {
  readonly channel: string;
  readonly kind: EntryKind;
  readonly publisher?: string | undefined;
  readonly payload: unknown;
  readonly meta?: unknown;
  readonly type?: string | undefined;
  readonly stored: boolean;
}

const TICKS = 10_000n;

/** The regions of the foreign origin, and what is published in them. */
export class ForeignPosts {
  readonly regions: readonly [ForeignRegion, ForeignRegion];
  /** Timetokens of the regions agree to this many ticks only. */
  readonly blur: bigint;
  /** Ticks by which a region looks back from the place of another one. */
  readonly lookBack: bigint;
  readonly #clock: Clock;
  readonly #truth: Truth;
  readonly #history: ForeignHistory;
  readonly #manners: ForeignManners;
  readonly #timers = new Set<unknown>();
  #serving = 0;
  #sequence = 0;

  constructor(
    {
      clock,
      truth,
      history,
    }: { readonly clock: Clock; readonly truth: Truth; readonly history: ForeignHistory },
    manners: ForeignManners,
  ) {
    const { queue: keep, regionSkew, regionDelay } = manners;
    this.#clock = clock;
    this.#truth = truth;
    this.#history = history;
    this.#manners = manners;
    this.regions = [
      new ForeignRegion(11, clock, { keep, skew: 0 }),
      new ForeignRegion(12, clock, { keep, skew: regionSkew }),
    ];
    const distance = 2 * (Math.abs(regionSkew) + regionDelay);
    this.lookBack = BigInt(distance + 20) * TICKS;
    this.blur = distance === 0 ? 0n : this.lookBack;
  }

  /** The region that serves. */
  get here(): ForeignRegion {
    return this.regions[this.#serving === 0 ? 0 : 1];
  }

  get #there(): ForeignRegion {
    return this.regions[this.#serving === 0 ? 1 : 0];
  }

  /** The other region serves from now on. */
  switchRegion(): void {
    this.#serving = 1 - this.#serving;
  }

  /** Every poll that is held looks again. */
  wakeAll(): void {
    for (const { waiters } of this.regions) for (const wake of [...waiters]) wake();
  }

  /** Nothing travels any more. */
  close(): void {
    for (const timer of this.#timers) this.#clock.clearTimeout(timer);
    this.#timers.clear();
  }

  tellTwins(channel: string, differ: 'payload' | 'meta' | 'type', base: number): void {
    const stamp = this.here.stamp();
    for (let count = 0; count < 3; count++) {
      const payload = differ === 'payload' ? `}"${base}":{${count}` : `twin ${base}`;
      const meta = differ === 'meta' ? { n: count } : undefined;
      const type = differ === 'type' ? `type-${count}` : undefined;
      this.post(
        { channel, kind: 'message', publisher: 'bob', payload, meta, type, stored: true },
        this.here,
        stamp,
      );
    }
  }

  tellElsewhere(channel: string, payload: unknown): void {
    this.post({ channel, kind: 'message', publisher: 'carol', payload, stored: true }, this.#there);
  }

  tellPresence(channel: string, user: string, joins: boolean): void {
    const timestamp = Math.floor(this.#clock.now() / 1000);
    const payload = { action: joins ? 'join' : 'leave', timestamp, uuid: user, occupancy: joins ? 1 : 0 };
    this.post({ channel: channel + SUFFIX, kind: 'presence', payload, stored: false }, this.here);
  }

  /** Takes an entry and returns its timetoken: the region that takes it has it at once, the other one a little later. */
  post(post: Post, region: ForeignRegion, given?: bigint): Timetoken {
    const { channel, kind, publisher, payload, meta, type, stored } = post;
    const place = region.stamp();
    const timetoken = String(given ?? place);
    const places = [String(place)];
    const envelope = {
      ...{ a: '2', f: 0, ...(publisher !== undefined && { i: publisher }) },
      // The wire may leave the sequence number out: what has one timetoken is then told apart by its content alone.
      ...(given === undefined && { s: ++this.#sequence }),
      ...{ p: { t: timetoken, r: region.id }, k: 'demo', c: channel, d: payload },
      ...(kind === 'signal' && { e: 1 }),
      ...(meta !== undefined && { u: meta }),
      ...(type !== undefined && { cmt: type }),
    };
    this.#truth.take({
      channel,
      timetoken,
      kind,
      publisher,
      payload,
      meta,
      type,
      stored,
      places,
    });
    region.add(channel, envelope, place);
    const other = region === this.regions[0] ? this.regions[1] : this.regions[0];
    this.#later(this.#manners.regionDelay, () => {
      const late = other.stamp();
      places.push(String(late));
      other.add(channel, envelope, late);
    });
    if (stored)
      this.#history.add({
        ...{ channel, timetoken, uuid: publisher ?? '', message: payload, meta, type },
        visibleAt: this.#clock.now() + this.#manners.historyLag,
      });
    return timetoken;
  }

  #later(milliseconds: number, callback: () => void): void {
    if (milliseconds === 0) {
      callback();
      return;
    }
    const timer = this.#clock.setTimeout(() => {
      this.#timers.delete(timer);
      callback();
    }, milliseconds);
    this.#timers.add(timer);
  }
}
