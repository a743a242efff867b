import {
  type AccessFound,
  type AccessQuery,
  type AccessStore,
  type Grant,
  type GrantTarget,
  targetKey,
} from '../access.ts';
import type { Page } from '../page.ts';
import type { Argument, Calls } from './calls.ts';
import { listOf, numberOf, textOf, textsOf } from './reply.ts';
import type { RedisRules } from './rules.ts';

/** The grants and revoked tokens of one subscribe key, in Redis. What has expired is dropped when room is needed. */
export class RedisAccess implements AccessStore {
  readonly #calls: Calls;
  readonly #rules: RedisRules;

  constructor(calls: Calls, rules: RedisRules) {
    this.#calls = calls;
    this.#rules = rules;
  }

  async grant(grants: readonly Grant[]): Promise<boolean> {
    const args: Argument[] = [...this.#rules.texts.grants];
    for (const { bits, ttlMs, ...target } of grants) {
      args.push(targetKey(target), bits, ttlMs === undefined ? '' : Math.ceil(ttlMs), textOfTarget(target));
    }
    return numberOf(await this.#calls.call('access.grant', args)) === 1;
  }

  async check({ tokenId = '', targets }: AccessQuery): Promise<AccessFound> {
    const [revoked, ...found] = listOf(
      await this.#calls.read('access.check', [tokenId, ...targets.map(targetKey)]),
    );
    return { isRevoked: numberOf(revoked) === 1, grants: found.map(textOf).flatMap(grantIn) };
  }

  async grants({ after = '', limit }: Page): Promise<readonly Grant[]> {
    // A page is as long as it can be: the caller takes a short one for the last.
    const found: Grant[] = [];
    for (let from = after; ; ) {
      const [hasMore, last, texts] = listOf(
        await this.#calls.read('access.grants', [limit - found.length, from]),
      );
      found.push(...textsOf(texts).flatMap(grantIn));
      if (numberOf(hasMore) !== 1) return found;
      from = textOf(last);
    }
  }

  async revoke(tokenId: string, ttlMs: number): Promise<boolean> {
    const args = [...this.#rules.texts.revokedTokens, tokenId, Math.ceil(ttlMs)];
    return numberOf(await this.#calls.call('access.revoke', args)) === 1;
  }
}

function textOfTarget({ resource, name, authKey = null }: GrantTargetText): string {
  return JSON.stringify([resource, name, authKey]);
}

interface GrantTargetText extends Omit<GrantTarget, 'authKey'> {
  readonly authKey?: string | null | undefined;
}

// Bits, what is left of the milliseconds, and the target; nothing where there is no grant.
function grantIn(text: string): readonly Grant[] {
  const [, bits = '', left = '', json = ''] = /^(\d+) (\S+) (.*)$/s.exec(text) ?? [];
  if (json === '') return [];
  // What `textOfTarget` has written, and nobody else writes.
  const [resource, name, authKey] = JSON.parse(json) as [GrantTarget['resource'], string, string | null];
  const ttlMs = left === '-' ? undefined : Number(left);
  return [{ resource, name, authKey: authKey ?? undefined, bits: Number(bits), ttlMs }];
}
