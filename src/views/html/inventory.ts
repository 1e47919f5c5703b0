/** All people and groups on the account, for an access review. */
import { FINDINGS } from '../../core/messages/finding-records.ts'
import { labelSubject } from '../../core/model/address.ts'
import { groupBy } from '../../core/model/collect.ts'
import { type GroupKind, getHeading, type Setting } from '../../core/model/kinds.ts'
import type {
  GroupOutcome,
  MemberOutcome,
  Outcome,
  PersonOutcome,
  Seen,
} from '../../core/plan/outcome.ts'
import type { JudgedAccount } from '../../core/report/report.ts'
import { nameCustomRole, namesIn, STANDINGS, titleSection } from '../labels.ts'
import { html, limit, type Markup, renderName, renderNames } from './markup.ts'
import { type Cell, renderTable } from './table.ts'

const MOST_PEOPLE = 2_000
const MOST_GROUPS = 500
const MOST_MEMBERS = 200

export function renderPeople({ outcomes: { people }, coverage, read }: JudgedAccount): Markup {
  const managed = coverage.agents !== 'unmanaged'
  const { shown, rest } = limit(putFindingsFirst(people), MOST_PEOPLE)
  const kinds = [...read.groups.keys()]
  const heads = [
    'Person',
    'Role',
    'Status',
    'Sign-in',
    ...kinds.map(getHeading),
    'Policy',
    'Result',
  ]
  const rows = shown.map((person) => makePersonRow(person, kinds, managed))
  return html`${renderOrder(people)}${renderTable('People', heads, rows)}${rest}`
}

export function renderGroups(of: GroupKind, { outcomes }: JudgedAccount): Markup {
  const groups = outcomes.groups.filter(({ subject }) => subject.of === of)
  if (groups.length === 0) {
    return html`
<p>No ${of.plural}.</p>`
  }
  const { shown, rest } = limit(putFindingsFirst(groups), MOST_GROUPS)
  const heads = groupHeads(of, 'Members', 'Result')
  return html`${renderOrder(groups)}${renderTable(getHeading(of), heads, shown.map(groupRow))}${rest}`
}

/** A group's name and texts, then a column for each of its flags. */
export function groupHeads(of: GroupKind, ...more: readonly string[]): readonly string[] {
  return [titleSection(of.label), ...renderFlags(of).map(({ label }) => label), ...more]
}

type Settings = GroupOutcome['settings']

function renderFlags({ settings }: GroupKind): readonly Setting[] {
  return settings.filter(({ type }) => type === 'flag')
}

export function listFlags(of: GroupKind, settings: Settings): readonly Cell[] {
  return renderFlags(of).map(({ key }) => {
    const value = settings[key]
    return value === undefined ? null : html`${value ? 'on' : 'off'}`
  })
}

/** Below the name, where there are any. */
export function listTexts(of: GroupKind, settings: Settings): readonly Markup[] {
  return of.settings.flatMap(({ key, type }) => {
    const value = settings[key]
    return type === 'text' && value ? [html`<br>${renderName(String(value))}`] : []
  })
}

/** Those with findings first, otherwise in the same order: a long list leaves out only the others. */
function putFindingsFirst<T extends Outcome>(items: readonly T[]): readonly T[] {
  const last = ({ findings }: T) => Number(findings.length === 0)
  return items.toSorted((a, b) => last(a) - last(b))
}

function renderOrder(items: readonly Outcome[]): Markup | null {
  if (items.every(({ findings }) => findings.length === 0)) return null
  return html`
<p class="muted">Those with findings first.</p>`
}

function makePersonRow(
  person: PersonOutcome,
  kinds: readonly GroupKind[],
  managed: boolean,
): readonly Cell[] {
  const { email, wanted, expires, seen } = person
  const until = expires === null ? '' : ` until ${expires}`
  const says =
    wanted === null ? (managed ? 'not in the policy' : 'not managed') : `${wanted}${until}`
  return [
    html`<strong>${renderName(email)}</strong>${seen && html`<br>${renderName(seen.name)}`}`,
    seen && renderRole(seen),
    html`${describeStatus(seen)}`,
    seen && (seen.provider === null ? html`not known` : renderName(seen.provider)),
    ...kinds.map((of) => seen && renderNames(namesIn(seen.groups, of), MOST_MEMBERS)),
    html`${says}`,
    renderStanding(person),
  ]
}

function renderRole({ role, customRole: special }: Seen): Markup {
  if (special === null) return html`${role}`
  return html`${role}, custom role ${renderName(nameCustomRole(special))}`
}

/** A person cannot sign in before accepting the invitation: access reviews call this "disabled". */
function describeStatus(seen: Seen | null): string {
  if (seen === null) return 'not on the account'
  return seen.confirmed ? 'active' : 'disabled: invitation not accepted'
}

function groupRow(group: GroupOutcome): readonly Cell[] {
  const { subject, exists, settings, members } = group
  const { shown, rest } = limit(putFindingsFirst(members), MOST_MEMBERS)
  const about = exists ? listTexts(subject.of, settings) : html`<br>not on the account`
  return [
    html`<strong>${renderName(labelSubject(subject))}</strong>${about}`,
    ...listFlags(subject.of, settings),
    members.length === 0
      ? html`none`
      : html`<ul class="members">${shown.map(renderMember)}</ul>${rest}`,
    renderStanding(group),
  ]
}

function renderMember({ email, is, standing }: MemberOutcome): Markup {
  const marks = [
    ...(is === 'member' ? [] : [is]),
    ...(standing === 'fine' || standing === 'unmanaged' ? [] : [STANDINGS[standing]]),
  ]
  const mark =
    marks.length === 0 ? null : html` <span class="mark ${standing}">${marks.join(', ')}</span>`
  return html`<li>${renderName(email)}${mark}</li>`
}

/** Each kind of finding once, because a person can be in many groups. */
function renderStanding({ standing, findings }: Outcome): Markup {
  const kinds = groupBy(findings, ({ code, disposition }) => `${code} ${disposition}`)
  const titles = [...kinds.values()].map((all) => {
    const [{ code, disposition }] = all
    const times = all.length === 1 ? '' : ` (${all.length})`
    const mark = disposition === 'open' ? '' : `, ${STANDINGS[disposition]}`
    return html`<br>${FINDINGS[code].title}${times}${mark}`
  })
  return html`<span class="mark ${standing}">${STANDINGS[standing]}</span>${titles}`
}
