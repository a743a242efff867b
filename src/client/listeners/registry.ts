import { EventEmitter } from 'eventemitter3';
import { EVENT_NAMES, type EventMap, type EventName } from './events.ts';

/** Called with what a handler threw or rejected with. */
export type FailureHook = (event: EventName, error: unknown) => void;

type Handlers = ReadonlyMap<EventName, (event: unknown) => void>;

/**
 * The listeners of a client or subscription. Which handler fits which event is checked where they come in: a channel map
 * has no trace at run time. Each handler is called in the order of registration, on its own: what one
 * throws or rejects with goes to the failure hook, and the next is called all the same.
 */
export class ListenerRegistry<Client> {
  readonly #emitter = new EventEmitter();
  readonly #listeners = new Map<object, Handlers>();
  // The emitter goes on with a list of its own while it calls: what was removed meanwhile is known by these two.
  readonly #handlers = new Set<(event: unknown) => void>();
  readonly #client: () => Client;
  readonly #onFailure: FailureHook;

  constructor(client: () => Client, onFailure: FailureHook) {
    this.#client = client;
    this.#onFailure = onFailure;
  }

  /** Adds a listener; one that is there already stays there once. */
  add(listener: object): void {
    if (this.#listeners.has(listener)) return;
    const handlers = new Map<EventName, (event: unknown) => void>();
    for (const name of EVENT_NAMES) {
      // The method is looked up at each event: a class may set it, or a test replace it, later.
      const handler = (event: unknown) => {
        if (!this.#listeners.has(listener)) return;
        const method: unknown = Reflect.get(listener, name);
        if (typeof method === 'function')
          this.#isolate(name, () => method.call(listener, event, this.#client()));
      };
      handlers.set(name, handler);
      this.#emitter.on(name, handler);
    }
    this.#listeners.set(listener, handlers);
  }

  /** Removes a listener; one that is not there is left alone. */
  remove(listener: object): void {
    const handlers = this.#listeners.get(listener);
    this.#listeners.delete(listener);
    for (const [name, handler] of handlers ?? []) this.#emitter.off(name, handler);
  }

  /** Removes every listener and handler. */
  clear(): void {
    this.#listeners.clear();
    this.#handlers.clear();
    this.#emitter.removeAllListeners();
  }

  /** Adds a handler of one event; returns how to remove it, at will more than once. */
  on(name: EventName, handler: (event: never, client: never) => unknown): () => void {
    // The event that is emitted under a name is the one its handlers take.
    const call = handler as (event: unknown, client: unknown) => unknown;
    const isolated = (event: unknown) => {
      if (this.#handlers.has(isolated)) this.#isolate(name, () => call(event, this.#client()));
    };
    this.#handlers.add(isolated);
    this.#emitter.on(name, isolated);
    return () => {
      this.#handlers.delete(isolated);
      this.#emitter.off(name, isolated);
    };
  }

  /** Calls the handlers of an event. */
  emit<Name extends EventName>(name: Name, event: EventMap[Name]): void {
    this.#emitter.emit(name, event);
  }

  /** Whether anybody listens for an event: a listener counts when it has the method now. */
  has(name: EventName): boolean {
    if (this.#emitter.listenerCount(name) > this.#listeners.size) return true;
    for (const listener of this.#listeners.keys())
      if (typeof Reflect.get(listener, name) === 'function') return true;
    return false;
  }

  #isolate(name: EventName, call: () => unknown): void {
    try {
      const returned = call();
      if (isThenable(returned)) returned.then(undefined, (error: unknown) => this.#onFailure(name, error));
    } catch (error) {
      this.#onFailure(name, error);
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
