/** The approval: one meaning has one hash, and every other meaning another. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Approval,
  type Approved,
  approve,
  checkApproval,
  checkUnused,
  chooseExpiry,
  describeApproved,
  formatApproval,
  listDocumentDifferences,
  parseApproval,
} from '../../../src/core/apply/approval.ts'
import { type JsonObject, writeCanonicalJson } from '../../../src/core/apply/canonical.ts'
import { DEFAULT_LIMITS } from '../../../src/core/apply/limits.ts'
import type { Policy } from '../../../src/core/model/policy.ts'
import type { Snapshot, SnapshotAgent } from '../../../src/core/model/snapshot.ts'
import { parsePolicy } from '../../../src/policy/read/parse.ts'
import { policy, type SeenAccount, snapshot, type WrittenPolicy } from '../build.ts'
import { applied } from './apply.ts'

const WRITTEN: WrittenPolicy = {
  agents: {
    'ada@acme.com': 'administrator',
    'bob@acme.com': { role: 'agent', customRole: 'Clerk' },
    'new@acme.com': { role: 'agent', reason: 'x' },
  },
  teams: { a: ['bob@acme.com', 'new@acme.com'] },
  ignoreAgents: ['*@hooks.io'],
  ignoreTeams: ['archive'],
  rules: { min: 1, emailDomains: ['acme.com', 'vendor.io'] },
  apply: { people: 2 },
}

const SEEN: SeenAccount = {
  agents: {
    'ada@acme.com': 'administrator',
    'bob@acme.com': 'agent',
    'eve@acme.com': { role: 'agent', customRoleId: 2 },
    'bot@hooks.io': 'agent',
  },
  teams: { a: ['eve@acme.com', 'bob@acme.com'], archive: ['bob@acme.com'] },
  customRoles: { 1: 'Clerk', 2: 'Auditor' },
}

const ALLOW = ['remove-agent:agent/eve@acme.com']

interface Parts extends Partial<Omit<Approved, 'policy' | 'changes' | 'scope'>> {
  readonly policy?: Policy
  readonly snapshot?: Snapshot
}

function approved({
  policy: written = policy(WRITTEN),
  snapshot: read = snapshot(SEEN),
  ...parts
}: Parts = {}): Approved {
  const allow = parts.allow ?? ALLOW
  const { steps, terms } = applied(written, read, allow)
  return {
    version: '0.2.0',
    expiry: '20261124T13Z',
    policy: written,
    scope: terms.scope,
    changes: steps,
    limits: DEFAULT_LIMITS,
    allow,
    newestAccessRow: 7,
    ...parts,
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const hash = (parts: Parts = {}) => {
  const from = approved(parts)
  return approve(describeApproved(from), from.expiry, sha256).hash
}
/** What is hashed. */
const writeApprovedText = (from: ReturnType<typeof approved>) =>
  writeCanonicalJson(describeApproved(from))

const agent = (email: string, parts: Partial<SnapshotAgent>): Parts => {
  const read = snapshot(SEEN)
  const agents = read.agents.map((each) => (each.email === email ? { ...each, ...parts } : each))
  return { snapshot: { ...read, agents } }
}
const account = (seen: Partial<SeenAccount>): Parts => ({
  snapshot: snapshot({ ...SEEN, ...seen }),
})
const written = (parts: Partial<WrittenPolicy>): Parts => ({
  policy: policy({ ...WRITTEN, ...parts }),
})

