export type { Lookup } from './evaluate.ts';
export { type Filter, parseFilter } from './filter.ts';
export { FilterSyntaxError } from './filter-syntax-error.ts';
export type { Path } from './node.ts';
export { valueAt } from './value-at.ts';
