import { createParser, type EventSourceParser } from 'eventsource-parser';
import { MAX_RESPONSE_BYTES, RESPONSE_TOO_LARGE } from '../../request/transport.ts';

// What the parser gets at once: it looks at its bound after each piece, and lines that end with CR alone take it a time that
// grows with the square of the piece.
const PIECE = 4_096;

/** Makes the data of events out of bytes. It holds no more than one unfinished event, of at most 16 MiB. */
export class EventReader {
  readonly #decoder = new TextDecoder();
  readonly #parser: EventSourceParser;
  #ready: string[] = [];
  #isTooLarge = false;

  constructor() {
    this.#parser = createParser({
      // Characters, of which a text has no more than bytes.
      maxBufferSize: MAX_RESPONSE_BYTES,
      onEvent: ({ data, event }) => {
        // The origin's events have no name. Others are of a later version.
        if (event === undefined) this.#ready.push(data);
      },
      onError: ({ type }) => {
        // Unknown fields are ignored, as the standard says.
        if (type === 'max-buffer-size-exceeded') this.#isTooLarge = true;
      },
    });
  }

  /** The data of the events that end in these bytes. Throws if an event is too large. */
  read(bytes: Uint8Array): readonly string[] {
    const text = this.#decoder.decode(bytes, { stream: true });
    for (let at = 0; at < text.length && !this.#isTooLarge; at += PIECE)
      this.#parser.feed(text.length <= PIECE ? text : text.slice(at, at + PIECE));
    if (this.#isTooLarge) {
      const error = new Error(`An event is larger than ${MAX_RESPONSE_BYTES} bytes.`);
      throw Object.assign(error, { code: RESPONSE_TOO_LARGE });
    }
    const ready = this.#ready;
    if (ready.length > 0) this.#ready = [];
    return ready;
  }
}
