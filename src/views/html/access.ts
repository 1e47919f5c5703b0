/** `rollcall access` as one self-contained page, built with the parts of the HTML report. */
import { listWaysAssigned, listWaysInside, type PersonAccess } from '../../core/access/access.ts'
import { addArticle } from '../../core/messages/phrase.ts'
import { formatAddress, type GroupSubject } from '../../core/model/address.ts'
import { groupBy } from '../../core/model/collect.ts'
import { type GroupKind, getHeading, KINDS } from '../../core/model/kinds.ts'
import type {
  AccessSection,
  AccessSectionKind,
  AccountAccess,
  RecordedAccess,
} from '../../core/report/access.ts'
import type { FactsReport } from '../../core/report/facts.ts'
import {
  describeExtent,
  describeHolder,
  explainTopic,
  listAllReaches,
  listGaps,
  listReasons,
  MEANING,
  nameAnswer,
  SECTION_TITLES,
  summariseAccess,
} from '../access/labels.ts'
import { INSIDE, titleSection } from '../labels.ts'
import { MARK } from '../list/report.ts'
import {
  html,
  type Markup,
  MOST,
  renderName,
  renderNames,
  renderParagraph,
  renderProse,
  type Section,
} from './markup.ts'
import { MATRIX_PATTERN, renderMatrix } from './matrix.ts'
import { renderFacts, renderPage } from './page.ts'
import { renderLongTable } from './table.ts'

export function renderAccessHtml(report: FactsReport<AccountAccess>): string {
  const { facts: account } = report
  const failed = 'the question could not be answered'
  const about = account === null ? failed : describeAnswer(account)
  const notes = account === null ? [] : [explainTopic(account), ...listGaps(account)]
  return renderPage(report, {
    mark: MARK,
    about,
    kind: 'access to an account',
    patterns: MATRIX_PATTERN,
    notes: [
      renderParagraph(renderProse(MEANING)),
      ...notes
        .filter((note) => note !== null)
        .map((note) => renderParagraph(html`<strong>${note}</strong>`)),
    ],
    body: account && renderAccount(account),
  })
}

function describeAnswer(account: AccountAccess): string {
  const summary = summariseAccess(account)
  return `${nameAnswer(account)}${summary === null ? '' : `: ${summary}`}`
}

function renderAccount(account: AccountAccess): Markup {
  const sections =
    account.topic === null ? listOverview(account) : account.sections.flatMap(listPeople)
  return renderFacts('page', nameAnswer(account), account.read, sections)
}

/** Those in the matrix are not listed a second time, unless something about them is worse. */
function listOverview({ sections, groups, missing }: AccountAccess): readonly Section[] {
  const listed = (...kinds: readonly AccessSectionKind[]) =>
    sections.filter(({ kind }) => kinds.includes(kind)).flatMap(listPeople)
  const agents = sections
    .flatMap(({ people }) => people)
    .filter(({ rank }) => rank !== 'everything')
  const unread = missing.map(({ section }) => section)
  const readOf = (opens: GroupKind['opens']) =>
    KINDS.filter((of) => of.opens === opens && !unread.includes(of.section))
  return [
    ...listed('everything', 'foreign', 'unknown'),
    ...readOf('inside').map((of) => ({
      title: `Agents and ${of.plural}`,
      body: renderMembers(
        of,
        agents,
        groups.filter((group) => group.of === of),
      ),
    })),
    ...listed('teams'),
    ...readOf('assigned').map((of) => ({
      title: `${getHeading(of)}: conversations assigned to them, from any ${INSIDE.label}`,
      body: renderAssigned(of, agents),
    })),
    ...listed('nothing'),
  ]
}

function renderMembers(
  of: GroupKind,
  agents: readonly RecordedAccess[],
  columns: readonly GroupSubject[],
): Markup {
  const people = agents.filter((access) =>
    listWaysInside(access).some(({ group }) => group.of === of),
  )
  if (people.length > 0) return renderMatrix(of, people, columns)
  return renderParagraph('No agent is a member of one.')
}

function listPeople({ kind, people }: AccessSection): readonly Section[] {
  const title = SECTION_TITLES[kind]
  const body = renderPeople(people)
  if (kind !== 'person') return [{ title: `${title} (${people.length})`, body }]
  const ways = people.map((access) => ({ title: 'Ways in', body: renderWays(access) }))
  return [{ title, body }, ...ways]
}

function renderPeople(people: readonly RecordedAccess[]): Markup {
  const heads = ['Person', 'Role and sign-in', 'Reaches']
  return renderLongTable('People', heads, people, MOST.people, (access) => [
    html`<strong>${renderName(access.person.email)}</strong><br>${renderName(access.person.name)}`,
    renderTexts(describeHolder(access)),
    renderTexts(listAllReaches(access)),
  ])
}

function renderTexts(texts: readonly string[]): Markup {
  return html`${texts.map((text, index) => html`${index > 0 && html`<br>`}<bdi class="long">${text}</bdi>`)}`
}

function renderWays(access: PersonAccess): Markup {
  const reasons = listReasons(access)
  return renderLongTable('Ways in', ['Way', 'Why'], reasons, MOST.groups, ([way, why]) => [
    html`<strong>${renderName(way)}</strong>`,
    html`<bdi class="long">${why}</bdi>`,
  ])
}

function renderAssigned(of: GroupKind, agents: readonly PersonAccess[]): Markup {
  const ways = agents.flatMap((access) =>
    listWaysAssigned(access)
      .filter(({ group }) => group.of === of)
      .map((way) => ({ way, email: access.person.email })),
  )
  const groups = [...groupBy(ways, ({ way }) => formatAddress(way.group)).values()]
  const one = addArticle(of.label)
  if (groups.length === 0) return renderParagraph(`No agent reaches conversations by ${one}.`)
  const title = `Conversations assigned to ${one}`
  const heads = [titleSection(of.label), 'Agents who open them']
  return renderLongTable(title, heads, groups, MOST.groups, (members) => [
    html`<strong>${renderName(members[0].way.group.name)}</strong>`,
    renderNames(
      members.map(({ email, way }) => {
        const extent = describeExtent(way)
        return extent === null ? email : `${email} (${extent})`
      }),
    ),
  ])
}
