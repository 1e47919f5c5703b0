/**
 * The heart: a policy and a snapshot in, findings and ordered changes out. Pure and total. Where
 * something in scope could not be judged it answers with that instead, never with half a plan.
 */
import { type AgentsOutcome, judgeAgents } from './agents.ts'
import { byStep, type Change } from './change.ts'
import { idsOf } from './custom-role.ts'
import { byPlace, type Diagnostic, diagnostic } from './diagnostic.ts'
import { type Finding, RISKS } from './finding.ts'
import { byCodeUnits, normaliseTeamName } from './names.ts'
import { type Outcomes, outcomes } from './outcome.ts'
import type { Located, Policy } from './policy.ts'
import { type Settlement, settlement } from './settle.ts'
import type { Snapshot } from './snapshot.ts'
import { actualState, type Ignored, type State } from './state.ts'
import { judgeTeams } from './teams.ts'

export interface Plan {
  /** By risk, worst first, then by address. */
  readonly findings: readonly Finding[]
  /** In the order in which they could be carried out. */
  readonly changes: readonly Change[]
  readonly ignored: readonly Ignored[]
  /** Lines of a policy that would end a finding, by the finding's id. */
  readonly settlements: ReadonlyMap<string, Settlement>
  /** Everybody and every team, fine or not. */
  readonly outcomes: Outcomes
  /** How many on the account the policy says nothing about. */
  readonly unmanaged: Unmanaged
}

export interface Unmanaged {
  readonly agents: number
  readonly teams: number
}

export type Decision =
  | { readonly kind: 'plan'; readonly plan: Plan }
  | { readonly kind: 'unknown'; readonly diagnostics: readonly Diagnostic[] }

/** `today` is a UTC calendar date, `YYYY-MM-DD`. */
export function plan(policy: Policy, snapshot: Snapshot, today: string): Decision {
  const ambiguous = ambiguousNames(policy, snapshot)
  if (ambiguous.length > 0) return unknown(ambiguous)

  const actual = actualState(snapshot, policy.scope)
  const people: AgentsOutcome = judgeAgents({
    policy,
    actual,
    customRoles: snapshot.customRoles,
    today,
    teamsOf: teamsByPerson(policy, snapshot, actual.state),
    wantedTeamsOf: wantedTeamsByPerson(policy, actual.state),
  })
  if (people.unknown.length > 0) return unknown(people.unknown)
  const teams = judgeTeams(policy, actual.state, people.folded)
  const findings = [...people.findings, ...teams.findings].sort(byRisk)
  const known = { policy, actual, customRoles: snapshot.customRoles, today }
  let inventory: Outcomes | null = null

  return {
    kind: 'plan',
    plan: {
      findings,
      changes: [...people.changes, ...teams.changes].sort(byStep),
      ignored: actual.ignored.toSorted((a, b) => byCodeUnits(a.address, b.address)),
      settlements: new Map(
        findings.flatMap((finding) => {
          const lines = settlement(finding, known)
          return lines === null ? [] : [[finding.id, lines]]
        }),
      ),
      // Everybody is much, and most views show what differs only: made for the first who asks.
      get outcomes() {
        inventory ??= outcomes(policy, snapshot, actual, findings)
        return inventory
      },
      unmanaged: { agents: people.unmanaged, teams: teams.unmanaged },
    },
  }
}

/** In the order of the policy's lines, whatever the order in which its entries were looked at. */
function unknown(problems: readonly Located<Diagnostic>[]): Decision {
  const sorted = problems.toSorted((a, b) => byPlace(a.location, b.location))
  return { kind: 'unknown', diagnostics: sorted.map(({ value }) => value) }
}

function byRisk(a: Finding, b: Finding): number {
  return (
    RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk) ||
    byCodeUnits(a.address, b.address) ||
    byCodeUnits(a.code, b.code)
  )
}

/** Two custom roles of one name: whichever was meant, guessing could be a false verdict. */
function ambiguousNames(policy: Policy, snapshot: Snapshot): readonly Located<Diagnostic>[] {
  const found: Located<Diagnostic>[] = []
  for (const { email, customRole } of policy.agents?.entries.values() ?? []) {
    if (customRole === null || !('name' in customRole.value)) continue
    const ids = idsOf(customRole.value.name, snapshot.customRoles)
    if (ids.length < 2) continue
    const { location } = customRole
    const value = diagnostic({
      code: 'policy-ambiguous-custom-role',
      summary: `The account has ${ids.length} custom roles named "${customRole.value.name}", so which one ${email} should have is open.`,
      detail: `Their ids are ${ids.join(', ')}.`,
      advice: 'Write the custom role by its id, `custom_role: {id: …}`, or rename one of them.',
      location,
    })
    found.push({ value, location })
  }
  return found
}

type TeamsOf = (email: string) => readonly string[]

/**
 * Of people whom the policy does not list. Ignored teams left out, but not ignored people: an
 * administrator among them is reported.
 */
function teamsByPerson({ agents }: Policy, snapshot: Snapshot, { teams }: State): TeamsOf {
  return inverted(
    () =>
      snapshot.teams
        .map(({ name, members }) => [normaliseTeamName(name), members] as const)
        .filter(([name]) => teams.has(name)),
    (email) => !agents?.entries.has(email),
  )
}

/** Of people who are not on the account. */
function wantedTeamsByPerson({ teams }: Policy, { agents }: State): TeamsOf {
  return inverted(
    () => [...(teams?.entries.values() ?? [])].map(({ name, members }) => [name, members.keys()]),
    (email) => !agents.has(email),
  )
}

/** Looks at the groups when first asked, and only for those whom a finding may speak of. */
function inverted(
  groups: () => readonly (readonly [string, Iterable<string>])[],
  matters: (email: string) => boolean,
): TeamsOf {
  let of: ReadonlyMap<string, readonly string[]> | null = null
  return (email) => {
    of ??= invert(groups(), matters)
    return of.get(email) ?? []
  }
}

function invert(
  groups: readonly (readonly [string, Iterable<string>])[],
  matters: (email: string) => boolean,
): ReadonlyMap<string, readonly string[]> {
  const of = new Map<string, string[]>()
  for (const [team, members] of groups.toSorted(([a], [b]) => byCodeUnits(a, b))) {
    for (const email of members) {
      const known = of.get(email)
      if (known) known.push(team)
      else if (matters(email)) of.set(email, [team])
    }
  }
  return of
}
