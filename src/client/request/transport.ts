import type { HttpMethod } from '../endpoint.ts';

/** A body that is no text. A `Blob` is one. */
export interface BodyBytes {
  /** How many bytes it has. */
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
  /** Called with how many bytes of a body that is no text have gone out so far, where that can be seen. */
  readonly onProgress?: ((loaded: number) => void) | undefined;
  /** `stream`: a success is wanted as a stream of bytes, and redirects may be followed: the address holds no secrets. */
  readonly accept?: 'stream' | undefined;
  /** Aborted when nobody waits for the answer any more. */
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
  /** The body as it comes in, when it was asked for and the status is one of success. */
  readonly stream?: ReadableStream<Uint8Array> | undefined;
}

/**
 * How requests reach an origin. Resolves with any answer; rejects only when there was none. It does not retry, follow
 * redirects or keep time: the client does, by `signal`. An error's `code`, or that of a cause of it, tells what went wrong:
 * `ECONNREFUSED` that nothing was sent, `ERR_RESPONSE_TOO_LARGE` that reading was given up, and so on.
 */
export type Transport = (request: TransportRequest) => Promise<TransportResponse>;

/** The type of `fetch`, as far as the client needs it. */
export type Fetch = (input: Request, init?: RequestInit) => Promise<Response>;

/** Largest answer that is read, in bytes: a hundred messages of the largest size, several times over. */
export const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/** The `code` of the error that a transport gives up reading with. */
export const RESPONSE_TOO_LARGE = 'ERR_RESPONSE_TOO_LARGE';
