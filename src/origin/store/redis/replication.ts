import { StoreUnavailable } from '../store.ts';
import type { Connection } from './connection.ts';
import { isScriptMissing } from './errors.ts';

// Well within the time that a store has to answer, also if a call waits for the one before.
const WAIT_MS = 600;

/** The commands of one call: the second one stands in when the server does not have the script. */
export interface ScriptCall {
  readonly command: readonly string[];
  readonly whole: readonly string[];
}

interface Waiting {
  readonly call: ScriptCall;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

/**
 * Runs scripts on a connection of its own, and waits until replicas have what they wrote. Scripts and WAIT are sent
 * together on this connection, which is never mended: when it breaks between the two, the calls are rejected, since their
 * outcome is not known. All calls that come while others wait share the next WAIT.
 */
export class Replication {
  readonly #connection: Connection;
  readonly #replicas: number;
  readonly #waiting: Waiting[] = [];
  #isBusy = false;

  constructor(connection: Connection, replicas: number) {
    this.#connection = connection;
    this.#replicas = replicas;
  }

  /** Resolves to the answer of the script, once enough replicas have everything that it wrote. */
  run(call: ScriptCall): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call, resolve, reject });
      if (!this.#isBusy) void this.#rounds();
    });
  }

  async #rounds(): Promise<void> {
    this.#isBusy = true;
    while (this.#waiting.length > 0) await this.#round(this.#waiting.splice(0));
    this.#isBusy = false;
  }

  async #round(round: readonly Waiting[]): Promise<void> {
    const answers = round.map(({ call }) => settled(this.#connection.command(call.command)));
    const replicated = settled(this.#wait());
    const missing: Waiting[] = [];
    for (const [index, waiting] of round.entries()) {
      const answer = await answers[index];
      if (answer && 'error' in answer) {
        if (isScriptMissing(answer.error)) missing.push(waiting);
        else waiting.reject(answer.error);
        continue;
      }
      const outcome = await replicated;
      if ('error' in outcome) waiting.reject(outcome.error);
      else waiting.resolve(answer?.value);
    }
    const whole = missing.map(({ call, ...rest }) => ({ ...rest, call: { ...call, command: call.whole } }));
    if (whole.length > 0) await this.#round(whole);
  }

  async #wait(): Promise<void> {
    const count = Number(await this.#connection.command(['WAIT', `${this.#replicas}`, `${WAIT_MS}`]));
    if (count >= this.#replicas) return;
    throw new StoreUnavailable(
      `Only ${count} of ${this.#replicas} replicas have confirmed a change within ${WAIT_MS} ms.`,
    );
  }
}

type Settled = { readonly value: unknown } | { readonly error: unknown };

function settled(promise: Promise<unknown>): Promise<Settled> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}
