/** What an operation of the library answers with: texts, integers, `null` and lists of them. */
export type Reply = string | number | null | readonly Reply[];

/** Narrows what came from the server. */
export function replyOf(value: unknown): Reply {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map(replyOf);
  if (typeof value === 'boolean') return value ? 1 : null;
  throw new TypeError(
    `The store answered with something else than texts, numbers and lists: ${typeof value}.`,
  );
}

/** A text; a number as its digits. */
export function textOf(reply: Reply | undefined): string {
  if (typeof reply === 'string') return reply;
  if (typeof reply === 'number') return String(reply);
  throw new TypeError(`The store answered with ${kindOf(reply)} instead of a text.`);
}

/** A number, also one that came as a text. */
export function numberOf(reply: Reply | undefined): number {
  const number = typeof reply === 'string' && reply !== '' ? Number(reply) : reply;
  if (typeof number === 'number' && !Number.isNaN(number)) return number;
  throw new TypeError(`The store answered with ${kindOf(reply)} instead of a number.`);
}

/** A list. */
export function listOf(reply: Reply | undefined): readonly Reply[] {
  // A list of replies is the only object among them.
  if (typeof reply === 'object' && reply !== null) return reply;
  throw new TypeError(`The store answered with ${kindOf(reply)} instead of a list.`);
}

/** A list of texts. */
export function textsOf(reply: Reply | undefined): readonly string[] {
  return listOf(reply).map(textOf);
}

function kindOf(reply: Reply | undefined): string {
  if (reply === null || reply === undefined) return 'nothing';
  return typeof reply === 'object' ? 'a list' : `a ${typeof reply}`;
}
