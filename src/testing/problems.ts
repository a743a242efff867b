import type { TestRequest } from './test-request.ts';

/** The report of a test that left something behind. */
export interface Leftovers {
  readonly text: string;
  /** The first unhandled rejection, if there was one. */
  readonly cause: unknown;
}

/** Collects what a test did unintentionally: unexpected requests and unhandled rejections. */
export class Problems {
  #unexpected = new Set<string>();
  #rejections: unknown[] = [];
  #stop: (() => void) | undefined;

  /** Listens for unhandled rejections, but only if a test runner does too: without one, they must end the process. */
  watch(): void {
    const { process } = globalThis as {
      process?: Partial<Pick<NodeJS.Process, 'on' | 'off' | 'listenerCount'>>;
    };
    if (this.#stop || !process?.on || !process.listenerCount?.('unhandledRejection')) return;
    const note = (reason: unknown) => void this.#rejections.push(reason);
    process.on('unhandledRejection', note);
    this.#stop = () => void process.off?.('unhandledRejection', note);
  }

  /** Stops listening. */
  end(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  /** Notes an unexpected request. Returns the message. */
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

  /** Notes another problem. */
  note(message: string): void {
    this.#unexpected.add(message);
  }

  /** Reports and clears all problems at the end of a test; `undefined` if there are none. */
  take(test: string | undefined, open: readonly TestRequest[]): Leftovers | undefined {
    const rejections = this.#rejections;
    const problems = [
      ...this.#unexpected,
      ...open.map(textOfOpen),
      ...rejections.map((reason) => `Unhandled rejection: ${String(reason)}.`),
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
