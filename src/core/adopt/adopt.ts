/**
 * Decides which findings a policy change may accept, and which not. Administrator access is accepted
 * only when it is named, with a reason.
 */

import type { Finding } from '../messages/finding.ts'
import { FINDINGS } from '../messages/finding-records.ts'
import { formatAddress, type Named, normaliseAddress } from '../model/address.ts'
import { isEmail } from '../model/mistyped.ts'
import { normaliseEmail, spellName } from '../model/names.ts'
import { getSizeRule, knowsCustomRole, type Policy } from '../model/policy.ts'
import type { Snapshot } from '../model/snapshot.ts'
import { type ActualState, makeActualState } from '../model/state.ts'
import {
  cannotBeListed,
  explainUnlistable,
  hasInvalidEmail,
  hasListableRole,
} from '../plan/policy-fix.ts'
import { type Amendments, listAmendments } from './amendments.ts'

export interface Adoption {
  readonly adopted: readonly Finding[]
  readonly left: readonly NotAdopted[]
  readonly amendments: Amendments
}

export interface NotAdopted {
  readonly finding: Finding
  /** Why it was not adopted, to be read after "left:". Holds text of the policy: hostile. */
  readonly why: string
}

export interface AdoptionRequest {
  /** Addresses or ids of findings; null: everything that is not critical. */
  readonly addresses: ReadonlySet<string> | null
  readonly reason: string | null
  readonly today: string
}

export function planAdoption(
  policy: Policy,
  snapshot: Snapshot,
  findings: readonly Finding[],
  request: AdoptionRequest,
): Adoption {
  const actual = makeActualState(snapshot, policy)
  const left: NotAdopted[] = []
  const chosen: Finding[] = []
  const entered = new Set<string>()
  for (const finding of findings) {
    const why = explainRefusal(finding, policy, actual, request)
    const entry = why === null ? findSharedEntry(finding, actual) : null
    if (entry !== null && entered.has(entry)) left.push({ finding, why: ONE_ENTRY })
    else if (why === null) {
      chosen.push(finding)
      if (entry !== null) entered.add(entry)
    } else if (why !== '') left.push({ finding, why })
  }
  const { today } = request
  const reason = request.addresses === null ? null : request.reason
  const known = { policy, actual, today, reason }
  const drop = (dropped: (finding: Finding) => boolean, why: string) => {
    left.push(...adopted.filter(dropped).map((finding) => ({ finding, why })))
    adopted = adopted.filter((finding) => !dropped(finding))
    amendments = listAmendments(adopted, known)
  }
  let adopted: readonly Finding[] = chosen
  let amendments = listAmendments(adopted, known)
  if (!keepsAdministrator(policy, amendments)) {
    drop((finding) => takesAdministrator(finding, policy), 'the policy would have no administrator')
  }
  // A finding that is dropped can make another one impossible to adopt.
  for (let more = true; more; ) {
    const unlisted = findUnlistedRoles(policy, amendments)
    const before = adopted.length
    drop((finding) => unlisted.has(finding.address), NO_SUCH_ROLE)
    more = adopted.length < before
  }
  return { adopted, left, amendments }
}

const NO_SUCH_ROLE = 'somebody would have a custom role that custom_roles does not list'

/** Addresses of people and custom roles whose findings would leave a `custom_role` that is not listed. */
function findUnlistedRoles(
  { customRoles, agents }: Policy,
  amendments: Amendments,
): ReadonlySet<string> {
  if (customRoles === null || agents === null) return new Set()
  const listed = listAmendedRoles(customRoles, amendments)
  const people = new Set([...agents.entries.keys(), ...amendments.agents.keys()])
  const found = [...people].flatMap((email) => {
    const amended = amendments.agents.get(email)
    const written = agents.entries.get(email)?.customRole?.value ?? null
    if (amended === 'remove') return []
    const wanted = amended?.custom_role === undefined ? written : amended.custom_role
    if (wanted === null || knowsCustomRole(listed, wanted)) return []
    const before = [...customRoles.entries].filter(([, { subject }]) =>
      knowsCustomRole([subject], wanted),
    )
    return [formatAddress({ kind: 'agent', email }), ...before.map(([address]) => address)]
  })
  return new Set(found)
}

function listAmendedRoles(
  { entries }: NonNullable<Policy['customRoles']>,
  { named }: Amendments,
): readonly Named[] {
  const kept = [...entries].filter(([address]) => !named.has(address))
  const amended = [...named.values()].filter((each) => each !== 'remove')
  const roles = [
    ...kept.map(([, { subject }]) => subject),
    ...amended
      .filter(({ subject }) => subject.kind === 'custom-role')
      .map(({ subject, keys }) => ({ ...subject, ...keys })),
  ]
  return roles.map(({ name, id }) => ({ name: spellName(String(name)), id: Number(id) || null }))
}

