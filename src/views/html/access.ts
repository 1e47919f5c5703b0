/** `rollcall access` as one self-contained page, built with the parts of the HTML report. */
import { listWaysAssigned, listWaysInside, type PersonAccess } from '../../core/access/access.ts'
import type { AccessSectionKind } from '../../core/access/answer.ts'
import { formatAddress, type GroupSubject } from '../../core/model/address.ts'
import { groupBy } from '../../core/model/collect.ts'
import { getHeading } from '../../core/model/kinds.ts'
import type {
  AccessReport,
  AccountAccess,
  RecordedAccess,
  RecordedSection,
} from '../../core/report/access.ts'
import {
  describeExtent,
  describeHolder,
  explainTopic,
  listGaps,
  listKinds,
  listReaches,
  listReasons,
  MEANING,
  nameAnswer,
  SECTION_TITLES,
  summariseAccess,
} from '../access/words.ts'
import { describeActivity } from '../activity-words.ts'
import { API_LIMITS, abridge, describeSnapshot, formatMoment } from '../labels.ts'
import { MARK } from '../list/report.ts'
import { renderDiagnostics } from './diagnostics.ts'
import {
  html,
  limit,
  type Markup,
  renderName,
  renderNames,
  renderProse,
  renderSections,
  type Section,
} from './markup.ts'
import { MATRIX_PATTERN, renderMatrix } from './matrix.ts'
import { renderPage } from './page.ts'
import { renderTable } from './table.ts'

const MOST_PEOPLE = 2_000
const MOST_GROUPS = 500
const MOST_NAMES = 200

export function renderAccessHtml(report: AccessReport): string {
  const { tool, generatedAt, account, diagnostics, exitCode } = report
  const failed = 'the question could not be answered'
  const about = account === null ? failed : describeAnswer(account)
  const notes = account === null ? [] : [explainTopic(account), ...listGaps(account)]
  return renderPage({
    title: `${MARK}: ${about}`,
    kind: 'access to an account',
    tool,
    generatedAt,
    patterns: MATRIX_PATTERN,
    main: html`
<div class="banner none">
<h1>${MARK}</h1>
<p class="summary">${about}</p>
<p>${renderProse(MEANING)}</p>${notes.map(
      (note) =>
        html`${
          note !== null &&
          html`
<p><strong>${note}</strong></p>`
        }`,
    )}
</div>${renderDiagnostics(diagnostics)}${account && renderAccount(account)}`,
    footer: html`
<p class="closing"><span class="verdict none">${MARK}</span>, exit code ${exitCode}</p>`,
  })
}

function describeAnswer(account: AccountAccess): string {
  const summary = summariseAccess(account)
  return `${nameAnswer(account)}${summary === null ? '' : `: ${summary}`}`
}

function renderAccount(account: AccountAccess): Markup {
  const { read } = account
  const file = describeSnapshot(read, abridge)
  const sections: readonly Section[] = [
    ...(account.topic === null ? listOverview(account) : account.sections.flatMap(listPeople)),
    {
      title: 'What this page does not show',
      body: html`
<p>${API_LIMITS}</p>${[describeActivity(read) ?? []].flat().map(
        (note) => html`
<p>${note}</p>`,
      )}`,
    },
  ]
  return html`
<section class="account" aria-labelledby="account">
<header>
<h2 id="account">${nameAnswer(account)}</h2>
<p class="muted">Read as ${renderName(read.caller.email)} (${read.caller.role}) on ${formatMoment(read.finishedAt)}${file !== '' && html`. ${file}`}</p>
</header>${renderSections(sections, 'section')}
</section>`
}

/** Those in the matrix are not listed a second time, unless something about them is worse. */
function listOverview({ sections, groups, missing }: AccountAccess): readonly Section[] {
  const listed = (...kinds: readonly AccessSectionKind[]) =>
    sections.filter(({ kind }) => kinds.includes(kind)).flatMap(listPeople)
  const agents = sections
    .flatMap(({ people }) => people)
    .filter(({ rank }) => rank !== 'everything')
  const unread = missing.map(({ section }) => section)
  return [
    ...listed('everything', 'foreign', 'unknown'),
    ...listKinds('inside')
      .filter(({ section }) => !unread.includes(section))
      .map((of) => ({
        title: `Agents and ${of.plural}`,
        body: renderMembers(
          agents,
          groups.filter((group) => group.of === of),
        ),
      })),
    ...listed('teams'),
    ...listKinds('assigned').map((of) => ({
      title: `${getHeading(of)}: conversations assigned to them, from any inbox`,
      body: renderAssigned(agents),
    })),
    ...listed('nothing'),
  ]
}

function renderMembers(
  agents: readonly RecordedAccess[],
  columns: readonly GroupSubject[],
): Markup {
  const people = agents.filter((access) => listWaysInside(access).length > 0)
  if (people.length > 0) return renderMatrix(people, columns)
  return html`
<p>No agent is a member of one.</p>`
}

function listPeople({ kind, people }: RecordedSection): readonly Section[] {
  const title = SECTION_TITLES[kind]
  const body = renderPeople(people)
  if (kind !== 'person') return [{ title: `${title} (${people.length})`, body }]
  const ways = people.map((access) => ({ title: 'Ways in', body: renderWays(access) }))
  return [{ title, body }, ...ways]
}

function renderPeople(people: readonly RecordedAccess[]): Markup {
  const { shown, rest } = limit(people, MOST_PEOPLE)
  const rows = shown.map((access) => [
    html`<strong>${renderName(access.person.email)}</strong><br>${renderName(access.person.name)}`,
    renderTexts(describeHolder(access)),
    renderTexts([...(access.rank === 'everything' ? ['everything'] : []), ...listReaches(access)]),
  ])
  return html`${renderTable('People', ['Person', 'Role and sign-in', 'Reaches'], rows)}${rest}`
}

function renderTexts(texts: readonly string[]): Markup {
  return html`${texts.map((text, index) => html`${index > 0 && html`<br>`}<bdi class="long">${text}</bdi>`)}`
}

function renderWays(access: PersonAccess): Markup {
  const { shown, rest } = limit(listReasons(access), MOST_GROUPS)
  const rows = shown.map(([way, why]) => [
    html`<strong>${renderName(way)}</strong>`,
    html`<bdi class="long">${why}</bdi>`,
  ])
  return html`${renderTable('Ways in', ['Way', 'Why'], rows)}${rest}`
}

function renderAssigned(agents: readonly PersonAccess[]): Markup {
  const ways = agents.flatMap((access) =>
    listWaysAssigned(access).map((way) => ({ way, email: access.person.email })),
  )
  const teams = [...groupBy(ways, ({ way }) => formatAddress(way.group)).values()]
  if (teams.length === 0) {
    return html`
<p>No agent reaches conversations by a team.</p>`
  }
  const { shown, rest } = limit(teams, MOST_GROUPS)
  const rows = shown.map((members) => [
    html`<strong>${renderName(members[0].way.group.name)}</strong>`,
    renderNames(
      members.map(({ email, way }) => {
        const extent = describeExtent(way)
        return extent === null ? email : `${email} (${extent})`
      }),
      MOST_NAMES,
    ),
  ])
  return html`${renderTable('Conversations assigned to a team', ['Team', 'Agents who open them'], rows)}${rest}`
}
