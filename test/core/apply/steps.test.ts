/** Which steps an apply writes, in which order, and what it keeps back. */
import { describe, expect, test } from 'vitest'
import type { ApplyPlan } from '../../../src/core/apply/apply-plan.ts'
import { findExcess } from '../../../src/core/apply/decide.ts'
import { explainKept, listOwnReasons, REASONS } from '../../../src/core/apply/reasons.ts'
import type { Write } from '../../../src/core/apply/writes.ts'
import { STEP_NAMES, STEPS } from '../../../src/core/model/steps.ts'
import type { SeenAccount, WrittenPolicy } from '../build.ts'
import { kept, planned, written } from './apply.ts'

const ada = { 'ada@acme.com': 'administrator' } as const
const eve = { 'eve@acme.com': 'administrator' } as const
const customRoles = {
  1: { name: 'Clerk', permissions: [] },
  2: { name: 'Auditor', permissions: ['conversation_manage'] },
}

/** One line for each request. */
function requests(policy: WrittenPolicy, account: SeenAccount, allow: string[]) {
  const { steps } = planned(policy, account, allow)
  return steps.written.flatMap(({ writes }) => writes).map(describeWrite)
}

function describeWrite(write: Write): string {
  const who = 'person' in write ? ` ${write.person.email}#${write.person.id}` : ''
  const where = 'group' in write ? ` ${write.group.subject.name}#${write.group.id}` : ''
  const role = 'role' in write ? ` ${write.role}` : ''
  const custom =
    'customRole' in write ? ` ${write.customRole?.id ?? write.customRole?.name ?? 'none'}` : ''
  const made = 'definition' in write ? ` ${write.definition.subject.name}` : ''
  return `${write.kind}${who}${where}${role}${custom}${made}`
}

describe('without any --allow', () => {
  test('an agent of the own domain is invited, and joins a new team and an old one', () => {
    const plan = planned(
      {
        agents: { ...ada, 'bob@acme.com': 'agent' },
        teams: { new: ['bob@acme.com'], old: ['bob@acme.com'] },
      },
      { agents: ada, teams: { old: [] } },
    )
    expect(written(plan)).toEqual([
      'create-team team/new',
      'invite agent/bob@acme.com',
      'add-member team/new/bob@acme.com',
      'add-member team/old/bob@acme.com',
    ])
    expect(kept(plan)).toEqual([])
    expect(plan.steps.written.map(({ effect }) => effect)).toEqual([
      'neither',
      'gives',
      'gives',
      'gives',
    ])
  })

  test('settings of a team are corrected, and a full agent is narrowed to a custom role', () => {
    const plan = planned(
      {
        agents: { ...ada, 'bob@acme.com': { role: 'agent', customRole: 'Clerk' } },
        teams: { a: { description: 'x', members: [] } },
      },
      { agents: { ...ada, 'bob@acme.com': 'agent' }, teams: { a: [] }, customRoles },
    )
    expect(written(plan)).toEqual(['update-team team/a', 'narrow agent/bob@acme.com'])
    expect(plan.steps.written.map(({ effect }) => effect)).toEqual(['neither', 'takes'])
  })

  test('nobody is removed, promoted, demoted or widened, and no team is deleted: the --allow of each is shown', () => {
    const plan = planned(
      {
        agents: {
          ...ada,
          'bob@acme.com': 'administrator',
          'cyd@acme.com': 'agent',
          'dee@acme.com': 'agent',
          'new@acme.com': 'administrator',
        },
        teams: { a: ['ada@acme.com'] },
      },
      {
        agents: {
          ...ada,
          ...eve,
          'bob@acme.com': 'agent',
          'cyd@acme.com': 'administrator',
          'dee@acme.com': { role: 'agent', customRoleId: 1 },
        },
        teams: { a: ['ada@acme.com', 'bob@acme.com'], old: [] },
        customRoles,
      },
    )
    expect(written(plan)).toEqual([])
    expect(kept(plan)).toEqual([
      'invite-administrator agent/new@acme.com: --allow invite-administrator:agent/new@acme.com',
      'promote agent/bob@acme.com: --allow promote:agent/bob@acme.com',
      'widen agent/dee@acme.com: --allow widen:agent/dee@acme.com',
      'remove-member team/a/bob@acme.com: --allow remove-member',
      'demote agent/cyd@acme.com: --allow demote:agent/cyd@acme.com',
      'remove-agent agent/eve@acme.com: --allow remove-agent:agent/eve@acme.com',
      'delete-team team/old: --allow delete-team:team/old',
    ])
  })

  test('what each of them shows is what writes it', () => {
    const policy: WrittenPolicy = { agents: { ...ada, 'bob@acme.com': 'administrator' }, teams: {} }
    const account: SeenAccount = {
      agents: { ...ada, ...eve, 'bob@acme.com': 'agent' },
      teams: { 'a/*': [] },
    }
    const allow = planned(policy, account).steps.keptBack.flatMap(({ because }) =>
      'allow' in because ? [because.allow] : [],
    )
    const plan = planned(policy, account, allow)
    expect(plan.diagnostics).toEqual([])
    expect(kept(plan)).toEqual([])
    expect(written(plan)).toHaveLength(3)
  })
})

