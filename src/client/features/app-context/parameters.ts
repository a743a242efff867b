import {
  checkAmount,
  checkBoolean,
  checkName,
  checkText,
  copied,
  listOf,
  must,
  optional,
  required,
  requiredListOf,
} from '../../builder/params.ts';
import type { ChannelName } from '../../channels.ts';
import type { Check, Params, ParamTable, Values } from '../../endpoint.ts';
import type { CustomFields } from '../../listeners/metadata.ts';
import { isRecord } from '../../wire/read.ts';

/** Parameter: the user of a call. */
export interface UserParams extends Params {
  /** The user. Default: the client's own. */
  uuid?: string;
}

/** Parameter: the channel of a call. */
export interface ChannelParams extends Params {
  /** The channel. */
  channel: ChannelName<this['~map']>;
}

/** Optional fields of an answer. */
export interface IncludeParams extends Params {
  /** Include `custom`. Default `true`. */
  includeCustom?: boolean;
  /** Include `status`. Default `true`. */
  includeStatus?: boolean;
  /** Include `type`. Default `true`. */
  includeType?: boolean;
}

/** The requested part of a list. */
export interface PageParams extends Params {
  /** Page size, at most 100. Default 100. */
  limit?: number;
  /** Filter expression: `name LIKE "A*" && status == "active"`. */
  filter?: string;
  /** The page: `{ next }` or `{ prev }` of another answer, or the whole answer, whose `next` is used. */
  page?: PagePosition;
  /** Include the total number of entries. Default `false`. */
  includeTotalCount?: boolean;
}

/** Position of a page, from another answer of the same call. */
export interface PagePosition {
  readonly next?: string | undefined;
  readonly prev?: string | undefined;
}

/** A field to sort by, ascending by default. */
export type SortKey<Field extends string> = Field | `${Field}:asc` | `${Field}:desc`;

/** The other side of a membership to set: its name, or an object with fields; `null` clears a field. */
export type RelationInput<Id extends string> =
  | Id
  | {
      readonly id: Id;
      readonly custom?: CustomFields | null;
      readonly status?: string | null;
      readonly type?: string | null;
    };

/** The values of the parameters of a list. */
export type ListValues = Values<PageParams> & { readonly sort?: readonly string[] };

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

/** A string; `null` clears it. */
export const text = optional(checkClearable);

/** Custom fields; `null` clears them. */
export const custom = copied(optional(checkCustom));

const ROW_CHECKS: Readonly<Record<string, Check>> = {
  id: checkName,
  custom: checkCustom,
  status: checkClearable,
  type: checkClearable,
};

const checkUnknown: Check = () => 'is no field of a membership';

const checkRelation: Check = (value) => {
  if (!isRecord(value)) return checkName(value);
  const checkOf = (name: string) => (Object.hasOwn(ROW_CHECKS, name) && ROW_CHECKS[name]) || checkUnknown;
  const problem = problemIn({ id: undefined, ...value }, checkOf);
  return problem && `has an entry whose ${problem}`;
};

/** Other sides to add, of which at least one must be given. */
export const rows = copied(requiredListOf(checkRelation));

/** Other sides to remove, of which at least one must be given. */
export const names = requiredListOf(checkName);

/** Flags of a call that does both. */
export const CHANGE = { set: copied(listOf(checkRelation)), remove: listOf(checkName) };

const checkEtag = must(
  'be an eTag of an answer',
  (value) => typeof value === 'string' && /^[\x21-\x7e]+$/.test(value),
);

/** Parameter: the eTag that the object must still have. */
export const etag = optional(checkEtag);

/** A flag for optional fields of an answer. */
export const include = optional(checkBoolean);

export const USER: ParamTable<UserParams> = { uuid: optional(checkName) };
export const CHANNEL: ParamTable<ChannelParams> = { channel: required(checkName) };

export const INCLUDE: ParamTable<IncludeParams> = {
  includeCustom: include,
  includeStatus: include,
  includeType: include,
};

/** The parameters of every list: its page, its order, and the fields of its entries. */
export const LIST = {
  limit: optional(checkAmount),
  filter: optional(checkText),
  page: copied(optional(checkPage)),
  includeTotalCount: include,
  sort: listOf(checkSort),
  ...INCLUDE,
};

// The first problem of a record's fields, with the name of the field.
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
