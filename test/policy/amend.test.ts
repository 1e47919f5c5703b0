/** Accepting drift in the text of a policy: what becomes of it, and of everything else in it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Adoption, type AdoptionRequest, planAdoption } from '../../src/core/adopt/adopt.ts'
import { isDrift } from '../../src/core/messages/finding.ts'
import { formatAddress } from '../../src/core/model/address.ts'
import type { Policy } from '../../src/core/model/policy.ts'
import { findListedGroup, listGroups } from '../../src/core/model/policy.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { type Plan, plan } from '../../src/core/plan/plan.ts'
import { nestLines } from '../../src/core/report/remedies.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import { amend } from '../../src/policy/write/amend.ts'
import { writeFixes, writeStatements } from '../../src/policy/write/yaml.ts'
import { policy } from '../core/build.ts'
import { hostileAccount } from '../core/hostile.ts'
import { TODAY, worldOfTeams } from '../core/world.ts'
import { style, written } from './written.ts'

const SEED = 20_261_123
const RUNS = 500

function parsed(text: string): Policy {
  const { policy, diagnostics } = parsePolicy('p.yaml', Buffer.from(text))
  if (policy === null) throw new Error(`${JSON.stringify(diagnostics, null, 1)}\n${text}`)
  return policy
}

function planned(policy: Policy, snapshot: Snapshot): Plan | null {
  const decision = plan(policy, snapshot, TODAY)
  return decision.kind === 'plan' ? decision.plan : null
}

interface Adopted extends Adoption {
  readonly before: Policy
  readonly after: Policy
  readonly text: string
  readonly next: string
  readonly plan: Plan
}

/** Null where there is no plan to begin with. */
function adopt(text: string, snapshot: Snapshot, named: boolean): Adopted | null {
  const before = parsed(text)
  const first = planned(before, snapshot)
  if (first === null) return null
  const request: AdoptionRequest = {
    addresses: named ? new Set(first.findings.map(({ address }) => address)) : null,
    reason: named ? 'Decided: #42' : null,
    today: TODAY,
  }
  const result = planAdoption(before, snapshot, first.findings, request)
  const amended = amend(before, result.amendments)
  if (amended === null) throw new Error(`unknown layout\n${text}`)
  const after = parsed(amended.text)
  const second = planned(after, snapshot)
  if (second === null) throw new Error(amended.text)
  return { ...result, before, after, text, next: amended.text, plan: second }
}

function always(named: boolean, holds: (adopted: Adopted, snapshot: Snapshot) => void): void {
  fc.assert(
    fc.property(worldOfTeams, style, ({ policy, snapshot }, given) => {
      const adopted = adopt(written(policy, given), snapshot, named)
      if (adopted !== null) holds(adopted, snapshot)
    }),
    { seed: SEED, numRuns: RUNS },
  )
}

describe('after everything is adopted by name', () => {
  test('a plan is in sync, but for what no line of a policy settles', () => {
    let inSync = 0
    always(true, ({ plan, left }) => {
      const drift = plan.findings.filter(isDrift).map(({ id }) => id)
      expect(drift.sort()).toEqual(
        left
          .filter(({ finding }) => isDrift(finding))
          .map(({ finding }) => finding.id)
          .sort(),
      )
      // Left are ignored administrators, and the last administrator of the policy.
      for (const { finding, why } of left.filter((each) => isDrift(each.finding))) {
        expect(['admin-unexpected', 'agent-missing', 'role-differs']).toContain(finding.code)
        expect(why).toMatch(/ignores this person|no administrator/)
      }
      if (drift.length === 0) inSync += 1
    })
    expect(inSync).toBeGreaterThan(RUNS / 4)
  })
})

describe('after everything that is not critical is adopted', () => {
  test('no administrator has become one, and no finding is new', () => {
    always(false, ({ before, after, adopted, plan, left }) => {
      const had = administrators(before)
      expect(administrators(after).filter((email) => !had.includes(email))).toEqual([])
      const known = new Set(left.map(({ finding }) => finding.id))
      // Whoever is wanted in a team and left the account is a ghost of it, which is a warning.
      expect(plan.findings.filter((each) => isDrift(each) && !known.has(each.id))).toEqual([])
      const gone = new Set(adopted.map(({ id }) => id))
      expect(plan.findings.filter(({ id }) => gone.has(id))).toEqual([])
    })
  })
})

function administrators({ agents }: Policy): string[] {
  return [...(agents?.entries.values() ?? [])]
    .filter(({ role }) => role === 'administrator')
    .map(({ email }) => email)
}

test('names are adopted whatever they are', () => {
  fc.assert(
    fc.property(hostileAccount(), style, (account, given) => {
      const boss = { id: 99, email: 'boss@acme.com', name: 'Boss', role: 'administrator' } as const
      const more = { confirmed: true, provider: null, customRoleId: null }
      const snapshot = { ...account, agents: [...account.agents, { ...boss, ...more }] }
      const start = policy({ agents: { [boss.email]: boss.role }, teams: {}, inboxes: {} })
      const text = written(start, { ...given, section: 'block', members: 'block' })
      const adopted = adopt(text, snapshot, true)
      expect(adopted?.plan.findings.filter(isDrift)).toEqual([])
      expect(adopted?.after.agents?.entries.size).toBe(snapshot.agents.length)
      expect(adopted && listGroups(adopted.after).length).toBe(snapshot.groups.length)
    }),
    { seed: SEED, numRuns: 300 },
  )
})

