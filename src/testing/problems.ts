import type { TestRequest } from './test-request.ts';

/** What a test has left behind. */
export interface Leftovers {
  /** In words, for people. */
  readonly text: string;
  /** A rejection that nobody handled, if there was one. */
  readonly cause: unknown;
}

/** What a test leaves behind, or does that it did not mean to. */
export class Problems {
  #unexpected = new Set<string>();
  #rejections: unknown[] = [];
  #stop: (() => void) | undefined;

  /** Hears of rejections that nobody handles, where somebody does already: without a test runner, they end the process. */
  watch(): void {
    const { process } = globalThis as {
      process?: Partial<Pick<NodeJS.Process, 'on' | 'off' | 'listenerCount'>>;
    };
    if (this.#stop || !process?.on || !process.listenerCount?.('unhandledRejection')) return;
    const note = (reason: unknown) => void this.#rejections.push(reason);
    process.on('unhandledRejection', note);
    this.#stop = () => void process.off?.('unhandledRejection', note);
  }

  /** Hears of nothing any more. */
  end(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  /** Notes a request that was not expected; returns what to say of it. */
  unexpected(
    { method, operation, path, userId }: TestRequest,
    expected: readonly string[] | undefined,
  ): string {
    const wanted = expected ? expected.join(', ') || 'none' : 'a request of the protocol';
    const what = operation === 'unknown' ? `${method} ${path}` : `${operation} (${method} ${path})`;
    const message = `Unexpected request of ${userId ?? 'nobody'}: ${what}. Expected: ${wanted}.`;
    this.#unexpected.add(message);
    return message;
  }

  /** A part of the network did not come to an end. */
  note(message: string): void {
    this.#unexpected.add(message);
  }

  /** Everything that is wrong at the end of a test; `undefined` when nothing is. Forgets it. */
  take(test: string | undefined, open: readonly TestRequest[]): Leftovers | undefined {
    const rejections = this.#rejections;
    const problems = [
      ...this.#unexpected,
      ...open.map(textOfOpen),
      ...rejections.map((reason) => `A rejection was not handled: ${String(reason)}.`),
    ];
    this.#unexpected = new Set();
    this.#rejections = [];
    if (problems.length === 0) return undefined;
    const name = test === undefined ? 'The test' : `The test "${test}"`;
    const text = `${name} left something behind:\n${problems.map((problem) => `- ${problem}`).join('\n')}`;
    return { text, cause: rejections[0] };
  }
}

function textOfOpen({ userId, operation, channels, channelGroups }: TestRequest): string {
  const names = [...channels, ...channelGroups].join(', ') || 'nothing';
  return `A request is still open: ${operation} of ${userId ?? 'nobody'} on ${names}. Close the client before the test ends.`;
}
