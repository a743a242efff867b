import { PERMISSION_BITS, type ResourceKind } from '../../protocol/permissions.ts';
import { accessRefusal } from '../http/refusals.ts';
import { ALL_NAMES } from '../routes/needs.ts';
import type { Call, Need } from '../routes/route.ts';
import type { AccessStore } from '../store/access.ts';
import { PatternError } from './pattern/parse.ts';
import { Pattern } from './pattern/pattern.ts';
import { targetsOver } from './targets.ts';
import { expiryOf, looksLikeToken, readToken, TOKEN_KINDS, type Token } from './token.ts';

/** What a request may do without a signature: what everybody may, and what its token or auth key allows. */
export class Bearer {
  readonly #store: AccessStore;
  readonly #token: Token | undefined;
  readonly #authKey: string | undefined;
  readonly #patterns = new Map<ResourceKind, readonly GrantedPattern[]>();

  private constructor(store: AccessStore, token: Token | undefined, authKey: string | undefined) {
    this.#store = store;
    this.#token = token;
    this.#authKey = authKey;
  }

  /** Reads what a request brings. Throws a `Refusal` for a token that is forged, expired, revoked or another user's. */
  static async of({ query, services, segment }: Call, store: AccessStore): Promise<Bearer> {
    const auth = query.text('auth');
    if (auth === undefined || !looksLikeToken(auth)) return new Bearer(store, undefined, auth);
    const signers = services.keysets.signersOf(segment('subscribeKey'));
    const signed = await readToken(
      auth,
      signers.map(({ secret }) => secret),
    );
    if (!signed) throw accessRefusal(403, 'Invalid token');
    const { token, id } = signed;
    if (expiryOf(token) <= services.clock.now()) throw accessRefusal(403, 'Token is expired.');
    if (await store.isRevoked(id)) throw accessRefusal(403, 'Token is revoked');
    if (token.user !== undefined && token.user !== query.text('uuid'))
      throw accessRefusal(403, 'Token is for another user');
    return new Bearer(store, token, undefined);
  }

  /** The names for which a permission is missing. */
  async refused({ resource, names, permission }: Need): Promise<readonly string[]> {
    const bit = PERMISSION_BITS[permission];
    const refused: string[] = [];
    for (const name of new Set(names)) {
      if (!this.#tokenAllows(resource, name, bit) && !(await this.#isGranted(resource, name, bit)))
        refused.push(name);
    }
    return refused;
  }

  #tokenAllows(resource: ResourceKind, name: string, bit: number): boolean {
    const exact = this.#token?.resources.get(TOKEN_KINDS[resource])?.get(name) ?? 0;
    if ((exact & bit) !== 0) return true;
    return this.#patternsOf(resource).some(
      ({ bits, pattern }) =>
        (bits & bit) !== 0 && (name === ALL_NAMES ? pattern.matchesAll : pattern.matches(name)),
    );
  }

  async #isGranted(resource: ResourceKind, name: string, bit: number): Promise<boolean> {
    const grants = await this.#store.granted(targetsOver(resource, name, this.#authKey));
    return grants.some(({ bits }) => (bits & bit) !== 0);
  }

  #patternsOf(resource: ResourceKind): readonly GrantedPattern[] {
    const patterns = this.#patterns.get(resource) ?? this.#compiled(resource);
    this.#patterns.set(resource, patterns);
    return patterns;
  }

  #compiled(resource: ResourceKind): readonly GrantedPattern[] {
    const texts = this.#token?.patterns.get(TOKEN_KINDS[resource]) ?? [];
    return Array.from(texts).flatMap(([text, bits]) => {
      const pattern = compiled(text);
      return pattern ? [{ pattern, bits }] : [];
    });
  }
}

interface GrantedPattern {
  readonly pattern: Pattern;
  readonly bits: number;
}

// A pattern that this origin would not have granted matches nothing.
function compiled(text: string): Pattern | undefined {
  try {
    return new Pattern(text);
  } catch (error) {
    if (error instanceof PatternError) return undefined;
    throw error;
  }
}
