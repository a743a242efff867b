import type { Clock } from '../../../protocol/clock.ts';
import type { AccessRules, AccessStore, Grant, GrantTarget } from '../access.ts';

const NO_LIMITS: AccessRules = {
  grants: Number.POSITIVE_INFINITY,
  revokedTokens: Number.POSITIVE_INFINITY,
};

/** The grants and revoked tokens of one shard, in memory. What has expired is dropped when room is needed. */
export class MemoryAccess implements AccessStore {
  readonly #clock: Clock;
  readonly #rules: AccessRules;
  readonly #grants = new Map<string, Grant>();
  /** Expiry times by token. */
  readonly #revoked = new Map<string, number>();

  constructor(clock: Clock, rules: AccessRules = NO_LIMITS) {
    this.#clock = clock;
    this.#rules = rules;
  }

  async grant(grants: readonly Grant[]): Promise<boolean> {
    const added = new Set(grants.filter(({ bits }) => bits !== 0).map(keyOf));
    const more = () => [...added].filter((key) => !this.#grants.has(key)).length;
    if (this.#grants.size + more() > this.#rules.grants) this.#dropExpiredGrants();
    if (this.#grants.size + more() > this.#rules.grants) return false;
    for (const grant of grants) {
      if (grant.bits === 0) this.#grants.delete(keyOf(grant));
      else this.#grants.set(keyOf(grant), grant);
    }
    return true;
  }

  async granted(targets: readonly GrantTarget[]): Promise<readonly Grant[]> {
    return targets.flatMap((target) => {
      const grant = this.#grants.get(keyOf(target));
      return grant && this.#isInForce(grant) ? [grant] : [];
    });
  }

  async grants(): Promise<readonly Grant[]> {
    this.#dropExpiredGrants();
    return [...this.#grants.values()];
  }

  async revoke(tokenId: string, expires: number): Promise<boolean> {
    if (this.#revoked.size >= this.#rules.revokedTokens) this.#dropExpiredTokens();
    if (this.#revoked.size >= this.#rules.revokedTokens && !this.#revoked.has(tokenId)) return false;
    this.#revoked.set(tokenId, expires);
    return true;
  }

  async isRevoked(tokenId: string): Promise<boolean> {
    return this.#revoked.has(tokenId);
  }

  #isInForce({ expires }: Grant): boolean {
    return expires === undefined || expires > this.#clock.now();
  }

  #dropExpiredGrants(): void {
    for (const [key, grant] of this.#grants) if (!this.#isInForce(grant)) this.#grants.delete(key);
  }

  #dropExpiredTokens(): void {
    const now = this.#clock.now();
    for (const [token, expires] of this.#revoked) if (expires <= now) this.#revoked.delete(token);
  }
}

function keyOf({ resource, name, authKey }: GrantTarget): string {
  return JSON.stringify([resource, name, authKey ?? null]);
}