describe('every one of these gives another hash', () => {
  test.each<[string, Parts]>([
    ['the version of rollcall', { version: '0.2.1' }],
    ['the expiry', { expiry: '20261124T14Z' }],
    ['the server', { snapshot: { ...snapshot(SEEN), server: 'https://chat.acme.io' } }],
    ['the account', { snapshot: { ...snapshot(SEEN), account: { id: 2, name: 'Acme Support' } } }],
    ['the id of a person', agent('eve@acme.com', { id: 99 })],
    ['the id of a person whom no step names', agent('ada@acme.com', { id: 99 })],
    ['the address of a person', agent('eve@acme.com', { email: 'eva@acme.com' })],
    ['a role', agent('eve@acme.com', { role: 'administrator' })],
    ['a custom role', agent('eve@acme.com', { customRoleId: 1 })],
    ['whether somebody accepted', agent('eve@acme.com', { confirmed: false })],
    ['how somebody signs in', agent('eve@acme.com', { provider: 'saml' })],
    ['a person more', account({ agents: { ...SEEN.agents, 'cyd@acme.com': 'agent' } })],
    [
      'a member more',
      account({ teams: { ...SEEN.teams, a: ['eve@acme.com', 'bob@acme.com', 'ada@acme.com'] } }),
    ],
    ['a team more', account({ teams: { ...SEEN.teams, b: [] } })],
    [
      'the id of a team',
      account({ teams: { archive: ['bob@acme.com'], a: ['eve@acme.com', 'bob@acme.com'] } }),
    ],
    ['the name of a custom role', account({ customRoles: { 1: 'Clerk', 2: 'Auditors' } })],
    [
      'that custom roles were not read',
      account({ customRoles: 'unread', agents: { ...SEEN.agents, 'eve@acme.com': 'agent' } }),
    ],
    [
      'a person of the policy more',
      written({ agents: { ...WRITTEN.agents, 'cyd@acme.com': 'agent' } }),
    ],
    [
      'a reason',
      written({ agents: { ...WRITTEN.agents, 'new@acme.com': { role: 'agent', reason: 'y' } } }),
    ],
    ['a rule', written({ rules: { min: 1 } })],
    ['a pattern', written({ ignoreAgents: ['*@hook?.io'] })],
    ['a limit of the policy', written({ apply: { people: 1 } })],
    ['a denied step', written({ apply: { people: 2, deny: ['remove-agent'] } })],
    ['a protected person', written({ apply: { people: 2, protect: ['zed@acme.com'] } })],
    [
      'a setting',
      written({ teams: { a: { description: 'x', members: ['bob@acme.com', 'new@acme.com'] } } }),
    ],
    ['a step allowed less', { allow: [] }],
    ['an allowance more that is of no use', { allow: [...ALLOW, 'invite:agent/new@acme.com'] }],
    ['how many people may lose', { limits: { ...DEFAULT_LIMITS, people: 4 } }],
    ['which share of them', { limits: { ...DEFAULT_LIMITS, share: 21 } }],
    ['how many may gain', { limits: { ...DEFAULT_LIMITS, gain: 11 } }],
    ['a row of the audit log', { newestAccessRow: 8 }],
    ['an audit log that cannot be read', { newestAccessRow: null }],
  ])('%s', (_, parts) => {
    expect(hash(parts)).not.toBe(hash())
  })

  test('what a custom role permits, and is to permit', () => {
    const roles = (now: string[], later: string[]): Parts => ({
      policy: policy({
        ...WRITTEN,
        customRoles: { Clerk: later, Auditor: [] },
      }),
      snapshot: snapshot({
        ...SEEN,
        customRoles: {
          1: { name: 'Clerk', permissions: now },
          2: { name: 'Auditor', permissions: [] },
        },
      }),
      allow: [],
    })
    const texts = [
      roles(['contact_manage', 'report_manage'], ['contact_manage']),
      roles(['contact_manage', 'report_manage'], ['report_manage']),
      roles(['contact_manage'], []),
      roles(['contact_manage'], ['contact_manage']),
    ].map(hash)
    expect(new Set(texts).size).toBe(4)
    const allow = ['update-custom-role']
    const own = roles(['contact_manage', 'report_manage'], ['contact_manage'])
    expect(hash({ ...own, allow })).toMatch(/^[0-9a-f]{64}$/)
  })

  test('a step in another place', () => {
    const own = approved()
    const reversed = {
      ...own,
      changes: { ...own.changes, written: own.changes.written.toReversed() },
    }
    expect(writeApprovedText(reversed)).not.toBe(writeApprovedText(own))
  })

  test('an id or a text of a request', () => {
    const own = approved()
    const text = writeApprovedText(own)
    own.changes.written.forEach((step, at) => {
      step.writes.forEach((write, index) => {
        const others = [
          ...('person' in write
            ? [
                { ...write, person: { ...write.person, id: 1234 } },
                { ...write, person: { ...write.person, stored: 'x@x.example' } },
              ]
            : []),
          ...('group' in write ? [{ ...write, group: { ...write.group, id: 1234 } }] : []),
          ...('role' in write
            ? [{ ...write, role: write.role === 'agent' ? 'administrator' : 'agent' } as const]
            : []),
          ...('customRole' in write ? [{ ...write, customRole: { id: 77, name: null } }] : []),
          ...('name' in write ? [{ ...write, name: 'Another' }] : []),
        ]
        expect(others.length).toBeGreaterThan(0)
        for (const other of others) {
          const writes = step.writes.with(index, other)
          const all = own.changes.written.with(at, { ...step, writes })
          expect(writeApprovedText({ ...own, changes: { ...own.changes, written: all } })).not.toBe(
            text,
          )
        }
      })
    })
  })

  test('what is kept back, and why', () => {
    const denied = approved({ allow: [], ...written({ apply: { deny: ['remove-agent'] } }) })
    const asked = approved({ allow: [], policy: policy({ ...WRITTEN, apply: {} }) })
    const keys = [denied, asked].map((each) =>
      writeCanonicalJson(describeApproved(each)['kept_back'] ?? null),
    )
    expect(keys[0]).not.toBe(keys[1])
    const waiting = approved({ policy: policy({ ...WRITTEN, apply: { deny: ['invite'] } }) })
    expect(describeApproved(waiting)['kept_back']).toEqual([
      { step: 'invite', address: 'agent/new@acme.com', because: 'denied' },
      {
        step: 'add-member',
        address: 'team/a/new@acme.com',
        because: { waits: 'agent/new@acme.com' },
      },
    ])
  })
})