describe('an invitation needs its address', () => {
  const invite = (email: string, policy: WrittenPolicy = {}, account: SeenAccount = {}) =>
    kept(
      planned(
        { ...policy, agents: { ...ada, [email]: 'agent', ...policy.agents } },
        { agents: { ...ada, ...account.agents } },
      ),
    )

  test.each([
    ['in another domain', 'bob@evil.example', {}, {}],
    [
      'in a domain only of somebody who is not in the policy',
      'bob@evil.example',
      {},
      { agents: { 'x@evil.example': 'agent' } },
    ],
    [
      'in a domain only of somebody who has not accepted',
      'bob@evil.example',
      { agents: { 'x@evil.example': 'agent' } },
      { agents: { 'x@evil.example': { role: 'agent', confirmed: false } } },
    ],
    [
      'outside of rules.email_domains',
      'bob@acme.com',
      { rules: { emailDomains: ['vendor.io'] } },
      {},
    ],
    ['with a letter that is not ASCII before the @', 'bоb@acme.com', {}, {}],
  ] as const)('%s', (_, email, policy, account) => {
    expect(invite(email, policy, account)).toContain(
      `invite agent/${email}: --allow invite:agent/${email}`,
    )
  })

  test.each([
    [
      'inside of rules.email_domains',
      'bob@vendor.io',
      { rules: { emailDomains: ['vendor.io'] } },
      {},
    ],
    [
      'in the domain of a confirmed person of the policy',
      'bob@vendor.io',
      { agents: { 'x@vendor.io': 'agent' } },
      { agents: { 'x@vendor.io': 'agent' } },
    ],
  ] as const)('but not %s', (_, email, policy, account) => {
    expect(invite(email, policy, account)).toEqual([])
  })
})

describe('a group that had members', () => {
  const account: SeenAccount = {
    agents: { ...ada, 'bob@acme.com': 'agent', 'cyd@acme.com': 'agent' },
    teams: { a: ['bob@acme.com', 'cyd@acme.com'] },
  }

  test('loses all but one with the class alone', () => {
    const plan = planned({ teams: { a: ['bob@acme.com'] } }, account, ['remove-member'])
    expect(written(plan)).toEqual(['remove-member team/a/cyd@acme.com'])
  })

  test('is emptied person by person only', () => {
    const plan = planned({ teams: { a: [] } }, account, ['remove-member'])
    expect(written(plan)).toEqual([])
    expect(kept(plan)).toEqual([
      'remove-member team/a/bob@acme.com: --allow remove-member:team/a/bob@acme.com',
      'remove-member team/a/cyd@acme.com: --allow remove-member:team/a/cyd@acme.com',
    ])
    expect(plan.diagnostics.map(({ summary }) => summary)).toEqual([
      '--allow remove-member needs an address here.',
    ])
    const named = ['remove-member:team/a/bob@acme.com', 'remove-member:team/a/CYD@acme.com']
    expect(written(planned({ teams: { a: [] } }, account, named))).toHaveLength(2)
  })

  test('is not emptied because the one who replaces the others is kept back', () => {
    const policy: WrittenPolicy = {
      agents: {
        ...ada,
        'bob@acme.com': 'agent',
        'cyd@acme.com': 'agent',
        'new@evil.example': 'agent',
      },
      teams: { a: ['new@evil.example'] },
    }
    const plan = planned(policy, account, ['remove-member'])
    expect(written(plan)).toEqual([])
    expect(kept(plan)).toContain(
      'add-member team/a/new@evil.example: waits for agent/new@evil.example',
    )
  })
})