/** Null: it can be adopted. Empty text: it was not requested. */
function explainRefusal(
  finding: Finding,
  policy: Policy,
  actual: ActualState,
  { addresses, reason }: AdoptionRequest,
): string | null {
  if (addresses !== null && !addresses.has(finding.address) && !addresses.has(finding.id)) return ''
  // What does not count as drift is adopted only when it is named.
  if (addresses === null && finding.disposition !== 'open') return ''
  const { fixedBy } = FINDINGS[finding.code]
  if (fixedBy === 'nothing' || fixedBy === 'a later end') return 'the policy cannot fix it'
  const { subject } = finding
  if (subject.kind !== 'rule' && subject.kind !== 'waiver' && cannotBeListed(subject, actual)) {
    return ONE_ENTRY
  }
  if (fixedBy !== 'a removed line' && hasInvalidEmail(subject)) {
    return 'a policy cannot list this address'
  }
  const person = actual.state.agents.get(subject.kind === 'agent' ? subject.email : '')
  const listsRole = fixedBy === 'a line' || fixedBy === 'custom_role'
  if (person && listsRole && !hasListableRole(person, actual.snapshot.customRoles)) {
    return 'a policy cannot list this custom role'
  }
  const unlistable = explainUnlistableRole(finding, actual)
  if (unlistable !== null) return `a policy cannot list ${unlistable}`
  const again = findNewDrift(finding, policy, actual)
  if (again !== null) return again
  if (addresses === null && findSharedEntry(finding, actual) !== null) return 'only if you name it'
  const pattern = subject.kind === 'agent' ? actual.ignoredBy(subject.email) : null
  if (pattern !== null) return `"${pattern}" ignores this person: change this pattern first`
  if (finding.risk === 'critical' && (addresses === null || reason === null)) {
    return 'only if you name it and give --reason'
  }
  return null
}

/** What the policy would have to say about a custom role, and cannot; null: nothing. */
function explainUnlistableRole({ code, address }: Finding, { state }: ActualState): string | null {
  const role = state.customRoles.get(address)
  if (role === undefined) return null
  return explainUnlistable(
    code === 'custom-role-settings-differ' ? { ...role, permissions: [] } : role,
  )
}

const ONE_ENTRY = 'the policy has this name, but its entry matches another one on the account'

/** What would become drift once the policy lists this group; null: nothing. */
function findNewDrift(
  { code, address }: Finding,
  policy: Policy,
  { state, people }: ActualState,
): string | null {
  const group = state.groups.get(address)
  if (code !== group?.subject.of.codes.unexpected) return null
  const { agents, scope, severity } = policy
  const rule = getSizeRule(policy, group.subject.of)
  const counts = rule !== null && (severity.get(rule.code)?.value ?? 'error') === 'error'
  if (counts && group.size < rule.value) {
    return `it has fewer members than ${FINDINGS[rule.code].needs} requires`
  }
  // If everybody must be listed, one of the two people is not listed, and that finding covers the
  // membership.
  if (agents !== null && scope.agents === 'all') return null
  if (![...group.members].every(isEmail)) return 'a policy cannot list the address of a member'
  const shared = [...group.members].filter((email) => people.has(email)).map(normaliseEmail)
  return new Set(shared).size < shared.length
    ? 'a policy can have only one entry for two of its members'
    : null
}

/** The normal form that several things on the account share while the policy lists none of them. */
function findSharedEntry(
  { subject, address }: Finding,
  { people, groups }: ActualState,
): string | null {
  const shared =
    ('email' in subject && people.get(subject.email) === null) ||
    (subject.kind === 'group' && groups.get(address) === null)
  return shared ? normaliseAddress(address) : null
}

function takesAdministrator({ code, subject }: Finding, { agents }: Policy): boolean {
  const { fixedBy } = FINDINGS[code]
  if (subject.kind !== 'agent' || (fixedBy !== 'a line' && fixedBy !== 'a removed line'))
    return false
  return agents?.entries.get(subject.email)?.role === 'administrator'
}

function keepsAdministrator({ agents: section }: Policy, { agents }: Amendments): boolean {
  if (section === null) return true
  for (const { email, role } of section.entries.values()) {
    const amended = agents.get(email)
    if (amended !== 'remove' && (amended?.role ?? role) === 'administrator') return true
  }
  return [...agents.values()].some((each) => each !== 'remove' && each.role === 'administrator')
}
