/**
 * What may end a parked request early: the client hangs up, or the server that parked it closes. An `AbortSignal` in
 * small, since there is one for each of many thousand parked polls.
 */
export interface Interruption {
  readonly aborted: boolean;
  /** Calls back once when it happens; not when it has happened already. Returns what takes the callback back. */
  onAbort(callback: () => void): () => void;
}
