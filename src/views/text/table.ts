/**
 * The rows of the text report: each finding with its symbol, its risk and its line in the policy.
 * Computes nothing, only arranges.
 */

import { type Finding, isOpen, listWaived } from '../../core/messages/finding.ts'
import { count } from '../../core/messages/phrase.ts'
import { quoteAddress } from '../../core/messages/shell-word.ts'
import { labelSubject, type Subject } from '../../core/model/address.ts'
import { groupBy, invertMap } from '../../core/model/collect.ts'
import { getHeading } from '../../core/model/kinds.ts'
import type { Location } from '../../core/model/location.ts'
import type { Change } from '../../core/plan/change.ts'
import type { JudgedAccount } from '../../core/report/report.ts'
import { describeAcceptance, phraseFinding, SYMBOLS } from '../labels.ts'
import {
  joinTexts,
  makePrintable,
  measureLabels,
  type Paint,
  pad,
  shorten,
  WIDTH,
  wrap,
} from './layout.ts'
import { measureWidth } from './width.ts'

export interface Row {
  readonly heading: string
  /** The second heading: the group of a membership. */
  readonly within?: string | null
  readonly symbol?: string
  readonly name: string
  readonly text: string
  readonly weight?: string
  readonly location?: Location | null
  /** Below the row, as commands take it. */
  readonly id?: string | null
}

/** A symbol for what to do about a finding: the action of its change, if there is one. */
function chooseSymbol(finding: Finding, changes: readonly Change[]): string {
  const own = changes.find(({ address }) => address === finding.address) ?? changes[0]
  return own === undefined ? '!' : SYMBOLS[own.action]
}

/** The most findings and ignored names that are shown: longer lists only fill the log of a CI job. */
const MOST = 1_000

function makeFindingRows({ findings, changes }: JudgedAccount): Row[] {
  const fixes = invertMap(changes.map((change) => [change, change.findings]))
  const rows = findings
    .filter(isOpen)
    .slice(0, MOST)
    .map((finding): Row => {
      const { subject } = finding
      return {
        ...placeSubject(subject),
        symbol: chooseSymbol(finding, fixes.get(finding.id) ?? []),
        text: phraseFinding(finding, shorten),
        weight: finding.severity === 'warning' ? 'warning' : finding.risk,
        location: finding.location,
        id: subject.kind === 'waiver' ? null : writeWord(finding.id),
      }
    })
  return [...groupBy(rows, ({ heading }) => heading).values()].flatMap(arrangeGroups)
}

/** The row of a group comes before the rows of its members, the group with the worst row first. */
function arrangeGroups(rows: readonly Row[]): readonly Row[] {
  const groups = groupBy(rows, ({ within, name }) => within ?? name)
  return [...groups.values()].flatMap((same) =>
    same.toSorted((a, b) => Number(a.within !== null) - Number(b.within !== null)),
  )
}

/** Where the row of a subject stands, and what it is called there. */
export function placeSubject(subject: Subject): Pick<Row, 'heading' | 'within' | 'name'> {
  return {
    heading: chooseHeading(subject),
    within: subject.kind === 'member' ? shorten(labelSubject(subject.group)) : null,
    name: shorten(nameSubject(subject)),
  }
}

function chooseHeading(subject: Subject): string {
  switch (subject.kind) {
    case 'agent':
      return 'Agents'
    case 'group':
      return getHeading(subject.of)
    case 'member':
      return getHeading(subject.group.of)
    case 'custom-role':
      return 'Custom roles'
    case 'rule':
      return 'Rules'
    case 'waiver':
      return 'Waivers'
  }
}

function nameSubject(subject: Subject): string {
  if ('email' in subject) return subject.email
  if (subject.kind === 'rule') return subject.rule
  return subject.kind === 'waiver' ? `waiver ${subject.number}` : labelSubject(subject)
}

