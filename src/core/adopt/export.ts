/**
 * A snapshot as the text of a policy that says exactly what the account is: sorted, commented, and
 * in sync with it. Whether it should be like that is for people to decide.
 */

import { type Diagnostic, diagnostic } from '../messages/diagnostic.ts'
import { grouped } from '../model/collect.ts'
import { describeCustomRole, MENUS_ONLY } from '../model/custom-role.ts'
import { daysAfter } from '../model/dates.ts'
import { recognise } from '../model/identity.ts'
import { isEmail } from '../model/mistyped.ts'
import { byCodeUnits, normaliseEmail, normaliseTeamName } from '../model/names.ts'
import type { Snapshot, SnapshotTeam } from '../model/snapshot.ts'
import { reveal } from '../model/visible.ts'
import { customRoleText, GRACE_DAYS, nameOf, yamlText } from '../plan/settle.ts'
import { GROUPS, type Group, type ListedPerson, listing } from '../report/listing.ts'

export const MODELINE = '# yaml-language-server: $schema=rollcall.schema.json'

export type Exported =
  | { readonly kind: 'policy'; readonly text: string }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] }

/** `today` is a UTC calendar date; open invitations are let be for two weeks from it. */
export function exported(snapshot: Snapshot, today: string): Exported {
  const problems = refusals(snapshot)
  if (problems.length > 0) return { kind: 'refused', diagnostics: problems }
  const until = daysAfter(today, GRACE_DAYS)
  const { server, account, caller } = snapshot
  const { host } = new URL(server)
  const lines = [
    MODELINE,
    `# Account ${account.id} "${comment(account.name)}" on ${host} as it was on ${today},`,
    `# read as ${comment(caller.email)} (${caller.role}). It lists who has access now, not who should have it:`,
    '# check every line before you commit this file.',
    'version: 1',
    `account: ${account.id}`,
    `server: ${server}`,
    '',
    'agents:',
    ...agentLines(snapshot, until),
    '',
    ...teamLines(snapshot),
  ]
  return { kind: 'policy', text: `${lines.join('\n')}\n` }
}

/** What no policy could say. */
function refusals(snapshot: Snapshot): readonly Diagnostic[] {
  const { agents, account } = snapshot
  const problems: Diagnostic[] = []
  if (!agents.some(({ role }) => role === 'administrator')) {
    problems.push(
      diagnostic({
        code: 'account-not-exportable',
        summary: `Account ${account.id} has no administrator, and a policy without an administrator is invalid.`,
        detail: 'With such a policy, nobody could manage the account.',
        advice: 'Give a person on the account the role administrator, then export again.',
      }),
    )
  }
  for (const { email } of agents) {
    if (isEmail(email)) continue
    problems.push(
      diagnostic({
        code: 'account-not-exportable',
        summary: `"${email}" is on the account, but a policy cannot list this e-mail address.`,
        advice: 'Correct the address on the server, then export again.',
      }),
    )
  }
  const { people, teams } = recognise(snapshot, { people: [], teams: [] })
  const alike = [
    ...grouped(people.keys(), normaliseEmail).values(),
    ...grouped(teams.keys(), normaliseTeamName).values(),
  ]
  for (const names of alike) {
    problems.push(
      diagnostic({
        code: 'account-not-exportable',
        summary: `${names.map((name) => JSON.stringify(name)).join(' and ')} are on the account, but a policy can have only one entry for them.`,
        detail:
          'They differ only in spelling: spaces, control characters, or the encoding of letters.',
        advice: 'Rename or remove one of them in Chatwoot, then export again.',
      }),
    )
  }
  return problems
}

const HEADINGS: Readonly<Record<Group, readonly string[]>> = {
  administrator: [
    'Administrators: they can read everything, change every setting, and add and remove people.',
  ],
  invitation: [
    'Invitations that are not accepted. Each is tolerated until its date. From the next day',
    'on, it is a finding.',
  ],
  'custom-role': ['Agents with a custom role: they can do only what this role allows.'],
  agent: ['Agents'],
}

