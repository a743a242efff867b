import type { Command } from 'commander';

/** An option, as completions show it. */
export interface OptionInfo {
  /** With its dashes. */
  readonly flag: string;
  readonly description: string;
  /** What follows it: nothing, the name of a file, or any other value. */
  readonly value: 'none' | 'file' | 'other';
}

/** A command, as completions show it. */
export interface CommandInfo {
  readonly name: string;
  readonly description: string;
  readonly options: readonly OptionInfo[];
  /** The words that its argument may be, if they are known. */
  readonly words: readonly string[];
}

/** The commands of a program, with the help that it has for each. */
export function treeOf(program: Command): readonly CommandInfo[] {
  const commands = program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: [...optionsOf(command), HELP],
    words: [
      ...command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
      ...command.commands.map((inner) => inner.name()),
    ],
  }));
  const help = { name: 'help', description: 'display help for a command', options: [] };
  return [...commands, { ...help, words: commands.map(({ name }) => name) }];
}

// Those of a command within another count as the outer one's: a shell is told one level.
function optionsOf(command: Command): readonly OptionInfo[] {
  const all = [command, ...command.commands].flatMap(({ options }) => options.map(optionOf));
  return [...new Map(all.map((option) => [option.flag, option])).values()];
}

const HELP: OptionInfo = { flag: '--help', description: 'display help for the command', value: 'none' };

function optionOf({ long, flags, required, description }: Command['options'][number]): OptionInfo {
  const value = flags.includes('<file>') ? 'file' : 'other';
  return { flag: long ?? flags, description, value: required ? value : 'none' };
}

/** A text in single quotes, for a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
