import type { Answer } from '../../http/answer.ts';
import type { Held } from '../../http/held.ts';
import type { Shard } from '../../shard.ts';
import type { Soon } from '../../soon.ts';
import type { Call } from '../route.ts';
import { found } from './answers.ts';
import { type Bound, cursorOf, type ListQuery } from './query.ts';
import { type Row, type RowList, type Span, select, weightOf } from './select.ts';

/** A list that is shown page by page. */
export interface ShownList<R extends Row> extends RowList<R> {
  /** The form of rows in answers. */
  show(rows: readonly R[]): Promise<readonly object[]>;
}

/** The page of a list that the query selects, as large as answers may be. */
export function pageOf<R extends Row>(
  list: ShownList<R>,
  query: ListQuery,
  { call, longWorks }: { readonly call: Call; readonly longWorks: Shard['longWorks'] },
): Soon<Answer | Held> {
  const span = spanOf(query.bound, query.limit);
  const run = () => pageAt(list, query, { span, services: call.services });
  return longWorks.run(call, { weight: weightOf(list, query, span), run });
}

async function pageAt<R extends Row>(
  list: ShownList<R>,
  query: ListQuery,
  { span, services: { limits, nextTurn } }: { readonly span: Span; readonly services: Call['services'] },
): Promise<Answer> {
  const [start] = span;
  const { rows, total } = await select(list, query, { span, nextTurn });
  const shown = cut(await list.show(rows), limits.answerBytes);
  return found({
    data: shown,
    ...(total !== undefined && { totalCount: total }),
    ...(shown.length > 0 && { next: cursorOf(start + shown.length) }),
    ...(shown.length > 0 && start > 0 && { prev: cursorOf(start) }),
  });
}

function spanOf(bound: Bound, limit: number): Span {
  if ('from' in bound) return [bound.from, bound.from + limit];
  return [Math.max(0, bound.before - limit), bound.before];
}

function cut(items: readonly object[], maxCharacters: number): readonly object[] {
  let characters = 0;
  const tooMany = items.findIndex((item, index) => {
    characters += JSON.stringify(item).length;
    return index > 0 && characters > maxCharacters;
  });
  return tooMany < 0 ? items : items.slice(0, tooMany);
}