test('all lines to paste together are a valid policy that ends their findings, whatever the names are', () => {
  fc.assert(
    fc.property(hostileAccount(), (account) => {
      const boss = 'boss@acme.com'
      const agents = { [boss]: 'administrator' } as const
      const empty = policy({ agents, teams: {}, inboxes: {}, customRoles: {} })
      const before = planned(empty, account)
      if (before === null) return
      const own = writeStatements({
        path: ['agents'],
        said: [{ key: boss, value: 'administrator' }],
      })
      const fixes = writeFixes(before)
      // A key that is too long for YAML is not offered, but may be a member of a group that is.
      if (fixes.size < before.fixes.size) return
      const lines = nestLines([own, ...fixes.values()])
      const after = planned(parsed(['version: 1', ...lines].join('\n')), account)
      expect(after?.findings.filter(({ id }) => fixes.has(id))).toEqual([])
    }),
    { seed: SEED, numRuns: 300 },
  )
})

describe('whatever is adopted', () => {
  test('what the policy says of everybody and everything else stays as it was', () => {
    for (const named of [true, false]) {
      always(named, ({ before, after, amendments }) => {
        expect(plain(after.scope)).toEqual(plain(before.scope))
        for (const [email, agent] of before.agents?.entries ?? []) {
          if (amendments.agents.has(email)) continue
          expect(plain(after.agents?.entries.get(email))).toEqual(plain(agent))
        }
        for (const team of listGroups(before)) {
          const amended = amendments.named.get(formatAddress(team.subject))
          const now = findListedGroup(after, team.subject)
          if (amended === 'remove') continue
          const members = [...team.members.keys()].filter((each) => !amended?.leave.has(each))
          expect([...(now?.members.keys() ?? [])]).toEqual(expect.arrayContaining(members))
          expect(now?.members.size).toBe(members.length + (amended?.join.size ?? 0))
          if (amended === undefined) expect(plain(now)).toEqual(plain(team))
        }
        const names = (each: Policy) => [...(each.agents?.entries.keys() ?? [])]
        const staying = names(before).filter((email) => amendments.agents.get(email) !== 'remove')
        // Order is kept: the old ones come in the order in which they stood.
        expect(names(after).filter((email) => staying.includes(email))).toEqual(staying)
      })
    }
  })

  test('a comment stays exactly as long as the entry below it, and line ends stay', () => {
    always(true, ({ text, next }) => {
      const lines = (of: string) => of.split(/\r?\n/)
      const isComment = (line: string | undefined) => /^\s*# /.test(line ?? '')
      const known = new Set(lines(text))
      // In these texts each entry has a comment of its own above it.
      const stays = lines(text).filter((line, index, all) => {
        if (!isComment(line)) return false
        const key = (each: string | undefined) => /^ *(- \S+|.*?:)/.exec(each ?? '')?.[0]
        const entry = key(all[index + 1])
        return (
          entry === undefined ||
          lines(next).some((each, at, now) => each === line && key(now[at + 1]) === entry)
        )
      })
      expect(
        lines(next).filter((line) => isComment(line) && known.has(line)),
        `${text}\n-----\n${next}`,
      ).toEqual(stays)
      if (text.includes('\r\n')) expect(next.replaceAll('\r\n', '')).not.toContain('\n')
      expect(/\n$/.test(next)).toBe(/\n$/.test(text))
    })
  })

  test('the hunks are the difference, with as few lines as can be', () => {
    fc.assert(
      fc.property(worldOfTeams, style, ({ policy, snapshot }, given) => {
        const text = written(policy, given)
        const before = parsed(text)
        const first = planned(before, snapshot)
        if (first === null) return
        const request = { addresses: null, reason: null, today: TODAY }
        const amended = amend(
          before,
          planAdoption(before, snapshot, first.findings, request).amendments,
        )
        if (amended === null) throw new Error(text)
        const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? []
        for (const { start, before: old } of amended.hunks) {
          expect(lines.slice(start, start + old.length)).toEqual(old)
        }
        const rebuilt: string[] = [...lines]
        for (const { start, before: old, after } of amended.hunks.toReversed()) {
          expect([old[0] === after[0] && old.length > 0 && after.length > 0]).toEqual([false])
          rebuilt.splice(start, old.length, ...after)
        }
        expect(rebuilt.join('')).toBe(amended.text)
        if (amended.hunks.length === 0) expect(amended.text).toBe(text)
      }),
      { seed: SEED, numRuns: RUNS },
    )
  })
})

/** Without places, which may move. */
function plain(value: unknown): unknown {
  if (value instanceof Map) return [...value].map(([key, each]) => [key, plain(each)])
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value !== 'object' || value === null) return value
  if ('line' in value && 'column' in value) return null
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]))
}
