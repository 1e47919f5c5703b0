/**
 * Writes completion scripts for shells from the tables of commands and options, so that they always
 * match the program. A script never runs rollcall. The build writes all scripts in advance
 * (scripts/ahead.js), so that `rollcall completion` does not load the other commands.
 */
import { readFileSync } from 'node:fs'
import { type Command, define, pickWord } from '../shell/command.ts'
import { findShort, type Option } from '../shell/options.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

type Scripts = Readonly<Record<(typeof SHELLS)[number], string>>

/** Does not exist in tests: the scripts are then written when needed. */
const MADE = new URL('completion.json', import.meta.url)

type Commands = Readonly<Record<string, Command>>

/** @param loadAll loads every command, including this one */
export function defineCompletion(loadAll: () => Promise<Commands>): Command {
  return define('completion', {
    positional: '<shell>',
    words: SHELLS,
    describe: `Print a completion script: ${SHELLS.join(', ')}`,
    options: {},
    examples: {
      'source <(rollcall completion bash)': 'For the current shell',
      'rollcall completion fish | source': 'The same for fish',
    },
    run: async ({ positionals }) => {
      const shell = pickWord('shell', SHELLS, positionals)
      const scripts = readMadeScripts() ?? makeScripts(await loadAll())
      return { output: scripts[shell], exitCode: 0 }
    },
  })
}

function readMadeScripts(): Scripts | null {
  try {
    return JSON.parse(readFileSync(MADE, 'utf8'))
  } catch {
    return null
  }
}

export function makeScripts(all: Commands): Scripts {
  const commands = foldCommands(all)
  return { bash: writeBash(commands), zsh: writeZsh(commands), fish: writeFish(commands) }
}

/** Merges `review close` into `review`: shells complete by the first word only. */
function foldCommands(commands: Commands): Commands {
  const out: Record<string, Command> = {}
  for (const [name, command] of Object.entries(commands)) {
    const [first = '', second] = name.split(' ')
    const known = out[first]
    if (known === undefined || second === undefined) out[first] = command
    else {
      const words = [...(known.words ?? []), second]
      out[first] = { ...known, words, options: { ...command.options, ...known.options } }
    }
  }
  return out
}

/** `--name`, and `-n` if it has a short form. */
function listSpellings(name: string, option: Option): readonly string[] {
  const short = findShort(option)
  return short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`]
}

function listOptions({ options }: Command): readonly (readonly [string, Option])[] {
  return Object.entries(options)
}

function writeBash(commands: Commands): string {
  const cases = Object.entries(commands).map(([name, command]) => {
    const words = listOptions(command).flatMap(([option, spec]) => listSpellings(option, spec))
    const values = listOptions(command).flatMap(([option, spec]) =>
      spec.type === 'boolean'
        ? []
        : [
            `      ${listSpellings(option, spec).join('|')}) ${
              spec.choices
                ? `COMPREPLY=($(compgen -W '${spec.choices.join(' ')}' -- "$word"))`
                : 'COMPREPLY=($(compgen -f -- "$word"))'
            }; return ;;`,
          ],
    )
    const before = values.length === 0 ? [] : ['      case $before in', ...values, '      esac']
    return [
      `    ${name})`,
      ...before,
      `      options='${[...words, '--help'].join(' ')}'`,
      `      words='${(command.words ?? []).join(' ')}'`,
      '      ;;',
    ].join('\n')
  })
  return `# bash completion of rollcall: source <(rollcall completion bash)
_rollcall() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]} options= words=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${[...Object.keys(commands), '--help', '--version'].join(' ')}' -- "$word"))
    return
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    *) return ;;
  esac
  case $word in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *)
      if [ -n "$words" ]; then COMPREPLY=($(compgen -W "$words" -- "$word"))
      else COMPREPLY=($(compgen -f -- "$word")); fi
      ;;
  esac
}
complete -o filenames -o bashdefault -F _rollcall rollcall
`
}

/** For a description of zsh inside single quotes. */
function escapeZsh(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''")
}

function writeZsh(commands: Commands): string {
  const names = Object.entries(commands).map(
    ([name, { describe }]) => `    '${name}:${escapeZsh(describe)}'`,
  )
  const cases = Object.entries(commands).map(([name, command]) => {
    const specs = listOptions(command).flatMap(([option, spec]) =>
      listSpellings(option, spec).map((spelling) => {
        const repeat = spec.type === 'array' ? '*' : ''
        const value =
          spec.type === 'boolean'
            ? ''
            : spec.choices
              ? `:value:(${spec.choices.join(' ')})`
              : ':value:_files'
        return `        '${repeat}${spelling}[${escapeZsh(spec.describe)}]${value}'`
      }),
    )
    const rest = command.words ? `:word:(${command.words.join(' ')})` : ':file:_files'
    const all = [...specs, "        '--help[Show help]'", `        '*${rest}'`]
    return `    ${name})\n      _arguments \\\n${all.join(' \\\n')}\n      ;;`
  })
  return `#compdef rollcall
# zsh completion of rollcall: rollcall completion zsh > a file _rollcall in your $fpath
_rollcall() {
  local -a commands
  commands=(
${names.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe command commands
    return
  fi
  local name=\${words[2]}
  shift words
  (( CURRENT-- ))
  case $name in
${cases.join('\n')}
  esac
}
if [ "$funcstack[1]" = _rollcall ]; then _rollcall "$@"; else compdef _rollcall rollcall; fi
`
}

function quoteFish(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}

function writeFish(commands: Commands): string {
  const lines = Object.entries(commands).flatMap(([name, command]) => {
    const here = `complete -c rollcall -n '__fish_seen_subcommand_from ${name}'`
    const files = command.positional.includes('policy') ? ` -F` : ' -f'
    const words = command.words ? ` -a ${quoteFish(command.words.join(' '))}` : ''
    return [
      `complete -c rollcall -n __fish_use_subcommand -f -a ${name} -d ${quoteFish(command.describe)}`,
      `${here}${files}${words}`,
      ...listOptions(command).map(([option, spec]) => {
        const letter = findShort(spec)
        const short = letter === undefined ? '' : ` -s ${letter}`
        const value =
          spec.type === 'boolean'
            ? ''
            : spec.choices
              ? ` -x -a ${quoteFish(spec.choices.join(' '))}`
              : ' -r -F'
        return `${here} -l ${option}${short}${value} -d ${quoteFish(spec.describe)}`
      }),
    ]
  })
  return `# fish completion of rollcall: rollcall completion fish | source\n${lines.join('\n')}\n`
}
