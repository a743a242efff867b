import { Argument, type Command } from 'commander';
import { bash } from '../completion/bash.ts';
import { fish } from '../completion/fish.ts';
import { treeOf } from '../completion/tree.ts';
import { zsh } from '../completion/zsh.ts';
import type { CliContext } from '../context.ts';

const SHELLS = { bash, zsh, fish } as const;

const EXAMPLES = `
For this shell, or in its start file (~/.bashrc, ~/.zshrc, ~/.config/fish/config.fish):
  bash   source <(timetoken completion bash)
  zsh    source <(timetoken completion zsh)     after compinit
  fish   timetoken completion fish | source

It completes the command timetoken, which npm install --global makes; not npx timetoken.
`;

/** `timetoken completion`. */
export function addCompletion(program: Command, { terminal }: CliContext): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in a shell')
    .addArgument(new Argument('<shell>').choices(Object.keys(SHELLS)))
    .addHelpText('after', EXAMPLES)
    .action((shell: keyof typeof SHELLS) => terminal.stdout.write(SHELLS[shell](treeOf(program))));
}