describe('the same meaning has the same hash', () => {
  const TEXTS = [
    `version: 1
agents:
  ada@acme.com: administrator
  bob@acme.com: { role: agent, custom_role: Clerk }
teams:
  a: { members: [bob@acme.com, ada@acme.com] }
  b: []
scope: { ignore: { agents: ["x*", "y*"] } }
rules: { email_domains: [acme.com, vendor.io] }
waivers:
  - { finding: member-missing, address: "team/a/*", reason: r, owner: o, expires: 2027-01-01 }
  - { finding: team-missing, address: team/q, reason: r, owner: o, expires: 2027-01-01 }
`,
    `# Another order, and comments.
waivers:
  - { owner: o, reason: r, finding: team-missing, address: team/q, expires: 2027-01-01 }
  - { finding: member-missing, address: "team/a/*", reason: r, owner: o, expires: 2027-01-01 }
rules: { email_domains: [VENDOR.io, acme.com] }
scope:
  ignore:
    agents: ["y*", "x*"]
teams:
  B: []
  A: [ADA@acme.com, bob@acme.com]
agents:
  Bob@acme.com:
    custom_role: Clerk
    role: agent
  ada@acme.com: administrator
version: 1
`,
  ]

  test('whatever the order of keys and lists, the case and the comments of the policy', () => {
    const [one, other] = TEXTS.map((text, index) => {
      const source = parsePolicy(`${index}.yaml`, Buffer.from(text))
      if (source.policy === null) throw new Error(JSON.stringify(source.diagnostics))
      return hash({ policy: source.policy, allow: [] })
    })
    expect(one).toBe(other)
  })

  test('whatever the order of people, teams and members, the time, the owner of the token and the number of requests', () => {
    const read = snapshot(SEEN)
    const other: Snapshot = {
      ...read,
      startedAt: '2026-11-23T18:00:00.000Z',
      finishedAt: '2026-11-23T18:00:09.000Z',
      requests: 77,
      caller: { email: 'eve@acme.com', role: 'agent' },
      agents: read.agents.toReversed(),
      groups: read.groups
        .toReversed()
        .map((each) => ({ ...each, members: each.members.toReversed() })),
    }
    expect(hash({ snapshot: other })).toBe(hash())
  })

  test('whatever the order of --allow, and the name of a person', () => {
    const two = [...ALLOW, 'invite:agent/new@acme.com']
    expect(hash({ allow: two })).toBe(hash({ allow: two.toReversed() }))
    expect(hash(agent('bob@acme.com', { name: 'Robert' }))).toBe(hash())
  })

  test('whatever is out of scope', () => {
    const bot = account({
      agents: { ...SEEN.agents, 'bot@hooks.io': { role: 'agent', confirmed: false } },
    })
    expect(hash(bot)).toBe(hash())
  })
})

