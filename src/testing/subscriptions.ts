import type { TestRequest } from './test-request.ts';

/** One subscription of a client, as its requests show it. */
interface Subscription {
  readonly userId: string;
  /** The names of its requests: they distinguish two subscriptions of one user. */
  readonly id: string;
  readonly names: Set<string>;
  accepted: boolean;
  /** Requests under way. */
  open: number;
}

/** The subscriptions that the origin has accepted. */
export class Subscriptions {
  #all: readonly Subscription[] = [];
  readonly #byRequest = new Map<TestRequest, Subscription>();

  /** A request goes to the origin. */
  reached(request: TestRequest): void {
    if (request.operation !== 'subscribe') return;
    const { userId = '', handshake, channels, channelGroups } = request;
    const id = idOf(request);
    // Another subscription of the same user replaces one that has no request under way.
    this.#drop((each) => each.userId === userId && each.id !== id && each.open === 0);
    const known = this.#all.find((each) => each.userId === userId && each.id === id);
    const names = new Set([...channels, ...channelGroups]);
    const subscription = known ?? { userId, id, names, accepted: false, open: 0 };
    if (!known) this.#all = [...this.#all, subscription];
    subscription.open++;
    subscription.accepted ||= !handshake;
    this.#byRequest.set(request, subscription);
  }

  /** A request was answered. */
  answered(request: TestRequest): void {
    const { operation, userId = '', channels, channelGroups } = request;
    const subscription = this.#release(request);
    if (subscription) subscription.accepted = true;
    if (operation !== 'leave') return;
    for (const left of this.#all) {
      if (left.userId !== userId || left.open > 0) continue;
      for (const name of [...channels, ...channelGroups]) left.names.delete(name);
    }
  }

  /** A request failed. */
  failed(request: TestRequest): void {
    if (request.operation !== 'subscribe') return;
    this.#release(request);
    const { userId = '' } = request;
    const id = idOf(request);
    this.#drop((each) => each.userId === userId && each.id === id && each.open === 0);
  }

  /** `true` if any user, or the given one, is subscribed to a channel or group. */
  has(name: string, userId: string | undefined): boolean {
    return this.#accepted.some((each) => each.names.has(name) && (userId ?? each.userId) === each.userId);
  }

  /** The names of all subscriptions, sorted. */
  get names(): readonly string[] {
    return [...new Set(this.#accepted.flatMap(({ names }) => [...names]))].sort();
  }

  clear(): void {
    this.#all = [];
    this.#byRequest.clear();
  }

  get #accepted(): readonly Subscription[] {
    return this.#all.filter(({ accepted }) => accepted);
  }

  #release(request: TestRequest): Subscription | undefined {
    const subscription = this.#byRequest.get(request);
    this.#byRequest.delete(request);
    if (subscription) subscription.open--;
    return subscription;
  }

  #drop(isOver: (subscription: Subscription) => boolean): void {
    this.#all = this.#all.filter((subscription) => !isOver(subscription));
  }
}

function idOf({ subscribeKey, channels, channelGroups }: TestRequest): string {
  return JSON.stringify([subscribeKey, [...channels].sort(), [...channelGroups].sort()]);
}
