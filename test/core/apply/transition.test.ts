/** What applying a plan makes of an account, on random ones: it ends the drift, and nothing else. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareStates } from '../../../src/core/apply/access.ts'
import type { ApplyPlan } from '../../../src/core/apply/apply-plan.ts'
import { adoptRead, applyWrite } from '../../../src/core/apply/transition.ts'
import { formatAddress } from '../../../src/core/model/address.ts'
import type { Policy } from '../../../src/core/model/policy.ts'
import type { Snapshot } from '../../../src/core/model/snapshot.ts'
import { makeActualState } from '../../../src/core/model/state.ts'
import type { Change } from '../../../src/core/plan/change.ts'
import { plan } from '../../../src/core/plan/plan.ts'
import { policy, snapshot } from '../build.ts'
import { project } from '../project.ts'
import { type World, world } from '../world.ts'
import { applied, TODAY } from './apply.ts'

const RUN = { seed: 20_261_125, numRuns: 200 }

/** Every `--allow` that writes one more step of this plan. */
function allowAll(each: World): ApplyPlan {
  let allow: string[] = []
  for (;;) {
    const result = applied(each.policy, each.snapshot, allow)
    const more = result.steps.keptBack.flatMap(({ because }) =>
      'allow' in because ? [because.allow] : [],
    )
    if (more.length === 0) return result
    // A class that turns out to need addresses is no longer allowed as a class.
    allow = [...allow.filter((value) => value.includes(':')), ...more]
  }
}

function always(holds: (each: World) => void): void {
  fc.assert(
    fc.property(world, (each) => {
      if (plan(each.policy, each.snapshot, TODAY).kind === 'plan') holds(each)
    }),
    RUN,
  )
}

function changesOf(each: World, snapshot: Snapshot): readonly string[] {
  const decision = plan(each.policy, snapshot, TODAY)
  if (decision.kind === 'unknown') throw new Error(JSON.stringify(decision.diagnostics))
  // A custom role is deleted only by a later plan than the one after which nobody has it, and whoever
  // gets another role gets a custom role that is new by a later plan.
  const created = decide(each.policy, each.snapshot).filter(
    ({ step }) => step === 'create-custom-role',
  )
  return decision.plan.changes
    .filter(({ step }) => step !== 'delete-custom-role')
    .filter(({ after }) => !created.some(({ subject }) => isNamed(subject, after)))
    .map(({ step, address }) => `${step} ${address}`)
}

function decide(wanted: Policy, read: Snapshot): readonly Change[] {
  const decision = plan(wanted, read, TODAY)
  return decision.kind === 'plan' ? decision.plan.changes : []
}

function isNamed(subject: Change['subject'], after: Change['after']): boolean {
  return subject.kind === 'custom-role' && subject.name === after?.custom_role?.name
}

/** Without what only the server decides: ids, and whether somebody accepted. */
function essence({ agents, groups, customRoles }: Snapshot) {
  const roles = customRoles.kind === 'read' ? customRoles.roles : []
  const nameOf = (wanted: number | null) => roles.find(({ id }) => id === wanted)?.name ?? wanted
  return {
    agents: agents
      .map(({ email, role, customRoleId }) => `${email} ${role} ${nameOf(customRoleId)}`)
      .sort(),
    customRoles: roles
      .map(({ name, description, permissions }) => `${name} ${description} ${permissions}`)
      .sort(),
    groups: groups
      .map(
        ({ of, name, settings, members }) =>
          `${of.section} ${name} ${JSON.stringify(settings)} ${[...members].sort()}`,
      )
      .sort(),
  }
}

describe('a plan that is wholly allowed', () => {
  test('leaves nothing to change', () => {
    always((each) => {
      const { steps } = allowAll(each)
      expect(steps.keptBack).toEqual([])
      const after = steps.states.at(-1) ?? steps.before
      if (each.snapshot.customRoles.kind === 'read') expect(changesOf(each, after)).toEqual([])
    })
  })

  test('makes of the account what another account of each step says', () => {
    always((each) => {
      if (each.snapshot.customRoles.kind !== 'read') return
      const { steps } = allowAll(each)
      const changes = steps.written.map(({ change }) => change)
      const other = project(each.snapshot, changes, { ...each.server, cleanedUp: true })
      expect(essence(steps.states.at(-1) ?? steps.before)).toEqual(essence(other))
    })
  })
})

describe('a plan of which a part is allowed', () => {
  test('leaves exactly what was kept back', () => {
    fc.assert(
      fc.property(world, fc.nat(), (each, mask) => {
        if (plan(each.policy, each.snapshot, TODAY).kind !== 'plan') return
        if (each.snapshot.customRoles.kind !== 'read') return
        const values = applied(each.policy, each.snapshot).steps.keptBack.flatMap(({ because }) =>
          'allow' in because ? [because.allow] : [],
        )
        const { steps } = applied(
          each.policy,
          each.snapshot,
          values.filter((_, index) => (mask >> (index % 30)) % 2 === 1),
        )
        const after = steps.states.at(-1) ?? steps.before
        const kept = steps.keptBack.map(({ change: { step, address } }) => `${step} ${address}`)
        expect(changesOf(each, after).filter((line) => !kept.includes(line))).toEqual([])
      }),
      RUN,
    )
  })

  test('changes nobody and nothing that no step names', () => {
    always((each) => {
      const { steps } = applied(each.policy, each.snapshot)
      const named = new Set(
        steps.written.flatMap(({ writes }) =>
          writes.flatMap((write) => [
            ...('person' in write ? [write.person.email] : []),
            ...('group' in write ? [formatAddress(write.group.subject)] : []),
          ]),
        ),
      )
      const after = steps.states.at(-1) ?? steps.before
      for (const agent of steps.before.agents) {
        if (!named.has(agent.email)) expect(after.agents).toContain(agent)
      }
      for (const group of steps.before.groups) {
        if (!named.has(formatAddress(group.subject))) expect(after.groups).toContain(group)
      }
    })
  })
})

