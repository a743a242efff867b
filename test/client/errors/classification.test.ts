import { runInNewContext } from 'node:vm';
import { PubNubError } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { ERROR_KINDS } from '../../../src/client/errors/codes.ts';
import { errorFromFailure } from '../../../src/client/errors/from-failure.ts';
import { errorFromResponse } from '../../../src/client/errors/from-response.ts';
import { Redactor } from '../../../src/client/errors/redactor.ts';

const OPERATION = 'PNPublishOperation';

function system(code: string, message = `read ${code}`): Error {
  return Object.assign(new Error(message), { code, errno: -1, syscall: 'read' });
}

function fetchFailed(cause: unknown): Error {
  return new TypeError('fetch failed', { cause });
}

/** As ky wraps it: an error of its own, with the request. */
function kyFailed(cause: unknown): Error {
  const request = new Request('http://localhost/publish/k/k/0/a/0/%22payload%22?auth=secret-token');
  return Object.assign(new Error('Request failed due to a network error', { cause }), {
    name: 'NetworkError',
    request,
  });
}

const NETWORK = 'PN-2001';
const TIMEOUT = 'PN-2002';
type Row = readonly [name: string, thrown: unknown, code: string, delivery: string, word: string];

const CORPUS: readonly Row[] = [
  [
    'Bun: refused, maybe after an attempt on a kept connection that broke',
    Object.assign(new TypeError('ECONNREFUSED: Unable to connect.'), {
      ...{ code: 'ECONNREFUSED', path: 'http://localhost:8090/publish', errno: 0 },
    }),
    NETWORK,
    'unknown',
    'ECONNREFUSED',
  ],
  [
    'Bun over ky: a host that is not found, likewise',
    kyFailed(Object.assign(new TypeError('ENOTFOUND'), { code: 'ENOTFOUND', path: 'https://localhost/' })),
    NETWORK,
    'unknown',
    'ENOTFOUND',
  ],
  [
    'Node: refused over a socket of the file system, whose error has a path too',
    Object.assign(new Error('connect ECONNREFUSED /run/origin.sock'), {
      ...{ code: 'ECONNREFUSED', syscall: 'connect', path: '/run/origin.sock' },
    }),
    NETWORK,
    'not-sent',
    'ECONNREFUSED',
  ],
  [
    'a transport that repeats by itself',
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED', maybeSent: true }),
    NETWORK,
    'unknown',
    'ECONNREFUSED',
  ],
  [
    'Deno: refused, without a code',
    fetchFailed(
      new Error(
        'error sending request for url (http://localhost/): client error (Connect): tcp connect error: Connection refused (os error 111)',
      ),
    ),
    NETWORK,
    'unknown',
    'Error',
  ],
  [
    'undici: the other side closed',
    fetchFailed(system('UND_ERR_SOCKET', 'other side closed')),
    NETWORK,
    'unknown',
    'UND_ERR_SOCKET',
  ],
  [
    'undici: connect timeout',
    fetchFailed(system('UND_ERR_CONNECT_TIMEOUT')),
    TIMEOUT,
    'not-sent',
    'UND_ERR_CONNECT_TIMEOUT',
  ],
  [
    'undici: headers timeout',
    fetchFailed(system('UND_ERR_HEADERS_TIMEOUT')),
    TIMEOUT,
    'unknown',
    'UND_ERR_HEADERS_TIMEOUT',
  ],
  [
    'undici: body timeout',
    new TypeError('terminated', { cause: system('UND_ERR_BODY_TIMEOUT') }),
    TIMEOUT,
    'unknown',
    'UND_ERR_BODY_TIMEOUT',
  ],
  [
    'undici: terminated',
    new TypeError('terminated', { cause: system('UND_ERR_SOCKET') }),
    NETWORK,
    'unknown',
    'UND_ERR_SOCKET',
  ],
  [
    'undici: invalid response',
    fetchFailed(system('HPE_INVALID_CONSTANT')),
    NETWORK,
    'unknown',
    'HPE_INVALID_CONSTANT',
  ],
  [
    'undici: garbage in gzip',
    new TypeError('terminated', { cause: system('Z_DATA_ERROR') }),
    'PN-4001',
    'unknown',
    'Z_DATA_ERROR',
  ],
  ['refused', fetchFailed(system('ECONNREFUSED')), NETWORK, 'not-sent', 'ECONNREFUSED'],
  [
    'refused on every address',
    fetchFailed(
      Object.assign(new AggregateError([system('ECONNREFUSED')], 'all failed'), { code: 'ECONNREFUSED' }),
    ),
    NETWORK,
    'not-sent',
    'ECONNREFUSED',
  ],
  ['reset', fetchFailed(system('ECONNRESET')), NETWORK, 'unknown', 'ECONNRESET'],
  ['aborted connection', fetchFailed(system('ECONNABORTED')), NETWORK, 'unknown', 'ECONNABORTED'],
  ['broken pipe', system('EPIPE'), NETWORK, 'unknown', 'EPIPE'],
  ['no such host', fetchFailed(system('ENOTFOUND')), NETWORK, 'not-sent', 'ENOTFOUND'],
  ['name server gone', fetchFailed(system('EAI_AGAIN')), NETWORK, 'not-sent', 'EAI_AGAIN'],
  ['no route', system('EHOSTUNREACH'), NETWORK, 'not-sent', 'EHOSTUNREACH'],
  ['no network', system('ENETUNREACH'), NETWORK, 'not-sent', 'ENETUNREACH'],
  ['timed out by the system', system('ETIMEDOUT'), TIMEOUT, 'unknown', 'ETIMEDOUT'],
  ['certificate expired', fetchFailed(system('CERT_HAS_EXPIRED')), NETWORK, 'not-sent', 'CERT_HAS_EXPIRED'],
  [
    'certificate of another name',
    fetchFailed(system('ERR_TLS_CERT_ALTNAME_INVALID')),
    NETWORK,
    'not-sent',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ],
  [
    'certificate signed by itself',
    system('DEPTH_ZERO_SELF_SIGNED_CERT'),
    NETWORK,
    'not-sent',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  ],
  [
    'certificate without an issuer',
    system('UNABLE_TO_VERIFY_LEAF_SIGNATURE'),
    NETWORK,
    'not-sent',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ],
  ['an answer too large', system('ERR_RESPONSE_TOO_LARGE'), 'PN-4002', 'unknown', 'ERR_RESPONSE_TOO_LARGE'],
  [
    'ky around fetch around the socket',
    kyFailed(fetchFailed(system('ECONNREFUSED'))),
    NETWORK,
    'not-sent',
    'ECONNREFUSED',
  ],
  ['ky around a browser', kyFailed(new TypeError('Failed to fetch')), NETWORK, 'unknown', 'TypeError'],
  ['Chrome', new TypeError('Failed to fetch'), NETWORK, 'unknown', 'TypeError'],
  [
    'Firefox',
    new TypeError('NetworkError when attempting to fetch resource.'),
    NETWORK,
    'unknown',
    'TypeError',
  ],
  ['Safari', new TypeError('Load failed'), NETWORK, 'unknown', 'TypeError'],
  [
    'Bun',
    Object.assign(new Error('Unable to connect. Is the computer able to access the url?'), {
      code: 'ConnectionRefused',
    }),
    NETWORK,
    'unknown',
    'ConnectionRefused',
  ],
  [
    'a DOMException',
    new DOMException('The operation was aborted.', 'AbortError'),
    NETWORK,
    'unknown',
    'AbortError',
  ],
  [
    'an error of another realm',
    runInNewContext("Object.assign(new Error('x'), { code: 'ECONNREFUSED' })"),
    NETWORK,
    'not-sent',
    'ECONNREFUSED',
  ],
  [
    'a cause of another realm',
    fetchFailed(runInNewContext("Object.assign(new Error('x'), { code: 'ENOTFOUND' })")),
    NETWORK,
    'not-sent',
    'ENOTFOUND',
  ],
  ['a plain object', {}, NETWORK, 'unknown', 'unknown cause'],
  ['a text', 'boom', NETWORK, 'unknown', 'unknown cause'],
  ['null', null, NETWORK, 'unknown', 'unknown cause'],
  ['nothing', undefined, NETWORK, 'unknown', 'unknown cause'],
];

