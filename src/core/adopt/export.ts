/**
 * A snapshot → the statements of a policy that is in sync with the account: sorted and commented.
 * policy/write makes YAML of them. It does not say whether the account should be like that; people decide.
 */

import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import { formatAddress } from '../model/address.ts'
import { groupBy } from '../model/collect.ts'
import { describeCustomRole, hasPermissions, isForeign, MENUS_ONLY } from '../model/custom-role.ts'
import { addDays } from '../model/dates.ts'
import {
  type Recognised,
  type RecognisedGroup,
  type RecognisedSnapshot,
  recognise,
  recogniseCustomRoles,
} from '../model/identity.ts'
import { KINDS } from '../model/kinds.ts'
import { isEmail } from '../model/mistyped.ts'
import { compareCodeUnits, normaliseEmail } from '../model/names.ts'
import { hasGroups, isRefusingCustomRoles, type Snapshot } from '../model/snapshot.ts'
import type { Part } from '../model/statement.ts'
import { cutText } from '../model/visible.ts'
import {
  explainUnlistable,
  GRACE_DAYS,
  hasListableRole,
  listNewEntries,
  makeWantedRole,
  writeCustomRole,
} from '../plan/policy-fix.ts'
import { type ListedPerson, listAccount, RANKS, type Rank } from '../report/listing.ts'

export type Exported =
  | { readonly kind: 'policy'; readonly parts: readonly Part[] }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] }

/** `today` is a UTC calendar date; open invitations are allowed for two weeks from it. */
export function exportAccount(read: Snapshot, today: string): Exported {
  const { snapshot: whole, ...twins } = recognise(read)
  const { snapshot, left } = leaveUnlistable(whole)
  const problems = listRefusals(snapshot, twins)
  if (problems.length > 0) return { kind: 'refused', diagnostics: problems }
  const until = addDays(today, GRACE_DAYS)
  const { server, account, caller, groups } = snapshot
  const { host } = new URL(server)
  const kinds = groupBy(groups, ({ of }) => of)
  const header = [
    `Account ${account.id} "${shortenText(account.name)}" on ${host} as it was on ${today},`,
    `read as ${shortenText(caller.email)} (${caller.role}). It lists who has access now, not who should have it:`,
    'check every line before you commit this file.',
    ...left.map(
      ({ email, role }) =>
        `Not listed: ${shortenText(email)} (${role}), because a policy cannot list this e-mail address.`,
    ),
  ]
  return {
    kind: 'policy',
    parts: [
      ...header.map((comment) => ({ comment })),
      { key: 'version', value: 1 },
      { key: 'account', value: account.id },
      { key: 'server', value: server },
      null,
      { key: 'agents', value: { parts: describeAgents(snapshot, until) } },
      null,
      describeCustomRoles(snapshot),
      ...KINDS.flatMap((of): readonly Part[] => [
        null,
        hasGroups(read, of)
          ? { key: of.section, value: { parts: groupParts(kinds.get(of) ?? []) } }
          : {
              comment: `No ${of.section} here: only the token of an administrator shows all of them.`,
            },
      ]),
    ],
  }
}

/** What the account's custom roles permit; a comment if a policy cannot say it. */
function describeCustomRoles(snapshot: Snapshot): Part {
  const { customRoles } = snapshot
  const leave = (why: string) => ({ comment: `No custom_roles here: ${why}.` })
  if (customRoles.kind === 'unsupported') return leave('this server has no custom roles')
  if (!hasPermissions(customRoles)) {
    return leave(
      isRefusingCustomRoles(snapshot)
        ? 'the server refused to show them, even to an administrator'
        : 'only the token of an administrator shows what they permit',
    )
  }
  const roles = recogniseCustomRoles(snapshot)
  const odd = roles.find((role) => explainUnlistable(role) !== null)
  if (odd !== undefined) {
    return leave(`a policy cannot list ${shortenText(describeCustomRole(odd))} as it is`)
  }
  const entries = listNewEntries(roles).map(({ group, key, says }): Part => {
    const { description, permissions } = group
    const more = { ...says, ...(description === '' ? {} : { description }) }
    const parts = Object.entries({ ...more, permissions }).map(([own, value]) => ({
      key: own,
      value,
    }))
    return { key, value: parts.length === 1 ? permissions : { parts } }
  })
  return { key: 'custom_roles', value: { parts: entries } }
}

/**
 * Chatwoot accepts more addresses than a policy can list, such as one that begins with a dot. These
 * people are left out everywhere: one of them must not prevent the export of all others.
 */
function leaveUnlistable(whole: RecognisedSnapshot) {
  const agents = whole.agents.filter(({ email }) => isEmail(email))
  const groups = whole.groups.map((group) => ({ ...group, members: group.members.filter(isEmail) }))
  const left = whole.agents.filter(({ email }) => !isEmail(email))
  return { snapshot: { ...whole, agents, groups }, left }
}