test('every write changes the state, and what it creates has an id that no server gives', () => {
  always((each) => {
    const { steps } = allowAll(each)
    const states = [steps.before, ...steps.states]
    const same = steps.states.filter((state, index) => {
      const before = states[index]
      return (
        before !== undefined && JSON.stringify(essence(state)) === JSON.stringify(essence(before))
      )
    })
    if (each.snapshot.customRoles.kind === 'read') expect(same).toEqual([])
    const known = new Set(steps.before.agents.map(({ id }) => id))
    for (const { id } of steps.states.at(-1)?.agents ?? [])
      expect(known.has(id) || id < 0).toBe(true)
  })
})

test('at no step does somebody who stays an agent become a full one in between', () => {
  always((each) => {
    const { steps } = allowAll(each)
    for (const { change, writes } of steps.written) {
      if (change.step !== 'demote' || change.after?.custom_role == null) continue
      expect(writes.at(-1)?.kind).toBe('set-role')
    }
  })
})

describe('a write alone', () => {
  const read = snapshot({
    agents: { 'ada@acme.com': 'administrator', 'bob@acme.com': { role: 'agent', customRoleId: 1 } },
    teams: { a: ['bob@acme.com'], b: [] },
    customRoles: {
      1: { name: 'Clerk', permissions: null },
      2: { name: 'Auditor', permissions: null },
    },
  })
  const before = makeActualState(read, policy({ teams: {} })).snapshot
  const definition = {
    subject: { kind: 'custom-role', name: 'Clerk', id: null },
    id: 1,
  } as const

  test('that deletes a person takes them out of every group', () => {
    const person = { email: 'bob@acme.com', stored: 'bob@acme.com', id: 2 }
    const after = applyWrite(before, { kind: 'delete-agent', person })
    expect(after.groups.map(({ members }) => members)).toEqual([[], []])
    const { lose } = compareStates(before, after)
    expect([...lose]).toEqual(['bob@acme.com'])
  })

  test('is judged by the members and administrators whom somebody else changed', () => {
    expect(adoptRead(before, before)).toBe(before)
    const [ada, bob] = before.agents
    const left = before.groups.slice(0, 1).map((group) => ({ ...group, members: [] }))
    const without = adoptRead(before, { agents: before.agents, groups: left })
    expect(without.groups.map(({ members }) => members)).toEqual([[], []])
    expect(adoptRead({ ...before, groups: [] }, { ...before, groups: left }).groups).toEqual([])
    const roles = (agents: typeof before.agents) =>
      adoptRead(before, { agents, groups: [] }).agents.map(({ email, role }) => [email, role])
    if (ada === undefined || bob === undefined) throw new Error('Somebody is missing.')
    expect(roles([bob])).toEqual([[bob.email, 'agent']])
    expect(roles([ada, { ...bob, role: 'administrator' }])).toEqual([
      [ada.email, 'administrator'],
      [bob.email, 'administrator'],
    ])
    const eve = { ...ada, email: 'eve@acme.com' }
    expect(roles([ada, bob, eve]).at(-1)).toEqual([eve.email, 'administrator'])
  })

  test('that deletes a custom role makes full agents of those who have it', () => {
    const after = applyWrite(before, { kind: 'delete-custom-role', definition })
    expect(after.agents.map(({ customRoleId }) => customRoleId)).toEqual([null, null])
    const { gain } = compareStates(before, after)
    expect([...gain]).toEqual(['bob@acme.com'])
  })

  test('that widens a custom role gives to those who have it, if what it permitted was not read, too', () => {
    const facts = { permissions: ['conversation_manage'] }
    const after = applyWrite(before, { kind: 'update-custom-role', definition, facts })
    expect([...compareStates(before, after).gain]).toEqual(['bob@acme.com'])
    expect([...compareStates(after, before).lose]).toEqual(['bob@acme.com'])
  })

  test('of custom roles that were not read on one side takes and gives nobody anything by itself', () => {
    const unread = { ...before, customRoles: { kind: 'unread' as const } }
    for (const [one, other] of [
      [before, unread],
      [unread, before],
    ] as const) {
      expect(compareStates(one, other)).toEqual({ gain: new Set(), lose: new Set() })
    }
  })

  test('leaves custom roles that were not read as they are', () => {
    const unread = { ...before, customRoles: { kind: 'unread' as const } }
    const facts = { name: 'X' }
    expect(applyWrite(unread, { kind: 'update-custom-role', definition, facts })).toEqual(unread)
  })
})
