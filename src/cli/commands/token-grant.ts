import { type Command, InvalidArgumentError } from 'commander';
import { PubNub } from 'timetoken/core';
import { access } from 'timetoken/features';
import type { CliContext } from '../context.ts';
import { Interrupted, UsageError } from '../failures.ts';
import { collectGrant, type Grants } from '../grants.ts';
import {
  type ConnectionOptions,
  clientOptions,
  json,
  wholeNumber,
  withConnectionOptions,
} from '../options.ts';
import { readNamed } from '../read-file.ts';
import { asTyped } from '../self.ts';
import type { Terminal } from '../terminal.ts';
import { jsonLine, visible } from '../visible.ts';

interface GrantOptions extends ConnectionOptions {
  readonly ttl: number;
  readonly channel?: Grants;
  readonly group?: Grants;
  readonly user?: Grants;
  readonly channelPattern?: Grants;
  readonly groupPattern?: Grants;
  readonly userPattern?: Grants;
  readonly authorizedUser?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
  readonly secretKeyFile?: string;
  readonly json?: boolean;
}

const VARIABLE = 'TIMETOKEN_SECRET_KEY';

const EXAMPLES = `
The server signs the token. The secret key comes from TIMETOKEN_SECRET_KEY or from a file: other users of the machine can
see options. Permissions: read, write, manage, delete, get, update, join.

Examples:
  $ timetoken token grant --ttl 60 --channel room=read,write
  $ timetoken token grant --ttl 60 --channel-pattern '^room-[0-9]+$=read' --authorized-user bob
  $ timetoken token grant --ttl 5 --channel room=read --secret-key-file secret.txt --json | jq -r .token
`;

/** `timetoken token grant`. */
export function addTokenGrant(token: Command, context: CliContext): void {
  const grant = (flag: string, kind: string) =>
    [`--${flag} <name=permissions>`, `permissions on ${kind}; repeatable`, collectGrant] as const;
  const command = token
    .command('grant')
    .description('print a new access token, which the secret key grants')
    .requiredOption('--ttl <minutes>', 'how long it holds: 1 to 43200 minutes', wholeNumber(1, 43_200))
    .option(...grant('channel', 'a channel'))
    .option(...grant('group', 'a channel group'))
    .option(...grant('user', 'the metadata of a user'))
    .option(...grant('channel-pattern', 'channels that match a regular expression'))
    .option(...grant('group-pattern', 'channel groups that match one'))
    .option(...grant('user-pattern', 'users that match one'))
    .option('--authorized-user <id>', 'the only user who may use it; if absent, anybody')
    .option('--meta <json>', 'a JSON object to keep in it', jsonObject)
    .option('--secret-key-file <file>', `a file with the secret key (env ${VARIABLE}, the key itself)`)
    .option('--json', 'print {"token":…}')
    .addHelpText('after', asTyped(EXAMPLES, context.terminal.env));
  withConnectionOptions(command).action((options: GrantOptions) => printToken(options, context));
}

async function printToken(options: GrantOptions, context: CliContext): Promise<void> {
  const { terminal } = context;
  const query = queryOf(options);
  const secretKey = await secretKeyFrom(options, terminal);
  const Client = PubNub.with(access);
  await using pubnub = new Client({ ...clientOptions(options, context), secretKey });
  const token = await pubnub
    .grantToken(query)
    .execute({ signal: terminal.stop })
    .catch((error: unknown) => {
      const { reason } = terminal.stop;
      throw reason === undefined ? error : new Interrupted(reason);
    });
  terminal.stdout.write(options.json ? jsonLine({ token }) : `${visible(token)}\n`);
}

function queryOf(options: GrantOptions) {
  const { ttl, authorizedUser, meta } = options;
  const named = byKind(options.channel, options.group, options.user);
  const patterns = byKind(options.channelPattern, options.groupPattern, options.userPattern);
  if (Object.keys({ ...named, ...patterns }).length === 0)
    throw new UsageError('The token would allow nothing: give --channel, --group, --user, or a pattern.');
  return {
    ...{ ttl, ...named, patterns },
    ...(authorizedUser !== undefined && { authorizedUuid: authorizedUser }),
    ...(meta !== undefined && { meta }),
  };
}

function byKind(channels?: Grants, groups?: Grants, uuids?: Grants) {
  return { ...(channels && { channels }), ...(groups && { groups }), ...(uuids && { uuids }) };
}

function jsonObject(text: string): Readonly<Record<string, unknown>> {
  const value = json(text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw new InvalidArgumentError('It must be a JSON object.');
}

async function secretKeyFrom({ secretKeyFile }: GrantOptions, { env }: Terminal): Promise<string> {
  const file = secretKeyFile === undefined ? undefined : await readNamed('--secret-key-file', secretKeyFile);
  // An editor ends a file with a line break.
  const key = file?.trim() ?? env[VARIABLE] ?? '';
  if (key !== '') return key;
  throw new UsageError(
    file === undefined
      ? `Only the secret key grants tokens: set ${VARIABLE}, or name a file with --secret-key-file.`
      : '--secret-key-file names a file that is empty.',
  );
}
