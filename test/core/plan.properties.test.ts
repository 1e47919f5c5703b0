/**
 * What holds of every plan, whatever the policy and the account: checked on random ones. A failure
 * prints the smallest example it found, with the seed that finds it again. Long because what the
 * runs have met is counted across all of them.
 */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Finding, isDrift } from '../../src/core/messages/finding.ts'
import { FINDINGS } from '../../src/core/messages/finding-records.ts'
import { findGroupOf, formatAddress } from '../../src/core/model/address.ts'
import { INBOX, TEAM } from '../../src/core/model/kinds.ts'
import { normaliseTeamName } from '../../src/core/model/names.ts'
import {
  findListedGroup,
  getGroups,
  type Policy,
  type WantedCustomRole,
} from '../../src/core/model/policy.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { STEP_NAMES } from '../../src/core/model/steps.ts'
import { type Decision, type Plan, plan } from '../../src/core/plan/plan.ts'
import { team } from './build.ts'
import { isAsThePolicySays } from './conform.ts'
import { project, stops } from './project.ts'
import { ignores, patternsOf, policyFor, TODAY, type World, world } from './world.ts'

const SEED = 20_261_123
const RUNS = 1_000

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

/** Everything about a decision, with each kind of group as no more than its name. */
function bytesOf(decision: Decision): string {
  return JSON.stringify(decision, (key, value) => (key === 'of' ? value.section : value))
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
function canonical({ agents, groups, customRoles }: Snapshot): string {
  const sorted = <T>(list: readonly T[]) => list.map((each) => JSON.stringify(each)).sort()
  const group = groups.map(({ of, ...each }) => ({
    ...each,
    of: of.section,
    members: [...each.members].sort(),
    ghosts: [...each.ghosts].sort(),
  }))
  const roles = customRoles.kind === 'read' ? customRoles.roles : []
  return JSON.stringify([sorted(agents), sorted(group), sorted(roles)])
}

function keepsAnAdministrator({ agents }: Snapshot): boolean {
  return agents.some(({ role, confirmed }) => role === 'administrator' && confirmed)
}

function isOver({ agents }: Policy, email: string): boolean {
  return (agents?.entries.get(email)?.expires ?? TODAY) < TODAY
}

function administratorsOf({ agents }: Snapshot): string[] {
  return agents.filter(({ role }) => role === 'administrator').map(({ email }) => email)
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
    const states = stops(snapshot, changes, server)
    // The way to the end passes by accounts that are wrong in one thing only.
    const end = states.at(-1) ?? snapshot
    const accepted = end.agents.map((agent) => ({ ...agent, confirmed: true }))
    for (const state of [...states, { ...end, agents: accepted }]) {
      const decision = decide(policy, state)
      if (decision.kind !== 'plan') continue
      const roles = state.customRoles.kind === 'read' ? state.customRoles.roles : server.customRoles
      const fine = isAsThePolicySays(policy, state, roles, TODAY)
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
      // Whoever gets another role does not wait for a custom role that is created: that comes next.
      const waiting = new Set(
        changes
          .filter(({ step }) => step === 'demote' || step === 'promote')
          .map(({ address }) => address),
      )
      const created = changes.some(({ step }) => step === 'create-custom-role')
      const more = after.plan.changes.filter(
        ({ step, address }) =>
          // Nor is a custom role deleted before nobody has it.
          step !== 'delete-custom-role' && !(created && waiting.has(address)),
      )
      expect(more).toEqual([])
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
      const states = stops(snapshot, changes, server).map(canonical)
      const idle = changes.filter((_, index) => states[index] === states[index + 1])
      expect(idle).toEqual([])
    })
  })

  test('leave a confirmed administrator wherever they stop, if there is one before and after', () => {
    always(({ changes }, { snapshot, server }) => {
      const states = stops(snapshot, changes, server)
      const last = states.at(-1) ?? snapshot
      if (!keepsAnAdministrator(snapshot) || !keepsAnAdministrator(last)) return
      expect(states.every(keepsAnAdministrator)).toBe(true)
    })
  })

  test('take the role from no administrator who is to stay one, at any point', () => {
    always(({ changes }, { policy, snapshot, server }) => {
      const staying = administratorsOf(snapshot).filter(
        (email) =>
          policy.agents?.entries.get(email)?.role === 'administrator' && !isOver(policy, email),
      )
      for (const state of stops(snapshot, changes, server)) {
        expect(administratorsOf(state)).toEqual(expect.arrayContaining(staying))
      }
    })
  })
})

function byEmail({ agents }: Snapshot): ReadonlyMap<string, Snapshot['agents'][number]> {
  return new Map(agents.map((agent) => [agent.email, agent]))
}

