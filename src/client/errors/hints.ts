/** A failure without an answer. */
export interface Failure {
  /** The code of the runtime's error, for example `ECONNREFUSED`; not all runtimes have one. */
  readonly code: string | undefined;
  /** The text of the runtime's error. */
  readonly text: string;
  /** Scheme, host and port that the request was sent to. */
  readonly address: string;
}

/** Sentences that help while a program is written. They may read texts of runtimes: nothing depends on them. */
export interface Hints {
  /** The likely cause of a failure, to be read after a colon. */
  cause(failure: Failure): string | undefined;
  /** What takes the place of a name that other clients have, to be read after a semicolon. */
  instead(name: string): string | undefined;
}
