/** `rollcall explain`: explains the code of a finding or a message. Reads no server. */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import { type Explanation, explainAll } from '../core/messages/explain.ts'
import { findNearestFew } from '../policy/nearest.ts'
import { define, makeUsageFailure } from '../shell/command.ts'
import { color, format } from '../shell/options.ts'
import { refuseAs, show, type Views } from '../shell/show.ts'

interface Explained {
  readonly entries: readonly Explanation[]
  readonly diagnostics: readonly Diagnostic[]
  readonly exitCode: 0 | 1
}

const VIEWS: Views<Explained, 'text' | 'json'> = {
  text: async ({ entries }, paint) =>
    (await import('../views/explanation.ts')).renderExplanations(entries, paint),
  json: async ({ entries, diagnostics }) =>
    (await import('../views/explanation.ts')).renderExplanationsJson(entries, diagnostics),
}

export const command = define('explain', {
  positional: '[code]',
  describe: 'Explain what a finding or a message means and what to do',
  options: { format, color },
  examples: {
    'rollcall explain': 'List every code with one line each',
    'rollcall explain admin-unexpected': 'Explain one code, with an example',
  },
  run: async ({ positionals: [code], values }, world) => {
    const entries = explain(code ?? null)
    return show({ entries, diagnostics: [], exitCode: 0 }, VIEWS, values, world)
  },
  refuse: refuseAs(VIEWS, (diagnostics) => ({ entries: [], diagnostics, exitCode: 1 })),
})

/** All entries, or one. `word` may be an id from a report, such as `code:address`. */
function explain(word: string | null): readonly Explanation[] {
  const all = explainAll()
  if (word === null) return all
  const code = word.trim().toLowerCase().replace(/:.*/s, '')
  const found = all.filter((each) => each.code === code)
  if (found.length > 0) return found
  const close = findNearestFew(
    code,
    all.map((each) => each.code),
  )
  const meant = close.length === 0 ? '' : `Did you mean ${close.join(', ')}? `
  throw makeUsageFailure(
    `There is no finding or message with the code "${word}".`,
    `${meant}Run \`rollcall explain\` for a list of all codes.`,
  )
}
