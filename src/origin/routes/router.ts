import { authorize } from '../access/authorize.ts';
import { type Answer, balancerRefusal, malformed, notFound } from '../http/answer.ts';
import type { Operation } from '../http/dispatch.ts';
import { decode, parseTarget, type RequestLine, type Target } from '../http/request.ts';
import type { Call, Route, Services } from './route.ts';

/** A route that matches a request. */
export interface Match {
  readonly route: Route;
  /** A segment of the path by its name in the route. */
  segment(name: string): string;
}

interface Compiled {
  readonly route: Route;
  /** A literal, or `undefined` for any segment. */
  readonly literals: readonly (string | undefined)[];
  /** Position by name. */
  readonly names: ReadonlyMap<string, number>;
}

const KEY = '{subscribeKey}';
const NAMED = /^\{(\w+)\}$/;
// The publish family answers a path that does not match as malformed, not as unknown.
const PUBLISH_FAMILY = new Set(['publish', 'signal']);

/** Looks up operations by their routes. Each checks permissions first, if the keyset needs them. */
export function operationFinder(
  routes: readonly Route[],
  services: Services,
): (line: RequestLine) => Operation {
  const router = new Router(routes);
  const { limits, shards } = services;
  return ({ method, target }) => {
    const parsed = parseTarget(target, limits.parameters);
    const { route, segment } = router.match(method, parsed);
    const { query } = parsed;
    const hasKey = route.path.includes(KEY);
    return {
      name: route.operation,
      bodyBytes: route.bodyBytes?.(limits) ?? limits.bodyBytes,
      streamsBody: route.streamsBody === true,
      async run(request) {
        const call = { request, services, query, segment };
        if (!hasKey) return route.handle(call);
        return shards.during(segment('subscribeKey'), () => permitted(route, call));
      },
    };
  };
}

async function permitted(route: Route, call: Call): Promise<Answer> {
  const { services, segment } = call;
  const { keysets, patterns, shards, nextTurn } = services;
  if (keysets.isRestricted(segment('subscribeKey'))) {
    const sources = async () => ({
      store: (await shards.get(segment('subscribeKey'))).access,
      patterns,
      nextTurn,
    });
    await authorize(await route.needs(call), call, sources);
  }
  return route.handle(call);
}

/** Finds the route of a request by its raw path: a name with an encoded slash stays one segment. */
export class Router {
  // By number of segments and the first of them, so that a request is compared with few routes.
  readonly #routes: ReadonlyMap<string, readonly Compiled[]>;

  constructor(routes: readonly Route[]) {
    this.#routes = Map.groupBy(routes.map(compile), ({ literals }) => bucket(literals.length, literals[0]));
  }

  /** Throws a `Refusal` if there is none, or none for this method. */
  match(method: string, { path, segments }: Target): Match {
    const routes = this.#routes.get(bucket(segments.length, segments[0])) ?? [];
    const matching = routes.filter(({ literals }) => matches(literals, segments));
    const found = matching.find(({ route }) => route.method === method);
    if (found) return { route: found.route, segment: (name) => segmentOf(found, name, segments) };
    if (matching.length > 0) throw wrongMethod(matching);
    throw PUBLISH_FAMILY.has(segments[0] ?? '') ? malformed() : notFound(path);
  }
}

function wrongMethod(matching: readonly Compiled[]): Error {
  const allow = [...new Set(matching.map(({ route }) => route.method)), 'OPTIONS'].join(', ');
  return balancerRefusal(405, 'Method Not Allowed', { allow });
}

function compile(route: Route): Compiled {
  const segments = route.path.split('/').slice(1);
  const nameOf = (segment: string) => NAMED.exec(segment)?.[1];
  const names = new Map<string, number>();
  for (const [index, segment] of segments.entries()) {
    const name = nameOf(segment);
    if (name !== undefined) names.set(name, index);
  }
  return { route, names, literals: segments.map((segment) => (nameOf(segment) ? undefined : segment)) };
}

function bucket(length: number, first: string | undefined): string {
  return `${length}/${first}`;
}

function matches(literals: readonly (string | undefined)[], segments: readonly string[]): boolean {
  return literals.every((literal, index) => literal === undefined || literal === segments[index]);
}

function segmentOf({ route, names }: Compiled, name: string, segments: readonly string[]): string {
  const segment = segments[names.get(name) ?? -1];
  if (segment === undefined) throw new Error(`The route of ${route.operation} has no segment "${name}".`);
  return decode(segment);
}
