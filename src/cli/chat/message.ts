/** What somebody says. */
export interface ChatMessage {
  readonly name: string;
  readonly text: string;
}

/** Bytes of a posted message at most, as JSON: the longest one fits, with every character escaped. */
export const MAX_BODY = 8_192;

const MAX_NAME = 32;
const MAX_TEXT = 1_000;
// Other clients than browsers may print what they get.
const CONTROLS = /\p{Cc}/u;
const CONTROLS_BUT_LINES = /[^\P{Cc}\n\t]/u;

/** A message that may be shown, or a sentence on why it may not. */
export function readMessage(body: Uint8Array): ChatMessage | string {
  const given: unknown = parsed(body);
  const { name, text }: { readonly name?: unknown; readonly text?: unknown } = Object(given);
  if (typeof name !== 'string' || typeof text !== 'string')
    return 'A message is JSON: {"name":"ann","text":"hello"}.';
  const message = { name: name.trim().toWellFormed(), text: text.trim().toWellFormed() };
  if (!isWithin(message.name, MAX_NAME) || CONTROLS.test(message.name))
    return `The name must have 1 to ${MAX_NAME} characters, and no control characters.`;
  if (!isWithin(message.text, MAX_TEXT) || CONTROLS_BUT_LINES.test(message.text))
    return `The text must have 1 to ${MAX_TEXT} characters, and no control characters.`;
  return message;
}

function isWithin(text: string, most: number): boolean {
  return text.length > 0 && text.length <= most;
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}
