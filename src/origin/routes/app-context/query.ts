import type { Path } from '../../filter/evaluate.ts';
import { type Filter, parseFilter } from '../../filter/parse.ts';
import { FilterSyntaxError } from '../../filter/tokens.ts';
import type { Query } from '../../http/request.ts';
import { countOf, isOn, numberOf, splitNames } from '../read.ts';
import type { Call } from '../route.ts';
import { invalidQuery } from './answers.ts';
import type { EntityKind, Include, RelationKind } from './kinds.ts';

const MAX_LIMIT = 100;

const OWN_SORTS = ['updated', 'status', 'type'];
const ENTITY_SORTS = ['id', 'name', ...OWN_SORTS];

/** A field to sort by. */
export interface Sort {
  readonly path: Path;
  readonly descending: boolean;
}

/** The beginning or the end of a page. */
export type Bound = { readonly from: number } | { readonly before: number };

/** The parameters of a list. */
export interface ListQuery {
  readonly include: Include;
  /** All matches are counted, not only those of the page. */
  readonly count: boolean;
  readonly limit: number;
  readonly bound: Bound;
  readonly sorts: readonly Sort[];
  readonly filter: ListFilter | undefined;
}

/** A filter that counts its steps. */
export interface ListFilter extends Filter {
  readonly spent: number;
}

/** Fields that may be sorted by and filtered by. */
export interface ListFields {
  readonly sorts: readonly string[];
  readonly filters: readonly string[];
}

/** The fields of a list of users or channels. */
export function entityFields({ texts }: EntityKind): ListFields {
  return { sorts: ENTITY_SORTS, filters: ['id', ...texts, ...OWN_SORTS, 'custom'] };
}

/** The fields of a list of memberships. */
export function relationFields({ other }: RelationKind): ListFields {
  const { sorts, filters } = entityFields(other);
  const under = (names: readonly string[]) => names.map((name) => `${other.type}.${name}`);
  return { sorts: [...OWN_SORTS, ...under(sorts)], filters: [...OWN_SORTS, 'custom', ...under(filters)] };
}

/** The values of `include`; unknown ones are ignored. */
export function includeOf(query: Query): Include {
  return new Set(splitNames(query.get('include')));
}

/** Reads the parameters of a list. Throws a `Refusal` for invalid ones. */
export function listQueryOf({ query, services }: Call, fields: ListFields): ListQuery {
  return {
    include: includeOf(query),
    count: isOn(query, 'count'),
    limit: limitOf(query),
    bound: boundOf(query),
    sorts: query.all('sort').flatMap((list) => splitNames(list).map((text) => sortOf(text, fields.sorts))),
    filter: filterOf(query, fields.filters, services.limits.filterSteps),
  };
}

/** The cursor after the first `offset` objects. */
export function cursorOf(offset: number): string {
  return btoa(String(offset)).replace(/=+$/, '');
}

function limitOf(query: Query): number {
  const limit = countOf(query, 'limit', { min: 0, max: MAX_LIMIT });
  if (limit === undefined) throw invalidQuery('limit', 'Must be a number of zero or more.');
  return limit;
}

// Clients that send back a whole page have both, and mean the next page.
function boundOf(query: Query): Bound {
  const end = offsetOf(query, 'end');
  const from = offsetOf(query, 'start');
  return from === undefined && end !== undefined ? { before: end } : { from: from ?? 0 };
}

function offsetOf(query: Query, name: 'start' | 'end'): number | undefined {
  const cursor = query.text(name);
  if (cursor === undefined) return undefined;
  const offset = numberOf(decoded(cursor));
  if (offset === undefined) throw invalidQuery(name, 'Must be a cursor from an earlier answer.');
  return offset;
}

function decoded(base64: string): string {
  try {
    return atob(base64);
  } catch {
    return '';
  }
}

function sortOf(text: string, allowed: readonly string[]): Sort {
  const [name = '', order = 'asc', ...rest] = text.split(':');
  if (!allowed.includes(name)) throw invalidQuery('sort', `Must be one of ${allowed.join(', ')}.`);
  if ((order !== 'asc' && order !== 'desc') || rest.length > 0)
    throw invalidQuery('sort', 'The order must be asc or desc.');
  return { path: name.split('.'), descending: order === 'desc' };
}

function filterOf(query: Query, allowed: readonly string[], maxSteps: number): ListFilter | undefined {
  const text = query.text('filter');
  if (text === undefined) return undefined;
  const filter = parsed(text, maxSteps);
  for (const path of filter.paths) {
    if (isField(path, allowed)) continue;
    throw invalidQuery(
      'filter',
      `"${path.join('.')}" is not a field: use ${allowed.join(', ')} with a name.`,
    );
  }
  return filter;
}

// `maxSteps` are for all objects together.
function parsed(text: string, maxSteps: number): ListFilter {
  let steps = 0;
  const onStep = (taken = 1) => {
    steps += taken;
    if (steps > maxSteps) throw invalidQuery('filter', 'It takes too long.');
  };
  try {
    const { paths, matches } = parseFilter(text, { onStep });
    return {
      paths,
      matches: (lookup) => matches(lookup, onStep),
      get spent() {
        return steps;
      },
    };
  } catch (error) {
    if (error instanceof FilterSyntaxError) throw invalidQuery('filter', `${error.message}.`);
    throw error;
  }
}

// A field of `custom` may have any name.
function isField(path: Path, allowed: readonly string[]): boolean {
  const index = path.indexOf('custom');
  return index < 0 ? allowed.includes(path.join('.')) : isCustom(path, index, allowed);
}

function isCustom(path: Path, index: number, allowed: readonly string[]): boolean {
  const own = path.slice(0, index + 1).join('.');
  return path.length === index + 2 && typeof path[index + 1] === 'string' && allowed.includes(own);
}
