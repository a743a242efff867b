import type { PubNubOptions } from 'timetoken';
import type { Terminal } from './terminal.ts';

/** All that commands get from outside, so that tests can run them in their own process. */
export interface Surroundings {
  readonly terminal: Terminal;
  /** How the client reaches an origin, and what time it is. */
  readonly network: Pick<PubNubOptions, 'fetch' | 'transport' | 'clock' | 'random'>;
}
