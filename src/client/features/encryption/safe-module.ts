import type { CryptoModule } from '../../config/crypto-module.ts';
import { isBytes } from '../../runtime/bytes.ts';

/**
 * The crypto module, which may be a program's own, held to what it promises: each method gives bytes, and ciphertext has
 * at least one; or it rejects with what holds no secrets.
 */
export function safeModule(module: CryptoModule, clean: (thrown: unknown) => unknown): CryptoModule {
  const safe = (name: keyof CryptoModule, least: number) => async (data: Uint8Array) => {
    let bytes: unknown;
    try {
      bytes = await module[name](data);
    } catch (thrown) {
      throw clean(thrown);
    }
    if (!isBytes(bytes))
      throw new TypeError(`the crypto module's ${name}() gave something else than a Uint8Array`);
    if (bytes.length < least) throw new TypeError(`the crypto module's ${name}() gave no bytes`);
    return bytes;
  };
  return {
    encrypt: safe('encrypt', 1),
    decrypt: safe('decrypt', 0),
    encryptFile: safe('encryptFile', 1),
    decryptFile: safe('decryptFile', 0),
  };
}
