import { targetOf } from '../origin/http/fetch.ts';
import { parseTarget } from '../origin/http/request.ts';
import { type Match, Router } from '../origin/routes/router.ts';
import { ROUTES } from '../origin/routes/table.ts';
import { nameOf, type RequestName } from './operations.ts';

/** A request as the network reads it, for faults and transcripts. */
export interface TestRequest {
  /** The client's name for it; `unknown` if it is not a request of the protocol. */
  readonly operation: RequestName | 'unknown';
  readonly method: string;
  /** The channels in it, decoded, in order. */
  readonly channels: readonly string[];
  readonly channelGroups: readonly string[];
  /** The user ID of the client. */
  readonly userId: string | undefined;
  readonly subscribeKey: string | undefined;
  /** The access token. */
  readonly token: string | undefined;
  /** `true` for the subscribe request that asks for a first cursor, and is not held. */
  readonly handshake: boolean;
  /** Path and query as sent. */
  readonly target: string;
  /** The path, with names in place of keys, tokens and messages: `/signal/{publishKey}/demo/{signature}/room/…`. */
  readonly path: string;
}

const MAX_PARAMETERS = 1_000;
const NOTHING = { channels: [], channelGroups: [], userId: undefined, subscribeKey: undefined } as const;

export class RequestReader {
  readonly #router = new Router(ROUTES);

  /** Reads a request. Never throws: the operation of an invalid one is `unknown`. */
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
    const { path, query } = parseTarget(target, MAX_PARAMETERS);
    const match = this.#router.match(method, path);
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
      path: pathOf(match, path.split('/').slice(1)),
    };
  }
}

// The parts that may be shown: the path of a publish holds the message, that of a revocation the token.
const SHOWN = new Set(['{subscribeKey}', '{channel}', '{channels}', '{group}', '{uuid}', '{id}']);

function pathOf({ route }: Match, segments: readonly string[]): string {
  const named = route.path.split('/').slice(1);
  return named.map((part, index) => `/${SHOWN.has(part) ? segments[index] : part}`).join('');
}

// An unknown path may hold secrets. Tokens are long.
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
