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

/**
 * The logger, made harmless: a method that throws or rejects, or cannot even be looked up, is passed over in silence,
 * since there is nobody left to tell.
 */
export function safeLogger(logger: Logger): Required<Logger> {
  const safe =
    (level: keyof Logger): Required<Logger>[keyof Logger] =>
    (message, fields) => {
      // As a promise it is caught however it fails: some loggers are asynchronous, which their type allows.
      new Promise((resolve) => resolve(logger[level]?.(message, fields))).catch(() => undefined);
    };
  return { debug: safe('debug'), info: safe('info'), warn: safe('warn'), error: safe('error') };
}
