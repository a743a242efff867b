import type { Interruption } from '../window/interruption.ts';
import { malformed } from './refusals.ts';

/** A plain request, as the adapters hand it to the origin. */
export interface OriginRequest {
  readonly method: string;
  /** Path and query exactly as sent, percent-encoded: `/v2/subscribe/demo/a%2Cb/0?tt=0`. */
  readonly target: string;
  /** Scheme and authority under which the client reaches the origin, as far as known: `http://127.0.0.1:8090`. */
  readonly base?: string | undefined;
  /** A header by its lower-case name. */
  header(name: string): string | undefined;
  /** The body as sent, compressed or not; empty when there is none. */
  readonly body: Uint8Array;
  /** Ends the request early when it is parked. */
  readonly interruption?: Interruption | undefined;
}

/** Which operation a request is for. */
export type RequestLine = Pick<OriginRequest, 'method' | 'target'>;

/** A request's path and query, split but not decoded. */
export interface Target {
  readonly path: string;
  /** Raw segments: a slash within a name is still `%2F`. */
  readonly segments: readonly string[];
  readonly query: Query;
}

/** Splits a request's target. Throws a `Refusal` when it holds more than so many parameters. */
export function parseTarget(target: string, maxParameters: number): Target {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = new Query(mark < 0 ? '' : target.slice(mark + 1), maxParameters);
  return { path, segments: path.split('/').slice(1), query };
}

/** The query of a request. Values are decoded when they are asked for, so that what is unknown cannot do harm. */
export class Query {
  readonly #values = new Map<string, string[]>();

  constructor(query: string, maxParameters: number) {
    const pairs = query === '' ? [] : query.split('&', maxParameters + 1);
    if (pairs.length > maxParameters) throw malformed();
    for (const pair of pairs) {
      const equals = pair.indexOf('=');
      const name = equals < 0 ? pair : pair.slice(0, equals);
      const value = equals < 0 ? '' : pair.slice(equals + 1);
      const values = this.#values.get(name);
      if (values) values.push(value);
      else this.#values.set(name, [value]);
    }
  }

  /** A parameter's value; the first when it is given twice. Throws a `Refusal` on a bad escape. */
  get(name: string): string | undefined {
    const raw = this.#values.get(name)?.[0];
    return raw === undefined ? undefined : decode(raw);
  }

  /** Each value of a parameter that may be repeated. Throws a `Refusal` on a bad escape. */
  all(name: string): readonly string[] {
    return (this.#values.get(name) ?? []).map(decode);
  }

  /** As `get`, with an empty value counting as none. */
  text(name: string): string | undefined {
    return this.get(name) || undefined;
  }
}

/** Undoes percent-encoding. Throws a `Refusal` on a bad escape and on what is not UTF-8. */
export function decode(encoded: string): string {
  if (!encoded.includes('%')) return encoded;
  try {
    return decodeURIComponent(encoded);
  } catch (error) {
    throw malformed(error);
  }
}
