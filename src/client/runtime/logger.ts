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

/** What takes secrets out of a line. */
export interface LineRedactor {
  text(text: string): string;
  value(value: unknown): unknown;
}

/**
 * The logger, made harmless: its lines hold no secrets, and a method that throws or rejects, or cannot even be looked up,
 * is passed over in silence, since there is nobody left to tell.
 */
export function safeLogger(logger: Logger, redactor: LineRedactor): Required<Logger> {
  const log = async (level: keyof Logger, message: string, fields: object | undefined) => {
    // A level that is not there costs nothing.
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
      // As a promise it is caught however it fails: some loggers are asynchronous, which their type allows.
      log(level, message, fields).catch(() => undefined);
    };
  return { debug: safe('debug'), info: safe('info'), warn: safe('warn'), error: safe('error') };
}
