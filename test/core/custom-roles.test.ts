/** Custom roles and what they permit: the policy's word against the account's. */
import { describe, expect, test } from 'vitest'
import { planAdoption } from '../../src/core/adopt/adopt.ts'
import { exportAccount } from '../../src/core/adopt/export.ts'
import { compareStates } from '../../src/core/apply/access.ts'
import { applyWrites } from '../../src/core/apply/transition.ts'
import { listWrites } from '../../src/core/apply/writes.ts'
import { diffPolicies, diffStates } from '../../src/core/compare/difference.ts'
import { formatAddress, normaliseAddress } from '../../src/core/model/address.ts'
import { listSpellings, recognise } from '../../src/core/model/identity.ts'
import type { Role } from '../../src/core/model/role.ts'
import { type Plan, plan } from '../../src/core/plan/plan.ts'
import { writeFixes, writePolicy } from '../../src/policy/write/yaml.ts'
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
const lines = (made: Plan) => [...writeFixes(made).values()].map(({ inline }) => inline)
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

  test('that are renamed are one finding, and people who have them keep what they should have', () => {
    const customRoles = { Desk: { id: 3, name: 'Clerk', permissions: [PARTICIPATING] } }
    const renamed = { 3: { ...CLERK, name: 'Clerks' } }
    const found = decided({ agents: clerk, customRoles }, { agents: held(3), customRoles: renamed })
    expect(said(found)).toEqual([
      'custom-role-settings-differ:custom-role/Clerk#3 (low): name "Clerks", should be "Clerk"',
    ])
    // The name went to another one: whoever has that has not what the policy means by the name.
    const other = { ...renamed, 7: { name: 'Clerk', permissions: ['conversation_manage'] } }
    const swapped = decided({ agents: clerk, customRoles }, { agents: held(7), customRoles: other })
    expect(said(swapped)[0]).toBe(
      'custom-role-differs:agent/ken@acme.com (high): custom role "Clerk", should have custom role "Clerks"',
    )
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
    const actual = { ...snapshot({ agents: held(3) }), customRoles }
    const named = plan(policy({ agents: clerk }), actual, TODAY)
    expect(named).toMatchObject({
      diagnostics: [
        { advice: expect.stringContaining('or give the owner of this token permission') },
      ],
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
})

describe('a custom role that is not of the account', () => {
  const foreign = (plan: Plan) =>
    said(plan).filter((each) => each.startsWith('custom-role-foreign'))
  const KEN =
    'custom-role-foreign:agent/ken@acme.com (critical): custom role 99, which is not on this account'

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

describe('adopting custom roles', () => {
  const adopt = (
    written: WrittenPolicy,
    seen: SeenAccount,
    addresses: readonly string[] | null,
  ) => {
    const [wanted, read] = [
      policy({ agents: people, ...written }),
      snapshot({ agents: people, ...seen }),
    ]
    const decision = plan(wanted, read, TODAY)
    if (decision.kind === 'unknown') throw new Error('no plan')
    const asked = addresses && new Set(addresses)
    const request = { addresses: asked, reason: null, today: TODAY }
    const { adopted, left, amendments } = planAdoption(
      wanted,
      read,
      decision.plan.findings,
      request,
    )
    return {
      adopted: adopted.map(({ id }) => id),
      left: left.map(({ finding, why }) => `${finding.id}: ${why}`),
      customRoles: Object.fromEntries(amendments.named),
    }
  }
  const none = new Set<string>()

  test('lists, removes and corrects them', () => {
    const customRoles = {
      Gone: [],
      Clerk: { id: 3, description: 'Refunds', permissions: ['contact_manage'] },
    }
    const seen = {
      3: { name: 'Clerks', permissions: ['report_manage'] },
      4: { name: 'Auditor', permissions: ['report_manage'] },
    }
    const made = adopt({ customRoles }, { customRoles: seen }, null)
    expect(made.left).toEqual([])
    expect(made.customRoles).toMatchObject({
      'custom-role/Gone': 'remove',
      'custom-role/Clerk#3': {
        key: 'Clerk',
        keys: { name: 'Clerks', description: '' },
        join: new Set(['report_manage']),
        leave: new Set(['contact_manage']),
      },
      'custom-role/Auditor': {
        key: 'Auditor',
        keys: {},
        join: new Set(['report_manage']),
        leave: none,
      },
    })
  })

  test('takes over a description, and leaves the name that is right', () => {
    const customRoles = { Clerk: { description: 'Refunds', permissions: [] } }
    const made = adopt({ customRoles }, { customRoles: { 3: 'Clerk' } }, null)
    expect(made.customRoles).toMatchObject({ 'custom-role/Clerk': { keys: { description: '' } } })
    expect(made.customRoles['custom-role/Clerk']).not.toHaveProperty('keys.name')
  })

  test('never leaves somebody with a custom role that is not listed', () => {
    const agents = {
      'ada@acme.com': { role: 'administrator', customRole: 'Gone' },
      'ken@acme.com': 'agent',
    } as const
    const made = adopt(
      { agents, customRoles: { Gone: [] } },
      { agents: held(3), customRoles: { 3: CLERK } },
      ['agent/ken@acme.com', 'custom-role/Gone'],
    )
    const why = 'somebody would have a custom role that custom_roles does not list'
    expect(made.adopted).toEqual([])
    expect(made.left.sort()).toEqual([
      `custom-role-differs:agent/ken@acme.com: ${why}`,
      `custom-role-missing:custom-role/Gone: ${why}`,
    ])
    const both = adopt({ customRoles: {} }, { agents: held(3), customRoles: { 3: CLERK } }, [
      'agent/ken@acme.com',
      'custom-role/Clerk',
    ])
    expect(both.left).toEqual([])
  })
})

describe('an administrator who is to be an agent with a custom role that does not exist yet', () => {
  const wanted = { agents: clerk, customRoles: { Clerk: [PARTICIPATING] } }
  const seen: SeenAccount = {
    agents: { ...people, 'ken@acme.com': 'administrator' },
    customRoles: {},
  }
  const demotion = (written: WrittenPolicy) =>
    decided(written, seen).changes.find(({ step }) => step === 'demote')

  test('becomes one in a single step that needs the custom role', () => {
    expect(demotion(wanted)).toMatchObject({
      after: { role: 'agent', custom_role: { id: null, name: 'Clerk' } },
      findings: ['admin-unexpected:agent/ken@acme.com', 'custom-role-missing:custom-role/Clerk'],
    })
  })

  test('becomes one without it where nothing creates the custom role', () => {
    const ends = {
      after: { role: 'agent', custom_role: null },
      findings: ['admin-unexpected:agent/ken@acme.com'],
    }
    expect(demotion({ ...wanted, severity: { 'custom-role-missing': 'warning' } })).toMatchObject(
      ends,
    )
    expect(demotion({ agents: clerk })).toMatchObject(ends)
  })
})

describe('two states with custom roles', () => {
  const differences = (before: SeenAccount, after: SeenAccount) =>
    diffStates(
      snapshot({ agents: held(3), ...before }),
      snapshot({ agents: held(3), ...after }),
    ).differences.map(({ address, kind, summary }) => `${kind} ${address}: ${summary}`)
  const clerkWith = (...permissions: string[]) => ({
    customRoles: { 3: { name: 'Clerk', permissions } },
  })

  test('differ for everybody who has a custom role that permits more or less', () => {
    const more = differences(
      clerkWith('contact_manage'),
      clerkWith('contact_manage', 'report_manage'),
    )
    expect(more).toEqual([
      'gained agent/ken@acme.com: custom role "Clerk" now permits report_manage',
      'gained custom-role/Clerk: now permits report_manage; 1 person has it',
    ])
    const less = differences(clerkWith('conversation_manage'), clerkWith(PARTICIPATING))
    expect(less).toEqual([
      `lost agent/ken@acme.com: custom role "Clerk" now permits ${PARTICIPATING}; no longer permits conversation_manage`,
      `lost custom-role/Clerk: now permits ${PARTICIPATING}; no longer permits conversation_manage; 1 person has it`,
    ])
    expect(differences(clerkWith('contact_manage'), clerkWith())[1]).toBe(
      'lost custom-role/Clerk: no longer permits contact_manage; 1 person has it',
    )
    expect(differences(clerkWith('contact_manage'), clerkWith('report_manage'))[0]).toMatch(
      /^changed/,
    )
  })

  test('differ in custom roles that are new, gone, renamed or described otherwise', () => {
    const before = { customRoles: { 3: 'Clerk', 4: 'Old' } }
    const after = { customRoles: { 3: { name: 'Clerks', description: 'Refunds' }, 5: 'New' } }
    expect(differences(before, after)).toEqual([
      'changed custom-role/Clerks: renamed: "Clerk" → "Clerks"; description "" → "Refunds"',
      'gained custom-role/New: new custom role, permits nothing',
      'lost custom-role/Old: custom role removed; nobody has it',
    ])
  })

  test('are not compared where one of them was read without permissions', () => {
    const unknown = { customRoles: { 3: { name: 'Clerk', permissions: null } } }
    expect(differences(unknown, clerkWith('contact_manage'))).toEqual([])
  })

  test('and two policies differ the same way', () => {
    const wanted = (permissions: string[], description?: string) =>
      policy({
        agents: clerk,
        customRoles: {
          Clerk: { ...(description === undefined ? {} : { description }), permissions },
        },
      })
    const found = diffPolicies(wanted([], 'x'), wanted(['contact_manage']))
    expect(found.differences.map(({ kind, address }) => `${kind} ${address}`)).toEqual([
      'gained agent/ken@acme.com',
      'gained custom-role/Clerk',
    ])
    expect(found.controls).toMatchObject([
      { control: 'custom_roles Clerk description', effect: 'loosened' },
    ])
    const byId = policy({
      agents: { ...people, 'ken@acme.com': { role: 'agent', customRole: { id: 3 } } },
      customRoles: { Desk: { id: 3, name: 'Clerk', permissions: [] } },
    })
    expect(diffPolicies(byId, byId).differences).toEqual([])
  })
})

describe('an export', () => {
  const text = (seen: SeenAccount, role: Role = 'administrator') => {
    const caller = { email: 'ada@acme.com', role }
    const made = exportAccount({ ...snapshot({ agents: people, ...seen }), caller }, TODAY)
    return made.kind === 'policy' ? writePolicy(made.parts) : ''
  }

  test('lists custom roles with what they permit', () => {
    const seen = { 3: { ...CLERK, description: 'Refunds' }, 4: CLERK, 5: { name: 'Desk' } }
    expect(text({ customRoles: seen })).toContain(`custom_roles:
  "Clerk #3":
    id: 3
    name: Clerk
    description: Refunds
    permissions:
      - ${PARTICIPATING}
`)
    expect(text({ customRoles: seen })).toContain('  Desk: []\n')
  })

  test('says why it leaves them out', () => {
    expect(text({ customRoles: 'unreadable' }, 'agent')).toContain(
      '# No custom_roles here: only the token of an administrator shows what they permit.',
    )
    expect(text({ customRoles: 'unreadable' })).toContain(
      '# No custom_roles here: the server refused to show them, even to an administrator.',
    )
    expect(text({ customRoles: 'unsupported' })).toContain(
      '# No custom_roles here: this server has no custom roles.',
    )
    const odd = { 3: { name: 'Clerk', permissions: ['time_travel'] } }
    expect(text({ customRoles: odd })).toContain(
      '# No custom_roles here: a policy cannot list custom role "Clerk" as it is.',
    )
  })

  test('says of a person that the custom role is not on this account', () => {
    expect(text({ agents: held(99), customRoles: {} })).toContain(
      'ken@acme.com: agent # ken@acme.com; custom role 99 is not on this account',
    )
  })
})

describe('custom roles as steps of an apply', () => {
  const writes = (written: WrittenPolicy, seen: SeenAccount) => {
    const [wanted, read] = [
      policy({ agents: people, ...written }),
      snapshot({ agents: people, ...seen }),
    ]
    const { snapshot: before } = recognise(read, listSpellings(wanted))
    const made = decided(written, seen)
    const known = { snapshot: before, storedAs: (email: string) => email }
    const all = made.changes.flatMap((change) => listWrites(change, known))
    const after = applyWrites(before, all).at(-1) ?? before
    return { all, after, change: compareStates(before, after) }
  }

  test('are created, changed and deleted', () => {
    const customRoles = {
      New: ['contact_manage'],
      Clerk: { description: 'Refunds', permissions: [] },
    }
    const { all, after } = writes({ customRoles }, { customRoles: { 3: CLERK, 4: 'Old' } })
    expect(all.map(({ kind }) => kind)).toEqual([
      'create-custom-role',
      'update-custom-role',
      'delete-custom-role',
    ])
    expect(after.customRoles).toEqual({
      kind: 'read',
      roles: [
        { id: 3, name: 'Clerk', description: 'Refunds', permissions: [] },
        { id: -1, name: 'New', description: '', permissions: ['contact_manage'] },
      ],
    })
  })

  test('give to and take from those who have one', () => {
    const seen = { agents: held(3), customRoles: { 3: CLERK } }
    const wider = { agents: clerk, customRoles: { Clerk: [PARTICIPATING, 'contact_manage'] } }
    expect(writes(wider, seen).change).toEqual({ gain: new Set(['ken@acme.com']), lose: none })
    const narrower = { agents: clerk, customRoles: { Clerk: [] } }
    expect(writes(narrower, seen).change).toEqual({ gain: none, lose: new Set(['ken@acme.com']) })
  })
  const none = new Set<string>()
})