test('what a step gives and takes is said as if nothing that is kept back were written', () => {
  const policy: WrittenPolicy = {
    agents: { ...ada, 'bob@acme.com': 'administrator' },
    customRoles: { Clerk: [] },
  }
  const account: SeenAccount = {
    agents: { ...ada, 'bob@acme.com': { role: 'agent', customRoleId: 1 } },
    customRoles: { 1: { name: 'Clerk', permissions: ['conversation_manage'] } },
  }
  const effects = (allow: string[]) =>
    planned(policy, account, allow).steps.written.map(({ change, effect }) => [change.step, effect])
  // An administrator reaches everything, whatever the custom role permits.
  expect(effects(['promote:agent/bob@acme.com', 'update-custom-role'])).toEqual([
    ['promote', 'gives'],
    ['update-custom-role', 'neither'],
  ])
  expect(effects(['update-custom-role'])).toEqual([['update-custom-role', 'takes']])
})

describe('what waits', () => {
  test('a membership waits for its person and for its group', () => {
    const plan = planned(
      {
        agents: { ...ada, 'new@acme.com': 'administrator' },
        teams: { a: ['new@acme.com', 'ada@acme.com'] },
        apply: { deny: ['create-team'] },
      },
      { agents: ada },
    )
    expect(kept(plan)).toEqual([
      'create-team team/a: denied',
      'invite-administrator agent/new@acme.com: --allow invite-administrator:agent/new@acme.com',
      'add-member team/a/ada@acme.com: waits for team/a',
      'add-member team/a/new@acme.com: waits for team/a',
    ])
  })
})

describe('a denied step', () => {
  test('is kept back even where the job allows it, and names its place in the policy', () => {
    const plan = planned(
      { agents: ada, apply: { deny: ['remove-agent'] } },
      { agents: { ...ada, ...eve } },
      ['remove-agent:agent/eve@acme.com'],
    )
    expect(plan.diagnostics).toEqual([])
    expect(plan.steps.keptBack.map(({ because }) => because)).toEqual([
      { kind: 'denied', location: expect.objectContaining({ file: 'policy.yaml' }) },
    ])
  })
})

describe('with SAML on, invitations and roles need an --allow', () => {
  const policy: WrittenPolicy = {
    agents: {
      ...ada,
      'new@acme.com': 'agent',
      'bob@acme.com': { role: 'agent', customRole: 'Clerk' },
    },
  }
  const account: SeenAccount = { agents: { ...ada, 'bob@acme.com': 'agent' }, customRoles }

  test('of their class', () => {
    expect(kept(planned(policy, account, [], true))).toEqual([
      'invite agent/new@acme.com: --allow invite',
      'narrow agent/bob@acme.com: --allow narrow',
    ])
    expect(written(planned(policy, account, ['invite', 'narrow'], true))).toHaveLength(2)
  })
})

describe('an --allow that cannot be right is an error', () => {
  const account: SeenAccount = {
    agents: { ...ada, ...eve },
    teams: { a: ['ada@acme.com', 'eve@acme.com'] },
  }
  const policy: WrittenPolicy = {
    agents: { ...ada, ...eve, 'new@acme.com': 'agent' },
    teams: { a: ['ada@acme.com'] },
  }
  test.each([
    ['delete-agent', 'There is no step "delete-agent".'],
    ['', 'There is no step "".'],
    ['remove-agent', '--allow remove-agent needs an address.'],
    ['promote', '--allow promote needs an address.'],
    ['remove-member:', '--allow remove-member: has no address after the colon.'],
    [
      'remove-agent:agent/eve@acme.com',
      '--allow remove-agent:agent/eve@acme.com matches no step of this plan.',
    ],
    ['remove-member:team/a/*', '--allow remove-member:team/a/* matches no step of this plan.'],
    ['create-custom-role', '--allow create-custom-role matches no step of this plan.'],
    ['invite', '--allow invite is not needed: the step is written without it.'],
  ])('%s', (allow, summary) => {
    const plan = planned(policy, account, [allow])
    expect(plan.diagnostics.map((each) => [each.code, each.severity, each.summary])).toEqual([
      ['usage-allow', 'error', summary],
    ])
  })

  test('and all of them are listed', () => {
    expect(
      planned(policy, account, ['x', 'promote', 'widen:agent/x@x.example']).diagnostics,
    ).toHaveLength(3)
  })

  test('but a step that needs none may be named, for those limits that do not count named people', () => {
    const plan = planned(policy, account, [' invite : agent/NEW@acme.com', 'remove-member'])
    expect(plan.diagnostics).toEqual([])
  })
})

test('an --allow that needs addresses shows them so that they can be copied into a shell', () => {
  const member = "o'brien@acme.com"
  const plan = planned(
    { agents: { ...ada, [member]: 'agent' }, teams: { a: [] } },
    { agents: { ...ada, [member]: 'agent' }, teams: { a: [member] } },
    ['remove-member'],
  )
  expect(plan.diagnostics).toMatchObject([
    { advice: "Write `--allow 'remove-member:team/a/o'\\''brien@acme.com'`." },
  ])
})

