/** Who is meant: one person or team in several spellings, and several in nearly one. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { planAdoption } from '../../src/core/adopt/adopt.ts'
import { exportAccount } from '../../src/core/adopt/export.ts'
import { diffPolicies, diffStates } from '../../src/core/compare/difference.ts'
import { makeFinder, recognise } from '../../src/core/model/identity.ts'
import { normaliseEmail, normaliseTeamName } from '../../src/core/model/names.ts'
import type { Policy } from '../../src/core/model/policy.ts'
import type { Role, Snapshot } from '../../src/core/model/snapshot.ts'
import { plan } from '../../src/core/plan/plan.ts'
import { listAccount } from '../../src/core/report/listing.ts'
import { concludeAccount } from '../../src/core/report/report.ts'
import { judgeDecisions } from '../../src/core/review/decisions.ts'
import { checkRemediation } from '../../src/core/review/remediation.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import { type SeenAccount, snapshot, team } from './build.ts'
import { listPeople, makeFilledForm } from './review/forms.ts'

const TODAY = '2026-11-23'
const NFC = 'j\u00fcrgen@acme.com'
const NFD = 'ju\u0308rgen@acme.com'
const UNICODE = 'zoe@m\u00fcnchen.example'
const PUNYCODE = 'zoe@xn--mnchen-3ya.example'

function written(...lines: readonly string[]): Policy {
  const text = ['version: 1', ...lines, ''].join('\n')
  const { policy, diagnostics } = parsePolicy('p.yaml', Buffer.from(text))
  if (policy === null) throw new Error(JSON.stringify(diagnostics))
  return policy
}

function account(people: Readonly<Record<string, Role>>, teams: SeenAccount['teams'] = {}) {
  return snapshot({ agents: { 'ada@acme.com': 'administrator', ...people }, teams })
}

function planned(policy: Policy, seen: Snapshot) {
  const decision = plan(policy, seen, TODAY)
  if (decision.kind !== 'plan') throw new Error(JSON.stringify(decision.diagnostics))
  return decision.plan
}

const ids = (policy: Policy, seen: Snapshot) =>
  planned(policy, seen)
    .findings.filter(({ disposition }) => disposition === 'open')
    .map(({ id }) => id)

const ADA = ['agents:', '  ada@acme.com: administrator']

describe('one person in two spellings is in sync', () => {
  test.each([
    ['the policy in NFC, the server in NFD', NFC, NFD],
    ['the policy in NFD, the server in NFC', NFD, NFC],
    ['the policy in Unicode, the server in punycode', UNICODE, PUNYCODE],
    ['the policy in punycode, the server in Unicode', PUNYCODE, UNICODE],
  ])('%s', (_, listed, stored) => {
    const member = (email: string) => ['teams:', `  t: [${email}]`]
    const seen = account({ [stored]: 'agent' }, { t: [stored] })
    const rule = `rules: { email_domains: [acme.com, ${listed.split('@')[1]}] }`
    expect(ids(written(...ADA, `  ${listed}: agent`, ...member(listed), rule), seen)).toEqual([])
    // A list of members may spell them in a third way.
    expect(ids(written(...ADA, `  ${listed}: agent`, ...member(stored), rule), seen)).toEqual([])
    expect(ids(written(...member(listed)), seen)).toEqual([])
  })

  test('also where only one label of a domain is in punycode', () => {
    const seen = account({ 'a@bücher.xn--p1ai': 'agent' })
    expect(ids(written(...ADA, '  a@xn--bcher-kva.рф: agent'), seen)).toEqual([])
  })
})

describe('the address of a person whom the policy lists is spelled as there', () => {
  test('whatever the server stores', () => {
    for (const stored of [UNICODE, PUNYCODE]) {
      const seen = account({ [stored]: 'administrator' })
      expect(ids(written(...ADA, `  ${UNICODE}: agent`), seen)).toEqual([
        `admin-unexpected:agent/${UNICODE}`,
      ])
    }
  })
})

describe('a rule for domains', () => {
  test.each([
    ['münchen.example', PUNYCODE],
    ['mu\u0308nchen.example', UNICODE],
    ['XN--MNCHEN-3YA.example', UNICODE],
  ])('%j allows %s', (domain, email) => {
    const policy = written('teams: {}', `rules: { email_domains: [acme.com, "${domain}"] }`)
    expect(ids(policy, account({ [email]: 'agent' }))).toEqual([])
    const other = email.replace('@', '@mail.')
    expect(ids(policy, account({ [other]: 'agent' }))).toEqual([`rule-email-domain:agent/${other}`])
  })
})

describe('a pattern that ignores', () => {
  test.each([
    ['*@münchen.example', PUNYCODE],
    ['*@xn--mnchen-3ya.example', UNICODE],
    ['*@xn--*', PUNYCODE],
    ['*mün*', PUNYCODE],
    ['*@*mu\u0308nchen.*', UNICODE],
    ['ju\u0308r*@acme.com', NFC],
    [NFC, NFD],
  ])('%j covers %s, and no administrator of that address', (pattern, email) => {
    const policy = written(...ADA, `scope: { ignore: { agents: ["${pattern}"] } }`)
    expect(ids(policy, account({ [email]: 'agent' }))).toEqual([])
    expect(ids(policy, account({ [email]: 'administrator' }))).toEqual([
      `admin-unexpected:agent/${email}`,
    ])
  })

  test.each([
    ['billing', 'billing ', true],
    ['bil*', ' billing', true],
    ['* ', 'billing', false],
  ])('%j on the team %j: %j', (pattern, name, ignored) => {
    const policy = written('teams: {}', `scope: { ignore: { teams: ["${pattern}"] } }`)
    expect(ids(policy, account({}, { [name]: [] })).length).toBe(ignored ? 0 : 1)
  })

  test('a person who is listed and ignored in another spelling is an error', () => {
    const text = `version: 1\nagents: {ada@acme.com: administrator, ${UNICODE}: agent}\nscope: {ignore: {agents: ["*@xn--mnchen-3ya.example"]}}\n`
    const { diagnostics } = parsePolicy('p.yaml', Buffer.from(text))
    expect(diagnostics.map(({ code }) => code)).toEqual(['policy-declared-and-ignored'])
  })
})

describe('of two who share an address, the policy means the one that is spelled like it', () => {
  test.each([
    [NFC, NFD],
    [NFD, NFC],
    [UNICODE, PUNYCODE],
    [PUNYCODE, UNICODE],
  ])('it lists %s, and the administrator %s is unexpected', (listed, other) => {
    for (const twins of [
      { [listed]: 'agent', [other]: 'administrator' },
      { [other]: 'administrator', [listed]: 'agent' },
    ] as const) {
      const { findings, fixes } = planned(written(...ADA, `  ${listed}: agent`), account(twins))
      expect(findings.map(({ id }) => id)).toEqual([`admin-unexpected:agent/${other}`])
      expect(findings[0]?.summary).toBe(
        'administrator, not in the policy; the policy lists another user with this address',
      )
      // No line of a policy could list both.
      expect(fixes.size).toBe(0)
    }
  })

  test('one that is spelled like neither finds the normal form, then the lowest id', () => {
    const third = 'zoe@MU\u0308NCHEN.example'
    const policy = written(...ADA, `  ${third}: agent`)
    expect(ids(policy, account({ [PUNYCODE]: 'agent', [UNICODE]: 'agent' }))).toEqual([
      `agent-unexpected:agent/${PUNYCODE}`,
    ])
    const ascii = written(...ADA, '  j\u00fcrgen@xn--mnchen-3ya.example: agent')
    const [one, two] = ['ju\u0308rgen@m\u00fcnchen.example', 'ju\u0308rgen@xn--mnchen-3ya.example']
    expect(ids(ascii, account({ [two]: 'agent', [one]: 'agent' }))).toEqual([
      `agent-unexpected:agent/${one}`,
    ])
  })

  test('without `agents`, the other one is an unexpected member', () => {
    const policy = written('teams:', `  t: [${NFC}]`)
    expect(ids(policy, account({ [NFC]: 'agent', [NFD]: 'agent' }, { t: [NFC, NFD] }))).toEqual([
      `member-unexpected:team/t/${NFD}`,
    ])
  })

  test('a plan that would take the role of the token’s owner warns, in whatever spelling', () => {
    const seen = {
      ...account({ [NFD]: 'administrator' }),
      caller: { email: NFD, role: 'administrator' },
    }
    const policy = written(...ADA, `  ${NFC}: agent`)
    const { diagnostics } = concludeAccount(
      policy,
      seen as Snapshot,
      planned(policy, seen as Snapshot),
      new Map(),
    )
    expect(diagnostics.map(({ code }) => code)).toEqual(['token-owner-at-risk'])
  })
})

describe('a waiver', () => {
  const waiver = (finding: string, address: string) =>
    `waivers: [{finding: ${finding}, address: "${address}", reason: r, owner: o, expires: 2026-12-31}]`

  test.each([
    ['agent-unexpected', `agent/${NFC}`, NFD],
    ['agent-unexpected', `agent/${UNICODE}`, PUNYCODE],
    ['agent-unexpected', 'agent/*@xn--mnchen-3ya.example', UNICODE],
    ['agent-unexpected', 'agent/J\u00dcRGEN@*', NFD],
  ])('for %s at %s accepts %s', (code, address, email) => {
    const policy = written(...ADA, waiver(code, address))
    const soon = ids(policy, account({ [email]: 'agent' }))
    expect(soon).toEqual([])
  })

  test('accepts a team in another spelling', () => {
    const policy = written('teams: {}', waiver('team-unexpected', 'team/Billing'))
    expect(ids(policy, account({}, { 'billing ': [] }))).toEqual([])
  })

  test('accepts an administrator, and never another one of the same address', () => {
    const policy = written(...ADA, waiver('admin-unexpected', `agent/${NFC}`))
    expect(ids(policy, account({ [NFD]: 'administrator' }))).toEqual([])
    expect(ids(policy, account({ [NFD]: 'administrator', [NFC]: 'administrator' }))).toEqual([
      `admin-unexpected:agent/${NFD}`,
    ])
    // The one it was written for is an agent by now.
    expect(ids(policy, account({ [NFD]: 'administrator', [NFC]: 'agent' }))).toContain(
      `admin-unexpected:agent/${NFD}`,
    )
  })
})

test('a policy that lists one person in two spellings is refused', () => {
  for (const [one, two] of [
    [NFC, NFD],
    [UNICODE, PUNYCODE],
  ]) {
    const text = `version: 1\nagents:\n  ada@acme.com: administrator\n  ${one}: agent\n  ${two}: agent\n`
    const { diagnostics } = parsePolicy('p.yaml', Buffer.from(text))
    expect(diagnostics.map(({ code, location }) => [code, location?.line])).toEqual([
      ['policy-duplicate-entry', 5],
    ])
  }
})

describe('adopting', () => {
  const request = (...addresses: readonly string[]) => ({
    addresses: addresses.length === 0 ? null : new Set(addresses),
    reason: 'because',
    today: TODAY,
  })

  test('leaves out whom the policy could not list as well', () => {
    const policy = written(...ADA, `  ${NFC}: agent`)
    const seen = account({ [NFC]: 'agent', [NFD]: 'administrator' })
    const { findings } = planned(policy, seen)
    const { adopted, left } = planAdoption(policy, seen, findings, request(`agent/${NFD}`))
    expect([adopted, left.map(({ why }) => why)]).toEqual([
      [],
      ['the policy has this name, but its entry matches another one on the account'],
    ])
  })

  test('takes one of two that share a name, when it is named', () => {
    const policy = written('teams: {}')
    const seen = account({}, { billing: [], 'billing ': [] })
    const { findings } = planned(policy, seen)
    const all = planAdoption(policy, seen, findings, request())
    expect(all.left.map(({ why }) => why)).toEqual(['only if you name it', 'only if you name it'])
    const both = planAdoption(policy, seen, findings, request('team/billing', 'team/billing '))
    expect([both.adopted.length, both.left.length]).toEqual([1, 1])
  })

  test('takes one of two people who share an address, when they are named', () => {
    const policy = written(...ADA)
    const seen = account({ [NFC]: 'agent', [NFD]: 'agent' })
    const { findings } = planned(policy, seen)
    const all = planAdoption(policy, seen, findings, request())
    expect(all.left.map(({ why }) => why)).toEqual(['only if you name it', 'only if you name it'])
    const both = planAdoption(policy, seen, findings, request(`agent/${NFC}`, `agent/${NFD}`))
    expect([[...both.amendments.agents.keys()], both.left.map(({ why }) => why)]).toEqual([
      [NFD],
      ['the policy has this name, but its entry matches another one on the account'],
    ])
  })
})

test('an export of an account with two that share a name is refused, and says which', () => {
  const result = exportAccount(
    account({ [NFC]: 'agent', [NFD]: 'agent' }, { a: [], 'a ': [] }),
    TODAY,
  )
  expect(result.kind === 'refused' && result.diagnostics.map(({ summary }) => summary)).toEqual([
    `${JSON.stringify(NFC)} and ${JSON.stringify(NFD)} are on the account, but a policy can have only one entry for them.`,
    '"a" and "a " are on the account, but a policy can have only one entry for them.',
  ])
})

test('a list counts punycode and Unicode as one domain', () => {
  const { domains, people } = listAccount(
    account({ [UNICODE]: 'agent', [`x${PUNYCODE}`]: 'agent' }),
  )
  expect(domains).toEqual([
    { value: 'münchen.example', people: 2 },
    { value: 'acme.com', people: 1 },
  ])
  expect(people.filter(({ foreign }) => foreign).map(({ email }) => email)).toEqual([
    'ada@acme.com',
  ])
})

describe('a difference', () => {
  test('is none between two spellings', () => {
    const one = written(...ADA, `  ${UNICODE}: agent`, 'teams:', `  t: [${UNICODE}]`)
    const two = written(...ADA, `  ${PUNYCODE}: agent`, 'teams:', `  "t ": [${PUNYCODE}]`)
    expect(diffPolicies(one, two)).toEqual({ differences: [], controls: [] })
    // Teams and people that are spelled alike stay what they are beside one that is not.
    const beside = ['  u: [ada@acme.com]']
    const same = diffPolicies(
      written('teams:', `  t: [${NFC}]`, ...beside),
      written('teams:', `  "t ": [${NFD}]`, ...beside),
    )
    expect(same.differences).toEqual([])
    const before = account({ [NFD]: 'agent' }, { 'billing ': [NFD] })
    const after = account({ [NFC]: 'agent' }, { billing: [NFC] })
    const names = diffStates(before, after).differences
    expect(names.map(({ summary }) => summary)).toEqual([
      expect.stringContaining(`name "${NFD}" → "${NFC}"`),
    ])
  })

  test('is the one that came, of two that share a name', () => {
    const before = account({}, { billing: [] })
    const after = account({ [NFC]: 'agent', [NFD]: 'agent' }, { billing: [], 'billing ': [] })
    expect(diffStates(before, after).differences.map(({ address }) => address)).toEqual([
      `agent/${NFD}`,
      `agent/${NFC}`,
      'team/billing ',
    ])
  })
})

describe('the decisions of a review', () => {
  const judge = (
    people: readonly string[],
    email: string,
    decision: string,
    reviewer = 'ada@acme.com',
  ) => {
    const cells = { email, decision, reviewer, date: TODAY, ticket: '', why: 'left' }
    const rules = {
      ...{ people: listPeople(people), since: TODAY, today: TODAY, findings: new Map() },
      identify: (email: string) => email,
    }
    return judgeDecisions(makeFilledForm([cells], people).rows, rules)
  }

  test('are about the person, however a table spells the address', () => {
    const { decisions, problems } = judge([NFD], NFC, 'remove')
    expect([decisions.map(({ email }) => email), problems]).toEqual([[NFD], []])
    const own = judge([NFD], NFD, 'keep', NFC)
    expect(own.problems.map(({ summary }) => summary)).toEqual([
      `${NFD} decided about their own access.`,
    ])
  })

  test('are about nobody where the address is that of several', () => {
    const [one, two] = ['ju\u0308rgen@m\u00fcnchen.example', 'ju\u0308rgen@xn--mnchen-3ya.example']
    const { problems } = judge([one, two], 'j\u00fcrgen@xn--mnchen-3ya.example', 'keep')
    expect(problems.length).toBe(3)
  })

  test('to remove somebody are not done while another spelling of the address is there', () => {
    const { decisions } = judge([NFD], NFC, 'remove')
    const { fates } = checkRemediation(
      decisions,
      account({ [NFD]: 'agent' }),
      account({ [NFC]: 'agent' }),
    )
    expect(fates.map(({ happened, what }) => [happened, what])).toEqual([
      [false, 'still on the account as agent'],
    ])
  })
})

test('a text finds what is spelled like it, else the only one of its normal form', () => {
  const find = makeFinder([NFD, UNICODE, PUNYCODE], (email) => email, normaliseEmail)
  expect([find(NFC), find(UNICODE), find(PUNYCODE), find('zoe@mu\u0308nchen.example')]).toEqual([
    NFD,
    UNICODE,
    PUNYCODE,
    undefined,
  ])
})

describe('whoever is on an account', () => {
  const piece = fc.constantFrom('a', 'u\u0308', '\u00fc', '\u00fcb', 'u\u0308b')
  const host = fc.constantFrom('b\u00fc.de', 'bu\u0308.de', 'xn--b-xga.de', 'b.de')
  const email = fc.tuple(piece, host).map(([local, domain]) => `${local}@${domain}`)
  const name = fc
    .tuple(
      fc.constantFrom('', ' ', '\u0007'),
      fc.constantFrom('a', 'A', 'σ', 'ς'),
      fc.constantFrom('', ' '),
    )
    .map((parts) => parts.join(''))
  const unique = <T>(items: fc.Arbitrary<T>) => fc.uniqueArray(items, { maxLength: 8 })

  test('is never merged with somebody else, and every entry finds one of its name', () => {
    fc.assert(
      fc.property(
        unique(email),
        unique(name),
        unique(email),
        unique(name),
        (people, teams, a, t) => {
          const distinct = <T>(items: readonly T[], of: (item: T) => string) => [
            ...new Map(items.map((item) => [of(item), item])).values(),
          ]
          const listed = {
            people: distinct(a, normaliseEmail),
            groups: distinct(t, normaliseTeamName).map(team),
          }
          const seen = snapshot({
            agents: Object.fromEntries(people.map((each) => [each, 'agent' as const])),
            teams: Object.fromEntries(teams.map((each) => [each, people])),
          })
          const known = recognise(seen, listed).snapshot
          const emails = known.agents.map((each) => each.email)
          expect(new Set(emails).size).toBe(people.length)
          expect(new Set(known.groups.map((each) => each.subject.name)).size).toBe(teams.length)
          for (const each of known.groups) expect(new Set(each.members)).toEqual(new Set(emails))
          for (const each of listed.people) {
            const there = people.some((stored) => normaliseEmail(stored) === normaliseEmail(each))
            expect(emails.includes(each)).toBe(there)
          }
          for (const agent of known.agents) {
            const was = seen.agents.find(({ id }) => id === agent.id)?.email ?? ''
            expect(normaliseEmail(agent.email)).toBe(normaliseEmail(was))
          }
          // Once recognised, always recognised.
          expect(recognise(known, listed).snapshot).toEqual(known)
        },
      ),
      { seed: 20_261_125, numRuns: 1_000 },
    )
  })
})
