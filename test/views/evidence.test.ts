/** Differences and the tables of a review, where no command of today would show them. */
import { parse } from 'csv-parse/sync'
import { describe, expect, test } from 'vitest'
import { computeAccess } from '../../src/core/access/access.ts'
import { diffPolicies } from '../../src/core/compare/difference.ts'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import { recognise } from '../../src/core/model/identity.ts'
import type { Policy, PolicyGroup, PolicySection } from '../../src/core/model/policy.ts'
import type { Activity, Snapshot } from '../../src/core/model/snapshot.ts'
import { plan } from '../../src/core/plan/plan.ts'
import { type Compared, concludeDiff } from '../../src/core/report/diff.ts'
import { concludeAccount, concludeReport } from '../../src/core/report/report.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import { renderTables } from '../../src/views/bundle.ts'
import { renderDiff } from '../../src/views/diff.ts'
import { renderHtml } from '../../src/views/html/report.ts'
import { PLAIN } from '../../src/views/text/layout.ts'
import { added, readLog, signedIn } from '../core/audit-rows.ts'
import { snapshot as seen } from '../core/build.ts'
import { HEAD, HOSTILE } from './reports.ts'

function policy(text: string): Policy {
  const source = parsePolicy('p.yaml', Buffer.from(`version: 1\n${text}`))
  if (source.policy === null) throw new Error(source.diagnostics[0]?.summary)
  return source.policy
}

const access = (of: Snapshot) => computeAccess(recognise(of).snapshot)

const ADA = 'agents: { ada@acme.com: administrator }\n'

function shown(before: string, after: string, side: Partial<Compared> = {}): string {
  const basis = { file: 'p.yaml', account: null, server: null, readAt: null, ...side }
  const found = diffPolicies(policy(before), policy(after))
  const tool = { name: 'rollcall', version: '1.2.3' }
  const sides = { before: basis, after: basis }
  return renderDiff(concludeDiff({ tool, of: 'policies', ...sides }, found), PLAIN)
}

describe('differences as text', () => {
  test('two snapshots are never called equal if a part was not compared, and the part is named', () => {
    const missing = makeDiagnostic({ code: 'read-partial', summary: 'b.json has no inboxes.' })
    const parts = { tool: { name: 'rollcall', version: '1.2.3' }, of: 'snapshots' } as const
    const found = { differences: [], controls: [] }
    const basis = { file: 'p.json', account: null, server: null, readAt: null }
    const text = renderDiff(
      concludeDiff({ ...parts, before: basis, after: basis }, found, [missing]),
      PLAIN,
    )
    expect(text).not.toContain('EQUAL')
    expect(text).toMatch(/^NO DIFFERENCE FOUND {2}not everything was compared\n/)
    expect(text).toMatch(/\nNO DIFFERENCE FOUND, not everything was compared, exit code 0\n$/)
    expect(text.replaceAll('\n', ' ')).toContain('b.json has no inboxes. These were not compared.')
  })

  test('controls that came, went and changed have the symbols of changes', () => {
    const text = shown(
      `account: 1\n${ADA}scope: { ignore: { agents: ["x*"] } }\n`,
      `account: 2\n${ADA}scope: { ignore: { agents: ["y*"] } }\n`,
    )
    expect(text).toMatch(/\+ scope\.ignore\.agents y\* +not set → listed +loosened/)
    expect(text).toMatch(/~ account +1 → 2 +changed/)
    expect(text).toMatch(/- scope\.ignore\.agents x\* +listed → not set +stricter/)
    expect(text).toMatch(/^DIFFERENT {2}3 controls changed, 1 loosened\n/)
  })

  test('a team stands above its members, named as far as it is known', () => {
    const text = shown(
      `${ADA}teams: {}\n`,
      `${ADA}teams: { a: { members: [ada@acme.com], auto_assign: true } }\n`,
      { account: { id: 3, name: null } },
    )
    expect(text).toMatch(/^DIFFERENT {2}account 3: 2 gained\n/)
    expect(text).toMatch(/Teams\n {2}\+ a +new team .*\n {4}\+ ada@acme\.com +new member/)
  })

  test('hostile names stay on their line and say nothing to a terminal', () => {
    const side = {
      account: { id: 1, name: HOSTILE },
      server: 'https://chat.acme.com',
      file: HOSTILE,
    }
    const text = shown(
      ADA,
      `${ADA}teams: { ${JSON.stringify('\u202eevil\u001b[31m')}: [] }\n`,
      side,
    )
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
  })
})