describe('an --allow of an address', () => {
  const alike = ['agent/j\u00f6@acme.com', 'agent/jo\u0308@acme.com'] as const
  const [one, other] = alike
  const allowed = (address: string, both: readonly string[] = alike) => {
    const people = both.map((each) => [each.replace('agent/', ''), 'agent'] as const)
    const plan = planned({ agents: ada }, { agents: { ...ada, ...Object.fromEntries(people) } }, [
      `remove-agent:${address}`,
    ])
    return plan.diagnostics.length > 0
      ? plan.diagnostics.map(({ summary }) => summary)
      : written(plan)
  }

  test('means one person, however much another one looks like them', () => {
    expect(allowed(one)).toEqual([`remove-agent ${one}`])
    expect(allowed(other)).toEqual([`remove-agent ${other}`])
    expect(allowed('agent/J\u00d6@acme.com')).toEqual([
      `--allow remove-agent:agent/J\u00d6@acme.com matches several steps of this plan: ${[other, one].join(', ')}.`,
    ])
  })

  test('may be written in another spelling if only one person has that address', () => {
    expect(allowed(other, [one])).toEqual([`remove-agent ${one}`])
    expect(allowed('agent/ J\u00d6@ACME.com', [other])).toEqual([`remove-agent ${other}`])
  })
})

describe('the requests of a step', () => {
  test('a removed person is demoted, then leaves each room, each team, and then is deleted', () => {
    expect(
      requests(
        { agents: ada },
        {
          agents: { ...ada, ...eve },
          teams: { a: ['eve@acme.com'], b: ['ada@acme.com', 'eve@acme.com'], c: ['ada@acme.com'] },
        },
        ['remove-agent:agent/eve@acme.com'],
      ),
    ).toEqual([
      'set-role eve@acme.com#2 agent',
      'remove-member eve@acme.com#2 a#1',
      'remove-member eve@acme.com#2 b#2',
      'delete-agent eve@acme.com#2',
    ])
  })

  test('whoever becomes an agent has the custom role before, and is a full agent at no time', () => {
    const account: SeenAccount = { agents: { ...ada, ...eve }, customRoles }
    const policy: WrittenPolicy = {
      agents: { ...ada, 'eve@acme.com': { role: 'agent', customRole: 'Clerk' } },
    }
    expect(requests(policy, account, ['demote:agent/eve@acme.com'])).toEqual([
      'set-custom-role eve@acme.com#2 1',
      'set-role eve@acme.com#2 agent',
    ])
  })

  test('so does whoever gets a custom role that is new too, and stays as they are where it is kept back', () => {
    const policy: WrittenPolicy = {
      agents: { ...ada, 'eve@acme.com': { role: 'agent', customRole: 'New' } },
      customRoles: { New: ['contact_manage'] },
    }
    const account: SeenAccount = { agents: { ...ada, ...eve }, customRoles: {} }
    const demote = 'demote:agent/eve@acme.com'
    expect(requests(policy, account, ['create-custom-role', demote])).toEqual([
      'create-custom-role New',
      'set-custom-role eve@acme.com#2 New',
      'set-role eve@acme.com#2 agent',
    ])
    expect(kept(planned(policy, account, [demote]))).toEqual([
      'create-custom-role custom-role/New: --allow create-custom-role',
      'demote agent/eve@acme.com: waits for custom-role/New',
    ])
  })

  test('whoever becomes an administrator loses the custom role after that', () => {
    const account: SeenAccount = {
      agents: { ...ada, 'eve@acme.com': { role: 'agent', customRoleId: 1 } },
      customRoles,
    }
    expect(
      requests({ agents: { ...ada, ...eve } }, account, ['promote:agent/eve@acme.com']),
    ).toEqual(['set-role eve@acme.com#2 administrator', 'set-custom-role eve@acme.com#2 none'])
  })

  test('a change of the custom role alone leaves the role alone', () => {
    const account: SeenAccount = {
      agents: { ...ada, 'eve@acme.com': { role: 'agent', customRoleId: 1 } },
      customRoles,
    }
    const policy: WrittenPolicy = {
      agents: { ...ada, 'eve@acme.com': { role: 'agent', customRole: 'Auditor' } },
    }
    const plan = planned(policy, account, ['widen:agent/eve@acme.com'])
    expect(plan.steps.written.map(({ effect }) => effect)).toEqual(['both'])
    expect(requests(policy, account, ['widen:agent/eve@acme.com'])).toEqual([
      'set-custom-role eve@acme.com#2 2',
    ])
  })

  test('somebody new is invited with name, role and custom role, and joins a team that is new too', () => {
    const { steps } = planned(
      {
        agents: {
          ...ada,
          'bob@acme.com': { role: 'agent', name: 'Bob', customRole: 'Clerk' },
          'cyd@acme.com': 'agent',
        },
        teams: { new: { autoAssign: false, members: ['bob@acme.com'] } },
      },
      { agents: ada, customRoles },
    )
    expect(steps.written.flatMap(({ writes }) => writes)).toMatchObject([
      {
        kind: 'create-group',
        group: { subject: { name: 'new' }, id: null },
        settings: { auto_assign: false },
      },
      {
        kind: 'invite',
        person: { email: 'bob@acme.com', stored: 'bob@acme.com', id: null },
        name: 'Bob',
        role: 'agent',
        customRole: { id: 1, name: 'Clerk' },
      },
      { kind: 'invite', name: 'cyd', role: 'agent', customRole: null },
      { kind: 'add-member', group: { id: null }, person: { email: 'bob@acme.com', id: null } },
    ])
  })

  test('a write names people as the server has them', () => {
    const { steps } = planned(
      { agents: { ...ada, 'bob@xn--bcher-kva.de': 'administrator' } },
      { agents: { ...ada, 'bob@bücher.de': 'agent' } },
      ['promote:agent/bob@bücher.de'],
    )
    expect(steps.written[0]?.writes).toMatchObject([
      { person: { email: 'bob@xn--bcher-kva.de', stored: 'bob@bücher.de', id: 2 } },
    ])
  })
})

