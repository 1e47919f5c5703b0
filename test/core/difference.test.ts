/** Who gained what, who lost what: between two snapshots, and between two policies. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Differences, diffPolicies, diffStates } from '../../src/core/compare/difference.ts'
import type { Difference } from '../../src/core/compare/sides.ts'
import type { Policy } from '../../src/core/model/policy.ts'
import type { Snapshot, SnapshotAgent, SnapshotGroup } from '../../src/core/model/snapshot.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import { customRoleNamed, type SeenTeam, seenTeam } from './build.ts'

/** As on a server: whoever has another address is another user, unless a test says otherwise. */
const ids = new Map<string, number>()
function idOf(text: string): number {
  const id = ids.get(text) ?? 1000 + ids.size
  ids.set(text, id)
  return id
}

function agent(email: string, more: Partial<SnapshotAgent> = {}): SnapshotAgent {
  const base = { id: idOf(email), email, name: email, role: 'agent', confirmed: true } as const
  return { ...base, provider: 'email', customRoleId: null, ...more }
}

const admin = (email: string) => agent(email, { role: 'administrator' })

function team(
  name: string,
  members: readonly string[],
  { id = idOf(name), ...more }: SeenTeam & { readonly id?: number } = {},
) {
  return seenTeam(name, id, { members, ...more })
}

function snapshot(
  agents: readonly SnapshotAgent[],
  teams: readonly SnapshotGroup[] = [],
  customRoles: Snapshot['customRoles'] = { kind: 'unread' },
): Snapshot {
  return {
    server: 'https://chat.acme.com',
    serverVersion: null,
    coverage: { teams: 'read', inboxes: 'read' },
    account: { id: 1, name: 'Acme' },
    caller: { email: 'ada@acme.com', role: 'administrator' },
    startedAt: '2026-11-23T08:00:00.000Z',
    finishedAt: '2026-11-23T08:00:01.000Z',
    activity: { state: 'not-asked' },
    requests: 3,
    agents,
    groups: teams,
    customRoles,
  }
}

function policy(text: string): Policy {
  const source = parsePolicy('p.yaml', Buffer.from(`version: 1\n${text}`))
  if (source.policy === null) throw new Error(source.diagnostics[0]?.summary)
  return source.policy
}

const brief = ({ kind, action, address, summary }: Difference) =>
  `${kind} ${action} ${address}: ${summary}`

const said = ({ differences }: Differences) => differences.map(brief)

const ADA = admin('ada@acme.com')
const roles = { kind: 'read', roles: [customRoleNamed(7, 'Clerk')] } as const

