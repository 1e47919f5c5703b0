/**
 * The words of a policy that would settle a finding: ready to paste, quoted where YAML needs it.
 * Only an offer: whether the account or the policy is wrong is for people to decide.
 */

import type { Finding } from '../messages/finding.ts'
import { FINDINGS, type FindingCode } from '../messages/finding-records.ts'
import type { Party } from '../model/address.ts'
import { actualCustomRole, idsOf } from '../model/custom-role.ts'
import { daysAfter } from '../model/dates.ts'
import { isDouble } from '../model/identity.ts'
import { byCodeUnits } from '../model/names.ts'
import type { Policy, PolicyAgent, PolicyTeam, WantedCustomRole } from '../model/policy.ts'
import type { CustomRoles, SnapshotAgent } from '../model/snapshot.ts'
import type { ActualState, Team } from '../model/state.ts'
import { escapedForYaml } from '../model/visible.ts'

/** Lines to write, and the keys of the policy below which they belong. */
export interface Settlement {
  readonly path: readonly string[]
  readonly lines: readonly string[]
}

interface Known {
  readonly policy: Policy
  readonly actual: ActualState
  readonly customRoles: CustomRoles
  /** `YYYY-MM-DD`, UTC. */
  readonly today: string
}

/** How long an open invitation is let be where the policy says nothing yet. */
export const GRACE_DAYS = 14

/** Null where no line of a policy would end the finding: also for everything that is missing. */
export function settlement({ code, subject }: Finding, known: Known): Settlement | null {
  const { policy, actual } = known
  if (subject.kind === 'rule' || subject.kind === 'waiver') return null
  if (FINDINGS[code].settledBy === 'nothing') return null
  if (cannotBeListed(subject, actual)) return null
  switch (subject.kind) {
    case 'agent': {
      const have = actual.state.agents.get(subject.email)
      // Whoever is ignored and listed is an error: no line helps before the pattern goes.
      if (have === undefined || actual.ignoredBy(have.email) !== null) return null
      return asIs(have, policy.agents?.entries.get(have.email), code, known)
    }
    case 'team': {
      const have = actual.state.teams.get(subject.team)
      const want = policy.teams?.entries.get(subject.team)
      if (have === undefined) return null
      return want === undefined ? wholeTeam(have) : settings(have, want)
    }
    case 'member':
      return { path: ['teams', subject.team, 'members'], lines: [`- ${yamlText(subject.email)}`] }
  }
}

/** A policy has one entry for all that share a normal form, and this one lists another of them. */
export function cannotBeListed(
  subject: Party,
  { people, teams }: Pick<ActualState, 'people' | 'teams'>,
): boolean {
  const person = subject.kind !== 'team' && isDouble(people, subject.email)
  return person || (subject.kind !== 'agent' && isDouble(teams, subject.team))
}

/** The entry that lists a person as the account has them; the end of access stays unless asked. */
function asIs(
  have: SnapshotAgent,
  want: PolicyAgent | undefined,
  code: FindingCode,
  known: Known,
): Settlement {
  const soon = daysAfter(known.today, GRACE_DAYS)
  const granted = want?.pendingUntil ?? null
  const open = !have.confirmed && (granted === null || granted < known.today)
  const name = want?.name == null ? null : have.name
  const reason = want?.reason ?? null
  const pendingUntil = open ? soon : granted
  const expires =
    FINDINGS[code].settledBy === 'a later end'
      ? daysAfter(known.today, known.policy.rules.expiresSoonDays + GRACE_DAYS)
      : (want?.expires ?? null)
  const customRole =
    have.role === 'administrator'
      ? (want?.customRole?.value ?? null)
      : nameOf(have.customRoleId, known.customRoles)
  const keys = [
    `role: ${have.role}`,
    ...(name === null ? [] : [`name: ${yamlText(name)}`]),
    ...(customRole === null ? [] : [`custom_role: ${customRoleText(customRole)}`]),
    ...(reason === null ? [] : [`reason: ${yamlText(reason)}`]),
    ...(expires === null ? [] : [`expires: ${expires}`]),
    ...(pendingUntil === null ? [] : [`pending_until: ${pendingUntil}`]),
  ]
  const value = keys.length === 1 ? have.role : `{ ${keys.join(', ')} }`
  return { path: ['agents'], lines: [`${yamlText(have.email)}: ${value}`] }
}

/** By name where that says which one is meant, and a policy may say it. */
export function nameOf(id: number | null, roles: CustomRoles): WantedCustomRole | null {
  if (id === null) return null
  const { name } = actualCustomRole(id, roles)
  const meant = name !== null && name.trim() !== '' && idsOf(name, roles).length === 1
  return meant ? { name } : { id }
}

export function customRoleText(role: WantedCustomRole): string {
  return 'id' in role ? `{ id: ${role.id} }` : yamlText(role.name)
}

function wholeTeam({ name, members }: Team): Settlement {
  const people = [...members].sort(byCodeUnits).map(yamlText)
  return { path: ['teams'], lines: [`${yamlText(name)}: [${people.join(', ')}]`] }
}

function settings(have: Team, { description, autoAssign }: PolicyTeam): Settlement {
  const lines: string[] = []
  if (description !== null && description.value !== have.description) {
    lines.push(`description: ${yamlText(have.description)}`)
  }
  if (autoAssign !== null && autoAssign.value !== have.autoAssign) {
    lines.push(`auto_assign: ${have.autoAssign}`)
  }
  return { path: ['teams', have.name], lines }
}

// What every YAML reader takes for this very text, inside brackets too.
const PLAIN = /^[a-z][a-z0-9_]*(?:[ .@+-][a-z0-9_]+)*$/i
// Text in YAML 1.2, something else to older readers and to some editors.
const WORDS = /^(?:true|false|yes|no|on|off|y|n|null)$/i

/** A text as YAML: plain where that is safe, else in double quotes, always on one line. */
export function yamlText(text: string): string {
  if (PLAIN.test(text) && !WORDS.test(text)) return text
  return escapedForYaml(JSON.stringify(text))
}
