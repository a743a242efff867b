import { inspect } from 'node:util';
import { PubNubError } from 'timetoken';
import { describe, expect, it } from 'vitest';
import { Redactor } from '../../../src/client/errors/redactor.ts';
import { fails } from '../../support/unit-client.ts';

const SECRET = 'a-long-secret';
const redactor = new Redactor(() => [SECRET, undefined, 'demo']);

class Reason extends Error {
  readonly #hidden = 1;
  readonly extra = { why: ['closed'] };
  retry() {
    return this.#hidden;
  }
}

const CLEAN: readonly (readonly [name: string, value: unknown])[] = [
  ['nothing', undefined],
  ['a number', Number.NaN],
  ['a text', 'demo'],
  ['a symbol', Symbol('mine')],
  ['an error', Object.assign(new TypeError('x', { cause: new Error('y') }), { code: 'ECONNRESET' })],
  ['an error of a class of one’s own', new Reason('x')],
  ['the reason of a signal that says nothing', AbortSignal.abort().reason],
  ['several errors', new AggregateError([new Error('x')], 'several')],
  ['one of ours', new PubNubError('PN-3002', 'x', { errorData: { a: [1] }, channels: ['https://a/b'] })],
  ['data', JSON.parse('{"a":[1,{"b":null}],"__proto__":{"c":1},"payload":{"channels":["https://a/b?c"]}}')],
  ['a record without a prototype', Object.assign(Object.create(null), { a: 1 })],
];

describe('what is clean', () => {
  it.each(CLEAN)('stays the same: %s', (_name, value) => {
    expect(Object.is(redactor.value(value), value)).toBe(true);
  });
});

describe('what is not', () => {
  it('is copied, and the original is left as it was', () => {
    const error = Object.freeze(new RangeError(`no ${SECRET}`));
    const cause = Object.assign(new Error('around', { cause: error }), {
      code: 'E',
      input: `${SECRET}!`,
      port: 1,
    });
    const clean = redactor.value(cause);
    expect(clean).not.toBe(cause);
    expect(clean).toMatchObject({ message: 'around', code: 'E', input: '[redacted]!', port: 1 });
    expect(clean).toHaveProperty('cause.name', 'RangeError');
    expect(clean).toHaveProperty('cause.message', 'no [redacted]');
    expect(clean).toHaveProperty('stack', cause.stack);
    expect(cause.cause).toBe(error);
  });

  it('stays one of ours, with all that is known of it', () => {
    const details = {
      operation: 'PNTimeOperation',
      statusCode: 403,
      delivery: 'rejected',
      retryAfter: 7,
    } as const;
    const error = new PubNubError('PN-3002', SECRET, {
      ...details,
      channels: ['room'],
      errorData: { [SECRET]: 1 },
    });
    const clean = redactor.value(error);
    expect(clean).toBeInstanceOf(PubNubError);
    const all = { ...details, code: 'PN-3002', channels: ['room'], errorData: { '[redacted]': 1 } };
    expect(clean).toMatchObject(all);
    expect(inspect(clean, { showHidden: true })).not.toContain(SECRET);
  });

  it('is not walked through to its end: what is large is cut, and bytes are named', () => {
    const list: unknown = redactor.value(Array.from({ length: 2_000_000 }, () => 1));
    expect(Object(list).length).toBeLessThan(10_000);
    const error = Object.assign(new Error('fetch failed'), { body: new Uint8Array(1_000_000) });
    expect(Object(redactor.value(error)).body).toBe('[object Uint8Array]');
  });

  it('is a copy of what its class keeps in getters, or inherits', () => {
    class HttpError extends Error {
      get url() {
        return SECRET;
      }
    }
    const clean = redactor.value(new HttpError('no'));
    expect(clean).toBeInstanceOf(Error);
    expect(inspect(clean, { showHidden: true, getters: true })).not.toContain(SECRET);
    expect(Reflect.get(Object(clean), 'url')).toBeUndefined();
    expect(Reflect.get(Object(redactor.value(Object.create({ token: SECRET }))), 'token')).toBeUndefined();
    class Plain extends Error {
      describe() {
        return this.message;
      }
    }
    const plain = new Plain('fine');
    expect(redactor.value(plain)).toBe(plain);
  });

  it('may be called anything', () => {
    const clean = redactor.value(JSON.parse(`{"__proto__":{"a":"${SECRET}"},"constructor":1,"toString":2}`));
    expect(Object.getPrototypeOf(clean)).toBe(Object.prototype);
    expect(JSON.stringify(clean)).toBe('{"__proto__":{"a":"[redacted]"},"constructor":1,"toString":2}');
    const error = redactor.value(
      Object.assign(new Error(SECRET), JSON.parse('{"a":1}'), { ['__proto__']: null }),
    );
    expect(error).toBeInstanceOf(Error);
  });

  it.each([
    ['throws when it is looked at', new Proxy({}, { ownKeys: fails(1) }), '[unreadable]'],
    ['hides what it holds', new Headers({ a: SECRET }), '[object Headers]'],
    ['prints itself', { a: 1, toJSON: () => SECRET }, { a: 1 }],
    ['has a getter', Object.defineProperty({ a: 1 }, 'b', { get: () => SECRET, enumerable: true }), { a: 1 }],
    ['is a function', () => SECRET, '[function]'],
  ])('or cannot be known to be clean becomes plain data: what %s', (_name, value, expected) => {
    expect(redactor.value(value)).toEqual(expected);
  });
});

describe('what goes on and on', () => {
  it('ends where it refers back to itself', () => {
    const error: Error = new Error('a', { cause: new Error('b') });
    Object.assign(error.cause ?? {}, { cause: error });
    let links = 0;
    for (let link = redactor.value(error); link instanceof Error; link = link.cause) links++;
    expect(links).toBe(2);
  });

  it('ends when it has become too deep, too long or too much', () => {
    let deep: unknown = SECRET;
    for (let depth = 0; depth < 100; depth++) deep = { deep };
    const many = Array.from({ length: 100_000 }, (_, index) => ({ index, text: SECRET }));
    for (const value of [deep, 'x'.repeat(1_000_000), many, Object.fromEntries(many.entries())]) {
      const text = JSON.stringify(redactor.value(value));
      expect(text.length).toBeLessThan(100_000);
      expect(text).not.toContain(SECRET);
    }
  });
});
