/**
 * Prints `--help` and `--version`. The build draws the pages in advance, next to this file. In tests
 * there is no build, so they are drawn when needed.
 */
import { readFileSync } from 'node:fs'
import { TOOL } from '../shell/tool.ts'

/** Command → its page; the page of rollcall itself has the empty text as its key. */
const PAGES = new URL('help.json', import.meta.url)

/** `--help` counts anywhere before `--`, so that you can add it to a command line that fails. */
export function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  const words = end < 0 ? argv : argv.slice(0, end)
  return argv.length === 0 || words.some((word) => ['--help', '-h', '--version'].includes(word))
}

export async function renderHelp(argv: readonly string[]): Promise<string> {
  if (argv.includes('--version')) return `${TOOL.version}\n`
  // Only the first words choose the page: an error in the others must not hide the help.
  const names = [argv.slice(0, 2).join(' '), argv[0] ?? '']
  return readDrawnPage(names) ?? (await drawPageNow(names))
}

function readDrawnPage(names: readonly string[]): string | null {
  try {
    const pages: Readonly<Record<string, string>> = JSON.parse(readFileSync(PAGES, 'utf8'))
    const page = names.find((each) => Object.hasOwn(pages, each)) ?? ''
    return pages[page] ?? null
  } catch {
    return null
  }
}

async function drawPageNow(names: readonly string[]): Promise<string> {
  const [{ drawPage }, { loadCommands }] = await Promise.all([
    import('./draw-help.ts'),
    import('./command-list.ts'),
  ])
  const all = await loadCommands()
  return drawPage(names.find((each) => Object.hasOwn(all, each)) ?? null, all)
}
