/**
 * The parts of one account, in reading order. Only arranges, decides nothing. Long because an account
 * has many parts.
 */

import type { Diagnostic } from '../../core/messages/diagnostic.ts'
import { type Finding, isOpen, type WaivedFinding, waivedOf } from '../../core/messages/finding.ts'
import { FINDINGS, RISKS } from '../../core/messages/finding-records.ts'
import { count } from '../../core/messages/phrase.ts'
import { type GroupSubject, labelOf, type Subject } from '../../core/model/address.ts'
import type { Change } from '../../core/plan/change.ts'
import { type Remedy, remedies } from '../../core/report/remedies.ts'
import type { AccountReport, JudgedAccount } from '../../core/report/report.ts'
import {
  ACTIONS,
  asOf,
  changedFacts,
  covered,
  gist,
  moment,
  notManaged,
  numbersOf,
  phraseOf,
  SYMBOLS,
  switchedOff,
  VERDICTS,
} from '../labels.ts'
import { inShort, pasteable } from '../remedy.ts'
import { renderDiagnostic } from '../text/diagnostic.ts'
import { PLAIN } from '../text/layout.ts'
import { cut, fenced, NAME, name, phrase, prose } from './escape.ts'
import { type DocumentPart, fixed, joined, leftOut, listed } from './fit.ts'

export function partsOf(account: AccountReport, level: string): readonly DocumentPart[] {
  const about = phrase(gist(account))
  const heading = `${level} ${VERDICTS[account.verdict]}: ${title(account)}${account.verdict === 'none' ? ':' : ','} ${about}`
  const why = problems(account.diagnostics, account.retryable ? 'Running again may help.' : '')
  const head = [fixed(heading), fixed(account.read === null ? '' : asOf(account.read, name)), why]
  const basis: DocumentPart = {
    wants: { basis: 1 },
    show: (n) => (n === 0 ? '' : basisOf(account)),
  }
  if (account.verdict === 'none') return [...head, basis]
  return [
    ...head,
    findingsOf(account),
    waivedPart(account),
    ...remedies(account).map(remedyOf),
    changesOf(account),
    ignoredOf(account),
    basis,
  ]
}

function title({ policy, account, server }: AccountReport): string {
  if (account === null) return name(policy.path)
  const called = account.name === null ? '' : ` ${cut(`"${account.name}"`, NAME, prose)}`
  return `account ${account.id}${called}${server === null ? '' : ` on ${name(new URL(server).host)}`}`
}

export function problems(diagnostics: readonly Diagnostic[], note: string): DocumentPart {
  const blocks = listed(diagnostics, problem)
  return {
    wants: { problem: Math.min(1, diagnostics.length), problems: diagnostics.length },
    show: (n) => joined([...blocks(n), leftOut(diagnostics.length - n, 'message'), note]),
  }
}

/** The longest text of a message, in UTF-16 units. */
const MESSAGE = 500

/** In the form for a terminal, so that the mark is below the right word. */
function problem(each: Diagnostic): string {
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
  return fenced('text', renderDiagnostic(shown, PLAIN))
}

function findingsOf(account: JudgedAccount): DocumentPart {
  const findings = account.findings.filter(isOpen)
  const rows = listed(findings, findingRow)
  const upTo = (risk: number) => findings.filter((each) => RISKS.indexOf(each.risk) <= risk).length
  return {
    wants: { critical: upTo(0), high: upTo(1), medium: upTo(2), low: findings.length },
    show: (n) =>
      joined([
        n === 0
          ? ''
          : ['| Risk | What | Where | What to do |', '| --- | --- | --- | --- |', ...rows(n)].join(
              '\n',
            ),
        leftOut(findings.length - n, 'finding'),
      ]),
  }
}

function findingRow(finding: Finding): string {
  const { subject, risk, severity, location, code } = finding
  const weight = severity === 'warning' ? `${risk}, warning` : risk
  const where =
    location === null ? '–' : name(`${location.file}:${location.line}:${location.column}`)
  const what = `${subjectName(subject)}: ${phraseOf(finding, phrase)}`
  return `| ${weight} | ${what} | ${where} | ${inShort(FINDINGS[code].remedy)} |`
}

function subjectName(subject: Subject): string {
  switch (subject.kind) {
    case 'agent':
      return name(subject.email)
    case 'group':
      return groupName(subject)
    case 'member':
      return `${name(subject.email)} in ${groupName(subject.group)}`
    case 'rule':
      return `rule ${name(subject.rule)}`
    case 'waiver':
      return `waiver ${subject.number}`
  }
}