/** Open invitations last: they are what changes soon. */
const ORDER: readonly Group[] = GROUPS.toSorted(
  (a, b) => Number(a === 'invitation') - Number(b === 'invitation'),
)

function agentLines(snapshot: Snapshot, until: string): readonly string[] {
  const { people } = listing(snapshot)
  const groups = ORDER.map((group) => ({
    group,
    members: people.filter((person) => person.group === group),
  })).filter(({ members }) => members.length > 0)
  return groups.flatMap(({ group, members }, index) => [
    ...(index === 0 ? [] : ['']),
    ...HEADINGS[group].map((line) => `  # ${line}`),
    ...members.flatMap((person) => personLines(person, snapshot, until)),
  ])
}

function personLines(person: ListedPerson, snapshot: Snapshot, until: string): readonly string[] {
  const { email, name, role, customRole, status } = person
  const administrator = role === 'administrator'
  const wanted =
    administrator || customRole === null ? null : nameOf(customRole.id, snapshot.customRoles)
  const powerless =
    administrator && customRole !== null
      ? [`${comment(describeCustomRole(customRole))} ${MENUS_ONLY}`]
      : []
  const open = administrator && status === 'disabled' ? ['invitation not accepted yet'] : []
  const notes = [...(name.trim() === '' ? [] : [comment(name)]), ...open, ...powerless].join('; ')
  const remark = notes === '' ? '' : ` # ${notes}`
  const more = [
    ...(wanted === null ? [] : [`custom_role: ${customRoleText(wanted)}`]),
    ...(status === 'disabled' ? [`pending_until: ${until}`] : []),
  ]
  if (more.length === 0) return keyed(email, '  ', role, remark)
  return [
    ...keyed(email, '  ', '', remark),
    `    role: ${role}`,
    ...more.map((line) => `    ${line}`),
  ]
}

function teamLines({ teams }: Snapshot): readonly string[] {
  if (teams.length === 0) return ['teams: {}']
  const sorted = teams.toSorted((a, b) => byCodeUnits(a.name, b.name))
  return [
    'teams:',
    ...sorted.flatMap((team, index) => [...(index === 0 ? [] : ['']), ...one(team)]),
  ]
}

function one(team: SnapshotTeam): readonly string[] {
  const { name, description, autoAssign, ghosts } = team
  const members = team.members.toSorted(byCodeUnits)
  const settings = [
    ...(description === '' ? [] : [`description: ${yamlText(description)}`]),
    ...(autoAssign ? [] : ['auto_assign: false']),
  ]
  const remarks = ghosts
    .toSorted(byCodeUnits)
    .map(
      (email) =>
        `  # A ghost: ${comment(email)} left the account and is still in this team's list.`,
    )
  if (settings.length === 0) {
    return [...remarks, ...list(name, members, '  ')]
  }
  const indented = settings.map((line) => `    ${line}`)
  return [
    ...remarks,
    ...keyed(name, '  ', '', ''),
    ...indented,
    ...list('members', members, '    '),
  ]
}

function list(key: string, members: readonly string[], indent: string): readonly string[] {
  if (members.length === 0) return keyed(key, indent, '[]', '')
  return [...keyed(key, indent, '', ''), ...members.map((each) => `${indent}  - ${yamlText(each)}`)]
}

/** A longer key is none to YAML, unless a question mark announces it. */
const LONGEST_KEY = 1_000

/** A key with its value on the same line, or with what is indented below it. */
function keyed(key: string, indent: string, value: string, remark: string): readonly string[] {
  const text = yamlText(key)
  const rest = `${value === '' ? '' : ` ${value}`}${remark}`
  if (text.length <= LONGEST_KEY) return [`${indent}${text}:${rest}`]
  return [`${indent}? ${text}`, `${indent}:${rest}`]
}

const LONGEST_COMMENT = 80

/** The escape function of YAML comments: one line, nothing that YAML or an editor would act on. */
function comment(text: string): string {
  const points = [...text.slice(0, 2 * LONGEST_COMMENT + 2)]
  const cut =
    points.length <= LONGEST_COMMENT ? text : `${points.slice(0, LONGEST_COMMENT).join('')}…`
  return reveal(cut).trim()
}