describe('between two snapshots', () => {
  test('a promotion, a new administrator and a lost team member are three differences', () => {
    const before = snapshot(
      [ADA, agent('bob@acme.com'), agent('eve@acme.com')],
      [team('Billing', ['bob@acme.com', 'eve@acme.com'])],
    )
    const after = snapshot(
      [ADA, admin('bob@acme.com'), agent('eve@acme.com'), admin('mallory@evil.example')],
      [team('Billing', ['bob@acme.com'])],
    )
    expect(said(diffStates(before, after))).toEqual([
      'gained update agent/bob@acme.com: agent → administrator',
      'gained create agent/mallory@evil.example: new administrator',
      'lost delete team/Billing/eve@acme.com: no longer a member',
    ])
  })

  test('somebody new who looks like somebody on the account is told apart', () => {
    const before = snapshot([ADA], [])
    const after = snapshot([ADA, admin('аda@acme.com')], [])
    expect(said(diffStates(before, after))).toEqual([
      'gained create agent/аda@acme.com: new administrator; looks like "ada@acme.com", but has a Cyrillic letter (U+0430): it is "\\u{430}da@acme.com"',
    ])
  })

  test.each<[string, Partial<SnapshotAgent>, Partial<SnapshotAgent>, string]>([
    ['a demotion', { role: 'administrator' }, {}, 'lost update: administrator → agent'],
    [
      'a demotion to a custom role',
      { role: 'administrator' },
      { customRoleId: 7 },
      'lost update: administrator → agent, no custom role → custom role "Clerk"',
    ],
    [
      'a first custom role takes rights',
      {},
      { customRoleId: 7 },
      'lost update: no custom role → custom role "Clerk"',
    ],
    [
      'no custom role any more gives them back',
      { customRoleId: 7 },
      {},
      'gained update: custom role "Clerk" → no custom role',
    ],
    [
      'another custom role is neither',
      { customRoleId: 7 },
      { customRoleId: 8 },
      'changed update: custom role "Clerk" → custom role 8',
    ],
    [
      'a custom role on an administrator affects only the menus of the dashboard',
      { role: 'administrator' },
      { role: 'administrator', customRoleId: 7 },
      'changed update: no custom role → custom role "Clerk", on an administrator that affects only the menus of the dashboard',
    ],
    ['an invitation accepted', { confirmed: false }, {}, 'gained update: accepted the invitation'],
    ['an address to confirm again', {}, { confirmed: false }, 'lost update: invitation open again'],
    ['a name', { name: 'Bob' }, { name: 'Rob' }, 'changed update: name "Bob" → "Rob"'],
    [
      'a name that looks the same says what is different',
      { name: 'Bob' },
      { name: 'Bоb' },
      'changed update: name "Bob" → "Bоb"; they look alike, but the second has a Cyrillic letter (U+043E): it is "B\\u{43e}b"',
    ],
    [
      'another way to sign in',
      {},
      { provider: 'saml' },
      'changed update: signs in with email → saml',
    ],
    [
      'a way to sign in that is not said any more',
      {},
      { provider: null },
      'changed update: signs in with email → not known',
    ],
    [
      'a way to sign in that was not said',
      { provider: null },
      {},
      'changed update: signs in with not known → email',
    ],
    [
      'both ways at once',
      { role: 'administrator', confirmed: false },
      {},
      'changed update: administrator → agent; accepted the invitation',
    ],
  ])('%s', (_, had, has, says) => {
    const before = snapshot([ADA, agent('bob@acme.com', had)], [], roles)
    const after = snapshot([ADA, agent('bob@acme.com', has)])
    const expected = says.replace(' update:', ' update agent/bob@acme.com:')
    expect(said(diffStates(before, after))).toEqual([expected])
  })

  test('who came and who left is said with their teams, and not again in each team', () => {
    const before = snapshot(
      [ADA, agent('old@acme.com', { customRoleId: 7 })],
      [team('b', ['old@acme.com']), team('a', ['old@acme.com'])],
      roles,
    )
    const after = snapshot(
      [ADA, agent('new@acme.com', { confirmed: false })],
      [team('b', ['new@acme.com']), team('a', [])],
      roles,
    )
    expect(said(diffStates(before, after))).toEqual([
      'gained create agent/new@acme.com: new agent, invitation not accepted; in b',
      'lost delete agent/old@acme.com: removed, was agent with custom role "Clerk"; in a, b',
    ])
  })

  test('teams that came and went are listed with each of their members', () => {
    const before = snapshot([ADA], [team('old', ['ada@acme.com'])])
    const after = snapshot([ADA], [team('new', ['ada@acme.com'])])
    expect(said(diffStates(before, after))).toEqual([
      'gained create team/new: new team',
      'gained create team/new/ada@acme.com: new member',
      'lost delete team/old: team removed',
      'lost delete team/old/ada@acme.com: no longer a member',
    ])
  })

  test('settings of a team', () => {
    const before = snapshot([ADA], [team('a', [], { description: 'x' })])
    const after = snapshot([ADA], [team('a', [], { description: 'y', autoAssign: false })])
    expect(said(diffStates(before, after))).toEqual([
      'changed update team/a: description "x" → "y"; auto_assign true → false',
    ])
  })

  describe('what a custom role permits', () => {
    const role = (id: number, name: string, ...permissions: readonly string[]) => ({
      ...customRoleNamed(id, name),
      permissions,
    })
    const reading = (...given: readonly ReturnType<typeof role>[]) =>
      ({ kind: 'read', roles: given }) as const
    const holding = (customRoleId: number, customRoles: Snapshot['customRoles']) =>
      snapshot([ADA, agent('ken@acme.com', { customRoleId })], [], customRoles)
    const clerk = reading(role(1, 'Clerk', 'contact_manage'))
    const none = reading()
    const wide = ['contact_manage', 'conversation_manage']

    test.each<[string, Snapshot, Snapshot, readonly string[]]>([
      [
        'is more now: whoever has it gained',
        holding(1, clerk),
        holding(1, reading(role(1, 'Clerk', ...wide))),
        [
          'gained update agent/ken@acme.com: custom role "Clerk" now permits conversation_manage',
          'gained update custom-role/Clerk: now permits conversation_manage; 1 person has it',
        ],
      ],
      [
        'comes to life when somebody creates a custom role whose id a person has already',
        holding(1, none),
        holding(1, clerk),
        [
          'gained update agent/ken@acme.com: custom role "Clerk" exists now, and permits contact_manage',
          'gained create custom-role/Clerk: new custom role, permits contact_manage',
        ],
      ],
      [
        'ends when the custom role is gone and the person keeps its id',
        holding(1, clerk),
        holding(1, none),
        [
          'lost update agent/ken@acme.com: custom role "Clerk" no longer exists on this account',
          'lost delete custom-role/Clerk: custom role removed; 1 person has it',
        ],
      ],
      [
        'is all that changed where it was made again under the same name',
        holding(1, clerk),
        holding(9, reading(role(9, 'Clerk', ...wide))),
        [
          'gained update agent/ken@acme.com: custom role "Clerk" now permits conversation_manage',
          'gained update custom-role/Clerk: now permits conversation_manage; 1 person has it',
        ],
      ],
      [
        'is the same where it was only made again',
        holding(1, clerk),
        holding(9, reading(role(9, 'Clerk', 'contact_manage'))),
        [],
      ],
      [
        'differs where the person has another one',
        holding(1, reading(role(1, 'Clerk'), role(2, 'Desk'))),
        holding(2, reading(role(1, 'Clerk'), role(2, 'Desk'))),
        ['changed update agent/ken@acme.com: custom role "Clerk" → custom role "Desk"'],
      ],
      ['is nothing where nobody knows it on either side', holding(5, clerk), holding(5, clerk), []],
    ])('%s', (_name, before, after, expected) => {
      expect(said(diffStates(before, after))).toEqual(expected)
    })
  })

  test('what holds alike on both sides is left out, findings or not', () => {
    const same = snapshot(
      [
        ADA,
        agent('linus@acme.com', { confirmed: false }),
        agent('ken@acme.com', { role: 'administrator', customRoleId: 7 }),
      ],
      [team('a', ['linus@acme.com'], { ghosts: ['gone@acme.com'] })],
      roles,
    )
    const renamed = { ...same, account: { id: 1, name: 'New' }, customRoles: { kind: 'unread' } }
    expect(diffStates(same, renamed as Snapshot)).toEqual({ differences: [], controls: [] })
  })

  test('before and after carry everything about a person', () => {
    const after = snapshot([ADA, agent('bob@acme.com', { customRoleId: 7 })], [], roles)
    const [found] = diffStates(snapshot([ADA]), after).differences
    expect(found?.before).toBeNull()
    expect(found?.after).toEqual({
      name: 'bob@acme.com',
      role: 'agent',
      custom_role: { id: 7, name: 'Clerk' },
      confirmed: true,
      provider: 'email',
      teams: [],
      inboxes: [],
    })
  })

  test.each<[string, Partial<SnapshotAgent>, Partial<SnapshotAgent>, string]>([
    [
      'address alone',
      {},
      {},
      'changed update agent/new@acme.com: renamed: old@acme.com → new@acme.com',
    ],
    [
      'address and role',
      { role: 'administrator' },
      {},
      'lost update agent/new@acme.com: administrator → agent; renamed: old@acme.com → new@acme.com',
    ],
    [
      'address, name and invitation',
      { confirmed: false, name: 'A' },
      { name: 'B' },
      'gained update agent/new@acme.com: renamed: old@acme.com → new@acme.com; accepted the invitation; name "A" → "B"',
    ],
  ])('somebody with another %s is one renamed person', (_, had, has, says) => {
    const before = [ADA, agent('old@acme.com', { id: 2, name: 'N', ...had })]
    const after = [ADA, agent('new@acme.com', { id: 2, name: 'N', ...has })]
    const { differences } = diffStates(
      snapshot(before, [team('a', ['old@acme.com'])]),
      snapshot(after, [team('a', ['new@acme.com'])]),
    )
    expect(differences.map(brief)).toEqual([says])
    expect(differences[0]?.previousAddress).toBe('agent/old@acme.com')
  })

  test('two people who swapped their addresses are two renamed people, each with their own rights', () => {
    const before = snapshot(
      [ADA, admin('a@acme.com'), agent('b@acme.com')],
      [team('t', ['a@acme.com'])],
    )
    const [a, b] = [idOf('a@acme.com'), idOf('b@acme.com')]
    const after = snapshot(
      [ADA, agent('a@acme.com', { id: b }), agent('b@acme.com', { id: a, role: 'administrator' })],
      [team('t', ['a@acme.com'])],
    )
    expect(said(diffStates(before, after))).toEqual([
      'changed update agent/a@acme.com: renamed: b@acme.com → a@acme.com; name "b@acme.com" → "a@acme.com"',
      'changed update agent/b@acme.com: renamed: a@acme.com → b@acme.com; name "a@acme.com" → "b@acme.com"',
      'gained create team/t/a@acme.com: new member',
      'lost delete team/t/b@acme.com: no longer a member',
    ])
  })

  test('an address that was given to somebody else does not hide who came, who left and who was renamed', () => {
    const old = agent('x@acme.com', { id: 2, name: 'N' })
    const moved = agent('y@acme.com', { id: 2, name: 'N' })
    const heir = admin('x@acme.com')
    expect(said(diffStates(snapshot([ADA, old]), snapshot([ADA, moved, heir])))).toEqual([
      'gained create agent/x@acme.com: new administrator',
      'changed update agent/y@acme.com: renamed: x@acme.com → y@acme.com',
    ])
    const teams = [team('t', ['x@acme.com'])]
    const before = snapshot([ADA, moved, heir], [team('t', ['x@acme.com'])])
    expect(said(diffStates(before, snapshot([ADA, old], teams)))).toEqual([
      'lost delete agent/x@acme.com: removed, was administrator; in t',
      'changed update agent/x@acme.com: renamed: y@acme.com → x@acme.com',
      'gained create team/t/x@acme.com: new member',
    ])
  })

  test('somebody who was removed and invited again is the same person by their address', () => {
    const before = snapshot([ADA, agent('bob@acme.com', { id: 2, role: 'administrator' })])
    const after = snapshot([ADA, agent('bob@acme.com', { id: 3 })])
    expect(said(diffStates(before, after))).toEqual([
      'lost update agent/bob@acme.com: administrator → agent',
    ])
  })

  test('a renamed team is one renamed team, and only the members who came and left are said', () => {
    const everybody = [ADA, agent('bob@acme.com'), agent('eve@acme.com')]
    const before = snapshot(everybody, [team('old', ['ada@acme.com', 'bob@acme.com'], { id: 5 })])
    const renamed = team('new', ['ada@acme.com', 'bob@acme.com'], { id: 5 })
    expect(said(diffStates(before, snapshot(everybody, [renamed])))).toEqual([
      'changed update team/new: renamed: "old" → "new"',
    ])
    const changed = team('new', ['ada@acme.com', 'eve@acme.com'], { id: 5, autoAssign: false })
    const { differences } = diffStates(before, snapshot(everybody, [changed]))
    expect(differences.map(brief)).toEqual([
      'changed update team/new: renamed: "old" → "new"; auto_assign true → false',
      'lost delete team/new/bob@acme.com: no longer a member',
      'gained create team/new/eve@acme.com: new member',
    ])
    expect(differences.map(({ previousAddress }) => previousAddress)).toEqual([
      'team/old',
      'team/old/bob@acme.com',
      null,
    ])
  })

  test('a new name that looks like the old one is told apart once', () => {
    const sides = ['tier\u00a01', 'tier 1'].map((name) =>
      snapshot([ADA], [team(name, [], { id: 5 })]),
    )
    expect(said(diffStates(...(sides as [Snapshot, Snapshot])))).toEqual([
      'changed update team/tier 1: renamed: "tier\u00a01" → "tier 1"; looks like "tier\\u{a0}1", which has a no-break space (U+00A0)',
    ])
  })

  test('two teams that swapped their names are two renamed teams', () => {
    const before = [team('a', ['ada@acme.com'], { id: 5 }), team('b', [], { id: 6 })]
    const after = [team('b', ['ada@acme.com'], { id: 5 }), team('a', [], { id: 6 })]
    expect(said(diffStates(snapshot([ADA], before), snapshot([ADA], after)))).toEqual([
      'changed update team/a: renamed: "b" → "a"',
      'changed update team/b: renamed: "a" → "b"',
    ])
  })

  test('a team that was deleted and made again is the same team by its name', () => {
    const before = [team('a', ['ada@acme.com'], { id: 5 })]
    const after = [team('A', [], { id: 6 })]
    expect(said(diffStates(snapshot([ADA], before), snapshot([ADA], after)))).toEqual([
      'lost delete team/A/ada@acme.com: no longer a member',
    ])
  })

  const people = fc.uniqueArray(
    fc.record({
      n: fc.nat(5),
      address: fc.constantFrom('x', 'y'),
      role: fc.constantFrom('agent' as const, 'administrator' as const),
      customRoleId: fc.constantFrom(null, 7, 8),
      confirmed: fc.boolean(),
      teams: fc.subarray(['a', 'b']),
    }),
    { selector: ({ n }) => n },
  )
  const built = people.map((list) =>
    snapshot(
      list.map(({ n, address, role, customRoleId, confirmed }) =>
        agent(`${address}${n}@acme.com`, { id: n + 1, role, customRoleId, confirmed }),
      ),
      ['a', 'b'].map((name) =>
        team(
          name,
          list
            .filter(({ teams }) => teams.includes(name))
            .map(({ n, address }) => `${address}${n}@acme.com`),
        ),
      ),
    ),
  )

  test('equal snapshots give none, and others give the same the other way round', () => {
    const turned = { gained: 'lost', lost: 'gained', changed: 'changed' } as const
    const lines = (list: readonly Difference[], back: boolean) =>
      list
        .map(({ kind, action, address, previousAddress }) => {
          const before = action === 'create' ? null : (previousAddress ?? address)
          const after = action === 'delete' ? null : address
          return back ? `${turned[kind]} ${after} ${before}` : `${kind} ${before} ${after}`
        })
        .sort()
    fc.assert(
      fc.property(built, built, (a, b) => {
        expect(diffStates(a, a).differences).toEqual([])
        const there = diffStates(a, b).differences
        expect(lines(diffStates(b, a).differences, true)).toEqual(lines(there, false))
      }),
    )
  })
})

