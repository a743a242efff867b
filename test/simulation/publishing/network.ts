import type { Clock, Transport, TransportRequest, TransportResponse } from '../../../src/index.ts';
import type { ServerAnswer } from '../server.ts';
import { type Origins, served } from './origins.ts';
import type { Mishap } from './plan.ts';

/** The network between clients and origins. Publishes meet the mishaps that were foreseen for their payload. */
export class PublishingNetwork {
  readonly #clock: Clock;
  readonly #origins: Origins;
  readonly #mishaps = new Map<string, Mishap[]>();
  /** Requests of each publish. */
  readonly attempts = new Map<string, number>();
  /** Requests that are under way. */
  readonly #underWay = new Set<unknown>();
  #requests = 0;

  constructor(clock: Clock, origins: Origins) {
    this.#clock = clock;
    this.#origins = origins;
  }

  /** What a publish with this payload will meet. */
  foresee(payload: string, mishaps: readonly Mishap[]): void {
    this.#mishaps.set(payload, [...mishaps]);
  }

  /** The connections of a machine that falls asleep end: requests that are under way do not arrive. */
  fallAsleep(): void {
    for (const timer of this.#underWay) this.#clock.clearTimeout(timer);
  }

  readonly transport: Transport = async (request) => {
    request.signal.throwIfAborted();
    const payload = payloadOf(request.url);
    if (payload !== undefined) this.attempts.set(payload, (this.attempts.get(payload) ?? 0) + 1);
    const mishap = payload === undefined ? undefined : this.#mishaps.get(payload)?.shift();
    return answered(await broken(request.signal, this.#exchange(request, mishap)));
  };

  async #exchange(request: TransportRequest, mishap: Mishap | undefined): Promise<ServerAnswer> {
    switch (mishap?.with) {
      case 'refused':
        throw failure('ECONNREFUSED');
      case 'request-lost':
        throw failure('ECONNRESET');
      case '503-before':
        return BUSY;
      case 'never-served':
        return never();
      case 'held':
        this.#clock.setTimeout(() => void this.#serve(request, false), mishap.ms);
        return never();
      case 'slow-request':
        await this.#pause(mishap.ms, request.signal, this.#underWay);
        break;
      default:
    }
    const answer = await this.#serve(request);
    switch (mishap?.with) {
      case 'answer-lost':
        throw failure('ECONNRESET');
      case '503-after':
        return BUSY;
      case 'never-answered':
        return never();
      case 'truncated':
        return { ...answer, body: answer.body.slice(0, 5) };
      case 'slow-answer':
        await this.#pause(mishap.ms, request.signal);
        break;
      case 'copied':
        this.#clock.setTimeout(() => void this.#serve(request, false), mishap.ms);
        break;
      default:
    }
    return answer;
  }

  #serve(request: TransportRequest, isHeard = true): Promise<ServerAnswer> {
    this.#requests += 1;
    return this.#origins.serve(served(request, isHeard), this.#requests);
  }

  #pause(milliseconds: number, signal: AbortSignal, timers?: Set<unknown>): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimeout(resolve, milliseconds);
      timers?.add(timer);
      // What a client has given up does not arrive any more.
      signal.addEventListener('abort', () => this.#clock.clearTimeout(timer), { once: true });
    });
  }
}

const BUSY: ServerAnswer = { status: 503, body: '{"status":503,"error":true,"message":"busy"}' };

function never(): Promise<never> {
  return new Promise(() => undefined);
}

function payloadOf(url: string): string | undefined {
  const { pathname } = new URL(url);
  const [, first, , , , , , message] = pathname.split('/').map(decodeURIComponent);
  return first === 'publish' && message !== undefined ? JSON.parse(message) : undefined;
}

function answered({ status, body }: ServerAnswer): TransportResponse {
  return { status, body, headers: new Headers() };
}

function broken<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
    work.then(resolve, reject);
  });
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}