describe('an approval', () => {
  const HASH = 'a'.repeat(64)

  test('is written as expiry and hash, and read back', () => {
    const text = formatApproval({ expiry: '20261124T13Z', hash: HASH })
    expect(text).toBe(`20261124T13Z-${HASH}`)
    expect(parseApproval(` ${text}\n`)).toEqual({ expiry: '20261124T13Z', hash: HASH })
  })

  test.each([
    '',
    'yes',
    HASH,
    `20261124T13Z-${HASH}a`,
    `20261124T13Z-${'A'.repeat(64)}`,
    `2026-11-24-${HASH}`,
  ])('is nothing else: %s', (text) => {
    expect(parseApproval(text)).toBeNull()
  })

  test('ends at the full hour after a day', () => {
    expect(chooseExpiry('2026-11-23T12:00:00.000Z')).toBe('20261124T13Z')
    expect(chooseExpiry('2026-11-23T12:59:59.999Z')).toBe('20261124T13Z')
    expect(chooseExpiry('2026-12-31T23:30:00.000Z', 1)).toBe('20270101T01Z')
  })

  const given = (document: JsonObject | null, parts: Partial<Approval> = {}) => ({
    approval: { expiry: '20261124T13Z', hash: hash(), ...parts },
    document,
  })
  const check = (
    from: ReturnType<typeof given>,
    parts: Parts = {},
    now = '2026-11-24T12:59:59.000Z',
  ) =>
    checkApproval(
      from,
      { expiry: from.approval.expiry, hash: hash(parts) },
      describeApproved(approved(parts)),
      now,
    )

  test('is good for exactly its plan until it ends', () => {
    expect(check(given(null))).toEqual([])
    expect(check(given(null), {}, '2026-11-24T13:00:00.000Z')).toMatchObject([
      { code: 'guard-approval-expired', summary: 'The approval expired at 2026-11-24 13:00 UTC.' },
    ])
  })

  test('that is valid for longer than a day is refused, whoever made it', () => {
    const early = (now: string) => check(given(null), {}, now).map(({ summary }) => summary)
    // The clock of the machine that planned may be ahead.
    expect(early('2026-11-23T11:00:00.000Z')).toEqual([])
    expect(early('2026-11-23T10:59:59.999Z')).toEqual([
      'The approval is valid until 2026-11-24 13:00 UTC, which is more than a day.',
    ])
  })

  test('with which something was written before is refused, though the account is as it was', () => {
    const used = (other: string) =>
      checkUnused(given(null), [
        { hash: other, file: 'a.jsonl' },
        { hash: other, file: 'b.jsonl' },
      ])
    expect(used('0')).toEqual([])
    expect(used(hash())).toMatchObject([
      {
        code: 'guard-approval-differs',
        summary: 'An apply with this approval wrote something before, according to a.jsonl.',
      },
    ])
  })

  test('with another plan is refused; only a report can say what differs', () => {
    expect(check(given(null), { version: '0.3.0' })).toMatchObject([
      { code: 'guard-approval-differs', detail: expect.stringContaining('--approve REPORT.json') },
    ])
    const report = describeApproved(approved())
    const [found] = check(given(report), {
      version: '0.3.0',
      ...agent('eve@acme.com', { role: 'administrator' }),
    })
    expect(found?.detail).toContain('version "0.2.0", now "0.3.0"')
    expect(found?.detail).toContain('people eve@acme.com role "agent", now "administrator"')
  })
})

