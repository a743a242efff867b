import {
  checkAmount,
  checkBoolean,
  checkName,
  checkText,
  copied,
  listOf,
  must,
  optional,
  requiredListOf,
} from '../../builder/params.ts';
import type { Check, List, Params, ParamTable } from '../../endpoint.ts';
import { isRecord } from '../../wire/read.ts';
import type { CustomFields } from './metadata.ts';

/** What an answer about one user or channel is to hold. */
export interface IncludeParams extends Params {
  /** Whether the answer has `custom`. Default `true`. */
  includeCustom?: boolean;
  /** Whether the answer has `status`. Default `true`. */
  includeStatus?: boolean;
  /** Whether the answer has `type`. Default `true`. */
  includeType?: boolean;
}

/** Which part of a list is asked for. */
export interface PageParams extends Params {
  /** Entries of one page, at most 100, which is also the default. */
  limit?: number;
  /** Which entries, as an expression: `name LIKE "A*" && status == "active"`. */
  filter?: string;
  /** Which page: `{ next }` or `{ prev }` of another answer, or all of that answer, of which `next` counts. */
  page?: PagePosition;
  /** Whether to tell how many entries there are on all pages. Default `false`. */
  includeTotalCount?: boolean;
}

/** Which users or channels are asked for. */
export interface EntitiesParams extends PageParams {
  /** Fields to sort by, the first one first. */
  sort?: List<SortKey<'id' | 'name' | 'updated' | 'status' | 'type'>>;
  /** Whether entries come with `custom`. Default `false`. */
  includeCustom?: boolean;
  /** Whether entries come with `status`. Default `true`. */
  includeStatus?: boolean;
  /** Whether entries come with `type`. Default `true`. */
  includeType?: boolean;
}

/** Where a page is, as another answer of the same call said it. */
export interface PagePosition {
  readonly next?: string | undefined;
  readonly prev?: string | undefined;
}

/** A field to sort by, upwards unless said otherwise. */
export type SortKey<Field extends string> = Field | `${Field}:asc` | `${Field}:desc`;

/** What may be said of a membership when it is set; `null` takes it away. */
export interface RelationFields {
  readonly custom?: CustomFields | null;
  readonly status?: string | null;
  readonly type?: string | null;
}

/** The other side of a membership that is set: by name alone, or with fields. */
export type RelationInput<Id extends string> = Id | (RelationFields & { readonly id: Id });

const checkScalar = must(
  'be a string, a finite number, true, false or null',
  (value) => value === null || ['string', 'boolean'].includes(typeof value) || Number.isFinite(value),
);

const checkCustom: Check = (value) => {
  if (value === null) return;
  if (!isRecord(value)) return 'must be an object, or null to clear it';
  const problem = problemIn(value, () => checkScalar);
  return problem && `must be flat: ${problem}`;
};

const checkClearable = must(
  'be a string, or null to clear it',
  (value) => value === null || typeof value === 'string',
);

const checkSort = must(
  'name fields, each alone or with ":asc" or ":desc"',
  (value) => typeof value === 'string' && /^[\w.]+(:(asc|desc))?$/.test(value),
);

const checkPage = must(
  'be { next } or { prev } of an answer',
  (value) =>
    isRecord(value) &&
    [value['next'], value['prev']].every((at) => at === undefined || checkText(at) === undefined),
);

const checkEtag = must(
  'be an eTag of an answer',
  (value) => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value),
);

const ROW_CHECKS: Readonly<Record<string, Check>> = {
  id: checkName,
  custom: checkCustom,
  status: checkClearable,
  type: checkClearable,
};

const checkRow: Check = (value) => {
  if (!isRecord(value)) return checkName(value);
  const problem = problemIn(
    { id: undefined, ...value },
    (name) => (Object.hasOwn(ROW_CHECKS, name) && ROW_CHECKS[name]) || unknownField,
  );
  return problem && `has an entry whose ${problem}`;
};

/** Users or channels, each by name, or with fields of the membership. */
export const rows = copied(listOf(checkRow));

/** The same, of which at least one must be given. */
export const requiredRows = copied(requiredListOf(checkRow));

/** A text that may be cleared. */
export const text = optional(checkClearable);

/** A program's own fields. */
export const custom = copied(optional(checkCustom));

/** The eTag that the object must still have. */
export const etag = optional(checkEtag);

/** Fields of a list by which it is sorted. */
export const sort = listOf(checkSort);

/** A switch for what an answer holds. */
export const include = optional(checkBoolean);

export const INCLUDE_PARAMS: ParamTable<IncludeParams> = {
  includeCustom: include,
  includeStatus: include,
  includeType: include,
};

export const PAGE_PARAMS: ParamTable<PageParams> = {
  limit: optional(checkAmount),
  filter: optional(checkText),
  page: copied(optional(checkPage)),
  includeTotalCount: include,
};

export const ENTITIES_PARAMS: ParamTable<EntitiesParams> = { ...PAGE_PARAMS, sort, ...INCLUDE_PARAMS };

function problemIn(
  fields: Readonly<Record<string, unknown>>,
  checkOf: (name: string) => Check,
): string | undefined {
  for (const [name, value] of Object.entries(fields)) {
    // As everywhere in JavaScript, a property set to undefined is a property left out; but an entry has an id.
    const problem = value === undefined && name !== 'id' ? undefined : checkOf(name)(value);
    if (problem) return `${name} ${problem}`;
  }
  return undefined;
}

const unknownField: Check = () => 'is no field of a membership';
