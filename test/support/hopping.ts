import { request } from 'node:http';

/** The messages of a run: what was acknowledged, and what each poller got. */
export interface Ledger {
  /** Timetokens of acknowledged publishes. */
  readonly acknowledged: Set<string>;
  /** Publishes whose outcome is unknown. */
  unknown: number;
  /** Timetokens by poller, as they came. */
  readonly received: string[][];
  /** Gaps that pollers were told of. */
  gaps: number;
}

/** What the ledger says of the run. */
export interface Verdict {
  readonly lost: number;
  readonly doubled: number;
  readonly disordered: number;
}

interface PollAnswer {
  readonly t: { readonly t: string; readonly r: number };
  readonly m?: readonly { readonly p: { readonly t: string } }[];
  readonly g?: readonly unknown[];
}

const CHANNELS = 8;
const NAMES = Array.from({ length: CHANNELS }, (_, number) => `c${number}`).join();

/** The text that an address answers with, over a connection of its own. */
function get(port: number, path: string): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, agent: false, timeout: 20_000 }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (part: string) => {
        text += part;
      });
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    sent.on('timeout', () => sent.destroy(new Error('No answer came.')));
    sent.on('error', reject);
    sent.end();
  });
}

/** Clients of the protocol at its barest, that come by another way with each request. */
export class Hoppers {
  readonly ledger: Ledger = { acknowledged: new Set(), unknown: 0, received: [], gaps: 0 };
  readonly #port: () => number;
  readonly #waiting: { readonly enough: number; resolve(): void }[] = [];
  #isDone = false;

  /** @param port The port of the next request. */
  constructor(port: () => number) {
    this.#port = port;
  }

  /** Resolves when so many more publishes have been acknowledged. */
  acknowledged(count: number): Promise<void> {
    const enough = this.ledger.acknowledged.size + count;
    return new Promise((resolve) => this.#waiting.push({ enough, resolve }));
  }

  /** Lets so many clients poll; resolves when all have a cursor, to a function that waits for the rest and ends them. */
  async poll(count: number): Promise<() => Promise<Verdict>> {
    const users = Array.from({ length: count }, (_, user) => user);
    const first = await Promise.all(users.map((user) => this.#answer('0', 0, user)));
    const polling = users.map((user) => this.#poller(user, first[user]?.t ?? { t: '0', r: 0 }));
    return async () => {
      this.#isDone = true;
      await Promise.all(polling);
      return this.#verdict();
    };
  }

  /** Publishes so many messages, by as many publishers as there are channels. */
  async publish(count: number): Promise<void> {
    let left = count;
    const publisher = async (channel: number) => {
      for (; left > 0; ) await this.#publishOne(channel, left--);
    };
    await Promise.all(Array.from({ length: CHANNELS }, (_, channel) => publisher(channel)));
  }

  async #publishOne(channel: number, number: number): Promise<void> {
    try {
      const path = `/publish/demo/demo/0/c${channel}/0/${number}?uuid=publisher`;
      const { status, text } = await get(this.#port(), path);
      if (status !== 200) throw new Error(`The status is ${status}.`);
      const [, , timetoken] = JSON.parse(text) as [number, string, string];
      this.ledger.acknowledged.add(timetoken);
      for (const { enough, resolve } of this.#waiting) if (this.ledger.acknowledged.size >= enough) resolve();
    } catch {
      // What died may have stored it or not.
      this.ledger.unknown++;
    }
  }

  async #poller(user: number, start: PollAnswer['t']): Promise<void> {
    const received: string[] = [];
    this.ledger.received[user] = received;
    for (let { t, r } = start; ; ) {
      const wasDone = this.#isDone;
      const answer = await this.#answer(t, r, user);
      const messages = answer.m ?? [];
      received.push(...messages.map(({ p }) => p.t));
      this.ledger.gaps += answer.g?.length ?? 0;
      if (wasDone && messages.length === 0) return;
      ({ t, r } = answer.t);
    }
  }

  // Whoever gets no answer asks again, as everybody does.
  async #answer(timetoken: string, region: number, user: number): Promise<PollAnswer> {
    for (let attempt = 0; attempt < 2_000; attempt++) {
      try {
        const query = `tt=${timetoken}&tr=${region}&uuid=u${user}`;
        const { status, text } = await get(this.#port(), `/v2/subscribe/demo/${NAMES}/0?${query}`);
        if (status === 200) return JSON.parse(text) as PollAnswer;
      } catch {
        // The next one may be alive.
      }
      await new Promise<void>((resolve) => setTimeout(resolve, 10));
    }
    throw new Error('No origin answers any more.');
  }

  #verdict(): Verdict {
    const verdict = { lost: 0, doubled: 0, disordered: 0 };
    for (const received of this.ledger.received) {
      const seen = new Set(received);
      verdict.lost += [...this.ledger.acknowledged].filter((timetoken) => !seen.has(timetoken)).length;
      verdict.doubled += received.length - seen.size;
      verdict.disordered += received.filter((tt, index) => tt < (received[index - 1] ?? '')).length;
    }
    return verdict;
  }
}
