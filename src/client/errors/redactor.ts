import { CUT, hideAddresses, withoutSecrets } from '../runtime/secrets.ts';
import { isOwnError, PubNubError } from './pubnub-error.ts';

/** Characters that are kept of one value, and how many of them a member counts. */
const MOST = 32_768;
const MEMBER = 10;
/** Characters of one text. */
const LONGEST = 8_192;
/** Causes of causes, and members of members. */
const DEEPEST = 10;

/** Members with names: the name of a channel may look like an address. */
const NAMES: ReadonlySet<PropertyKey> = new Set(['payload', 'channels', 'channelGroups', 'publishId']);

/** Members that replace how an object is printed. */
const PRINTERS = ['toJSON', Symbol.toPrimitive, Symbol.for('nodejs.util.inspect.custom')];
const TO_STRING: ReadonlySet<unknown> = new Set([
  undefined,
  ...[Object, Array, Error].map((type) => type.prototype.toString),
]);

/** Members of every error, own or inherited. */
const OF_ERRORS: ReadonlySet<PropertyKey> = new Set(['name', 'message', 'stack', 'cause', 'errors', 'code']);
const NONE: ReadonlySet<PropertyKey> = new Set();

/** Takes secrets out of errors, with their causes and members, and out of log lines. */
export class Redactor {
  readonly #secrets: () => readonly (string | undefined)[];

  /** `secrets` is called for each text and value. */
  constructor(secrets: () => readonly (string | undefined)[]) {
    this.#secrets = secrets;
  }

