import type { HttpMethod } from '../endpoint.ts';

/** A body of bytes, for example a `Blob`. */
export interface BodyBytes {
  /** Its length in bytes. */
  readonly size: number;
  /** The bytes. May work only once, unless it is a `Blob`. */
  stream(): ReadableStream<Uint8Array>;
}

/** A request as plain data. */
export interface TransportRequest {
  readonly method: HttpMethod;
  /** Absolute address; every part is encoded. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | BodyBytes | undefined;
  /** Called with the number of bytes of a `BodyBytes` that have been sent, if the transport can count them. */
  readonly onProgress?: ((loaded: number) => void) | undefined;
  /**
   * The body of a success is a stream of bytes. `stream`: redirects may be followed, since the address holds no secrets;
   * `events`: they are not, and the bytes come one by one, for as long as both sides want.
   */
  readonly accept?: 'stream' | 'events' | undefined;
  /** The request has to reach the server even if the page that sends it goes away: `fetch` has an option of this name. */
  readonly keepalive?: true | undefined;
  /** Aborted when the answer is no longer wanted. */
  readonly signal: AbortSignal;
}

/** Response headers, by lower-case name. */
export interface TransportHeaders {
  get(name: string): string | null;
}

/** An answer, whatever its status: a status of 400 or more is an answer, not a failure. */
export interface TransportResponse {
  readonly status: number;
  readonly headers: TransportHeaders;
  /** The whole body, decoded as UTF-8; empty when there is a `stream`. */
  readonly body: string;
  /** The body as it arrives, if `accept` asked for it and the status is a success. */
  readonly stream?: ReadableStream<Uint8Array> | undefined;
  /** Whether the answer comes from where a redirect led that was followed; absent if the transport cannot tell. */
  readonly redirected?: boolean | undefined;
}

/**
 * Sends a request to an origin. Resolves with any answer; rejects only if there was none. It does not retry, follow redirects
 * or keep deadlines: the client does, by `signal`. The `code` of an error, or of one of its causes, says what went wrong:
 * `ECONNREFUSED` that nothing was sent, `ERR_RESPONSE_TOO_LARGE` that the answer was too large, and so on. A `maybeSent: true`
 * beside it says that an earlier attempt, of the transport or the runtime itself, may have arrived.
 */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

/** The type of `fetch`, as far as the client needs it. */
export type Fetch = (input: Request, init?: RequestInit) => Promise<Response>;

/** Largest answer that is read, in bytes: a hundred messages of the largest size, several times over. */
export const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/** The `code` of the error that a transport gives up reading with. */
export const RESPONSE_TOO_LARGE = 'ERR_RESPONSE_TOO_LARGE';
