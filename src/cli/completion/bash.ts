import type { CommandInfo, OptionInfo } from './tree.ts';

/** The completions of bash, version 3.2 and later. */
export function bash(commands: readonly CommandInfo[]): string {
  const cases = commands.map(
    ({ name, options, words }) =>
      `    ${name}) options='${flags(options)}'; values='${flags(options.filter(takesValue))}'; words='${words.join(' ')}' ;;`,
  );
  return `# bash completion for timetoken
_timetoken() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command='' word
  local options='--help --version' values='' words='${commands.map(({ name }) => name).join(' ')}'
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) command="$word"; break ;; esac
  done
  case "$command" in
${cases.join('\n')}
  esac
  COMPREPLY=()
  case " $values " in
    *" $previous "*)
      case "$previous" in ${files(commands).join('|')}) COMPREPLY=($(compgen -f -- "$current")) ;; esac
      return ;;
  esac
  case "$current" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "$words" -- "$current")) ;;
  esac
}
complete -F _timetoken timetoken
`;
}

function flags(options: readonly OptionInfo[]): string {
  return options.map(({ flag }) => flag).join(' ');
}

function takesValue({ value }: OptionInfo): boolean {
  return value !== 'none';
}

function files(commands: readonly CommandInfo[]): readonly string[] {
  const options = commands.flatMap((command) => command.options).filter(({ value }) => value === 'file');
  return [...new Set(options.map(({ flag }) => flag))];
}
