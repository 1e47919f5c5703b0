/**
 * The pages of `--help`, drawn by yargs from the tables of commands and options. The build draws
 * all of them ahead (scripts/ahead.js), so that nobody who asks for help waits for yargs. Nothing
 * is parsed or checked here: arguments.ts does that, for every command alike.
 */
import yargs, { type Options as YargsOptions } from 'yargs'
import { findShort, listAliases, type Option } from '../shell/options.ts'
import { TOOL } from '../shell/tool.ts'
import { COMMANDS, type Commands } from './command-list.ts'

/** The page of a command; null: of rollcall itself. Ends with a line break. */
export function drawPage(command: string | null, all: Commands): string {
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
  // The page of one command knows no other: yargs would take the first of two words for the whole.
  const own = Object.values(all).filter(({ name }) => name === command)
  for (const { name, positional, describe, options, examples } of own.length > 0
    ? own
    : Object.values(all)) {
    parser.command(`${name} ${positional}`.trim(), describe, (page) => {
      for (const [option, spec] of Object.entries(options))
        page.option(...convertOption(option, spec))
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
  return command === null ? `${groupCommands(text)}\n` : `${text}\n`
}

/** yargs knows groups of options only: each group of commands gets its heading here. */
function groupCommands(page: string): string {
  let last: string | null = null
  const lines = page.split('\n').flatMap((line) => {
    if (line === 'Commands:') return []
    const name = Object.keys(COMMANDS).find((each) => `${line} `.startsWith(`  rollcall ${each} `))
    const group = name === undefined ? undefined : COMMANDS[name]?.group
    if (group === undefined || group === last) return [line]
    const heading = last === null ? [group] : ['', group]
    last = group
    return [...heading, line]
  })
  return lines.join('\n')
}

/** The last spelling carries the placeholder: yargs shows spellings, and has no other place for it. */
function convertOption(name: string, option: Option): [string, YargsOptions] {
  const { placeholder, default: given } = option
  const names = [name, ...listAliases(option)]
  if (placeholder !== undefined) names.push(`${names.pop()} ${placeholder}`)
  const [key = name, ...others] = names
  const alias = others.concat(findShort(option) ?? [])
  return [key, { ...option, alias, ...(given !== undefined && { defaultDescription: `${given}` }) }]
}
