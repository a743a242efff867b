import type { TestRequest } from './test-request.ts';

/** One subscription of a client, as its requests show it. */
interface Names {
  readonly userId: string;
  /** The names as asked for: what tells one mix from another. */
  readonly id: string;
  readonly names: Set<string>;
  accepted: boolean;
  /** Requests under way. */
  open: number;
}

/** Who is subscribed to what, as the origin has accepted it. */
export class Listening {
  #mixes: readonly Names[] = [];
  readonly #byRequest = new Map<TestRequest, Names>();

  /** A request goes to the origin. */
  reached(request: TestRequest): void {
    if (request.operation !== 'subscribe') return;
    const { userId = '', handshake, channels, channelGroups } = request;
    const id = idOf(request);
    // Nobody asks for a mix any more when its user asks for another one instead.
    this.#drop((mix) => mix.userId === userId && mix.id !== id && mix.open === 0);
    const known = this.#mixes.find((mix) => mix.userId === userId && mix.id === id);
    const names = new Set([...channels, ...channelGroups]);
    const mix = known ?? { userId, id, names, accepted: false, open: 0 };
    if (!known) this.#mixes = [...this.#mixes, mix];
    mix.open++;
    mix.accepted ||= !handshake;
    this.#byRequest.set(request, mix);
  }

  /** A request was answered. */
  answered(request: TestRequest): void {
    const { operation, userId = '', channels, channelGroups } = request;
    const mix = this.#release(request);
    if (mix) mix.accepted = true;
    if (operation !== 'leave') return;
    for (const left of this.#mixes) {
      if (left.userId !== userId || left.open > 0) continue;
      for (const name of [...channels, ...channelGroups]) left.names.delete(name);
    }
  }

  /** A request came to nothing. */
  failed(request: TestRequest): void {
    if (request.operation !== 'subscribe') return;
    this.#release(request);
    const { userId = '' } = request;
    const id = idOf(request);
    this.#drop((mix) => mix.userId === userId && mix.id === id && mix.open === 0);
  }

  /** Whether somebody, or the given user, is subscribed to a channel or group. */
  has(name: string, userId: string | undefined): boolean {
    return this.#accepted.some((mix) => mix.names.has(name) && (userId ?? mix.userId) === mix.userId);
  }

  /** Everything that anybody is subscribed to. */
  get names(): readonly string[] {
    return [...new Set(this.#accepted.flatMap(({ names }) => [...names]))].sort();
  }

  clear(): void {
    this.#mixes = [];
    this.#byRequest.clear();
  }

  get #accepted(): readonly Names[] {
    return this.#mixes.filter(({ accepted }) => accepted);
  }

  #release(request: TestRequest): Names | undefined {
    const mix = this.#byRequest.get(request);
    this.#byRequest.delete(request);
    if (mix) mix.open--;
    return mix;
  }

  #drop(isOver: (mix: Names) => boolean): void {
    this.#mixes = this.#mixes.filter((mix) => !isOver(mix));
  }
}

function idOf({ subscribeKey, channels, channelGroups }: TestRequest): string {
  return JSON.stringify([subscribeKey, [...channels].sort(), [...channelGroups].sort()]);
}
