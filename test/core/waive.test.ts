/** What waivers accept, what is said of the waivers themselves, and what they never change. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Finding, isDrift } from '../../src/core/messages/finding.ts'
import { normaliseAddress } from '../../src/core/model/address.ts'
import { isPattern, matches } from '../../src/core/model/pattern.ts'
import type { Policy } from '../../src/core/model/policy.ts'
import type { Change } from '../../src/core/plan/change.ts'
import { type Plan, plan } from '../../src/core/plan/plan.ts'
import {
  policy,
  type SeenAccount,
  snapshot,
  type WrittenPolicy,
  type WrittenWaiver,
  whatIsAt,
} from './build.ts'
import { stops } from './project.ts'
import { TODAY, world } from './world.ts'

const ada = { 'ada@acme.com': 'administrator' } as const
const mal = { 'mal@x.io': 'administrator' } as const

function decided(own: Policy, account: SeenAccount, today: string): Plan {
  const decision = plan(own, snapshot(account), today)
  if (decision.kind === 'unknown') throw new Error(JSON.stringify(decision.diagnostics))
  return decision.plan
}

interface Rule {
  readonly rule: string
  readonly waivers: readonly WrittenWaiver[]
  /** Of an account with an unexpected administrator, an unexpected agent and a missing member. */
  readonly findings: readonly string[]
  readonly changes: readonly string[]
  readonly today?: string
}

const ADMIN = 'admin-unexpected:agent/mal@x.io'
const AGENT = 'agent-unexpected:agent/bob@x.io'
const MEMBER = 'member-missing:team/tier %2F 1/ada@acme.com'
const waiver = (finding: WrittenWaiver['finding'], address: string, expires = '2027-01-15') => ({
  finding,
  address,
  expires,
})
const WRITTEN: WrittenPolicy = { agents: ada, teams: { 'tier / 1': ['ada@acme.com'] } }
const SEEN: SeenAccount = {
  agents: { ...ada, ...mal, 'bob@x.io': 'agent' },
  teams: { 'tier / 1': [] },
}
const ALL_CHANGES = ['team/tier %2F 1/ada@acme.com', 'agent/bob@x.io', 'agent/mal@x.io']

