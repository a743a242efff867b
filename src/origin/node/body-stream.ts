import { type Answer, balancerRefusal, type Refusal } from '../http/answer.ts';
import { type BodyRules, bodyDeadlineMs, MAX_EXCESS, type Reading } from './body.ts';
import type { Incoming } from './message.ts';

/** What a body in chunks tells of. */
export interface BodyStreamOptions {
  readonly request: Incoming;
  readonly rules: BodyRules;
  /** It holds so many bytes more. */
  take(bytes: number): void;
  /** It holds so many bytes less. */
  give(bytes: number): void;
}

/**
 * The body of one request, as it comes: it holds one chunk, and the client waits until that has been taken. It fails
 * with a `Refusal` when it does not come in time, is given up, or the client hangs up.
 */
export class BodyStream implements Reading, AsyncIterable<Uint8Array> {
  older: this | undefined = undefined;
  newer: this | undefined = undefined;
  readonly #options: BodyStreamOptions;
  readonly #timer: unknown;
  #held = 0;
  #size = 0;
  #refusal: Refusal | undefined;
  #wake: (() => void) | undefined;

  constructor(options: BodyStreamOptions) {
    this.#options = options;
    const { request, rules } = options;
    const late = () => this.#refuse(balancerRefusal(408, 'Request Timeout'));
    this.#timer = rules.clock.setTimeout(late, bodyDeadlineMs(request, rules));
    const wake = () => this.#wake?.();
    for (const event of ['readable', 'end', 'close'] as const) request.on(event, wake);
    request.on('error', wake);
  }

  /** Bytes that it holds. */
  get held(): number {
    return this.#held;
  }

  /** Fails: others need the room. */
  giveUp(): void {
    this.#refuse(balancerRefusal(503, 'Service Unavailable', { 'retry-after': '1' }));
  }

  /**
   * Reads and drops what was left, up to a multiple of the limit: clients that are still sending when the answer comes
   * would see a broken connection. Resolves to the answer of a body that has failed.
   */
  async finish(): Promise<Answer | undefined> {
    const { request, rules } = this.#options;
    // What has come is read in any case, so that the connection can go on.
    while ((request.complete || this.#size <= MAX_EXCESS * rules.maxBytes) && (await this.#next()));
    this.close();
    return this.#refusal?.answer;
  }

  /** Gives back what it holds. It is not read any more. */
  close(): void {
    this.#options.rules.clock.clearTimeout(this.#timer);
    this.#hold(0);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    for (let chunk = await this.#next(); chunk; chunk = await this.#next()) yield chunk;
    if (this.#refusal) throw this.#refusal;
  }

  /** The next bytes; `undefined` at the end, and when it has failed. */
  async #next(): Promise<Uint8Array | undefined> {
    const { request } = this.#options;
    this.#hold(0);
    while (!this.#refusal && !request.readableEnded) {
      const chunk: Buffer | null = request.read();
      if (chunk) {
        this.#size += chunk.length;
        this.#hold(chunk.length);
        return chunk;
      }
      if (request.destroyed && !request.readableEnded) this.#refuse(balancerRefusal(400, 'Bad Request'));
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
    return undefined;
  }

  #hold(bytes: number): void {
    const before = this.#held;
    this.#held = bytes;
    if (bytes > before) this.#options.take(bytes - before);
    else if (bytes < before) this.#options.give(before - bytes);
  }

  #refuse(refusal: Refusal): void {
    this.#refusal ??= refusal;
    this.#wake?.();
  }
}
