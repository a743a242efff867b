import type { Place } from './profiler.ts';
import type { Row } from './series.ts';

const HEADS = ['', 'Ours', 'Compared with', 'Ratio', 'Target', ''];
const DIGITS = 3;

/** The rows as a Markdown table whose columns also line up as plain text. */
export function table(rows: readonly Row[]): string {
  const lines = [HEADS, ...rows.map(cellsOf)];
  const widths = HEADS.map((_, column) => Math.max(...lines.map((cells) => (cells[column] ?? '').length), 3));
  const [head = '', ...body] = lines.map(
    (cells) => `| ${cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [head, rule, ...body].join('\n');
}

function cellsOf(row: Row): readonly string[] {
  const { title, unit, ours, base, baseName, ratio, target } = row;
  const limit = target && (target.of === 'ratio' ? String(target.limit) : `${target.limit} ${unit}`);
  return [
    title,
    `${shown(ours)} ${unit}`,
    `${baseName} ${shown(base)} ${unit}`,
    ratio.toFixed(2),
    target && limit ? `${target.atLeast ? 'at least' : 'at most'} ${limit}` : '',
    target ? (isMet(row) ? 'met' : 'missed') : '',
  ];
}

/** Whether the target is met, compared as precisely as it is shown. */
export function isMet({ ours, ratio, target }: Row): boolean {
  if (!target) return true;
  const value = target.of === 'ratio' ? Number(ratio.toFixed(2)) : Number(shown(ours));
  return target.atLeast ? value >= target.limit : value <= target.limit;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(value >= 1_000 ? DIGITS + 1 : DIGITS)));
}

/** Where time goes, or memory, as a list. */
export function placeList(title: string, places: readonly Place[]): string {
  const lines = places.map(({ name, share }) => `${`${(share * 100).toFixed(1)} %`.padStart(8)}  ${name}`);
  return [`${title}:`, ...lines].join('\n');
}
