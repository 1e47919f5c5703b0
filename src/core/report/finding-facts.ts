/**
 * What a finding is about and what to do, in separate facts, for formats that programs read: programs
 * need not parse an address. Everything comes from the subject, whatever its code and kind.
 */
import type { Finding } from '../messages/finding.ts'
import { FINDINGS } from '../messages/finding-records.ts'
import { findGroupOf } from '../model/address.ts'
import { countRisks, type RiskCounts } from './order.ts'
import { nestLines } from './remedies.ts'
import type { AccountReport, JudgedAccount, Verdict } from './report.ts'

/**
 * `kind` is `agent`, `team`, `team-member`, `rule` and so on. `email` is null if the finding is not about
 * one person. `name` is the name on the account, null for somebody who is not on it. `group` is the group
 * that the finding is about, or in which the member is. Backticks in `remedy.text` mark code.
 * `remedy.lines` are the lines of a policy that would end the finding, from the top level on; empty if no
 * policy can.
 */
export function describeFinding(
  { id, code, subject }: Finding,
  { names, fixes }: Pick<JudgedAccount, 'names' | 'fixes'>,
) {
  // A person who is not on the account and has no known address is `#ID`.
  const email = 'email' in subject && !subject.email.startsWith('#') ? subject.email : null
  const group = findGroupOf(subject)
  const kind = group?.of.prefix ?? subject.kind
  const fix = fixes.get(id)
  return {
    kind: subject.kind === 'member' ? `${kind}-member` : kind,
    email,
    /** The display name; null for somebody who is not on the account. */
    name: email === null ? null : (names.get(email) ?? null),
    group: group?.name ?? null,
    remedy: { text: FINDINGS[code].remedy, lines: fix ? nestLines([fix]) : [] },
  }
}

/** Open findings by risk. Null without a verdict: what was not judged is unknown, not zero. */
export function sumRisks(
  verdict: Verdict,
  accounts: readonly Pick<AccountReport, 'findings'>[],
): RiskCounts | null {
  return verdict === 'none' ? null : countRisks(accounts.flatMap(({ findings }) => findings))
}
