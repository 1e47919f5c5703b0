/** Custom roles and what they permit: the policy's word against the account's. */
import { describe, expect, test } from 'vitest'
import { formatAddress, normaliseAddress } from '../../src/core/model/address.ts'
import { type Plan, plan } from '../../src/core/plan/plan.ts'
import { writeSettlements } from '../../src/policy/write/yaml.ts'
import { policy, type SeenAccount, snapshot, type WrittenPolicy, whatIsAt } from './build.ts'

const TODAY = '2026-11-23'
const people = { 'ada@acme.com': 'administrator', 'ken@acme.com': 'agent' } as const

const PARTICIPATING = 'conversation_participating_manage'
const CLERK = { name: 'Clerk', permissions: [PARTICIPATING] }

function decide(written: WrittenPolicy, seen: SeenAccount) {
  return plan(policy({ agents: people, ...written }), snapshot({ agents: people, ...seen }), TODAY)
}

function decided(written: WrittenPolicy, seen: SeenAccount): Plan {
  const decision = decide(written, seen)
  if (decision.kind === 'unknown') throw new Error(decision.diagnostics[0]?.summary)
  return decision.plan
}

function problems(written: WrittenPolicy, seen: SeenAccount) {
  const decision = decide(written, seen)
  return decision.kind === 'plan' ? [] : decision.diagnostics
}

const said = ({ findings }: Plan) =>
  findings.map(({ id, risk, summary }) => `${id} (${risk}): ${summary}`)
const steps = ({ changes }: Plan) => changes.map(({ step, address }) => `${step} ${address}`)
const lines = (made: Plan) => [...writeSettlements(made).values()].map(({ inline }) => inline)
const held = (customRoleId: number) => ({
  'ada@acme.com': 'administrator' as const,
  'ken@acme.com': { role: 'agent' as const, customRoleId },
})
const clerk = {
  'ada@acme.com': 'administrator',
  'ken@acme.com': { role: 'agent', customRole: 'Clerk' },
} as const

describe('an address of a custom role', () => {
  test('has the id behind the name only where the name does not say which one it is', () => {
    const role = (name: string, id: number | null) => ({ kind: 'custom-role', name, id }) as const
    expect(formatAddress(role('Billing clerk', null))).toBe('custom-role/Billing clerk')
    expect(formatAddress(role('a/b#1', 3))).toBe('custom-role/a%2Fb%231#3')
  })

  test('keeps upper and lower case apart, and means the same with spaces around its name', () => {
    expect(normaliseAddress('custom-role/ Clerk #3')).toBe('custom-role/Clerk#3')
    expect(normaliseAddress('custom-role/clerk')).not.toBe(normaliseAddress('custom-role/Clerk'))
  })
})

