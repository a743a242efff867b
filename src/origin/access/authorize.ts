import { PERMISSION_BITS, type Permission, type ResourceKind } from '../../protocol/permissions.ts';
import { accessRefusal } from '../http/answer.ts';
import { type AccessStore, type GrantTarget, MAX_KEY_LENGTH, targetKey } from '../store/access.ts';
import { type NextTurn, Turns } from '../turns.ts';
import { isWildcardName, namesCovering } from '../wildcards.ts';
import { type PatternCache, PatternError } from './pattern.ts';
import { type AuthContext, signerOf } from './signature.ts';
import { expiryOf, looksLikeToken, readToken, type SignedToken, TOKEN_KINDS } from './token.ts';

/** A permission that a request needs on each of the names, if the keyset asks for permissions. */
export interface Need {
  readonly resource: ResourceKind;
  readonly names: readonly string[];
  readonly permission: Permission;
}

/** The stores and caches that permissions are looked up in. */
export interface AccessSources {
  readonly store: AccessStore;
  readonly patterns: PatternCache;
  readonly nextTurn: NextTurn;
}

// Instructions by characters: about as many as pass in 10 ms.
const SLICE = 300_000;
// The same that patterns may take for one request.
const MAX_STEPS = 30_000_000;
// Looking up one grant, in the same units.
const LOOKUP_STEPS = 50;

/**
 * Stands for all names, as in a list of everything. It is permitted by a grant on the whole key, a grant on this name,
 * or a pattern that obviously matches everything.
 */
export const ALL_NAMES = '*';

/** The target of a grant on everything of a subscribe key, to everybody. */
export const WHOLE_KEY: GrantTarget = { resource: 'subkey', name: '', authKey: undefined };

// The kinds of name, as refusals spell them.
const REFUSED_AS = { channels: 'channels', groups: 'channel-groups', uuids: 'uuids' } as const;

/**
 * Lets a request pass that is signed, or whose credentials have all the permissions it needs. Throws a `Refusal`
 * otherwise, which lists the names without permission (docs/reference/protocol.md, "Access Manager").
 */
export async function authorize(
  needs: readonly Need[],
  context: AuthContext,
  sources: () => Promise<AccessSources>,
): Promise<void> {
  if (needs.every(({ names }) => names.length === 0)) return;
  if (context.query.text('signature') !== undefined) return void (await signerOf(context));
  const credentials = await Credentials.of(context, await sources());
  const refused = await credentials.refused(needs);
  if (refused.length > 0) throw accessRefusal(403, 'Forbidden', namesByKind(refused));
}

function namesByKind(refused: readonly Wanted[]): Record<string, readonly string[]> {
  const kinds = Map.groupBy(refused, ({ resource }) => REFUSED_AS[resource]);
  const names = Array.from(kinds, ([kind, of]) => [kind, [...new Set(of.map(({ name }) => name))]] as const);
  return Object.fromEntries(names);
}

/** What a request has brought. */
interface Given {
  readonly signed?: SignedToken;
  readonly isForeign?: boolean;
  readonly authKey?: string;
}

/** A name on which a request needs a permission, with the grants that would give it. */
interface Wanted {
  readonly resource: ResourceKind;
  readonly name: string;
  readonly bit: number;
  readonly targets: readonly GrantTarget[];
}

/** The permissions of an unsigned request: the grants to everybody, and those of its token or auth key. */
class Credentials {
  readonly #sources: AccessSources;
  readonly #signed: SignedToken | undefined;
  /** The token is another user's. */
  readonly #isForeign: boolean;
  readonly #authKey: string | undefined;
  readonly #turns: Turns;
  #steps = 0;

  private constructor(sources: AccessSources, given: Given) {
    this.#sources = sources;
    this.#signed = given.signed;
    this.#isForeign = given.isForeign ?? false;
    this.#authKey = given.authKey;
    this.#turns = new Turns(sources.nextTurn, SLICE);
  }

