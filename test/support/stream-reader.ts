import type { Answer, Origin, Reply } from '../../src/origin/index.ts';
import type { WireEnvelope, WireGap } from '../../src/protocol/envelope.ts';
import { plainRequest } from './origin-network.ts';

/** What an event of a stream holds. */
export interface StreamEvent {
  readonly id: string;
  readonly data: {
    readonly t: { readonly t: string; readonly r: number };
    readonly m: readonly WireEnvelope[];
    readonly g?: readonly WireGap[];
  };
}

type Lasting = Parameters<NonNullable<Reply['open']>>[1];

/** The whole events of a text: one that was cut off counts as little as it does for an `EventSource`. */
export function eventsIn(text: string): readonly StreamEvent[] {
  const events: StreamEvent[] = [];
  for (const block of text.split('\n\n').slice(0, -1)) {
    const lines = block.split('\n').filter((line) => line !== '' && !line.startsWith(':'));
    const of = (name: string) =>
      lines.filter((line) => line.startsWith(`${name}: `)).map((line) => line.slice(name.length + 2));
    const data = of('data').join('\n');
    if (data !== '') events.push({ id: of('id').join(), data: JSON.parse(data) });
  }
  return events;
}

/** The reader of a stream, as an adapter of a server serves it: as slow as a test says. */
export class StreamReader implements Reply {
  /** The answer of a request that was refused. */
  answer: Answer | undefined;
  head: Answer | undefined;
  text = '';
  isEnded = false;
  /** It takes what is written, but asks for no more. */
  isSlow = false;
  /** The server closes. */
  isLast = false;
  #held: Lasting | undefined;
  #isGone = false;

  /** Sends the request. */
  constructor(origin: Origin, target: string, headers: Readonly<Record<string, string>> = {}) {
    void origin.handle(plainRequest(target, { headers }), this);
  }

  get events(): readonly StreamEvent[] {
    return eventsIn(this.text);
  }

  get lastId(): string {
    return this.events.at(-1)?.id ?? '';
  }

  /** What was published to it, in order. */
  get payloads(): readonly unknown[] {
    return this.events.flatMap(({ data }) => data.m.map(({ d }) => d));
  }

  send(answer: Answer): void {
    this.answer = answer;
    this.isEnded = true;
  }

  hold(held: Lasting): void {
    this.#held = held;
    if (this.#isGone) held.interrupt();
  }

  open(head: Answer, held: Lasting): this {
    this.head = head;
    this.hold(held);
    return this;
  }

  write(text: string): boolean {
    if (this.isEnded) throw new Error('Something was written after the end.');
    this.text += text;
    return !this.isSlow;
  }

  end(): void {
    this.isEnded = true;
  }

  /** Reads what was written, and asks for more. */
  readOn(): void {
    this.isSlow = false;
    this.#held?.resume?.();
  }

  hangUp(): void {
    this.#isGone = true;
    this.#held?.interrupt();
  }
}
