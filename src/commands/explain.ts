/** `rollcall explain`: what a code means, for findings and messages alike. Asks no server. */
import { type Explanation, explainAll } from '../core/messages/explain.ts'
import { nearestFew } from '../policy/nearest.ts'
import { misused } from '../shell/command.ts'

/** Everything there is, or one entry. `word` may be an id of a report, such as `code:address`. */
export function explain(word: string | null): readonly Explanation[] {
  const all = explainAll()
  if (word === null) return all
  const code = word.trim().toLowerCase().replace(/:.*/s, '')
  const found = all.filter((each) => each.code === code)
  if (found.length > 0) return found
  const close = nearestFew(
    code,
    all.map((each) => each.code),
  )
  const meant = close.length === 0 ? '' : `Did you mean ${close.join(', ')}? `
  throw misused(
    `There is no finding and no message "${word}".`,
    `${meant}Run \`rollcall explain\` for all of them.`,
  )
}
