/**
 * One engine for every kind of group: what it does with inboxes, whose names repeat and of which none is
 * created, changed or deleted. A kind that only the tests have is in test/chatwoot/group-endpoints.test.ts.
 */
import { describe, expect, test } from 'vitest'
import { planAdoption } from '../../src/core/adopt/adopt.ts'
import { exportAccount } from '../../src/core/adopt/export.ts'
import { diffPolicies, diffStates } from '../../src/core/compare/difference.ts'
import { FINDING_CODES, FINDINGS } from '../../src/core/messages/finding-records.ts'
import { formatAddress, normaliseAddress } from '../../src/core/model/address.ts'
import { findKindByCode, INBOX, KINDS } from '../../src/core/model/kinds.ts'
import type { Policy } from '../../src/core/model/policy.ts'
import { type Plan, plan } from '../../src/core/plan/plan.ts'
import { listAccount } from '../../src/core/report/listing.ts'
import { buildPolicy } from '../../src/policy/read/build.ts'
import { startProblems } from '../../src/policy/read/problems.ts'
import { decode } from '../../src/policy/read/source-text.ts'
import { readTree } from '../../src/policy/read/syntax.ts'
import { amend } from '../../src/policy/write/amend.ts'
import { writeFixes, writePolicy } from '../../src/policy/write/yaml.ts'
import {
  policy,
  type SeenAccount,
  type SeenInbox,
  snapshot,
  type WrittenPolicy,
  whatIsAt,
} from './build.ts'

const TODAY = '2026-11-23'
const people = { 'ada@acme.com': 'administrator', 'ken@acme.com': 'agent' } as const
const MAILS: readonly SeenInbox[] = [
  { name: 'Mail', id: 3 },
  { name: 'Mail', id: 7 },
]

