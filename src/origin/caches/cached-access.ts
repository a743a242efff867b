import type { Clock } from '../../protocol/clock.ts';
import {
  type AccessFound,
  type AccessQuery,
  type AccessStore,
  type Grant,
  type GrantTarget,
  targetKey,
} from '../store/access.ts';
import type { Room } from '../store/budget.ts';
import type { Page } from '../store/page.ts';
import type { CacheOptions } from './cached-groups.ts';
import { ReadCache } from './read-cache.ts';

/** What the store said about a token, or about a target: also that there is nothing. */
interface Known {
  readonly isRevoked?: boolean;
  readonly grant?: Grant | undefined;
  /** The time before it was read, in milliseconds since the Unix epoch. */
  readonly readAt: number;
}

// No target begins so.
const tokenKey = (tokenId: string) => `token:${tokenId}`;

/** Grants and revoked tokens that are read once, until any of them changes. */
export class CachedAccess implements AccessStore {
  readonly #store: AccessStore;
  readonly #clock: Clock;
  readonly #cache: ReadCache<Known>;

  constructor(store: AccessStore, clock: Clock, options: CacheOptions) {
    this.#store = store;
    this.#clock = clock;
    this.#cache = new ReadCache({ ...options, weigh, isFresh: (known) => this.#isFresh(known) });
  }

  /** The tokens and targets that are kept. */
  get kept(): number {
    return this.#cache.size;
  }

  async check({ tokenId, targets }: AccessQuery): Promise<AccessFound> {
    const byKey = new Map(targets.map((target) => [targetKey(target), target]));
    const token = tokenId === undefined ? undefined : tokenKey(tokenId);
    const keys = token === undefined ? [...byKey.keys()] : [token, ...byKey.keys()];
    const found = await this.#cache.get(keys, (missing) => this.#read(missing, tokenId, byKey));
    const now = this.#clock.now();
    const grants: Grant[] = [];
    for (const key of byKey.keys()) {
      const { grant, readAt = now } = found.get(key) ?? {};
      if (!grant) continue;
      const { ttlMs } = grant;
      grants.push(ttlMs === undefined ? grant : { ...grant, ttlMs: ttlMs - (now - readAt) });
    }
    return { isRevoked: token !== undefined && found.get(token)?.isRevoked === true, grants };
  }

  grants(page: Page): Promise<readonly Grant[]> {
    return this.#store.grants(page);
  }

  async grant(grants: readonly Grant[]): Promise<boolean> {
    try {
      return await this.#store.grant(grants);
    } finally {
      // The log's entry of the change may come later, and after an error the outcome is unknown.
      this.clear();
    }
  }

  async revoke(tokenId: string, ttlMs: number): Promise<boolean> {
    try {
      return await this.#store.revoke(tokenId, ttlMs);
    } finally {
      this.clear();
    }
  }

  /** A grant or a revoked token has changed. */
  clear(): void {
    this.#cache.clear();
  }

  /** Nothing is kept while changes are not heard of. */
  setLive(isLive: boolean): void {
    this.#cache.setLive(isLive);
  }

  async #read(
    keys: readonly string[],
    tokenId: string | undefined,
    byKey: ReadonlyMap<string, GrantTarget>,
  ): Promise<ReadonlyMap<string, Known>> {
    // What is left of a grant was measured later: it never seems to last longer than it does.
    const readAt = this.#clock.now();
    const targets = keys.map((key) => byKey.get(key)).filter((target) => target !== undefined);
    const isAsked = targets.length < keys.length;
    const { isRevoked, grants } = await this.#store.check({
      tokenId: isAsked ? tokenId : undefined,
      targets,
    });
    const granted = new Map(grants.map((grant) => [targetKey(grant), grant]));
    return new Map(
      keys.map((key) => [key, byKey.has(key) ? { grant: granted.get(key), readAt } : { isRevoked, readAt }]),
    );
  }

  // A clock that was set back would let grants last longer.
  #isFresh({ grant, readAt }: Known): boolean {
    const age = this.#clock.now() - readAt;
    return age >= 0 && age < (grant?.ttlMs ?? Number.POSITIVE_INFINITY);
  }
}

function weigh(key: string): Room {
  return { entries: 1, bytes: key.length };
}
