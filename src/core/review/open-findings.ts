/** The report of a review → the open findings about people. Knows no files and no JSON text. */
import { RISKS, type Risk } from '../messages/finding-records.ts'
import { makeFinder } from '../model/identity.ts'
import { normaliseEmail } from '../model/names.ts'
import { checkFields, type RefuseAt } from '../model/parse-snapshot.ts'

export interface OpenFinding {
  readonly id: string
  readonly code: string
  /** `agent`, `team-member` … */
  readonly kind: string
  readonly risk: Risk
}

/** Worst first, as the report has them. @param people by e-mail address as in the snapshot */
export function parseOpenFindings(
  document: unknown,
  people: readonly string[],
  refuse: RefuseAt,
): ReadonlyMap<string, readonly OpenFinding[]> {
  const find = makeFinder(people, (email) => email, normaliseEmail)
  const about = new Map<string, OpenFinding[]>()
  const [account] = checkFields(document, [], refuse).list('accounts')
  const path = ['accounts', 0]
  const findings = checkFields(account, path, refuse).list('findings')
  for (const [index, each] of findings.entries()) {
    const at = [...path, 'findings', index]
    const finding = checkFields(each, at, refuse)
    const named = finding.orNull('email', finding.text)
    const email = named === null ? undefined : find(named)
    if (email === undefined || finding.text('disposition') !== 'open') continue
    const risk =
      RISKS.find((known) => known === finding.text('risk')) ??
      refuse([...at, 'risk'], `should be one of ${RISKS.join(', ')}`)
    const own = about.get(email) ?? []
    own.push({
      id: finding.text('id'),
      code: finding.text('code'),
      kind: finding.text('kind'),
      risk,
    })
    about.set(email, own)
  }
  return about
}
