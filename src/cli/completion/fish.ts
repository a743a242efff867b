import type { CommandInfo, OptionInfo } from './tree.ts';

/** The completions of fish. */
export function fish(commands: readonly CommandInfo[]): string {
  const complete = (words: string) => `complete -c timetoken ${words}`;
  const top = commands.map(({ name, description }) =>
    complete(`-n __fish_use_subcommand -a ${name} -d ${fishQuoted(description)}`),
  );
  const within = commands.flatMap(({ name, options, words }) => {
    const condition = `-n ${fishQuoted(`__fish_seen_subcommand_from ${name}`)}`;
    return [
      ...options.map((option) => complete(`${condition} ${specOf(option)}`)),
      ...(words.length > 0 ? [complete(`${condition} -a ${fishQuoted(words.join(' '))}`)] : []),
    ];
  });
  const general = [
    complete('-f'),
    complete("-n __fish_use_subcommand -l help -d 'display help'"),
    complete("-n __fish_use_subcommand -l version -d 'output the version number'"),
  ];
  return `# fish completion for timetoken\n${[...general, ...top, ...within].join('\n')}\n`;
}

function specOf({ flag, description, value }: OptionInfo): string {
  const takes = { none: '', file: ' -r -F', other: ' -x' }[value];
  return `-l ${flag.slice(2)}${takes} -d ${fishQuoted(description)}`;
}

// fish knows `\'` within quotes, and not the way of other shells.
function fishQuoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
