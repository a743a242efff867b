import type { Json } from 'timetoken';
import { chat, dynamic, loose } from './channel-map.ts';

declare class Money {
  readonly cents: bigint;
  toJSON(): { readonly cents: string };
}
declare class Odd {
  toJSON(): bigint;
}
declare class Point {
  readonly x: number;
  readonly y: number;
}
type Tree = { readonly name: string; readonly children: readonly Tree[] };
declare const money: Money;
declare const odd: Odd;
declare const point: Point;
declare const tree: Tree;
declare const json: Json;
declare const fields: { readonly a?: Record<string, Json>; readonly b: readonly Json[] };
declare const anything: unknown;
const builder = loose.publish().channel('x');

// JSON, as programs have it.
void builder.message('text').execute();
void builder.message('').execute();
void builder.message(0).execute();
void builder.message(false).execute();
void builder.message(null).execute();
void builder.message([1, 'a', null, [true]]).execute();
void builder.message({ a: [1, null, { b: { c: 'd' } }] }).execute();
void builder.message({ optional: undefined as string | undefined }).execute();
void builder.message(chat).execute();
void builder.message([chat] as const).execute();
void builder.message(tree).execute();
void builder.message(json).execute();
void builder.message({ ...fields, c: json }).execute();
void builder.message(point).execute();
void builder.message(money).execute();
void builder.message({ at: new Date(), nested: { money } }).execute();
void loose.publish().channel(dynamic).message({ at: new Date() }).execute();
// What was parsed has no type; it is checked at run time.
void builder.message(anything).execute();

// What JSON cannot hold, at any depth.
// @ts-expect-error bigint
builder.message(1n);
// @ts-expect-error bigint in a field
builder.message({ a: 1n });
// @ts-expect-error function
builder.message(() => 1);
// @ts-expect-error function, nested
builder.message({ a: { f: () => 1 } });
// @ts-expect-error symbol
builder.message({ a: Symbol('s') });
// @ts-expect-error Map
builder.message(new Map([['a', 1]]));
// @ts-expect-error Map in a list
builder.message([new Map()]);
// @ts-expect-error Set
builder.message({ a: new Set([1]) });
// @ts-expect-error toJSON() gives a bigint
builder.message(odd);
