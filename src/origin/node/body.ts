import type { IncomingMessage } from 'node:http';
import type { Clock } from '../../protocol/clock.ts';
import { type Budget, deadlineMs } from './limits.ts';

// A body is read up to this multiple of its limit.
const MAX_EXCESS = 4;
const NOTHING = Buffer.alloc(0);

/** The rules by which a body is read. */
export interface BodyRules {
  /** Bytes that are needed: one more is kept, so that the origin refuses the body. */
  readonly maxBytes: number;
  /** Seconds within which it comes, or more if it may be large. */
  readonly seconds: number;
  readonly clock: Clock;
  /** Bytes of the bodies of all requests. The caller gives back what `held` says. */
  readonly budget: Budget;
}

/** `true` if bytes of a body follow the header. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * The body of one request. Its bytes are copied into one buffer, since a body that comes in chunks of one byte would
 * otherwise take a hundred times its size.
 */
export class Body {
  readonly #rules: BodyRules;
  #buffer: Buffer = NOTHING;
  #size = 0;

  constructor(rules: BodyRules) {
    this.#rules = rules;
  }

  /** Bytes that it has taken of the budget. */
  get held(): number {
    return this.#buffer.length;
  }

  /**
   * Reads it; `late` if it does not come in time, `full` if the budget is exceeded. Beyond `maxBytes` it is read and
   * dropped, up to a multiple: clients that are still sending when the answer comes would see a broken connection.
   * Rejects when the client hangs up.
   */
  read(request: IncomingMessage): Promise<Uint8Array | 'late' | 'full'> {
    const { clock, maxBytes, seconds, budget } = this.#rules;
    let size = 0;
    return new Promise((resolve, reject) => {
      const timer = clock.setTimeout(() => finish('late'), deadlineMs(seconds, maxBytes));
      const finish = (body: Uint8Array | 'late' | 'full') => {
        clock.clearTimeout(timer);
        request.pause();
        resolve(body);
      };
      const fail = (error: Error) => {
        clock.clearTimeout(timer);
        reject(error);
      };
      request.on('data', (chunk: Buffer) => {
        size += chunk.length;
        this.#add(chunk);
        if (budget.isExceeded) finish('full');
        else if (size > MAX_EXCESS * maxBytes) finish(this.#bytes);
      });
      request.once('end', () => finish(this.#bytes));
      request.once('error', fail);
      request.once('close', () => fail(new Error('The client hung up.')));
    });
  }

  get #bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#size);
  }

  #add(chunk: Buffer): void {
    const { maxBytes, budget } = this.#rules;
    const wanted = chunk.subarray(0, maxBytes + 1 - this.#size);
    const size = this.#size + wanted.length;
    if (size > this.#buffer.length) {
      // Twice as much each time, so that every byte is copied about once.
      const length = Math.min(maxBytes + 1, Math.max(size, 2 * this.#buffer.length));
      const larger = Buffer.allocUnsafeSlow(length);
      larger.set(this.#bytes);
      budget.take(length - this.#buffer.length);
      this.#buffer = larger;
    }
    this.#buffer.set(wanted, this.#size);
    this.#size = size;
  }
}
