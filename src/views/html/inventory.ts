/** All people, custom roles and groups on the account, for an access review. */
import { FINDINGS } from '../../core/messages/finding-records.ts'
import { count } from '../../core/messages/phrase.ts'
import { labelSubject } from '../../core/model/address.ts'
import { groupBy } from '../../core/model/collect.ts'
import type { RecognisedCustomRole } from '../../core/model/identity.ts'
import { type GroupKind, getHeading, type Setting } from '../../core/model/kinds.ts'
import type {
  CustomRoleOutcome,
  GroupOutcome,
  MemberOutcome,
  Outcome,
  PersonOutcome,
  Seen,
} from '../../core/plan/outcome.ts'
import { splitByFindings } from '../../core/report/order.ts'
import type { JudgedAccount } from '../../core/report/report.ts'
import { abridge } from '../abridge.ts'
import { describePersonRecord } from '../activity-words.ts'
import {
  describeInPolicy,
  listNamesOfKind,
  nameCustomRole,
  phraseFinding,
  STANDINGS,
  titleSection,
} from '../labels.ts'
import { makePersonId } from './findings.ts'
import {
  html,
  limit,
  type Markup,
  MOST,
  renderDates,
  renderName,
  renderNames,
  renderParagraph,
} from './markup.ts'
import { type Cell, renderTable } from './table.ts'

const MOST_OF_PERSON = 50

export function renderPeople({ getOutcomes, read }: JudgedAccount, id: string): Markup {
  const placed = getOutcomes().people.map((each, index) => ({
    ...each,
    place: makePersonId(id, index),
  }))
  const kinds = [...read.groups.keys()]
  const names = kinds.map(getHeading)
  const heads = ['Person', 'Role', 'Status', 'Sign-in', ...names, 'Policy', 'Result']
  return renderFolded(placed, MOST.people, ['person', 'people'], heads, (person) =>
    makePersonRow(person, kinds, person.place),
  )
}

/** Those with findings, then the others, folded below a line that counts them. */
function renderFolded<T extends Outcome>(
  items: readonly T[],
  most: number,
  nouns: readonly [string, string],
  heads: readonly string[],
  makeRow: (item: T) => readonly Cell[],
): Markup {
  if (items.length === 0) return renderParagraph(`No ${nouns[1]}.`)
  const { noted: worst, fine } = splitByFindings(items)
  const noted = limit(worst, most)
  const { shown, rest } = limit(fine, Math.max(0, most - noted.shown.length))
  const render = (label: string, those: readonly T[]) =>
    those.length > 0 && renderTable(label, heads, those.map(makeRow))
  const others = `${count(fine.length, ...nouns)} without findings`
  return html`${render(`${titleSection(nouns[1])} with findings`, noted.shown)}${noted.rest}${
    fine.length > 0 &&
    html`
<details><summary>${others}</summary>${render(others, shown)}${rest}
</details>`
  }`
}

export function renderGroups(of: GroupKind, { getOutcomes }: JudgedAccount): Markup {
  const groups = getOutcomes().groups.filter(({ subject }) => subject.of === of)
  const heads = listGroupHeads(of, 'Members', 'Result')
  return renderFolded(groups, MOST.groups, [of.label, of.plural], heads, groupRow)
}

/** Null: the policy does not manage them. */
export function renderCustomRoles({ getOutcomes, coverage }: JudgedAccount): Markup | null {
  if (coverage.custom_role_permissions === 'unmanaged') return null
  const nouns = ['custom role', 'custom roles'] as const
  const heads = [...CUSTOM_ROLE_HEADS, 'Result']
  return renderFolded(getOutcomes().customRoles, MOST.groups, nouns, heads, makeCustomRoleRow)
}

function makeCustomRoleRow(role: CustomRoleOutcome): readonly Cell[] {
  const { subject, seen } = role
  const cells =
    seen === null
      ? [
          html`<strong>${renderName(labelSubject(subject))}</strong><br>not on the account`,
          null,
          null,
        ]
      : makeRoleCells(seen)
  return [...cells, renderStanding(role)]
}

/** The cells below `CUSTOM_ROLE_HEADS`. */
export function makeRoleCells(role: RecognisedCustomRole): readonly Cell[] {
  const { subject, description, permissions, holders } = role
  return [
    html`<strong>${renderName(labelSubject(subject))}</strong>${description !== '' && html`<br>${renderName(description)}`}`,
    renderNames(permissions),
    html`${holders}`,
  ]
}

export const CUSTOM_ROLE_HEADS = ['Custom role', 'Permits', 'People who have it']

/** A group's name and texts, then a column for each of its flags. */
export function listGroupHeads(of: GroupKind, ...more: readonly string[]): readonly string[] {
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

/** Below the name, if there are any. */
export function renderTextSettings(of: GroupKind, settings: Settings): readonly Markup[] {
  return of.settings.flatMap(({ key, type }) => {
    const value = settings[key]
    return type === 'text' && value ? [html`<br>${renderName(String(value))}`] : []
  })
}

function makePersonRow(
  person: PersonOutcome,
  kinds: readonly GroupKind[],
  id: string,
): readonly Cell[] {
  const { email, inPolicy, seen } = person
  const expires = inPolicy.kind === 'listed' ? inPolicy.expires : null
  const until = expires === null ? '' : ` until ${expires}`
  return [
    html`<strong id="${id}">${renderName(email)}</strong>${seen && html` <span class="name">${renderName(seen.name)}</span>`}`,
    seen && renderRole(seen),
    html`${describeStatus(seen)}`,
    seen && renderSignIn(seen),
    ...kinds.map((of) => seen && renderNames(listNamesOfKind(seen.groups, of))),
    renderDates(`${describeInPolicy(inPolicy, abridge)}${until}`),
    renderPersonResult(person),
  ]
}

function renderSignIn({ provider, record }: Seen): Markup {
  const way = provider === null ? html`not known` : renderName(provider)
  return html`${way}${record && html`<br>${renderDates(describePersonRecord(record))}`}`
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
  const { noted, fine } = splitByFindings(members)
  const { shown, rest } = limit([...noted, ...fine], MOST.names)
  const about = exists ? renderTextSettings(subject.of, settings) : html`<br>not on the account`
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

/** Every finding of a person in one place, those of their memberships too. */
function renderPersonResult({ standing, findings }: PersonOutcome): Markup {
  const { shown, rest } = limit(findings, MOST_OF_PERSON)
  const lines = shown.map(({ subject, code, disposition, risk, ...finding }) => {
    const where =
      subject.kind === 'member' ? html`${renderName(labelSubject(subject.group))}: ` : null
    const mark = disposition === 'open' ? risk : STANDINGS[disposition]
    return html`
<li>${FINDINGS[code].title} (${mark}): ${where}${renderDates(phraseFinding(finding, abridge))}</li>`
  })
  return html`<span class="mark ${standing}">${STANDINGS[standing]}</span>${
    lines.length > 0 &&
    html`
<ul class="own">${lines}
</ul>${rest}`
  }`
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
