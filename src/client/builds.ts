import type { Context } from './builder/operation.ts';
import { invalid } from './config/checks.ts';
import { PubNubError } from './errors/pubnub-error.ts';
import type { Feature, Methods } from './feature.ts';

const FEATURES = Symbol('features');
const NO_FEATURE = 'with() takes features, as "timetoken/features" exports them.';

/** The base of clients: holds the context of the builders that features add to a prototype. */
export class Builds {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
    for (const { begin } of Builds.featuresOf(new.target.prototype)) begin?.(context);
  }

  /** The features that were added to a prototype and to those that it inherits from. */
  static featuresOf(prototype: object): readonly Feature[] {
    // Not a static member, which a subclass could replace. Nothing but `add()` knows the symbol.
    return Reflect.get(prototype, FEATURES) ?? [];
  }

  /** Adds features to a prototype. Throws `PN-1007` for what is no feature. */
  static add(prototype: object, features: readonly Feature[]): void {
    Builds.define(prototype, features);
    const value = Object.freeze([...Builds.featuresOf(prototype), ...features]);
    Object.defineProperty(prototype, FEATURES, { value });
  }

  /** Adds the operations, methods and parts of features to a prototype. */
  static define(prototype: object, features: readonly Feature[]): void {
    for (const feature of features) {
      checkFeature(feature);
      const { builders, methods, parts } = feature;
      for (const [name, start] of Object.entries(builders))
        defineMethod(prototype, name, function (this: Builds, source: unknown, callback: unknown) {
          if (callback !== undefined)
            throw new PubNubError('PN-1008', `${name}() takes one object, and no callback.`);
          return start(this.#context, source);
        });
      for (const [name, start] of Object.entries(parts))
        defineMethod(prototype, name, function (this: Builds, ...given: readonly unknown[]) {
          return start(this.#context, ...given);
        });
      for (const [name, method] of Object.entries(methods)) defineMethod(prototype, name, method);
    }
  }
}

function defineMethod(prototype: object, name: string, value: Methods[string]): void {
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
}

function checkFeature(feature: unknown): void {
  try {
    if (Object(feature)['~feature'] === true) return;
  } catch (cause) {
    throw invalid(NO_FEATURE, cause);
  }
  throw invalid(NO_FEATURE);
}
