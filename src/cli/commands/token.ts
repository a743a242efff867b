import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { addTokenGrant } from './token-grant.ts';
import { addTokenParse } from './token-parse.ts';

/** `timetoken token`. */
export function addToken(program: Command, context: CliContext): void {
  const token = program.command('token').description('grant access tokens, and read them');
  addTokenGrant(token, context);
  addTokenParse(token, context);
}
