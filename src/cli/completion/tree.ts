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
    options: [...command.options.map(optionOf), HELP],
    words: command.registeredArguments.flatMap(({ argChoices = [] }) => argChoices),
  }));
  const help = { name: 'help', description: 'display help for a command', options: [] };
  return [...commands, { ...help, words: commands.map(({ name }) => name) }];
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