describe('a waiver', () => {
  test.each<[string, Rule]>(
    (
      [
        {
          rule: 'accepts the finding of its code and address, whose change is not called for',
          waivers: [waiver('admin-unexpected', 'agent/mal@x.io')],
          findings: [`waived ${ADMIN}`, `open ${AGENT}`, `open ${MEMBER}`],
          changes: ['team/tier %2F 1/ada@acme.com', 'agent/bob@x.io'],
        },
        {
          rule: 'is written in any case, with what an address encodes',
          waivers: [waiver('member-missing', 'team/Tier %2f 1/Ada@Acme.com')],
          findings: [`open ${ADMIN}`, `open ${AGENT}`, `waived ${MEMBER}`],
          changes: ['agent/bob@x.io', 'agent/mal@x.io'],
        },
        {
          rule: 'reaches several addresses with a pattern',
          waivers: [
            waiver('agent-unexpected', 'agent/*@x.io'),
            waiver('member-missing', 'team/tier*'),
          ],
          findings: [`open ${ADMIN}`, `waived ${AGENT}`, `waived ${MEMBER}`],
          changes: ['agent/mal@x.io'],
        },
        {
          rule: 'of another code or another address accepts nothing, and says so',
          waivers: [
            waiver('role-differs', 'agent/mal@x.io'),
            waiver('agent-unexpected', 'agent/cyd@x.io'),
          ],
          findings: [
            `open ${ADMIN}`,
            `open ${AGENT}`,
            `open ${MEMBER}`,
            'open waiver-unused:waiver/1',
            'open waiver-unused:waiver/2',
          ],
          changes: ALL_CHANGES,
        },
        {
          rule: 'holds to the end of its last day, and is announced',
          waivers: [waiver('agent-unexpected', 'agent/bob@x.io')],
          today: '2027-01-15',
          findings: [
            `open ${ADMIN}`,
            `waived ${AGENT}`,
            `open ${MEMBER}`,
            'open waiver-expires-soon:waiver/1',
          ],
          changes: ['team/tier %2F 1/ada@acme.com', 'agent/mal@x.io'],
        },
        {
          rule: 'has ended the day after: the finding counts again, and the waiver is drift as well',
          waivers: [waiver('agent-unexpected', 'agent/bob@x.io')],
          today: '2027-01-16',
          findings: [
            `open ${ADMIN}`,
            `open ${AGENT}`,
            'open waiver-expired:waiver/1',
            `open ${MEMBER}`,
          ],
          changes: ALL_CHANGES,
        },
        {
          rule: 'that has ended and accepts nothing is unused and nothing else',
          waivers: [waiver('agent-unexpected', 'agent/cyd@x.io', '2026-01-01')],
          findings: [
            `open ${ADMIN}`,
            `open ${AGENT}`,
            `open ${MEMBER}`,
            'open waiver-unused:waiver/1',
          ],
          changes: ALL_CHANGES,
        },
        {
          rule: 'that has ended is unused where a newer one accepts the same',
          waivers: [
            waiver('agent-unexpected', 'agent/bob@x.io', '2026-01-01'),
            waiver('agent-unexpected', 'agent/bob@x.io'),
          ],
          findings: [
            `open ${ADMIN}`,
            `waived ${AGENT}`,
            `open ${MEMBER}`,
            'open waiver-unused:waiver/1',
          ],
          changes: ['team/tier %2F 1/ada@acme.com', 'agent/mal@x.io'],
        },
      ] satisfies Rule[]
    ).map((row) => [row.rule, row]),
  )('%s', (_, { waivers, today = '2026-11-23', ...rule }) => {
    const own = policy({ ...WRITTEN, waivers })
    const { findings, changes } = decided(own, SEEN, today)
    expect({
      findings: findings.map(({ disposition, id }) => `${disposition} ${id}`),
      changes: changes.map(({ address }) => address),
    }).toEqual({ findings: rule.findings, changes: rule.changes })
    for (const { subject, location } of findings) {
      if (subject.kind !== 'waiver') continue
      expect(whatIsAt(own, location)).toBe(`waivers/${subject.number}`)
    }
  })

  test('names who accepted it, why and until when; of several the one that lasts longest', () => {
    const bob = (owner: string, expires: string) => ({
      ...waiver('agent-unexpected', 'agent/bob@x.io', expires),
      owner,
    })
    const own = policy({
      ...WRITTEN,
      waivers: [bob('a', '2027-01-01'), bob('b', '2027-03-01'), bob('c', '2027-02-01')],
    })
    const found = decided(own, SEEN, '2026-11-23').findings.find(({ id }) => id === AGENT)
    expect(found?.waiver).toEqual({
      reason: 'It was decided.',
      owner: 'b',
      expires: '2027-03-01',
      location: own.waivers[1]?.location,
    })
  })

  test('never reaches a critical finding with a pattern', () => {
    const written: WrittenPolicy = {
      agents: {
        ...ada,
        'mal@x.io': { role: 'administrator', expires: '2026-11-22' },
        'bob@x.io': { role: 'agent', expires: '2026-11-22' },
      },
      waivers: [waiver('access-expired', 'agent/*')],
    }
    const { findings } = decided(policy(written), SEEN, '2026-11-23')
    expect(findings.map(({ disposition, id }) => `${disposition} ${id}`)).toEqual([
      'open access-expired:agent/mal@x.io',
      'waived access-expired:agent/bob@x.io',
    ])
  })

  test('has nothing to accept in what is switched off, and can be switched off itself', () => {
    const written: WrittenPolicy = {
      ...WRITTEN,
      severity: { 'agent-unexpected': 'off', 'waiver-unused': 'off' },
      waivers: [waiver('agent-unexpected', 'agent/bob@x.io')],
    }
    expect([...decided(policy(written), SEEN, '2026-11-23').off]).toEqual([
      ['agent-unexpected', 1],
      ['waiver-unused', 1],
    ])
  })

  test('is announced as many days ahead as the policy says', () => {
    const codes = (expiresSoonDays: number) =>
      decided(
        policy({
          ...WRITTEN,
          waivers: [waiver('agent-unexpected', 'agent/bob@x.io')],
          rules: { expiresSoonDays },
        }),
        SEEN,
        '2026-12-16',
      ).findings.filter(({ code }) => code === 'waiver-expires-soon').length
    expect([codes(29), codes(30)]).toEqual([0, 1])
  })

  test('may end no later than the policy allows: there is no verdict otherwise', () => {
    const own = policy({
      ...WRITTEN,
      rules: { waiverMaxDays: 30 },
      waivers: [
        waiver('agent-unexpected', 'agent/bob@x.io', '2026-12-23'),
        waiver('admin-unexpected', 'agent/mal@x.io', '2026-12-24'),
      ],
    })
    const decision = plan(own, snapshot(SEEN), '2026-11-23')
    if (decision.kind === 'plan') throw new Error('There is a plan.')
    expect(decision.diagnostics).toMatchObject([
      {
        code: 'policy-waiver-too-long',
        summary: expect.stringContaining('Waiver 2 ends after 2026-12-24'),
        detail: expect.stringContaining('the last allowed day is 2026-12-23'),
        location: own.waivers[1]?.location,
      },
    ])
    expect(plan(own, snapshot(SEEN), '2026-11-24').kind).toBe('plan')
  })
})