describe('what is outside the scope', () => {
  test('stays as it is: people', () => {
    always(({ changes }, { policy, snapshot, server }) => {
      const before = byEmail(snapshot)
      const after = byEmail(project(snapshot, changes, server))
      for (const [email, agent] of before) {
        const listed = policy.agents?.entries.has(email) === true
        const isIgnored = ignores(patternsOf(policy).agents, email)
        if (policy.agents === null || (agent.role === 'agent' && !listed && isIgnored)) {
          expect(after.get(email)).toEqual(agent)
        } else if (agent.role === 'agent' && !listed && policy.scope.agents === 'administrators') {
          expect(after.get(email)).toEqual(agent)
        } else if (isIgnored) {
          // Of an administrator whom a pattern covers, only the role is the policy's business.
          expect(after.get(email)).toEqual({ ...agent, role: 'agent' })
        }
      }
      for (const email of after.keys()) {
        if (!before.has(email)) expect(policy.agents?.entries.has(email)).toBe(true)
      }
    })
  })

  test('stays as it is: groups, and the memberships of ignored people', () => {
    always(({ changes }, { policy, snapshot, server }) => {
      const patterns = patternsOf(policy)
      const after = project(snapshot, changes, server)
      const people = byEmail(after)
      const key = ({ of, id }: Snapshot['groups'][number]) => `${of.section} ${id}`
      const groups = new Map(after.groups.map((group) => [key(group), group]))
      for (const group of snapshot.groups) {
        const { of, name } = group
        const now = groups.get(key(group))
        const managed = policy.groups.some((each) => each.of === of && each.section !== null)
        if (!managed || ignores(patterns.of.get(of) ?? [], of.normalise(name))) {
          // Who leaves the account leaves every group.
          const { ghosts: _, ...rest } = group
          const members = group.members.filter((email) => people.has(email))
          expect(now).toMatchObject({ ...rest, members })
        } else if (now !== undefined) {
          const ofIgnored = ({ members }: typeof group) =>
            members.filter((email) => ignores(patterns.agents, email))
          expect(ofIgnored(now)).toEqual(ofIgnored(group))
        }
        // A kind of which none is deleted or changed keeps each as it is, but for its members.
        if (of === INBOX)
          expect({ ...now, members: [], ghosts: [] }).toEqual({ ...group, members: [], ghosts: [] })
      }
      const had = new Set(snapshot.groups.map(key))
      for (const [each, { of, name }] of groups) {
        if (had.has(each)) continue
        expect(of).toBe(TEAM)
        expect(findListedGroup(policy, team(normaliseTeamName(name)))).not.toBeNull()
      }
    })
  })

  test('is spoken of by no finding, except for administrators', () => {
    always(({ findings, ignored }, { policy, snapshot }) => {
      const silent = new Set(ignored.map(({ address }) => address))
      for (const { code, address, subject } of findings) {
        // A rule is about everybody.
        if (code.startsWith('rule-')) continue
        if (silent.has(address)) expect(code).toBe('admin-unexpected')
        if (subject.kind === 'agent') expect(policy.agents).not.toBeNull()
        const of = findGroupOf(subject)?.of
        if (of) expect(getGroups(policy, of)?.section).not.toBeNull()
      }
      const reported = new Set(findings.map(({ id }) => id))
      if (policy.agents === null) return
      for (const email of administratorsOf(snapshot)) {
        const wanted = policy.agents.entries.get(email)?.role === 'administrator'
        const over = isOver(policy, email)
        expect(reported.has(`access-expired:agent/${email}`)).toBe(over)
        expect(reported.has(`admin-unexpected:agent/${email}`)).toBe(!wanted && !over)
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

  test('say one fact once: missing or unlisted people and groups speak for their memberships', () => {
    always(({ findings }, { policy }) => {
      const ids = new Set(findings.map(({ id }) => id))
      for (const { code, subject } of findings) {
        if (subject.kind !== 'member') continue
        const { email, group } = subject
        const place = formatAddress(group)
        expect(ids.has(`team-missing:${place}`)).toBe(false)
        expect(ids.has(`team-unexpected:${place}`)).toBe(false)
        if (code.endsWith('member-missing'))
          expect(ids.has(`agent-missing:agent/${email}`)).toBe(false)
        if (code !== 'member-unexpected' || policy.agents?.entries.has(email)) continue
        for (const about of ['admin-unexpected', 'agent-unexpected', 'invite-unexpected']) {
          expect(ids.has(`${about}:agent/${email}`)).toBe(false)
        }
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
          groups: shuffled(snapshot.groups).map((group) => ({
            ...group,
            members: shuffled(group.members),
            ghosts: shuffled(group.ghosts),
          })),
          customRoles:
            snapshot.customRoles.kind === 'read'
              ? { kind: 'read', roles: shuffled(snapshot.customRoles.roles) }
              : snapshot.customRoles,
        }
        const bytes = bytesOf(decide(policy, snapshot))
        expect(bytesOf(decide(policy, reordered))).toBe(bytes)
        const rewritten: Policy = {
          ...policy,
          agents: policy.agents && {
            ...policy.agents,
            entries: new Map(shuffled([...policy.agents.entries])),
          },
          groups: policy.groups.map((groups) => ({
            ...groups,
            section: groups.section && {
              ...groups.section,
              entries: new Map(
                shuffled([...groups.section.entries]).map(([address, group]) => [
                  address,
                  { ...group, members: new Map(shuffled([...group.members])) },
                ]),
              ),
            },
          })),
        }
        expect(bytesOf(decide(rewritten, snapshot))).toBe(bytes)
      }),
      { seed: SEED, numRuns: RUNS },
    )
  })
})

test('there is no plan exactly where a custom role would have to be guessed, or every administrator has expired', () => {
  fc.assert(
    fc.property(world, ({ policy, snapshot }) => {
      const { agents, customRoles } = snapshot
      const left = [...(policy.agents?.entries.values() ?? [])].some(
        ({ email, role }) => role === 'administrator' && !isOver(policy, email),
      )
      const guessed = [...(policy.agents?.entries.values() ?? [])].some((want) => {
        if (want.customRole === null || !('name' in want.customRole.value)) return false
        if (isOver(policy, want.email)) return false
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
      expect(decide(policy, snapshot).kind).toBe(
        guessed || (policy.agents !== null && !left) ? 'unknown' : 'plan',
      )
    }),
    { seed: SEED, numRuns: RUNS },
  )
})

/** Findings that need another file or the audit log, which these accounts do not have. */
const INPUTS =
  /^(waiver-.*|agent-renamed|not-in-roster|agent-dormant|invite-stale|inbox-member-hidden)$/

test('these runs met every finding, every step of a change, and policies that cannot be judged', () => {
  // Waivers, new addresses and rosters have tests of their own.
  const about = Object.keys(FINDINGS).filter((code) => !INPUTS.test(code))
  expect([...met.findings].sort()).toEqual(about.sort())
  expect([...met.steps].sort()).toEqual([...STEP_NAMES].sort())
  expect([...met.decisions].sort()).toEqual(['plan', 'unknown'])
})

/** The drift that somebody has to look at: nothing that the server offers would end it. */
function nothingEnds({ code, subject }: Finding, policy: Policy, snapshot: Snapshot): boolean {
  // rollcall never creates, changes or deletes an inbox.
  if (subject.kind === 'group' && subject.of === INBOX) return true
  const wantedBy = (wanted: (value: WantedCustomRole) => boolean) =>
    [...(policy.agents?.entries.values() ?? [])].some(
      ({ customRole }) => customRole && wanted(customRole.value),
    )
  const roles = snapshot.customRoles.kind === 'read' ? snapshot.customRoles.roles : []
  if (code === 'custom-role-missing') return subject.kind === 'custom-role' && subject.id !== null
  if (code === 'custom-role-unexpected' && subject.kind === 'custom-role') {
    // Somebody has it, or is to have it: deleting it would make a full agent of that person.
    const own = roles.filter(({ id, name }) => (subject.id ?? id) === id && name === subject.name)
    const has = (id: number) => snapshot.agents.some((agent) => agent.customRoleId === id)
    return own.some(
      ({ id }) =>
        has(id) ||
        wantedBy((value) =>
          'id' in value
            ? value.id === id
            : roles.find((each) => each.name === value.name)?.id === id,
        ),
    )
  }
  switch (code) {
    case 'invite-pending':
    case 'rule-administrators':
    case 'rule-email-domain':
    case 'rule-team-members':
      return true
    case 'agent-missing':
    case 'custom-role-differs': {
      const want = subject.kind === 'agent' && policy.agents?.entries.get(subject.email)?.customRole
      if (!want) return false
      const { value } = want
      switch (snapshot.customRoles.kind) {
        case 'unsupported':
          return true
        case 'read': {
          const made = [...(policy.customRoles?.entries.values() ?? [])].some(
            (each) =>
              'name' in value && each.subject.id === null && each.subject.name === value.name,
          )
          const known = roles.some((each) =>
            'id' in value ? each.id === value.id : each.name === value.name,
          )
          return !known && !made
        }
        default:
          return false
      }
    }
    case 'member-missing':
    case 'inbox-member-missing':
      return (
        subject.kind === 'member' && !snapshot.agents.some(({ email }) => email === subject.email)
      )
    default:
      return false
  }
}
