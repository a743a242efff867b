/** What an origin can be asked about itself at any time. */
export interface OriginGauges {
  /** Polls that wait for messages. */
  parkedPolls(): number;
  /** Subscribe keys that are open. */
  subscribeKeys(): number;
  /** Subscribe keys among them whose log cannot be followed just now. */
  keysWithoutStore(): number;
}

/** What a server can be asked about itself at any time. */
export interface ServerGauges {
  /** Open connections. */
  connections(): Promise<number>;
  /** `true` from the beginning of `close()`. */
  isDraining(): boolean;
}

/**
 * Receives what an origin counts; given as `metrics`, for example the one of `timetoken/origin/metrics`. The calls come
 * often, some with every request, so they have to be fast. What they throw is dropped. No argument is a channel, a user
 * or a key: the number of different values is small.
 */
export interface OriginMetrics {
  /** An origin begins. Returns a function that is called when it is closed. */
  origin(gauges: OriginGauges): () => void;
  /** A request was answered. `operation` is the name that logs have: `publish`, `subscribe`. */
  answered(operation: string, status: number): void;
  /** A publish was stamped by the store. One that was repeated with the same id counts once. */
  published(kind: 'message' | 'signal' | 'file'): void;
  /**
   * The answers with a new entry were written to all polls that waited with the same subscription. `milliseconds` have
   * passed since the entry was stamped, by the clock of the store: the wait of the last of them.
   */
  fannedOut(milliseconds: number): void;
  /**
   * An announcement was lost, and the entries were read from the log: found by the next announcement (`gap`), or by the
   * comparison with the newest entry once a second (`check`).
   */
  repaired(foundBy: 'gap' | 'check'): void;
  /** A live entry was dropped before its time, since a limit was reached. */
  dropped(): void;
  /** A poll was told that it has missed entries: of so many channels, wildcards and groups. */
  gapsTold(count: number): void;
  /** The store has failed: it cannot be reached (`unavailable`), or it, or a request, has failed otherwise. */
  failed(reason: FailureReason, during: 'request' | 'background'): void;
}

/** The reason of a failure: `StoreUnavailable`, or any other error. */
export type FailureReason = 'unavailable' | 'other';

/** Metrics that a server shows at `/metrics`. */
export interface ServedMetrics {
  /** A server begins. Returns a function that is called when it is closed. */
  server(gauges: ServerGauges): () => void;
  readonly contentType: string;
  /** The text of the page. */
  text(): Promise<string>;
}

/** Tells metrics that a server begins, as `OriginMetrics` are told of an origin. Never throws, nor does what it returns. */
export function watchServer(metrics: ServedMetrics, gauges: ServerGauges): () => void {
  return watching(() => metrics.server(gauges));
}

/** The same metrics, whose exceptions are dropped: they must not fail a request. */
export function guardMetrics(metrics: OriginMetrics): OriginMetrics {
  const guarded = <Args extends readonly unknown[]>(call: (...args: Args) => void) => {
    return (...args: Args): void => {
      attempt(() => call(...args));
    };
  };
  return {
    origin: (gauges) => watching(() => metrics.origin(gauges)),
    answered: guarded((operation, status) => metrics.answered(operation, status)),
    published: guarded((kind) => metrics.published(kind)),
    fannedOut: guarded((milliseconds) => metrics.fannedOut(milliseconds)),
    repaired: guarded((foundBy) => metrics.repaired(foundBy)),
    dropped: guarded(() => metrics.dropped()),
    gapsTold: guarded((count) => metrics.gapsTold(count)),
    failed: guarded((reason, during) => metrics.failed(reason, during)),
  };
}

function watching(begin: () => () => void): () => void {
  const end = attempt(begin);
  return () => void attempt(() => end?.());
}

// There is no place to report it: the logger reports requests.
function attempt<Result>(call: () => Result): Result | undefined {
  try {
    const result = call();
    if (result instanceof Promise) result.catch(() => undefined);
    return result;
  } catch {
    return undefined;
  }
}
