/** `rollcall explain`: explains the code of a finding or a message, or a word. Reads no server. */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import { type Explanation, explainAll } from '../core/messages/explain.ts'
import { findWord, listWords, type Word } from '../core/messages/words.ts'
import { findNearestFew } from '../policy/nearest.ts'
import { define, makeUsageFailure } from '../shell/command.ts'
import { color, format } from '../shell/options.ts'
import { refuseAs, show, type Views } from '../shell/show.ts'

type Entry = Explanation | Word

interface Explained {
  /** Null: everything is listed. */
  readonly asked: readonly Entry[] | null
  readonly diagnostics: readonly Diagnostic[]
  readonly exitCode: 0 | 1
}

const VIEWS: Views<Explained, 'text' | 'json'> = {
  text: async ({ asked }, paint) => {
    const { renderExplanations, renderList } = await import('../views/explanation.ts')
    return asked === null
      ? renderList(explainAll(), listWords(), paint)
      : renderExplanations(asked, paint)
  },
  json: async ({ asked, diagnostics }) =>
    (await import('../views/explanation.ts')).renderExplanationsJson(
      asked ?? listEntries(),
      diagnostics,
    ),
}

export const command = define('explain', {
  positional: '[word..]',
  describe: 'Explain a finding, a message or a word, and what to do',
  options: { format, color },
  examples: {
    'rollcall explain': 'List every code with one line each, and every word',
    'rollcall explain admin-unexpected': 'Explain one code, with an example',
    'rollcall explain drift waiver': 'Explain words of a report or of the documentation',
  },
  run: async ({ positionals, values }, world) => {
    const asked = positionals.length === 0 ? null : explain(positionals)
    return show({ asked, diagnostics: [], exitCode: 0 }, VIEWS, values, world)
  },
  refuse: refuseAs(VIEWS, (diagnostics) => ({ asked: [], diagnostics, exitCode: 1 })),
})

function listEntries(): readonly Entry[] {
  return [...explainAll(), ...listWords()]
}

function explain(parts: readonly string[]): readonly Entry[] {
  // The rest of an address may have spaces too.
  const whole = findEntry(parts.join(' '))
  const found = findEach(parts) ?? (whole && [whole])
  if (found) return [...new Map(found.map((each) => [getName(each), each])).values()]
  const text = parts.filter((part) => findEntry(part) === undefined).join(' ')
  const close = findNearestFew(readCode(text) || text, listEntries().map(getName))
  const meant = close.length === 0 ? '' : `Did you mean ${close.join(', ')}? `
  throw makeUsageFailure(
    `"${text}" is not the code of a finding or message, and not a word that rollcall explains.`,
    `${meant}Run \`rollcall explain\` for a list of all codes and words.`,
  )
}

/** A word can have several parts: `rollcall explain kept back drift`. Null: some of it is unknown. */
function findEach(parts: readonly string[]): readonly Entry[] | null {
  if (parts.length === 0) return []
  for (let count = parts.length; count > 0; count -= 1) {
    const text = parts.slice(0, count).join(' ')
    const first = count > 1 && text.includes(':') ? undefined : findEntry(text)
    const rest = first && findEach(parts.slice(count))
    if (rest) return [first, ...rest]
  }
  return null
}

/** `text` may be an id from a report, such as `code:address`. */
function findEntry(text: string): Entry | undefined {
  return explainAll().find(({ code }) => code === readCode(text)) ?? findWord(text)
}

function readCode(text: string): string {
  return text.trim().toLowerCase().replace(/:.*/s, '')
}

function getName(entry: Entry): string {
  return 'word' in entry ? entry.word : entry.code
}
