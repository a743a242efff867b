import type { Clock } from '../../protocol/clock.ts';
import type { Need } from '../access/authorize.ts';
import type { PatternCache } from '../access/pattern.ts';
import type { Comments } from '../comments.ts';
import type { FilterCache } from '../filter/filter-cache.ts';
import type { Answer } from '../http/answer.ts';
import type { Held } from '../http/held.ts';
import type { OriginRequest, Query } from '../http/request.ts';
import type { Keysets } from '../keysets.ts';
import type { OriginLimits } from '../limits.ts';
import type { OriginMetrics } from '../metrics/observer.ts';
import type { Readiness } from '../readiness.ts';
import type { Shards } from '../shards.ts';
import type { Soon } from '../soon.ts';
import type { NextTurn } from '../turns.ts';

/** The parts of an origin that all operations share. */
export interface Services {
  readonly clock: Clock;
  /** Uniform numbers in [0, 1). Those of the machine are good enough for secrets. */
  readonly random: () => number;
  readonly limits: OriginLimits;
  readonly keysets: Keysets;
  /** Compiled patterns of tokens. */
  readonly patterns: PatternCache;
  /** Parsed filters of requests that wait. */
  readonly filters: FilterCache;
  readonly shards: Shards;
  readonly readiness: Readiness;
  /** The comments in streams. */
  readonly comments: Comments;
  /** Absent: nobody counts. */
  readonly metrics?: OriginMetrics | undefined;
  /** For long work, which lets others have their turn. */
  readonly nextTurn: NextTurn;
}

/** One request for an operation. */
export interface Call {
  readonly request: OriginRequest;
  readonly query: Query;
  readonly services: Services;
  /** The path's subscribe key. */
  readonly subscribeKey: string;
  /** A segment of the path by its name in the route, decoded. */
  readonly segment: (name: string) => string;
  /**
   * Checks the permissions once more, as for a new request. `undefined`: it would need none. Rejects with a `Refusal` if it
   * would be refused, and as the store does.
   */
  recheck(): Promise<void> | undefined;
  /**
   * Takes so many bytes for what the request holds while it waits, in place of those that it took before, until it has its
   * answer. There has to be room for `more` too, which others take. Throws a `Refusal` if there is not.
   */
  keep(bytes: number, more: number): void;
}

/** One operation of the protocol. */
export interface Route {
  /** Its name in logs. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Segments, where `{name}` matches any: `/time/0`, `/v2/subscribe/{subscribeKey}/{channels}/0`. */
  readonly path: string;
  /** The permissions that the request needs. May throw a `Refusal`, as `handle` may. */
  needs(call: Call): readonly Need[] | Promise<readonly Need[]>;
  /** Bytes of a body, for an operation with a limit of its own; it refuses larger bodies itself. */
  bodyBytes?(limits: OriginLimits): number;
  /** Reads the body as it comes, by `chunksOf(request)`: it is never in memory as a whole. */
  readonly streamsBody?: boolean;
  /** Sent in place of an answer with 503, whatever it says. Absent: that one is sent. */
  readonly unavailable?: Answer;
  /** May throw a `Refusal`, or reject with one. */
  handle(call: Call): Soon<Answer | Held>;
}
