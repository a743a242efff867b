import { defineFeature } from '../../feature.ts';
import { decryptJson, encryptJson } from './messages.ts';
import { aesCbcCryptoModule, legacyCryptoModule } from './modules.ts';
import { safeModule } from './safe-module.ts';

/**
 * The options `cipherKey` and `cryptoModule`, and the `cipherKey` of single files: messages and files are encrypted before
 * they leave, and decrypted when they come.
 */
export const encryption = defineFeature({
  name: 'encryption',
  encryption: {
    moduleOf: aesCbcCryptoModule,
    moduleOfCall: legacyCryptoModule,
    codecOf: (module, clean) => {
      const safe = safeModule(module, clean);
      return {
        encrypt: (value) => encryptJson(safe, value),
        decrypt: (value) => decryptJson(safe, value),
        encryptFile: safe.encryptFile,
        decryptFile: safe.decryptFile,
      };
    },
  },
});
