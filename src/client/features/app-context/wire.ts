import type { Query, Retry, Values } from '../../endpoint.ts';
import { joined } from '../../wire/values.ts';
import type { IncludeParams, PageParams, RelationInput } from './parameters.ts';

type Given = Readonly<Record<string, unknown>>;
type Side = 'uuid' | 'channel';
type ListValues = Values<PageParams> & { readonly sort?: readonly string[] };
type Rows = readonly RelationInput<string>[] | undefined;

const LARGEST_PAGE = 100;
const OPTIONAL_FIELDS = ['custom', 'status', 'type'];
const WITHOUT_CUSTOM = ['status', 'type'];

/** The query of a call about one user or channel. */
export function entityQuery(values: Values<IncludeParams>): Query {
  return { include: included(values, OPTIONAL_FIELDS) };
}

/** The query of a call that answers a list of users or channels. */
export function entitiesQuery(values: ListValues): Query {
  return { include: included(values, WITHOUT_CUSTOM), ...pageQuery(values) };
}

/** The query of a call that answers a list of memberships, which lead to `side`. */
export function relationsQuery(side: Side, isChange = false) {
  const fields = [...OPTIONAL_FIELDS, side, ...OPTIONAL_FIELDS.map((field) => `${side}.${field}`)];
  const byDefault = isChange ? [...WITHOUT_CUSTOM, ...WITHOUT_CUSTOM.map((field) => `${side}.${field}`)] : [];
  return (values: ListValues): Query => ({
    include: included(values, byDefault, fields),
    ...pageQuery(values),
  });
}

/** The body of a change of memberships, which lead to `side`. */
export function relationsBody(side: Side, { set, remove }: { readonly set?: Rows; readonly remove?: Rows }) {
  const rows = (inputs: Rows) =>
    inputs?.map((input) => {
      const { id, ...fields } = typeof input === 'string' ? { id: input } : input;
      return { [side]: { id }, ...fields };
    });
  return { set: rows(set), delete: rows(remove) };
}

/** The body of a change of metadata: the given ones of the fields. */
export function entityBody(fields: Given): (values: Given) => object {
  return (values) => Object.fromEntries(Object.keys(fields).map((name) => [name, values[name]]));
}

/** The condition of a change. */
export function ifMatch({ ifMatchesEtag }: { readonly ifMatchesEtag?: string }) {
  return { 'if-match': ifMatchesEtag };
}

/** A conditional change that was made does not meet its condition again: repeated, it would tell of a conflict. */
export function retryOfChange({ ifMatchesEtag }: { readonly ifMatchesEtag?: string }): Retry {
  return ifMatchesEtag === undefined ? 'safe' : 'not-sent';
}

function pageQuery({ limit, filter, sort, page, includeTotalCount }: ListValues): Query {
  return {
    // `include=totalCount` does nothing.
    count: includeTotalCount ? 'true' : undefined,
    limit: limit && Math.min(limit, LARGEST_PAGE),
    filter: filter || undefined,
    sort: joined(sort),
    start: page?.next,
    end: page?.next === undefined ? page?.prev : undefined,
  };
}

// `includeUuidCustom` asks for `uuid.custom`.
function included(values: Given, byDefault: readonly string[], fields = OPTIONAL_FIELDS): string | undefined {
  const switchOf = (field: string) =>
    `include${field.replaceAll(/(?:^|\.)(.)/g, (_, letter: string) => letter.toUpperCase())}`;
  return joined(fields.filter((field) => values[switchOf(field)] ?? byDefault.includes(field)));
}
