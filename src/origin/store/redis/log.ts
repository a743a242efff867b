import type { Appended, AppendOptions, AppendRequest, ShardLog, Slice, Tail } from '../log.ts';
import { type Stamp, ZERO_STAMP } from '../stamp.ts';
import type { Calls } from './calls.ts';
import { entriesOf } from './entries.ts';
import { textOf, textsOf } from './reply.ts';
import { requestArguments } from './requests.ts';
import type { Tails } from './tails.ts';

/** The log of one shard in Redis. */
export class RedisLog implements ShardLog {
  readonly #calls: Calls;
  readonly #tails: Tails;

  constructor(calls: Calls, tails: Tails) {
    this.#calls = calls;
    this.#tails = tails;
  }

  async append(
    batch: readonly AppendRequest[],
    { floor = '' }: AppendOptions = {},
  ): Promise<readonly Appended[]> {
    const reply = await this.#calls.call('log.append', [floor, ...requestArguments(batch)]);
    return textsOf(reply).map((text) => {
      const isDuplicate = text.startsWith('=');
      return { tt: isDuplicate ? text.slice(1) : text, isDuplicate };
    });
  }

  async fence(floor = ''): Promise<Stamp> {
    return textOf(await this.#calls.call('log.fence', [floor]));
  }

  async last(): Promise<Stamp> {
    return textOf(await this.#calls.read('log.last'));
  }

  async began(): Promise<Stamp> {
    return textOf(await this.#calls.read('log.began'));
  }

  async readAfter(after: Stamp, limit: number): Promise<Slice> {
    return sliceOf(textsOf(await this.#calls.read('log.readAfter', [after, limit])), after);
  }

  async tail(tail: Tail): Promise<() => void> {
    // Opens the data, so that the state is known.
    await this.began();
    return this.#tails.add(tail);
  }
}

/** Reads the answer of `log.readAfter`. */
export function sliceOf(texts: readonly string[], after: Stamp): Slice {
  const [upto = after, trimmedUpto = ZERO_STAMP, prev = ZERO_STAMP, ...flat] = texts;
  return { entries: entriesOf(flat, prev), upto, trimmed: after < trimmedUpto, trimmedUpto };
}
