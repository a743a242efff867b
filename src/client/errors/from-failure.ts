import type { PNOperationType } from '../../protocol/status.ts';
import { addressOf } from '../request/path.ts';
import { RESPONSE_TOO_LARGE } from '../request/transport.ts';
import { isRecord } from '../wire/read.ts';
import type { ErrorCode } from './codes.ts';
import type { Hints } from './hints.ts';
import { isOwnError, PubNubError } from './pubnub-error.ts';

/** Codes of failures before the first byte is sent. */
const NOT_SENT =
  /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|E(NET|HOST)(UNREACH|DOWN)|UND_ERR_CONNECT_TIMEOUT)$|^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO|DEPTH_ZERO|SELF_SIGNED)/;

/** Codes of the runtime's own timeouts. */
const TIMED_OUT = /^(E(SOCKET)?TIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT)$/;

/** Codes of zlib, Brotli (whose name Node leaves out) and zstd: the answer is not compressed as its header says. */
const COMPRESSION_CODE = /^(Z_|ERR__ERROR_|ERR_BROTLI_|ZSTD_)/;

const WHAT = {
  'PN-2001': 'the connection to @ failed',
  'PN-2002': '@ did not answer in time',
  'PN-4001': 'the answer of @ cannot be decompressed',
  'PN-4002': 'the answer of @ is too large to be one of the protocol',
} as const satisfies Partial<Record<ErrorCode, string>>;

/** Where a request was sent, and what helps when it fails. */
export interface Place {
  /** Scheme, host and port. */
  readonly address?: string;
  readonly hints?: Hints | undefined;
}

/** The error of an exchange without an answer, by the codes in the chain of causes, never by a text. `thrown` holds no secrets. */
export function errorFromFailure(
  operation: PNOperationType,
  thrown: unknown,
  { address = 'the server', hints }: Place = {},
): PubNubError {
  if (isOwnError(thrown)) return thrown;
  const { code, cause, maybeSent } = deepest(thrown);
  const kind = kindOf(code);
  const why = code ?? (isError(cause) ? cause.name : 'unknown cause');
  const text = isError(cause) ? String(cause.message) : '';
  const hint = hints?.cause({ code, text, address });
  const told = `${WHAT[kind].replace('@', () => address)} (${why})`;
  const what = `${operation} failed: ${told}${hint === undefined ? '' : `: ${hint}`}.`;
  const delivery = !maybeSent && code !== undefined && NOT_SENT.test(code) ? 'not-sent' : 'unknown';
  return new PubNubError(kind, what, { operation, delivery, cause });
}

/** Makes an error of something foreign that was thrown. */
export type Otherwise = (operation: PNOperationType, thrown: unknown) => PubNubError;

/** Makes the errors of requests to a URL that got no answer. */
export function lostAt(url: string, hints: Hints | undefined): Otherwise {
  return (operation, thrown) => errorFromFailure(operation, thrown, { address: addressOf(url), hints });
}

interface Deepest {
  readonly code: string | undefined;
  readonly cause: unknown;
  readonly maybeSent: boolean;
}

/** The error at the end of a chain of causes, the last code in it, for example `ECONNRESET`, and whether that proves nothing. */
function deepest(thrown: unknown): Deepest {
  let maybeSent = false;
  let cause = thrown;
  let code: string | undefined;
  for (let error = thrown, depth = 0; isError(error) && depth < 8; error = error.cause, depth++) {
    // Wrappers with a `request` are skipped: its address holds the token and, on a GET publish, the message.
    if (!('request' in error)) cause = error;
    else if (cause === error) cause = error.cause;
    if (typeof error.code === 'string') code = error.code;
    // Bun's fetch, whose errors have the address as `path`, sends a request again by itself when a kept connection breaks,
    // and tells of the second attempt only: the first may have arrived.
    if (error.maybeSent === true || /^https?:/.test(String(error.path))) maybeSent = true;
  }
  return { code, cause, maybeSent };
}

function kindOf(code: string | undefined): keyof typeof WHAT {
  if (code === undefined) return 'PN-2001';
  if (code === RESPONSE_TOO_LARGE) return 'PN-4002';
  if (COMPRESSION_CODE.test(code)) return 'PN-4001';
  return TIMED_OUT.test(code) ? 'PN-2002' : 'PN-2001';
}

interface ErrorLike {
  readonly name: string;
  readonly message?: unknown;
  readonly code?: unknown;
  readonly maybeSent?: unknown;
  readonly path?: unknown;
  readonly cause?: unknown;
}

function isError(value: unknown): value is ErrorLike {
  return value instanceof Error || (isRecord(value) && typeof value['name'] === 'string');
}
