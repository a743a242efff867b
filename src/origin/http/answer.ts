/** A plain answer, which the adapters turn into what their platform wants. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  /** What is sent in place of the text. */
  readonly bytes?: Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The content type of nearly all answers (docs/reference/protocol.md, "HTTP"). */
export const JAVASCRIPT = 'text/javascript; charset="UTF-8"';

/** The content type of what the access manager answers: without the inner quotes. */
export const ACCESS_MANAGER = 'text/javascript; charset=UTF-8';

/** A good answer with a body that is JSON text already. */
export function ok(body: string): Answer {
  return { status: 200, contentType: JAVASCRIPT, body };
}

/** An answer with a value as its JSON. */
export function json(status: number, value: unknown): Answer {
  return { status, contentType: JAVASCRIPT, body: JSON.stringify(value) };
}
