import type { Reply } from './reply.ts';

/** An argument of an operation. Numbers are sent as their digits. */
export type Argument = string | number;

/**
 * Runs operations of the library on the data of one subscribe key. What is called within one turn of the event loop is one
 * call of the script: its operations run in the order of the calls, and nothing runs between them.
 */
export interface Calls {
  /**
   * Runs an operation that may change something. Rejects with `StoreUnavailable` when the store cannot be reached; then the
   * outcome is unknown.
   */
  call(operation: string, args?: readonly Argument[]): Promise<Reply>;
  /** Runs an operation that changes nothing whose loss would matter: it does not wait for replicas. */
  read(operation: string, args?: readonly Argument[]): Promise<Reply>;
}
