/**
 * What holds of every plan, whatever the policy and the account: checked on random ones. A failure
 * prints the smallest example it found, with the seed that finds it again.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Step } from '../../src/core/change.ts'
import { FINDINGS, type Finding, isDrift } from '../../src/core/finding.ts'
import { normaliseTeamName } from '../../src/core/names.ts'
import { type Decision, type Plan, plan } from '../../src/core/plan.ts'
import type { Policy } from '../../src/core/policy.ts'
import type { Snapshot } from '../../src/core/snapshot.ts'
import { isAsThePolicySays } from './conform.ts'
import { carryOut, project } from './project.ts'
import { ignores, policyFor, TODAY, type World, world } from './world.ts'

const SEED = 20_261_123
const RUNS = 1_000

const STEPS: Readonly<Record<Step, true>> = {
  'create-team': true,
  'create-agent': true,
  grant: true,
  'add-member': true,
  'remove-member': true,
  reduce: true,
  'delete-agent': true,
  'delete-team': true,
}

const met = { findings: new Set<string>(), steps: new Set<string>(), decisions: new Set<string>() }

function decide(policy: Policy, snapshot: Snapshot): Decision {
  const decision = plan(policy, snapshot, TODAY)
  met.decisions.add(decision.kind)
  if (decision.kind === 'plan') {
    for (const { code } of decision.plan.findings) met.findings.add(code)
    for (const { step } of decision.plan.changes) met.steps.add(step)
  }
  return decision
}

/** Checks every world that can be judged. */
function always(holds: (plan: Plan, world: World) => void): void {
  fc.assert(
    fc.property(world, (each) => {
      const decision = decide(each.policy, each.snapshot)
      if (decision.kind === 'plan') holds(decision.plan, each)
    }),
    { seed: SEED, numRuns: RUNS },
  )
}

/** An account in a form that is equal exactly when nothing about it differs. */
function canonical({ agents, teams }: Snapshot): string {
  const sorted = <T>(list: readonly T[]) => list.map((each) => JSON.stringify(each)).sort()
  const group = teams.map((team) => ({
    ...team,
    members: [...team.members].sort(),
    ghosts: [...team.ghosts].sort(),
  }))
  return JSON.stringify([sorted(agents), sorted(group)])
}

function keepsAnAdministrator({ agents }: Snapshot): boolean {
  return agents.some(({ role, confirmed }) => role === 'administrator' && confirmed)
}

describe('a policy that says what the account is', () => {
  const HARMLESS = ['invite-pending', 'admin-with-custom-role', 'member-ghost']
  test('gives no changes, and no findings but open invitations, restricted administrators and ghosts', () => {
    fc.assert(
      fc.property(world, fc.boolean(), ({ snapshot }, grace) => {
        const decision = decide(policyFor(snapshot, grace), snapshot)
        if (decision.kind !== 'plan') throw new Error('There is no verdict.')
        const codes = decision.plan.findings.map(({ code }) => code)
        expect(decision.plan.changes).toEqual([])
        expect(codes.filter((code) => !HARMLESS.includes(code))).toEqual([])
        if (grace) expect(codes).not.toContain('invite-pending')
        else {
          const open = snapshot.agents.filter(({ confirmed }) => !confirmed).length
          expect(codes.filter((code) => code === 'invite-pending')).toHaveLength(open)
        }
      }),
      { seed: SEED, numRuns: RUNS },
    )
  })
})

test('the verdict is in sync exactly where the account is as the policy says', () => {
  let inSync = 0
  always(({ changes }, { policy, snapshot, server }) => {
    const states = [snapshot]
    for (const change of changes) states.push(carryOut(states.at(-1) ?? snapshot, change, server))
    // The way to the end passes by accounts that are wrong in one thing only.
    const end = states.at(-1) ?? snapshot
    const accepted = end.agents.map((agent) => ({ ...agent, confirmed: true }))
    for (const state of [...states, { ...end, agents: accepted }]) {
      const decision = decide(policy, state)
      if (decision.kind !== 'plan') continue
      const fine = isAsThePolicySays(policy, state, server.customRoles, TODAY)
      expect(!decision.plan.findings.some(isDrift)).toBe(fine)
      if (fine) inSync += 1
    }
  })
  expect(inSync).toBeGreaterThan(RUNS / 10)
})