function groupName(group: GroupSubject): string {
  return `${group.of.label} ${name(labelOf(group))}`
}

/** Not folded: every reader should see who accepted what. */
function waivedPart(account: JudgedAccount): DocumentPart {
  const waived = waivedOf(account.findings)
  const rows = listed(waived, waivedRow)
  return {
    wants: { waived: waived.length },
    show: (n) =>
      joined([
        n === 0
          ? ''
          : ['| Waived | Until | Owner | Reason |', '| --- | --- | --- | --- |', ...rows(n)].join(
              '\n',
            ),
        leftOut(waived.length - n, 'waived finding'),
      ]),
  }
}

function waivedRow(finding: WaivedFinding): string {
  const { code, subject, waiver } = finding
  const what = `\`${code}\` ${subjectName(subject)}: ${phraseOf(finding, phrase)}`
  const reason = phrase(waiver.reason)
  return `| ${what} | ${waiver.expires} | ${name(waiver.owner)} | ${reason} |`
}

function remedyOf({ code, title: called, remedy, findings, lines }: Remedy): DocumentPart {
  const offer = 'If the account is correct, the policy should contain:'
  return {
    wants: { remedy: 1, lines: 1 + lines.length },
    show: (n) =>
      n === 0
        ? ''
        : joined([
            `#### ${called} (\`${code}\`, ${count(findings.length, 'finding')})`,
            remedy,
            n === 1 ? '' : `${offer}\n\n${fenced('yaml', pasteable(lines.slice(0, n - 1)))}`,
            leftOut(lines.length - (n - 1), 'policy line'),
          ]),
  }
}

function changesOf({ changes }: JudgedAccount): DocumentPart {
  const items = listed(changes, changeItem)
  return {
    wants: { changes: changes.length },
    show: (n) =>
      folded(
        `${count(changes.length, 'change')} would fix the drift. Nothing was changed.`,
        items(n),
        leftOut(changes.length - n, 'change'),
      ),
  }
}

function changeItem(change: Change): string {
  const { action, subject, effects, irreversible } = change
  const facts = changedFacts(change)
    .map(({ key, was, will }) => `${key} ${was === null ? '' : `${name(was)} → `}${name(will)}`)
    .join(', ')
  const more = [
    facts === '' ? '' : `${facts}.`,
    ...effects.map(phrase),
    irreversible ? 'Cannot be undone.' : '',
  ]
  return `1. ${joined([`\`${SYMBOLS[action]}\` ${ACTIONS[action]} ${subjectName(subject)}`, joined(more, ' ')], ': ')}`
}

function ignoredOf({ ignored }: JudgedAccount): DocumentPart {
  const items = listed(ignored, ({ address, pattern, location: { file, line, column } }) => {
    const place = name(`${file}:${line}:${column}`)
    return `* ${name(address)}, by the pattern ${name(pattern)} at ${place}`
  })
  return {
    wants: { ignored: ignored.length },
    show: (n) =>
      folded(
        `${ignored.length} ignored by patterns of the policy`,
        items(n),
        leftOut(ignored.length - n, 'name'),
      ),
  }
}

/** Folded behind a line of text. Empty if there are no items. */
function folded(summary: string, items: readonly string[], note: string): string {
  if (items.length === 0) return ''
  const head = `<details><summary>${summary}</summary>`
  return joined([head, items.join('\n'), note, '</details>'])
}

/** The basis of the verdict: the policy, who read the account, and how much was read. */
function basisOf(account: AccountReport): string {
  const { policy, read, summary, verdict } = account
  const lines = [
    `Policy ${name(policy.path)}. ${verdict === 'none' ? 'Nothing was compared.' : covered(account)}`,
  ]
  if (read !== null) {
    const { caller, startedAt } = read
    const numbers = [...numbersOf(read), count(read.requests, 'request')]
    const reader = `${name(caller.email)} (${caller.role})`
    lines.push(`Read as ${reader}, ${moment(startedAt)}: ${numbers.join(', ')}.`)
  }
  lines.push(...[notManaged(account), switchedOff(account)].filter((note) => note !== null))
  if (summary.ignored > 0) lines.push(`Ignored by patterns of the policy: ${summary.ignored}.`)
  if (verdict !== 'none') {
    const { create, update, delete: remove } = summary
    const plan = `${create} to add, ${update} to change, ${remove} to remove`
    lines.push(`Plan: ${plan}. Nothing was changed.`)
  }
  return lines.map((line) => `* ${line}`).join('\n')
}
