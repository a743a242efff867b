import type { Timetoken } from '../protocol/timetoken.ts';

/** What was sent or received on a channel. */
export interface SeenMessage<Payload = unknown> {
  readonly channel: string;
  /** As it was on the wire: of an encrypted message, what it was encrypted to. */
  readonly message: Payload;
  readonly kind: 'message' | 'signal' | 'file';
  readonly meta: unknown;
  readonly customMessageType: string | undefined;
  /** Who sent it. */
  readonly userId: string | undefined;
  readonly timetoken: Timetoken;
  readonly subscribeKey: string;
}

/** A message that reached a client. */
export interface ReceivedMessage<Payload = unknown> extends SeenMessage<Payload> {
  /** Whom it reached. */
  readonly receiver: string | undefined;
}

/** The members of an envelope that say what was sent. */
type Parts = Readonly<Record<string, unknown>>;

/** Where an envelope was seen. */
interface Place {
  readonly timetoken: Timetoken;
  readonly subscribeKey: string;
}

const KINDS: ReadonlyMap<unknown, SeenMessage['kind']> = new Map([
  [undefined, 'message'],
  [0, 'message'],
  [1, 'signal'],
  [4, 'file'],
]);

/** The message of an envelope; `undefined` for presence and for what is no message. */
export function messageOf(envelope: Parts, place: Place): SeenMessage | undefined {
  const { c: channel, d: message, e, i: userId, u: meta, cmt } = envelope;
  const kind = KINDS.get(e);
  if (kind === undefined || typeof channel !== 'string' || channel.endsWith('-pnpres')) return undefined;
  return {
    channel,
    message,
    kind,
    meta,
    customMessageType: typeof cmt === 'string' ? cmt : undefined,
    userId: typeof userId === 'string' ? userId : undefined,
    ...place,
  };
}

/** The entries of a subscribe answer; none of what is no such answer. */
export function envelopesIn(text: string): readonly Parts[] {
  try {
    const body: unknown = JSON.parse(text);
    const list = isRecord(body) ? body['m'] : undefined;
    return Array.isArray(list) ? list.filter(isRecord) : [];
  } catch {
    return [];
  }
}

/** The publish timetoken of an envelope. */
export function timetokenIn({ p }: Parts): Timetoken {
  return isRecord(p) && typeof p['t'] === 'string' ? p['t'] : '0';
}

const ENTRIES = '"m":[';
const GAPS = '],"g":[';

/**
 * A subscribe answer in which each entry comes twice; `undefined` when it has none. Text from text: numbers that a
 * JavaScript number cannot hold stay what they are.
 */
export function doubled(text: string): string | undefined {
  if (envelopesIn(text).length === 0) return undefined;
  const start = text.indexOf(ENTRIES) + ENTRIES.length;
  const end = 'g' in JSON.parse(text) ? text.lastIndexOf(GAPS) : text.lastIndexOf(']');
  const entries = text.slice(start, end);
  return `${text.slice(0, start)}${entries},${entries}${text.slice(end)}`;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
