import { checkName, copied, listOf, requiredListOf } from '../../builder/params.ts';
import type { Check, Keyset, Param } from '../../endpoint.ts';
import type { CustomFields } from '../../listeners/metadata.ts';
import { isRecord } from '../../wire/read.ts';
import { distinct } from '../../wire/values.ts';
import { isRelation, many } from './answers.ts';
import {
  checkClearable,
  checkCustom,
  included,
  LIST,
  type ListValues,
  OPTIONAL_FIELDS,
  type PageParams,
  pageQuery,
  problemIn,
  WITHOUT_CUSTOM,
} from './parameters.ts';

/** What a membership leads to. */
export type Side = 'uuid' | 'channel';

/** Parameters of a list of memberships, and of the calls that change it: those answer with the list as it then is. */
export interface RelationParams extends PageParams {
  /** Whether entries come with the membership's `custom`. Default `false`. */
  includeCustom?: boolean;
  /** Whether entries come with the membership's `status`. Default `false`; `true` in the answer to a change. */
  includeStatus?: boolean;
  /** Whether entries come with the membership's `type`. Default `false`; `true` in the answer to a change. */
  includeType?: boolean;
}

/** The other side of a membership that is set: by name alone, or with fields; `null` clears one. */
export type RelationInput<Id extends string> =
  | Id
  | {
      readonly id: Id;
      readonly custom?: CustomFields | null;
      readonly status?: string | null;
      readonly type?: string | null;
    };

const ROW_CHECKS: Readonly<Record<string, Check>> = {
  id: checkName,
  custom: checkCustom,
  status: checkClearable,
  type: checkClearable,
};

const checkUnknown: Check = () => 'is no field of a membership';

/** The other side of a membership, by name or with fields. */
const checkRelation: Check = (value) => {
  if (!isRecord(value)) return checkName(value);
  const checkOf = (name: string) => (Object.hasOwn(ROW_CHECKS, name) && ROW_CHECKS[name]) || checkUnknown;
  const problem = problemIn({ id: undefined, ...value }, checkOf);
  return problem && `has an entry whose ${problem}`;
};

/** Those to add, of whom at least one must be given. */
export const rows = copied(requiredListOf(checkRelation));
/** Those to remove, of whom at least one must be given. */
export const names = requiredListOf(checkName);

type Rows = readonly RelationInput<string>[] | undefined;

interface Change {
  readonly set?: Rows;
  readonly remove?: readonly string[];
}

/** What the calls on memberships and those on members have in common; `side` is what the entries lead to. */
export function relations<S extends Side, V, O extends Readonly<Record<string, Param>>>(
  side: S,
  own: O,
  path: (values: V, keys: Keyset) => string,
) {
  const ofSide = (field: string) => `${side}.${field}`;
  const fields = [...OPTIONAL_FIELDS, side, ...OPTIONAL_FIELDS.map(ofSide)];
  const queryWith = (byDefault: readonly string[]) => (values: ListValues) => ({
    include: included(values, byDefault, fields),
    ...pageQuery(values),
  });
  const row = (input: RelationInput<string>) => {
    const { id, ...given } = typeof input === 'string' ? { id: input } : input;
    return { [side]: { id }, ...given };
  };
  const body = ({ set, remove }: Change) => ({
    set: set?.map(row),
    delete: remove && distinct(remove).map(row),
  });
  const params = { ...own, ...LIST };
  const get = { params, path, query: queryWith([]), retry: 'safe', parse: many(isRelation(side)) } as const;
  const query = queryWith([...WITHOUT_CUSTOM, ...WITHOUT_CUSTOM.map(ofSide)]);
  const change = { ...get, method: 'PATCH', query } as const;
  const either = { set: copied(listOf(checkRelation)), remove: listOf(checkName) };
  const manage = { ...change, params: { ...either, ...params }, oneOf: ['set', 'remove'], body } as const;
  return { params, get, change, manage, body };
}
