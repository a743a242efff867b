import type { Clock } from '../../../protocol/clock.ts';
import {
  type AccessFound,
  type AccessQuery,
  type AccessRules,
  type AccessStore,
  type Grant,
  type GrantTarget,
  targetKey,
} from '../access.ts';
import { Account, type Budget, LiveRoom } from '../budget.ts';
import type { Page } from '../page.ts';
import type { MemoryLog } from './log.ts';
import { SortedMap } from './sorted-map.ts';

/** Grants and revoked tokens without limits. */
const NO_LIMITS: AccessRules = {
  grants: Number.POSITIVE_INFINITY,
  revokedTokens: Number.POSITIVE_INFINITY,
};

/** A grant until it expires. */
interface Kept extends GrantTarget {
  readonly bits: number;
  /** Milliseconds since the Unix epoch; `undefined`: never. */
  readonly expires: number | undefined;
}

/** The grants and revoked tokens of one shard, in memory. What has expired is dropped when room is needed. */
export class MemoryAccess implements AccessStore {
  readonly #log: MemoryLog;
  readonly #clock: Clock;
  readonly #granted: Account;
  readonly #tokens: Account;
  readonly #grants = new SortedMap<Kept>();
  /** Expiry times by token. */
  readonly #revoked = new Map<string, number>();

  constructor(
    log: MemoryLog,
    clock: Clock,
    {
      rules = NO_LIMITS,
      budget,
    }: { readonly rules?: AccessRules | undefined; readonly budget?: Budget | undefined } = {},
  ) {
    this.#log = log;
    this.#clock = clock;
    const granted = new LiveRoom(rules, 'grants', 'bytes');
    const tokens = new LiveRoom(rules, 'revokedTokens', 'bytes');
    this.#granted = new Account({ limits: granted, budget });
    this.#tokens = new Account({ limits: tokens, budget });
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
    const added = new Set(grants.filter(({ bits }) => bits !== 0).map(targetKey));
    if (!this.#hasRoom(added)) this.#dropExpiredGrants();
    if (!this.#hasRoom(added)) return false;
    let changed = false;
    for (const grant of grants) changed = this.#put(grant) || changed;
    if (changed) this.#announce();
    return true;
  }

  async check({ tokenId, targets }: AccessQuery): Promise<AccessFound> {
    const grants = targets.flatMap((target) => this.#inForce(this.#grants.get(targetKey(target))));
    return { isRevoked: tokenId !== undefined && this.#revoked.has(tokenId), grants };
  }

  async grants({ after, limit }: Page): Promise<readonly Grant[]> {
    // A page is as long as it can be: the caller takes a short one for the last.
    const found: Grant[] = [];
    for (let from = after; found.length < limit; ) {
      const kept = this.#grants.page({ after: from, limit: limit - found.length });
      found.push(...kept.flatMap((one) => this.#inForce(one)));
      const last = kept.at(-1);
      if (last === undefined) break;
      from = targetKey(last);
    }
    return found;
  }

  async revoke(tokenId: string, ttlMs: number): Promise<boolean> {
    if (this.#revoked.has(tokenId)) return true;
    if (!this.#tokens.hasRoom(1, tokenId.length)) this.#dropExpiredTokens();
    if (!this.#tokens.hasRoom(1, tokenId.length)) return false;
    this.#tokens.add(1, tokenId.length);
    this.#revoked.set(tokenId, this.#clock.now() + ttlMs);
    this.#announce();
    return true;
  }

  #put({ bits, ttlMs, resource, name, authKey }: Grant): boolean {
    const key = targetKey({ resource, name, authKey });
    if (bits === 0) return this.#forget(key);
    if (!this.#grants.has(key)) this.#granted.add(1, key.length);
    const expires = ttlMs === undefined ? undefined : this.#clock.now() + ttlMs;
    this.#grants.set(key, { resource, name, authKey, bits, expires });
    return true;
  }

  #announce(): void {
    this.#log.appendOne({ channel: '', kind: 'access', data: null });
  }

  #inForce(kept: Kept | undefined): readonly Grant[] {
    if (!kept) return [];
    const { expires, ...grant } = kept;
    const ttlMs = expires === undefined ? undefined : expires - this.#clock.now();
    return ttlMs === undefined || ttlMs > 0 ? [{ ...grant, ttlMs }] : [];
  }

  #dropExpiredGrants(): void {
    for (const [key, kept] of this.#grants) if (this.#inForce(kept).length === 0) this.#forget(key);
  }

  #hasRoom(keys: ReadonlySet<string>): boolean {
    const more = [...keys].filter((key) => !this.#grants.has(key));
    return this.#granted.hasRoom(
      more.length,
      more.reduce((sum, key) => sum + key.length, 0),
    );
  }

  #forget(key: string): boolean {
    const isKnown = this.#grants.delete(key);
    if (isKnown) this.#granted.remove(1, key.length);
    return isKnown;
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
