import { isRecord } from '../origin/checks.ts';
import type { AppendRequest } from '../origin/store/log.ts';
import type { Stamp } from '../origin/store/stamp.ts';
import type { WireEnvelope } from '../protocol/envelope.ts';
import type { Timetoken } from '../protocol/timetoken.ts';
import type { Ciphers } from './ciphers.ts';
import { atMost } from './system.ts';

/** A message that was sent or received. */
export interface SeenMessage<Payload = unknown> {
  readonly channel: string;
  /** The message; in clear, if the network or its receiver can decrypt it. */
  readonly message: Payload;
  /** The message as it was on the wire: the ciphertext of an encrypted one. */
  readonly raw: unknown;
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

/** Real milliseconds for which a message is awaited that the network reads. */
const READING_MS = 100;

type Envelope = Readonly<Record<string, unknown>>;
type Id = Pick<SeenMessage, 'subscribeKey' | 'timetoken'>;

/** A client, as far as it tells whose it is. */
export interface Receiver {
  readonly userId: string | undefined;
  readonly subscribeKey: string | undefined;
}

type Writable<T> = { -readonly [Name in keyof T]: T[Name] };

/** The messages that the code under test has sent, and those that clients have delivered. */
export class MessageLog {
  readonly #ciphers: Ciphers;
  readonly #published: Writable<SeenMessage>[] = [];
  readonly #received: Writable<ReceivedMessage>[] = [];
  /** Indexes of the received messages that no client has reported, by receiver and message. */
  readonly #unreported = new Map<string, number>();
  /** The payloads as they were on the wire. */
  readonly #raw = new Map<string, unknown>();
  readonly #excluded = new Set<string>();

  constructor(ciphers: Ciphers) {
    this.#ciphers = ciphers;
  }

  /** Messages that the code under test has sent, to one channel or to all, oldest first. */
  published(channel: string | undefined): readonly SeenMessage[] {
    return this.#published.filter((message) => !this.#excluded.has(idOf(message)) && isOn(message, channel));
  }

  /** Messages that clients have delivered, on one channel or on all, in order. */
  received(channel: string | undefined): readonly ReceivedMessage[] {
    return this.#received.filter((message) => isOn(message, channel));
  }

  /** Notes an entry that the origin appends to the log of a subscribe key; resolves when it is read, or cannot be soon. */
  append(subscribeKey: string, request: AppendRequest, timetoken: Stamp): Promise<void> | undefined {
    const message = messageOf(envelopeOf(request), { subscribeKey, timetoken });
    if (!message) return undefined;
    this.#raw.set(idOf(message), message.raw);
    this.#published.push(message);
    return this.#read([message]);
  }

  /**
   * Notes the messages of a subscribe answer; resolves when they are read, or cannot be soon. A client that reports what it
   * delivers is believed. Of any other only the wire is known: a copy counts once, as every client drops the others.
   */
  deliver(
    { userId, subscribeKey = '' }: Receiver,
    text: string,
    reports: boolean,
  ): Promise<void> | undefined {
    const fresh: Writable<ReceivedMessage>[] = [];
    for (const envelope of envelopesIn(text)) {
      const message = messageOf(envelope, { subscribeKey, timetoken: timetokenOf(envelope) });
      if (!message) continue;
      this.#raw.set(idOf(message), message.raw);
      const received = { ...message, receiver: userId };
      if (reports || this.#unreported.has(copyOf(received))) continue;
      this.#unreported.set(copyOf(received), this.#received.length);
      this.#received.push(received);
      fresh.push(received);
    }
    return this.#read(fresh);
  }

  /** Notes what a client has delivered to its listeners, decrypted. */
  delivered(entry: WireEnvelope, { userId: receiver, subscribeKey = '' }: Receiver): void {
    const message = messageOf({ ...entry }, { subscribeKey, timetoken: entry.p.t });
    if (!message) return;
    const received = { ...message, raw: this.#raw.get(idOf(message)) ?? message.raw, receiver };
    // Its request may have taken another way, on which it was seen.
    const index = this.#unreported.get(copyOf(received)) ?? this.#received.length;
    this.#received[index] = received;
  }

  /** Excludes a message from `published`: the test itself sent it. */
  exclude(subscribeKey: string, timetoken: Timetoken): void {
    this.#excluded.add(idOf({ subscribeKey, timetoken }));
  }

  clear(): void {
    this.#published.length = 0;
    this.#received.length = 0;
    this.#unreported.clear();
    this.#raw.clear();
    this.#excluded.clear();
  }

  // Without a key there is nothing to wait for.
  #read(messages: readonly Writable<SeenMessage>[]): Promise<void> | undefined {
    if (!this.#ciphers.areKnown) return undefined;
    const reading = messages.map(async (message) => {
      if (message.kind !== 'signal') message.message = await this.#ciphers.read(message.raw);
    });
    // The traffic goes on: a crypto module may wait for the clock, which stands still until what is under way has ended.
    return atMost(READING_MS, Promise.all(reading));
  }
}

// Timetokens are unique within a subscribe key only.
function idOf({ subscribeKey, timetoken }: Id): string {
  return `${subscribeKey} ${timetoken}`;
}

function copyOf(message: ReceivedMessage): string {
  return JSON.stringify([idOf(message), message.channel, message.kind, message.receiver]);
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
    ...{ message, raw: message, kind, meta },
    customMessageType: typeof cmt === 'string' ? cmt : undefined,
    userId: typeof userId === 'string' ? userId : undefined,
    ...id,
  };
}

/** The envelope of an entry that is to be appended; without members if nobody has published it. */
function envelopeOf({ kind, channel, data }: AppendRequest): Envelope {
  if (kind !== 'message' && kind !== 'signal') return {};
  const { payload, publisher, meta, customMessageType } = data;
  const u: unknown = meta === undefined ? undefined : JSON.parse(meta);
  return { c: channel, d: JSON.parse(payload), e: data.kind, i: publisher, u, cmt: customMessageType };
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
