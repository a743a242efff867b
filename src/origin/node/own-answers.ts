import type { Clock } from '../../protocol/clock.ts';
import { type Answer, balancerRefusal } from '../http/answer.ts';
import type { RequestLine } from '../http/request.ts';
import type { ServedMetrics } from '../metrics/observer.ts';
import { notReady, READY_PATH } from '../routes/health.ts';
import type { Soon } from '../soon.ts';

const METRICS_PATH = '/metrics';
// Prometheus itself waits as long.
const PAGE_MS = 10_000;
const LATE = Symbol('late');
const HEADER_VALUE = /^[\x20-\x7e]+$/;

/** What a server answers by itself, since the origin does not know it: that it drains, and its metrics. */
export class OwnAnswers {
  /** `true` from the beginning of `close()`: balancers that ask are sent elsewhere. */
  isDraining = false;
  readonly #metrics: ServedMetrics | undefined;

  readonly #clock: Clock;

  constructor(metrics: ServedMetrics | undefined, clock: Clock) {
    this.#metrics = metrics;
    this.#clock = clock;
  }

  /** The answer to a request; `undefined` if it is for the origin. */
  to({ method, target }: RequestLine): Soon<Answer> | undefined {
    if (method !== 'GET') return undefined;
    if (this.isDraining && isAt(READY_PATH, target)) return notReady('draining');
    return this.#metrics && isAt(METRICS_PATH, target) ? pageOf(this.#metrics, this.#clock) : undefined;
  }
}

// The metrics may be those of anybody: what they give is checked.
async function pageOf(metrics: ServedMetrics, clock: Clock): Promise<Answer> {
  let timer: unknown;
  const late = new Promise<typeof LATE>((resolve) => {
    timer = clock.setTimeout(() => resolve(LATE), PAGE_MS);
  });
  try {
    const { contentType }: { readonly contentType: unknown } = metrics;
    const body: unknown = await Promise.race([metrics.text(), late]);
    if (body === LATE) return balancerRefusal(503, 'Service Unavailable').answer;
    if (typeof body === 'string' && typeof contentType === 'string' && HEADER_VALUE.test(contentType))
      return { status: 200, contentType, body };
  } catch {
    // As what is no text.
  } finally {
    clock.clearTimeout(timer);
  }
  return balancerRefusal(500, 'Internal Server Error').answer;
}

function isAt(path: string, target: string): boolean {
  return target.startsWith(path) && (target.length === path.length || target[path.length] === '?');
}