describe('differences', () => {
  test.each<[string, JsonObject, JsonObject, readonly string[]]>([
    ['none', { a: [1] }, { a: [1] }, []],
    ['a value', { a: { b: 1 } }, { a: { b: 2 } }, ['a b 1, now 2']],
    ['a key more', {}, { a: { x: 1 } }, ['a nothing, now {"x":1}']],
    ['a key less', { a: 1 }, {}, ['a 1, now nothing']],
    ['a list', { a: [1, 2] }, { a: [2, 3] }, ['a without 1', 'a with 3']],
    ['an order', { a: [1, 2] }, { a: [2, 1] }, ['a in another order']],
    ['a list and none', { a: [1] }, { a: null }, ['a [1], now null']],
  ])('%s', (_, before, after, expected) => {
    expect(listDocumentDifferences(before, after)).toEqual(expected)
  })

  test('are at most ten, and how many more', () => {
    const many = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`k${index}`, index]))
    expect(listDocumentDifferences({}, many)).toHaveLength(11)
    expect(listDocumentDifferences({}, many).at(-1)).toBe('and 2 more')
  })
})

test('canonical JSON has its keys in order, no spaces, and reads back as the same value', () => {
  expect(writeCanonicalJson({ b: [1, null, true], '\u20ac': 'x\n', a: { '1': -0.5 } })).toBe(
    '{"a":{"1":-0.5},"b":[1,null,true],"€":"x\\n"}',
  )
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const text = writeCanonicalJson(value as JsonObject)
      expect(JSON.stringify(JSON.parse(text))).toHaveLength(JSON.stringify(value).length)
      expect(writeCanonicalJson(JSON.parse(text))).toBe(text)
    }),
  )
})

describe('somebody whom the policy does not manage, but whom a step gives or takes access,', () => {
  const OUTSIDE = 'eve@acme.com'
  const wider: WrittenPolicy = {
    agents: { 'ada@acme.com': 'administrator' },
    customRoles: { Clerk: ['contact_manage', 'conversation_manage'] },
    teams: { a: [OUTSIDE] },
  }
  const seen = (customRoleId: number | null, team: readonly string[] = []): SeenAccount => ({
    agents: { 'ada@acme.com': 'administrator', [OUTSIDE]: { role: 'agent', customRoleId } },
    teams: { a: team },
    customRoles: { 1: { name: 'Clerk', permissions: ['contact_manage'] } },
  })
  const hashOf = (of: WrittenPolicy, account: SeenAccount) =>
    hash({
      policy: policy(of),
      snapshot: snapshot(account),
      allow: ['widen:custom-role/Clerk'],
    })

  test.each<[string, Partial<WrittenPolicy>]>([
    ['because only administrators are managed', { scope: 'administrators' }],
    ['because a pattern ignores them', { ignoreAgents: ['eve@*'], teams: {} }],
  ])('is part of the approval: %s', (_, parts) => {
    const of = { ...wider, ...parts }
    // A colleague gives them the custom role that the approved plan widens.
    expect(hashOf(of, seen(1, [OUTSIDE]))).not.toBe(hashOf(of, seen(null, [OUTSIDE])))
  })

  test('is part of it as the person who joins a team', () => {
    const of: WrittenPolicy = { ...wider, scope: 'administrators' }
    const account = seen(null)
    const admin = { ...account.agents, [OUTSIDE]: { role: 'agent', confirmed: false } } as const
    expect(hashOf(of, { ...account, agents: admin })).not.toBe(hashOf(of, account))
  })

  test('is not part of it if no step changes anything for them', () => {
    const of: WrittenPolicy = { ...wider, scope: 'administrators', teams: {} }
    const account = seen(null)
    const open = { ...account.agents, [OUTSIDE]: { role: 'agent', confirmed: false } } as const
    expect(hashOf(of, { ...account, agents: open })).toBe(hashOf(of, account))
  })
})