  /** The text without secrets, and with addresses cut short. */
  text(text: string): string {
    return hideAddresses(withoutSecrets(text, this.#secrets(), LONGEST));
  }

  /**
   * The value without secrets: the value itself if it is clean and hides nothing; else a copy, which is an error for an
   * error, and plain data for anything else. Cycles and large values are cut.
   */
  value(value: unknown): unknown {
    return new Cleaning(this.#secrets()).clean(value, false);
  }
}

class Cleaning {
  readonly #secrets: readonly (string | undefined)[];
  readonly #path: object[] = [];
  #left = MOST;

  constructor(secrets: readonly (string | undefined)[]) {
    this.#secrets = secrets;
  }

  /** `named`: text that looks like an address is a name. */
  clean(value: unknown, named: boolean): unknown {
    if (typeof value === 'string') return this.#text(value, named);
    if (typeof value === 'symbol') return this.#text(String(value), named) === String(value) ? value : CUT;
    if (typeof value === 'function') return '[function]';
    if (typeof value !== 'object' || value === null) return value;
    this.#left -= MEMBER;
    if (this.#left <= 0 || this.#path.length >= DEEPEST || this.#path.includes(value)) return CUT;
    this.#path.push(value);
    try {
      return this.#object(value, named);
    } catch {
      // Looking at it throws.
      return '[unreadable]';
    } finally {
      this.#path.pop();
    }
  }

  #object(value: object, named: boolean): unknown {
    // Bytes cannot be searched.
    if (ArrayBuffer.isView(value)) return tagOf(value);
    const isError = value instanceof Error || /Error|DOMException/.test(tagOf(value));
    const inherited = isError ? OF_ERRORS : NONE;
    const members = [...this.#members(value, inherited, named)];
    const isWhole = !Array.isArray(value) || members.length >= value.length;
    if (isWhole && isShown(value, inherited) && this.#left > 0 && members.every(({ isSame }) => isSame))
      return value;
    const told = members.filter(({ key, clean }) => typeof key === 'string' && clean !== undefined);
    if (Array.isArray(value)) return [...told.map(({ clean }) => clean), ...(isWhole ? [] : [CUT])];
    const data = Object.fromEntries(told.map(({ name, clean }) => [name, clean]));
    if (isError) return errorOf(value, data);
    return told.length === 0 ? tagOf(value) : data;
  }

  *#members(value: object, inherited: ReadonlySet<PropertyKey>, named: boolean): Generator<Member> {
    for (const key of new Set([...inherited, ...keysOf(value, this.#left / MEMBER)])) {
      // A getter may return another value each time, so that its value is not kept; those of an error are read once.
      const member = inherited.has(key)
        ? { value: Reflect.get(value, key) }
        : Reflect.getOwnPropertyDescriptor(value, key);
      const clean = this.#member(key, member?.value, named || NAMES.has(key));
      const label = typeof key === 'symbol' ? (key.description ?? '') : String(key);
      const name = this.#text(label, true);
      const isSame = member !== undefined && 'value' in member && Object.is(member.value, clean);
      yield { key, name, clean, isSame: isSame && name === label };
      if (this.#left <= 0) return;
    }
  }

  // Functions are not data, and the places in a stack may look like addresses.
  #member(key: PropertyKey, value: unknown, named: boolean): unknown {
    if (typeof value === 'function') return undefined;
    if (key !== 'stack' || typeof value !== 'string') return this.clean(value, named);
    return this.#text(value, true).replace(/^(?!\s+at |\S*@).*$/gm, hideAddresses);
  }

  #text(text: string, named: boolean): string {
    const clean = withoutSecrets(text, this.#secrets, Math.min(LONGEST, Math.max(0, this.#left)));
    this.#left -= clean.length;
    return named ? clean : hideAddresses(clean);
  }
}

// Of an array, no more than is kept: the keys of a large one are millions of strings.
function keysOf(value: object, most: number): readonly PropertyKey[] {
  // The names in an error of ours were checked when it was made.
  if (isOwnError(value)) return Reflect.ownKeys(value).filter((key) => !NAMES.has(key));
  if (!Array.isArray(value)) return Reflect.ownKeys(value);
  return Array.from({ length: Math.min(value.length, Math.ceil(most) + 1) }, (_, index) => String(index));
}

interface Member {
  readonly key: PropertyKey;
  /** The key, clean. */
  readonly name: string;
  /** The value, clean. */
  readonly clean: unknown;
  /** `true` if nothing was taken out. */
  readonly isSame: boolean;
}

const BUILT_IN: ReadonlySet<object> = new Set<object>([Object.prototype, DOMException.prototype]);

// A class may have getters, or data that its instances inherit.
function hidesNothing(prototype: object | null, known: ReadonlySet<PropertyKey>): boolean {
  if (prototype === null || BUILT_IN.has(prototype)) return true;
  const members = Object.entries(Object.getOwnPropertyDescriptors(prototype));
  const isHarmless = members.every(
    ([key, { value, get }]) => known.has(key) || (!get && !/^(object|string)$/.test(typeof value)),
  );
  return isHarmless && hidesNothing(Object.getPrototypeOf(prototype), known);
}

function tagOf(value: object): string {
  return Object.prototype.toString.call(value);
}

/** `true` if an object is printed by its members alone; others, such as a `Request`, print hidden state. */
function isShown(value: object, inherited: ReadonlySet<PropertyKey>): boolean {
  if (isOwnError(value)) return Object.getPrototypeOf(value) === PubNubError.prototype;
  return (
    /^\[object (Object|Array|Error|DOMException)]$/.test(tagOf(value)) &&
    hidesNothing(Object.getPrototypeOf(value), inherited) &&
    PRINTERS.every((key) => Reflect.get(value, key) === undefined) &&
    TO_STRING.has(Reflect.get(value, 'toString'))
  );
}

// An error of ours stays one.
function errorOf(original: object, members: Readonly<Record<string, unknown>>): Error {
  const { name, message, stack, cause, errors, ...others } = members;
  const text = typeof message === 'string' ? message : '';
  const options = cause === undefined ? undefined : { cause };
  const copy = isOwnError(original)
    ? new PubNubError(original.code, text, {
        channels: original.channels,
        channelGroups: original.channelGroups,
        publishId: original.publishId,
        ...others,
        cause,
      })
    : Array.isArray(errors)
      ? new AggregateError(errors, text, options)
      : new Error(text, options);
  // Defined, since assigning to `__proto__` would set the prototype.
  Object.defineProperties(copy, Object.getOwnPropertyDescriptors(others));
  for (const [key, value] of Object.entries({ name, message: text, stack }))
    Object.defineProperty(copy, key, { value, writable: true, configurable: true });
  return copy;
}