describe('custom roles of a policy', () => {
  test('are in sync when the account has exactly them, in any order of their permissions', () => {
    const permissions = ['contact_manage', PARTICIPATING]
    const customRoles = { Clerk: [PARTICIPATING, 'contact_manage'] }
    const found = decided({ customRoles }, { customRoles: { 3: { name: ' Clerk ', permissions } } })
    expect(said(found)).toEqual([])
  })

  test('are not compared where the policy has no section', () => {
    expect(said(decided({}, { customRoles: { 3: CLERK } }))).toEqual([])
  })

  test('that the account lacks are created', () => {
    const found = decided(
      { customRoles: { Clerk: { description: 'Refunds', permissions: ['contact_manage'] } } },
      { customRoles: {} },
    )
    expect(said(found)).toEqual([
      'custom-role-missing:custom-role/Clerk (low): missing, should permit contact_manage',
    ])
    expect(found.changes).toMatchObject([
      {
        step: 'create-custom-role',
        before: null,
        after: { description: 'Refunds', permissions: ['contact_manage'] },
      },
    ])
    expect(lines(found)).toEqual([])
  })

  test('that had an id and are gone are not created, because the new one would have another id', () => {
    const found = decided(
      { customRoles: { Clerk: { id: 9, permissions: [] } } },
      { customRoles: {} },
    )
    expect(said(found)).toEqual([
      'custom-role-missing:custom-role/Clerk#9 (low): missing, should permit nothing',
    ])
    expect(steps(found)).toEqual([])
  })

  test('are none where the section is empty: one that nobody has is deleted', () => {
    const found = decided({ customRoles: {} }, { customRoles: { 3: CLERK } })
    expect(said(found)).toEqual([
      `custom-role-unexpected:custom-role/Clerk (medium): custom role, not in the policy; permits ${PARTICIPATING}; nobody has it`,
    ])
    expect(found.changes).toMatchObject([{ step: 'delete-custom-role', irreversible: true }])
    expect(lines(found)).toEqual([`custom_roles: { Clerk: [${PARTICIPATING}] }`])
  })

  test('are never deleted while somebody has one: it would make a full agent of that person', () => {
    const found = decided({ customRoles: {} }, { agents: held(3), customRoles: { 3: CLERK } })
    expect(said(found)).toContain(
      `custom-role-unexpected:custom-role/Clerk (medium): custom role, not in the policy; permits ${PARTICIPATING}; 1 person has it`,
    )
    expect(steps(found)).toEqual(['widen agent/ken@acme.com'])
  })

  test('that permit more are a high risk and are narrowed', () => {
    const found = decided(
      { agents: clerk, customRoles: { Clerk: [PARTICIPATING] } },
      {
        agents: held(3),
        customRoles: { 3: { name: 'Clerk', permissions: [PARTICIPATING, 'report_manage'] } },
      },
    )
    expect(said(found)).toEqual([
      'custom-role-permissions-differ:custom-role/Clerk (high): permits report_manage, which the policy does not; 1 person has it',
    ])
    expect(found.changes).toMatchObject([
      {
        step: 'update-custom-role',
        before: { permissions: [PARTICIPATING, 'report_manage'] },
        after: { permissions: [PARTICIPATING] },
        effects: ['Changes what 1 person may do.'],
      },
    ])
    expect(lines(found)).toEqual([`custom_roles: { Clerk: [${PARTICIPATING}, report_manage] }`])
    const wanted = policy({ agents: clerk, customRoles: { Clerk: [PARTICIPATING] } })
    expect(whatIsAt(wanted, found.findings[0]?.location ?? null)).toBe('custom_roles/Clerk')
  })

  test('that permit less are a medium risk and are widened', () => {
    const found = decided(
      { customRoles: { Clerk: [PARTICIPATING] } },
      { customRoles: { 3: 'Clerk' } },
    )
    expect(said(found)).toEqual([
      `custom-role-permissions-differ:custom-role/Clerk (medium): does not permit ${PARTICIPATING}; nobody has it`,
    ])
    expect(steps(found)).toEqual(['widen custom-role/Clerk'])
  })

  test('that permit a part of all conversations do not permit more than all conversations', () => {
    const found = decided(
      { customRoles: { Clerk: ['conversation_manage'] } },
      { customRoles: { 3: CLERK } },
    )
    expect(found.findings).toMatchObject([{ risk: 'medium' }])
    expect(steps(found)).toEqual(['widen custom-role/Clerk'])
  })

  test('may have another description, or another name for the same id', () => {
    const customRoles = {
      Desk: { id: 3, name: 'Clerk', description: 'Refunds', permissions: [PARTICIPATING] },
    }
    const found = decided({ customRoles }, { customRoles: { 3: { ...CLERK, name: 'Clerks' } } })
    expect(said(found)).toEqual([
      'custom-role-settings-differ:custom-role/Clerk#3 (low): name "Clerks", should be "Clerk"; description empty, should be "Refunds"',
    ])
    expect(found.changes).toMatchObject([
      {
        step: 'update-custom-role',
        before: { name: 'Clerks', description: '' },
        after: { name: 'Clerk', description: 'Refunds' },
      },
    ])
    expect(lines(found)).toEqual([
      `custom_roles: { Desk: { id: 3, name: Clerks, description: "", permissions: [${PARTICIPATING}] } }`,
    ])
  })

  test('with a description that only looks the same say what differs', () => {
    const customRoles = { Clerk: { description: 'Refunds', permissions: [] } }
    const found = decided(
      { customRoles },
      { customRoles: { 3: { name: 'Clerk', description: 'Refunds\u00a0' } } },
    )
    expect(found.findings[0]?.difference).toContain('U+00A0')
    const wanted = policy({ agents: people, customRoles })
    expect(whatIsAt(wanted, found.findings[0]?.location ?? null)).toBe(
      'custom_roles/Clerk:description',
    )
  })

  test('that share a name are told apart by their ids', () => {
    const customRoles = { Clerk: { id: 3, permissions: [PARTICIPATING] } }
    const seen = { customRoles: { 3: CLERK, 7: { name: 'Clerk ' } } }
    const found = decided({ customRoles }, seen)
    expect(said(found)).toEqual([
      'custom-role-unexpected:custom-role/Clerk #7 (medium): custom role, not in the policy; permits nothing; nobody has it',
    ])
    expect(lines(found)).toEqual([
      'custom_roles: { "Clerk  #7": { id: 7, name: "Clerk ", permissions: [] } }',
    ])
  })

  test('that share a name without an id give no verdict, and the ids are named', () => {
    const seen = { customRoles: { 3: CLERK, 7: CLERK } }
    expect(problems({ customRoles: { Clerk: [] } }, seen)).toMatchObject([
      {
        code: 'policy-ambiguous-custom-role',
        summary:
          'The account has 2 custom roles named "Clerk". It is not clear which one the policy means.',
        detail: 'Their ids are 3, 7.',
      },
    ])
  })

  test('with a permission that no policy can list have no line to paste', () => {
    const seen = { customRoles: { 3: { name: 'Clerk', permissions: ['time_travel'] } } }
    const found = decided({ customRoles: {} }, seen)
    expect(found.findings).toHaveLength(1)
    expect(lines(found)).toEqual([])
  })

  test('that look alike say what tells them apart', () => {
    const found = decided({ customRoles: { Clerk: [] } }, { customRoles: { 3: { name: 'Сlerk' } } })
    expect(found.findings.map(({ difference }) => difference)).toEqual([
      expect.stringContaining('Cyrillic'),
      expect.stringContaining('Cyrillic'),
    ])
  })
})

