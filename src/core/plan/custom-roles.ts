/**
 * Compares custom roles and their permissions in the policy and on the account. agents.ts judges who
 * has which custom role.
 */

import { type LocatedDiagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import type { Finding } from '../messages/finding.ts'
import { count, describeHolders, listPermissions, makeFinding } from '../messages/phrase.ts'
import { formatAddress } from '../model/address.ts'
import { groupBy } from '../model/collect.ts'
import {
  comparePermissions,
  describeWantedCustomRole,
  hasPermissions,
} from '../model/custom-role.ts'
import type { RecognisedCustomRole } from '../model/identity.ts'
import type { Location } from '../model/location.ts'
import { compareCodeUnits, spellName } from '../model/names.ts'
import {
  listAgents,
  listCustomRoles,
  mapAgents,
  type Policy,
  type PolicyCustomRole,
  type WantedCustomRole,
} from '../model/policy.ts'
import {
  CHECK_CUSTOM_ROLES,
  type CustomRoles,
  type Refusal,
  type Snapshot,
} from '../model/snapshot.ts'
import type { State } from '../model/state.ts'
import { type Change, type DifferingFact, judgeFacts, makeChange } from './change.ts'

export function judgeCustomRoles(
  policy: Policy,
  state: State,
  customRoles: CustomRoles,
): { readonly findings: readonly Finding[]; readonly changes: readonly Change[] } {
  const { customRoles: section } = policy
  if (section === null) return { findings: [], changes: [] }
  const wanted = new Set(
    listAgents(policy).map(
      ({ customRole }) =>
        customRole && describeWantedCustomRole(customRole.value, customRoles).fact.id,
    ),
  )
  const judged = [
    ...[...section.entries].flatMap(([address, want]) => {
      const have = state.customRoles.get(address)
      if (have === undefined) return judgeMissing(want)
      return [judgePermissions(want, have) ?? [], judgeTexts(want, have) ?? []].flat()
    }),
    ...[...state.customRoles]
      .filter(([address]) => !section.entries.has(address))
      .map(([, have]) => judgeUnlisted(have, wanted.has(have.id), section.location)),
  ]
  return {
    findings: judged.map(({ finding }) => finding),
    changes: judged.flatMap(({ change }) => change ?? []),
  }
}

interface Judged {
  readonly finding: Finding
  /** Null: no change may end it. */
  readonly change: Change | null
}

/**
 * The policy with the id of a person's custom role, if the policy gives the id for that name. Then
 * another name on the account changes neither what the policy means nor what the person has.
 */
export function resolveListedRoles(policy: Policy): Policy {
  const ids = new Map(
    [...groupBy(listCustomRoles(policy), ({ subject }) => subject.name)].flatMap(
      ([name, [{ subject }, another]]) =>
        subject.id === null || another !== undefined ? [] : [[name, { id: subject.id }] as const],
    ),
  )
  if (ids.size === 0) return policy
  return mapAgents(policy, (agent) => {
    const { customRole } = agent
    const value = customRole && 'name' in customRole.value ? ids.get(customRole.value.name) : null
    return customRole && value ? { ...agent, customRole: { ...customRole, value } } : agent
  })
}

/** The id of the finding whose change creates a custom role that people should have; otherwise null. */
export function findCreation(policy: Policy, wanted: WantedCustomRole): string | null {
  const [found] = listCustomRoles(policy).filter(
    ({ subject }) => subject.id === null && 'name' in wanted && subject.name === wanted.name,
  )
  return found ? `custom-role-missing:${formatAddress(found.subject)}` : null
}

function judgeMissing({ subject, ...want }: PolicyCustomRole): Judged {
  const permissions = sortPermissions(want)
  const summary = `missing, should permit ${listPermissions(permissions)}`
  const finding = makeFinding('custom-role-missing', subject, want.location, summary)
  // A created custom role gets another id.
  if (subject.id !== null) return { finding, change: null }
  const description = want.description === null ? {} : { description: want.description.value }
  const parts = { before: null, after: { ...description, permissions }, findings: [finding.id] }
  return { finding, change: makeChange('create-custom-role', subject, parts) }
}

function judgePermissions(want: PolicyCustomRole, have: RecognisedCustomRole): Judged | null {
  const [wanted, permitted] = [sortPermissions(want), have.permissions]
  const { came, went, gains, loses } = comparePermissions(permitted, wanted)
  if (came.length + went.length === 0) return null
  const summary = [
    ...(went.length === 0 ? [] : [`permits ${went.join(', ')}, which the policy does not`]),
    ...(came.length === 0 ? [] : [`does not permit ${came.join(', ')}`]),
    describeHolders(have),
  ].join('; ')
  const code = 'custom-role-permissions-differ'
  const risk = loses ? 'high' : 'medium'
  const finding = makeFinding(code, want.subject, want.location, summary, risk)
  const affected = `Changes what ${count(have.holders, 'person', 'people')} may do.`
  const change = makeChange(gains ? 'widen' : 'update-custom-role', want.subject, {
    before: { permissions: permitted },
    after: { permissions: wanted },
    findings: [finding.id],
    effects: have.holders === 0 ? [] : [affected],
  })
  return { finding, change }
}

/** The name if an id says which custom role is meant, and the description. */
export function listDifferingTexts(
  { subject, description, location }: PolicyCustomRole,
  have: RecognisedCustomRole,
): readonly DifferingFact[] {
  const differing: DifferingFact[] = []
  if (spellName(have.name) !== subject.name) {
    differing.push({ key: 'name', before: have.name, after: { value: subject.name, location } })
  }
  if (description !== null && description.value !== have.description) {
    differing.push({ key: 'description', before: have.description, after: description })
  }
  return differing
}

function judgeTexts(want: PolicyCustomRole, have: RecognisedCustomRole): Judged | null {
  const { subject } = want
  const texts = listDifferingTexts(want, have)
  const judged = judgeFacts('custom-role-settings-differ', subject, texts)
  if (judged === null) return null
  const { finding, ...sides } = judged
  const change = makeChange('update-custom-role', subject, { ...sides, findings: [finding.id] })
  return { finding, change }
}

function judgeUnlisted(have: RecognisedCustomRole, wanted: boolean, location: Location): Judged {
  const { subject, description, permissions, holders } = have
  const summary = `custom role, not in the policy; permits ${listPermissions(permissions)}; ${describeHolders(have)}`
  const finding = makeFinding('custom-role-unexpected', subject, location, summary)
  // Deleting it would turn people who have it, or should have it, into full agents.
  if (holders > 0 || wanted) return { finding, change: null }
  const parts = { before: { description, permissions }, after: null, findings: [finding.id] }
  return { finding, change: makeChange('delete-custom-role', subject, parts) }
}

function sortPermissions({ permissions }: Pick<PolicyCustomRole, 'permissions'>): string[] {
  return [...permissions.keys()].sort(compareCodeUnits)
}

/** A section about custom roles that the snapshot does not have, or has without permissions. */
export function findUnreadCustomRoles(
  { customRoles: section }: Policy,
  { customRoles, caller }: Snapshot,
): readonly LocatedDiagnostic[] {
  if (section === null || hasPermissions(customRoles)) return []
  const { location } = section
  const say = (summary: string, advice: string, because?: Refusal) => {
    const { detail = null, requestId = null } = because ?? {}
    const code = 'read-custom-roles'
    return [makeDiagnostic({ code, summary, detail, advice, location, requestId })]
  }
  const remove = 'To check everything else, remove `custom_roles` from the policy.'
  switch (customRoles.kind) {
    case 'unsupported':
      return say(
        'The policy lists custom roles, but this server has none: it does not run the enterprise code of Chatwoot.',
        `If you need custom roles, run the server with the enterprise code. ${remove}`,
      )
    case 'unreadable': {
      const [who, use] =
        caller.role === 'agent'
          ? [
              `the token belongs to an agent, ${caller.email}. Only an administrator can read custom roles.`,
              'Use the token of an administrator who can see custom roles, or a snapshot that was taken with one.',
            ]
          : ['the server refused to show them, even to an administrator.', CHECK_CUSTOM_ROLES]
      return say(
        `The policy lists custom roles, but ${who}`,
        `${use} ${remove}`,
        customRoles.because,
      )
    }
    default:
      return say(
        'The policy lists custom roles, but the snapshot does not contain their permissions.',
        `Take a new snapshot with this version of rollcall and the token of an administrator. ${remove}`,
      )
  }
}
