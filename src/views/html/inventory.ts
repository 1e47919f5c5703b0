/** All people and teams on the account, for an access review. */
import { FINDINGS } from '../../core/messages/finding-records.ts'
import { grouped } from '../../core/model/collect.ts'
import type {
  MemberOutcome,
  Outcome,
  PersonOutcome,
  Seen,
  TeamOutcome,
} from '../../core/plan/outcome.ts'
import type { JudgedAccount } from '../../core/report/report.ts'
import { customRole, STANDINGS } from '../labels.ts'
import { html, limited, type Markup, name } from './markup.ts'
import { type Cell, table } from './table.ts'

const MOST_PEOPLE = 2_000
const MOST_TEAMS = 500
const MOST_MEMBERS = 200

export function renderPeople({ outcomes: { people }, coverage }: JudgedAccount): Markup {
  const managed = coverage.agents !== 'unmanaged'
  const { shown, rest } = limited(noteworthyFirst(people), MOST_PEOPLE)
  const heads = ['Person', 'Role', 'Status', 'Sign-in', 'Teams', 'Policy', 'Result']
  const rows = shown.map((person) => personRow(person, managed))
  return html`${order(people)}${table('People', heads, rows)}${rest}`
}

export function renderTeams({ outcomes: { teams } }: JudgedAccount): Markup {
  if (teams.length === 0) {
    return html`
<p>No teams.</p>`
  }
  const { shown, rest } = limited(noteworthyFirst(teams), MOST_TEAMS)
  const heads = ['Team', 'Automatic assignment', 'Members', 'Result']
  return html`${order(teams)}${table('Teams', heads, shown.map(teamRow))}${rest}`
}

/** Those with findings first, otherwise in the same order: a long list leaves out only the others. */
function noteworthyFirst<T extends Outcome>(items: readonly T[]): readonly T[] {
  const last = ({ findings }: T) => Number(findings.length === 0)
  return items.toSorted((a, b) => last(a) - last(b))
}

function order(items: readonly Outcome[]): Markup | null {
  if (items.every(({ findings }) => findings.length === 0)) return null
  return html`
<p class="muted">Those with findings first.</p>`
}

function personRow(person: PersonOutcome, managed: boolean): readonly Cell[] {
  const { email, wanted, expires, seen } = person
  const until = expires === null ? '' : ` until ${expires}`
  const says =
    wanted === null ? (managed ? 'not in the policy' : 'not managed') : `${wanted}${until}`
  return [
    html`<strong>${name(email)}</strong>${seen && html`<br>${name(seen.name)}`}`,
    seen && role(seen),
    html`${status(seen)}`,
    seen && (seen.provider === null ? html`not known` : name(seen.provider)),
    seen && names(seen.teams),
    html`${says}`,
    standing(person),
  ]
}

function role({ role, customRole: special }: Seen): Markup {
  if (special === null) return html`${role}`
  return html`${role}, custom role ${name(customRole(special))}`
}

/** A person cannot sign in before accepting the invitation: access reviews call this "disabled". */
function status(seen: Seen | null): string {
  if (seen === null) return 'not on the account'
  return seen.confirmed ? 'active' : 'disabled: invitation not accepted'
}

function names(teams: readonly string[]): Cell {
  if (teams.length === 0) return null
  const { shown, rest } = limited(teams, MOST_MEMBERS)
  return html`${shown.map((team, index) => html`${index === 0 ? null : ', '}${name(team)}`)}${rest}`
}

function teamRow(team: TeamOutcome): readonly Cell[] {
  const { name: called, exists, description, autoAssign, members } = team
  const { shown, rest } = limited(noteworthyFirst(members), MOST_MEMBERS)
  const about = !exists
    ? html`<br>not on the account`
    : description === ''
      ? null
      : html`<br>${name(description)}`
  return [
    html`<strong>${name(called)}</strong>${about}`,
    autoAssign === null ? null : html`${autoAssign ? 'on' : 'off'}`,
    members.length === 0 ? html`none` : html`<ul class="members">${shown.map(member)}</ul>${rest}`,
    standing(team),
  ]
}

function member({ email, is, standing }: MemberOutcome): Markup {
  const marks = [
    ...(is === 'member' ? [] : [is]),
    ...(standing === 'fine' || standing === 'unmanaged' ? [] : [STANDINGS[standing]]),
  ]
  const mark =
    marks.length === 0 ? null : html` <span class="mark ${standing}">${marks.join(', ')}</span>`
  return html`<li>${name(email)}${mark}</li>`
}

/** Each kind of finding once, because a person can be in many teams. */
function standing({ standing, findings }: Outcome): Markup {
  const kinds = grouped(findings, ({ code, disposition }) => `${code} ${disposition}`)
  const titles = [...kinds.values()].map((all) => {
    const [{ code, disposition }] = all
    const times = all.length === 1 ? '' : ` (${all.length})`
    const mark = disposition === 'open' ? '' : `, ${STANDINGS[disposition]}`
    return html`<br>${FINDINGS[code].title}${times}${mark}`
  })
  return html`<span class="mark ${standing}">${STANDINGS[standing]}</span>${titles}`
}
