import type { Clock } from '../../protocol/clock.ts';
import type { Linked } from '../../protocol/linked-list.ts';
import { headerOf } from './header.ts';
import { deadlineMs } from './limits.ts';
import type { Incoming } from './message.ts';

/** A body is read up to this multiple of its limit. */
export const MAX_EXCESS = 4;

const NOTHING = Buffer.alloc(0);

/** The rules by which a body is read. */
export interface BodyRules {
  /** Bytes that are needed: one more is kept, so that the origin refuses the body. */
  readonly maxBytes: number;
  /** Seconds within which it comes, or more if it is large. */
  readonly seconds: number;
  readonly clock: Clock;
}

/** A body that is being read. */
export interface Reading extends Linked {
  /** Bytes that it holds. */
  readonly held: number;
  /** Ends reading: others need the room. */
  giveUp(): void;
}

/** `true` if bytes of a body follow the header. */
export function hasBody(request: Incoming): boolean {
  if (request.hasBody !== undefined) return request.hasBody;
  if (headerOf(request, 'transfer-encoding') !== undefined) return true;
  return Number(headerOf(request, 'content-length') ?? 0) > 0;
}

/** Milliseconds for a body: more for one that announces more. One that announces nothing may be as large as its limit. */
export function bodyDeadlineMs(request: Incoming, { seconds, maxBytes }: BodyRules): number {
  const announced = Number(headerOf(request, 'content-length')) || maxBytes;
  return deadlineMs(seconds, Math.min(announced, maxBytes));
}

/**
 * The body of one request. Its bytes are copied into one buffer, since a body that comes in chunks of one byte would
 * otherwise take a hundred times its size.
 */
export class Body implements Reading {
  older: this | undefined = undefined;
  newer: this | undefined = undefined;
  readonly #rules: BodyRules;
  #buffer: Buffer = NOTHING;
  #size = 0;
  #giveUp: (() => void) | undefined;

  constructor(rules: BodyRules) {
    this.#rules = rules;
  }

  /** Bytes that it holds. */
  get held(): number {
    return this.#buffer.length;
  }

  /**
   * Reads it, and reports the bytes that it takes; `late` if it does not come in time, `full` if it is given up. Beyond `maxBytes` it is read and
   * dropped, up to a multiple: clients that are still sending when the answer comes would see a broken connection.
   * Rejects when the client hangs up.
   */
  read(request: Incoming, take: (bytes: number) => void): Promise<Uint8Array | 'late' | 'full'> {
    const { clock, maxBytes } = this.#rules;
    let size = 0;
    return new Promise((resolve, reject) => {
      const timer = clock.setTimeout(() => finish('late'), bodyDeadlineMs(request, this.#rules));
      const finish = (body: Uint8Array | 'late' | 'full') => {
        clock.clearTimeout(timer);
        request.pause();
        resolve(body);
      };
      this.#giveUp = () => finish('full');
      const fail = (error: Error) => {
        clock.clearTimeout(timer);
        reject(error);
      };
      request.on('data', (chunk: Buffer) => {
        size += chunk.length;
        this.#add(chunk, take);
        if (size > MAX_EXCESS * maxBytes) finish(this.#bytes);
      });
      request.once('end', () => finish(this.#bytes));
      request.once('error', fail);
      request.once('close', () => fail(new Error('The client hung up.')));
    });
  }

  /** Ends reading: others need the room. */
  giveUp(): void {
    this.#giveUp?.();
  }

  get #bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#size);
  }

  #add(chunk: Buffer, take: (bytes: number) => void): void {
    const { maxBytes } = this.#rules;
    const wanted = chunk.subarray(0, maxBytes + 1 - this.#size);
    const size = this.#size + wanted.length;
    if (size > this.#buffer.length) {
      // Twice as much each time, so that every byte is copied about once.
      const length = Math.min(maxBytes + 1, Math.max(size, 2 * this.#buffer.length));
      const larger = Buffer.allocUnsafeSlow(length);
      larger.set(this.#bytes);
      const more = length - this.#buffer.length;
      this.#buffer = larger;
      take(more);
    }
    this.#buffer.set(wanted, this.#size);
    this.#size = size;
  }
}
