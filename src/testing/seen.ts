import type { AppendRequest } from '../origin/store/log.ts';
import type { Stamp } from '../origin/store/stamp.ts';
import type { Timetoken } from '../protocol/timetoken.ts';
import { envelopesIn, messageOf, type ReceivedMessage, type SeenMessage, timetokenIn } from './messages.ts';
import type { TestRequest } from './test-request.ts';

/** What was seen of messages: those that the code under test has sent, and those that have reached clients. */
export class Seen {
  readonly #published: SeenMessage[] = [];
  readonly #received: ReceivedMessage[] = [];
  readonly #own = new Set<string>();

  /** What the code under test has sent, to one channel or to all, oldest first. */
  published(channel: string | undefined): readonly SeenMessage[] {
    return this.#published.filter((message) => !this.#own.has(idOf(message)) && isOn(message, channel));
  }

  /** What has reached clients, on one channel or on all, in order. */
  received(channel: string | undefined): readonly ReceivedMessage[] {
    return this.#received.filter((message) => isOn(message, channel));
  }

  /** Something has been appended to the log of a subscribe key. */
  appended(subscribeKey: string, { body }: AppendRequest, timetoken: Stamp): void {
    const envelope: unknown = JSON.parse(`{${body}}`);
    const message = messageOf(Object(envelope), { subscribeKey, timetoken });
    if (message) this.#published.push(message);
  }

  /** A subscriber got an answer. */
  delivered({ userId, subscribeKey = '' }: TestRequest, text: string): void {
    for (const envelope of envelopesIn(text)) {
      const message = messageOf(envelope, { subscribeKey, timetoken: timetokenIn(envelope) });
      if (message) this.#received.push({ ...message, receiver: userId });
    }
  }

  /** This one the test itself has published. */
  own(subscribeKey: string, timetoken: Timetoken): void {
    this.#own.add(idOf({ subscribeKey, timetoken }));
  }

  clear(): void {
    this.#published.length = 0;
    this.#received.length = 0;
    this.#own.clear();
  }
}

// Timetokens are unique within a subscribe key only.
function idOf({ subscribeKey, timetoken }: Pick<SeenMessage, 'subscribeKey' | 'timetoken'>): string {
  return `${subscribeKey} ${timetoken}`;
}

function isOn(message: SeenMessage, channel: string | undefined): boolean {
  return channel === undefined || message.channel === channel;
}