describe('a failure without an answer', () => {
  it.each(CORPUS)('is classified by the codes in it: %s', (_name, thrown, code, delivery, word) => {
    const error = errorFromFailure(OPERATION, thrown);
    expect(error).toMatchObject({
      code,
      delivery,
      operation: OPERATION,
      retryable: true,
      statusCode: undefined,
    });
    expect(error.message).toContain(OPERATION);
    expect(error.message).toContain(`(${word})`);
    expect(error.message).toContain(`(${code})`);
  });

  it('is never classified by its text', () => {
    expect(errorFromFailure(OPERATION, new Error('timeout ECONNREFUSED certificate')).code).toBe(NETWORK);
    expect(errorFromFailure(OPERATION, new Error('timeout ECONNREFUSED certificate')).delivery).toBe(
      'unknown',
    );
  });

  it('that has a cycle of causes ends', () => {
    const error = new Error('a');
    error.cause = new Error('b', { cause: error });
    expect(errorFromFailure(OPERATION, error).code).toBe(NETWORK);
  });

  it('that is one of ours already stays itself', () => {
    const error = new PubNubError('PN-2003', 'x');
    expect(errorFromFailure(OPERATION, error)).toBe(error);
  });
});

describe('an answer that is no success', () => {
  it.each([
    [400, 'PN-3001', 'PNBadRequestCategory', 'rejected', false],
    [401, 'PN-3007', 'PNUnknownCategory', 'rejected', false],
    [402, 'PN-3007', 'PNUnknownCategory', 'rejected', false],
    [403, 'PN-3002', 'PNAccessDeniedCategory', 'rejected', false],
    [404, 'PN-3003', 'PNUnknownCategory', 'rejected', false],
    [409, 'PN-3007', 'PNUnknownCategory', 'rejected', false],
    [413, 'PN-1005', 'PNValidationErrorCategory', 'rejected', false],
    [414, 'PN-3004', 'PNBadRequestCategory', 'rejected', false],
    [429, 'PN-3005', 'PNUnknownCategory', 'rejected', true],
    [481, 'PN-3008', 'PNMalformedFilterExpressionCategory', 'rejected', false],
    [301, 'PN-2005', 'PNNetworkIssuesCategory', 'rejected', true],
    [307, 'PN-2005', 'PNNetworkIssuesCategory', 'rejected', true],
    [500, 'PN-3006', 'PNServerErrorCategory', 'unknown', true],
    [502, 'PN-3006', 'PNServerErrorCategory', 'unknown', true],
    [503, 'PN-3006', 'PNServerErrorCategory', 'unknown', true],
    [599, 'PN-3006', 'PNServerErrorCategory', 'unknown', true],
  ] as const)('is classified by its status alone: %i', (status, code, category, delivery, retryable) => {
    for (const body of [
      '',
      '<html>',
      {},
      { status: 200, message: 'timeout', error: true },
      [1, 'Sent', '1'],
    ]) {
      const error = errorFromResponse(OPERATION, { status, body, retryAfter: undefined });
      expect(error).toMatchObject({
        code,
        category,
        delivery,
        retryable,
        statusCode: status,
        operation: OPERATION,
      });
      expect(error.message).toContain(`HTTP ${status}`);
    }
  });

  it.each<readonly [string, unknown]>([
    ['the publish family', [0, 'what the server said', '14820999375199241']],
    [
      'access manager and presence',
      { message: 'what the server said', error: true, service: 'x', status: 400 },
    ],
    ['storage', { status: 400, error: true, error_message: 'what the server said', channels: {} }],
    [
      'objects, actions, files',
      { status: 400, error: { message: 'what the server said', source: 'objects' } },
    ],
    ['push', { error: 'what the server said' }],
  ])('tells what the server said, in the shape of %s', (_name, body) => {
    const error = errorFromResponse(OPERATION, { status: 400, body, retryAfter: undefined });
    expect(error.message).toContain('"what the server said"');
    expect(error.errorData).toEqual(body);
  });

  it('says of an address that is too long what may shorten it, whatever it is of', () => {
    const error = errorFromResponse(OPERATION, { status: 414, body: '', retryAfter: undefined });
    expect(error.message).toMatch(/Shorten the address: .*names.*`meta`\. \(PN-3004\)$/);
  });

  it('names the channels and groups that the server names', () => {
    const payload = { channels: ['a', 1], 'channel-groups': ['g'] };
    const error = errorFromResponse(OPERATION, { status: 403, body: { payload }, retryAfter: 7 });
    expect(error).toMatchObject({ channels: ['a'], channelGroups: ['g'], retryAfter: 7 });
  });

  it('tells in its message which names were refused, the first of many', () => {
    const told = (channels: readonly string[], groups: readonly string[] = []) =>
      errorFromResponse(OPERATION, {
        ...{ status: 403, retryAfter: undefined, from: 'https://origin' },
        body: {
          status: 403,
          error: true,
          message: 'Forbidden.',
          payload: { channels, 'channel-groups': groups },
        },
      }).message;
    expect(told(['a'])).toContain('HTTP 403 for "a", "Forbidden." Check the token');
    expect(told(['a', 'b', 'c', 'd'], ['g'])).toContain('for "a", "b", "c" and 2 more, "Forbidden."');
  });

  it.each([
    [404, '<h1>Not found</h1>', undefined, 'HTTP 404 from http://a:1, which may be no origin: check'],
    [502, 'Bad gateway', undefined, 'HTTP 502 from http://a:1. Try'],
    [301, '', 'https://b.example/time/0', 'HTTP 301 from http://a:1, which leads to https://b.example. Set'],
    [302, '', '/login', 'HTTP 302 from http://a:1, which leads to http://a:1. Set'],
    [
      404,
      { status: 404, error: { message: 'No such user.' } },
      undefined,
      'HTTP 404, "No such user." Check that',
    ],
    [400, [0, 'Invalid key', '1'], undefined, 'HTTP 400, "Invalid key". Correct'],
  ])('names the address of what is no origin: %i %j', (status, body, to, text) => {
    const headers = { get: () => to ?? null };
    const answer = { status, body, headers, from: 'http://a:1', retryAfter: undefined };
    expect(errorFromResponse(OPERATION, answer).message).toContain(text);
  });

  it('leaves the names of channels as they are, though they look like addresses', () => {
    const body = { message: 'Forbidden: http://a/b?c', payload: { channels: ['https://a/b?c', '/v2/x/y'] } };
    const clean = new Redactor(() => []).value(body);
    const error = errorFromResponse(OPERATION, { status: 403, body: clean, retryAfter: undefined });
    expect(error.channels).toEqual(['https://a/b?c', '/v2/x/y']);
    expect(error.errorData).toEqual({ ...body, message: 'Forbidden: http://a/…' });
  });

  it('keeps no more than the beginning of a page', () => {
    const error = errorFromResponse(OPERATION, {
      status: 502,
      body: 'x'.repeat(5_000),
      retryAfter: undefined,
    });
    expect(JSON.stringify(error).length).toBeLessThan(1_000);
  });
});

describe('every code', () => {
  it.each(Object.entries(ERROR_KINDS))('%s says what to do, in sentences', (code, { next, category }) => {
    expect(code).toMatch(/^PN-[1-5]\d{3}$/);
    expect(next).toMatch(/^[A-Z].*\.$/);
    expect(category).toMatch(/^PN\w+Category$/);
  });
});
