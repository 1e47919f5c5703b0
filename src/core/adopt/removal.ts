/**
 * Removing a person from a policy: every statement that gives this person something, and why the
 * removal is not possible. Knows no account: if the person is still on it, they are unexpected
 * afterwards.
 */
import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import { FINDINGS } from '../messages/finding-records.ts'
import {
  formatAddress,
  type GroupSubject,
  labelSubject,
  normaliseAddress,
} from '../model/address.ts'
import { isOver } from '../model/dates.ts'
import type { Location } from '../model/location.ts'
import { normaliseEmail } from '../model/names.ts'
import {
  getSizeRule,
  listAgents,
  listGroups,
  type Policy,
  type PolicyAgent,
} from '../model/policy.ts'
import { type Amendments, NO_AMENDMENTS } from './amendments.ts'

export type PlannedRemoval =
  | { readonly kind: 'removal'; readonly removal: Removal }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] }
  /** Nothing in the policy is about this person. */
  | { readonly kind: 'unlisted' }

export interface Removal {
  /** As the policy spells it. */
  readonly email: string
  /** Whether `agents` lists this person. */
  readonly listed: boolean
  readonly groups: readonly GroupSubject[]
  /** How many waivers are about this person alone. */
  readonly waivers: number
  readonly amendments: Amendments
}

/** @param today a person whose access has ended does not count as an administrator */
export function planRemoval(policy: Policy, person: string, today: string): PlannedRemoval {
  const wanted = normaliseEmail(person)
  const isMeant = (email: string) => normaliseEmail(email) === wanted
  const agents = listAgents(policy)
  const agent = agents.find(({ email }) => isMeant(email))
  const groups = listGroups(policy).filter(({ members }) => [...members.keys()].some(isMeant))
  const waivers = policy.waivers.flatMap((each, index) =>
    isAbout(each.address, wanted) ? [index] : [],
  )
  const amendments: Amendments = {
    agents: new Map(agent ? [[agent.email, 'remove']] : []),
    named: new Map(
      groups.map(({ subject, key }) => [
        formatAddress(subject),
        { subject, key, keys: {}, join: new Set(), leave: new Set([wanted]) },
      ]),
    ),
    waivers: { ...NO_AMENDMENTS.waivers, remove: new Set(waivers) },
  }
  if (!agent && groups.length + waivers.length === 0) return { kind: 'unlisted' }
  const diagnostics = [
    ...(agent ? findLostAdministrator(policy, agents, agent, today) : []),
    ...findSmallGroups(policy, groups, person),
    ...findOwnedWaivers(policy, new Set(waivers), wanted),
    ...findProtection(policy, isMeant),
  ]
  if (diagnostics.length > 0) return { kind: 'refused', diagnostics }
  return {
    kind: 'removal',
    removal: {
      email: agent?.email ?? wanted,
      listed: agent !== undefined,
      groups: groups.map(({ subject }) => subject),
      waivers: waivers.length,
      amendments,
    },
  }
}

/** Whether the changed policy is the one before without this person, and nothing else is gone. */
export function isRemoved(before: Policy, after: Policy, { email, amendments }: Removal): boolean {
  const wanted = normaliseEmail(email)
  const without = (emails: Iterable<string>) =>
    [...emails].filter((each) => normaliseEmail(each) !== wanted)
  const facts = ({ agents, groups, waivers }: Policy, removed: ReadonlySet<number>) =>
    JSON.stringify([
      without(agents?.entries.keys() ?? []),
      listGroups({ groups }).map(({ key, members }) => [key, without(members.keys())]),
      waivers
        .filter((_, index) => !removed.has(index))
        .map(({ finding, address }) => [finding, address]),
    ])
  const people = [
    ...(after.agents?.entries.keys() ?? []),
    ...listGroups(after).flatMap(({ members }) => [...members.keys()]),
  ]
  return (
    people.length === without(people).length &&
    facts(before, amendments.waivers.remove) === facts(after, new Set())
  )
}

/** Whether an address names this person, as a whole or as a member. */
function isAbout(address: string, wanted: string): boolean {
  const parts = normaliseAddress(address).split('/')
  const person = parts.slice(parts[0] === 'agent' ? 1 : 2).join('/')
  return formatAddress({ kind: 'agent', email: wanted }) === `agent/${person}`
}

function findLostAdministrator(
  { rules }: Policy,
  agents: readonly PolicyAgent[],
  { email, role, location }: PolicyAgent,
  today: string,
): readonly Diagnostic[] {
  const others = agents.filter(
    (each) => each.role === 'administrator' && each.email !== email && !isOver(each.expires, today),
  ).length
  if (role !== 'administrator') return []
  if (others === 0) {
    return [
      refuse(
        `${email} is the last administrator of this policy.`,
        'Without an administrator, nobody could manage the account: list another one first.',
        location,
      ),
    ]
  }
  const { min } = rules.administrators
  if (min === null || others >= min.value) return []
  return [
    refuse(
      `Without ${email}, the policy has fewer administrators than rules.administrators.min requires (${min.value}).`,
      'List another administrator first, or lower the rule.',
      min.location,
    ),
  ]
}

function findSmallGroups(
  policy: Policy,
  groups: ReturnType<typeof listGroups>,
  person: string,
): readonly Diagnostic[] {
  return groups.flatMap(({ subject, members, location }) => {
    const rule = getSizeRule(policy, subject.of)
    if (rule === null || members.size > rule.value) return []
    return refuse(
      `Without ${person}, ${subject.of.label} ${labelSubject(subject)} has fewer members than ${FINDINGS[rule.code].needs} requires (${rule.value}).`,
      'Add another member first, or lower the rule.',
      location,
    )
  })
}

function findOwnedWaivers(
  { waivers }: Policy,
  removed: ReadonlySet<number>,
  wanted: string,
): readonly Diagnostic[] {
  return waivers.flatMap(({ owner, location }, index) =>
    removed.has(index) || normaliseEmail(owner) !== wanted
      ? []
      : [
          refuse(
            `${owner} is the owner of waiver ${index + 1}.`,
            'Name another owner in this waiver first, or remove the waiver.',
            location,
          ),
        ],
  )
}

/** A person whom no step of `apply` may touch would never leave the account. */
function findProtection(
  { apply }: Policy,
  isMeant: (email: string) => boolean,
): readonly Diagnostic[] {
  return apply.protect
    .filter(({ value }) => isMeant(value))
    .map(({ value, location }) =>
      refuse(
        `apply.protect lists ${value}.`,
        'Remove the person from apply.protect first.',
        location,
      ),
    )
}

function refuse(summary: string, advice: string, location: Location | null): Diagnostic {
  return makeDiagnostic({ code: 'policy-not-changed', summary, advice, location })
}
