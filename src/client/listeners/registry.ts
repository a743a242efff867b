import { EventEmitter } from 'eventemitter3';
import type { Logger } from '../runtime/logger.ts';
import { checkHandler, checkListener, nearMisses } from './check.ts';
import { EVENT_NAMES, type EventMap, type EventName } from './events.ts';
import { freezeEvent } from './freeze.ts';

/** Called with what a handler threw or rejected with. */
export type FailureHook = (event: EventName, error: unknown) => void;

/** What is not the same for every registry. */
export interface RegistryOptions {
  /** The events that are told here. @default every one */
  readonly names?: readonly EventName[];
  /** Told of members of a listener that nobody would ever call, and of failures that nobody listens for. */
  readonly logger?: Logger | undefined;
}

/**
 * The listeners of a client or subscription. Which handler fits which event is checked where they come in: a channel map
 * has no trace at run time. Each handler is called in the order of registration, on its own: whatever it is or does
 * goes to the failure hook, and the next is called all the same. Who is added or removed while an event is under way is
 * not told of that event.
 */
export class ListenerRegistry<Client> {
  readonly #emitter = new EventEmitter();
  // Of the library itself: what a program removes is never among these.
  readonly #watchers = new EventEmitter();
  /** How to remove each listener, and each handler of one event. */
  readonly #listeners = new Map<object, () => void>();
  readonly #handlers = new Set<() => void>();
  readonly #client: () => Client;
  readonly #onFailure: FailureHook;
  readonly #names: readonly EventName[];
  readonly #logger: Logger | undefined;

  constructor(
    client: () => Client,
    onFailure: FailureHook,
    { names = EVENT_NAMES, logger }: RegistryOptions = {},
  ) {
    this.#client = client;
    this.#onFailure = onFailure;
    this.#names = names;
    this.#logger = logger;
  }

  /** Adds a listener; one that is there already stays there once. Throws `PN-1002` for what is none. */
  add(listener: object): void {
    checkListener(listener);
    if (this.#listeners.has(listener)) return;
    this.#warn(listener);
    const call = (name: EventName, event: unknown) => callMethod(listener, name, [event, this.#client()]);
    this.#listeners.set(listener, this.#register(this.#names, call));
  }

  /** Removes a listener; one that is not there is left alone. */
  remove(listener: object): void {
    this.#listeners.get(listener)?.();
    this.#listeners.delete(listener);
  }

  /** Removes every listener and handler; who watches stays. */
  clear(): void {
    for (const remove of [...this.#listeners.values(), ...this.#handlers]) remove();
    this.#listeners.clear();
    this.#handlers.clear();
  }

  /**
   * Adds a handler of one event; returns how to remove it, at will more than once. Throws `PN-1002` for an event that is
   * not told here, and for what is not a function.
   */
  on(name: EventName, handler: (event: never, client: never) => unknown): () => void {
    checkHandler(name, handler, this.#names);
    // The event that is emitted under a name is the one its handlers take.
    const call = handler as (event: unknown, client: unknown) => unknown;
    const remove = this.#register([name], (_, event) => call(event, this.#client()));
    this.#handlers.add(remove);
    return () => {
      remove();
      this.#handlers.delete(remove);
    };
  }

  /** Has the library itself hear of an event, before the program does and for as long as the registry lives. */
  watch<Name extends EventName>(name: Name, watcher: (event: EventMap[Name]) => void): void {
    this.#watchers.on(name, watcher);
  }

  /** Freezes an event, but for its payload, and calls its handlers. A failure that nobody listens for is logged. */
  emit<Name extends EventName>(name: Name, event: EventMap[Name]): void {
    freezeEvent(name, event);
    this.#watchers.emit(name, event);
    if (name === 'listenerError' && !this.has(name)) this.#logger?.error?.(FAILED, { ...event });
    else this.#emitter.emit(name, event);
  }

  /** Tells of a handler that failed; of one of `listenerError` itself the log only, lest it be told of itself for ever. */
  report(event: EventName, error: unknown): void {
    if (event === 'listenerError') this.#logger?.error?.(FAILED, { event, error });
    else this.emit('listenerError', { event, error });
  }

  /** Whether anybody listens for an event: a listener counts when it has the method now. */
  has(name: EventName): boolean {
    if (this.#emitter.listenerCount(name) > this.#listeners.size) return true;
    for (const listener of this.#listeners.keys()) if (hasMethod(listener, name)) return true;
    return false;
  }

  // The emitter goes on with a list of its own while it calls: what was removed meanwhile is not called.
  #register(names: readonly EventName[], call: (name: EventName, event: unknown) => unknown): () => void {
    let isHere = true;
    const handlers = names.map((name) => {
      const handler = (event: unknown) => {
        if (isHere) this.#isolate(name, () => call(name, event));
      };
      this.#emitter.on(name, handler);
      return { name, handler };
    });
    return () => {
      isHere = false;
      for (const { name, handler } of handlers) this.#emitter.off(name, handler);
    };
  }

  #isolate(name: EventName, call: () => unknown): void {
    const failed = (error: unknown) => this.#onFailure(name, error);
    try {
      const returned = call();
      // A promise of our own settles once, whatever this one does, and is rejected by a `then` that cannot be read.
      if (isObject(returned)) new Promise((resolve) => resolve(returned)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  // It is no mistake to have members of one's own; one that is nearly an event's name is never called, and may be meant to.
  #warn(listener: object): void {
    try {
      for (const { member, event } of nearMisses(listener, this.#names)) {
        const what = `a listener has "${member}", which is no event; did you mean "${event}"?`;
        this.#logger?.warn?.(what, { member, event });
      }
    } catch {
      // What cannot be looked at fails at its first event, and is reported then.
    }
  }
}

const FAILED = 'a listener failed';

// The method is looked up at each event: a class may set it, or a test replace it, later.
function callMethod(listener: object, name: EventName, parameters: readonly unknown[]): unknown {
  const method: unknown = Reflect.get(listener, name);
  return typeof method === 'function' ? Reflect.apply(method, listener, parameters) : undefined;
}

// A listener that cannot even be asked has none.
function hasMethod(listener: object, name: EventName): boolean {
  try {
    return typeof Reflect.get(listener, name) === 'function';
  } catch {
    return false;
  }
}

function isObject(value: unknown): boolean {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