/** What a policy cannot express. */
function listRefusals(
  snapshot: RecognisedSnapshot,
  { people, groups }: Pick<Recognised, 'people' | 'groups'>,
): readonly Diagnostic[] {
  const { agents, account } = snapshot
  const nobody = agents.some(({ role }) => role === 'administrator')
    ? []
    : refuse(
        `Account ${account.id} has no administrator, and a policy without an administrator is invalid.`,
        'Give a person on the account the role administrator, then export again.',
        'With such a policy, nobody could manage the account.',
      )
  const doubles = snapshot.groups
    .filter(({ subject }) => groups.has(formatAddress(subject)))
    .sort((a, b) => a.id - b.id)
  const named = groupBy(doubles, ({ of, name }) => `${of.section} ${of.normalise(name)}`)
  const listed = [...people.keys()].filter(isEmail)
  const alike = [
    ...[...groupBy(listed, normaliseEmail).values()].filter(([, second]) => second !== undefined),
    ...[...named.values()].map((same) => same.map(({ name }) => name)),
  ]
  const doubled = alike.flatMap((names) =>
    refuse(
      `${names.map((name) => JSON.stringify(name)).join(' and ')} are on the account, but a policy can have only one entry for them.`,
      'Rename or remove one of them in Chatwoot, then export again.',
      'They differ only in spelling: spaces, control characters, or the encoding of letters.',
    ),
  )
  return [...nobody, ...doubled]
}

function refuse(
  summary: string,
  advice: string,
  detail: string | null = null,
): readonly Diagnostic[] {
  return [makeDiagnostic({ code: 'account-not-exportable', summary, advice, detail })]
}

const HEADINGS: Readonly<Record<Rank, readonly string[]>> = {
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

/** Open invitations last, because they change soon. */
const ORDER: readonly Rank[] = RANKS.toSorted(
  (a, b) => Number(a === 'invitation') - Number(b === 'invitation'),
)

function describeAgents(snapshot: Snapshot, until: string): readonly Part[] {
  const { people } = listAccount(snapshot)
  const ranks = ORDER.map((rank) => ({
    rank,
    members: people.filter((person) => person.rank === rank),
  })).filter(({ members }) => members.length > 0)
  return ranks.flatMap(({ rank, members }, index): readonly Part[] => [
    ...(index === 0 ? [] : [null]),
    ...HEADINGS[rank].map((comment) => ({ comment })),
    ...members.map((person) => describePerson(person, snapshot, until)),
  ])
}

function describePerson(person: ListedPerson, snapshot: Snapshot, until: string): Part {
  const { email, name, role, customRole, status } = person
  const administrator = role === 'administrator'
  const id = customRole?.id ?? null
  const listable = hasListableRole({ role, customRoleId: id }, snapshot.customRoles)
  const wanted = administrator || !listable ? null : makeWantedRole(id, snapshot.customRoles)
  const foreign = !listable || isForeign(id, snapshot.customRoles)
  const remark = [
    name.trim() !== '' && shortenText(name),
    administrator && status === 'disabled' && 'invitation not accepted yet',
    administrator && customRole && `${shortenText(describeCustomRole(customRole))} ${MENUS_ONLY}`,
    foreign && `${describeCustomRole(customRole)} is not on this account`,
  ]
    .filter(Boolean)
    .join('; ')
  const more = [
    ...(wanted === null ? [] : [{ key: 'custom_role', value: writeCustomRole(wanted) }]),
    ...(status === 'disabled' ? [{ key: 'pending_until', value: until }] : []),
  ]
  const parts = [{ key: 'role', value: role }, ...more]
  return { key: email, value: more.length === 0 ? role : { parts }, remark }
}

function groupParts(groups: readonly RecognisedGroup[]): readonly Part[] {
  return listNewEntries(groups).flatMap(({ group, key, says }, index): readonly Part[] => {
    const { of, ghosts } = group
    const members = group.members.toSorted(compareCodeUnits)
    const settings = [
      ...Object.entries(says).map(([said, value]) => ({ key: said, value })),
      ...of.settings.flatMap(({ key: setting, usual }) => {
        const value = group.settings[setting]
        return value === undefined || value === usual ? [] : [{ key: setting, value }]
      }),
    ]
    const remarks = ghosts
      .toSorted(compareCodeUnits)
      .map(
        (email) =>
          `A ghost: ${shortenText(email)} left the account and is still in this ${of.label}'s list.`,
      )
    const parts = [...settings, { key: 'members', value: members }]
    return [
      ...(index === 0 ? [] : [null]),
      ...remarks.map((comment) => ({ comment })),
      { key, value: settings.length === 0 ? members : { parts } },
    ]
  })
}

function shortenText(text: string): string {
  return cutText(text).replace(/^ +| +$/g, '')
}
