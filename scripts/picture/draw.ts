// Draws lines as a terminal that fills: an SVG that moves by CSS alone, and whose still is the end of it.
import { type Line, type Span, textOf } from './lines.ts';

const WIDTH = 800;
const MARGIN = 20;
const BAR = 34;
const ROW = 18;
const GAP = 8;
const FONT = 13;
/** Of a character, in most fixed-width fonts. */
const ADVANCE = FONT * 0.602;
const SECONDS = { gap: 0, headline: 0.8, line: 0.35 };

const LIGHT = {
  ...{ back: '#ffffff', bar: '#f6f8fa', edge: '#d0d7de', text: '#1f2328', dim: '#59636e' },
  ...{ red: '#b42318', green: '#1a7f37', yellow: '#8a5a00', magenta: '#8250df', cyan: '#0b6e83' },
};
const DARK: typeof LIGHT = {
  ...{ back: '#0d1117', bar: '#161b22', edge: '#30363d', text: '#e6edf3', dim: '#9198a1' },
  ...{ red: '#ff8b80', green: '#56d364', yellow: '#e3b341', magenta: '#d2a8ff', cyan: '#56d4dd' },
};

interface Placed {
  readonly line: Line;
  /** The bottom of its row. */
  readonly y: number;
  /** Seconds from the start. */
  readonly at: number;
}

/** The SVG of a terminal in which a command printed these lines. The still shows the lines from `from` on. */
export function picture(command: string, lines: readonly Line[], from: string): string {
  const placed = place(lines);
  const end = placed.at(-1)?.y ?? 0;
  const start = placed.find(({ line }) => textOf(line) === from);
  if (!start) throw new Error(`No line is "${from}".`);
  const hidden = start.y - ROW;
  const inner = end - hidden + GAP * 2;
  const height = BAR + inner;
  const last = textOf(lines.at(-1) ?? []);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-labelledby="title">
<title id="title">${escaped(`${command}: ${last}`)}</title>
<style>
${styles(placed, { inner, hidden })}
</style>
<rect class="back edge" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="8"/>
<path class="bar edge" d="M0.5 ${BAR}V8.5a8 8 0 0 1 8-8H${WIDTH - 8.5}a8 8 0 0 1 8 8V${BAR}z"/>
<text class="dim" x="${MARGIN}" y="${BAR - 12}">$ ${escaped(command)}</text>
<clipPath id="window"><rect x="0" y="${BAR + GAP}" width="${WIDTH}" height="${inner - GAP}"/></clipPath>
<g clip-path="url(#window)"><g transform="translate(0 ${BAR + GAP})"><g class="roll" transform="translate(0 ${-hidden})">
${placed
  .filter(({ line }) => line.length > 0)
  .map(row)
  .join('\n')}
</g></g></g>
</svg>
`;
}

function place(lines: readonly Line[]): readonly Placed[] {
  let y = 0;
  let at = 0;
  return lines.map((line) => {
    y += line.length === 0 ? GAP : ROW;
    const kind = line.length === 0 ? 'gap' : isHeadline(line) ? 'headline' : 'line';
    at += SECONDS[kind];
    return { line, y, at };
  });
}

function isHeadline([first, ...others]: Line): boolean {
  return (
    others.length === 0 && first !== undefined && (first.looks.length === 0 || first.looks[0] === 'bold')
  );
}

function row({ line, y, at }: Placed): string {
  let column = 0;
  const spans = line.map((span) => {
    const x = rounded(MARGIN + column * ADVANCE);
    column += span.text.length;
    return spanText(span, x);
  });
  return `<text class="l" y="${rounded(y - 5)}" style="animation-delay:${rounded(at)}s">${spans.join('')}</text>`;
}

// Each part is put in its place, whatever font there is.
function spanText({ text, looks }: Span, x: number): string {
  const shown = text.trim();
  if (shown === '') return '';
  const before = rounded(x + (text.length - text.trimStart().length) * ADVANCE);
  const width = rounded(shown.length * ADVANCE);
  const look = looks.length > 0 ? ` class="${looks.join(' ')}"` : '';
  return `<tspan x="${before}" textLength="${width}"${look}>${escaped(shown)}</tspan>`;
}

function styles(placed: readonly Placed[], { inner, hidden }: { inner: number; hidden: number }): string {
  const length = placed.at(-1)?.at ?? 0;
  const room = inner - GAP * 2;
  const steps = placed.filter(({ y, line }) => y > room && line.length > 0);
  const rolled = steps.map(
    ({ y, at }) => `${rounded((at / length) * 100)}%{transform:translateY(${-Math.min(y - room, hidden)}px)}`,
  );
  return `text{font:${FONT}px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:${LIGHT.text}}
.bold{font-weight:600}
${colours(LIGHT)}
@media (prefers-color-scheme:dark){
text{fill:${DARK.text}}
${colours(DARK)}
}
@media (prefers-reduced-motion:no-preference){
.l{animation:show .01s step-end both}
.roll{animation:roll ${rounded(length)}s step-end both}
}
@keyframes show{from{opacity:0}to{opacity:1}}
@keyframes roll{0%{transform:translateY(0)}${rolled.join('')}}`;
}

function colours({ back, bar, edge, text: _, ...looks }: typeof LIGHT): string {
  const names = Object.entries(looks).map(([name, colour]) => `.${name}{fill:${colour}}`);
  return `.back{fill:${back}}.bar{fill:${bar}}.edge{stroke:${edge}}\n${names.join('')}`;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
