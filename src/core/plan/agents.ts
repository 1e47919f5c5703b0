/**
 * Compares one person at a time with the policy. The first rule that fits decides; only an open
 * invitation, a different name, access that ends soon and a foreign custom role are reported in
 * addition. Groups are judged in groups.ts; this file says whose memberships a finding already covers.
 */

import { describeContrast, findResemblances } from '../messages/alike.ts'
import { type LocatedDiagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import type { Finding } from '../messages/finding.ts'
import { listNames, makeFinding } from '../messages/phrase.ts'
import {
  type CustomRoleFact,
  compareCustomRole,
  describeCustomRole,
  describeHeldRole,
  describeWantedCustomRole,
  isForeign,
  listRoles,
  MENUS_ONLY,
  type Unresolved,
} from '../model/custom-role.ts'
import { endsSoon, isOver } from '../model/dates.ts'
import { compareRights, decideEffectOnRights } from '../model/equality.ts'
import type { Location } from '../model/location.ts'
import type { PolicyAgent } from '../model/policy.ts'
import type { CustomRoles, Refusal, SnapshotAgent } from '../model/snapshot.ts'
import type { Step } from '../model/steps.ts'
import { type Change, listFacts, makeChange } from './change.ts'
import type { Context, Folded } from './context.ts'
import { findCreation } from './custom-roles.ts'
import { findInPolicy } from './outcome.ts'
import { judgeExpiredPerson, judgeUnlistedPerson, type Unwanted } from './unlisted-person.ts'

/** Collects what is found about people. */
interface AgentsOutcome {
  readonly findings: Finding[]
  readonly changes: Change[]
  /** What could not be judged: if there is any, there is no verdict. */
  readonly unknown: LocatedDiagnostic[]
  /** People whose memberships a finding already covers, by e-mail address. */
  readonly folded: Map<string, Folded>
  unmanaged: number
}

export function judgeAgents(context: Context): AgentsOutcome {
  const { policy, actual } = context
  const { agents } = actual.state
  const { agents: section, customRoles } = policy
  const out: AgentsOutcome = {
    findings: [],
    changes: [],
    unknown: [],
    folded: new Map(),
    unmanaged: 0,
  }
  for (const have of agents.values()) {
    const want = section?.entries.get(have.email)
    const { kind } = findInPolicy(have.email, have, policy, actual)
    const managed = kind === 'not-listed' ? section : null
    // If the policy manages custom roles, a foreign custom role is reported for everybody.
    const place = kind === 'ignored' ? null : (want ?? managed ?? customRoles)
    const foreign = place && findForeign(have, place.location, context)
    if (foreign) out.findings.push(foreign)
    if (want) {
      if (isOver(want.expires, context.today))
        add(out, have, judgeExpiredPerson(want, have, context))
      else judgeListed(want, have, foreign, context, out)
    } else if (managed) add(out, have, judgeUnlistedPerson(have, managed.location, context))
    else if (kind === 'unmanaged') out.unmanaged += 1
  }
  for (const want of section?.entries.values() ?? []) {
    const isWanted = !isOver(want.expires, context.today)
    if (isWanted && !agents.has(want.email)) judgeMissing(want, context, out)
  }
  return out
}

function add(
  out: AgentsOutcome,
  { email }: SnapshotAgent,
  { finding, change, fate }: Unwanted,
): void {
  out.findings.push(finding)
  out.changes.push(change)
  out.folded.set(email, { finding: finding.id, fate })
}

function judgeMissing(want: PolicyAgent, context: Context, out: AgentsOutcome): void {
  const subject = { kind: 'agent', email: want.email } as const
  const wanted = describeWanted(want, context)
  const withRole = wanted ? ` with ${describeCustomRole(wanted.fact)}` : ''
  const groups = listNames('for', context.wantedGroupsOf(want.email))
  const summary = `missing, should be ${want.role}${withRole}${groups}`
  const found = makeFinding('agent-missing', subject, want.location, summary)
  out.findings.push(found)
  const needs = findNeeds(want, context)
  // Without the custom role the invitation would give more than the policy allows.
  if (needs === null) {
    out.folded.set(want.email, { finding: found.id, fate: 'cannot-arrive' })
    return
  }
  out.changes.push(
    makeChange(want.role === 'administrator' ? 'invite-administrator' : 'invite', subject, {
      before: null,
      after: {
        ...(want.name === null ? {} : { name: want.name }),
        role: want.role,
        custom_role: wanted?.fact ?? null,
      },
      findings: [found.id, ...needs],
      effects: ['Sends an invitation, unless the address already has a user on this installation.'],
    }),
  )
  out.folded.set(want.email, { finding: found.id, needs, fate: 'arrives' })
}

function describeWanted({ customRole }: PolicyAgent, { customRoles }: Context) {
  return customRole && describeWantedCustomRole(customRole.value, customRoles)
}

/** Findings that have to end before somebody can get the custom role; null: they never can. */
function findNeeds(want: PolicyAgent, context: Context): readonly string[] | null {
  if (want.customRole === null || describeWanted(want, context)?.kind !== 'absent') return []
  const creation = findCreation(context.policy, want.customRole.value)
  return creation === null ? null : [creation]
}

/** Null: the custom role belongs to this account. No policy can allow a foreign one. */
function findForeign(
  { email, role, customRoleId }: SnapshotAgent,
  location: Location,
  { customRoles }: Context,
): Finding | null {
  if (!isForeign(customRoleId, customRoles)) return null
  const menus = role === 'administrator' ? `; on an administrator, it ${MENUS_ONLY}` : ''
  const summary = `custom role ${customRoleId}, which is not on this account${menus}`
  return makeFinding('custom-role-foreign', { kind: 'agent', email }, location, summary)
}

function judgeListed(
  want: PolicyAgent,
  have: SnapshotAgent,
  foreign: Finding | null,
  context: Context,
  out: AgentsOutcome,
): void {
  const subject = { kind: 'agent', email: want.email } as const
  const access = judgeAccess(want, have, context, out)
  const found = access ?? foreign
  if (access) out.findings.push(access)
  if (found) out.changes.push(...listFixes(want, have, found, context))
  if (!have.confirmed && (want.pendingUntil === null || want.pendingUntil < context.today)) {
    const grace = want.pendingUntil === null ? '' : `, grace ended on ${want.pendingUntil}`
    const summary = `invitation not accepted (${have.role})${grace}`
    out.findings.push(makeFinding('invite-pending', subject, want.location, summary))
  }
  const soonDays = context.policy.rules.expiresSoonDays
  if (want.expires !== null && endsSoon(want.expires, context.today, soonDays)) {
    const summary = `access ends after ${want.expires}`
    out.findings.push(makeFinding('access-expires-soon', subject, want.location, summary))
  }
  if (want.name !== null && want.name !== have.name) {
    const summary = `name "${have.name}", should be "${want.name}"`
    const differs = makeFinding('agent-name-differs', subject, want.location, summary)
    out.findings.push({ ...differs, difference: describeContrast(have.name, want.name) })
  }
}

/** The one finding about role and custom role, if any. */
function judgeAccess(
  want: PolicyAgent,
  have: SnapshotAgent,
  context: Context,
  out: AgentsOutcome,
): Finding | null {
  const { customRoles } = context
  const subject = { kind: 'agent', email: want.email } as const
  const say = (code: Finding['code'], summary: string) =>
    makeFinding(code, subject, want.location, summary)
  const carried = describeHeldRole(have, customRoles)
  const compared = compareRights(have, want, () =>
    compareCustomRole(want.customRole, have.customRoleId, customRoles),
  )
  if (compared === 'role') {
    return have.role === 'administrator'
      ? say('admin-unexpected', 'administrator, should be agent')
      : say('role-differs', 'agent, should be administrator')
  }
  // Only custom roles of the account are compared; another finding reports the others.
  if (isForeign(have.customRoleId, customRoles)) return null
  if (compared === 'same') {
    // Whatever the policy says: the API allows an administrator everything.
    if (have.role === 'agent' || carried === null) return null
    const held = describeCustomRole(carried)
    return say('admin-with-custom-role', `administrator, ${held} ${MENUS_ONLY}`)
  }
  if (compared !== 'custom-role') {
    out.unknown.push(findUnreadableName(want.email, compared, customRoles))
    return null
  }
  const wanted = describeWanted(want, context)
  const missing = wanted?.kind === 'absent' ? judgeAbsence(customRoles) : ''
  const should = wanted ? `${describeCustomRole(wanted.fact)}${missing}` : 'none'
  const found = say('custom-role-differs', `${describeCustomRole(carried)}, should have ${should}`)
  return { ...found, difference: findLookAlike(wanted?.fact ?? null, carried, customRoles) }
}

/** The wanted name, compared with the one that the person has, else with those on the account. */
function findLookAlike(
  wanted: CustomRoleFact | null,
  carried: CustomRoleFact | null,
  customRoles: CustomRoles,
): string | null {
  if (wanted?.name == null) return null
  const own = carried?.name == null ? null : describeContrast(carried.name, wanted.name)
  const names = listRoles(customRoles).map(({ name }) => name)
  return own ?? findResemblances(names)(wanted.name)
}

function judgeAbsence(customRoles: CustomRoles): string {
  return customRoles.kind === 'unsupported'
    ? ', but this server has no custom roles'
    : ', but the account has no such custom role'
}

/**
 * Empty if the finding is not drift, or if no request to the server would end it. Two changes with the
 * same step become one if both are needed.
 */
function listFixes(
  want: PolicyAgent,
  have: SnapshotAgent,
  found: Finding,
  context: Context,
): readonly Change[] {
  // People must decide which of the two is meant.
  if (found.code === 'admin-with-custom-role') return []
  const subject = { kind: 'agent', email: want.email } as const
  const wanted = describeWanted(want, context)
  const fix = (customRole: CustomRoleFact | null, needs: readonly string[]) =>
    makeChange(chooseRightsStep(have, want), subject, {
      before: listFacts(have, context.customRoles),
      after: { role: want.role, custom_role: customRole },
      findings: [found.id, ...needs],
    })
  // A wrong role is more important than a custom role that does not exist and that no step creates.
  const needs = findNeeds(want, context)
  return [
    ...(have.role !== want.role && wanted?.kind === 'absent' ? [fix(null, [])] : []),
    ...(needs === null ? [] : [fix(wanted?.fact ?? null, needs)]),
  ]
}

/** It is not known which of two custom roles allows more, so replacing one with the other may widen. */
function chooseRightsStep(have: SnapshotAgent, want: PolicyAgent): Step {
  if (have.role !== want.role) return want.role === 'administrator' ? 'promote' : 'demote'
  const effect = decideEffectOnRights(
    { role: have.role, custom: have.customRoleId !== null },
    { role: want.role, custom: want.customRole !== null },
  )
  return effect === 'lost' ? 'narrow' : 'widen'
}

function findUnreadableName(
  email: string,
  { value, location }: Unresolved,
  { because }: { readonly kind: CustomRoles['kind']; readonly because?: Refusal | undefined },
): LocatedDiagnostic {
  return makeDiagnostic({
    code: 'read-custom-roles',
    summary: `With this token, rollcall cannot find out whether ${email} has the custom role "${value}".`,
    detail: because?.detail ?? 'Only an administrator can read the names of custom roles.',
    advice: `Write the id of the custom role, \`custom_role: {id: …}\`, or ${
      because === undefined
        ? 'use the token of an administrator.'
        : 'give the owner of this token permission to read custom roles.'
    }`,
    location,
    requestId: because?.requestId ?? null,
  })
}
