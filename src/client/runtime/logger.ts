/** Where log lines go. Every method is optional; `console` fits as it is. */
export interface Logger {
  /** Each request and answer, by operation and status; never payloads. */
  debug?(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Changes of state. */
  info?(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What went wrong and is being dealt with. */
  warn?(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** What a program must know: a listener that threw, with nobody listening for that. */
  error?(message: string, fields?: Readonly<Record<string, unknown>>): void;
}
