/**
 * Whether an account is as a policy says, told in the plainest way: yes or no, without findings.
 * Written apart from the core, so that a wrong "in sync" of the one is not repeated by the other.
 */
import { type GroupKind, TEAM } from '../../src/core/model/kinds.ts'
import { normaliseTeamName } from '../../src/core/model/names.ts'
import type { Policy, PolicyAgent, PolicyGroup } from '../../src/core/model/policy.ts'
import type {
  CustomRole,
  Snapshot,
  SnapshotAgent,
  SnapshotGroup,
} from '../../src/core/model/snapshot.ts'
import { ignores, patternsOf } from './world.ts'

/** `customRoles`: those of the account, whether or not anybody read them. */
export function isAsThePolicySays(
  policy: Policy,
  { agents, groups, customRoles: read }: Snapshot,
  customRoles: readonly CustomRole[],
  today: string,
): boolean {
  if (!followsRules(policy, agents, groups, today)) return false
  // A custom role that is not of the account is right for nobody whom the policy speaks of.
  const strange = agents.some(({ email, role, customRoleId }) => {
    if (read.kind !== 'read' || customRoleId === null) return false
    if (read.roles.some(({ id }) => id === customRoleId)) return false
    if (ignores(patternsOf(policy).agents, email) && role === 'agent') return false
    if (policy.customRoles) return true
    const own = policy.agents?.entries.has(email) || policy.scope.agents === 'all'
    return policy.agents !== null && (own || role === 'administrator')
  })
  if (strange) return false
  if (policy.customRoles) {
    const wanted = [...policy.customRoles.entries.values()]
    if (wanted.length !== customRoles.length) return false
    const fine = customRoles.every((have) => {
      const [want, ...more] = wanted.filter(({ subject: { id, name } }) =>
        id === null ? name === have.name : id === have.id,
      )
      if (want === undefined || more.length > 0 || want.subject.name !== have.name) return false
      const permissions = [...want.permissions.keys()].sort().join()
      const described = (want.description?.value ?? have.description) === have.description
      return described && permissions === [...(have.permissions ?? [])].sort().join()
    })
    if (!fine) return false
  }
  const patterns = patternsOf(policy)
  const ignored = (email: string) => ignores(patterns.agents, email)
  const listed = policy.agents?.entries
  const over = (email: string) => (listed?.get(email)?.expires ?? today) < today
  if (listed) {
    const present = new Set(agents.map(({ email }) => email))
    if ([...listed.keys()].some((email) => !over(email) && !present.has(email))) return false
    const fine = agents.every((have) => {
      const want = listed.get(have.email)
      if (over(have.email)) return false
      if (want) return isAsListed(want, have, customRoles, today)
      if (have.role === 'administrator') return false
      return policy.scope.agents === 'administrators' || ignored(have.email)
    })
    if (!fine) return false
  }
  return policy.groups.every(({ of, section, ignore }) => {
    if (section === null) return true
    const silent = ignore.map(({ value }) => value)
    const owned = groups.filter((each) => each.of === of && !ignores(silent, nameOf(each)))
    const wanted = [...section.entries.values()]
    if (owned.length !== wanted.length) return false
    return owned.every((have) => {
      const meant = wanted.filter(({ subject: { name, id } }) =>
        id === null ? name === nameOf(have) : id === have.id,
      )
      const [want] = meant
      return want !== undefined && meant.length === 1 && isSameGroup(want, have, ignored, over)
    })
  })
}

function nameOf({ of, name }: { readonly of: GroupKind; readonly name: string }): string {
  return of === TEAM ? normaliseTeamName(name) : name.trim()
}

function followsRules(
  { agents: listed, groups: wanted, rules }: Policy,
  agents: Snapshot['agents'],
  groups: Snapshot['groups'],
  today: string,
): boolean {
  const { min, max, requireReason } = rules.administrators
  const administrators = agents.filter(({ role }) => role === 'administrator')
  if (administrators.length > (max?.value ?? 1_000)) return false
  if (administrators.filter(({ confirmed }) => confirmed).length < (min?.value ?? 0)) return false
  const unexplained = [...(listed?.entries.values() ?? [])].some(
    ({ role, reason, expires }) =>
      role === 'administrator' && reason === null && (expires ?? today) >= today,
  )
  if (requireReason && unexplained) return false
  const domains = rules.emailDomains?.value
  if (domains && !agents.every(({ email }) => domains.has(email.split('@')[1] ?? ''))) return false
  const teams = wanted.find(({ of }) => of === TEAM)
  const names =
    teams?.section && [...teams.section.entries.values()].map((each) => each.subject.name)
  return groups.every((group) => {
    if (group.of !== TEAM) return true
    const name = nameOf(group)
    const ignored = ignores(teams?.ignore.map(({ value }) => value) ?? [], name)
    const known = !names || names.includes(name)
    return ignored || !known || group.members.length >= (rules.teamMembers?.value ?? 0)
  })
}

function isAsListed(
  want: PolicyAgent,
  have: SnapshotAgent,
  customRoles: readonly CustomRole[],
  today: string,
): boolean {
  if (want.role !== have.role) return false
  if (!have.confirmed && !(want.pendingUntil !== null && today <= want.pendingUntil)) return false
  // Whatever custom role an administrator has: the API grants everything all the same.
  if (want.role === 'administrator') return true
  if (want.customRole === null) return have.customRoleId === null
  const { value } = want.customRole
  if ('id' in value) return have.customRoleId === value.id
  return customRoles.some(({ id, name }) => name === value.name && id === have.customRoleId)
}

function isSameGroup(
  want: PolicyGroup,
  have: SnapshotGroup,
  ignored: (email: string) => boolean,
  over: (email: string) => boolean,
): boolean {
  const wanted = [...want.members.keys()].filter((email) => !over(email))
  const members = have.members.filter((email) => !ignored(email))
  return (
    want.subject.name === nameOf(have) &&
    Object.entries(want.settings).every(([key, { value }]) => have.settings[key] === value) &&
    members.length === wanted.length &&
    members.every((email) => wanted.includes(email))
  )
}
