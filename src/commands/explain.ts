/** `rollcall explain`: what a code means, for findings and messages alike. Asks no server. */
import { DIAGNOSTICS, type DiagnosticCode } from '../core/messages/diagnostic.ts'
import { MESSAGES } from '../core/messages/explained-diagnostics.ts'
import { FINDING_EXAMPLES } from '../core/messages/explained-findings.ts'
import { type CatalogueEntry, FINDINGS, type FindingCode } from '../core/messages/finding.ts'
import { nearestFew } from '../policy/nearest.ts'
import { misused } from '../shell/command.ts'
import type { Explanation } from '../views/explanation.ts'

/** Everything there is, or one entry. `word` may be an id of a report, such as `code:address`. */
export function explain(word: string | null): readonly Explanation[] {
  const all = [...findings(), ...messages()]
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

function findings(): readonly Explanation[] {
  const entries = Object.entries(FINDINGS) as [FindingCode, CatalogueEntry][]
  return entries.map(([code, entry]) => ({
    kind: 'finding',
    code,
    ...entry,
    example: FINDING_EXAMPLES[code],
  }))
}

function messages(): readonly Explanation[] {
  return (Object.keys(DIAGNOSTICS) as DiagnosticCode[]).map((code) => ({
    kind: 'message',
    code,
    ...DIAGNOSTICS[code],
    ...MESSAGES[code],
  }))
}
