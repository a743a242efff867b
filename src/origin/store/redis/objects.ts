import {
  type KeyedObject,
  type MembershipRange,
  type ObjectKey,
  type ObjectProblem,
  type ObjectRange,
  type ObjectStore,
  type ObjectWrite,
  objectWeight,
  type StoredObject,
} from '../objects.ts';
import type { Page } from '../page.ts';
import type { Argument, Calls } from './calls.ts';
import { numberOf, textOf, textsOf } from './reply.ts';
import { requestArguments } from './requests.ts';
import type { RedisRules } from './rules.ts';

const PROBLEMS: readonly ObjectProblem[] = ['conflict', 'objects', 'memberships', 'characters'];

/** The App Context of one subscribe key, in Redis. */
export class RedisObjects implements ObjectStore {
  readonly #calls: Calls;
  readonly #rules: RedisRules;

  constructor(calls: Calls, rules: RedisRules) {
    this.#calls = calls;
    this.#rules = rules;
  }

  async get(keys: readonly ObjectKey[]): Promise<readonly (StoredObject | undefined)[]> {
    return textsOf(await this.#calls.read('objects.get', keys.flatMap(sidesOf))).map(objectIn);
  }

  async list(range: ObjectRange, { after = '', limit }: Page): Promise<readonly KeyedObject[]> {
    const texts = textsOf(await this.#calls.read('objects.list', [...sidesOf(range), limit, after]));
    const found: KeyedObject[] = [];
    for (let index = 0; index < texts.length; index += 2) {
      const object = objectIn(texts[index + 1] ?? '');
      if (object) found.push({ key: keyIn(range, texts[index] ?? ''), object });
    }
    return found;
  }

  async count(range: ObjectRange): Promise<number> {
    return numberOf(await this.#calls.read('objects.count', sidesOf(range)));
  }

  async write(batch: readonly ObjectWrite[], emptied?: MembershipRange): Promise<ObjectProblem | undefined> {
    const [, uuid = '', channel = ''] = emptied ? sidesOf(emptied) : [];
    const args: Argument[] = [...this.#rules.texts.objects, uuid, channel];
    for (const { key, expected, object, announce } of batch) {
      args.push(...sidesOf(key), expected === undefined ? '' : textOfTag(expected));
      args.push(object ? textOfObject(key, object) : '', announce.length, ...requestArguments(announce));
    }
    const problem = textOf(await this.#calls.call('objects.write', args));
    return PROBLEMS.find((one) => one === problem);
  }
}

/** The kind of a key or range, its user and its channel; an empty text is none. */
function sidesOf(of: ObjectKey | ObjectRange): readonly [kind: string, uuid: string, channel: string] {
  return [of.type, 'uuid' in of ? of.uuid : '', 'channel' in of ? of.channel : ''];
}

/** The key of an object in a range, by its name there. */
function keyIn(range: ObjectRange, name: string): ObjectKey {
  if ('uuid' in range) return { ...range, channel: name };
  if ('channel' in range) return { ...range, uuid: name };
  return range.type === 'uuid' ? { type: 'uuid', uuid: name } : { type: 'channel', channel: name };
}

// The script reads the weight and the eTag, which are words, and passes the rest on as it is.
function textOfObject(key: ObjectKey, object: StoredObject): string {
  const { fields, updated, eTag } = object;
  return `${objectWeight({ key, object })} ${textOfTag(eTag)} ${JSON.stringify({ fields, updated, eTag })}`;
}

function textOfTag(eTag: string): string {
  return JSON.stringify(eTag).replaceAll(' ', '\\u0020');
}

function objectIn(text: string): StoredObject | undefined {
  const json = /^\d+ \S+ (.*)$/s.exec(text)?.[1];
  // What `textOfObject` has written, and nobody else writes.
  return json === undefined ? undefined : (JSON.parse(json) as StoredObject);
}
