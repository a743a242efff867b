import type { ServerResponse } from 'node:http';
import type { PNStatusCategory } from 'timetoken';

/** An answer that no origin gives. */
export interface OddAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer>;
}

/** Something that happens to a request on its way. */
export interface Poison {
  readonly name: string;
  /** What comes back; or, where only a socket can do it, what becomes of the connection. */
  readonly odd: OddAnswer | ((response: ServerResponse) => void);
  /** How its failure is called. */
  readonly category: PNStatusCategory;
  /** Nothing comes back, so that only the client's own deadline ends it. */
  readonly stalls?: true;
  /** Milliseconds that must pass before the next attempt. */
  readonly pause?: number;
}

const MALFORMED = 'PNMalformedResponseCategory';
const SERVER = 'PNServerErrorCategory';
const NETWORK = 'PNNetworkIssuesCategory';
const UNKNOWN = 'PNUnknownCategory';
const HTML = '<!doctype html><title>Log in to the airport network</title>';
const html = { 'content-type': 'text/html; charset=utf-8' };
const json = { 'content-type': 'text/javascript; charset="UTF-8"' };
const VALID = '{"t":{"t":"17000000000000000","r":1},"m":[]}';
const HUGE = 16 * 1024 * 1024;

/** The answer that a cut or stalled one would have been. */
const LENGTH = { ...json, 'content-length': String(VALID.length) };

function odd(name: string, status: number, body: string, headers: Readonly<Record<string, string>> = {}) {
  return (category: PNStatusCategory, pause?: number): Poison => ({
    name,
    odd: { status, body, headers },
    category,
    ...(pause !== undefined && { pause }),
  });
}

/** Answers that a scripted `fetch` can give as well as a socket; `sentAt` is the server's time. */
export function oddAnswers(sentAt: Date): readonly Poison[] {
  const retryAt = new Date(sentAt.getTime() + 7_000);
  return [
    odd('200, HTML of a login page', 200, HTML, html)(MALFORMED),
    odd('200, HTML that says it is JSON', 200, HTML, json)(MALFORMED),
    odd('200, empty', 200, '', json)(MALFORMED),
    odd('200, empty, without a content type', 200, '')(MALFORMED),
    odd('200, truncated JSON', 200, VALID.slice(0, 30), json)(MALFORMED),
    odd('200, JSON with something after it', 200, `${VALID}${VALID}`, json)(MALFORMED),
    odd('200, null', 200, 'null', json)(MALFORMED),
    odd('200, a list', 200, '[1,"Sent","17000000000000000"]', json)(MALFORMED),
    odd('200, another object', 200, '{"ok":1}', json)(MALFORMED),
    odd('200, no entries', 200, '{"t":{"t":"17000000000000000","r":1}}', json)(MALFORMED),
    odd(
      '200, entries that are no list',
      200,
      '{"t":{"t":"17000000000000000","r":1},"m":{}}',
      json,
    )(MALFORMED),
    odd('200, a timetoken in letters', 200, '{"t":{"t":"soon","r":1},"m":[]}', json)(MALFORMED),
    odd('200, a region in letters', 200, '{"t":{"t":"17000000000000000","r":"eu"},"m":[]}', json)(MALFORMED),
    odd('201, empty object', 201, '{}', json)(UNKNOWN),
    odd('307, elsewhere', 307, '', { location: 'http://127.0.0.1:9/elsewhere' })(NETWORK),
    odd('400, HTML of a proxy', 400, HTML, html)('PNBadRequestCategory'),
    odd('403, HTML of a proxy', 403, HTML, html)('PNAccessDeniedCategory'),
    odd('404, HTML', 404, HTML, html)(UNKNOWN),
    odd('402, empty', 402, '')(UNKNOWN),
    odd('429, seconds', 429, '{"error":"slow"}', { ...json, 'retry-after': '7' })(UNKNOWN, 7_000),
    odd('429, date', 429, '', { 'retry-after': retryAt.toUTCString(), date: sentAt.toUTCString() })(
      UNKNOWN,
      6_000,
    ),
    odd('429, nonsense', 429, '', { 'retry-after': 'later' })(UNKNOWN),
    odd('500, JSON', 500, '{"message":"oops","error":true,"service":"x","status":500}', json)(SERVER),
    odd('500, empty object, without a content type', 500, '{}')(SERVER),
    odd('502, text, without a content type', 502, 'Bad gateway')(SERVER),
    odd('502, text', 502, 'Bad gateway', { 'content-type': 'text/plain' })(SERVER),
    odd('503, HTML', 503, HTML, html)(SERVER),
    odd('503, seconds', 503, '', { 'retry-after': '7' })(SERVER, 7_000),
    {
      name: '200, longer than 16 MiB, without a length',
      odd: { status: 200, headers: json, body: new Uint8Array(HUGE + 1).fill(32) },
      category: MALFORMED,
    },
    {
      name: '200, longer than 16 MiB, with its length',
      odd: {
        status: 200,
        headers: { ...json, 'content-length': String(HUGE + VALID.length) },
        body: new TextEncoder().encode(VALID.padStart(HUGE + VALID.length)),
      },
      category: MALFORMED,
    },
  ];
}

/** What only a real connection can suffer. */
export const BROKEN_CONNECTIONS: readonly Poison[] = [
  {
    name: '200, gzip that is none',
    odd: { status: 200, headers: { ...json, 'content-encoding': 'gzip' }, body: 'this is no gzip' },
    category: MALFORMED,
  },
  {
    name: 'a reset before the headers',
    odd: (response) => response.socket?.resetAndDestroy(),
    category: NETWORK,
  },
  { name: 'an end before the headers', odd: (response) => response.destroy(), category: NETWORK },
  {
    name: 'a reset within the body',
    odd: (response) => {
      response.writeHead(200, LENGTH);
      response.write(VALID.slice(0, 20), () => response.socket?.resetAndDestroy());
    },
    category: NETWORK,
  },
  {
    name: 'an end within the body',
    odd: (response) => {
      response.writeHead(200, LENGTH);
      response.write(VALID.slice(0, 20), () => response.destroy());
    },
    category: NETWORK,
  },
  {
    name: 'an end within a chunked body',
    odd: (response) => {
      response.writeHead(200, json);
      response.write(VALID, () => response.destroy());
    },
    category: NETWORK,
  },
  {
    name: 'garbage instead of HTTP',
    odd: (response) => response.socket?.end('SSH-2.0-x\r\n\r\n'),
    category: NETWORK,
  },
  { name: 'no headers, ever', odd: () => undefined, category: 'PNTimeoutCategory', stalls: true },
  {
    name: 'half a body, then nothing',
    odd: (response) => {
      response.writeHead(200, LENGTH);
      response.write(VALID.slice(0, 20));
    },
    category: 'PNTimeoutCategory',
    stalls: true,
  },
];
