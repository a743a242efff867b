import type { EventMap, PNMessageResult, PNPresenceEventResult } from 'timetoken';
import { jsonLine } from './visible.ts';

/** The events of a recording. */
type Recorded = 'message' | 'signal' | 'presence' | 'messageAction' | 'objects' | 'file' | 'gap';

const VERSION = 1;

/** Writes a recording: a header, and then a line for each event of its listener. */
export class Recorder {
  /** Rejects when a line could not be written. */
  readonly failed: Promise<never>;
  readonly #failure = Promise.withResolvers<never>();
  readonly #write: (text: string) => void;
  readonly #userId: string;
  #count = 0;

  /** `userId` is the recorder itself, whose presence events are left out. */
  constructor(userId: string, write: (text: string) => void) {
    this.#userId = userId;
    this.#write = write;
    this.failed = this.#failure.promise;
  }

  /** Events that were written. */
  get count(): number {
    return this.#count;
  }

  /** Writes the header. */
  begin(names: { readonly channels: readonly string[]; readonly channelGroups: readonly string[] }): void {
    this.#write(jsonLine({ type: 'recording', version: VERSION, ...names }));
  }

  readonly listener = {
    // Without a cipher key an encrypted message is recorded as it is.
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
