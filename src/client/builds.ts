import type { Context } from './builder/operation.ts';
import { invalid } from './config/checks.ts';
import type { Feature, Methods } from './feature.ts';
import { isRecord } from './wire/read.ts';

/** The base of clients: holds the context of the builders that features add to a prototype. */
export class Builds {
  readonly #context: Context;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Adds the operations and methods of features to a prototype. Throws `PN-1007` for what is no feature. */
  static define(prototype: object, features: readonly Feature[]): void {
    for (const feature of features) {
      checkFeature(feature);
      const { builders, methods } = feature;
      for (const [name, start] of Object.entries(builders))
        defineMethod(prototype, name, function (this: Builds, source: unknown) {
          return start(this.#context, source);
        });
      for (const [name, method] of Object.entries(methods)) defineMethod(prototype, name, method);
    }
  }
}

function defineMethod(prototype: object, name: string, value: Methods[string]): void {
  Object.defineProperty(prototype, name, { value, configurable: true, writable: true });
}

function checkFeature(feature: unknown): void {
  const { name, builders, methods }: Partial<Feature> = Object(feature);
  if (typeof name !== 'string' || !isRecord(builders) || !isRecord(methods))
    throw invalid('with() takes features, such as those of "timetoken/features".');
}
