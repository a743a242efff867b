import type { Lasting } from '../http/held.ts';
import type { Exchange } from './exchange.ts';
import type { Later } from './fair-turns.ts';

/** A request that begins in a later turn. One object for each: a crowd of many thousand may wait together. */
export class LaterExchange implements Later, Lasting {
  older: this | undefined = undefined;
  newer: this | undefined = undefined;
  #exchange: Exchange | undefined;
  readonly #run: (exchange: Exchange) => void;

  /** `run` must not throw; it is the same for all. */
  constructor(exchange: Exchange, run: (exchange: Exchange) => void) {
    this.#exchange = exchange;
    this.#run = run;
    exchange.turn.hold(this);
  }

  begin(): boolean {
    const exchange = this.#exchange;
    if (!exchange || exchange.turn.ended) return false;
    exchange.turn.release();
    this.#run(exchange);
    return true;
  }

  /** Nothing of a client that hangs up is kept until its turn. While the server closes, requests are still answered. */
  interrupt(): void {
    if (this.#exchange?.turn.ended) this.#exchange = undefined;
  }
}