describe('custom roles', () => {
  const account: SeenAccount = {
    agents: { ...ada, 'bob@acme.com': { role: 'agent', customRoleId: 1 }, 'cyd@acme.com': 'agent' },
    customRoles: {
      1: { name: 'Clerk', permissions: ['contact_manage', 'conversation_manage'] },
      2: { name: 'Old', permissions: [] },
    },
  }
  const agents = {
    ...ada,
    'bob@acme.com': { role: 'agent', customRole: 'Clerk' },
    'cyd@acme.com': { role: 'agent', customRole: 'New' },
  } as const

  test('are narrowed by class, created by class, and widened or deleted by address', () => {
    const narrower: WrittenPolicy = {
      agents,
      customRoles: { Clerk: ['contact_manage'], New: ['conversation_manage'] },
    }
    expect(kept(planned(narrower, account))).toEqual([
      'create-custom-role custom-role/New: --allow create-custom-role',
      'update-custom-role custom-role/Clerk: --allow update-custom-role',
      'narrow agent/cyd@acme.com: waits for custom-role/New',
      'delete-custom-role custom-role/Old: --allow delete-custom-role:custom-role/Old',
    ])
    const wider: WrittenPolicy = {
      agents: { ...agents, 'cyd@acme.com': 'agent' },
      customRoles: {
        Clerk: ['contact_manage', 'conversation_manage', 'report_manage'],
        Old: [],
      },
    }
    expect(kept(planned(wider, account))).toEqual([
      'widen custom-role/Clerk: --allow widen:custom-role/Clerk',
    ])
  })

  test('that also permit what an agent without one may not do, such as reports, are given by address', () => {
    const policy: WrittenPolicy = {
      agents: { ...ada, 'cyd@acme.com': { role: 'agent', customRole: 'Boss' } },
    }
    const seen = (permissions: string[] | null): SeenAccount => ({
      agents: { ...ada, 'cyd@acme.com': 'agent' },
      customRoles: { 1: { name: 'Boss', permissions } },
    })
    const named = ['narrow agent/cyd@acme.com: --allow narrow:agent/cyd@acme.com']
    expect(kept(planned(policy, seen(['report_manage'])))).toEqual(named)
    expect(kept(planned(policy, seen(['conversation_manage'])))).toEqual([])
    // What was not read may be anything.
    expect(kept(planned(policy, seen(null)))).toEqual(named)
  })

  test('that permit what an agent without one may not do need the address in an invitation too', () => {
    const policy: WrittenPolicy = {
      agents: { ...ada, 'new@acme.com': { role: 'agent', customRole: 'Boss' } },
    }
    const asking = (permissions: string[] | null, allow: string[] = [], more: WrittenPolicy = {}) =>
      kept(
        planned(
          { ...policy, ...more },
          { agents: ada, customRoles: { 1: { name: 'Boss', permissions } } },
          allow,
        ),
      )
    const named = 'invite agent/new@acme.com: --allow invite:agent/new@acme.com'
    expect(asking(['conversation_manage'])).toEqual([])
    expect(asking(['report_manage'])).toEqual([named])
    expect(asking(['report_manage'], ['invite:agent/new@acme.com'])).toEqual([])
    const narrower: WrittenPolicy = { customRoles: { Boss: ['conversation_manage'] } }
    // People are invited before a custom role permits less.
    expect(
      asking(['conversation_manage', 'report_manage'], ['update-custom-role'], narrower),
    ).toEqual([named])
  })

  test('that permit too much until a step that is kept back are given by address', () => {
    const policy: WrittenPolicy = {
      agents: { ...ada, 'cyd@acme.com': { role: 'agent', customRole: 'Boss' } },
      customRoles: { Boss: ['conversation_participating_manage'] },
    }
    const seen: SeenAccount = {
      agents: { ...ada, 'cyd@acme.com': 'agent' },
      customRoles: { 1: { name: 'Boss', permissions: ['conversation_manage', 'report_manage'] } },
    }
    expect(kept(planned(policy, seen))).toEqual([
      'update-custom-role custom-role/Boss: --allow update-custom-role',
      'narrow agent/cyd@acme.com: --allow narrow:agent/cyd@acme.com',
    ])
    const both = planned(policy, seen, ['update-custom-role'])
    expect([written(both), kept(both)]).toEqual([
      ['update-custom-role custom-role/Boss', 'narrow agent/cyd@acme.com'],
      [],
    ])
  })

  test('say who gains and who loses by them', () => {
    const effects = (permissions: string[], allow: string) => {
      const policy: WrittenPolicy = {
        agents: { ...agents, 'cyd@acme.com': 'agent' },
        customRoles: { Clerk: permissions, Old: [] },
      }
      return planned(policy, account, [allow]).steps.written.map(({ effect }) => effect)
    }
    expect(effects(['contact_manage'], 'update-custom-role')).toEqual(['takes'])
    expect(
      effects(
        ['contact_manage', 'conversation_manage', 'report_manage'],
        'widen:custom-role/Clerk',
      ),
    ).toEqual(['gives'])
    expect(effects(['report_manage'], 'widen:custom-role/Clerk')).toEqual(['both'])
  })

  test('get another name where the policy gives the id', () => {
    const policy: WrittenPolicy = {
      customRoles: {
        Clerk: { id: 1, name: 'Clerks', permissions: ['contact_manage', 'conversation_manage'] },
        Old: [],
      },
    }
    const { steps } = planned(policy, account, ['update-custom-role'])
    expect(steps.written.flatMap(({ writes }) => writes)).toMatchObject([
      { kind: 'update-custom-role', definition: { id: 1 }, facts: { name: 'Clerks' } },
    ])
  })

  test('that nobody holds give and take nothing', () => {
    const policy: WrittenPolicy = {
      customRoles: {
        Clerk: { description: 'x', permissions: ['contact_manage', 'conversation_manage'] },
        New: [],
      },
    }
    const plan = planned(policy, account, [
      'create-custom-role',
      'update-custom-role',
      'delete-custom-role:custom-role/Old',
    ])
    expect(plan.steps.written.map(({ change, effect }) => `${change.step} ${effect}`)).toEqual([
      'create-custom-role neither',
      'update-custom-role neither',
      'delete-custom-role neither',
    ])
    expect(plan.steps.written.flatMap(({ writes }) => writes)).toMatchObject([
      {
        kind: 'create-custom-role',
        definition: { id: null },
        facts: { name: 'New', permissions: [] },
      },
      { kind: 'update-custom-role', definition: { id: 1 }, facts: { description: 'x' } },
      { kind: 'delete-custom-role', definition: { id: 2 } },
    ])
    const after = plan.steps.states.at(-1)?.customRoles
    expect(after?.kind === 'read' && after.roles.map(({ name }) => name)).toEqual(['Clerk', 'New'])
  })
})

