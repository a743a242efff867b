/** Wildcards that cover one another, as a list of names: `a.*,a.a.*` are two. */
export function nested(count: number, suffix = ''): string {
  return Array.from({ length: count }, (_, index) => `${'a.'.repeat(index + 1)}*${suffix}`).join(',');
}
