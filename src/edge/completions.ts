/** What a shell is told of one command. */
export interface Completed {
  readonly name: string;
  readonly help: string;
  readonly words: readonly string[];
  readonly options: readonly { readonly name: string; readonly takes: string; readonly help: string }[];
}

export type Shell = "bash" | "zsh" | "fish";

const WRITERS: Readonly<Record<Shell, (program: string, commands: readonly Completed[]) => string>> = {
  bash,
  zsh,
  fish,
};

/** The script that completes the program's commands and options in a shell. */
export function completions(shell: Shell, program: string, commands: readonly Completed[]): string {
  return WRITERS[shell](program, commands);
}

function bash(program: string, commands: readonly Completed[]): string {
  const words = ({ words, options }: Completed) => [...words, ...options.map(({ name }) => `--${name}`)].join(" ");
  const takesFile = files(commands);
  return `# ${program}: completions for bash
_${identifier(program)}() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} command=\${COMP_WORDS[1]} known
  case $before in
    ${takesFile.map((name) => `--${name}`).join("|")}) COMPREPLY=($(compgen -f -- "$word")); return ;;
  esac
  if [ "$COMP_CWORD" -eq 1 ]; then
    known="${commands.map(({ name }) => name).join(" ")} ${words(serve(commands))}"
  else
    case $command in
${commands.map((command) => `      ${command.name}) known="${words(command)}" ;;`).join("\n")}
      *) known="${words(serve(commands))}" ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$known" -- "$word"))
}
complete -F _${identifier(program)} ${program}
`;
}

function zsh(program: string, commands: readonly Completed[]): string {
  const takesFile = files(commands);
  const option = ({ name, takes, help }: Completed["options"][number]) => {
    const value = takes === "" ? "" : `:${takes}:${takesFile.includes(name) ? "_files" : ""}`;
    return quoted(`--${name}[${help.replaceAll(/[[\]]/g, "").replaceAll(":", "\\:")}]${value}`);
  };
  return `#compdef ${program}
# ${program}: completions for zsh
_${identifier(program)}() {
  local -a commands=(
${commands.map(({ name, help }) => `    ${quoted(`${name}:${help}`)}`).join("\n")}
  )
  if (( CURRENT == 2 )) && [[ $words[2] != -* ]]; then
    _describe command commands
    return
  fi
  local command=$words[2]
  [[ $command == -* ]] && command=serve || { shift words; (( CURRENT-- )) }
  case $command in
${
    commands.map(({ name, words, options }) => {
      const rest = words.length === 0 ? [] : [quoted(`1:what:(${words.join(" ")})`)];
      return `    ${name}) _arguments ${[...rest, ...options.map(option)].join(" ")} ;;`;
    }).join("\n")
  }
  esac
}
compdef _${identifier(program)} ${program}
`;
}

function fish(program: string, commands: readonly Completed[]): string {
  const takesFile = files(commands);
  const lines = commands.flatMap(({ name, help, words, options }) => [
    `complete -c ${program} -n __fish_use_subcommand -f -a ${name} -d ${quoted(help)}`,
    ...words.map((word) => `complete -c ${program} -n '__fish_seen_subcommand_from ${name}' -f -a ${word}`),
    ...options.map((option) => {
      const value = option.takes === "" ? "-f" : takesFile.includes(option.name) ? "-r -F" : "-x";
      const where = `-n '__fish_seen_subcommand_from ${name}'`;
      return `complete -c ${program} ${where} -l ${option.name} ${value} -d ${quoted(option.help)}`;
    }),
  ]);
  return `# ${program}: completions for fish\n${lines.join("\n")}\n`;
}

/** The options that take a file's name, whichever command has them. */
function files(commands: readonly Completed[]): readonly string[] {
  const names = commands.flatMap(({ options }) => options).filter(({ takes }) => takes === "FILE");
  return [...new Set(names.map(({ name }) => name))];
}

/** The command that is run when none is named. */
function serve(commands: readonly Completed[]): Completed {
  return commands[0]!;
}

function identifier(program: string): string {
  return program.replaceAll(/\W/g, "_");
}

/** In single quotes, as all three shells read them. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "’")}'`;
}
