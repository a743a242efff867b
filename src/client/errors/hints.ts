import type { PNOperationType } from '../../protocol/status.ts';
import type { GivenOptions } from '../config/options.ts';
import type { EventName } from '../listeners/events.ts';
import type { Logger } from '../runtime/logger.ts';

/** A failure without an answer. */
export interface Failure {
  /** The code of the runtime's error, for example `ECONNREFUSED`; not all runtimes have one. */
  readonly code: string | undefined;
  /** The text of the runtime's error. */
  readonly text: string;
  /** Scheme, host and port that the request was sent to. */
  readonly address: string;
}

/** Logs likely mistakes of a program that are no errors, each once. */
export interface Reminder {
  /** A payload is sent. */
  sent(operation: PNOperationType, payload: unknown): void;
  /** Something was received. `isHeard` tells whether the program listens. */
  received(channel: string, isHeard: () => boolean): void;
}

/** What helps while a program is written. It may read texts of runtimes: nothing depends on it. */
export interface Hints {
  /** The likely cause of a failure, to be read after a colon. */
  cause(failure: Failure): string | undefined;
  /** What takes the place of an unknown name, or of a wrong object, to be read after a semicolon. */
  instead(name: string): string | undefined;
  /** A mistake in options that pass every check, as a sentence. */
  problem(options: GivenOptions): string | undefined;
  /** Logs misspelt methods of a listener; throws `PN-1002` if it has no others. `names` are the events that it may get. */
  listener(listener: object, names: readonly EventName[], logger: Logger | undefined): void;
  /** The reminder of one client. */
  reminder(logger: Logger): Reminder;
}
