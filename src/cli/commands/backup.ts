import type { Command } from 'commander';
import type { CliContext } from '../context.ts';
import { CommandError, messageOf } from '../failures.ts';
import { asTyped } from '../self.ts';
import { fileOf } from '../store.ts';
import { visible } from '../visible.ts';

const EXAMPLES = `
Examples:
  $ timetoken backup ./data.db ./backup.db
  $ timetoken serve --store sqlite:./backup.db

The copy is consistent, also while an origin serves from the file. Whoever is served from the copy later is told that
messages may be missing.
`;

/** `timetoken backup`. */
export function addBackup(program: Command, { terminal }: CliContext): void {
  program
    .command('backup')
    .description('copy the file of a store, also while it is in use')
    .argument('<file>', 'the file, as in ./data.db or sqlite:./data.db')
    .argument('<to>', 'the copy, which must not exist')
    .addHelpText('after', asTyped(EXAMPLES, terminal.env))
    .action(async (file: string, to: string) => {
      const [path, copy] = [fileOf(file), fileOf(to)];
      const { sqliteBackup } = await import('timetoken/origin/sqlite');
      await sqliteBackup({ path, to: copy }).catch((cause: unknown) => {
        throw new CommandError(messageOf(cause), { cause });
      });
      terminal.stdout.write(`Copied ${visible(path)} to ${visible(copy)}.\n`);
    });
}
