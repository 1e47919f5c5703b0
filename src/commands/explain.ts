/** `rollcall explain`: explains the code of a finding or a message, or a word. Reads no server. */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import { type Explanation, explainAll } from '../core/messages/explain.ts'
import { findWord, listWords, type Word } from '../core/messages/words.ts'
import { findNearestFew } from '../policy/nearest.ts'
import { define, makeUsageFailure } from '../shell/command.ts'
import { color, format } from '../shell/options.ts'
import { refuseAs, show, type Views } from '../shell/show.ts'

interface Explained {
  readonly entries: readonly Explanation[]
  readonly words: readonly Word[]
  readonly diagnostics: readonly Diagnostic[]
  readonly exitCode: 0 | 1
}

const VIEWS: Views<Explained, 'text' | 'json'> = {
  text: async ({ entries, words }, paint) =>
    (await import('../views/explanation.ts')).renderExplanations(entries, words, paint),
  json: async ({ entries, words, diagnostics }) =>
    (await import('../views/explanation.ts')).renderExplanationsJson(entries, words, diagnostics),
}

export const command = define('explain', {
  positional: '[word..]',
  describe: 'Explain a finding, a message or a word, and what to do',
  options: { format, color },
  examples: {
    'rollcall explain': 'List every code with one line each, and every word',
    'rollcall explain admin-unexpected': 'Explain one code, with an example',
    'rollcall explain drift': 'Explain a word of a report or of the documentation',
  },
  run: async ({ positionals, values }, world) => {
    // A word can have several parts: `rollcall explain kept back`.
    const explained = explain(positionals.length === 0 ? null : positionals.join(' '))
    return show({ ...explained, diagnostics: [], exitCode: 0 }, VIEWS, values, world)
  },
  refuse: refuseAs(VIEWS, (diagnostics) => ({
    entries: [],
    words: [],
    diagnostics,
    exitCode: 1,
  })),
})

/** Everything, or one code or word. `text` may be an id from a report, such as `code:address`. */
function explain(text: string | null): Pick<Explained, 'entries' | 'words'> {
  const entries = explainAll()
  const words = listWords()
  if (text === null) return { entries, words }
  const code = text.trim().toLowerCase().replace(/:.*/s, '')
  const entry = entries.find((each) => each.code === code)
  if (entry !== undefined) return { entries: [entry], words: [] }
  const word = findWord(text)
  if (word !== undefined) return { entries: [], words: [word] }
  const close = findNearestFew(code || text, [
    ...entries.map((each) => each.code),
    ...words.map((each) => each.word),
  ])
  const meant = close.length === 0 ? '' : `Did you mean ${close.join(', ')}? `
  throw makeUsageFailure(
    `"${text}" is not the code of a finding or message, and not a word that rollcall explains.`,
    `${meant}Run \`rollcall explain\` for a list of all codes and words.`,
  )
}