describe('a step beside others that were skipped', () => {
  const { steps, terms } = planned(
    {
      agents: {
        ...ada,
        'bob@acme.com': 'agent',
        'cyd@acme.com': { role: 'agent', customRole: 'Boss' },
      },
      teams: { a: ['bob@acme.com'] },
      customRoles: { Boss: ['conversation_manage'] },
    },
    {
      agents: { ...ada, 'cyd@acme.com': 'agent' },
      teams: { a: ['cyd@acme.com'] },
      customRoles: { 1: { name: 'Boss', permissions: ['conversation_manage', 'report_manage'] } },
    },
    ['remove-member', 'update-custom-role'],
  )
  const judge = (name: string, without: readonly string[], address: string | null = null) => {
    const rest = steps.written.filter(({ change }) => !without.includes(change.step))
    return steps.written
      .filter(({ change }) => change.step === name)
      .map((step) => {
        const named = { text: '', step: step.change.step, address }
        const run = { before: steps.before, now: steps.before, rest }
        return findExcess(step, run, { ...terms, allowances: [named] })
      })
  }

  test('must not empty a group whose new members did not join', () => {
    const empties = 'It would leave the group empty, because somebody who should be in it is not.'
    expect(judge('remove-member', [])).toEqual([null])
    expect(judge('remove-member', ['invite', 'add-member'])).toEqual([empties])
    expect(judge('remove-member', ['invite', 'add-member'], 'team/a/cyd@acme.com')).toEqual([null])
  })

  test('must not give a custom role that was not narrowed', () => {
    const gives =
      'It would give more than was approved, because a custom role was not changed before it.'
    expect(judge('narrow', ['update-custom-role'])).toEqual([gives])
    expect(judge('narrow', ['update-custom-role'], 'agent/cyd@acme.com')).toEqual([null])
  })

  describe('must not break a rule of the policy', () => {
    const people = { 'bob@acme.com': 'agent', 'cyd@acme.com': 'agent' } as const
    const replaced = (have: readonly string[], min: number, more: WrittenPolicy = {}) =>
      planned(
        {
          agents: { ...ada, ...people, 'new@acme.com': 'agent', 'newer@acme.com': 'agent' },
          teams: { a: ['new@acme.com', 'newer@acme.com'] },
          ...more,
          rules: { teamMembers: min },
        },
        { agents: { ...ada, ...people }, teams: { a: have } },
        ['remove-member:team/a/bob@acme.com', 'remove-member:team/a/cyd@acme.com'],
      )
    const judgeAll = ({ steps, terms }: ApplyPlan, without: readonly string[]) => {
      const rest = steps.written.filter(({ change }) => !without.includes(change.address))
      const run = { before: steps.before, now: steps.before, rest }
      return rest.flatMap((step) => {
        const excess = findExcess(step, run, terms)
        return excess === null ? [] : [`${step.change.step}: ${excess}`]
      })
    }
    const below = (members: string, min: number) =>
      `remove-member: It would break a rule of the policy, because a step before it was not written or somebody else made a change: team a with ${members}, should be at least ${min}.`

    test('about the size of a team, even if the member is named', () => {
      const plan = replaced(['bob@acme.com', 'cyd@acme.com'], 2)
      expect(judgeAll(plan, [])).toEqual([])
      expect(judgeAll(plan, ['team/a/newer@acme.com'])).toEqual(Array(2).fill(below('1 member', 2)))
    })

    test('further, if it is already broken', () => {
      const plan = replaced(['bob@acme.com', 'cyd@acme.com'], 3)
      expect(judgeAll(plan, ['team/a/newer@acme.com'])).toEqual(Array(2).fill(below('1 member', 3)))
      const small = replaced(['bob@acme.com'], 3)
      expect(judgeAll(small, ['team/a/newer@acme.com'])).toEqual([])
    })

    test('unless it is about the size of a team that the policy ignores', () => {
      const removed = (ignoreTeams: readonly string[]) =>
        planned(
          {
            agents: ada,
            ...(ignoreTeams.length ? { ignoreTeams, teams: {} } : {}),
            rules: { teamMembers: 1 },
          },
          { agents: { ...ada, ...people }, teams: { old: ['bob@acme.com'] } },
          ['remove-agent:agent/bob@acme.com', 'remove-agent:agent/cyd@acme.com'],
        )
      expect(judgeAll(removed(['old']), [])).toEqual([])
      expect(judgeAll(removed([]), [])).toEqual([
        'remove-agent: It would break a rule of the policy, because a step before it was not written or somebody else made a change: team old with 0 members, should be at least 1.',
      ])
    })

    test('by a removal; a new team may be too small, because nobody loses access', () => {
      const plan = planned(
        {
          agents: { ...ada, 'new@acme.com': 'agent' },
          teams: { b: ['new@acme.com', 'ada@acme.com'] },
          rules: { teamMembers: 2 },
        },
        { agents: ada },
      )
      expect(judgeAll(plan, ['agent/new@acme.com', 'team/b/new@acme.com'])).toEqual([])
    })

    test('about the number of administrators, if nobody replaces one', () => {
      const plan = planned(
        {
          agents: { ...ada, 'bob@acme.com': 'administrator', 'eve@acme.com': 'agent' },
          rules: { min: 2 },
        },
        { agents: { ...ada, ...eve, 'bob@acme.com': 'agent' } },
        ['promote:agent/bob@acme.com', 'demote:agent/eve@acme.com'],
      )
      expect(judgeAll(plan, [])).toEqual([])
      expect(judgeAll(plan, ['agent/bob@acme.com'])).toEqual([
        'demote: It would break a rule of the policy, because a step before it was not written or somebody else made a change: 1 administrator, should be at least 2.',
      ])
    })
  })
})

