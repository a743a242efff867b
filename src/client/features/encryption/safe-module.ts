import type { LineRedactor } from '../../runtime/logger.ts';
import type { CryptoModule } from './crypto-module.ts';

/**
 * The crypto module, which may be a program's own, held to what it promises: each method gives bytes, or rejects with what
 * holds no secrets.
 */
export function safeModule(module: CryptoModule, redactor: Pick<LineRedactor, 'value'>): CryptoModule {
  const safe =
    (name: keyof CryptoModule) =>
    async (data: Uint8Array): Promise<Uint8Array> => {
      try {
        const bytes: unknown = await module[name](data);
        if (bytes instanceof Uint8Array) return bytes;
      } catch (thrown) {
        throw redactor.value(thrown);
      }
      throw new TypeError(`the crypto module's ${name}() gives no bytes`);
    };
  return {
    encrypt: safe('encrypt'),
    decrypt: safe('decrypt'),
    encryptFile: safe('encryptFile'),
    decryptFile: safe('decryptFile'),
  };
}
