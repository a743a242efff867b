import type { Json } from 'timetoken/core';
import { Backlog, type Published } from './backlog.ts';
import { checkEventName, checkId, type Frame, frameOf, textOf } from './frame.ts';
import type { QueueLimits } from './frame-queue.ts';
import { KeepAlive } from './keep-alive.ts';
import { type Names, namesOf } from './names.ts';
import {
  backlogLimits,
  clockOf,
  milliseconds,
  optionsOf,
  type PublisherOptions,
  queueLimits,
  startFrames,
} from './options.ts';
import { Outlet } from './outlet.ts';
import type { Subscriber } from './subscriber.ts';
import { systemRandom } from './system.ts';

/** Options of `subscribe()`. */
export interface SubscribeOptions<P> {
  /** One or several channels. Default: `default channel`. */
  readonly channels?: Names;
  /** What distinguishes this subscriber; functions that are published get it. */
  readonly properties?: P;
  /** Data that it gets first, before anything that is published. */
  readonly initialData?: readonly Json[];
  /** Closes the subscriber when it aborts: the signal of the request. */
  readonly signal?: AbortSignal | undefined;
  /** The header `Last-Event-ID` of the request: events after this one are sent again, as far as the backlog reaches. */
  readonly lastEventId?: string | null | undefined;
}

/** Options of `publish()`. */
export interface PublishOptions {
  /** One or several channels. Default: `default channel`. Who is on several of them gets the event once. */
  readonly channels?: Names;
  /** The name of the event. Default: none, which an `EventSource` calls `message`. */
  readonly event?: string;
  /** The id of the event. Default: one of the publisher's own if it keeps a backlog, else none. */
  readonly id?: string;
}

/** Data of an event, or a function that makes it for each subscriber; `undefined` skips that one. */
export type PublishData<P> = Json | ((properties: P) => Json | undefined);

const KEEP_ALIVE_MS = 15_000;

/**
 * Sends events to any number of subscribers, as server-sent events. It belongs to no server: a subscriber is a
 * `Response`, a `ReadableStream` or an async iterable.
 *
 * @example
 * const publisher = new Publisher();
 * const handler = (request: Request) => publisher.subscribe({ signal: request.signal }).response();
 * publisher.publish('New visit!');
 */
export class Publisher<P = undefined> {
  readonly #channels = new Map<string, Set<Outlet<P>>>();
  readonly #limits: QueueLimits;
  readonly #backlog: Backlog<P>;
  readonly #keepAlive: KeepAlive;
  readonly #start: readonly Frame[];
  readonly #random: () => number;
  #prefix: string | undefined;
  #count = 0;
  #isClosed = false;

  /** Throws a `RangeError` or `TypeError` for an option that cannot be. */
  constructor(options: PublisherOptions = {}) {
    const { keepAlive = KEEP_ALIVE_MS, retry, random = systemRandom } = optionsOf('Publisher', options);
    const clock = clockOf(options.clock);
    if (typeof random !== 'function') throw new TypeError('`random` must be a function.');
    this.#limits = queueLimits(options);
    this.#backlog = new Backlog(backlogLimits(options));
    this.#keepAlive = new KeepAlive(milliseconds('keepAlive', keepAlive), clock);
    this.#start = startFrames(retry);
    this.#random = random;
  }

