/**
 * The pages of `--help`, drawn by yargs from the tables of commands and options. The build draws
 * all of them ahead (scripts/ahead.js), so that nobody who asks for help waits for yargs. Nothing
 * is parsed or checked here: arguments.ts does that, for every command alike.
 */
import yargs from 'yargs'
import type { Option } from '../shell/options.ts'
import { TOOL } from '../shell/tool.ts'
import { COMMANDS } from './command-list.ts'

/** The page of a command; null: of rollcall itself. Ends with a line break. */
export function drawPage(command: string | null): string {
  const parser = yargs([])
    .scriptName('rollcall')
    .usage('$0 <command>\n\nAccess-as-code for Chatwoot: a policy in git, the drift in a report.')
    .locale('en')
    .wrap(80)
    .version(TOOL.version)
    .alias('help', 'h')
    .epilogue('Exit codes: 0 in sync, 1 no verdict, 2 drift.')
    .exitProcess(false)
    .fail(false)
  const own = Object.entries(COMMANDS).filter(([name]) => name === command)
  // The page of one command knows no other: yargs would take the first of two words for the whole.
  for (const [name, { positional, describe, options, examples }] of own.length > 0
    ? own
    : Object.entries(COMMANDS)) {
    parser.command(`${name} ${positional}`.trim(), describe, (page) => {
      for (const [option, spec] of Object.entries(options)) page.option(option, shown(spec))
      for (const [line, does] of Object.entries(examples)) page.example(line, does)
      return page
    })
  }
  let text = ''
  parser.parse(
    [...(command?.split(' ').slice(0, 1) ?? []), '--help'],
    {},
    (_error, _values, output) => {
      text = output
    },
  )
  return `${text}\n`
}

/** An option as yargs shows it in help; what it means is decided in arguments.ts. */
function shown(option: Option) {
  const { describe, group, aliases = [], short } = option
  const alias = short === undefined ? [...aliases] : [short, ...aliases]
  const common = { describe, group, ...(alias.length > 0 ? { alias } : {}) }
  switch (option.kind) {
    case 'flag':
      return { ...common, type: 'boolean' as const }
    case 'choice':
      return { ...common, choices: [...option.choices], ...fallback(option.fallback) }
    case 'text':
    case 'date':
    case 'age':
      return { ...common, type: 'string' as const }
    case 'list':
      return { ...common, type: 'array' as const, string: true }
    case 'count':
    case 'duration':
      return { ...common, ...fallback(option.fallback) }
  }
}

function fallback(value: string | number | null) {
  return value === null ? {} : { defaultDescription: String(value) }
}