test('every waiver of a policy that has some is in the bundle', () => {
  const base = policy(`${ADA}scope: { ignore: { agents: ["x*"] } }\n`)
  const location = { file: 'p.yaml', line: 9, column: 3 }
  const waiver = {
    finding: 'agent-unexpected' as const,
    address: 'agent/x@acme.com',
    reason: HOSTILE,
    owner: 'ada@acme.com',
    expires: { value: '2027-01-15', location },
    location,
  }
  const snapshot = seen({
    agents: { 'ada@acme.com': { role: 'administrator', name: 'Ada', provider: null } },
  })
  const decision = plan(base, snapshot, '2026-11-23')
  if (decision.kind !== 'plan') throw new Error('no plan')
  const account = concludeAccount(base, snapshot, decision.plan, new Map())
  const tables = renderTables(account, { ...base, waivers: [waiver] }, access(snapshot))
  expect(parse(tables['waivers.csv'] ?? '', { columns: true })).toEqual([
    {
      finding: 'agent-unexpected',
      address: 'agent/x@acme.com',
      reason: expect.stringContaining('::error::'),
      owner: 'ada@acme.com',
      expires: '2027-01-15',
    },
  ])
  const [ada] = parse(tables['population.csv'] ?? '', { columns: true }) as Record<string, string>[]
  expect([ada?.['provider'], ada?.['reaches']]).toEqual(['', 'everything'])
  expect(renderTables(account, base, [])['waivers.csv']?.split('\r\n').length).toBe(2)
})

test('the population of a review has what the audit log says about each person, if it was read', () => {
  const base = policy(ADA)
  const found = seen({ agents: { 'ada@acme.com': 'administrator' } })
  const [ada] = found.agents
  const rows = [signedIn(20, ada?.id ?? 0), added(9, ada?.id ?? 0)]
  const tables = (activity: Activity) => {
    const snapshot = { ...found, activity }
    const decision = plan(base, snapshot, '2026-11-23')
    if (decision.kind !== 'plan') throw new Error('no plan')
    return renderTables(concludeAccount(base, snapshot, decision.plan, new Map()), base, [])
  }
  for (const file of ['population.csv', 'administrators.csv']) {
    expect(parse(tables(readLog(rows))[file] ?? '', { columns: true })).toMatchObject([
      {
        last_sign_in: '2026-11-20T14:02:00.000Z',
        added_by: 'ada@acme.com',
        added_at: '2026-11-09T14:02:00.000Z',
      },
    ])
    expect(tables({ state: 'off' })[file]).not.toContain('last_sign_in')
  }
})

test('the tables of a review spell everybody as the server does, however the policy does', () => {
  const [listed, stored] = ['zoe@m\u00fcnchen.example', 'zoe@xn--mnchen-3ya.example']
  const base = policy(`agents: { ada@acme.com: administrator, ${listed}: agent }\n`)
  const snapshot = seen({ agents: { 'ada@acme.com': 'administrator', [stored]: 'agent' } })
  const decision = plan(base, snapshot, '2026-11-23')
  if (decision.kind !== 'plan') throw new Error('no plan')
  const account = concludeAccount(base, snapshot, decision.plan, new Map())
  const tables = renderTables(account, base, access(snapshot))
  for (const file of ['population.csv', 'decisions.csv']) {
    const rows = parse(tables[file] ?? '', { columns: true }) as Record<string, string>[]
    expect(rows.map((row) => [row['email'], row['policy_says']])).toEqual([
      ['ada@acme.com', 'administrator'],
      [stored, 'agent'],
    ])
  }
})