describe('there is no verdict about custom roles, and both ways out are said,', () => {
  const ways = (seen: SeenAccount) => {
    const [first, ...more] = problems({ customRoles: {} }, seen)
    expect(more).toEqual([])
    expect(first).toMatchObject({ code: 'read-custom-roles', location: { line: 5 } })
    expect(first?.advice).toContain('remove `custom_roles` from the policy')
    return `${first?.summary} ${first?.advice}`
  }

  test('with the token of an agent', () => {
    const read = snapshot({ agents: people, customRoles: 'unreadable' })
    const caller = { email: 'ken@acme.com', role: 'agent' } as const
    const decision = plan(policy({ agents: people, customRoles: {} }), { ...read, caller }, TODAY)
    expect(decision).toMatchObject({
      kind: 'unknown',
      diagnostics: [
        {
          summary:
            'The policy lists custom roles, but the token belongs to an agent, ken@acme.com. Only an administrator can read custom roles.',
          advice: expect.stringMatching(/^Use the token of an administrator/),
        },
      ],
    })
  })

  test('where the server refuses an administrator, with its words', () => {
    expect(ways({ customRoles: 'unreadable' })).toContain('the server refused to show them')
    const read = snapshot({ agents: people })
    const because = { detail: 'GET /custom_roles: 401', requestId: 'r-1' }
    const customRoles = { kind: 'unreadable', because } as const
    const decision = plan(
      policy({ agents: people, customRoles: {} }),
      { ...read, customRoles },
      TODAY,
    )
    expect(decision).toMatchObject({
      diagnostics: [{ detail: 'GET /custom_roles: 401', requestId: 'r-1' }],
    })
  })

  test('without the enterprise code, where roles may exist that nobody can see', () => {
    expect(ways({ customRoles: 'unsupported' })).toContain('enterprise code')
  })

  test('from a snapshot that does not have them, or not what they permit', () => {
    expect(ways({ customRoles: 'unread' })).toContain('Take a new snapshot')
    const seen = { 3: { name: 'Clerk', permissions: null } }
    expect(ways({ customRoles: seen })).toContain('Take a new snapshot')
  })
})

