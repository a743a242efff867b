import { type CallSite, callSiteOf } from './errors.ts';
import { afterRealTime } from './system.ts';

/** When a network counts as quiet. */
export interface Quiet {
  /** Whether something is under way that goes on by itself. */
  readonly busy: () => boolean;
  /** Each waits for something that may happen without being seen; nothing of it may bring a change. */
  readonly turns: readonly (() => Promise<void>)[];
}

interface Wait {
  readonly isOver: () => boolean;
  readonly resolve: () => void;
  readonly fail: () => void;
}

/** Waits for something that the traffic brings about, as long as patience lasts. */
export class Waits {
  readonly #waits = new Set<Wait>();
  readonly #patience: number;
  readonly #error: (message: string) => Error;
  #changes = 0;

  constructor(patience: number, error: (message: string) => Error) {
    this.#patience = patience;
    this.#error = error;
  }

  /** Something happened that may end a wait. */
  changed(): void {
    this.#changes++;
    for (const wait of [...this.#waits]) if (wait.isOver()) wait.resolve();
  }

  /** Resolves as soon as the condition holds; rejects with what was expected, at the call site, when patience ends. */
  until(isOver: () => boolean, expected: () => string, site: CallSite): Promise<void> {
    if (isOver()) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => () => {
        this.#waits.delete(wait);
        forget();
        settle();
      };
      const wait: Wait = {
        isOver,
        resolve: end(resolve),
        fail: end(() => {
          const error = this.#error(expected());
          site(error);
          reject(error);
        }),
      };
      const forget = afterRealTime(this.#patience, wait.fail);
      this.#waits.add(wait);
    });
  }

  /** Resolves when nothing has happened for some turns, and nothing is under way that may yet. */
  async untilQuiet({ busy, turns }: Quiet, expected: () => string): Promise<void> {
    const site = callSiteOf(this.untilQuiet);
    let impatient = false;
    const forget = afterRealTime(this.#patience, () => {
      impatient = true;
    });
    try {
      for (let quiet = 0, seen = this.#changes; quiet < turns.length; quiet++) {
        await turns[quiet]?.();
        if (!busy() && seen === this.#changes) continue;
        if (impatient) throw this.#impatience(expected, site);
        quiet = -1;
        seen = this.#changes;
      }
    } finally {
      forget();
    }
  }

  /** Ends every wait. */
  end(): void {
    for (const wait of [...this.#waits]) wait.fail();
  }

  #impatience(expected: () => string, site: CallSite): Error {
    const error = this.#error(`${expected()} That was waited for ${this.#patience} ms.`);
    site(error);
    return error;
  }
}
