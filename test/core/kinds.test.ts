/**
 * One engine for every kind of group: what it does with a kind that only the tests have, whose names
 * repeat and of which none is created, changed or deleted.
 */
import { describe, expect, test } from 'vitest'
import { planAdoption } from '../../src/core/adopt/adopt.ts'
import { exportAccount } from '../../src/core/adopt/export.ts'
import { diffPolicies, diffStates } from '../../src/core/compare/difference.ts'
import { formatAddress, normaliseAddress } from '../../src/core/model/address.ts'
import { KINDS } from '../../src/core/model/kinds.ts'
import type { Policy } from '../../src/core/model/policy.ts'
import { type Plan, plan } from '../../src/core/plan/plan.ts'
import { listAccount } from '../../src/core/report/listing.ts'
import { buildPolicy } from '../../src/policy/read/build.ts'
import { startProblems } from '../../src/policy/read/problems.ts'
import { decode } from '../../src/policy/read/source-text.ts'
import { readTree } from '../../src/policy/read/syntax.ts'
import { amend } from '../../src/policy/write/amend.ts'
import { writePolicy, writeSettlements } from '../../src/policy/write/yaml.ts'
import {
  policy,
  type SeenAccount,
  type SeenRoom,
  snapshot,
  type WrittenPolicy,
  whatIsAt,
} from './build.ts'
import { ROOM } from './rooms.ts'

const TODAY = '2026-11-23'
const people = { 'ada@acme.com': 'administrator', 'ken@acme.com': 'agent' } as const
const HALLS: readonly SeenRoom[] = [
  { name: 'Hall', id: 3 },
  { name: 'Hall', id: 7 },
]

function decided(written: Omit<WrittenPolicy, 'agents'>, rooms: SeenAccount['rooms'] = []): Plan {
  const decision = plan(
    policy({ agents: people, ...written }),
    snapshot({ agents: people, rooms }),
    TODAY,
  )
  if (decision.kind === 'unknown') throw new Error(decision.diagnostics[0]?.summary)
  return decision.plan
}

const said = ({ findings }: Plan) =>
  findings.map(({ id, risk, summary }) => `${id} (${risk}): ${summary}`)
const steps = ({ changes }: Plan) => changes.map(({ step, address }) => `${step} ${address}`)

/** Text → policy, for a kind of which the schema knows nothing. */
function read(text: string): Policy {
  const source = decode('p.yaml', new TextEncoder().encode(text))
  const tree = 'code' in source ? null : readTree(startProblems(source))
  if ('code' in source || tree === null) throw new Error('not read')
  return buildPolicy(source, '', tree, [...KINDS, ROOM])
}

describe('an address of something whose name may repeat', () => {
  const room = (name: string, id: number | null = null) =>
    ({ kind: 'group', of: ROOM, name, id }) as const

  test('has the id behind the name only where the name alone does not say which one it is', () => {
    expect(formatAddress(room('Hall'))).toBe('room/Hall')
    expect(formatAddress(room('Hall', 3))).toBe('room/Hall#3')
    expect(formatAddress(room('Hall#3'))).toBe('room/Hall%233')
    expect(formatAddress({ kind: 'member', group: room('a/b', 3), email: 'a@x.com' })).toBe(
      'room/a%2Fb#3/a@x.com',
    )
  })

  test('is the same in another spelling of an e-mail address, and never in that of the name', () => {
    const normal = (address: string) => normaliseAddress(address, [ROOM])
    expect(normal('room/Hall#3/ADA@Acme.com')).toBe('room/Hall#3/ada@acme.com')
    expect(normal('room/hall')).not.toBe(normal('room/Hall'))
    expect(normal('room/Hall%233')).not.toBe(normal('room/Hall#3'))
    expect(normal(normal('room/a%2Fb#3'))).toBe(normal('room/a%2Fb#3'))
  })
})

