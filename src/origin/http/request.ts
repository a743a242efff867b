import { malformed } from './answer.ts';

/**
 * Ends a parked request early: the client hangs up, or the server that parked it closes. Smaller than an `AbortSignal`,
 * since each of many thousand parked polls has one.
 */
export interface Interruption {
  readonly aborted: boolean;
  /** Calls back once when it happens; not if it has happened already. Returns a function that removes the callback. */
  onAbort(callback: () => void): () => void;
}

/** A plain request, as the adapters hand it to the origin. */
export interface OriginRequest {
  readonly method: string;
  /** Path and query exactly as sent, percent-encoded: `/v2/subscribe/demo/a%2Cb/0?tt=0`. */
  readonly target: string;
  /** Scheme and authority under which the client reaches the origin, as far as known: `http://127.0.0.1:8090`. */
  readonly base?: string | undefined;
  /** A header by its lower-case name. */
  header(name: string): string | undefined;
  /** The body as sent, compressed or not; empty if there is none. */
  readonly body: Uint8Array;
  /**
   * The body as it comes, in place of `body`: for operations of which `streamsBody` is true, if the adapter can. It is read
   * at most once. When it fails, the operation leaves nothing behind; a `Refusal` in it becomes the answer.
   */
  readonly stream?: AsyncIterable<Uint8Array> | undefined;
  /** Ends the request early when it is parked, unless it is answered to a `reply`, which gets what ends it. */
  readonly interruption?: Interruption | undefined;
  /**
   * The CORS headers that an adapter has decided on; `null` for a page that may not call. Absent: the origin's
   * `allowOrigin` decides.
   */
  readonly cors?: Readonly<Record<string, string>> | null | undefined;
  /**
   * Where the origin keeps what it has looked up for this request, `undefined` at first. Absent: it looks it up in each call.
   */
  opened?: unknown;
}

/** The part of a request that selects the operation. */
export type RequestLine = Pick<OriginRequest, 'method' | 'target' | 'opened'>;

/** A request's path and query, not decoded: a slash within a name is still `%2F`. */
export interface Target {
  readonly path: string;
  readonly query: Query;
}

/** Splits a request's target. Throws a `Refusal` when it has more than `maxParameters` parameters. */
export function parseTarget(target: string, maxParameters: number): Target {
  const mark = target.indexOf('?');
  const path = mark < 0 ? target : target.slice(0, mark);
  const query = new Query(target, mark < 0 ? target.length : mark + 1, maxParameters);
  return { path, query };
}

/** The query of a request, which is read where it stands: unknown parameters cost nothing, and cannot fail a request. */
export class Query {
  readonly #target: string;
  readonly #start: number;

  /** The query is the part of `target` from `start`. Throws a `Refusal` when it has more than `maxParameters` parameters. */
  constructor(target: string, start: number, maxParameters: number) {
    this.#target = target;
    this.#start = start;
    let count = start < target.length ? 1 : 0;
    for (let at = target.indexOf('&', start); at >= 0; at = target.indexOf('&', at + 1)) count++;
    if (count > maxParameters) throw malformed();
  }

  /** A parameter's value; the first if it is given twice. Throws a `Refusal` on a bad escape. */
  get(name: string): string | undefined {
    const at = this.#find(name, this.#start);
    return at < 0 ? undefined : decode(this.#valueAt(at + name.length));
  }

  /** Each value of a parameter that may be repeated. Throws a `Refusal` on a bad escape. */
  all(name: string): readonly string[] {
    const values: string[] = [];
    for (let at = this.#find(name, this.#start); at >= 0; at = this.#find(name, at + 1))
      values.push(decode(this.#valueAt(at + name.length)));
    return values;
  }

  /** As `get`, with `undefined` for an empty value. */
  text(name: string): string | undefined {
    return this.get(name) || undefined;
  }

  // The place of a name: between the start or `&`, and `=`, `&` or the end.
  #find(name: string, from: number): number {
    const target = this.#target;
    for (let at = target.indexOf(name, from); at >= 0; at = target.indexOf(name, at + 1)) {
      const end = at + name.length;
      const isStart = at === this.#start || target[at - 1] === '&';
      if (isStart && (end === target.length || target[end] === '=' || target[end] === '&')) return at;
    }
    return -1;
  }

  #valueAt(end: number): string {
    if (this.#target[end] !== '=') return '';
    const next = this.#target.indexOf('&', end);
    return this.#target.slice(end + 1, next < 0 ? undefined : next);
  }
}

/** Decodes percent-encoding, to a text of its own. Throws a `Refusal` on a bad escape and on bytes that are not UTF-8. */
export function decode(encoded: string): string {
  if (!encoded.includes('%')) return ownText(encoded);
  try {
    return decodeURIComponent(encoded);
  } catch (error) {
    throw malformed(error);
  }
}

// From this length on, V8 makes a part of a text as a view, which keeps the whole text in memory.
const VIEW_LENGTH = 13;

/** The same text without the one that it was cut out of: for parts of a request that outlive it. */
export function ownText(part: string): string {
  return part.length < VIEW_LENGTH ? part : `${part}\0`.slice(0, -1);
}

/** The text before and after the first separator; the text alone if it has none. */
export function splitOnce(text: string, separator: string): readonly string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
