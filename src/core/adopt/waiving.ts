/** Accepting one finding until a date: which one is meant, and whether a waiver can accept it. */
import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import { type Finding, isOpen } from '../messages/finding.ts'
import { count } from '../messages/phrase.ts'
import { isOver } from '../model/dates.ts'
import type { NewWaiver } from './amendments.ts'
import { type FindingName, isNamed, showNamed } from './find-named.ts'

export type PlannedWaiver =
  | { readonly kind: 'waiver'; readonly finding: Finding; readonly waiver: NewWaiver }
  | { readonly kind: 'refused'; readonly diagnostic: Diagnostic }

/**
 * @param today `YYYY-MM-DD`, UTC
 * @param suggest `Did you mean …? ` or empty, for a name that no open finding has
 */
export function planWaiver(
  findings: readonly Finding[],
  named: FindingName,
  said: Pick<NewWaiver, 'reason' | 'owner' | 'expires'>,
  today: string,
  suggest: () => string,
): PlannedWaiver {
  const name = showNamed(named)
  const found = findings.filter((each) => isNamed(named, each))
  const [finding, ...more] = found.filter(isOpen)
  if (isOver(said.expires, today)) {
    return refuse(`--expires ${said.expires} has passed.`, 'Give the last day of the waiver.')
  }
  if (finding === undefined) {
    const [other] = found
    if (other?.waiver) {
      return refuse(
        `${other.id} is already accepted until ${other.waiver.expires}.`,
        'To accept it longer, change `expires` of its waiver.',
      )
    }
    return refuse(
      `There is no open finding at "${name}".`,
      `${suggest()}Name a finding as \`rollcall plan\` shows it.`,
    )
  }
  if (more.length > 0) {
    const ids = [finding, ...more].map(({ id }) => id).join(', ')
    return refuse(
      `There are ${count(more.length + 1, 'open finding')} at "${name}".`,
      `Name one of them: ${ids}.`,
    )
  }
  if (finding.subject.kind === 'waiver') {
    return refuse(
      `${finding.id} is about a waiver, which no waiver can accept.`,
      'Change or remove that waiver.',
    )
  }
  const { code, address } = finding
  return { kind: 'waiver', finding, waiver: { finding: code, address, ...said } }
}

function refuse(summary: string, advice: string): PlannedWaiver {
  return {
    kind: 'refused',
    diagnostic: makeDiagnostic({ code: 'policy-not-changed', summary, advice }),
  }
}