  /**
   * Subscribes to channels. After `close()` the subscriber ends at once, so that a browser tries again elsewhere. Throws
   * a `TypeError` for initial data that is not JSON, and for an option that cannot be.
   */
  subscribe(options: SubscribeOptions<P> = {}): Subscriber<P> {
    const { channels, initialData = [], signal, lastEventId } = optionsOf('subscribe()', options);
    const names = namesOf(channels);
    if (!Array.isArray(initialData)) throw new TypeError('`initialData` must be a list.');
    if (signal !== undefined && !(typeof signal === 'object' && signal !== null && 'aborted' in signal))
      throw new TypeError('`signal` must be an AbortSignal.');
    // Without properties, `P` is `undefined`, or the caller's functions expect it to be missing.
    const properties = options.properties as P;
    const outlet = new Outlet<P>({
      properties,
      first: [
        ...this.#start,
        ...initialData.map((data) => frameOf({ data: textOf(data) })),
        ...this.#missed(lastEventId, names, properties),
      ],
      limits: this.#limits,
      keepAlive: this.#keepAlive,
      signal,
      onClosed: (closed) => this.#remove(closed, names),
    });
    if (this.#isClosed) outlet.close();
    if (outlet.isOpen) for (const name of names) this.#add(outlet, name);
    return outlet;
  }

  /**
   * Publishes to all subscribers of the channels. A string is sent as it is, anything else as JSON. Each event is
   * serialised once, unless a function makes it for each subscriber. After `close()` nobody gets it.
   *
   * Throws a `TypeError` for data that is not JSON, and for a name or an id that the format cannot carry: nobody gets the
   * event then. When a function throws, all subscribers for whom it does not throw get theirs, and then an `Error` is
   * thrown whose `cause` is the first failure.
   */
  publish(data: PublishData<P>, options: PublishOptions = {}): void {
    const { channels, event, id } = optionsOf('publish()', options);
    const names = namesOf(channels);
    if (event !== undefined) checkEventName(event);
    if (id !== undefined) checkId(id);
    const rest = { ...(event !== undefined && { event }), ...this.#idOf(id) };
    const published = this.#published(data, names, rest);
    const failures: unknown[] = [];
    // All is made before anything is sent: a function may publish, subscribe or close.
    const made = this.#made(published, this.#outlets(names), failures);
    if (!this.#isClosed) this.#backlog.add(published);
    for (const [outlet, frame] of made) if (frame) outlet.push(frame);
    // Who subscribed meanwhile was too early for the backlog.
    const others = [...this.#outlets(names)].filter((outlet) => !made.has(outlet));
    const late = this.#made(published, others, failures);
    for (const [outlet, frame] of late) if (frame) outlet.push(frame);
    if (failures.length === 0) return;
    throw new Error(
      `The function that was published failed for ${failures.length} of ${made.size + late.size} subscribers; the others have their events. See \`cause\`.`,
      { cause: failures[0] },
    );
  }

  /** The subscribers of the channels at this moment, each once. */
  subscribers(channels?: Names): IterableIterator<Subscriber<P>> {
    return this.#outlets(namesOf(channels)).values();
  }

  /** Ends all subscribers: they read what waits for them. Timers stop. */
  close(): void {
    this.#isClosed = true;
    const all = [...this.#channels.values()].flatMap((outlets) => [...outlets]);
    for (const outlet of all) outlet.close();
  }

  #published(data: PublishData<P>, channels: ReadonlySet<string>, rest: PublishedRest): Published<P> {
    if (typeof data === 'function') {
      const frameFor = (properties: P) => {
        const made = data(properties);
        return made === undefined ? undefined : frameOf({ data: textOf(made), ...rest });
      };
      return { id: rest.id, channels, size: 0, frameFor };
    }
    const frame = frameOf({ data: textOf(data), ...rest });
    return { id: rest.id, channels, size: frame.bytes.length, frameFor: () => frame };
  }

  #made(published: Published<P>, outlets: Iterable<Outlet<P>>, failures: unknown[]) {
    const made = new Map<Outlet<P>, Frame | undefined>();
    for (const outlet of outlets) {
      made.set(outlet, undefined);
      try {
        made.set(outlet, published.frameFor(outlet.properties));
      } catch (error) {
        failures.push(error);
      }
    }
    return made;
  }

  // Ids that another process, or this one after a restart, never gives: those would continue at the wrong event.
  #idOf(id: string | undefined): { readonly id?: string } {
    if (id !== undefined) return { id };
    if (!this.#backlog.isKept) return {};
    this.#prefix ??= Array.from({ length: 2 }, () => Math.floor(this.#random() * 36 ** 6).toString(36)).join(
      '',
    );
    this.#count++;
    return { id: `${this.#prefix}-${this.#count}` };
  }

  #missed(
    lastEventId: string | null | undefined,
    names: ReadonlySet<string>,
    properties: P,
  ): readonly Frame[] {
    if (typeof lastEventId !== 'string' || lastEventId === '') return [];
    return this.#backlog.after(lastEventId, names).flatMap((published) => {
      try {
        return published.frameFor(properties) ?? [];
      } catch {
        // Its publisher was told of the failure; this reader must still be able to connect.
        return [];
      }
    });
  }

  #outlets(names: ReadonlySet<string>): ReadonlySet<Outlet<P>> {
    const found = new Set<Outlet<P>>();
    for (const name of names) for (const outlet of this.#channels.get(name) ?? []) found.add(outlet);
    return found;
  }

  #add(outlet: Outlet<P>, name: string): void {
    const outlets = this.#channels.get(name);
    if (outlets) outlets.add(outlet);
    else this.#channels.set(name, new Set([outlet]));
  }

  #remove(outlet: Outlet<P>, names: ReadonlySet<string>): void {
    for (const name of names) {
      const outlets = this.#channels.get(name);
      if (outlets?.delete(outlet) && outlets.size === 0) this.#channels.delete(name);
    }
  }
}

interface PublishedRest {
  readonly event?: string;
  readonly id?: string;
}
