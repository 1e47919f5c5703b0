/**
 * What `--help` and `--version` print. The pages are ready: the build draws them beside this file.
 * Where nobody built, in the tests, they are drawn on the spot.
 */
import { readFileSync } from 'node:fs'
import { COMMANDS } from './commands/table.ts'
import { TOOL } from './commands/tool.ts'

/** Command, or the empty text for rollcall itself → its page. */
const PAGES = new URL('help.json', import.meta.url)

export async function help(argv: readonly string[]): Promise<string> {
  if (argv.includes('--version')) return `${TOOL.version}\n`
  // Only what chooses the page: a mistake elsewhere in the words must not keep it from being shown.
  const [first = ''] = argv
  const command = Object.hasOwn(COMMANDS, first) ? first : null
  return drawnAhead(command) ?? (await import('./draw-help.ts')).drawPage(command)
}

function drawnAhead(command: string | null): string | null {
  let pages: Readonly<Record<string, string>>
  try {
    pages = JSON.parse(readFileSync(PAGES, 'utf8'))
  } catch {
    return null
  }
  return pages[command ?? ''] ?? null
}
