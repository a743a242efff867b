import { EventEmitter } from 'eventemitter3';
import type { Logger } from '../runtime/logger.ts';
import { checkHandler, checkListener, mistake, nearMisses } from './check.ts';
import { EVENT_NAMES, type EventMap, type EventName } from './events.ts';
import { freezeEvent } from './freeze.ts';

/** Called with the error of a handler. */
export type FailureHook = (event: EventName, error: unknown) => void;

/** Options of a registry. */
export interface RegistryOptions {
  /** The events of this registry. @default all */
  readonly names?: readonly EventName[];
  /** Gets misspelt members of listeners, and failures without a listener. */
  readonly logger?: Logger | undefined;
}

/**
 * The listeners of a client or subscription. Public methods check which handler fits which event: a channel map does not
 * exist at run time. Handlers are called in the order of registration, each isolated: its failure goes to the hook, and the
 * next one is called. Handlers that are added or removed during an event do not get it.
 */
export class ListenerRegistry {
  readonly #emitter = new EventEmitter();
  // Handlers of the library itself, which a program cannot remove.
  readonly #watchers = new EventEmitter();
  /** The functions that remove each listener, and each handler of one event. */
  readonly #listeners = new Map<object, () => void>();
  readonly #handlers = new Set<() => void>();
  readonly #client: () => unknown;
  readonly #onFailure: FailureHook;
  readonly #names: readonly EventName[];
  readonly #logger: Logger | undefined;

  constructor(
    client: () => unknown,
    onFailure: FailureHook,
    { names = EVENT_NAMES, logger }: RegistryOptions = {},
  ) {
    this.#client = client;
    this.#onFailure = onFailure;
    this.#names = names;
    this.#logger = logger;
  }

  /** Adds a listener; adding it again has no effect. Throws `PN-1002` if it is not an object. */
  add(listener: object): void {
    checkListener(listener);
    if (this.#listeners.has(listener)) return;
    this.#check(listener);
    const call = (name: EventName, event: unknown) => callMethod(listener, name, [event, this.#client()]);
    this.#listeners.set(listener, this.#register(this.#names, call));
  }

  /** Removes a listener, if it was added. */
  remove(listener: object): void {
    this.#listeners.get(listener)?.();
    this.#listeners.delete(listener);
  }

  /** Removes every listener and handler; watchers stay. */
  clear(): void {
    for (const remove of [...this.#listeners.values(), ...this.#handlers]) remove();
    this.#listeners.clear();
    this.#handlers.clear();
  }

  /**
   * Adds a handler of one event; returns how to remove it, which may be called again. Throws `PN-1002` for an event that
   * this registry does not emit, and if the handler is not a function.
   */
  on(name: EventName, handler: (event: never, client: never) => unknown): () => void {
    checkHandler(name, handler, this.#names);
    // Events are emitted under the name that their handlers take.
    const call = handler as (event: unknown, client: unknown) => unknown;
    const remove = this.#register([name], (_, event) => call(event, this.#client()));
    this.#handlers.add(remove);
    return () => {
      remove();
      this.#handlers.delete(remove);
    };
  }

  /** Adds a handler of the library itself: it is called first, and never removed. */
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

  /** Reports a failed handler; a failure of a `listenerError` handler goes to the log only, to avoid a loop. */
  report(event: EventName, error: unknown): void {
    if (event === 'listenerError') this.#logger?.error?.(FAILED, { event, error });
    else this.emit('listenerError', { event, error });
  }

  /** `true` if any of the events has a handler, or a listener with that method now. */
  hears(names: readonly EventName[]): boolean {
    return names.some((name) => this.has(name));
  }

  /** `true` if an event has a handler, or a listener with that method now. */
  has(name: EventName): boolean {
    if (this.#emitter.listenerCount(name) > this.#listeners.size) return true;
    for (const listener of this.#listeners.keys()) if (hasMethod(listener, name)) return true;
    return false;
  }

  // The emitter iterates over a copy: a handler that was removed meanwhile must not be called.
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
      // A promise of our own settles once, and also rejects if `then` cannot be read.
      if (isObject(returned)) new Promise((resolve) => resolve(returned)).catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  // A listener may have members of its own; one that is close to an event's name is probably misspelt.
  #check(listener: object): void {
    for (const { member, event } of nearMisses(listener, this.#names)) {
      const what = `a listener has "${member}", which is no event; did you mean "${event}"?`;
      // It would hear nothing at all.
      if (!EVENT_NAMES.some((name) => hasMethod(listener, name))) throw mistake(`addListener: ${what}`);
      this.#logger?.warn?.(what, { member, event });
    }
  }
}

const FAILED = 'a listener failed';

// The method is looked up at each event: a class may set it, or a test replace it, later.
function callMethod(listener: object, name: EventName, parameters: readonly unknown[]): unknown {
  const method: unknown = Reflect.get(listener, name);
  return typeof method === 'function' ? Reflect.apply(method, listener, parameters) : undefined;
}

// A listener that throws here has no such method.
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
