/**
 * The parts of one account, in reading order. Only arranges, decides nothing. The file is long because
 * an account has many parts.
 */

import type { KeptStep, PlannedStep } from '../../core/apply/decide.ts'
import type { Diagnostic } from '../../core/messages/diagnostic.ts'
import {
  type Finding,
  isOpen,
  listWaived,
  type WaivedFinding,
} from '../../core/messages/finding.ts'
import { FINDINGS, RISKS } from '../../core/messages/finding-records.ts'
import { count } from '../../core/messages/phrase.ts'
import { type GroupSubject, labelSubject, type Subject } from '../../core/model/address.ts'
import { formatLocation } from '../../core/model/location.ts'
import type { Change } from '../../core/plan/change.ts'
import { isApprovable, type Proposal } from '../../core/report/proposal.ts'
import { listRemedies, nestLines, type Remedy } from '../../core/report/remedies.ts'
import type { AccountReport, JudgedAccount, Report } from '../../core/report/report.ts'
import {
  ACTIONS,
  describeCoverage,
  describeCoverages,
  describeKeptReason,
  describePeople,
  describeQuietAccount,
  describeReader,
  describeSince,
  describeSnapshot,
  formatMoment,
  listAccountNotes,
  listChangedFacts,
  listNumbers,
  noteUnchanged,
  phraseFinding,
  SYMBOLS,
  summariseAccount,
  summarisePlan,
  VERDICTS,
} from '../labels.ts'
import { MAY_HELP, OFFER, shortenRemedy } from '../remedy.ts'
import { describeClasses } from '../step-sentence.ts'
import { renderDiagnostic } from '../text/diagnostic.ts'
import { hideCommands, joinTexts, PLAIN } from '../text/layout.ts'
import { cut, escapeName, escapePhrase, escapeProse, fenceCode, NAME } from './escape.ts'
import { type DocumentPart, makeFixedPart, makeListPart, type Need, noteLeftOut } from './fit.ts'

export function makeAccountParts(
  account: AccountReport,
  level: string,
  report: Report,
): readonly DocumentPart[] {
  const about = escapePhrase(summariseAccount(account))
  const heading = `${level} ${VERDICTS[account.verdict]}: ${nameAccountOf(account)}${account.verdict === 'none' ? ':' : ','} ${about}`
  const head = [
    makeFixedPart(heading),
    makeFixedPart(describeSnapshot(account.read, escapeName)),
    makeBasisPart(() => escapePhrase(describeSince(account))),
    makeProblemPart(account.diagnostics, account.retryable ? MAY_HELP : ''),
  ]
  const basis = makeBasisPart(() => renderBasis(account, report))
  if (account.verdict === 'none') return [...head, basis]
  return [
    ...head,
    makeFindingsPart(account),
    makeWaivedPart(account),
    ...listRemedies(account).map(makeRemedyPart),
    makeChangesPart(account, report),
    ...(account.proposal === null ? [] : makeProposalParts(account.proposal)),
    makeIgnoredPart(account),
    basis,
  ]
}

function makeBasisPart(write: () => string): DocumentPart {
  return { wants: { basis: 1 }, show: (n) => (n === 0 ? '' : write()) }
}

/** Accounts in sync about which there is nothing else to say: one line for each. */
export function makeQuietPart(accounts: readonly AccountReport[]): DocumentPart {
  return makeListPart(
    { quiet: accounts.length },
    accounts,
    (account) => `* ${nameAccountOf(account)}: ${describeQuietAccount(account)}`,
    ['account in sync', 'accounts in sync'],
    (lines, note) => [
      `### ${VERDICTS.in_sync}: ${count(accounts.length, 'account')}`,
      lines.join('\n'),
      note,
      ...(lines.length === 0 ? [] : describeCoverages(accounts)),
    ],
  )
}

function nameAccountOf({ fleetName, policy, account, server }: AccountReport): string {
  if (account === null) return escapeName(policy.path)
  const name = fleetName === null ? '' : `${cut(fleetName, NAME, escapeProse)}, `
  const called = account.name === null ? '' : ` ${cut(`"${account.name}"`, NAME, escapeProse)}`
  return `${name}account ${account.id}${called}${server === null ? '' : ` on ${escapeName(new URL(server).host)}`}`
}

