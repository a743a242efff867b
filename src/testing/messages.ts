import type { AppendRequest } from '../origin/store/log.ts';
import type { Stamp } from '../origin/store/stamp.ts';
import type { Timetoken } from '../protocol/timetoken.ts';
import { isRecord } from './checks.ts';
import type { TestRequest } from './test-request.ts';

/** A message that was sent or received. */
export interface SeenMessage<Payload = unknown> {
  readonly channel: string;
  /** As it was on the wire: the ciphertext of an encrypted message. */
  readonly message: Payload;
  readonly kind: 'message' | 'signal' | 'file';
  readonly meta: unknown;
  readonly customMessageType: string | undefined;
  /** The publisher. */
  readonly userId: string | undefined;
  readonly timetoken: Timetoken;
  readonly subscribeKey: string;
}

/** A message that reached a client. */
export interface ReceivedMessage<Payload = unknown> extends SeenMessage<Payload> {
  /** The user ID of the client. */
  readonly receiver: string | undefined;
}

type Envelope = Readonly<Record<string, unknown>>;
type Id = Pick<SeenMessage, 'subscribeKey' | 'timetoken'>;

/** The messages that the code under test has sent, and those that have reached clients. */
export class MessageLog {
  readonly #published: SeenMessage[] = [];
  readonly #received: ReceivedMessage[] = [];
  readonly #excluded = new Set<string>();

  /** Messages that the code under test has sent, to one channel or to all, oldest first. */
  published(channel: string | undefined): readonly SeenMessage[] {
    return this.#published.filter((message) => !this.#excluded.has(idOf(message)) && isOn(message, channel));
  }

  /** Messages that have reached clients, on one channel or on all, in order. */
  received(channel: string | undefined): readonly ReceivedMessage[] {
    return this.#received.filter((message) => isOn(message, channel));
  }

  /** Notes an entry that the origin appends to the log of a subscribe key. */
  append(subscribeKey: string, { body }: AppendRequest, timetoken: Stamp): void {
    const envelope: unknown = JSON.parse(`{${body}}`);
    const message = messageOf(Object(envelope), { subscribeKey, timetoken });
    if (message) this.#published.push(message);
  }

  /** Notes the messages of a subscribe answer. */
  deliver({ userId, subscribeKey = '' }: TestRequest, text: string): void {
    for (const envelope of envelopesIn(text)) {
      const message = messageOf(envelope, { subscribeKey, timetoken: timetokenOf(envelope) });
      if (message) this.#received.push({ ...message, receiver: userId });
    }
  }

  /** Excludes a message from `published`: the test itself sent it. */
  exclude(subscribeKey: string, timetoken: Timetoken): void {
    this.#excluded.add(idOf({ subscribeKey, timetoken }));
  }

  clear(): void {
    this.#published.length = 0;
    this.#received.length = 0;
    this.#excluded.clear();
  }
}

// Timetokens are unique within a subscribe key only.
function idOf({ subscribeKey, timetoken }: Id): string {
  return `${subscribeKey} ${timetoken}`;
}

function isOn(message: SeenMessage, channel: string | undefined): boolean {
  return channel === undefined || message.channel === channel;
}

const KINDS: ReadonlyMap<unknown, SeenMessage['kind']> = new Map([
  [undefined, 'message'],
  [0, 'message'],
  [1, 'signal'],
  [4, 'file'],
]);

/** The message in an envelope; `undefined` for presence and other events. */
function messageOf(envelope: Envelope, id: Id): SeenMessage | undefined {
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
    ...id,
  };
}

/** The envelopes of a subscribe answer; none if it is not one. */
function envelopesIn(text: string): readonly Envelope[] {
  try {
    const { m: list }: { readonly m?: unknown } = Object(JSON.parse(text));
    return Array.isArray(list) ? list.filter(isRecord) : [];
  } catch {
    return [];
  }
}

/** The publish timetoken of an envelope. */
function timetokenOf({ p }: Envelope): Timetoken {
  return isRecord(p) && typeof p['t'] === 'string' ? p['t'] : '0';
}

const ENTRIES = '"m":[';
const GAPS = '],"g":[';

/**
 * A subscribe answer with each envelope twice; `undefined` if it has none. It works on the text, so that numbers too large
 * for JavaScript stay exact.
 */
export function doubled(text: string): string | undefined {
  if (envelopesIn(text).length === 0) return undefined;
  const start = text.indexOf(ENTRIES) + ENTRIES.length;
  const end = 'g' in JSON.parse(text) ? text.lastIndexOf(GAPS) : text.lastIndexOf(']');
  const entries = text.slice(start, end);
  return `${text.slice(0, start)}${entries},${entries}${text.slice(end)}`;
}
