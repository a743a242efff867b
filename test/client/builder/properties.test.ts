import { describe, expect, it } from 'vitest';
import { readProperties } from '../../../src/client/builder/properties.ts';

const KNOWN: ReadonlySet<string> = new Set(['timeout', 'fetch']);
const read = (source: unknown) => readProperties(source, (name) => KNOWN.has(name));

class Options {
  readonly own = 1;
  #reads = 0;

  get timeout() {
    return ++this.#reads;
  }

  fetch() {
    return this.own;
  }

  helper() {
    return this.fetch();
  }
}

class Derived extends Options {
  get inherited() {
    return 'too';
  }
}

describe('readProperties()', () => {
  it('reads a class instance like a literal: fields, getters, and methods with a known name', () => {
    const options = new Derived();
    expect(read(options)).toEqual({
      values: { own: 1, timeout: 1, inherited: 'too', fetch: options.fetch },
    });
  });

  it.each([
    ['a literal', { timeout: 5 }],
    ['a frozen object', Object.freeze({ timeout: 5 })],
    ['an object without a prototype', Object.assign(Object.create(null), { timeout: 5 })],
    ['an object with a prototype', Object.create({ timeout: 5 })],
    ['a hidden property', Object.defineProperty({}, 'timeout', { value: 5 })],
    ['a proxy', new Proxy({ timeout: 5 }, {})],
    ['a proxy of a class instance', new Proxy(Object.create({ timeout: 5 }), {})],
  ])('reads %s', (_name, source) => {
    expect(read(source)).toEqual({ values: { timeout: 5 } });
  });

  it('takes the nearest of two properties of one name', () => {
    expect(read(Object.create({ timeout: 1 }, { timeout: { value: 2 } }))).toEqual({
      values: { timeout: 2 },
    });
  });

  it('leaves out what is private, and what stands below a key named __proto__', () => {
    expect(read(JSON.parse('{"__proto__": {"timeout": 5}, "_cache": 1}'))).toEqual({ values: {} });
  });

  it('gives no prototype to what it returns', () => {
    const result = read({ timeout: 5 });
    expect(Object.getPrototypeOf(Object(result).values)).toBeNull();
  });

  it.each([
    [null, 'null'],
    [undefined, 'undefined'],
    ['x', 'a string'],
    [5, 'a number'],
    [() => 1, 'a function'],
    [['timeout'], 'an array'],
  ])('refuses %o', (source, kind) => {
    expect(read(source)).toEqual({ problem: `must be an object, not ${kind}` });
  });

  it.each([
    [
      'a getter',
      {
        get timeout() {
          throw new Error('mine');
        },
      },
    ],
    [
      'a proxy',
      new Proxy(
        {},
        {
          ownKeys() {
            throw new Error('mine');
          },
        },
      ),
    ],
  ])('says that %s throws, and why', (_name, source) => {
    expect(read(source)).toEqual({
      problem: expect.stringMatching(/^cannot be read(: "timeout" throws)?$/),
      cause: new Error('mine'),
    });
  });
});
