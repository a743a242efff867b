import { type Keyset, parseKeysets } from 'timetoken/origin';
import { CommandError, messageOf, UsageError } from './failures.ts';
import { readNamed } from './read-file.ts';
import type { Terminal } from './terminal.ts';

/** The options that say which keysets are served. */
export interface KeysetOptions {
  readonly keysets?: string;
  readonly secretKey?: string;
  readonly access?: boolean;
}

const VARIABLE = 'TIMETOKEN_KEYSETS';
const SECRET_VARIABLE = 'TIMETOKEN_SECRET_KEY';
const DEMO_KEYS = { subscribeKey: 'demo', publishKey: 'demo' } as const;

/**
 * The keysets of a file, of the environment, or the one that the options make; `undefined` without any, so that all keys are
 * served. Throws a `UsageError` or `CommandError` for those that are not valid, without a part of them.
 */
export async function keysetsFrom(
  options: KeysetOptions,
  { env }: Pick<Terminal, 'env'>,
): Promise<readonly Keyset[] | undefined> {
  const { keysets: file, secretKey, access } = options;
  const text = file === undefined ? env[VARIABLE] : undefined;
  if (file === undefined && text === undefined) return demoKeysets(options, env);
  // Without keysets everybody may do everything: that has to be meant.
  if (text === '') throw new UsageError(`${VARIABLE} is set, and empty: give it keysets, or unset it.`);
  const source = text === undefined ? '--keysets' : VARIABLE;
  if (secretKey !== undefined || access)
    throw new UsageError(
      `--secret-key and --access are of the keyset demo, demo: with ${source}, write them there.`,
    );
  if (text !== undefined && env[SECRET_VARIABLE])
    throw new UsageError(`${SECRET_VARIABLE} is of the keyset demo, demo: with ${source}, write it there.`);
  return text === undefined
    ? parsed(`--keysets ${file}`, await readNamed('--keysets', file ?? ''))
    : parsed(VARIABLE, text);
}

function parsed(source: string, text: string): readonly Keyset[] {
  try {
    return parseKeysets(text);
  } catch (cause) {
    throw new CommandError(`${source}: ${messageOf(cause)}`, { cause });
  }
}

// Without a secret key there are no permissions, so all keys are served.
function demoKeysets(
  { secretKey, access }: KeysetOptions,
  env: Terminal['env'],
): readonly Keyset[] | undefined {
  if (secretKey === '') throw new UsageError('--secret-key must not be empty.');
  const secret = secretKey ?? (env[SECRET_VARIABLE] || undefined);
  if (secret !== undefined) return [{ ...DEMO_KEYS, secretKey: secret, access }];
  if (access) throw new UsageError('--access needs a secret key: set TIMETOKEN_SECRET_KEY or --secret-key.');
  return undefined;
}
