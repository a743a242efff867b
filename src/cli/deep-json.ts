/** A part of the text that stands as it is. */
class Raw {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const NO_TEXT = new Set<unknown>(['undefined', 'function', 'symbol']);

/**
 * A value as JSON, as `JSON.stringify` prints it, however deep it is nested: that one ends with a `RangeError` at some
 * thousand levels, and whoever may publish may nest as deep. Slower, and only for values without cycles.
 */
export function deepJson(value: unknown): string {
  const parts: string[] = [];
  // The next part is the last.
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    const known = next instanceof Raw ? next.text : textOf(next);
    if (known !== undefined) parts.push(known);
    else for (const part of partsOf(Object(next)).toReversed()) rest.push(part);
  }
  return parts.join('');
}

// `undefined` for lists and objects without a form of their own.
function textOf(value: unknown): string | undefined {
  if (NO_TEXT.has(typeof value)) return 'null';
  const isPlain = typeof value === 'object' && value !== null && typeof Object(value).toJSON !== 'function';
  return isPlain ? undefined : JSON.stringify(value);
}

function partsOf(value: object): unknown[] {
  return Array.isArray(value) ? listParts(value) : memberParts(value);
}

function listParts(list: readonly unknown[]): unknown[] {
  return [
    new Raw('['),
    ...list.flatMap((item, index) => (index === 0 ? [item] : [new Raw(','), item])),
    new Raw(']'),
  ];
}

function memberParts(object: object): unknown[] {
  const members = Object.entries(object).filter(([, value]) => !NO_TEXT.has(typeof value));
  const parts = members.flatMap(([name, value], index) => [
    new Raw(`${index === 0 ? '' : ','}${JSON.stringify(name)}:`),
    value,
  ]);
  return [new Raw('{'), ...parts, new Raw('}')];
}
