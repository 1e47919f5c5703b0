/**
 * What people should see first: which account is the worst, and which has nothing to read. JSON and
 * the other formats for programs keep the order of the run.
 */

import { type Finding, isDrift, isOpen } from '../messages/finding.ts'
import { RISKS, type Risk } from '../messages/finding-records.ts'
import { groupBy } from '../model/collect.ts'
import type { AccountReport } from './report.ts'

/**
 * Worst first. It is not known what an account without a verdict hides: it comes after known critical
 * findings.
 */
const URGENCIES = ['critical', 'no-verdict', 'high', 'medium', 'low', 'notes', 'quiet'] as const

export type Urgency = (typeof URGENCIES)[number]

export type RiskCounts = Readonly<Record<Risk, number>>

/** How many of the findings are open, by risk. */
export function countRisks(findings: readonly Finding[]): RiskCounts {
  const counts = { critical: 0, high: 0, medium: 0, low: 0 }
  for (const { risk } of findings.filter(isOpen)) counts[risk] += 1
  return counts
}

/** Of the open findings; null: there are none. */
export function findWorstRisk(findings: readonly Finding[]): Risk | null {
  const counts = countRisks(findings)
  return RISKS.find((risk) => counts[risk] > 0) ?? null
}

/** The open findings of one person or group: drift before warnings, otherwise in the same order. */
export function sortOpenFindings(findings: readonly Finding[]): readonly Finding[] {
  return findings.filter(isOpen).sort((a, b) => Number(isDrift(b)) - Number(isDrift(a)))
}

/** The worst drift decides. `notes`: in sync, with warnings or waivers. `quiet`: in sync, and nothing else to say. */
export function decideUrgency({ verdict, findings, diagnostics }: AccountReport): Urgency {
  if (verdict === 'none') return 'no-verdict'
  return (
    findWorstRisk(findings.filter(isDrift)) ??
    (findings.length + diagnostics.length > 0 ? 'notes' : 'quiet')
  )
}

/** Worst first: by the worst finding, then by how many there are of each risk, then as the run has them. */
export function sortAccounts(accounts: readonly AccountReport[]): readonly AccountReport[] {
  return accounts
    .map((account) => ({
      account,
      urgency: URGENCIES.indexOf(decideUrgency(account)),
      counts: countRisks(account.findings.filter(isDrift)),
    }))
    .sort(
      (a, b) =>
        a.urgency - b.urgency ||
        RISKS.map((risk) => b.counts[risk] - a.counts[risk]).find((more) => more !== 0) ||
        0,
    )
    .map(({ account }) => account)
}

/** People or groups: by the worst open finding, then those whose findings do not count, then in the same order. */
export function sortByWorstFinding<T extends { readonly findings: readonly Finding[] }>(
  items: readonly T[],
): readonly T[] {
  const byRisk = groupBy(items, ({ findings }) => findWorstRisk(findings))
  return [...RISKS, null].flatMap((risk) => byRisk.get(risk) ?? [])
}

/** Those with findings, worst first, and the others in the same order: a cut leaves out only what is better. */
export function splitByFindings<T extends { readonly findings: readonly Finding[] }>(
  items: readonly T[],
): { readonly noted: readonly T[]; readonly fine: readonly T[] } {
  return {
    noted: sortByWorstFinding(items.filter(({ findings }) => findings.length > 0)),
    fine: items.filter(({ findings }) => findings.length === 0),
  }
}

/** What a short message says one by one: an open finding, or (null) that an account has no verdict. */
export interface NewsItem {
  readonly account: AccountReport
  readonly finding: Finding | null
}

/**
 * Of all accounts, worst first, so that a message that is cut never loses something worse than what it
 * shows.
 */
export function listNews(accounts: readonly AccountReport[]): readonly NewsItem[] {
  const rank = ({ finding }: NewsItem): number =>
    URGENCIES.indexOf(finding === null ? 'no-verdict' : finding.risk)
  return sortAccounts(accounts)
    .flatMap((account): readonly NewsItem[] =>
      account.verdict === 'none'
        ? [{ account, finding: null }]
        : account.findings.filter(isOpen).map((finding) => ({ account, finding })),
    )
    .sort((a, b) => rank(a) - rank(b))
}

/** The risks that matter more than this account. That it has no verdict matters as much as any finding. */
export function listWorseRisks(account: AccountReport): readonly Risk[] {
  const own = decideUrgency(account)
  if (own === 'no-verdict') return []
  return RISKS.filter((risk) => URGENCIES.indexOf(risk) < URGENCIES.indexOf(own))
}

/** If there are several accounts, one in sync without anything to read takes one line. */
export function splitQuiet(accounts: readonly AccountReport[]): {
  readonly loud: readonly AccountReport[]
  readonly quiet: readonly AccountReport[]
} {
  const ordered = sortAccounts(accounts)
  const loud = ordered.filter((each) => ordered.length === 1 || decideUrgency(each) !== 'quiet')
  return { loud, quiet: ordered.slice(loud.length) }
}
