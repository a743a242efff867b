import type { ResourceKind } from '../../protocol/permissions.ts';
import type { Page } from './page.ts';

/** Characters of an auth key to which something can be granted, at most. */
export const MAX_KEY_LENGTH = 512;

/** The target of a grant: everything or one name, for everybody or for one auth key. */
export interface GrantTarget {
  readonly resource: ResourceKind | 'subkey';
  /** Empty for everything. */
  readonly name: string;
  readonly authKey: string | undefined;
}

/** Permissions that are in force until they expire. */
export interface Grant extends GrantTarget {
  /** The permissions, as bits. */
  readonly bits: number;
  /**
   * Milliseconds until they expire, by the clock of the store: the whole duration towards the store, and what is left of it
   * when it is read. `undefined`: never.
   */
  readonly ttlMs: number | undefined;
}

/** The look-ups of one request. */
export interface AccessQuery {
  /** Its token. Absent: it has none. */
  readonly tokenId?: string | undefined;
  /** The targets of grants that would permit it. */
  readonly targets: readonly GrantTarget[];
}

/** The result of the look-ups of one request. */
export interface AccessFound {
  readonly isRevoked: boolean;
  /** The grants in force for the targets; others have none. */
  readonly grants: readonly Grant[];
}

/** The limits of grants. */
export interface AccessRules {
  readonly grants: number;
  readonly revokedTokens: number;
  /** Characters of all grants, and of all revoked tokens. Absent: no limit. */
  readonly bytes?: number;
}

/**
 * Grants to auth keys, and revoked tokens. Each change logs a control entry `access` in the same step, so that all origins
 * see it at the same position. What expires does so by the clock of the store.
 */
export interface AccessStore {
  /**
   * Replaces the grants for the same targets, in one atomic step; a grant without bits only removes. One control entry
   * tells of all of them; if nothing changes, there is none.
   * Resolves to `false`, without any change, if there is no room.
   */
  grant(grants: readonly Grant[]): Promise<boolean>;
  /** All that a request asks of the store, in one call. */
  check(query: AccessQuery): Promise<AccessFound>;
  /** The grants in force, in the order of `targetKey`, by which a page begins. */
  grants(page: Page): Promise<readonly Grant[]>;
  /**
   * Revokes a token for so many milliseconds, after which it has expired. Changes nothing of one that is revoked already.
   * Resolves to `false` if there is no room.
   */
  revoke(tokenId: string, ttlMs: number): Promise<boolean>;
}

/** A text that identifies the target of a grant. */
export function targetKey({ resource, name, authKey }: GrantTarget): string {
  // Unambiguous whatever is in a name, since its length comes first.
  return `${resource}:${name.length}:${name}${authKey === undefined ? '' : `:${authKey}`}`;
}
