import type { Command } from 'commander';
import { type ParsedToken, parseToken, type TokenResources } from 'timetoken/features';
import type { CliContext } from '../context.ts';
import { UsageError } from '../failures.ts';
import { asTyped } from '../self.ts';
import { jsonLine, jsonText, visible } from '../visible.ts';

interface ParseOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
Nobody is asked: whether the token is genuine, or was revoked, only the server can tell.

Examples:
  $ timetoken token grant --ttl 60 --channel room=read | timetoken token parse
  $ TIMETOKEN_TOKEN=p0F2… timetoken token parse --json | jq .resources
`;

/** `timetoken token parse`. */
export function addTokenParse(token: Command, context: CliContext): void {
  token
    .command('parse')
    .description('print what is written in an access token')
    .argument('[token]', 'if absent, TIMETOKEN_TOKEN, or the first line of the input')
    .option('--json', 'print it as a line of JSON')
    .addHelpText('after', asTyped(EXAMPLES, context.terminal.env))
    .action(async (given: string | undefined, options: ParseOptions) => {
      const { stdout } = context.terminal;
      const parsed = parseToken(await tokenFrom(given, context));
      const signature = Buffer.from(parsed.signature).toString('base64url');
      stdout.write(options.json ? jsonLine({ ...parsed, signature }) : linesOf(parsed));
    });
}

async function tokenFrom(given: string | undefined, { terminal }: CliContext): Promise<string> {
  const known = given ?? terminal.env['TIMETOKEN_TOKEN'] ?? '';
  if (known !== '') return known.trim();
  if (terminal.stdin.isTTY) terminal.stderr.write('Paste the token; Enter ends.\n');
  for await (const line of terminal.stdin.lines()) if (line.trim() !== '') return line.trim();
  throw new UsageError('There is no token, neither as an argument nor in the input.');
}

function linesOf({ timestamp, ttl, authorized_uuid: user, resources, patterns, meta }: ParsedToken): string {
  const lines = [
    `issued   ${timeOf(timestamp)}`,
    `expires  ${timeOf(timestamp + ttl * 60)}`,
    `user     ${user === undefined ? 'anybody' : visible(user)}`,
    ...namesOf(resources, ''),
    ...namesOf(patterns, ' that match'),
    ...(meta ? [`meta     ${jsonText(meta)}`] : []),
  ];
  return `${lines.join('\n')}\n`;
}

// A token may say anything, and is no error because of a time that no calendar has.
function timeOf(seconds: number): string {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? `${seconds} s` : date.toISOString().replace('.000', '');
}

function namesOf(resources: TokenResources = {}, how: string): readonly string[] {
  return Object.entries(resources).flatMap(([kind, names]) =>
    Object.entries<Readonly<Record<string, boolean>>>(names).map(([name, permissions]) => {
      const allowed = Object.keys(permissions).filter((permission) => permissions[permission]);
      return `${kind}${how} ${visible(name)}: ${allowed.join(', ') || 'nothing'}`;
    }),
  );
}
