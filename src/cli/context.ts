import type { PubNubOptions } from 'timetoken';
import type { Terminal } from './terminal.ts';

/** The environment of the commands, so that tests can run them in their own process. */
export interface CliContext {
  readonly terminal: Terminal;
  /** The options of clients that reach the origin, and the clock. */
  readonly network: Pick<PubNubOptions, 'fetch' | 'transport' | 'clock' | 'random'>;
}
