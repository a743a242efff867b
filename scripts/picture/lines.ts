// What the demonstration prints, as data: the same at each run.

/** A part of a line in one look; no look is plain text. */
export interface Span {
  readonly text: string;
  readonly looks: readonly string[];
}

/** A line of output; an empty one has no spans. */
export type Line = readonly Span[];

const LOOKS: Readonly<Record<string, string>> = {
  1: 'bold',
  2: 'dim',
  31: 'red',
  32: 'green',
  33: 'yellow',
  35: 'magenta',
  36: 'cyan',
};
/** The codes that end a look, and what they end. */
const ENDS: Readonly<Record<string, readonly string[]>> = {
  22: ['bold', 'dim'],
  39: ['red', 'green', 'yellow', 'magenta', 'cyan'],
};
const CODE = new RegExp(`${String.fromCharCode(27)}\\[(\\d+)m`);
const FIRST_PORT = 40_001;
const TEXT_START = 7;

/** The lines of an output with colours, without what differs from run to run: ports, delays, and who is a moment faster. */
export function linesOf(output: string): readonly Line[] {
  const lines = steady(output.trim()).split('\n').map(spansOf);
  return sectionsOf(lines).flatMap(inOrder);
}

/** The text of a line. */
export function textOf(line: Line): string {
  return line.map(({ text }) => text).join('');
}

function steady(output: string): string {
  const ports = [...new Set(output.match(/(?<=127\.0\.0\.1:)\d+/g))];
  return output
    .replaceAll(/(?<=127\.0\.0\.1:)\d+/g, (port) => String(FIRST_PORT + ports.indexOf(port)))
    .replaceAll(/\d+(?= ms)/g, '700');
}

function spansOf(line: string): Line {
  const spans: Span[] = [];
  let looks: readonly string[] = [];
  // Texts and codes take turns.
  for (const [index, part] of line.split(CODE).entries()) {
    if (index % 2 === 0) spans.push({ text: part, looks });
    else looks = looksAfter(looks, part);
  }
  return spans.filter(({ text }) => text !== '');
}

function looksAfter(looks: readonly string[], code: string): readonly string[] {
  const look = LOOKS[code];
  if (look !== undefined) return [...looks, look];
  const ended = ENDS[code];
  if (!ended) throw new Error(`The picture does not know the code ${code} of the terminal.`);
  return looks.filter((each) => !ended.includes(each));
}

// A part of the story: a headline and what follows it, or the last line.
function sectionsOf(lines: readonly Line[]): readonly (readonly Line[])[] {
  const sections: Line[][] = [[]];
  for (const line of lines) {
    if (line.length === 0) sections.push([]);
    sections.at(-1)?.push(line);
  }
  return sections;
}

// What two users see at the same moment comes in any order: a message is published, and then received.
function inOrder(section: readonly Line[]): readonly Line[] {
  const said = section.map(textOf).flatMap((text) => messageIn(text) ?? []);
  const order = [...new Set(said)];
  return section.toSorted((a, b) => compare(placeOf(textOf(a), order), placeOf(textOf(b), order)));
}

function placeOf(text: string, order: readonly string[]): readonly number[] {
  const message = messageIn(text);
  if (message !== undefined) return [2, order.indexOf(message), text.startsWith('bob') ? 0 : 1];
  if (/^(alice|bob) +(is connected|loses)/.test(text)) return [1];
  return /^(alice|bob) /.test(text) ? [3] : [0];
}

function messageIn(text: string): string | undefined {
  return /^(?:publishes|receives from bob): (.*)/.exec(text.slice(TEXT_START))?.[1];
}

function compare(a: readonly number[], b: readonly number[]): number {
  const differing = a.findIndex((value, index) => value !== (b[index] ?? 0));
  return differing < 0 ? 0 : (a[differing] ?? 0) - (b[differing] ?? 0);
}
