import { targetOf } from '../origin/http/fetch.ts';
import { parseTarget } from '../origin/http/request.ts';
import { type Match, Router } from '../origin/routes/router.ts';
import { ROUTES } from '../origin/routes/table.ts';
import { nameOf, type RequestName } from './operations.ts';

/** A request as the network understands it: what faults are matched with and transcripts are made of. */
export interface TestRequest {
  /** What the client calls it; `unknown` when the protocol has no such request. */
  readonly operation: RequestName | 'unknown';
  readonly method: string;
  /** The channels it is about, decoded, in their order. */
  readonly channels: readonly string[];
  readonly channelGroups: readonly string[];
  /** Who asks. */
  readonly userId: string | undefined;
  readonly subscribeKey: string | undefined;
  /** The access token. */
  readonly token: string | undefined;
  /** Whether it is a subscribe request that asks for a place to start, and is not held. */
  readonly handshake: boolean;
  /** Path and query as sent. */
  readonly target: string;
  /** The path, with names in place of keys, tokens and messages: `/signal/{publishKey}/demo/{signature}/room/…`. */
  readonly path: string;
}

const MAX_PARAMETERS = 1_000;
const NOTHING = { channels: [], channelGroups: [], userId: undefined, subscribeKey: undefined } as const;

/** Reads requests. */
export class RequestReader {
  readonly #router = new Router(ROUTES);

  /** What a request is. Never throws: what is no request of the protocol is `unknown`. */
  read({ method, url }: { readonly method: string; readonly url: string }): TestRequest {
    const target = targetOf(url);
    try {
      return this.#read(method, target);
    } catch {
      return {
        operation: 'unknown',
        method,
        ...NOTHING,
        token: undefined,
        handshake: false,
        target,
        path: shortened(target),
      };
    }
  }

  #read(method: string, target: string): TestRequest {
    const { query, ...parts } = parseTarget(target, MAX_PARAMETERS);
    const match = this.#router.match(method, { query, ...parts });
    const operation = nameOf(match.route, query);
    return {
      operation,
      method,
      channels: namesIn(segment(match, 'channels') ?? segment(match, 'channel')),
      channelGroups: namesIn(query.text('channel-group') ?? segment(match, 'group')),
      userId: query.text('uuid'),
      subscribeKey: segment(match, 'subscribeKey'),
      token: query.text('auth'),
      handshake: operation === 'subscribe' && (query.text('tt') ?? '0') === '0',
      target,
      path: pathOf(match, parts.segments),
    };
  }
}

// What tells requests apart, and no more: a publish has its message in the path, a revocation the token.
const TOLD = new Set(['{subscribeKey}', '{channel}', '{channels}', '{group}', '{uuid}', '{id}']);

function pathOf({ route }: Match, segments: readonly string[]): string {
  const named = route.path.split('/').slice(1);
  return named.map((part, index) => `/${TOLD.has(part) ? segments[index] : part}`).join('');
}

// Of what is none of the protocol's, nobody knows what is secret in it; tokens are long.
function shortened(target: string): string {
  const [path = ''] = target.split('?');
  return path.replaceAll(/[^/]{65,}/g, '…');
}

function segment({ route, segment: read }: Match, name: string): string | undefined {
  return route.path.includes(`{${name}}`) ? read(name) : undefined;
}

function namesIn(list: string | undefined): readonly string[] {
  return (list ?? '').split(',').filter((name) => name !== '');
}
