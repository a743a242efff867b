/** An event of a stream of server-sent events. */
export interface SseEvent {
  /** The text. Lines are separated by `\n`, whatever the sender wrote. */
  readonly data: string;
  /** The name of the event. Absent: `message`, as an `EventSource` calls it. */
  readonly event?: string;
  /** What the reader sends as `Last-Event-ID` when it connects again. */
  readonly id?: string;
}

/** A part of a stream, serialised once for all who receive it. */
export interface Frame {
  /** Absent: a field without an event, such as `retry`, which only streams carry. */
  readonly event?: SseEvent;
  /** Shared by all queues: whoever hands it out hands out a copy. */
  readonly bytes: Uint8Array;
}

/** Characters of an id, at most: servers refuse long headers, and `Last-Event-ID` is one. */
const MAX_ID = 1_024;
const LINE_BREAK = /\r\n?/g;
const encoder = new TextEncoder();

/** Serialises an event. Its name and id are checked already. */
export function frameOf({ data, event, id }: SseEvent): Frame {
  // What an iteration sees is what the reader of a stream sees.
  const text = data.toWellFormed().replace(LINE_BREAK, '\n');
  const shown = Object.freeze({
    data: text,
    ...(event !== undefined && { event }),
    ...(id !== undefined && { id }),
  });
  const head = `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}`;
  return { event: shown, bytes: encoder.encode(`${head}data: ${text.replaceAll('\n', '\ndata: ')}\n\n`) };
}

/** The frame that sets the reconnection time of the reader, in milliseconds. */
export function retryFrame(milliseconds: number): Frame {
  return { bytes: encoder.encode(`retry: ${milliseconds}\n\n`) };
}

/** The comment that keeps connections open, with the time, in milliseconds since the Unix epoch. */
export function keepAliveComment(now: number): Uint8Array {
  return encoder.encode(`: keepalive ${new Date(now).toISOString()}\n\n`);
}

/** The data of an event: a string as it is, any other JSON value as JSON. Throws a `TypeError` for what is not JSON. */
export function textOf(data: unknown): string {
  if (typeof data === 'string') return data;
  let text: string | undefined;
  try {
    if (typeof Object(data).then === 'function') throw new TypeError('It is a promise: await it first');
    text = JSON.stringify(data);
  } catch (cause) {
    throw new TypeError(`The data of an event must be JSON. ${reasonOf(cause)}.`, { cause });
  }
  if (text !== undefined) return text;
  throw new TypeError(`The data of an event must be JSON, not ${typeof data}. Publish null for "nothing".`);
}

/** Throws a `TypeError` for a name of an event that a stream cannot carry. */
export function checkEventName(name: unknown): void {
  if (typeof name !== 'string' || name === '' || !name.isWellFormed() || /[\r\n]/.test(name))
    throw new TypeError(
      'The name of an event must be a text that is not empty, without line breaks: these would end the field. Put other text into the data.',
    );
}

/** Throws a `TypeError` for an id that a stream cannot carry, or that no reader could send back in a header. */
export function checkId(id: unknown): void {
  if (
    typeof id !== 'string' ||
    id === '' ||
    id.length > MAX_ID ||
    !id.isWellFormed() ||
    /\p{Cc}|^ | $/u.test(id)
  )
    throw new TypeError(
      `The id of an event must be a text of 1 to ${MAX_ID} characters, without control characters, and without spaces at its ends: the reader sends it back in the header Last-Event-ID. Put other text into the data.`,
    );
}

// Some messages go on for lines; `cause` has them all.
function reasonOf(cause: unknown): string {
  const [line = ''] = String(Object(cause).message ?? cause).split('\n');
  return line.replace(/\.$/, '');
}
