/**
 * What `--help` and `--version` print. The pages are ready: the build draws them beside this file.
 * Where nobody built, in the tests, they are drawn on the spot.
 */
import { readFileSync } from 'node:fs'
import { TOOL } from '../shell/tool.ts'

/** Command, or the empty text for rollcall itself → its page. */
const PAGES = new URL('help.json', import.meta.url)

/** Anywhere before `--`, so that it can be added to a command line that does not work. */
export function asksForHelp(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  const words = end < 0 ? argv : argv.slice(0, end)
  return words.some((word) => ['--help', '-h', '--version'].includes(word))
}

export async function renderHelp(argv: readonly string[]): Promise<string> {
  if (argv.includes('--version')) return `${TOOL.version}\n`
  // Only what chooses the page: a mistake elsewhere in the words must not keep it from being shown.
  const asked = [argv.slice(0, 2).join(' '), argv[0] ?? '']
  return readDrawnPage(asked) ?? (await drawPageNow(asked))
}

function readDrawnPage(asked: readonly string[]): string | null {
  try {
    const pages: Readonly<Record<string, string>> = JSON.parse(readFileSync(PAGES, 'utf8'))
    const page = asked.find((each) => Object.hasOwn(pages, each)) ?? ''
    return pages[page] ?? null
  } catch {
    return null
  }
}

async function drawPageNow(asked: readonly string[]): Promise<string> {
  const [{ drawPage }, { loadCommands }] = await Promise.all([
    import('./draw-help.ts'),
    import('./command-list.ts'),
  ])
  const all = await loadCommands()
  return drawPage(asked.find((each) => Object.hasOwn(all, each)) ?? null, all)
}