export function makeProblemPart(diagnostics: readonly Diagnostic[], note: string): DocumentPart {
  const wants = { problem: Math.min(1, diagnostics.length), problems: diagnostics.length }
  return makeListPart(wants, diagnostics, renderProblem, ['message'], (blocks, left) => [
    ...blocks,
    left,
    note,
  ])
}

/** The longest text of a message, in UTF-16 units. */
const MESSAGE = 500

/** In the form for a terminal, so that the mark is below the right word. */
function renderProblem(each: Diagnostic): string {
  const brief = (text: string) => (text.length > MESSAGE ? `${text.slice(0, MESSAGE)}…` : text)
  const maybe = (text: string | null) => text && brief(text)
  const { location, excerpt } = each
  const shown: Diagnostic = {
    ...each,
    summary: brief(each.summary),
    detail: maybe(each.detail),
    advice: maybe(each.advice),
    requestId: maybe(each.requestId),
    location: location && { ...location, file: brief(location.file) },
    excerpt: excerpt && excerpt.text.length > MESSAGE ? null : excerpt,
  }
  return fenceCode('text', hideCommands(renderDiagnostic(shown, PLAIN)))
}

function makeFindingsPart(account: JudgedAccount): DocumentPart {
  const findings = account.findings.filter(isOpen)
  const upTo = (risk: number) => findings.filter((each) => RISKS.indexOf(each.risk) <= risk).length
  const wants = {
    first: Math.min(1, findings.length),
    critical: upTo(0),
    high: upTo(1),
    medium: upTo(2),
    low: findings.length,
  }
  const heads = ['Risk', 'What', 'Where', 'What to do']
  return makeTablePart(wants, heads, findings, 'finding', renderFindingRow)
}

/** A row for each item. Empty if no item is shown. */
function makeTablePart<T>(
  wants: DocumentPart['wants'],
  heads: readonly string[],
  items: readonly T[],
  noun: string,
  write: (item: T) => string,
): DocumentPart {
  const head = [`| ${heads.join(' | ')} |`, `|${' --- |'.repeat(heads.length)}`]
  return makeListPart(wants, items, write, [noun], (rows, note) => [
    rows.length === 0 ? '' : [...head, ...rows].join('\n'),
    note,
  ])
}

function renderFindingRow(finding: Finding): string {
  const { subject, risk, severity, location, code } = finding
  const weight = severity === 'warning' ? `${risk}, warning` : risk
  const where = location === null ? '–' : escapeName(formatLocation(location))
  const what = `${nameSubject(subject)}: ${phraseFinding(finding, escapePhrase)}`
  return `| ${weight} | ${what} | ${where} | ${shortenRemedy(FINDINGS[code].remedy)} |`
}

function nameSubject(subject: Subject): string {
  switch (subject.kind) {
    case 'agent':
      return escapeName(subject.email)
    case 'group':
      return groupName(subject)
    case 'member':
      return `${escapeName(subject.email)} in ${groupName(subject.group)}`
    case 'custom-role':
      return `custom role ${escapeName(labelSubject(subject))}`
    case 'rule':
      return `rule ${escapeName(subject.rule)}`
    case 'waiver':
      return `waiver ${subject.number}`
  }
}

function groupName(group: GroupSubject): string {
  return `${group.of.label} ${escapeName(labelSubject(group))}`
}

/** Not folded: every reader should see who accepted what. */
function makeWaivedPart(account: JudgedAccount): DocumentPart {
  const waived = listWaived(account.findings)
  const heads = ['Waived', 'Until', 'Owner', 'Reason']
  const wants = { waived: waived.length }
  return makeTablePart(wants, heads, waived, 'waived finding', renderWaivedRow)
}

function renderWaivedRow(finding: WaivedFinding): string {
  const { code, subject, waiver } = finding
  const what = `\`${code}\` ${nameSubject(subject)}: ${phraseFinding(finding, escapePhrase)}`
  const reason = escapePhrase(waiver.reason)
  return `| ${what} | ${waiver.expires} | ${escapeName(waiver.owner)} | ${reason} |`
}

function makeRemedyPart({ code, title: called, remedy, findings, lines }: Remedy): DocumentPart {
  return {
    wants: { remedy: 1, lines: 1 + lines.length },
    show: (n) =>
      n === 0
        ? ''
        : joinTexts([
            `#### ${called} (\`${code}\`, ${count(findings.length, 'finding')})`,
            remedy,
            n === 1
              ? ''
              : `${OFFER}:\n\n${fenceCode('yaml', nestLines(lines.slice(0, n - 1)).join('\n'))}`,
            noteLeftOut(lines.length - (n - 1), 'policy line'),
          ]),
  }
}

