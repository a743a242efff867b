import type { ResourceKind } from '../../protocol/permissions.ts';

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
  /** Milliseconds since the Unix epoch; absent: never. */
  readonly expires: number | undefined;
}

/** The limits of grants. */
export interface AccessRules {
  readonly grants: number;
  readonly revokedTokens: number;
  /** Characters of all grants, and of all revoked tokens. Absent: no limit. */
  readonly bytes?: number;
}

/** Grants to auth keys, and revoked tokens. */
export interface AccessStore {
  /**
   * Replaces the grants for the same targets, in one atomic step; a grant without bits only removes.
   * Resolves to `false`, without any change, if there is no room.
   */
  grant(grants: readonly Grant[]): Promise<boolean>;
  /** The grants in force for some targets. */
  granted(targets: readonly GrantTarget[]): Promise<readonly Grant[]>;
  /** All grants in force. */
  grants(): Promise<readonly Grant[]>;
  /** Revokes a token until it expires. Resolves to `false` if there is no room. */
  revoke(tokenId: string, expires: number): Promise<boolean>;
  /** Resolves to `true` for a revoked token. */
  isRevoked(tokenId: string): Promise<boolean>;
}
