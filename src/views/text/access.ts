/** `rollcall access` for people: worst first, no verdict first and last. Escapes with `shorten`. */

import type { AccessSection, AccountAccess, RecordedAccess } from '../../core/report/access.ts'
import type { FactsReport } from '../../core/report/facts.ts'
import {
  describeHolder,
  explainTopic,
  listGaps,
  listReaches,
  listReasons,
  MEANING,
  nameAnswer,
  SECTION_TITLES,
  summariseAccess,
} from '../access/labels.ts'
import { describeSnapshot } from '../labels.ts'
import {
  joinTexts,
  makePrintable,
  type Paint,
  renderSection,
  type SectionRow,
  shorten,
  wrapParagraph,
  wrapParagraphs,
} from './layout.ts'
import { renderReading, wrapFacts } from './list.ts'

export function renderAccessText(
  account: AccountAccess,
  exitCode: FactsReport<AccountAccess>['exitCode'],
  paint: Paint,
): string {
  const summary = summariseAccess(account)
  const head = makePrintable(nameAnswer(account)) + (summary === null ? '' : `: ${summary}`)
  const about = makePrintable(explainTopic(account) ?? '')
  const blocks = [
    wrapParagraphs([about, MEANING, describeSnapshot(account.read, shorten)]),
    ...listGaps(account).map((text) => wrapParagraph(paint.unsure(makePrintable(text)))),
    ...account.sections.flatMap((section) => renderPeople(section, paint)),
    renderReading(account.read),
  ]
  return wrapFacts(head, blocks, exitCode, paint)
}

function renderPeople({ kind, people }: AccessSection, paint: Paint): readonly string[] {
  const row = (access: RecordedAccess) => makePersonRow(access, kind === 'person')
  const section = renderSection(
    `${SECTION_TITLES[kind]} (${people.length})`,
    people.map(row),
    paint,
  )
  if (kind !== 'person') return [section]
  const ways = people.map((access) =>
    listReasons(access).map(([label, text]) => ({
      label: makePrintable(label),
      text: makePrintable(text),
    })),
  )
  return [section, ...ways.map((rows) => renderSection('Ways in', rows, paint))]
}

function makePersonRow(access: RecordedAccess, alone: boolean): SectionRow {
  const { email, name } = access.person
  const parts = [shorten(name), ...(alone ? [] : listReaches(access)), ...describeHolder(access)]
  return { label: shorten(email), text: joinTexts(parts.map(makePrintable), '; ') }
}
