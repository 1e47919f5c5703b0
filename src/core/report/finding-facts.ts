/**
 * What a finding is about and what to do, in separate facts, for formats that programs read: programs
 * need not parse an address. Everything comes from the subject, whatever its code and kind.
 */
import type { Finding } from '../messages/finding.ts'
import { FINDINGS } from '../messages/finding-records.ts'
import { groupOf, type Subject } from '../model/address.ts'
import { countRisks, type RiskCounts } from './order.ts'
import { nestLines } from './remedies.ts'
import type { AccountReport, JudgedAccount, Verdict } from './report.ts'

export function describeFinding(
  { id, code, subject }: Finding,
  { names, fixes }: Pick<JudgedAccount, 'names' | 'fixes'>,
) {
  // A person who is not on the account and has no known address is `#ID`.
  const email = 'email' in subject && !subject.email.startsWith('#') ? subject.email : null
  const fix = fixes.get(id)
  return {
    kind: nameKind(subject),
    /** Null: not about one person. */
    email,
    /** The display name; null for somebody who is not on the account. */
    name: email === null ? null : (names.get(email) ?? null),
    /** That it is about or in. */
    group: groupOf(subject)?.name ?? null,
    remedy: {
      text: FINDINGS[code].remedy,
      /** Of a policy, from the top level on; empty if none would end it. */
      lines: fix ? nestLines([fix]) : [],
    },
  }
}

/** `agent`, `team`, `team-member`, `rule` … */
function nameKind(subject: Subject): string {
  switch (subject.kind) {
    case 'group':
      return subject.of.prefix
    case 'member':
      return `${subject.group.of.prefix}-member`
    case 'agent':
    case 'custom-role':
    case 'rule':
    case 'waiver':
      return subject.kind
  }
}

/** Open findings by risk. Null without a verdict: what was not judged is unknown, not zero. */
export function sumRisks(
  verdict: Verdict,
  accounts: readonly Pick<AccountReport, 'findings'>[],
): RiskCounts | null {
  return verdict === 'none' ? null : countRisks(accounts.flatMap(({ findings }) => findings))
}
