import type { Keyset } from '../origin/index.ts';
import type { TestNetworkError } from './errors.ts';
import { connectionError } from './fault-answers.ts';
import { Keys } from './keys.ts';
import { MessageLog } from './messages.ts';
import { type OperationName, requestOf } from './operations.ts';
import { Problems } from './problems.ts';
import { Subscriptions } from './subscriptions.ts';
import type { TestRequest } from './test-request.ts';

/** The options of an observer. */
export interface ObserverOptions {
  readonly keysets: readonly Keyset[] | undefined;
  /** The operations that are expected; `undefined` for all. */
  readonly operations: readonly OperationName[] | undefined;
  /** Makes an error that ends in the transcript. */
  readonly error: (message: string, options?: ErrorOptions) => TestNetworkError;
}

/** Watches the requests of the code under test: keys, messages and subscriptions, and what the test did not expect. */
export class Observer {
  readonly keys: Keys;
  readonly messages = new MessageLog();
  readonly subscriptions = new Subscriptions();
  readonly problems = new Problems();
  readonly #options: ObserverOptions;
  #closed = false;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.keys = new Keys(options.keysets);
  }

  /** A request came. Throws to refuse it: the client gets this error. */
  opened(request: TestRequest): void {
    if (this.#closed) throw connectionError('ECONNREFUSED', 'The test network is closed.');
    // Not before the first request: a network without any need not be closed.
    this.problems.watch();
    this.keys.use(request.subscribeKey);
    const { operation } = request;
    const { operations: expected, error } = this.#options;
    if (operation !== 'unknown' && (!expected || expected.some((name) => requestOf(name) === operation)))
      return;
    throw error(this.problems.unexpected(request, expected));
  }

  /** A request that no fault or condition has stopped goes to the origin. */
  reached(request: TestRequest): void {
    this.subscriptions.reached(request);
  }

  /** The origin did what was asked, and its whole answer goes to the client. */
  answered(request: TestRequest, text: string): void {
    this.subscriptions.answered(request);
    if (request.operation === 'subscribe') this.messages.deliver(request, text);
  }

  /** A request ended in any other way. */
  failed(request: TestRequest): void {
    this.subscriptions.failed(request);
  }

  /** A matcher of the test is broken. Returns the error that the client gets. */
  broken(message: string, cause: unknown): Error {
    this.problems.note(message);
    return this.#options.error(message, cause === undefined ? undefined : { cause });
  }

  /** Forgets everything about one test, also its keys and subscriptions. */
  clear(): void {
    this.messages.clear();
    this.subscriptions.clear();
    this.keys.clear();
  }

  get closed(): boolean {
    return this.#closed;
  }

  /** Refuses all further requests. */
  close(): void {
    this.#closed = true;
  }
}
