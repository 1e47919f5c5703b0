/**
 * What a finding is about and what to do, in separate facts, for formats that programs read: programs
 * need not parse an address. Everything comes from the subject, whatever its code and kind.
 */
import type { Finding } from '../messages/finding.ts'
import { FINDINGS } from '../messages/finding-records.ts'
import { findGroupOf, type Subject } from '../model/address.ts'
import { countRisks, type RiskCounts } from './order.ts'
import { nestLines } from './remedies.ts'
import type { AccountReport, JudgedAccount, Verdict } from './report.ts'

export interface FindingFacts {
  /** `agent`, `team`, `team-member`, `rule` … */
  readonly kind: string
  /** Null: not about one person. */
  readonly email: string | null
  /** The display name on the account; null for somebody who is not on it. */
  readonly name: string | null
  /** The name of the group that it is about or in. */
  readonly group: string | null
  readonly remedy: {
    /** Our own words; backticks mark code. */
    readonly text: string
    /** Lines of a policy that would end it, from the top level on; empty if none would. */
    readonly lines: readonly string[]
  }
}

export function describeFinding(
  { id, code, subject }: Finding,
  { names, fixes }: Pick<JudgedAccount, 'names' | 'fixes'>,
): FindingFacts {
  // A person who is not on the account and has no known address is `#ID`.
  const email = 'email' in subject && !subject.email.startsWith('#') ? subject.email : null
  const fix = fixes.get(id)
  return {
    kind: nameKind(subject),
    email,
    name: email === null ? null : (names.get(email) ?? null),
    group: findGroupOf(subject)?.name ?? null,
    remedy: {
      text: FINDINGS[code].remedy,
      lines: fix ? nestLines([fix]) : [],
    },
  }
}

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
