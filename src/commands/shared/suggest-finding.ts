/** "Did you mean …?" if `adopt` or `waive` names a finding that does not exist. */
import { type FindingName, showNamed, suggestRelated } from '../../core/adopt/find-named.ts'
import { type Finding, isOpen } from '../../core/messages/finding.ts'
import { findNearest } from '../../policy/nearest.ts'

/** Ends with a space. Empty if no open finding is about the same thing, looks similar or contains the text. */
export function suggestFinding(named: FindingName, findings: readonly Finding[]): string {
  const related = suggestRelated(named, findings)
  if (related !== '') return related
  const open = findings.filter(isOpen)
  const known = [...open.map(({ address }) => address), ...open.map(({ id }) => id)]
  const text = showNamed(named)
  const part = text.toLowerCase()
  const meant = findNearest(text, known) ?? known.find((each) => each.toLowerCase().includes(part))
  return meant === undefined ? '' : `Did you mean ${meant}? `
}