function decided(
  written: Omit<WrittenPolicy, 'agents'>,
  inboxes: SeenAccount['inboxes'] = [],
): Plan {
  const decision = plan(
    policy({ agents: people, ...written }),
    snapshot({ agents: people, inboxes }),
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
  return buildPolicy(source, '', tree, KINDS)
}

describe('an address of something whose name may repeat', () => {
  const inbox = (name: string, id: number | null = null) =>
    ({ kind: 'group', of: INBOX, name, id }) as const

  test('has the id behind the name only where the name alone does not say which one it is', () => {
    expect(formatAddress(inbox('Mail'))).toBe('inbox/Mail')
    expect(formatAddress(inbox('Mail', 3))).toBe('inbox/Mail#3')
    expect(formatAddress(inbox('Mail#3'))).toBe('inbox/Mail%233')
    expect(formatAddress({ kind: 'member', group: inbox('a/b', 3), email: 'a@x.com' })).toBe(
      'inbox/a%2Fb#3/a@x.com',
    )
  })

  test('is the same in another spelling of an e-mail address, and never in that of the name', () => {
    const normal = (address: string) => normaliseAddress(address, [INBOX])
    expect(normal('inbox/Mail#3/ADA@Acme.com')).toBe('inbox/Mail#3/ada@acme.com')
    expect(normal('inbox/mail')).not.toBe(normal('inbox/Mail'))
    expect(normal('inbox/Mail%233')).not.toBe(normal('inbox/Mail#3'))
    expect(normal(normal('inbox/a%2Fb#3'))).toBe(normal('inbox/a%2Fb#3'))
  })
})

describe('a plan', () => {
  test('names each unlisted thing that repeats a name by its id, and removes none', () => {
    const found = decided({ inboxes: { Website: [] } }, [...MAILS, { name: 'Website', id: 9 }])
    expect(said(found)).toEqual([
      'inbox-unexpected:inbox/Mail#3 (medium): inbox, not in the policy',
      'inbox-unexpected:inbox/Mail#7 (medium): inbox, not in the policy',
    ])
    expect(steps(found)).toEqual([])
  })

  test('finds by its id what has got another name, and says so at the entry', () => {
    const inboxes = { 'Big hall': { id: 3, name: 'Mail', channel: 'email', members: [] } }
    const found = decided({ inboxes }, [{ name: 'Chat', id: 3, channel: 'api' }])
    expect(said(found)).toEqual([
      'inbox-differs:inbox/Mail#3 (low): named "Chat", should be "Mail"; channel "api", should be "email"',
    ])
    expect(steps(found)).toEqual([])
    const [finding] = found.findings
    expect(whatIsAt(policy({ agents: people, inboxes }), finding?.location ?? null)).toBe(
      'inboxes/Big hall',
    )
  })

  test('reports what is gone without creating it, or the memberships in it', () => {
    const found = decided({ inboxes: { Mail: ['ken@acme.com'] } })
    expect(said(found)).toEqual([
      'inbox-missing:inbox/Mail (medium): missing; members ken@acme.com',
    ])
    expect(steps(found)).toEqual([])
  })

  test('weighs a member whom nobody listed by the role, and takes both out', () => {
    const found = decided({ inboxes: { Mail: [] } }, [
      { name: 'Mail', members: ['ada@acme.com', 'ken@acme.com'] },
    ])
    expect(said(found)).toEqual([
      'inbox-member-unexpected:inbox/Mail/ken@acme.com (high): member, not in the policy',
      'inbox-member-unexpected:inbox/Mail/ada@acme.com (low): member, not in the policy',
    ])
    expect(steps(found)).toEqual([
      'remove-member inbox/Mail/ada@acme.com',
      'remove-member inbox/Mail/ken@acme.com',
    ])
    expect(found.changes[0]?.before).toEqual({ inbox: 'Mail', email: 'ada@acme.com' })
  })

  test('does not exist where the policy names what several have, without an id', () => {
    const own = policy({ agents: people, inboxes: { Mail: [] } })
    const decision = plan(own, snapshot({ agents: people, inboxes: MAILS }), TODAY)
    if (decision.kind === 'plan') throw new Error('guessed')
    expect(decision.diagnostics).toMatchObject([
      {
        summary:
          'The account has 2 inboxes named "Mail". It is not clear which one the policy means.',
        detail: 'Their ids are 3, 7.',
      },
    ])
  })

  test('leaves out what a pattern ignores, and counts what no section speaks of', () => {
    expect(said(decided({ inboxes: {}, ignoreInboxes: ['M*'] }, MAILS))).toEqual([])
    expect(decided({ ignoreInboxes: [] }, MAILS).unmanaged.groups.get(INBOX)).toBe(2)
  })

  test('shows a team and something else of one name apart', () => {
    const found = decided({ teams: { mail: [] }, inboxes: { mail: [] } })
    expect(found.findings.map(({ address }) => address)).toEqual(['inbox/mail', 'team/mail'])
  })
})

describe('a waiver', () => {
  test.each([
    ['inbox/Mail#3', ['inbox/Mail#3']],
    ['inbox/Mail*', ['inbox/Mail#3', 'inbox/Mail#7']],
    ['inbox/Mail', []],
    ['inbox/mail#3', []],
  ])('at %s accepts exactly what it names', (address, accepted) => {
    const waivers = [{ finding: 'inbox-unexpected', address, expires: '2027-01-15' } as const]
    const { findings } = decided({ inboxes: {}, waivers }, MAILS)
    const waived = findings.filter(({ disposition }) => disposition === 'waived')
    expect(waived.map((each) => each.address)).toEqual(accepted)
  })
})

describe('a comparison', () => {
  const brief = ({ differences }: ReturnType<typeof diffStates>) =>
    differences.map(({ kind, address, summary }) => `${kind} ${address}: ${summary}`)

  test('of two snapshots keeps things that share a name apart, by their ids', () => {
    const before = snapshot({ agents: people, inboxes: MAILS })
    const after = snapshot({
      agents: people,
      inboxes: [
        { name: 'Mail', id: 7, members: ['ken@acme.com'], autoAssign: false },
        { name: 'Chat', id: 3 },
      ],
    })
    expect(brief(diffStates(before, after))).toEqual([
      'changed inbox/Chat: renamed: "Mail" → "Chat"',
      'changed inbox/Mail: auto_assign true → false',
      'gained inbox/Mail/ken@acme.com: new member',
    ])
  })

  test('of two policies compares entries of one id, and says which controls are looser', () => {
    const inboxes = (written: WrittenPolicy['inboxes'] = {}) =>
      policy({ agents: people, inboxes: written })
    const found = diffPolicies(
      inboxes({ 'Mail A': { id: 3, name: 'Mail', channel: 'email', members: ['ken@acme.com'] } }),
      inboxes({ Big: { id: 3, name: 'Mail', members: [] } }),
    )
    expect(brief(found)).toEqual(['lost inbox/Mail#3/ken@acme.com: no longer a member'])
    expect(found.controls).toMatchObject([{ control: 'inboxes Mail #3 channel', after: null }])
  })
})

describe('a policy', () => {
  // Two that repeat a name, and one that is called as the entry of one of them would be.
  const account = snapshot({
    agents: people,
    teams: { night: ['ken@acme.com'] },
    inboxes: [
      { name: 'Mail', id: 7, members: ['ken@acme.com'] },
      { name: 'Mail', id: 3, channel: 'email' },
      { name: 'Mail #3', id: 5, autoAssign: false },
      { name: 'yes', id: 6, members: ['ada@acme.com'] },
    ],
  })

  test('that is exported says which of several is meant, and is in sync', () => {
    const made = exportAccount(account, TODAY)
    const text = made.kind === 'policy' ? writePolicy(made.parts) : ''
    expect(text.slice(text.indexOf('\ninboxes:'))).toBe(`
inboxes:
  "Mail #3":
    id: 3
    name: Mail
    channel: email
    members: []

  "Mail #7":
    id: 7
    name: Mail
    channel: web_widget
    members:
      - ken@acme.com

  "Mail #3 #5":
    id: 5
    name: "Mail #3"
    channel: web_widget
    auto_assign: false
    members: []

  "yes":
    channel: web_widget
    members:
      - ada@acme.com
`)
    const decision = plan(read(text), account, TODAY)
    if (decision.kind === 'unknown') throw new Error(decision.diagnostics[0]?.summary)
    expect(decision.plan.findings.map(({ code }) => code)).toEqual([])
  })

  test('that adopts them is in sync, and what stands there keeps its key', () => {
    const text = `agents: { ada@acme.com: administrator, ken@acme.com: agent }
inboxes:
  night: { id: 7, name: Chat, members: [] }
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
    expect(after).toContain('  night: { id: 7, name: Mail, members: [ken@acme.com] }\n')
    expect(after).toContain('  "Mail #3": { id: 3, name: Mail, members: [] }\n')
    expect(after).toContain('teams:\n  night: [ken@acme.com]\n')
    expect(after).not.toContain('gone')
    const left = judged(read(after)).findings.map(({ id }) => id)
    expect(left).toEqual([])
  })

  test('is offered lines that say which of several is meant', () => {
    const inboxes = { Big: { id: 7, name: 'Mail', channel: 'api', members: [] } }
    const found = decided(
      { inboxes },
      account.groups.map(({ id, name, members }) => ({ id, name, members })),
    )
    const lines = Object.fromEntries([...writeFixes(found)].map(([id, { inline }]) => [id, inline]))
    expect(lines).toMatchObject({
      'inbox-unexpected:inbox/Mail#3': 'inboxes: { "Mail #3": { id: 3, name: Mail, members: [] } }',
      'inbox-differs:inbox/Mail#7': 'inboxes: { Big: { channel: web_widget } }',
      'inbox-member-unexpected:inbox/Mail#7/ken@acme.com':
        'inboxes: { Big: { members: [ken@acme.com] } }',
    })
  })
  test('is offered a key of its own where another entry has that label already', () => {
    const inboxes = { 'Mail #3': { id: 7, name: 'Mail', channel: 'api', members: [] } }
    const found = decided(
      { inboxes },
      account.groups.map(({ id, name, members }) => ({ id, name, members })),
    )
    expect(writeFixes(found).get('inbox-unexpected:inbox/Mail#3')?.inline).toBe(
      'inboxes: { "Mail #3*": { id: 3, name: Mail, members: [] } }',
    )
  })
})

test('a list shows them apart from teams, those that repeat a name with their ids', () => {
  const { groups, people: listed } = listAccount(
    snapshot({ agents: people, teams: { mail: ['ken@acme.com'] }, inboxes: MAILS }),
  )
  expect(groups.map(({ subject }) => formatAddress(subject)).sort()).toEqual([
    'inbox/Mail#3',
    'inbox/Mail#7',
    'team/mail',
  ])
  expect(listed.at(-1)?.groups.map(formatAddress)).toEqual(['team/mail'])
})

test('every finding about a group or a member is of a kind', () => {
  const about = FINDING_CODES.filter((code) =>
    FINDINGS[code].about.some((kind) => kind === 'group' || kind === 'member'),
  )
  expect(about.filter((code) => findKindByCode(code) === null)).toEqual([])
})