describe('whatever a policy waives or turns down', () => {
  const choice = fc.record({
    of: fc.nat(20),
    wide: fc.constantFrom<string | null>(null, null, 'agent/*', 'team/*', '*', '?*@acme.com'),
    expires: fc.constantFrom('2026-11-22', '2026-11-23', '2026-12-07', '2026-12-08', '2027-11-23'),
  })
  const severity = fc.constantFrom<NonNullable<WrittenPolicy['severity']>>(
    {},
    {},
    { 'agent-missing': 'off', 'team-differs': 'warning', 'agent-name-differs': 'error' },
    { 'member-missing': 'off', 'team-missing': 'off', 'access-expired': 'warning' },
    { 'agent-unexpected': 'warning', 'waiver-unused': 'error', 'custom-role-differs': 'off' },
  )

  test('it counts differently and stays said; what is critical is never turned down, nor waived by a pattern; every prefix of the changes is sound', () => {
    const met = new Set<string>()
    fc.assert(
      fc.property(
        world,
        fc.array(choice, { maxLength: 4 }),
        severity,
        (each, choices, severities) => {
          const before = plan(each.policy, each.snapshot, TODAY)
          if (before.kind === 'unknown') return
          const known = before.plan.findings
          const waivers = choices.flatMap(({ of, wide, expires }): WrittenWaiver[] => {
            const found = known[of % Math.max(1, known.length)]
            if (found === undefined) return []
            return [{ finding: found.code, address: wide ?? found.address, expires }]
          })
          const more = policy({ waivers, severity: severities })
          const own = { ...each.policy, waivers: more.waivers, severity: more.severity }
          const after = plan(own, each.snapshot, TODAY)
          if (after.kind === 'unknown') throw new Error('no verdict')
          const { findings, changes, off } = after.plan
          const ids = new Map(findings.map((finding) => [finding.id, finding]))
          for (const { code } of findings) met.add(code)

          // Said once, as before, or counted as off.
          const gone = new Map<string, number>()
          for (const { id, code, risk } of known) {
            if (ids.has(id)) continue
            expect(risk).not.toBe('critical')
            gone.set(code, (gone.get(code) ?? 0) + 1)
          }
          const own2 = [...off].filter(([code]) => !code.startsWith('waiver-'))
          expect(new Map(own2)).toEqual(gone)
          expect(findings.filter(({ subject }) => subject.kind !== 'waiver')).toHaveLength(
            known.length - [...gone.values()].reduce((sum, n) => sum + n, 0),
          )

          const active = more.waivers.filter(({ expires }) => expires.value >= TODAY)
          const reaches = (finding: Finding) =>
            active.some(
              ({ finding: code, address }) =>
                code === finding.code &&
                (isPattern(address)
                  ? finding.risk !== 'critical' &&
                    matches(address, finding.address, normaliseAddress)
                  : normaliseAddress(address) === normaliseAddress(finding.address)),
            )
          for (const finding of findings) {
            expect(finding.disposition).toBe(reaches(finding) ? 'waived' : 'open')
            expect(finding.waiver === null).toBe(finding.disposition === 'open')
            if (finding.risk === 'critical') expect(finding.severity).toBe('error')
          }
          const drift = new Set(findings.filter(isDrift).map(({ id }) => id))
          // One step of a custom role can be for two findings, of which one is left.
          const joint = ({ step, findings: of }: Change) =>
            step === 'update-custom-role' && of.some((id) => !drift.has(id))
          const parts = before.plan.changes.filter(joint).map(({ address }) => address)
          expect(changes.filter(({ address }) => !parts.includes(address))).toEqual(
            before.plan.changes.filter(
              (change) =>
                !parts.includes(change.address) && change.findings.every((id) => drift.has(id)),
            ),
          )
          const states = stops(each.snapshot, changes, each.server)
          const kept = states.map(({ agents }) =>
            agents.some(({ role, confirmed }) => role === 'administrator' && confirmed),
          )
          if (kept[0] && kept.at(-1)) expect(kept).not.toContain(false)
        },
      ),
      { seed: 20_261_123, numRuns: 1_000 },
    )
    for (const code of ['waiver-expired', 'waiver-unused', 'waiver-expires-soon']) {
      expect(met).toContain(code)
    }
  })
})
