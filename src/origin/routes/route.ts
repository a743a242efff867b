import type { Clock } from '../../protocol/clock.ts';
import type { Permission, ResourceKind } from '../../protocol/permissions.ts';
import type { Answer } from '../http/answer.ts';
import type { OriginRequest, Query } from '../http/request.ts';
import type { Keysets } from '../keysets.ts';
import type { OriginLimits } from '../limits.ts';
import type { Shards } from '../shards.ts';

/** What all operations work with. */
export interface Services {
  readonly clock: Clock;
  /** Uniform numbers in [0, 1), good enough for secrets unless the origin was given others. */
  readonly random: () => number;
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

/** A permission that a request must have on each of the names, where the keyset asks for permissions. */
export interface Need {
  readonly resource: ResourceKind;
  readonly names: readonly string[];
  readonly permission: Permission;
}

/** One operation of the protocol. */
export interface Route {
  /** What logs call it. */
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Segments, `{name}` standing for any: `/time/0`, `/v2/subscribe/{subscribeKey}/{channels}/0`. */
  readonly path: string;
  /** What the request must be allowed to do. May throw a `Refusal`, as `handle` may. */
  needs(call: Call): readonly Need[];
  /** Bytes of a body, for an operation that reads more than others do; it refuses larger ones itself. */
  bodyBytes?(limits: OriginLimits): number;
  /** May throw a `Refusal`. */
  handle(call: Call): Answer | Promise<Answer>;
}
