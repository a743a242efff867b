import { authorize } from '../access/authorize.ts';
import { type Answer, balancerRefusal, malformed, notFound } from '../http/answer.ts';
import type { Operation } from '../http/dispatch.ts';
import type { Held } from '../http/held.ts';
import {
  decode,
  type OriginRequest,
  parseTarget,
  type Query,
  type RequestLine,
  type Target,
} from '../http/request.ts';
import type { ServiceSet } from '../services.ts';
import type { Usage } from '../shard-usage.ts';
import type { Soon } from '../soon.ts';
import type { Call, Route, Services } from './route.ts';

/** A route that matches a request. */
export interface Match {
  readonly route: Route;
  /** A segment of the path by its name in the route, decoded. */
  segment(name: string): string;
}

interface Compiled {
  readonly route: Route;
  /** A literal, or `undefined` for any segment. */
  readonly literals: readonly (string | undefined)[];
  /** Position by name. */
  readonly names: ReadonlyMap<string, number>;
  /** Its path has a subscribe key. */
  readonly hasKey: boolean;
}

const KEY = '{subscribeKey}';
const NAMED = /^\{(\w+)\}$/;
// The publish family answers a path that does not match as malformed, not as unknown.
const PUBLISH_FAMILY = new Set(['publish', 'signal']);

/** Looks up operations by their routes. Each checks permissions first, if the keyset needs them. */
export function operationFinder(
  routes: readonly Route[],
  current: () => ServiceSet,
): (line: RequestLine) => Operation {
  const router = new Router(routes);
  return ({ method, target }) => {
    const services = current();
    const { path, query } = parseTarget(target, services.base.limits.parameters);
    const compiled = router.find(method, path);
    const own = compiled.hasKey
      ? services.of(() => segmentOf(compiled, 'subscribeKey', path))
      : services.base;
    return new Routed(compiled, { path, query }, own);
  };
}

/** A request on its route: little more than its path and query, since every parked poll has one. */
class Routed implements Operation {
  readonly #compiled: Compiled;
  readonly #path: string;
  readonly query: Query;
  readonly services: Services;
  #request: OriginRequest | undefined;
  /** Its shard stays open. */
  #usage: Usage | undefined;
  /** Bytes of the process's memory that it has taken. */
  #kept = 0;

  constructor(compiled: Compiled, { path, query }: Target, services: Services) {
    this.#compiled = compiled;
    this.#path = path;
    this.query = query;
    this.services = services;
  }

  get name(): string {
    return this.#compiled.route.operation;
  }

  get bodyBytes(): number {
    const { limits } = this.services;
    return this.#compiled.route.bodyBytes?.(limits) ?? limits.bodyBytes;
  }

  get streamsBody(): boolean {
    return this.#compiled.route.streamsBody === true;
  }

  get request(): OriginRequest {
    if (!this.#request) throw new Error('The request has not begun.');
    return this.#request;
  }

  get unavailable(): Answer | undefined {
    return this.#compiled.route.unavailable;
  }

  // Read once, for a request that has begun.
  get subscribeKey(): string {
    return this.#usage?.subscribeKey ?? this.segment('subscribeKey');
  }

  // Made when it is needed: a function of each parked poll would be kept.
  get segment(): (name: string) => string {
    return (name) => segmentOf(this.#compiled, name, this.#path);
  }

  run(request: OriginRequest): Soon<Answer | Held> {
    this.#request = request;
    const { route, hasKey } = this.#compiled;
    if (!hasKey) return route.handle(this);
    this.#usage = this.services.shards.begin(this.subscribeKey);
    if (!this.services.keysets.isRestricted(this.subscribeKey)) return route.handle(this);
    return permitted(route, this);
  }

  // A signature was made with the secret key for one moment. For as long as the key holds, so does what it has signed.
  recheck(): Promise<void> | undefined {
    const isFree = !this.services.keysets.isRestricted(this.subscribeKey);
    if (isFree || this.query.text('signature') !== undefined) return undefined;
    return permit(this.#compiled.route, this);
  }

  keep(bytes: number, more: number): void {
    const { held } = this.services.shards;
    const growth = bytes - this.#kept;
    if (!held.hasRoom(0, growth + more)) throw noRoom();
    held.add(0, growth);
    this.#kept = bytes;
  }

  end(): void {
    const usage = this.#usage;
    const { shards } = this.services;
    shards.held.remove(0, this.#kept);
    this.#usage = undefined;
    this.#kept = 0;
    if (usage) shards.end(usage);
  }
}

function noRoom(): Error {
  return balancerRefusal(503, 'Service Unavailable', { 'retry-after': '1' });
}

async function permitted(route: Route, call: Call): Promise<Answer | Held> {
  await permit(route, call);
  return route.handle(call);
}

async function permit(route: Route, call: Call): Promise<void> {
  const { services, subscribeKey } = call;
  const { patterns, shards, nextTurn } = services;
  const sources = async () => ({
    store: (await shards.get(subscribeKey)).access,
    patterns,
    nextTurn,
  });
  await authorize(await route.needs(call), call, sources);
}

/** Finds the route of a request by its raw path: a name with an encoded slash stays one segment. */
export class Router {
  // By number of segments and the first of them, so that a request is compared with few routes.
  readonly #routes: ReadonlyMap<string, readonly Compiled[]>[] = [];

  constructor(routes: readonly Route[]) {
    const byLength = Map.groupBy(routes.map(compile), ({ literals }) => literals.length);
    for (const [length, some] of byLength)
      this.#routes[length] = Map.groupBy(some, ({ literals }) => literals[0] ?? '');
  }

  /** Throws a `Refusal` if there is none, or none for this method. */
  match(method: string, path: string): Match {
    const compiled = this.find(method, path);
    return { route: compiled.route, segment: (name) => segmentOf(compiled, name, path) };
  }

  /** As `match`. */
  find(method: string, path: string): Compiled {
    const first = segmentAt(path, 0);
    const routes = this.#routes[segmentsOf(path)]?.get(first) ?? [];
    for (const compiled of routes)
      if (compiled.route.method === method && matches(compiled.literals, path)) return compiled;
    const others = routes.filter(({ literals }) => matches(literals, path));
    if (others.length > 0) throw wrongMethod(others);
    throw PUBLISH_FAMILY.has(first) ? malformed() : notFound(path);
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
  const literals = segments.map((segment) => (nameOf(segment) ? undefined : segment));
  return { route, names, literals, hasKey: route.path.includes(KEY) };
}

// A path is looked at as it is: a list of its segments would be made for each request.
function matches(literals: readonly (string | undefined)[], path: string): boolean {
  let start = 1;
  for (const literal of literals) {
    const end = endOf(path, start);
    if (literal !== undefined && !(end - start === literal.length && path.startsWith(literal, start)))
      return false;
    start = end + 1;
  }
  return true;
}

// Of a path that begins with a slash, as all do.
function segmentsOf(path: string): number {
  let count = 0;
  for (let start = 1; start <= path.length; start = endOf(path, start) + 1) count++;
  return count;
}

function segmentAt(path: string, index: number): string {
  let start = 1;
  for (let left = index; left > 0; left--) start = endOf(path, start) + 1;
  return path.slice(start, endOf(path, start));
}

function endOf(path: string, start: number): number {
  const end = path.indexOf('/', start);
  return end < 0 ? path.length : end;
}

function segmentOf({ route, names }: Compiled, name: string, path: string): string {
  const index = names.get(name);
  if (index === undefined) throw new Error(`The route of ${route.operation} has no segment "${name}".`);
  return decode(segmentAt(path, index));
}
