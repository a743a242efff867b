import { type CommandInfo, type OptionInfo, quoted } from './tree.ts';

/** The completions of zsh, to be sourced or to be kept as a file `_timetoken` in `fpath`. */
export function zsh(commands: readonly CommandInfo[]): string {
  return `#compdef timetoken
# zsh completion for timetoken
_timetoken() {
  local -a commands
  commands=(
${commands.map(({ name, description }) => `    ${quoted(`${name}:${description}`)}`).join('\n')}
  )
  if (( CURRENT == 2 )); then
    if [[ $PREFIX == -* ]]; then compadd -- --help --version; else _describe command commands; fi
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${commands.map(caseOf).join('\n')}
  esac
}
if [[ $funcstack[1] == _timetoken ]]; then _timetoken "$@"; else compdef _timetoken timetoken; fi
`;
}

function caseOf({ name, options, words }: CommandInfo): string {
  const rest = words.length > 0 ? [quoted(`1: :(${words.join(' ')})`)] : [];
  const specs = [...options.map(specOf), ...rest];
  return `    ${name}) _arguments ${specs.join(' ')} ;;`;
}

function specOf({ flag, description, value }: OptionInfo): string {
  const told = description.replaceAll(/[[\]:\\]/g, String.raw`\$&`);
  const takes = { none: '', file: ':file:_files', other: ':value: ' }[value];
  return quoted(`*${flag}[${told}]${takes}`);
}
