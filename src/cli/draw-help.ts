/**
 * Draws the pages of `--help` with yargs, from the tables of commands and options. The build draws
 * all of them in advance (scripts/ahead.js), because loading yargs takes time. Does not parse or
 * check arguments: arguments.ts does that.
 */
import yargs, { type Options as YargsOptions } from 'yargs'
import type { Commands } from '../shell/command.ts'
import type { Option } from '../shell/options.ts'
import { TOOL } from '../shell/tool.ts'
import { COMMANDS } from './command-list.ts'

/** The page of a command, or of rollcall itself if `command` is null. Ends with a line break. */
export function drawPage(command: string | null, all: Commands): string {
  const parser = yargs([])
    .scriptName('rollcall')
    .usage(
      '$0 <command>\n\nCompare a Chatwoot account with a policy in git, and report the differences.',
    )
    .locale('en')
    .wrap(80)
    .version(TOOL.version)
    .alias('help', 'h')
    .epilogue(
      `${command === null ? 'Show the options of a command: rollcall help <command>\n\n' : ''}Exit codes: 0 in sync, 1 error (no verdict), 2 drift.`,
    )
    .exitProcess(false)
    .fail(false)
  // Give yargs this command alone: it would read the first word of `review close` as `review`.
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

/** Adds a heading to each group of commands, because yargs can group options only. */
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

/** Adds the placeholder to the last name, because yargs has no other place to show it. */
function convertOption(name: string, option: Option): [string, YargsOptions] {
  const { placeholder, short = [], default: given } = option
  const names = [name, option.alias ?? []].flat()
  if (placeholder !== undefined) names.push(`${names.pop()} ${placeholder}`)
  const [key = name, ...others] = names
  const alias = others.concat(short)
  return [key, { ...option, alias, ...(given !== undefined && { defaultDescription: `${given}` }) }]
}