function makeChangesPart({ changes }: JudgedAccount, report: Report): DocumentPart {
  const summary = `${count(changes.length, 'change')} would fix the drift.${noteUnchanged(report)}`
  return makeFoldedPart('changes', changes, summary, 'change', renderChangeItem)
}

function renderChangeItem(change: Change): string {
  const { action, subject, effects, irreversible } = change
  const facts = listChangedFacts(change)
    .map(
      ({ key, was, will }) =>
        `${key} ${was === null ? '' : `${escapeName(was)} → `}${escapeName(will)}`,
    )
    .join(', ')
  const more = [
    facts === '' ? '' : `${facts}.`,
    ...effects.map(escapePhrase),
    irreversible ? 'Cannot be undone.' : '',
  ]
  return `1. ${joinTexts([`\`${SYMBOLS[action]}\` ${ACTIONS[action]} ${nameSubject(subject)}`, joinTexts(more, ' ')], ': ')}`
}

function makeProposalParts(proposal: Proposal): readonly DocumentPart[] {
  const { plan, diagnostics, approval, expires } = proposal
  const keptBack = `${count(plan.keptBack.length, 'step')} kept back`
  const text = isApprovable(proposal)
    ? `Approval: \`${approval}\`, valid until ${expires}, for exactly this plan.`
    : plan.written.length === 0
      ? 'An apply would write nothing, so there is nothing to approve.'
      : 'There is no approval: an apply would refuse this plan.'
  return [
    makeFixedPart(text),
    makeProblemPart(diagnostics, ''),
    makeListPart(
      { changes: plan.written.length },
      plan.written,
      renderStepItem,
      ['step'],
      (lines, note) => [
        lines.length === 0
          ? ''
          : `${describeClasses(proposal.classes)} ${describePeople(proposal)}. Apply would write, in this order:`,
        lines.join('\n'),
        note,
      ],
    ),
    makeFoldedPart('changes', plan.keptBack, keptBack, 'step', renderKeptItem),
  ]
}

function renderStepItem({ change: { step, address, irreversible } }: PlannedStep): string {
  return `1. ${step} ${escapeName(address)}${irreversible ? ': cannot be undone' : ''}`
}

function renderKeptItem({ change, because }: KeptStep): string {
  return `* ${change.step} ${escapeName(change.address)}: ${describeKeptReason(because, escapeName).join('; ')}`
}

function makeIgnoredPart({ ignored }: JudgedAccount): DocumentPart {
  const summary = `${ignored.length} ignored by patterns of the policy`
  return makeFoldedPart('ignored', ignored, summary, 'name', ({ address, pattern, location }) => {
    const place = escapeName(formatLocation(location))
    return `* ${escapeName(address)}, by the pattern ${escapeName(pattern)} at ${place}`
  })
}

/** Folded behind a line of text. Empty if no item is shown. */
function makeFoldedPart<T>(
  need: Need,
  items: readonly T[],
  summary: string,
  noun: string,
  write: (item: T) => string,
): DocumentPart {
  const head = `<details><summary>${summary}</summary>`
  return makeListPart({ [need]: items.length }, items, write, [noun], (lines, note) =>
    lines.length === 0 ? [] : [head, lines.join('\n'), note, '</details>'],
  )
}

/** The basis of the verdict: the policy, who read the account, and how much was read. */
function renderBasis(account: AccountReport, report: Report): string {
  const { policy, read, summary, verdict } = account
  const lines = [
    `Policy ${escapeName(policy.path)}. ${verdict === 'none' ? 'Nothing was compared.' : describeCoverage(account)}`,
  ]
  if (read !== null) {
    const numbers = [...listNumbers(read), count(read.requests, 'request')].join(', ')
    const when = formatMoment(read.startedAt)
    lines.push(`${describeReader(read, escapeName)}, ${when}: ${numbers}.`)
  }
  lines.push(...listAccountNotes(account))
  if (summary.ignored > 0) lines.push(`Ignored by patterns of the policy: ${summary.ignored}.`)
  if (account.verdict !== 'none') lines.push(summarisePlan(account, report))
  return lines.map((line) => `* ${line}`).join('\n')
}
