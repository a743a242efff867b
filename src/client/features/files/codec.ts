import { missingFeature } from '../../config/checks.ts';
import type { Codec } from '../../config/crypto-module.ts';
import type { Executor } from '../../request/execute.ts';

/** The codec of a call with a cipher key of its own; without one, the client's. */
export function codecOf(executor: Executor, cipherKey: string | undefined): Codec | undefined {
  if (cipherKey === undefined) return executor.codec;
  const { encryption = missingFeature('The cipherKey of a call', 'encryption') } = executor.settings;
  return encryption.codecOf(encryption.moduleOfCall({ cipherKey }), (thrown) =>
    executor.redactor.value(thrown),
  );
}
