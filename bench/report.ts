import { VARIANTS, type Variant } from './clients/variants.ts';
import type { Row } from './measures/measure.ts';

const TITLES: Readonly<Record<Variant, string>> = {
  pubnub: 'pubnub',
  pubnubKeepAlive: 'pubnub, keepAlive',
  timetoken: 'timetoken',
  timetokenNode: 'timetoken, nodeTransport()',
  ky: 'ky, no SDK',
};

/** The rows as a Markdown table whose columns also line up as plain text. */
export function table(rows: readonly Row[]): string {
  const cells = [
    ['', ...VARIANTS.map((variant) => TITLES[variant])],
    ...rows.map((row) => [row.title, ...VARIANTS.map((variant) => cell(row, variant))]),
  ];
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((line) => (line[column] ?? '').length)),
  );
  const [head = '', ...body] = cells.map(
    (line) => `| ${line.map((text, column) => text.padEnd(widths[column] ?? 0)).join(' | ')} |`,
  );
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [head, rule, ...body].join('\n');
}

function cell({ ratios, bytes, targets }: Row, variant: Variant): string {
  const ratio = ratios[variant];
  if (ratio === undefined) return '';
  const size = bytes?.[variant];
  const target = targets[variant];
  const value = size === undefined ? ratio.toFixed(2) : `${ratio.toFixed(2)} (${kilobytes(size)})`;
  if (target === undefined) return value;
  // Compared as precisely as it is shown.
  const [shown, limit] =
    size === undefined ? [ratio.toFixed(2), String(target)] : [kilobytes(size), kilobytes(target)];
  return `${value}, ${Number.parseFloat(shown) <= Number.parseFloat(limit) ? 'meets' : 'misses'} ${limit}`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1_000).toFixed(1)} kB`;
}

/** The targets that were missed. */
export function missed(rows: readonly Row[]): readonly string[] {
  return rows.flatMap((row) =>
    VARIANTS.filter((variant) => cell(row, variant).includes('misses')).map(
      (variant) => `${row.title} (${TITLES[variant]})`,
    ),
  );
}
