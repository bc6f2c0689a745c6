import type { Command } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

interface Place {
  /** The words that lead there, such as `approvals show`. */
  path: string;
  words: string[];
}

/** A script for the shell, made of the command tree: no command is run to complete one. */
export function completionScript(program: Command, shell: Shell): string {
  const places = placesOf(program, []);
  if (shell === 'fish') return fishScript(places);
  const bash = bashScript(places);
  return shell === 'bash' ? bash : `autoload -U +X bashcompinit && bashcompinit\n${bash}`;
}

function placesOf(command: Command, path: readonly string[]): Place[] {
  const options = command.options.flatMap(({ long, short }) => [long, short].filter((word) => word != null));
  const words = [...command.commands.map((sub) => sub.name()), ...options, '--help'];
  return [{ path: path.join(' '), words }, ...command.commands.flatMap((sub) => placesOf(sub, [...path, sub.name()]))];
}

function bashScript(places: readonly Place[]): string {
  const general = places[0]!.words.filter((word) => word.startsWith('-') && word !== '--help').join(' ');
  const cases = places.map(({ path, words }) => `    "${path}") words="${words.join(' ')}" ;;`);
  return `# coc completion for bash: eval "$(coc completion bash)"
_coc() {
  local at word path="" words="" current="\${COMP_WORDS[COMP_CWORD]}"
  for ((at = 1; at < COMP_CWORD; at++)); do
    word="\${COMP_WORDS[at]}"
    case " ${places.map(({ path }) => path.replaceAll(' ', '/')).join(' ')} " in
      *" \${path:+\${path// //}/}$word "*) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  [[ $current == @* ]] && words="@last"
  COMPREPLY=($(compgen -W "$words ${general}" -- "$current"))
  [[ \${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- "$current"))
}
complete -F _coc coc
`;
}

function fishScript(places: readonly Place[]): string {
  const lines = places.flatMap(({ path, words }) => {
    const seen = `__coc_is_at ${path}`.trimEnd();
    return words.map((word) =>
      word.startsWith('--')
        ? `complete -c coc -n '${seen}' -l ${word.slice(2)}`
        : word.startsWith('-')
          ? `complete -c coc -n '${seen}' -s ${word.slice(1)}`
          : `complete -c coc -n '${seen}' -a ${word}`,
    );
  });
  const paths = places.map(({ path }) => `'${path}'`).join(' ');
  return `# coc completion for fish: coc completion fish | source
function __coc_is_at
  set -l path
  for word in (commandline -opc)[2..]
    contains -- (string join -- ' ' $path $word) ${paths}; and set -a path $word
  end
  test "$path" = "$argv"
end
${lines.join('\n')}
`;
}
