/** A request as a server gets it. */
export interface ServerRequest {
  readonly method: string;
  /** Path and query as sent. */
  readonly target: string;
  readonly body: string;
  readonly interruption: {
    readonly aborted: boolean;
    onAbort(callback: () => void): () => void;
  };
}

/** What a server answers. */
export interface ServerAnswer {
  readonly status: number;
  readonly body: string;
}

/** What only some origins do. */
export interface ForeignTricks {
  /** Several messages of one timetoken. */
  tellTwins(channel: string, differ: 'payload' | 'meta' | 'type', base: number): void;
  /** A message that another region than the serving one took. */
  tellElsewhere(channel: string, payload: unknown): void;
  tellPresence(channel: string, user: string, joins: boolean): void;
  /** The other region serves from now on. */
  switchRegion(): void;
  /** Each subscribe request is served by another region than the one before. */
  flap(on: boolean): void;
  /** Polls are answered at once, with copies, for so many milliseconds. */
  sendCopies(ms: number): void;
}

/** An origin of a simulated world. It tells the truth of what it takes. */
export interface Server {
  handle(request: ServerRequest): Promise<ServerAnswer>;
  /** Answers 503 from now on. */
  stop(): Promise<void>;
  /** Begins anew, having forgotten everything. */
  begin(): void;
  close(): Promise<void>;
  readonly tricks?: ForeignTricks;
  /** Whether it says what it has dropped. */
  readonly tellsGaps: boolean;
  /** Whether everything that it takes is known to the truth, presence included. */
  readonly knowsPresence: boolean;
  /** Timetokens of different regions agree to this many ticks only. */
  readonly blur: bigint;
}

const QUIET = { aborted: false, onAbort: () => () => undefined };

/** A request of somebody other than the client. */
export function fromOutside(target: string): ServerRequest {
  return { method: 'GET', target, body: '', interruption: QUIET };
}