describe('a plan', () => {
  test('names each unlisted thing that repeats a name by its id, and removes none', () => {
    const found = decided({ rooms: { Attic: [] } }, [...HALLS, { name: 'Attic', id: 9 }])
    expect(said(found)).toEqual([
      'team-unexpected:room/Hall#3 (medium): meeting room, not in the policy',
      'team-unexpected:room/Hall#7 (medium): meeting room, not in the policy',
    ])
    expect(steps(found)).toEqual([])
  })

  test('finds by its id what has got another name, and says so at the entry', () => {
    const rooms = { 'Big hall': { id: 3, name: 'Hall', floor: '2', members: [] } }
    const found = decided({ rooms }, [{ name: 'Cellar', id: 3, floor: '1' }])
    expect(said(found)).toEqual([
      'team-differs:room/Hall#3 (low): named "Cellar", should be "Hall"; floor "1", should be "2"',
    ])
    expect(steps(found)).toEqual([])
    const [finding] = found.findings
    expect(whatIsAt(policy({ agents: people, rooms }), finding?.location ?? null)).toBe(
      'rooms/Big hall',
    )
  })

  test('reports what is gone without creating it, or the memberships in it', () => {
    const found = decided({ rooms: { Hall: ['ken@acme.com'] } })
    expect(said(found)).toEqual(['team-missing:room/Hall (low): missing; members ken@acme.com'])
    expect(steps(found)).toEqual([])
  })

  test('weighs a member whom nobody listed by the role, and takes both out', () => {
    const found = decided({ rooms: { Hall: [] } }, [
      { name: 'Hall', members: ['ada@acme.com', 'ken@acme.com'] },
    ])
    expect(said(found)).toEqual([
      'member-unexpected:room/Hall/ken@acme.com (high): member, not in the policy',
      'member-unexpected:room/Hall/ada@acme.com (low): member, not in the policy',
    ])
    expect(steps(found)).toEqual([
      'remove-member room/Hall/ada@acme.com',
      'remove-member room/Hall/ken@acme.com',
    ])
    expect(found.changes[0]?.before).toEqual({ 'meeting room': 'Hall', email: 'ada@acme.com' })
  })

  test('does not exist where the policy names what several have, without an id', () => {
    const own = policy({ agents: people, rooms: { Hall: [] } })
    const decision = plan(own, snapshot({ agents: people, rooms: HALLS }), TODAY)
    if (decision.kind === 'plan') throw new Error('guessed')
    expect(decision.diagnostics).toMatchObject([
      {
        summary: 'The account has 2 meeting rooms named "Hall", so which one is meant is open.',
        detail: 'Their ids are 3, 7.',
      },
    ])
  })

  test('leaves out what a pattern ignores, and counts what no section speaks of', () => {
    expect(said(decided({ rooms: {}, ignoreRooms: ['H*'] }, HALLS))).toEqual([])
    expect(decided({ ignoreRooms: [] }, HALLS).unmanaged.groups.get(ROOM)).toBe(2)
  })

  test('shows a team and something else of one name apart', () => {
    const found = decided({ teams: { hall: [] }, rooms: { hall: [] } })
    expect(found.findings.map(({ address }) => address)).toEqual(['room/hall', 'team/hall'])
  })
})

describe('a waiver', () => {
  test.each([
    ['room/Hall#3', ['room/Hall#3']],
    ['room/Hall*', ['room/Hall#3', 'room/Hall#7']],
    ['room/Hall', []],
    ['room/hall#3', []],
  ])('at %s accepts exactly what it names', (address, accepted) => {
    const waivers = [{ finding: 'team-unexpected', address, expires: '2027-01-15' } as const]
    const { findings } = decided({ rooms: {}, waivers }, HALLS)
    const waived = findings.filter(({ disposition }) => disposition === 'waived')
    expect(waived.map((each) => each.address)).toEqual(accepted)
  })
})

describe('a comparison', () => {
  const brief = ({ differences }: ReturnType<typeof diffStates>) =>
    differences.map(({ kind, address, summary }) => `${kind} ${address}: ${summary}`)

  test('of two snapshots keeps things that share a name apart, by their ids', () => {
    const before = snapshot({ agents: people, rooms: HALLS })
    const after = snapshot({
      agents: people,
      rooms: [
        { name: 'Hall', id: 7, members: ['ken@acme.com'], locked: true },
        { name: 'Cellar', id: 3 },
      ],
    })
    expect(brief(diffStates(before, after))).toEqual([
      'changed room/Cellar: renamed: "Hall" → "Cellar"',
      'changed room/Hall: locked false → true',
      'gained room/Hall/ken@acme.com: new member',
    ])
  })

  test('of two policies compares entries of one id, and says which controls are looser', () => {
    const rooms = (written: WrittenPolicy['rooms'] = {}) =>
      policy({ agents: people, rooms: written })
    const found = diffPolicies(
      rooms({ 'Hall A': { id: 3, name: 'Hall', floor: '2', members: ['ken@acme.com'] } }),
      rooms({ Big: { id: 3, name: 'Hall', members: [] } }),
    )
    expect(brief(found)).toEqual(['lost room/Hall#3/ken@acme.com: no longer a member'])
    expect(found.controls).toMatchObject([{ control: 'rooms Hall #3 floor', after: null }])
  })
})

