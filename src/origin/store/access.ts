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
}

/** Grants to auth keys, and the tokens that were revoked before their time. */
export interface AccessStore {
  /**
   * Puts grants in the place of those for the same targets, in one atomic step; one without bits only takes away.
   * Resolves to whether there was room: if not, nothing has changed.
   */
  grant(grants: readonly Grant[]): Promise<boolean>;
  /** The grants in force for some targets. */
  granted(targets: readonly GrantTarget[]): Promise<readonly Grant[]>;
  /** All grants in force. */
  grants(): Promise<readonly Grant[]>;
  /** Remembers that a token is revoked until it expires. Resolves to whether there was room. */
  revoke(tokenId: string, expires: number): Promise<boolean>;
  /** Whether a token is revoked. */
  isRevoked(tokenId: string): Promise<boolean>;
}
