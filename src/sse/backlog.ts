import type { Frame } from './frame.ts';

/** An event that was published, for readers that connect again. */
export interface Published<P> {
  readonly id: string | undefined;
  readonly channels: ReadonlySet<string>;
  /** Bytes of its data. What a published function holds is not known, and so not counted. */
  readonly size: number;
  /** What a subscriber with these properties gets; `undefined`: nothing. */
  frameFor(properties: P): Frame | undefined;
}

const EVENT_BYTES = 512;
const NAME_BYTES = 64;

/** The latest events of all channels, within limits. */
export class Backlog<P> {
  readonly #limits: { readonly entries: number; readonly bytes: number };
  #entries: Published<P>[] = [];
  #start = 0;
  #bytes = 0;

  constructor(limits: { readonly entries: number; readonly bytes: number }) {
    this.#limits = limits;
  }

  get isKept(): boolean {
    return this.#limits.entries > 0;
  }

  add(published: Published<P>): void {
    if (!this.isKept) return;
    this.#entries.push(published);
    this.#bytes += weightOf(published);
    while (this.#size > this.#limits.entries || (this.#size > 1 && this.#bytes > this.#limits.bytes)) {
      const oldest = this.#entries[this.#start++];
      this.#bytes -= oldest ? weightOf(oldest) : 0;
    }
    // Moving the rest each time would make a long backlog slow.
    if (this.#start * 2 < this.#entries.length) return;
    this.#entries = this.#entries.slice(this.#start);
    this.#start = 0;
  }

  /**
   * What came after the event with this id, on these channels. An id that is not here is older than what is here, so all
   * of it came later: who comes back after too long gets what there is.
   */
  after(lastEventId: string, channels: Iterable<string>): readonly Published<P>[] {
    const wanted = [...channels];
    const kept = this.#entries
      .slice(this.#start)
      .filter((published) => wanted.some((channel) => published.channels.has(channel)));
    const ids = [lastEventId, decoded(lastEventId)];
    return kept.slice(kept.findIndex(({ id }) => id !== undefined && ids.includes(id)) + 1);
  }

  get #size(): number {
    return this.#entries.length - this.#start;
  }
}

// The data, the names of the channels, and what an event and each of its names take beside them: an empty one too.
function weightOf({ size, channels }: Published<never>): number {
  let weight = EVENT_BYTES + size;
  for (const name of channels) weight += NAME_BYTES + name.length;
  return weight;
}

// Browsers send an id in UTF-8, and servers read headers byte by byte.
function decoded(header: string): string | undefined {
  if (!/^[\0-\xff]*[\x80-\xff][\0-\xff]*$/.test(header)) return undefined;
  try {
    const bytes = Uint8Array.from(header, (character) => character.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
