/**
 * Encrypts and decrypts what a client publishes and receives. Both directions work on bytes; messages travel as Base64
 * of them, files as they are (docs/reference/protocol.md, "Encryption"). If it throws or does not return bytes, a message is
 * not sent, or delivered as undecrypted.
 */
export interface CryptoModule {
  /** The bytes of a message, encrypted: at least one. Rejects when there is nothing to encrypt. */
  encrypt(data: Uint8Array): Promise<Uint8Array>;
  /** The bytes of a message that any of the module's cryptors made. Rejects when none can read them. */
  decrypt(data: Uint8Array): Promise<Uint8Array>;
  /** As `encrypt`, for the bytes of a file. */
  encryptFile(data: Uint8Array): Promise<Uint8Array>;
  /** As `decrypt`, for the bytes of a file. */
  decryptFile(data: Uint8Array): Promise<Uint8Array>;
}

/** Options of the crypto modules. */
export interface CryptoOptions {
  /** The secret that both sides share: text that is not empty. A key is made of its SHA-256, so it should be hard to guess. */
  readonly cipherKey: string;
  /**
   * `true`: the legacy cryptor gives each message a random vector. `false`: one vector for all messages, which reveals equal
   * messages. @default true
   */
  readonly useRandomIVs?: boolean;
  /** Fills an array with random bytes fit for secrets, and returns them. @default the runtime's */
  readonly randomBytes?: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;
}

/** Encrypts and decrypts for one client, with its crypto module or with the cipher key of one call. */
export interface Codec {
  /** The JSON text that stands for an encrypted value. Rejects with `PN-5002`. */
  encrypt(value: unknown): Promise<string>;
  /** The value that an encrypted one stands for. Rejects with `PN-5001`. */
  decrypt(value: unknown): Promise<unknown>;
  /** The bytes of a file, encrypted: at least one. */
  encryptFile(bytes: Uint8Array): Promise<Uint8Array>;
  /** The bytes of a file, decrypted. */
  decryptFile(bytes: Uint8Array): Promise<Uint8Array>;
}

/** The encryption of a client. */
export interface Encryption {
  /** The crypto module of the option `cipherKey`. */
  readonly moduleOf: (options: { readonly cipherKey: string }) => CryptoModule;
  /** The crypto module of a single call's `cipherKey`. */
  readonly moduleOfCall: (options: { readonly cipherKey: string }) => CryptoModule;
  /** The codec of a module; `clean` takes secrets out of the module's errors. */
  readonly codecOf: (module: CryptoModule, clean: (thrown: unknown) => unknown) => Codec;
}
