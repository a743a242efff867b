import type { Clock } from '../../src/index.ts';
import { ForeignHistory } from './foreign-history.ts';
import { holds, listed, matches } from './foreign-names.ts';
import { type ForeignManners, ForeignPosts } from './foreign-posts.ts';
import type { ForeignRegion, RegionEntry } from './foreign-region.ts';
import type { ForeignTricks, Server, ServerAnswer, ServerRequest } from './server.ts';
import type { Truth } from './truth.ts';

const HOLD = 280_000;
const OK = { status: 200, message: 'OK', service: 'Presence' };
const TICKS = 10_000n;

/**
 * An origin written from the protocol alone, which shares no code with ours: it does not tell what it has dropped, its
 * history lags, and its regions do not agree on the time.
 */
export class ForeignOrigin implements Server {
  readonly tellsGaps = false;
  readonly knowsPresence = true;
  readonly blur: bigint;
  readonly tricks: ForeignTricks;
  readonly #clock: Clock;
  readonly #truth: Truth;
  readonly #history: ForeignHistory;
  readonly #posts: ForeignPosts;
  readonly #groups = new Map<string, Set<string>>();
  #flaps = false;
  #copiesUntil = 0;

  constructor(clock: Clock, manners: ForeignManners, truth: Truth) {
    this.#clock = clock;
    this.#truth = truth;
    this.#history = new ForeignHistory(clock);
    this.#posts = new ForeignPosts({ clock, truth, history: this.#history }, manners);
    this.tricks = {
      tellTwins: (channel, differ, base) => this.#posts.tellTwins(channel, differ, base),
      tellElsewhere: (channel, payload) => this.#posts.tellElsewhere(channel, payload),
      tellPresence: (channel, user, joins) => this.#posts.tellPresence(channel, user, joins),
      switchRegion: () => this.#posts.switchRegion(),
      flap: (on) => {
        this.#flaps = on;
      },
      sendCopies: (ms) => {
        this.#copiesUntil = clock.now() + ms;
        this.#posts.wakeAll();
      },
    };
    this.blur = this.#posts.blur;
  }

  async handle(request: ServerRequest): Promise<ServerAnswer> {
    const { pathname, searchParams } = new URL(request.target, 'http://origin');
    const segments = pathname.split('/').slice(1);
    const route = segments.slice(0, 2).join('/');
    if (route === 'v2/subscribe') return this.#subscribe(request, listed(segments[3]), searchParams);
    if (route === 'v3/history') return json(this.#history.answer(listed(segments[5]), searchParams));
    if (route === 'v1/channel-registration') return this.#registry(segments.slice(5), searchParams);
    if (route === 'v2/presence')
      return json(
        segments.at(-1) === 'leave' ? { ...OK, action: 'leave' } : { ...OK, uuids: [], occupancy: 0 },
      );
    if (segments[0] === 'publish' || segments[0] === 'signal')
      return this.#publish(segments.map(decodeURIComponent), searchParams);
    return { status: 404, body: '{"message":"Not found","error":1,"service":"Presence"}' };
  }

  // It keeps what it has: only ours begins anew.
  async stop(): Promise<void> {}

  begin(): void {}

  async close(): Promise<void> {
    this.#posts.close();
  }

  #publish(
    [kind, , , , channel = '', , message = '']: readonly string[],
    query: URLSearchParams,
  ): ServerAnswer {
    const meta = query.get('meta');
    const timetoken = this.#posts.post(
      {
        channel,
        kind: kind === 'signal' ? 'signal' : 'message',
        publisher: query.get('uuid') ?? undefined,
        payload: JSON.parse(message),
        meta: meta === null ? undefined : JSON.parse(meta),
        type: query.get('custom_message_type') ?? undefined,
        stored: kind === 'publish' && query.get('store') !== '0',
      },
      this.#posts.here,
    );
    return json([1, 'Sent', timetoken]);
  }

  #registry([group = '', verb]: readonly string[], query: URLSearchParams): ServerAnswer {
    const name = decodeURIComponent(group);
    const members = this.#groups.get(name) ?? new Set<string>();
    const [add, remove] = [listed(query.get('add')), listed(query.get('remove'))];
    if (verb === undefined && add.length + remove.length === 0)
      return json({ ...REGISTRY, payload: { channels: [...members], group: name } });
    this.#groups.set(name, members);
    for (const channel of add) members.add(channel);
    for (const channel of verb === 'remove' ? [...members] : remove) members.delete(channel);
    this.#truth.regroup(name, add, remove);
    return json({ ...REGISTRY, message: 'OK' });
  }

  #subscribe(
    request: ServerRequest,
    channels: readonly string[],
    query: URLSearchParams,
  ): Promise<ServerAnswer> {
    if (this.#flaps) this.#posts.switchRegion();
    const region = this.#posts.here;
    const tt = BigInt(query.get('tt') || '0');
    if (tt === 0n) return Promise.resolve(batch(region, [], { s: 1 }));
    // A place of another region is only roughly one of this region: better twice than never.
    const isForeign = query.get('tr') !== null && query.get('tr') !== String(region.id);
    const after = isForeign ? tt - this.#posts.lookBack : tt;
    const names = { channels, groups: listed(query.get('channel-group')) };
    return this.#hold(request, region, () => this.#look(region, names, after));
  }

  #hold(request: ServerRequest, region: ForeignRegion, look: () => unknown[]): Promise<ServerAnswer> {
    const ready = (found: unknown[]) => found.length > 0 || this.#clock.now() < this.#copiesUntil;
    const found = look();
    // Who has hung up already would never be heard of again.
    if (ready(found) || request.interruption.aborted) return Promise.resolve(batch(region, found));
    return new Promise((resolve) => {
      const finish = () => {
        region.waiters.delete(wake);
        this.#clock.clearTimeout(timer);
        release();
        resolve(batch(region, look()));
      };
      const wake = () => {
        if (ready(look())) finish();
      };
      const timer = this.#clock.setTimeout(finish, HOLD);
      const release = request.interruption.onAbort(finish);
      region.waiters.add(wake);
    });
  }

  #look(
    region: ForeignRegion,
    names: { readonly channels: readonly string[]; readonly groups: readonly string[] },
    after: bigint,
  ): unknown[] {
    const from = this.#clock.now() < this.#copiesUntil ? after - 20n * 1_000n * TICKS : after;
    const labels = (channel: string) => [
      ...names.channels.filter((name) => matches(name, channel)),
      ...names.groups.filter((group) => holds(this.#groups, group, channel)),
    ];
    return region
      .after(from, (channel) => labels(channel).length > 0)
      .flatMap(({ channel, envelope }: RegionEntry) => labels(channel).map((b) => ({ ...envelope, b })));
  }
}

const REGISTRY = { status: 200, service: 'channel-registry', error: false };

function batch(region: ForeignRegion, entries: unknown[], more: object = {}): ServerAnswer {
  return json({ t: { t: String(region.stamp()), r: region.id }, m: entries, ...more });
}

function json(value: unknown): ServerAnswer {
  return { status: 200, body: JSON.stringify(value) };
}