describe('the changes of a plan', () => {
  test('leave nothing to change once they are carried out', () => {
    always(({ changes }, { policy, snapshot, server }) => {
      const after = decide(policy, project(snapshot, changes, server))
      if (after.kind !== 'plan') throw new Error(JSON.stringify(after.diagnostics))
      expect(after.plan.changes).toEqual([])
    })
  })

  test('end every finding that they name', () => {
    always(({ changes }, { policy, snapshot, server }) => {
      const after = decide(policy, project(snapshot, changes, server))
      if (after.kind !== 'plan') throw new Error(JSON.stringify(after.diagnostics))
      const named = new Set(changes.flatMap((change) => change.findings))
      expect(after.plan.findings.filter(({ id }) => named.has(id))).toEqual([])
    })
  })

  test('alter the account one by one, and none is refused', () => {
    always(({ changes }, { snapshot, server }) => {
      let now = snapshot
      for (const change of changes) {
        const next = carryOut(now, change, server)
        expect(canonical(next), change.address).not.toBe(canonical(now))
        now = next
      }
    })
  })

  test('leave a confirmed administrator wherever they stop, if there is one before and after', () => {
    always(({ changes }, { snapshot, server }) => {
      const stops = [snapshot]
      for (const change of changes) stops.push(carryOut(stops.at(-1) ?? snapshot, change, server))
      const last = stops.at(-1) ?? snapshot
      if (!keepsAnAdministrator(snapshot) || !keepsAnAdministrator(last)) return
      for (const stop of stops) expect(keepsAnAdministrator(stop)).toBe(true)
    })
  })

  test('take nothing from a confirmed administrator who is to stay one, at any point', () => {
    always(({ changes }, { policy, snapshot, server }) => {
      const staying = snapshot.agents.filter(
        ({ email, role }) =>
          role === 'administrator' && policy.agents?.entries.get(email)?.role === 'administrator',
      )
      let now = snapshot
      for (const change of changes) {
        now = carryOut(now, change, server)
        const left = new Set(
          now.agents.filter((each) => each.role === 'administrator').map((each) => each.email),
        )
        expect(staying.filter(({ email }) => !left.has(email))).toEqual([])
      }
    })
  })
})

describe('what is outside the scope', () => {
  test('stays as it is', () => {
    always(({ changes }, { policy, snapshot, server }) => {
      const after = project(snapshot, changes, server)
      const patterns = policy.scope.ignore.agents.map(({ value }) => value)
      const teamPatterns = policy.scope.ignore.teams.map(({ value }) => value)
      const isIgnored = (email: string) => ignores(patterns, email)
      const nowThere = new Map(after.agents.map((each) => [each.email, each]))
      const goneFromAccount = (email: string) =>
        snapshot.agents.some((each) => each.email === email) && !nowThere.has(email)

      for (const agent of snapshot.agents) {
        const owned =
          policy.agents !== null &&
          (policy.agents.entries.has(agent.email) ||
            agent.role === 'administrator' ||
            (policy.scope.agents === 'all' && !isIgnored(agent.email)))
        if (!owned) expect(nowThere.get(agent.email)).toEqual(agent)
        // Whom a pattern covers keeps everything but the role of an administrator.
        else if (isIgnored(agent.email))
          expect(nowThere.get(agent.email)).toEqual({ ...agent, role: 'agent' })
      }
      for (const email of nowThere.keys()) {
        const arrived = !snapshot.agents.some((each) => each.email === email)
        if (arrived) expect(policy.agents?.entries.has(email)).toBe(true)
      }
      if (policy.teams === null) expect(after.teams).toHaveLength(snapshot.teams.length)
      for (const team of snapshot.teams) {
        const name = normaliseTeamName(team.name)
        const now = after.teams.find((each) => normaliseTeamName(each.name) === name)
        const owned = policy.teams !== null && !ignores(teamPatterns, name)
        if (!owned) {
          // Who leaves the account leaves every team.
          const staying = team.members.filter((email) => !goneFromAccount(email))
          expect(now).toMatchObject({
            description: team.description,
            autoAssign: team.autoAssign,
            members: staying,
          })
        } else if (now !== undefined) {
          expect(now.members.filter(isIgnored)).toEqual(team.members.filter(isIgnored))
        }
      }
      for (const { name } of after.teams) {
        const had = snapshot.teams.some(
          (each) => normaliseTeamName(each.name) === normaliseTeamName(name),
        )
        if (!had) expect(policy.teams?.entries.has(name)).toBe(true)
      }
    })
  })

  test('is spoken of by no finding, except for administrators', () => {
    always(({ findings, ignored }, { policy, snapshot }) => {
      const silent = new Set(ignored.map(({ address }) => address))
      for (const { code, address, subject } of findings) {
        if (silent.has(address)) expect(code).toBe('admin-unexpected')
        if (subject.kind === 'agent') expect(policy.agents).not.toBeNull()
        else expect(policy.teams).not.toBeNull()
      }
      const reported = new Set(findings.map(({ id }) => id))
      const unlisted = snapshot.agents.filter(
        ({ email, role }) =>
          role === 'administrator' &&
          policy.agents !== null &&
          policy.agents.entries.get(email)?.role !== 'administrator',
      )
      for (const { email } of unlisted) {
        expect(reported).toContain(`admin-unexpected:agent/${email}`)
      }
    })
  })
})

