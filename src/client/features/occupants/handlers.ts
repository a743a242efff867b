import { oneOf } from '../../../protocol/did-you-mean.ts';
import { PubNubError } from '../../errors/pubnub-error.ts';
import { isolated } from '../../listeners/isolate.ts';
import type { Occupant, OccupantEvent } from './occupant-set.ts';

type Handler = (occupants: readonly Occupant[]) => unknown;

const EVENTS: readonly OccupantEvent[] = ['sync', 'join', 'leave', 'update'];

/** The handlers of one set: each is isolated, and its failure reported. */
export class Handlers {
  readonly #all = new Map<object, { readonly type: OccupantEvent; readonly handler: Handler }>();
  readonly #onFailure: (type: OccupantEvent, error: unknown) => void;

  constructor(onFailure: (type: OccupantEvent, error: unknown) => void) {
    this.#onFailure = onFailure;
  }

  /** Adds a handler; returns how to remove it. Throws `PN-1002` for another event, and for what is no function. */
  on(type: OccupantEvent, handler: Handler): () => void {
    if (!EVENTS.includes(type)) {
      const what = typeof type === 'string' ? `"${type}"` : 'what was given';
      throw new PubNubError('PN-1002', `on: ${what} is no event of occupants${oneOf(type, EVENTS)}`);
    }
    if (typeof handler !== 'function')
      throw new PubNubError('PN-1002', 'on: the handler must be a function.');
    const key = {};
    this.#all.set(key, { type, handler });
    return () => void this.#all.delete(key);
  }

  /** Calls the handlers of an event. Those that are added meanwhile do not get it, nor those that are removed. */
  emit(type: OccupantEvent, occupants: () => readonly Occupant[]): void {
    const called = [...this.#all].filter(([, one]) => one.type === type);
    if (called.length === 0) return;
    const list = Object.freeze([...occupants()]);
    if (list.length === 0 && type !== 'sync') return;
    for (const [key, { handler }] of called) {
      if (!this.#all.has(key)) continue;
      isolated(
        () => handler(list),
        (error) => this.#onFailure(type, error),
      );
    }
  }

  clear(): void {
    this.#all.clear();
  }
}