describe('a policy', () => {
  // Two that repeat a name, and one that is called as the entry of one of them would be.
  const account = snapshot({
    agents: people,
    teams: { night: ['ken@acme.com'] },
    rooms: [
      { name: 'Hall', id: 7, members: ['ken@acme.com'] },
      { name: 'Hall', id: 3, floor: '2', ghosts: ['gone@acme.com'] },
      { name: 'Hall #3', id: 5, locked: true },
      { name: 'yes', id: 6, members: ['ada@acme.com'] },
    ],
  })

  test('that is exported says which of several is meant, and is in sync', () => {
    const made = exportAccount(account, TODAY)
    const text = made.kind === 'policy' ? writePolicy(made.parts) : ''
    expect(text.slice(text.indexOf('\nrooms:'))).toBe(`
rooms:
  # A ghost: gone@acme.com left the account and is still in this meeting room's list.
  "Hall #3":
    id: 3
    name: Hall
    floor: "2"
    members: []

  "Hall #7":
    id: 7
    name: Hall
    members:
      - ken@acme.com

  "Hall #3 #5":
    id: 5
    name: "Hall #3"
    locked: true
    members: []

  "yes":
    - ada@acme.com
`)
    const decision = plan(read(text), account, TODAY)
    if (decision.kind === 'unknown') throw new Error(decision.diagnostics[0]?.summary)
    expect(decision.plan.findings.map(({ code }) => code)).toEqual(['member-ghost'])
  })

  test('that adopts them is in sync, and what stands there keeps its key', () => {
    const text = `agents: { ada@acme.com: administrator, ken@acme.com: agent }
rooms:
  night: { id: 7, name: Cellar, members: [] }
  gone: []
teams: {}
`
    const before = read(text)
    const judged = (of: Policy) => {
      const decision = plan(of, account, TODAY)
      if (decision.kind === 'unknown') throw new Error(decision.diagnostics[0]?.summary)
      return decision.plan
    }
    const request = { addresses: null, reason: null, today: TODAY }
    const { amendments } = planAdoption(before, account, judged(before).findings, request)
    const after = amend(before, amendments)?.text ?? ''
    expect(after).toContain('  night: { id: 7, name: Hall, members: [ken@acme.com] }\n')
    expect(after).toContain('  "Hall #3": { id: 3, name: Hall, members: [] }\n')
    expect(after).toContain('teams:\n  night: [ken@acme.com]\n')
    expect(after).not.toContain('gone')
    const left = judged(read(after)).findings.map(({ id }) => id)
    expect(left).toEqual(['member-ghost:room/Hall#3/gone@acme.com'])
  })

  test('is offered lines that say which of several is meant', () => {
    const rooms = { Big: { id: 7, name: 'Hall', floor: '1', members: [] } }
    const found = decided(
      { rooms },
      account.groups.map(({ id, name, members }) => ({ id, name, members })),
    )
    const lines = Object.fromEntries(
      [...writeSettlements(found)].map(([id, { inline }]) => [id, inline]),
    )
    expect(lines).toMatchObject({
      'team-unexpected:room/Hall#3': 'rooms: { "Hall #3": { id: 3, name: Hall, members: [] } }',
      'team-differs:room/Hall#7': 'rooms: { Big: { floor: "" } }',
      'member-unexpected:room/Hall#7/ken@acme.com': 'rooms: { Big: { members: [ken@acme.com] } }',
    })
  })
  test('is offered a key of its own where another entry has that label already', () => {
    const rooms = { 'Hall #3': { id: 7, name: 'Hall', floor: '1', members: [] } }
    const found = decided(
      { rooms },
      account.groups.map(({ id, name, members }) => ({ id, name, members })),
    )
    expect(writeSettlements(found).get('team-unexpected:room/Hall#3')?.inline).toBe(
      'rooms: { "Hall #3*": { id: 3, name: Hall, members: [] } }',
    )
  })
})

test('a list shows them apart from teams, those that repeat a name with their ids', () => {
  const { groups, people: listed } = listAccount(
    snapshot({ agents: people, teams: { hall: ['ken@acme.com'] }, rooms: HALLS }),
  )
  expect(groups.map(({ subject }) => formatAddress(subject)).sort()).toEqual([
    'room/Hall#3',
    'room/Hall#7',
    'team/hall',
  ])
  expect(listed.at(-1)?.groups.map(formatAddress)).toEqual(['team/hall'])
})
