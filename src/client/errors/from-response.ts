import type { PNOperationType } from '../../protocol/status.ts';
import { quoted } from '../builder/describe.ts';
import type { TransportResponse } from '../request/transport.ts';
import { headerIn } from '../runtime/backoff.ts';
import { jsonOrText } from '../wire/json.ts';
import { at, isRecord, isText } from '../wire/read.ts';
import type { ErrorCode } from './codes.ts';
import { PubNubError } from './pubnub-error.ts';

/** Characters of a text that an error repeats. */
const LONGEST = 200;

/** An answer that is not a success. */
export interface FailedAnswer {
  readonly status: number;
  /** Parsed JSON where the body is JSON, else its text; without secrets. */
  readonly body: unknown;
  /** The same, with secrets. */
  readonly raw?: unknown;
  /** Names in the request: an error repeats them, even if they look like a secret. */
  readonly asked?: ReadonlySet<unknown> | undefined;
  /** Milliseconds that the server asked to wait. */
  readonly retryAfter: number | undefined;
  /** Scheme, host and port that were asked. */
  readonly from?: string;
  readonly headers?: TransportResponse['headers'];
}

/** What a caller knows of such an answer. */
export interface Refusing extends Pick<FailedAnswer, 'status' | 'asked'> {
  /** Where it came from, if not from the origin. */
  readonly url?: string;
}

const CODES: Readonly<Record<number, ErrorCode>> = {
  400: 'PN-3001',
  403: 'PN-3002',
  404: 'PN-3003',
  412: 'PN-3010',
  413: 'PN-1005',
  414: 'PN-3004',
  429: 'PN-3005',
  481: 'PN-3008',
};

/** Characters of an error answer that are parsed: no error of the protocol is longer. */
const LONGEST_BODY = 1_048_576;

/** The body of an error answer: parsed JSON, or text. */
export function readErrorBody(text: string): unknown {
  return text.length > LONGEST_BODY ? text.slice(0, LONGEST_BODY) : jsonOrText(text);
}

/** The error of an answer, classified by its status alone; the body only adds the server's message. */
export function errorFromResponse(operation: PNOperationType, answer: FailedAnswer): PubNubError {
  const { status, body, retryAfter } = answer;
  const said = serverMessage(body);
  const channels = namesTold(answer, 'channels');
  const channelGroups = namesTold(answer, 'channel-groups');
  const outcome = status < 300 ? 'succeeded in part' : 'failed';
  const names = [...(channels ?? []), ...(channelGroups ?? [])];
  const refused = names.length > 0 ? ` for ${quoted(names)}` : '';
  const what = `${operation} ${outcome}: HTTP ${status}${whence(answer)}${refused}${spoken(said)}`;
  return new PubNubError(codeOf(status), what, {
    operation,
    statusCode: status,
    errorData: typeof body === 'string' ? body.slice(0, LONGEST) : body,
    channels,
    channelGroups,
    delivery: status >= 300 && status < 500 ? 'rejected' : 'unknown',
    retryAfter,
  });
}

function spoken(said: string | undefined): string {
  return said === undefined ? '.' : `, "${said}"${said.endsWith('.') ? '' : '.'}`;
}

// The address of what is no origin, as far as its answer tells.
function whence({ status, body, from, headers }: FailedAnswer): string {
  if (from === undefined || typeof body !== 'string') return '';
  const to = headers && headerIn(headers, 'location');
  if (to && URL.canParse(to, from)) return ` from ${from}, which leads to ${new URL(to, from).origin}`;
  return status === 404
    ? ` from ${from}, which may be no origin: check the option "origin"`
    : ` from ${from}`;
}

/** `true` for a protocol error, `false` for the page of a proxy. */
export function isProtocolError(body: unknown): boolean {
  return isRecord(body) && 'error' in body && ('service' in body || 'status' in body);
}

/** The status of a failure with HTTP status 200: `{"status": 503, "error": 1, …}` or `[0, "text"]`. */
export function failureStatus(body: unknown): number | undefined {
  if (Array.isArray(body)) return body[0] === 0 && typeof body[1] === 'string' ? 400 : undefined;
  if (!isRecord(body)) return undefined;
  const { status, error } = body;
  return error && typeof status === 'number' && status >= 400 ? status : undefined;
}

function codeOf(status: number): ErrorCode {
  if (status >= 500) return 'PN-3006';
  if (status >= 300 && status < 400) return 'PN-2005';
  return CODES[status] ?? 'PN-3007';
}

// The places of a server's message: [0, "text"], {message}, {error_message}, {error: {message}}, {error: "text"}.
const PLACES = [[1], ['message'], ['error_message'], ['error', 'message'], ['error']];

function serverMessage(body: unknown): string | undefined {
  return PLACES.map((place) => at(body, ...place))
    .find(isText)
    ?.slice(0, LONGEST);
}

/** The names of channels and groups in the parameters of a call. */
export function namesAsked(values: object): ReadonlySet<unknown> {
  return new Set(NAMES.flatMap((name) => at(values, name)));
}

const NAMES = ['channel', 'channels', 'channelGroup', 'channelGroups'];

function namesTold(
  { body, raw = body, asked }: FailedAnswer,
  key: 'channels' | 'channel-groups',
): readonly string[] | undefined {
  const told = at(raw, 'payload', key);
  if (!Array.isArray(told)) return undefined;
  const clean = at(body, 'payload', key);
  const names = told.map((name, index): unknown => (asked?.has(name) ? name : at(clean, index)));
  return names.filter((name) => typeof name === 'string');
}
