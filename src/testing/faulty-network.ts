import { check, checkOptions, DURATION } from '../origin/checks.ts';
import { callSiteOf } from './errors.ts';
import { connectionError, tokenExpired } from './fault-answers.ts';
import type { FaultOptions, RequestMatcher, SetFault } from './faults.ts';
import { KINDS, type SleepOptions } from './options.ts';
import type { NetworkParts } from './parts.ts';
import { TestPeople } from './people.ts';

/** A network that a test can make fail. */
export class FaultyNetwork extends TestPeople {
  readonly #parts: () => NetworkParts;

  /** `parts` throws when the network is closed. */
  constructor(parts: () => NetworkParts) {
    super(() => ({ ...parts(), keyset: parts().observer.keys.current }));
    this.#parts = parts;
  }

  /** Makes requests fail. Throws a `TypeError` or `RangeError` on a fault that could never happen. */
  fail(what: RequestMatcher, options: FaultOptions): SetFault {
    return this.#parts().wire.faults.add(what, options, callSiteOf(this.fail));
  }

  /** Cuts the network off: open connections break, new ones are refused. */
  offline(): void {
    const { wire } = this.#parts();
    wire.conditions.offline = true;
    wire.cut(() => connectionError('ECONNRESET'));
  }

  /** Ends `offline()`. */
  online(): void {
    this.#parts().wire.conditions.offline = false;
  }

  /** Delays each request by so many milliseconds before it reaches the origin; `0` ends it. */
  delay(milliseconds: number): void {
    this.#parts().wire.conditions.setDelay(milliseconds);
  }

  /** Duplicates the messages in the next subscribe answers that have any. */
  duplicate(answers = 1): void {
    this.#parts().wire.conditions.duplicate(answers);
  }

  /** Expires every token that was used so far; held polls are answered with the error. */
  expireToken(): void {
    const { wire } = this.#parts();
    wire.conditions.expireTokens();
    wire.cut(({ token }) => (token === undefined ? undefined : tokenExpired()));
  }

  /** The clients' machine sleeps: time passes, their timers do not fire, and their connections are lost. */
  async sleep(milliseconds: number, options?: SleepOptions): Promise<void> {
    const { wire, clock, waits } = this.#parts();
    const { connections = 'dead' } = checkOptions('network.sleep()', options, KINDS.sleep);
    check('network.sleep(): milliseconds', milliseconds, DURATION);
    if (connections === 'dead') wire.lose();
    await clock.sleep(milliseconds);
    if (connections === 'reset') wire.cut(() => connectionError('ECONNRESET'));
    await waits.idle();
  }
}
