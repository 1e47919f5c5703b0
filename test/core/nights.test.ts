/**
 * Random nights, one after the other: an account, a policy, its severities and waivers change, and some
 * nights fail. What the report of each night says about the one before is checked against the findings
 * alone.
 */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import { FINDINGS, isFindingCode } from '../../src/core/messages/finding-records.ts'
import type { Policy, PolicyWaiver, WantedSeverity } from '../../src/core/model/policy.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { plan } from '../../src/core/plan/plan.ts'
import type { EarlierReport } from '../../src/core/report/earlier.ts'
import { parseReport } from '../../src/core/report/parse-report.ts'
import {
  type AccountReport,
  concludeAccount,
  concludeReport,
  concludeUnjudged,
} from '../../src/core/report/report.ts'
import { compareWithEarlier } from '../../src/core/report/since.ts'
import { describeReport } from '../../src/views/json.ts'
import { world } from './world.ts'

const HEAD = {
  command: 'plan',
  tool: { name: 'rollcall', version: '1.0.0' },
  exitZero: false,
}
const PLACE = { file: 'policy.yaml', line: 1, column: 1 }
const TARGET = { path: 'policy.yaml', sha256: null, policy: null, server: null, accountId: null }

const severities = fc.dictionary(
  fc.constantFrom(...Object.keys(FINDINGS)),
  fc.constantFrom<WantedSeverity>('error', 'warning', 'off'),
  { maxKeys: 4 },
)
const night = fc.record({
  fails: fc.constantFrom(false, false, false, false, true),
  policy: fc.option(world, { freq: 2 }),
  account: fc.option(world, { freq: 2 }),
  severities: fc.option(severities),
  /** Each accepts one of the findings of the night before. */
  waived: fc.option(
    fc.array(
      fc.record({ finding: fc.nat(30), until: fc.constantFrom('2026-11-22', '2026-12-20') }),
      { maxLength: 4 },
    ),
  ),
  today: fc.constantFrom('2026-11-22', '2026-11-23', '2026-11-24'),
})

interface Told {
  readonly id: string
  readonly severity: string
  readonly disposition: string
  readonly since?: { readonly first_seen: string; readonly state: string }
}
type Past = Pick<Told, 'id'> & { readonly first_seen: string }

/** What the oracle remembers of a finding. */
interface Known {
  readonly first: string
  readonly counted: boolean
}

const isCounted = ({ disposition, severity }: Told) =>
  disposition === 'open' && severity === 'error'

function waive(id: string, until: string): readonly PolicyWaiver[] {
  const [finding = '', ...address] = id.split(':')
  if (!isFindingCode(finding)) return []
  const expires = { value: until, location: PLACE }
  const text = { reason: 'SEC-7', owner: 'ada@acme.com' }
  return [{ finding, address: address.join(':'), ...text, expires, location: PLACE }]
}

/** The ids of everything that the policy would find if it ignored, accepted and left out nothing. */
function findBehindMasks(policy: Policy, seen: Snapshot, today: string): ReadonlySet<string> {
  const scope = { ...policy.scope, ignore: [], agents: 'all' as const }
  const groups = policy.groups.map((each) => ({ ...each, ignore: [] }))
  const bare = { ...policy, severity: new Map(), waivers: [], scope, groups }
  const decision = plan(bare, seen, today)
  return new Set(decision.kind === 'plan' ? decision.plan.findings.map(({ id }) => id) : [])
}

function judge(policy: Policy, seen: Snapshot, today: string, fails: boolean): AccountReport {
  const decision = plan(policy, seen, today)
  return fails || decision.kind === 'unknown'
    ? concludeUnjudged(TARGET, [makeDiagnostic({ code: 'internal', summary: 'No.' })])
    : concludeAccount(policy, seen, decision.plan, new Map())
}

test('over any nights, each finding is new, known, resolved or not checked as the findings say', () => {
  const met = { resolved: 0, unchecked: 0, counting: 0, quiet: 0 }
  const nights = fc.array(night, { minLength: 2, maxLength: 7 })
  const property = fc.property(world, nights, (start, all) => {
    let [policy, seen] = [start.policy, start.snapshot]
    let earlier: EarlierReport | null = null
    let known = new Map<string, Known>()
    let [judgedBefore, before]: [boolean, readonly string[]] = [true, []]
    for (const [index, each] of all.entries()) {
      const { severity, waivers } = policy
      policy = { ...(each.policy?.policy ?? policy), severity, waivers }
      seen = each.account?.snapshot ?? seen
      if (each.severities !== null) {
        const wanted = Object.entries(each.severities)
        const located = wanted.map(([code, value]) => [code, { value, location: PLACE }] as const)
        policy = { ...policy, severity: new Map(located) }
      }
      if (each.waived !== null) {
        const accepted = each.waived.flatMap(({ finding, until }) =>
          waive(before[finding % Math.max(1, before.length)] ?? '', until),
        )
        policy = { ...policy, waivers: accepted }
      }
      const at = `2026-11-${10 + index}T08:00:00.000Z`
      const judged = judge(policy, seen, each.today, each.fails)
      const since = earlier && compareWithEarlier(judged, earlier)
      const report = concludeReport({ ...HEAD, generatedAt: at }, [], [{ ...judged, since }])
      const document = JSON.parse(JSON.stringify(describeReport(report)))
      const [account] = document.accounts
      const found: readonly Told[] = account.findings
      const has = new Set(found.map(({ id }) => id))
      const [resolved, unchecked]: (readonly Past[])[] = [
        account.resolved ?? [],
        account.not_checked ?? [],
      ]
      const gone = [...(resolved ?? []), ...(unchecked ?? [])]
      const next = new Map<string, Known>()
      for (const told of found) {
        const first = known.get(told.id)?.first ?? at
        next.set(told.id, { first, counted: isCounted(told) })
        if (earlier === null) continue
        expect(told.since).toEqual({
          state: known.has(told.id) ? 'known' : 'new',
          first_seen: first,
        })
      }
      expect(gone.map(({ id }) => id).sort()).toEqual(
        [...known.keys()].filter((id) => !has.has(id)).sort(),
      )
      for (const { id, first_seen } of gone) expect(first_seen).toBe(known.get(id)?.first)
      for (const { id } of unchecked ?? []) next.set(id, known.get(id) as Known)
      const isJudged = account.verdict !== 'none'
      const behind = isJudged ? findBehindMasks(policy, seen, each.today) : new Set(known.keys())
      expect((resolved ?? []).filter(({ id }) => behind.has(id))).toEqual([])
      if (earlier !== null) {
        const fresh = found.some((told) => told.disposition === 'open' && !known.has(told.id))
        const counting = found.filter(
          (told) => isCounted(told) && known.get(told.id)?.counted === false,
        )
        const ids = (those: readonly Pick<Told, 'id'>[]) => those.map(({ id }) => id).sort()
        expect(ids(since?.countNow ?? [])).toEqual(ids(counting))
        const lost = judgedBefore && !isJudged
        const news = fresh || counting.length > 0 || lost || (resolved ?? []).length > 0
        expect(document.news).toBe(news)
        met.resolved += (resolved ?? []).length
        met.unchecked += (unchecked ?? []).length
        met.counting += counting.length
        met.quiet += Number(!news)
      }
      earlier = parseReport(document, (path, problem) => {
        throw new Error(`${path.join('.')} ${problem}`)
      })
      ;[known, judgedBefore, before] = [next, isJudged, [...has]]
    }
  })
  fc.assert(property, { seed: 20_261_126, numRuns: 200 })
  // The nights were not all alike.
  expect(Object.values(met).every((times) => times > 10)).toBe(true)
})