describe('findings and changes', () => {
  test('are told apart by their ids, and every change names findings of the plan', () => {
    always(({ findings, changes }) => {
      const ids = new Set(findings.map(({ id }) => id))
      expect(ids.size).toBe(findings.length)
      expect(new Set(changes.map(({ step, address }) => `${step} ${address}`)).size).toBe(
        changes.length,
      )
      for (const change of changes) {
        expect(change.findings.length).toBeGreaterThan(0)
        expect(change.findings.filter((id) => !ids.has(id))).toEqual([])
        expect(new Set(change.findings).size).toBe(change.findings.length)
      }
    })
  })

  test('belong together: drift has a change unless nothing would end it, a warning never has one', () => {
    always(({ findings, changes }, { policy, snapshot }) => {
      const changed = new Set(changes.flatMap((change) => change.findings))
      for (const finding of findings) {
        const endless = finding.severity === 'warning' || nothingEnds(finding, policy, snapshot)
        expect(changed.has(finding.id), finding.id).toBe(!endless)
      }
    })
  })

  test('are the same to the byte whatever the order of agents, teams, members and entries', () => {
    const weights = fc.array(fc.nat(1_000), { minLength: 7, maxLength: 7 })
    fc.assert(
      fc.property(world, weights, ({ policy, snapshot }, order) => {
        const shuffled = <T>(list: readonly T[]): T[] =>
          list
            .map((each, index) => ({ each, weight: order[index % order.length] ?? 0 }))
            .sort((a, b) => a.weight - b.weight)
            .map(({ each }) => each)
        const reordered: Snapshot = {
          ...snapshot,
          agents: shuffled(snapshot.agents),
          teams: shuffled(snapshot.teams).map((team) => ({
            ...team,
            members: shuffled(team.members),
            ghosts: shuffled(team.ghosts),
          })),
          customRoles:
            snapshot.customRoles.kind === 'read'
              ? { kind: 'read', roles: shuffled(snapshot.customRoles.roles) }
              : snapshot.customRoles,
        }
        const bytes = JSON.stringify(decide(policy, snapshot))
        expect(JSON.stringify(decide(policy, reordered))).toBe(bytes)
        const rewritten: Policy = {
          ...policy,
          agents: policy.agents && {
            ...policy.agents,
            entries: new Map(shuffled([...policy.agents.entries])),
          },
          teams: policy.teams && {
            ...policy.teams,
            entries: new Map(
              shuffled([...policy.teams.entries]).map(([name, team]) => [
                name,
                { ...team, members: new Map(shuffled([...team.members])) },
              ]),
            ),
          },
        }
        // Messages about a policy come in the order of the file.
        const decision = decide(rewritten, snapshot)
        if (decision.kind === 'plan') expect(JSON.stringify(decision)).toBe(bytes)
      }),
      { seed: SEED, numRuns: RUNS },
    )
  })
})

test('there is no plan exactly where a name of a custom role would have to be guessed', () => {
  fc.assert(
    fc.property(world, ({ policy, snapshot }) => {
      const { agents, customRoles } = snapshot
      const guessed = [...(policy.agents?.entries.values() ?? [])].some((want) => {
        if (want.customRole === null || !('name' in want.customRole.value)) return false
        const { name } = want.customRole.value
        if (customRoles.kind === 'read') {
          return customRoles.roles.filter((each) => each.name === name).length > 1
        }
        const have = agents.find(({ email }) => email === want.email)
        return (
          customRoles.kind !== 'unsupported' &&
          want.role === 'agent' &&
          have?.role === 'agent' &&
          have.customRoleId !== null
        )
      })
      expect(decide(policy, snapshot).kind).toBe(guessed ? 'unknown' : 'plan')
    }),
    { seed: SEED, numRuns: RUNS },
  )
})

test('these runs met every finding, every step of a change, and policies that cannot be judged', () => {
  expect([...met.findings].sort()).toEqual(Object.keys(FINDINGS).sort())
  expect([...met.steps].sort()).toEqual(Object.keys(STEPS).sort())
  expect([...met.decisions].sort()).toEqual(['plan', 'unknown'])
})

/** The drift that somebody has to look at: nothing that the server offers would end it. */
function nothingEnds({ code, subject }: Finding, policy: Policy, snapshot: Snapshot): boolean {
  switch (code) {
    case 'invite-pending':
      return true
    case 'agent-missing':
    case 'custom-role-differs': {
      const want = subject.kind === 'agent' && policy.agents?.entries.get(subject.email)?.customRole
      if (!want) return false
      const { value } = want
      switch (snapshot.customRoles.kind) {
        case 'unsupported':
          return true
        case 'read':
          return !snapshot.customRoles.roles.some((each) =>
            'id' in value ? each.id === value.id : each.name === value.name,
          )
        default:
          return false
      }
    }
    case 'member-missing':
      return (
        subject.kind === 'member' && !snapshot.agents.some(({ email }) => email === subject.email)
      )
    default:
      return false
  }
}
