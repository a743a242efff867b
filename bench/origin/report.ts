import type { Place } from './profiler.ts';
import type { Aim, AnyRow, Row, SideRow } from './series.ts';

const HEADS = ['', 'Ours', 'Compared with', 'Ratio', 'Target', ''];
const DIGITS = 3;

/** The rows as Markdown tables, one for each kind of row. */
export function table(rows: readonly AnyRow[]): string {
  const compared = rows.filter((row): row is Row => !isSide(row));
  const sides = Map.groupBy(rows.filter(isSide), ({ values }) => Object.keys(values).join());
  const tables = [...sides.values()].map(sideTable);
  if (compared.length > 0) tables.unshift(lined([HEADS, ...compared.map(cellsOf)]));
  return tables.join('\n\n');
}

// All rows have the same columns.
function sideTable(rows: readonly SideRow[]): string {
  const columns = Object.keys(rows[0]?.values ?? {});
  const cells = rows.map((row) => [
    row.title,
    ...columns.map((column) => {
      const value = `${shown(row.values[column] ?? Number.NaN)} ${row.unit}`;
      const target = row.targets?.[column];
      if (!target) return value;
      return `${value} (${isReached(row, column) ? 'met' : 'missed'}: ${limitText(target, row.unit)})`;
    }),
  ]);
  return lined([['', ...columns], ...cells]);
}

// Columns also line up as plain text.
function lined(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((cells) => (cells[column] ?? '').length), 3),
  );
  const [head = '', ...body] = lines.map(
    (cells) => `| ${cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [head, rule, ...body].join('\n');
}

function cellsOf(row: Row): readonly string[] {
  const { title, unit, ours, base, baseName, ratio, target } = row;
  return [
    title,
    `${shown(ours)} ${unit}`,
    `${baseName} ${shown(base)} ${unit}`,
    ratio.toFixed(2),
    target ? limitText(target, unit) : '',
    target ? (isMet(row) ? 'met' : 'missed') : '',
  ];
}

function limitText({ of, limit, atLeast }: Aim, unit: string): string {
  return `${atLeast ? 'at least' : 'at most'} ${of === 'ratio' ? limit : `${limit} ${unit}`}`;
}

function isSide(row: AnyRow): row is SideRow {
  return 'values' in row;
}

/** Whether the targets are met, compared as precisely as the values are shown. */
export function isMet(row: AnyRow): boolean {
  if (isSide(row)) return Object.keys(row.targets ?? {}).every((column) => isReached(row, column));
  const { ours, ratio, target } = row;
  if (!target) return true;
  return isWithin(target, target.of === 'ratio' ? Number(ratio.toFixed(2)) : ours);
}

function isReached({ values, targets }: SideRow, column: string): boolean {
  const target = targets?.[column];
  return !target || isWithin(target, values[column] ?? Number.NaN);
}

function isWithin({ limit, atLeast }: Aim, value: number): boolean {
  const precise = Number(shown(value));
  return atLeast ? precise >= limit : precise <= limit;
}

function shown(value: number): string {
  return String(Number(value.toPrecision(value >= 1_000 ? DIGITS + 1 : DIGITS)));
}

/** Where time goes, or memory, as a list. */
export function placeList(title: string, places: readonly Place[]): string {
  const lines = places.map(({ name, share }) => `${`${(share * 100).toFixed(1)} %`.padStart(8)}  ${name}`);
  return [`${title}:`, ...lines].join('\n');
}