describe('between two policies', () => {
  const BASE = 'agents: { ada@acme.com: administrator, ken@acme.com: agent }\n'

  test('people, custom roles by name and id, and teams', () => {
    const before = policy(
      `${BASE.replace('ken@acme.com: agent', 'ken@acme.com: { role: agent, custom_role: Clerk, name: Ken }')}teams: { a: [ada@acme.com] }\n`,
    )
    const after = policy(
      `${BASE.replace('ken@acme.com: agent', 'ken@acme.com: { role: agent, custom_role: { id: 3 }, name: Ken }')}teams: { a: [] }\n`,
    )
    expect(said(diffPolicies(before, after))).toEqual([
      'changed update agent/ken@acme.com: custom role "Clerk" → custom role 3',
      'lost delete team/a/ada@acme.com: no longer a member',
    ])
    expect(diffPolicies(before, after).differences[0]?.location?.line).toBe(2)
    expect(diffPolicies(before, before)).toEqual({ differences: [], controls: [] })
  })

  test('what a policy does not say about a person is null, and no difference of an account', () => {
    const before = policy('agents: { ada@acme.com: administrator }\n')
    const entry = 'ken@acme.com: { role: agent, pending_until: 2026-12-15 }'
    const after = policy(`agents: { ada@acme.com: administrator, ${entry} }\n`)
    const [only] = diffPolicies(before, after).differences
    expect(only?.summary).toBe('new agent')
    expect(only?.after).toEqual({
      ...{ name: null, role: 'agent', custom_role: null, confirmed: null, provider: null },
      ...{ teams: null, inboxes: null },
    })
    const named = policy(`agents: { ada@acme.com: { role: administrator, name: Ada } }\n`)
    expect(said(diffPolicies(before, named))).toEqual([
      'changed update agent/ada@acme.com: name not set → "Ada"',
    ])
    expect(said(diffPolicies(named, before))).toEqual([
      'changed update agent/ada@acme.com: name "Ada" → not set',
    ])
  })

  test('a section that only one of them has is a control, and no list of people', () => {
    const both = policy(`${BASE}teams: {}\n`)
    const { differences, controls } = diffPolicies(both, policy('teams: {}\n'))
    expect(differences).toEqual([])
    expect(controls).toMatchObject([{ control: 'agents', effect: 'loosened', before: 'managed' }])
    expect(diffPolicies(policy(BASE), both)).toMatchObject({
      differences: [],
      controls: [{ control: 'teams', effect: 'tightened' }],
    })
  })

  test('teams of people whom no section lists are compared', () => {
    const before = policy('teams: { a: [bob@acme.com], b: { members: [], description: x } }\n')
    const after = policy('teams: { a: [eve@acme.com], b: { members: [], auto_assign: true } }\n')
    expect(said(diffPolicies(before, after))).toEqual([
      'lost delete team/a/bob@acme.com: no longer a member',
      'gained create team/a/eve@acme.com: new member',
    ])
    const added = diffPolicies(before, policy('teams: { c: { members: [], description: y } }\n'))
    expect(said(added).slice(-1)).toEqual(['gained create team/c: new team'])
    expect(said(diffPolicies(policy('teams: {}'), after))).toContain(
      'gained create team/a: new team',
    )
  })
})
