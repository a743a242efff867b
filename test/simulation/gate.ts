import type { ServerAnswer } from './server.ts';
import type { RequestFacts } from './wire.ts';

/** The channels and groups that a refusal blames. */
export function blamedIn({ status, body }: ServerAnswer): readonly string[] {
  if (status !== 403 || !body.startsWith('{')) return [];
  const { payload = {} } = JSON.parse(body);
  return [payload.channels ?? [], payload['channel-groups'] ?? []].flat();
}

/** What stands before an origin and refuses: access rules, and the length of addresses. */
export class Gate {
  #denied: ReadonlySet<string> = new Set();
  #names = true;
  #uriLimit = { bytes: Number.POSITIVE_INFINITY, status: 414 };

  /** Refuses requests with these names; the answer says which, or does not. */
  deny(names: readonly string[], how: 'named' | 'unnamed'): void {
    this.#denied = new Set(names);
    this.#names = how === 'named';
  }

  /** Refuses addresses that are longer, as a proxy does: with a page. */
  limit(bytes: number, status: number): void {
    this.#uriLimit = { bytes, status };
  }

  /** A rule of its own: an answer in the origin's place, or `'hang'`. */
  rule: (facts: RequestFacts, target: string) => ServerAnswer | 'hang' | undefined = () => undefined;

  /** Refuses nothing from now on. */
  open(): void {
    this.rule = () => undefined;
    this.#denied = new Set();
    this.#uriLimit = { bytes: Number.POSITIVE_INFINITY, status: 414 };
  }

  /** The refusal of a request, if it is refused. */
  refusal(facts: RequestFacts, target: string): ServerAnswer | 'hang' | undefined {
    const ruled = this.rule(facts, target);
    if (ruled) return ruled;
    const { kind, channels, groups } = facts;
    const { bytes, status } = this.#uriLimit;
    if (kind !== 'handshake' && kind !== 'poll' && kind !== 'question') return undefined;
    if (target.length > bytes) return { status, body: '<html><h1>Request-URI Too Large</h1></html>' };
    const denied = (names: readonly string[]) => names.filter((name) => this.#denied.has(name));
    const named = { channels: denied(channels), 'channel-groups': denied(groups) };
    if (named.channels.length + named['channel-groups'].length === 0) return undefined;
    const body = {
      message: 'Forbidden',
      ...(this.#names && { payload: named }),
      error: true,
      service: 'Access Manager',
      status: 403,
    };
    return { status: 403, body: JSON.stringify(body) };
  }
}
