import type { Clock } from '../../../protocol/clock.ts';
import type { AccessRules, AccessStore, Grant, GrantTarget } from '../access.ts';

import { Account, type Budget } from '../budget.ts';

const NO_LIMITS: AccessRules = {
  grants: Number.POSITIVE_INFINITY,
  revokedTokens: Number.POSITIVE_INFINITY,
};

/** The grants and revoked tokens of one shard, in memory. What has expired is dropped when room is needed. */
export class MemoryAccess implements AccessStore {
  readonly #clock: Clock;
  readonly #granted: Account;
  readonly #tokens: Account;
  readonly #grants = new Map<string, Grant>();
  /** Expiry times by token. */
  readonly #revoked = new Map<string, number>();

  constructor(clock: Clock, rules: AccessRules = NO_LIMITS, budget?: Budget) {
    this.#clock = clock;
    const bytes = rules.bytes ?? Number.POSITIVE_INFINITY;
    this.#granted = new Account({ limits: { entries: rules.grants, bytes }, budget });
    this.#tokens = new Account({ limits: { entries: rules.revokedTokens, bytes }, budget });
  }

  /** Grants and revoked tokens. */
  get size(): number {
    return this.#granted.entries + this.#tokens.entries;
  }

  /** Gives back all room: the grants are used no more. */
  clear(): void {
    this.#granted.clear();
    this.#tokens.clear();
  }

  async grant(grants: readonly Grant[]): Promise<boolean> {
    const added = new Set(grants.filter(({ bits }) => bits !== 0).map(keyOf));
    if (!this.#hasRoom(added)) this.#dropExpiredGrants();
    if (!this.#hasRoom(added)) return false;
    for (const grant of grants) {
      const key = keyOf(grant);
      if (grant.bits === 0) this.#forget(key);
      else {
        if (!this.#grants.has(key)) this.#granted.add(1, key.length);
        this.#grants.set(key, grant);
      }
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
    if (this.#revoked.has(tokenId)) return true;
    if (!this.#tokens.hasRoom(1, tokenId.length)) this.#dropExpiredTokens();
    if (!this.#tokens.hasRoom(1, tokenId.length)) return false;
    this.#tokens.add(1, tokenId.length);
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
    for (const [key, grant] of this.#grants) if (!this.#isInForce(grant)) this.#forget(key);
  }

  #hasRoom(keys: ReadonlySet<string>): boolean {
    const more = [...keys].filter((key) => !this.#grants.has(key));
    return this.#granted.hasRoom(
      more.length,
      more.reduce((sum, key) => sum + key.length, 0),
    );
  }

  #forget(key: string): void {
    if (this.#grants.delete(key)) this.#granted.remove(1, key.length);
  }

  #dropExpiredTokens(): void {
    const now = this.#clock.now();
    for (const [token, expires] of this.#revoked) {
      if (expires > now) continue;
      this.#revoked.delete(token);
      this.#tokens.remove(1, token.length);
    }
  }
}

function keyOf({ resource, name, authKey }: GrantTarget): string {
  return JSON.stringify([resource, name, authKey ?? null]);
}
