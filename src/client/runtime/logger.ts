/** Receives log lines. Every method is optional; `console` fits. */
export interface Logger {
  /** Each request and answer, by operation and status; never payloads. */
  debug?(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Changes of state. */
  info?(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Failures that the client handles. */
  warn?(message: string, fields?: Readonly<Record<string, unknown>>): void;
  /** Failures that nothing else reports: a listener threw, and there is no `listenerError` listener. */
  error?(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

/** Removes secrets from a line. */
export interface LineRedactor {
  text(text: string): string;
  value(value: unknown): unknown;
}

/**
 * A logger whose lines hold no secrets, and whose failures are ignored: there is nowhere left to report them.
 */
export function safeLogger(logger: Logger, redactor: LineRedactor): Required<Logger> {
  const log = async (level: keyof Logger, message: string, fields: object | undefined) => {
    // An absent level costs nothing.
    if (typeof logger[level] !== 'function') return;
    const clean = redactor.value(fields);
    await logger[level](
      redactor.text(message),
      typeof clean === 'object' && clean !== null ? { ...clean } : undefined,
    );
  };
  const safe =
    (level: keyof Logger): Required<Logger>[keyof Logger] =>
    (message, fields) => {
      // Some loggers are asynchronous, which their type allows.
      log(level, message, fields).catch(() => undefined);
    };
  return { debug: safe('debug'), info: safe('info'), warn: safe('warn'), error: safe('error') };
}
