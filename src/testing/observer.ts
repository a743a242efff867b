import type { Keyset } from '../origin/index.ts';
import type { Ciphers } from './ciphers.ts';
import type { TestNetworkError } from './errors.ts';
import { connectionError, unexpectedRequest } from './fault-answers.ts';
import { Keys } from './keys.ts';
import { MessageLog } from './messages.ts';
import { type OperationName, requestsOf } from './operations.ts';
import { listenForRejections } from './rejections.ts';
import { Subscriptions } from './subscriptions.ts';
import type { TestRequest } from './test-request.ts';

/** The options of an observer. */
export interface ObserverOptions {
  readonly keysets: readonly Keyset[] | undefined;
  /** What reads encrypted messages. */
  readonly ciphers: Ciphers;
  /** The operations that are expected; `undefined` for all. */
  readonly operations: readonly OperationName[] | undefined;
  /** Makes an error that ends in the transcript. */
  readonly error: (message: string, options?: ErrorOptions) => TestNetworkError;
}

/**
 * Watches the requests of the code under test: its keys, messages and subscriptions, and everything that a test did
 * unintentionally.
 */
export class Observer {
  readonly keys: Keys;
  readonly messages: MessageLog;
  readonly subscriptions = new Subscriptions();
  readonly #options: ObserverOptions;
  readonly #expected: ReadonlySet<string> | undefined;
  readonly #problems = new Set<string>();
  readonly #rejections: unknown[] = [];
  readonly #failures: unknown[] = [];
  #stopListening: (() => void) | undefined;
  #closed = false;

  constructor(options: ObserverOptions) {
    this.#options = options;
    this.#expected = options.operations && requestsOf(options.operations);
    this.keys = new Keys(options.keysets);
    this.messages = new MessageLog(options.ciphers);
    this.#listen();
  }

  /**
   * A request came. Returns the answer to an operation that is not expected: a refusal of the protocol, which no client
   * repeats. Throws for what is no request of the protocol.
   */
  opened(request: TestRequest): Response | undefined {
    if (this.#closed) throw connectionError('ECONNREFUSED', 'The test network is closed.');
    // A network may be older than the listener of its test runner.
    this.#listen();
    this.keys.use(request.subscribeKey);
    const { operation } = request;
    const { operations: expected, error } = this.#options;
    if (operation !== 'unknown' && (this.#expected?.has(operation) ?? true)) return undefined;
    const message = textOfUnexpected(request, expected);
    this.note(message);
    if (operation === 'unknown') throw error(message);
    return unexpectedRequest(message);
  }

  /** A request that no fault or condition has stopped goes to the origin. */
  reached(request: TestRequest): void {
    this.subscriptions.reached(request);
  }

  /**
   * The origin did what was asked, and its whole answer goes to the client, when the promise resolves. `reports`: the client
   * reports what it delivers.
   */
  answered(request: TestRequest, text: string, reports: boolean): Promise<void> | undefined {
    this.subscriptions.answered(request);
    return request.operation === 'subscribe' ? this.messages.deliver(request, text, reports) : undefined;
  }

  /** A request ended in any other way. */
  failed(request: TestRequest): void {
    this.subscriptions.failed(request);
  }

  /** A matcher of the test is broken. Returns the error that the client gets. */
  broken(message: string, cause: unknown): Error {
    this.note(message);
    return this.#options.error(message, cause === undefined ? undefined : { cause });
  }

  /** A client has logged a failure that nothing else reports, such as that of a listener. */
  readonly logged = (message: string, { event, error }: Readonly<Record<string, unknown>> = {}): void => {
    const what = typeof event === 'string' ? `A listener of "${event}" failed` : `A client says: ${message}`;
    this.note(error === undefined ? `${what}.` : `${what}: ${String(error)}.`);
    this.#failures.push(error);
  };

  /** Notes a problem for the report at the end of the test. */
  note(problem: string): void {
    this.#problems.add(problem);
  }

  /** The error that reports all problems at the end of a test; `undefined` if there are none. Clears them. */
  takeProblems(test: string | undefined, open: readonly TestRequest[]): Error | undefined {
    const rejections = this.#rejections.splice(0);
    const causes = [...rejections, ...this.#failures.splice(0)];
    const problems = [
      ...this.#problems,
      ...open.map(textOfOpen),
      ...rejections.map((reason) => `Unhandled rejection: ${String(reason)}.`),
    ];
    this.#problems.clear();
    if (problems.length === 0) return undefined;
    const name = test === undefined ? 'The test' : `The test "${test}"`;
    const text = `${name} left something behind:\n${problems.map((problem) => `- ${problem}`).join('\n')}`;
    return this.#options.error(text, { cause: causes[0] });
  }

  /** Forgets everything about one test but its problems. */
  clear(): void {
    this.messages.clear();
    this.subscriptions.clear();
    this.keys.clear();
  }

  get closed(): boolean {
    return this.#closed;
  }

  #listen(): void {
    const rejections = this.#rejections;
    this.#stopListening ??= listenForRejections((reason) => rejections.push(reason));
  }

  /** Refuses all further requests. */
  close(): void {
    this.#closed = true;
    this.#stopListening?.();
  }
}

function textOfUnexpected(
  { method, operation, path, userId }: TestRequest,
  expected: readonly string[] | undefined,
): string {
  const wanted = expected ? expected.join(', ') || 'none' : 'a request of the protocol';
  const what = operation === 'unknown' ? `${method} ${path}` : `${operation} (${method} ${path})`;
  return `Unexpected request of ${userId ?? 'nobody'}: ${what}. Expected: ${wanted}.`;
}

function textOfOpen({ userId, operation, channels, channelGroups }: TestRequest): string {
  const names = [...channels, ...channelGroups].join(', ') || 'nothing';
  return `A request is still open: ${operation} of ${userId ?? 'nobody'} on ${names}. Close the client before the test ends, or make it by network.client(), which does.`;
}
