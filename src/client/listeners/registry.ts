import type { Hints } from '../errors/hints.ts';
import type { Logger } from '../runtime/logger.ts';
import { checkHandler, checkListener, hasMethod } from './check.ts';
import { EVENT_NAMES, type EventMap, type EventName } from './events.ts';
import { freezeEvent } from './freeze.ts';
import { isolated } from './isolate.ts';

/** Called with the error of a handler. */
export type FailureHook = (event: EventName, error: unknown) => void;

/** Options of a registry. */
export interface RegistryOptions {
  /** The events of this registry. @default all */
  readonly names?: readonly EventName[];
  /** Gets failures without a listener, and hints. */
  readonly logger?: Logger | undefined;
  /** Inspects listeners. */
  readonly hints?: Hints | undefined;
}

interface Handler {
  readonly names: readonly EventName[];
  readonly call: (name: EventName, event: unknown) => unknown;
  /** Whose methods it calls, where it is not a function. */
  readonly listener?: object;
}

/**
 * The listeners of a client or subscription. Public methods check which handler fits which event: a channel map does not
 * exist at run time. Handlers are called in the order of registration, each isolated: its failure goes to the hook, and the
 * next one is called. Handlers that are added or removed during an event do not get it.
 */
export class ListenerRegistry {
  /** By listener, or by a key of the handler's own, in the order of registration. */
  readonly #handlers = new Map<object, Handler>();
  #copy: readonly (readonly [key: object, handler: Handler])[] | undefined;
  // Handlers of the library itself, which a program cannot remove.
  readonly #watchers = new Set<{ readonly name: EventName; readonly watcher: (event: unknown) => void }>();
  readonly #client: () => unknown;
  readonly #onFailure: FailureHook;
  readonly #names: readonly EventName[];
  readonly #logger: Logger | undefined;
  readonly #hints: Hints | undefined;

  constructor(
    client: () => unknown,
    onFailure: FailureHook,
    { names = EVENT_NAMES, logger, hints }: RegistryOptions = {},
  ) {
    this.#client = client;
    this.#onFailure = onFailure;
    this.#names = names;
    this.#logger = logger;
    this.#hints = hints;
  }

  /** Adds a listener; adding it again has no effect. Throws `PN-1002` if it is not an object, or by a hint. */
  add(listener: object): void {
    checkListener(listener);
    if (this.#handlers.has(listener)) return;
    this.#hints?.listener(listener, this.#names, this.#logger);
    const call: Handler['call'] = (name, event) => callMethod(listener, name, [event, this.#client()]);
    this.#handlers.set(listener, { names: this.#names, call, listener });
    this.#copy = undefined;
  }

  /** Removes a listener, if it was added. */
  remove(listener: object): void {
    this.#handlers.delete(listener);
    this.#copy = undefined;
  }

  /** Removes every listener and handler; watchers stay. */
  clear(): void {
    this.#handlers.clear();
    this.#copy = undefined;
  }

  /**
   * Adds a handler of one event; returns how to remove it, which may be called again. Throws `PN-1002` for an event that
   * this registry does not emit, and if the handler is not a function.
   */
  on(name: EventName, handler: (event: never, client: never) => unknown): () => void {
    checkHandler(name, handler, this.#names);
    // Events are emitted under the name that their handlers take.
    const call = handler as (event: unknown, client: unknown) => unknown;
    const key = {};
    this.#handlers.set(key, { names: [name], call: (_, event) => call(event, this.#client()) });
    this.#copy = undefined;
    return () => this.remove(key);
  }

  /** Adds a handler of the library itself: it is called first, and no program removes it. Returns how to. */
  watch<Name extends EventName>(name: Name, watcher: (event: EventMap[Name]) => void): () => void {
    // As above.
    const entry = { name, watcher: watcher as (event: unknown) => void };
    this.#watchers.add(entry);
    return () => void this.#watchers.delete(entry);
  }

  /** Freezes an event, but for its payload, and calls its handlers. A failure that nobody listens for is logged. */
  emit<Name extends EventName>(name: Name, event: EventMap[Name]): void {
    freezeEvent(name, event);
    for (const one of [...this.#watchers]) if (one.name === name) one.watcher(event);
    if (name === 'listenerError' && !this.has(name)) {
      this.#logger?.error?.(FAILED, { ...event });
      return;
    }
    // A copy, since handlers come and go; it is kept while they do not.
    this.#copy ??= [...this.#handlers];
    for (const [key, handler] of this.#copy) {
      if (!handler.names.includes(name)) continue;
      // One that was removed meanwhile must not be called, also if it is there again.
      if (this.#handlers.get(key) === handler)
        isolated(
          () => handler.call(name, event),
          (error) => this.#onFailure(name, error),
        );
    }
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
    for (const { names, listener } of this.#handlers.values())
      if (names.includes(name) && (!listener || hasMethod(listener, name))) return true;
    return false;
  }
}

const FAILED = 'a listener failed';

// The method is looked up at each event: a class may set it, or a test replace it, later.
function callMethod(listener: object, name: EventName, parameters: readonly unknown[]): unknown {
  const method: unknown = Reflect.get(listener, name);
  return typeof method === 'function' ? Reflect.apply(method, listener, parameters) : undefined;
}
