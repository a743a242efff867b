import type { Clock } from '../../protocol/clock.ts';
import type { Answer } from '../http/answer.ts';
import type { OriginRequest, Query } from '../http/request.ts';
import type { Keysets } from '../keysets.ts';
import type { OriginLimits } from '../limits.ts';
import type { Shards } from '../shards.ts';

/** What all operations work with. */
export interface Services {
  readonly clock: Clock;
  readonly limits: OriginLimits;
  readonly keysets: Keysets;
  readonly shards: Shards;
}

/** One request on its way through the operation that it is for. */
export interface Call {
  readonly request: OriginRequest;
  readonly query: Query;
  readonly services: Services;
  /** A segment of the path by its name in the route, decoded. */
  segment(name: string): string;
}

/** One operation of the protocol. */
export interface Route {
  /** What logs call it. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Segments, `{name}` standing for any: `/time/0`, `/v2/subscribe/{subscribeKey}/{channels}/0`. */
  readonly path: string;
  /** May throw a `Refusal`. */
  handle(call: Call): Answer | Promise<Answer>;
}
