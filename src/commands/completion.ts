/**
 * Writes completion scripts for shells from the tables of commands and options, so that they always
 * match the program. A script never runs rollcall. The build writes all scripts in advance
 * (scripts/ahead.js), so that `rollcall completion` does not load the other commands.
 */
import { readFileSync } from 'node:fs'
import { type Command, type Commands, define, pickWord } from '../shell/command.ts'
import type { Option } from '../shell/options.ts'

const SHELLS = ['bash', 'zsh', 'fish'] as const

type Scripts = Readonly<Record<(typeof SHELLS)[number], string>>

/** Does not exist in tests: the scripts are then written when needed. */
const MADE = new URL('completion.json', import.meta.url)

/** @param loadAll loads every command, including this one */
export function defineCompletion(loadAll: () => Promise<Commands>): Command {
  return define('completion', {
    positional: '<shell>',
    words: SHELLS,
    describe: `Print a completion script: ${SHELLS.join(', ')}`,
    options: {},
    examples: {
      'source <(rollcall completion bash)': 'Turn on completion in this shell',
      'rollcall completion fish | source': 'Do the same in fish',
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
  const commands = Object.entries(foldCommands(all))
  return { bash: writeBash(commands), zsh: writeZsh(commands), fish: writeFish(commands) }
}

/** What shells offer after the first word of a command line. */
interface Completed {
  readonly describe: string
  readonly options: Command['options']
  readonly words: readonly string[]
  /** Whether an argument can be a file. */
  readonly files: boolean
}

/** Merges `review close` into `review`, because shells complete by the first word only. */
function foldCommands(commands: Commands): Readonly<Record<string, Completed>> {
  const out: Record<string, Completed> = {}
  for (const [name, { describe, options, positional, words }] of Object.entries(commands)) {
    const [first = '', second] = name.split(' ')
    const known = out[first]
    if (known === undefined || second === undefined) {
      const files = words === undefined && positional !== ''
      out[first] = { describe, options, words: words ?? [], files }
    } else {
      const both = { words: [...known.words, second], options: { ...options, ...known.options } }
      out[first] = { ...known, ...both }
    }
  }
  const words = Object.keys(out)
  return { ...out, help: { describe: 'Show help for a command', options: {}, words, files: false } }
}

/** `--name`, and `-n` if it has a short form. */
function listSpellings(name: string, { short }: Option): readonly string[] {
  return short === undefined ? [`--${name}`] : [`--${name}`, `-${short}`]
}

type Folded = readonly (readonly [string, Completed])[]

function writeBash(commands: Folded): string {
  const cases = commands.map(([name, command]) => {
    const options = Object.entries(command.options)
    const spellings = options.flatMap(([option, spec]) => listSpellings(option, spec))
    const values = options.flatMap(([option, spec]) => {
      if (spec.type === 'boolean') return []
      const offered = spec.choices
        ? `_rollcall_words '${spec.choices.join(' ')}'`
        : '_rollcall_files'
      return [`      ${listSpellings(option, spec).join('|')}) ${offered}; return ;;`]
    })
    return [
      `    ${name})`,
      ...(values.length === 0 ? [] : ['      case $before in', ...values, '      esac']),
      `      options='${[...spellings, '--help'].join(' ')}'`,
      `      words='${command.words.join(' ')}' files=${command.files ? 'yes' : ''}`,
      '      ;;',
    ].join('\n')
  })
  return `# bash completion of rollcall: source <(rollcall completion bash)
_rollcall_add() {
  local line
  while IFS= read -r line; do COMPREPLY+=("$start$line"); done < <(compgen "$@" -- "$word")
}
_rollcall_words() { _rollcall_add -W "$1"; }
# Only names of files are quoted, and get a slash if they are folders.
_rollcall_files() { compopt -o filenames 2> /dev/null; _rollcall_add -f; }
_rollcall() {
  local word=\${COMP_WORDS[COMP_CWORD]} before=\${COMP_WORDS[COMP_CWORD-1]}
  local start= options= words= files=
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    _rollcall_words '${[...commands.map(([name]) => name), '--help', '--version'].join(' ')}'
    return
  fi
  # With = in COMP_WORDBREAKS, --format=json is three words.
  if [ "$word" = = ]; then word=
  elif [ "$before" = = ]; then before=\${COMP_WORDS[COMP_CWORD-2]}
  elif [[ $word = --*=* ]]; then before=\${word%%=*} start=$before= word=\${word#*=}
  fi
  case \${COMP_WORDS[1]} in
${cases.join('\n')}
    *) return ;;
  esac
  if [[ $word = -* ]]; then _rollcall_words "$options"; return; fi
  _rollcall_words "$words"
  # Before = is no option: FORMAT=PATH.
  if [ -n "$files" ] || [ "\${COMP_WORDS[COMP_CWORD-1]}" = = ]; then _rollcall_files; fi
}
# bash before version 4 has no compopt.
if type compopt > /dev/null 2>&1; then complete -o bashdefault -F _rollcall rollcall
else complete -o filenames -o bashdefault -F _rollcall rollcall; fi
`
}

/** For a description of zsh inside single quotes. */
function escapeZsh(text: string): string {
  return text.replace(/[[\]:\\]/g, '\\$&').replaceAll("'", "'\\''")
}

function writeZsh(commands: Folded): string {
  const names = commands.map(([name, { describe }]) => `    '${name}:${escapeZsh(describe)}'`)
  const cases = commands.map(([name, command]) => {
    const specs = Object.entries(command.options).flatMap(([option, spec]) =>
      listSpellings(option, spec).map((spelling) => {
        const repeat = spec.type === 'array' ? '*' : ''
        // The value can be the next word, or follow in the same one: --format=json, -oFILE.
        const joint = spec.type === 'boolean' ? '' : spelling.startsWith('--') ? '=' : '+'
        return `        '${repeat}${spelling}${joint}[${escapeZsh(spec.describe)}]${writeZshValue(spec)}'`
      }),
    )
    const words = command.words.length === 0 ? [] : [`words:word:(${command.words.join(' ')})`]
    const rest = [...words, ...(command.files ? ['files:file:_files'] : [])]
    const argument =
      rest.length === 0
        ? []
        : [`        '*:argument:{_alternative ${rest.map((each) => `"${each}"`).join(' ')}}'`]
    const all = [...specs, "        '--help[Show help]'", ...argument]
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
if [ "$funcstack[1]" = _rollcall ]; then _rollcall "$@"; else
  # Without settings, zsh has no completion yet. -D: writes no file into the home folder.
  (( $+functions[compdef] )) || { autoload -U compinit && compinit -i -D; }
  compdef _rollcall rollcall
fi
`
}

function writeZshValue({ type, choices, placeholder = '' }: Option): string {
  if (type === 'boolean') return ''
  if (choices !== undefined) return `:value:(${choices.join(' ')})`
  return placeholder.includes('=') ? ':value:{compset -P "*="; _files}' : ':value:_files'
}

function quoteFish(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`
}

function writeFish(commands: Folded): string {
  const lines = commands.flatMap(([name, command]) => {
    const here = `complete -c rollcall -n '__fish_seen_subcommand_from ${name}'`
    const files = command.files ? ' -F' : ' -f'
    const words = command.words.length === 0 ? '' : ` -a ${quoteFish(command.words.join(' '))}`
    return [
      `complete -c rollcall -n __fish_use_subcommand -f -a ${name} -d ${quoteFish(command.describe)}`,
      `${here}${files}${words}`,
      ...Object.entries(command.options).map(([option, spec]) => {
        const short = spec.short === undefined ? '' : ` -s ${spec.short}`
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