test('every file of a review says the same about people without an entry in the policy', () => {
  const agents = {
    'ada@acme.com': 'administrator',
    'boss@bots.x': 'administrator',
    'bob@acme.com': 'agent',
    'bot@bots.x': 'agent',
  } as const
  const says = (text: string) => {
    const base = policy(text)
    const snapshot = seen({ agents })
    const decision = plan(base, snapshot, '2026-11-23')
    if (decision.kind !== 'plan') throw new Error('no plan')
    const account = concludeAccount(base, snapshot, decision.plan, new Map())
    const html = renderHtml(concludeReport(HEAD, [], [account]))
    const row = /<strong id="[^"]+"><bdi>(.*?)<\/bdi>.*?data-head="Policy"><div>(.*?)<\/div>/g
    const cells = [...html.matchAll(row)].map(([, email, cell]) => [email, cell])
    const csv = renderTables(account, base, access(snapshot))['population.csv'] ?? ''
    const rows = parse(csv, { columns: true }) as Record<string, string>[]
    expect(rows.map((row) => [row['email'], row['policy_says']])).toEqual(cells.sort())
    return Object.fromEntries(cells)
  }
  const listed = 'agents: { ada@acme.com: administrator }\n'
  const ignore = 'ignore: { agents: ["*@bots.x"] }'
  expect(says(`${listed}scope: { ${ignore} }\n`)).toEqual({
    'ada@acme.com': 'administrator',
    'bob@acme.com': 'not in the policy',
    'boss@bots.x': 'not in the policy',
    'bot@bots.x': 'ignored by the pattern *@bots.x',
  })
  expect(says(`${listed}scope: { agents: administrators }\n`)).toEqual({
    'ada@acme.com': 'administrator',
    'bob@acme.com': 'not managed',
    'boss@bots.x': 'not in the policy',
    'bot@bots.x': 'not managed',
  })
})

test('the tables of a review say which of several inboxes with one name the policy means', () => {
  const base = policy(
    'inboxes: { A: { id: 1, name: Web, members: [ada@acme.com] }, B: { id: 2, name: Web, members: [] } }\n',
  )
  const snapshot = seen({ agents: { 'ada@acme.com': 'administrator' }, inboxes: [] })
  const decision = plan(base, snapshot, '2026-11-23')
  if (decision.kind !== 'plan') throw new Error('no plan')
  const account = concludeAccount(base, snapshot, decision.plan, new Map())
  const [row] = parse(renderTables(account, base, [])['decisions.csv'] ?? '', {
    columns: true,
  }) as Record<string, string>[]
  expect(row?.['policy_says']).toBe('not managed; in Web #1')
})

test('the tables of a review look at each team of the policy as often for many people as for two', () => {
  const looks = (people: number) => {
    const emails = Array.from({ length: people }, (_, n) => `p${n}@acme.com`)
    const list = emails.map((email) => `  ${email}: administrator\n`).join('')
    const base = policy(
      `agents:\n${list}teams: { b: [p0@acme.com], a: [p0@acme.com, p1@acme.com] }\n`,
    )
    const snapshot = seen({
      agents: Object.fromEntries(emails.map((email) => [email, 'administrator' as const])),
      teams: { a: { members: ['p0@acme.com', 'p1@acme.com'] }, b: { members: ['p0@acme.com'] } },
    })
    const decision = plan(base, snapshot, '2026-11-23')
    if (decision.kind !== 'plan') throw new Error('no plan')
    let count = 0
    const counting = (section: PolicySection<PolicyGroup>) =>
      new Map(
        [...section.entries].map(([name, team]) => [
          name,
          {
            ...team,
            get members() {
              count += 1
              return team.members
            },
          },
        ]),
      )
    const groups = base.groups.map((each) => ({
      ...each,
      section: each.section && { ...each.section, entries: counting(each.section) },
    }))
    const account = concludeAccount(base, snapshot, decision.plan, new Map())
    const tables = renderTables(account, { ...base, groups }, [])
    const rows = parse(tables['population.csv'] ?? '', { columns: true }) as Record<
      string,
      string
    >[]
    const says = (wanted: string) => rows.find(({ email }) => email === wanted)?.['policy_says']
    expect([says('p0@acme.com'), says('p1@acme.com')]).toEqual([
      'administrator; in a, b',
      'administrator; in a',
    ])
    return count
  }
  expect(looks(40)).toBe(looks(2))
})