/** Waived findings. Their line:column is that of the waiver. */
function makeWaivedRows(account: JudgedAccount): Row[] {
  return listWaived(account.findings).map((finding) => ({
    heading: 'Waived',
    name: shorten(finding.address),
    text: `${phraseFinding(finding, shorten)}; ${shorten(describeAcceptance(finding.waiver))}`,
    weight: 'waived',
    location: finding.waiver.location,
  }))
}

function makeIgnoredRows({ ignored }: JudgedAccount): Row[] {
  return ignored.slice(0, MOST).map(({ address, pattern, location }) => ({
    heading: 'Ignored',
    name: shorten(address),
    text: shorten(pattern),
    weight: 'ignored',
    location,
  }))
}

const WEIGHT_COLUMNS = 'critical'.length

/** Findings by subject, then waived and ignored ones; empty if there are none. */
export function renderTable(account: JudgedAccount, paint: Paint): string {
  const rows = [
    ...makeFindingRows(account),
    ...makeWaivedRows(account),
    ...makeIgnoredRows(account),
  ]
  return joinTexts([arrangeRows(rows, paint), ...countLeftOut(account)], '\n')
}

/** Rows with the same heading must follow each other. Empty if there are no rows. */
export function arrangeRows(rows: readonly Row[], paint: Paint): string {
  const textStart = measureLabels(rows.map(formatLabel)) + 2
  const placeColumns = rows.reduce(
    (most, row) => Math.max(most, formatPlace(row.location).length),
    0,
  )
  const textColumns = WIDTH - textStart - 2 - WEIGHT_COLUMNS - 2 - placeColumns

  const lines: string[] = []
  let heading = ''
  let group = ''
  for (const row of rows) {
    if (row.heading !== heading) lines.push(row.heading)
    const { symbol = ' ', within = null, weight = '' } = row
    // A group that has its own row needs no heading above its members.
    if (within !== null && within !== group) lines.push(`  ${within}`)
    heading = row.heading
    group = within ?? row.name
    const [first = '', ...more] = wrap(row.text, textColumns)
    const shown = formatLabel({ ...row, symbol: paintSymbol(symbol, paint) })
    const fits = measureWidth(shown) <= textStart - 2
    if (!fits) lines.push(shown)
    const left = pad(fits ? shown : '', textStart) + pad(first, textColumns)
    const right = `${paintWeight(weight, paint)}  ${paint.faint(formatPlace(row.location))}`
    lines.push(`${left}  ${right}`.trimEnd())
    lines.push(...more.map((line) => `${' '.repeat(textStart)}${line}`))
    if (row.id) lines.push(`      ${paint.faint(row.id)}`)
  }
  return lines.join('\n')
}

const LONGEST_WORD = 240

/** One word for a shell, in one line to copy; null if it is too long for that. */
function writeWord(text: string): string | null {
  if (text.length > LONGEST_WORD) return null
  return makePrintable(quoteAddress(text))
}

/** The number of findings that are not shown; those that are shown are the worst. */
function countLeftOut({ findings, ignored }: JudgedAccount): readonly string[] {
  const open = findings.filter(isOpen).length
  const more = [
    ...(open > MOST ? [count(open - MOST, 'more finding')] : []),
    ...(ignored.length > MOST ? [`${ignored.length - MOST} more ignored`] : []),
  ]
  if (more.length === 0) return []
  return [`… and ${more.join(', ')}. To see all, use --format json.`]
}

function formatLabel({ within = null, symbol = ' ', name }: Row): string {
  return `${within === null ? '  ' : '    '}${symbol} ${name}`
}

function formatPlace(location: Row['location']): string {
  return !location ? '' : `:${location.line}:${location.column}`
}

function paintSymbol(symbol: string, paint: Paint): string {
  if (symbol === '+') return paint.good(symbol)
  if (symbol === '-') return paint.bad(symbol)
  return paint.unsure(symbol)
}

function paintWeight(weight: string, paint: Paint): string {
  const padded = pad(weight, WEIGHT_COLUMNS)
  if (weight === 'critical') return paint.worst(padded)
  return weight === 'high' ? paint.bad(padded) : padded
}
