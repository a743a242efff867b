/** The fields of a log record, by name. */
export type LogFields = Readonly<Record<string, unknown>>;

/** One level of a logger. */
export type Log = (message: string, fields: LogFields) => void;

/**
 * Receives the reports of an origin; any level may be missing. Requests are reported by operation and status, without their
 * path and query: those hold messages, keys and tokens.
 */
export interface Logger {
  readonly debug?: Log | undefined;
  readonly info?: Log | undefined;
  readonly warn?: Log | undefined;
  readonly error?: Log | undefined;
}

/** A logger whose exceptions are caught: they must not fail the reported request. */
export function guardLogger(logger: Logger): Logger {
  const guard = (level: keyof Logger): Log => {
    return (message, fields) => {
      try {
        logger[level]?.(message, fields);
      } catch {
        // A failing logger leaves no place to report its failure.
      }
    };
  };
  return { debug: guard('debug'), info: guard('info'), warn: guard('warn'), error: guard('error') };
}