describe('a step that is kept back says why', () => {
  const why = (
    policy: WrittenPolicy,
    account: SeenAccount = {},
    allow: readonly string[] = [],
    saml = false,
  ) => {
    const { steps } = planned(
      { ...policy, agents: { ...ada, ...policy.agents } },
      { ...account, agents: { ...ada, ...account.agents } },
      allow,
      saml,
    )
    return steps.keptBack.map(({ change, because }) => [
      change.step,
      ...explainKept(because, (text) => `<${text}>`),
    ])
  }
  const agent = (email: string, customRole?: string) => ({
    agents: {
      [email]:
        customRole === undefined ? ('agent' as const) : { role: 'agent' as const, customRole },
    },
  })
  const boss = (permissions: readonly string[] | null) => ({
    customRoles: { 1: { name: 'Boss', permissions } },
  })

  test('for an invitation: each reason that applies', () => {
    const foreign = 'the e-mail domain is not in rules.email_domains'
    const letters = 'the part before the @ has characters that are not ASCII'
    const wide = 'the custom role may permit more than an agent without one may do'
    const rules = { emailDomains: ['vendor.io'] }
    expect(why({ ...agent('bob@acme.com'), rules })).toEqual([['invite', foreign]])
    expect(why(agent('bob@evil.example'))).toEqual([
      ['invite', 'nobody in the policy with this e-mail domain has accepted an invitation'],
    ])
    expect(why(agent('b\u043eb@acme.com'))).toEqual([['invite', letters]])
    expect(why(agent('bob@acme.com', 'Boss'), boss(['report_manage']))).toEqual([['invite', wide]])
    expect(why(agent('bob@acme.com', 'Boss'), boss(null))).toEqual([['invite', wide]])
    expect(
      why({ ...agent('b\u043eb@acme.com', 'Boss'), rules }, boss(['report_manage']), [], true),
    ).toEqual([
      [
        'invite',
        foreign,
        letters,
        'SAML is on, so the identity provider decides about people too',
        wide,
      ],
    ])
  })

  test('for a step that should only take access, but also gives some', () => {
    const gives = 'it may also give access, and not only take it'
    const narrow = agent('bob@acme.com', 'Boss')
    const bob = { agents: { 'bob@acme.com': 'agent' } } as const
    expect(why(narrow, { ...bob, ...boss(['report_manage']) })).toEqual([['narrow', gives]])
    expect(
      why(
        { ...narrow, customRoles: { Boss: ['conversation_manage'] } },
        { ...bob, ...boss(['conversation_manage', 'report_manage']) },
      ),
    ).toEqual([
      ['update-custom-role', 'it changes what everybody with this custom role may do'],
      ['narrow', gives],
    ])
  })

  test('without the reasons that the --allow of its name already covers', () => {
    const team = { agents: { 'bob@acme.com': 'agent' }, teams: { a: ['bob@acme.com'] } } as const
    const takes = 'it takes somebody out of a team or an inbox'
    const empties = 'it would leave the group empty'
    const policy: WrittenPolicy = { agents: { 'bob@acme.com': 'agent' }, teams: { a: [] } }
    expect(why(policy, team)).toEqual([['remove-member', takes]])
    expect(why(policy, team, ['remove-member'])).toEqual([['remove-member', empties]])
  })

  test('if the policy denies it or it waits for another step, with names made harmless', () => {
    const policy: WrittenPolicy = {
      agents: { 'bob@acme.com': 'agent' },
      teams: { a: ['bob@acme.com'] },
      apply: { deny: ['invite'] },
    }
    expect(why(policy, { teams: { a: [] } })).toEqual([
      ['invite', expect.stringMatching(/^apply\.deny of the policy denies it \(<policy\.yaml:\d/)],
      ['add-member', 'it needs <agent/bob@acme.com>, which is kept back'],
    ])
  })

  test('in one line of a terminal, for every step and every reason', () => {
    const rows = [...STEP_NAMES.flatMap(listOwnReasons), ...Object.values(REASONS)]
    for (const { why: text } of rows) expect(text).toMatch(/^[a-zS].{20,73}$/)
    for (const step of STEP_NAMES)
      expect(STEPS[step].why !== '').toBe(STEPS[step].needs !== 'default')
  })
})
