import type { ListenerRegistry } from '../listeners/registry.ts';
import type { Arrived } from './arrived.ts';
import type { Decoded } from './decode.ts';
import type { SubscribeEngine } from './engine.ts';

/** The id of the option `onDelivered` among the recipients of an entry. */
const REPORT = -1;

/** Calls `onDelivered` with each entry once: before its first listener, or when it is first read from an iterator. */
export class DeliveryReports {
  readonly #engine: SubscribeEngine;
  /** The entries of the events, which an iterator may read much later. */
  readonly #entries = new WeakMap<object, Arrived & Pick<Decoded, 'name'>>();

  constructor(engine: SubscribeEngine) {
    this.#engine = engine;
  }

  /** An event of an entry goes to these listeners, if any, and perhaps to iterators. */
  meet(arrived: Arrived, { name, event }: Decoded, listeners: ListenerRegistry): void {
    if (!this.#engine.settings.onDelivered) return;
    this.#entries.set(event, { ...arrived, name });
    if (listeners.has(name)) this.taken(event);
  }

  /** A listener or reader gets an event. */
  readonly taken = (event: object): void => {
    const { settings, listeners } = this.#engine;
    const entry = this.#entries.get(event);
    if (!entry || entry.seen.had.has(REPORT)) return;
    entry.seen.had.add(REPORT);
    try {
      settings.onDelivered?.(entry.envelope, settings);
    } catch (error) {
      listeners.report(entry.name, error);
    }
  };
}
