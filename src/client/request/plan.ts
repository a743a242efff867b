import type { PNOperationType } from '../../protocol/status.ts';
import type { Exchange, Keyset, Query, Values } from '../endpoint.ts';
import { PubNubError } from '../errors/pubnub-error.ts';
import { encodeSegment } from './path.ts';
import type { TransportRequest } from './transport.ts';

/** Above this, in bytes, a path goes by POST: some proxies and servers refuse longer request lines. */
const LONGEST_GET_PATH = 16_384;

/** A request without its credentials, which are appended to its address for each attempt. */
export interface RequestPlan extends Pick<TransportRequest, 'method' | 'url' | 'headers' | 'keepalive'> {
  readonly body?: string | undefined;
}

/** Builds the request of an endpoint. Throws `PN-1005` if the payload is too large. */
export function planRequest<P, R>(
  endpoint: Exchange<P, R>,
  values: Values<P>,
  client: {
    readonly keys: Keyset;
    readonly baseUrl: string;
    readonly identity: string;
    /** The payload's text, if it is not its JSON. */
    readonly payload?: string | undefined;
  },
): RequestPlan {
  const route = endpoint.path(values, client.keys);
  const address = client.baseUrl + route;
  const query = `?${queryText(endpoint.query?.(values, client.keys))}${client.identity}`;
  const extra = endpoint.headers ? present(endpoint.headers(values)) : NO_HEADERS;
  const { method = 'GET', keepalive } = endpoint;
  const plan = { method, headers: extra, ...(keepalive && { keepalive }) };
  if (endpoint.body) {
    const body = JSON.stringify(endpoint.body(values, client.keys));
    return { ...plan, headers: { ...JSON_HEADERS, ...extra }, url: address + query, body };
  }
  const { payload, operation } = endpoint;
  if (!payload) return { ...plan, url: address + query };
  const text = client.payload ?? JSON.stringify(payload.of(values));
  checkSize(operation, text, payload.limit);
  const segment = encodeSegment(text);
  const length = route.length + 1 + segment.length;
  const isLong = length > LONGEST_GET_PATH;
  const wish = payload.post === false ? false : payload.post(values);
  if (isLong && wish === false)
    throw tooLarge(operation, { size: length, limit: LONGEST_GET_PATH, of: 'the encoded path' });
  if (wish ?? isLong) return { method: 'POST', headers: JSON_HEADERS, url: address + query, body: text };
  return { ...plan, url: `${address}/${segment}${query}` };
}

const NO_HEADERS = Object.freeze({});
const JSON_HEADERS = Object.freeze({ 'content-type': 'application/json' });

function present(headers: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const given: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) given[name] = value;
  return given;
}

/** Query parameters as text, each followed by `&`; absent ones are left out. */
export function queryText(query: Query | undefined): string {
  let text = '';
  if (query) {
    for (const name in query) {
      const value = query[name];
      if (value !== undefined) text += `${name}=${encodeSegment(String(value))}&`;
    }
  }
  return text;
}

function checkSize(operation: PNOperationType, text: string, limit: number): void {
  // A UTF-16 unit is at most three bytes of UTF-8: most texts need no counting.
  if (text.length * 3 <= limit) return;
  const size = new TextEncoder().encode(text).length;
  if (size > limit) throw tooLarge(operation, { size, limit, of: 'the message' });
}

function tooLarge(
  operation: PNOperationType,
  { size, limit, of }: { readonly size: number; readonly limit: number; readonly of: string },
): PubNubError {
  const what = `${operation}: ${of} has ${size} bytes, the limit is ${limit}.`;
  return new PubNubError('PN-1005', what, { operation, errorData: { size, limit }, delivery: 'not-sent' });
}
