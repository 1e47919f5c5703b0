/**
 * Whether an account is as a policy says, told in the plainest way: yes or no, without findings.
 * Written apart from the core, so that a wrong "in sync" of the one is not repeated by the other.
 */
import { normaliseTeamName } from '../../src/core/model/names.ts'
import type { Policy, PolicyAgent, PolicyTeam } from '../../src/core/model/policy.ts'
import type {
  CustomRole,
  Snapshot,
  SnapshotAgent,
  SnapshotTeam,
} from '../../src/core/model/snapshot.ts'
import { ignores, patternsOf } from './world.ts'

/** `customRoles`: those of the account, whether or not anybody read them. */
export function isAsThePolicySays(
  policy: Policy,
  { agents, teams }: Snapshot,
  customRoles: readonly CustomRole[],
  today: string,
): boolean {
  if (!followsRules(policy, agents, teams, today)) return false
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
  if (!policy.teams) return true
  const wanted = policy.teams.entries
  const owned = teams.filter(({ name }) => !ignores(patterns.teams, normaliseTeamName(name)))
  if (owned.length !== wanted.size) return false
  return owned.every((have) => {
    const want = wanted.get(normaliseTeamName(have.name))
    return want !== undefined && isSameTeam(want, have, ignored, over)
  })
}

function followsRules(
  { agents: listed, teams: wanted, rules, scope }: Policy,
  agents: Snapshot['agents'],
  teams: Snapshot['teams'],
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
  return teams.every(({ name, members }) => {
    const ignored = ignores(
      scope.ignore.teams.map(({ value }) => value),
      normaliseTeamName(name),
    )
    const known = wanted === null || wanted.entries.has(normaliseTeamName(name))
    return ignored || !known || members.length >= (rules.teamMembers?.value ?? 0)
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

function isSameTeam(
  want: PolicyTeam,
  have: SnapshotTeam,
  ignored: (email: string) => boolean,
  over: (email: string) => boolean,
): boolean {
  const wanted = [...want.members.keys()].filter((email) => !over(email))
  const members = have.members.filter((email) => !ignored(email))
  return (
    (want.description === null || want.description.value === have.description) &&
    (want.autoAssign === null || want.autoAssign.value === have.autoAssign) &&
    members.length === wanted.length &&
    members.every((email) => wanted.includes(email))
  )
}
