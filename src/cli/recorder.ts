import type { EventMap, PNMessageResult, PNPresenceEventResult } from 'timetoken';
import { jsonLine } from './visible.ts';

/** What a recording holds, besides its header. */
type Recorded = 'message' | 'signal' | 'presence' | 'messageAction' | 'objects' | 'file' | 'gap';

const VERSION = 1;

/** Writes a recording: a header, and then a line for each event that its listener hears of. */
export class Recorder {
  /** Rejects when a line could not be written. */
  readonly failed: Promise<never>;
  readonly #failure = Promise.withResolvers<never>();
  readonly #write: (text: string) => void;
  readonly #userId: string;
  #count = 0;

  /** Who records is in the room as well: what `userId` does is not told. */
  constructor(userId: string, write: (text: string) => void) {
    this.#userId = userId;
    this.#write = write;
    this.failed = this.#failure.promise;
  }

  /** How many events were written. */
  get count(): number {
    return this.#count;
  }

  /** The first line. */
  begin(names: { readonly channels: readonly string[]; readonly channelGroups: readonly string[] }): void {
    this.#write(jsonLine({ type: 'recording', version: VERSION, ...names }));
  }

  readonly listener = {
    // Without the key a message is recorded as it came: encrypted.
    message: ({ error: _, ...event }: PNMessageResult) => this.#line('message', event),
    signal: (event: EventMap['signal']) => this.#line('signal', event),
    presence: (event: PNPresenceEventResult) => {
      if (event.uuid !== this.#userId) this.#line('presence', event);
    },
    messageAction: (event: EventMap['messageAction']) => this.#line('messageAction', event),
    objects: (event: EventMap['objects']) => this.#line('objects', event),
    file: (event: EventMap['file']) => this.#line('file', event),
    gap: (event: EventMap['gap']) => this.#line('gap', event),
  };

  #line<Name extends Recorded>(type: Name, event: EventMap[Name]): void {
    try {
      this.#write(jsonLine({ type, ...event }));
      this.#count++;
    } catch (error) {
      this.#failure.reject(error);
    }
  }
}