describe('people and their custom roles', () => {
  test('wait for a custom role that this plan creates', () => {
    const agents = { ...clerk, 'new@acme.com': { role: 'agent', customRole: 'Clerk' } } as const
    const found = decided(
      { agents, customRoles: { Clerk: [] }, teams: { billing: ['new@acme.com'] } },
      { customRoles: {}, teams: { billing: [] } },
    )
    expect(steps(found)).toEqual([
      'create-custom-role custom-role/Clerk',
      'invite agent/new@acme.com',
      'add-member team/billing/new@acme.com',
      'narrow agent/ken@acme.com',
    ])
    expect(found.changes.slice(1).map(({ findings }) => findings)).toEqual([
      ['agent-missing:agent/new@acme.com', 'custom-role-missing:custom-role/Clerk'],
      ['agent-missing:agent/new@acme.com', 'custom-role-missing:custom-role/Clerk'],
      ['custom-role-differs:agent/ken@acme.com', 'custom-role-missing:custom-role/Clerk'],
    ])
  })

  test('get none that nobody creates', () => {
    const agents = { ...people, 'new@acme.com': { role: 'agent', customRole: { id: 9 } } } as const
    const customRoles = { Clerk: { id: 9, permissions: [] } }
    expect(steps(decided({ agents, customRoles }, { customRoles: {} }))).toEqual([])
    const severity = { 'custom-role-missing': 'warning' } as const
    const wanted = { agents: clerk, customRoles: { Clerk: [] }, severity }
    expect(steps(decided(wanted, { customRoles: {} }))).toEqual([])
  })

  test('are demoted without waiting for it', () => {
    const agents = { 'ada@acme.com': 'administrator', 'ken@acme.com': 'administrator' } as const
    const found = decided(
      { agents: clerk, customRoles: { Clerk: [] } },
      { agents, customRoles: {} },
    )
    expect(found.changes.at(-1)).toMatchObject({
      step: 'demote',
      after: { role: 'agent', custom_role: null },
      findings: ['admin-unexpected:agent/ken@acme.com'],
    })
  })
})

describe('a custom role that is not of the account', () => {
  const foreign = (plan: Plan) =>
    said(plan).filter((each) => each.startsWith('custom-role-foreign'))
  const KEN =
    'custom-role-foreign:agent/ken@acme.com (critical): custom role 99, which is not a custom role of this account'

  test('is critical for everybody in scope, whatever the policy says of the person', () => {
    const seen = { agents: held(99), customRoles: {} }
    const admin = { 'ada@acme.com': 'administrator' } as const
    const ended = { role: 'agent', expires: '2026-11-01' } as const
    const asked = { role: 'agent', customRole: { id: 99 } } as const
    for (const agents of [people, clerk, admin]) {
      expect(foreign(decided({ agents }, seen))).toEqual([KEN])
    }
    for (const ken of [ended, asked]) {
      expect(foreign(decided({ agents: { ...admin, 'ken@acme.com': ken } }, seen))).toEqual([KEN])
    }
  })

  test('replaces the finding about the custom role of that person, and its change ends it', () => {
    const found = decided({}, { agents: held(99), customRoles: {} })
    expect(said(found)).toEqual([KEN])
    expect(found.changes).toMatchObject([
      {
        step: 'widen',
        before: { custom_role: { id: 99, name: null } },
        after: { role: 'agent', custom_role: null },
        findings: ['custom-role-foreign:agent/ken@acme.com'],
      },
    ])
    expect(lines(found)).toEqual([])
  })

  test('stands beside another role, and is no right of an administrator', () => {
    const agents = {
      'ada@acme.com': 'administrator',
      'ken@acme.com': { role: 'administrator', customRoleId: 99 },
    } as const
    expect(said(decided({}, { agents, customRoles: {} }))).toEqual([
      'admin-unexpected:agent/ken@acme.com (critical): administrator, should be agent',
      `${KEN}; on an administrator, it affects only the menus of the dashboard`,
    ])
    const both = { 'ada@acme.com': 'administrator', 'ken@acme.com': 'administrator' } as const
    expect(foreign(decided({ agents: both }, { agents, customRoles: {} }))).toHaveLength(1)
  })

  test('concerns a policy about custom roles, even if it does not manage the person', () => {
    const seen = snapshot({ agents: held(99), customRoles: {} })
    const found = (written: WrittenPolicy) => {
      const decision = plan(policy(written), seen, TODAY)
      return decision.kind === 'plan' ? foreign(decision.plan) : []
    }
    const agents = { 'ada@acme.com': 'administrator' } as const
    expect(found({ customRoles: {} })).toEqual([KEN])
    expect(found({ agents, scope: 'administrators', customRoles: {} })).toEqual([KEN])
    expect(found({ agents, scope: 'administrators' })).toEqual([])
    expect(found({ teams: {} })).toEqual([])
  })

  test('is not judged where the custom roles were not read', () => {
    expect(foreign(decided({}, { agents: held(99) }))).toEqual([])
  })

  test('cannot be accepted with a line, nor by a pattern', () => {
    const waivers = [
      { finding: 'custom-role-foreign', address: 'agent/*', expires: '2026-12-31' },
    ] as const
    const found = decided({ waivers }, { agents: held(99), customRoles: {} })
    expect(found.findings[0]).toMatchObject({ code: 'custom-role-foreign', disposition: 'open' })
  })
})
