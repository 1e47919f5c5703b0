/** `rollcall access` for people: worst first, no verdict first and last. Escapes with `shorten`. */

import type { PersonAccess } from '../../core/access/access.ts'
import type { AccessSection } from '../../core/access/answer.ts'
import { formatAddress } from '../../core/model/address.ts'
import type { AccessReport, AccountAccess } from '../../core/report/access.ts'
import {
  describeExtent,
  describeHolder,
  describeReason,
  listGaps,
  listReaches,
  MEANING,
  nameAnswer,
  SECTION_TITLES,
  summariseAccess,
} from '../access/words.ts'
import { API_LIMITS, describeSnapshot } from '../labels.ts'
import { MARK } from '../list/report.ts'
import { makePrintable, type Paint, shorten, wrapParagraph } from './layout.ts'
import { renderSection, type SectionRow } from './list.ts'

export function renderAccessText(
  account: AccountAccess,
  exitCode: AccessReport['exitCode'],
  paint: Paint,
): string {
  const mark = paint.strong(paint.unsure(MARK))
  const { caller } = account.read
  const file = describeSnapshot(account.read, shorten)
  const blocks = [
    wrapParagraph(`${mark}  ${makePrintable(nameAnswer(account))}: ${summariseAccess(account)}`, 2),
    [MEANING, ...(file === '' ? [] : [file])].map((text) => wrapParagraph(text)).join('\n'),
    ...listGaps(account).map((text) => wrapParagraph(paint.unsure(makePrintable(text)))),
    ...account.sections.flatMap((section) => renderPeople(section, paint)),
    [
      wrapParagraph(API_LIMITS),
      wrapParagraph(`Read as ${shorten(caller.email)} (${caller.role}).`),
    ].join('\n'),
  ]
  return `${blocks.join('\n\n')}\n${mark}, exit code ${exitCode}\n`
}

function renderPeople({ kind, people }: AccessSection, paint: Paint): readonly string[] {
  const title = `${SECTION_TITLES[kind]} (${people.length})`
  const section = renderSection(title, people.map(makePersonRow), paint)
  if (kind !== 'person') return [section]
  return [section, ...people.map((access) => renderSection('Ways in', makeWayRows(access), paint))]
}

function makePersonRow(access: PersonAccess): SectionRow {
  const { person } = access
  const parts = [shorten(person.name), ...describeHolder(access), ...listReaches(access)]
  return {
    label: shorten(person.email),
    text: parts
      .map(makePrintable)
      .filter((part) => part !== '')
      .join('; '),
  }
}

function makeWayRows(access: PersonAccess): readonly SectionRow[] {
  const first = { label: 'administrator', text: 'reaches every conversation' }
  const none = { label: 'none', text: 'is in no inbox and in no team' }
  const rows = access.ways.map((way) => {
    const extent = describeExtent(way)
    return {
      label: shorten(formatAddress(way.group)),
      text: `${describeReason(way)}${extent === null ? '' : ` (${extent})`}`,
    }
  })
  const all = access.rank === 'everything' ? [first, ...rows] : rows
  return all.length === 0 ? [none] : all
}