  /** Throws a `Refusal` for a token that is forged or expired. */
  static async of(
    { query, services, subscribeKey }: AuthContext,
    sources: AccessSources,
  ): Promise<Credentials> {
    const auth = query.text('auth');
    if (auth === undefined || !looksLikeToken(auth)) {
      // Nothing can be granted to a longer key.
      return new Credentials(
        sources,
        auth !== undefined && auth.length <= MAX_KEY_LENGTH ? { authKey: auth } : {},
      );
    }
    const signers = services.keysets.signersOf(subscribeKey);
    const signed = await readToken(
      auth,
      signers.map(({ secret }) => secret),
    );
    if (!signed) throw accessRefusal(403, 'Invalid token');
    if (expiryOf(signed.token) <= services.clock.now()) throw accessRefusal(403, 'Token is expired.');
    const { user } = signed.token;
    return new Credentials(sources, { signed, isForeign: user !== undefined && user !== query.text('uuid') });
  }

  /**
   * The names without their permission. The store is asked once: for the token, and for the grants on all names that the
   * token does not cover. Throws a `Refusal` for a token that is revoked or another user's.
   */
  async refused(needs: readonly Need[]): Promise<readonly Wanted[]> {
    const wanted = this.#isForeign ? [] : await this.#beyondToken(needs);
    const targets = new Map(
      wanted.flatMap((one) => one.targets.map((target) => [targetKey(target), target])),
    );
    const tokenId = this.#signed?.id;
    if (tokenId === undefined && targets.size === 0) return [];
    const { isRevoked, grants } = await this.#sources.store.check({
      tokenId,
      targets: [...targets.values()],
    });
    if (isRevoked) throw accessRefusal(403, 'Token is revoked');
    if (this.#isForeign) throw accessRefusal(403, 'Token is for another user');
    if (grants.length === 0) return wanted;
    const bits = new Map(grants.map((grant) => [targetKey(grant), grant.bits]));
    return wanted.filter(
      (one) => !one.targets.some((target) => ((bits.get(targetKey(target)) ?? 0) & one.bit) !== 0),
    );
  }

  // The names on which the token alone does not give the permission.
  async #beyondToken(needs: readonly Need[]): Promise<readonly Wanted[]> {
    const wanted: Wanted[] = [];
    for (const { resource, names, permission } of needs) {
      const bit = PERMISSION_BITS[permission];
      for (const name of new Set(names)) {
        if (await this.#tokenAllows(resource, name, bit)) continue;
        const targets = targetsOver(resource, name, this.#authKey);
        wanted.push({ resource, name, bit, targets });
        if (this.#turns.isOver(targets.length * LOOKUP_STEPS)) await this.#turns.next();
      }
    }
    return wanted;
  }

  async #tokenAllows(resource: ResourceKind, name: string, bit: number): Promise<boolean> {
    const token = this.#signed?.token;
    if (!token) return false;
    const exact = token.resources.get(TOKEN_KINDS[resource])?.get(name) ?? 0;
    if ((exact & bit) !== 0) return true;
    for (const [text, bits] of token.patterns.get(TOKEN_KINDS[resource]) ?? []) {
      if ((bits & bit) !== 0 && (await this.#matches(text, resource, name))) return true;
    }
    return false;
  }

  async #matches(text: string, resource: ResourceKind, name: string): Promise<boolean> {
    try {
      const pattern = await this.#sources.patterns.compile(text);
      await this.#spend(pattern.size * (name.length + 1));
      if (name === ALL_NAMES) return pattern.matchesAll;
      const isWildcard = resource === 'channels' && isWildcardName(name);
      return isWildcard ? pattern.covers(name) : pattern.matches(name);
    } catch (error) {
      // A pattern that this origin would not have granted matches nothing.
      if (error instanceof PatternError) return false;
      throw error;
    }
  }

  // The time of a pattern is its size by the length of the name, for each name of the request.
  async #spend(steps: number): Promise<void> {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS) throw accessRefusal(400, "Too Many Names for the token's patterns");
    if (this.#turns.isOver(steps)) await this.#turns.next();
  }
}

// The targets whose grants cover a name: the name, the wildcards that cover it, and the whole key.
function targetsOver(
  resource: ResourceKind,
  name: string,
  authKey: string | undefined,
): readonly GrantTarget[] {
  const names = resource === 'channels' ? namesCovering(name) : [name];
  const keys = authKey === undefined ? [undefined] : [undefined, authKey];
  return [WHOLE_KEY, ...names.flatMap((one) => keys.map((key) => ({ resource, name: one, authKey: key })))];
}
