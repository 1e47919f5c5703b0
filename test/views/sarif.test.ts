/** SARIF: whole files, the official schema, and what code scanning makes of a result. */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import draft04 from 'ajv-draft-04'
import addFormats from 'ajv-formats'
import fc from 'fast-check'
import type { Log, Result, Run } from 'sarif'
import { describe, expect, test } from 'vitest'
import { FINDINGS, RISKS } from '../../src/core/messages/finding-records.ts'
import type { Snapshot } from '../../src/core/model/snapshot.ts'
import { plan } from '../../src/core/plan/plan.ts'
import {
  concludeAccount,
  concludeReport,
  type JudgedAccount,
  type Report,
} from '../../src/core/report/report.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import { writeFixes } from '../../src/policy/write/yaml.ts'
import { hashLines } from '../../src/views/line-hash.ts'
import { renderSarif } from '../../src/views/sarif.ts'
import { type SeenAccount, snapshot } from '../core/build.ts'
import { MODEL, matchJsonGolden } from './golden.ts'
import { HOSTILE, REPORTS } from './reports.ts'

const ajv = new draft04.default({ allErrors: true, unicodeRegExp: false, strict: false })
addFormats.default(ajv)
const require = createRequire(import.meta.url)
const official = require.resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')
const conforms = ajv.compile(JSON.parse(readFileSync(official, 'utf8')))

const cases = Object.entries(REPORTS)
const GOLDEN = cases.filter(([name]) => name !== 'two-thousand-findings')
const WITHHELD = ['invalid-policy', 'no-verdict', 'settings-missing', 'wrong-usage']
const DRIFT = REPORTS['drift-of-every-kind'] as Report

/** All rules stand in every run. */
const RULES = { rules: 'rules.sarif' }

const uri = (file: string) => (file === '<stdin>' ? null : `access/${file}`)

function parsed(from: Report, options = { uri }): Log {
  const text = renderSarif(from, options)
  if (text === null) throw new Error('withheld')
  const log: Log = JSON.parse(text)
  conforms(log)
  expect(conforms.errors).toBeNull()
  return log
}

function onlyRun(from: Report): Run {
  const [run, ...others] = parsed(from).runs
  if (run === undefined || others.length > 0) throw new Error('one run was expected')
  return run
}

function account(text: string, actual: Snapshot, path = 'rollcall.yaml'): JudgedAccount {
  const { policy } = parsePolicy(path, new TextEncoder().encode(text))
  const decision = policy && plan(policy, actual, '2026-11-23')
  if (decision?.kind !== 'plan') throw new Error('no plan')
  return concludeAccount(policy as never, actual, decision.plan, writeFixes(decision.plan))
}

const resultsOf = (...accounts: readonly JudgedAccount[]): Result[] =>
  parsed(concludeReport(DRIFT, [], accounts)).runs.flatMap(({ results }) => results ?? [])

const addressOf = (result: Result | undefined) =>
  result?.locations?.[0]?.logicalLocations?.[0]?.fullyQualifiedName
const placeOf = (result: Result | undefined) => result?.locations?.[0]?.physicalLocation
const lineHashOf = (result: Result) => result.partialFingerprints?.['primaryLocationLineHash']

// Everything that could reorder or hide text, once the document is parsed.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it looks for
const HARMFUL = /[\p{Cf}\p{Cs}\p{Zl}\p{Zp}\u0000-\u0009\u000b-\u001f\u007f-\u009f]/u

/** Every text anywhere in a document, keys included. */
function texts(value: unknown): string[] {
  if (typeof value === 'string') return [value]
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) => [key, ...texts(inner)])
}

const POLICY = `version: 1
agents:
  ada@acme.com: administrator
  grace@acme.com: agent
  hedy@acme.com: agent
teams:
  billing: [ada@acme.com, hedy@acme.com]
`
const SEEN: SeenAccount = {
  agents: {
    'ada@acme.com': 'administrator',
    'grace@acme.com': 'administrator',
    'hedy@acme.com': { role: 'agent', confirmed: false },
    'mallory@evil.example': 'administrator',
    'eve@evil.example': 'administrator',
  },
  teams: { billing: [], 'night shift': ['grace@acme.com'] },
}

describe('sarif', () => {
  test.each(GOLDEN.filter(([name]) => !WITHHELD.includes(name)))(
    '%s reads as the golden file',
    async (name, each) => {
      const model = { document: renderSarif(DRIFT, { uri }) ?? '', file: `${MODEL}.sarif` }
      await matchJsonGolden(renderSarif(each, { uri }) ?? '', `${name}.sarif`, model, RULES)
    },
  )

  test.each(cases.filter(([name]) => !WITHHELD.includes(name)))(
    '%s is what the official schema allows',
    (_name, each) => {
      const total = each.accounts.flatMap(({ findings }) => findings).length
      expect(parsed(each).runs.flatMap(({ results }) => results).length).toBe(total)
    },
  )

  test('the official schema is the one that refuses a level it does not know', () => {
    expect(conforms({ version: '2.1.0', runs: [] })).toBe(true)
    const log = parsed(DRIFT)
    Object.assign(log.runs[0]?.results?.[0] ?? {}, { level: 'fatal' })
    expect(conforms(log)).toBe(false)
  })

  test.each(WITHHELD)('%s is withheld: an empty upload would close every alert', (name) => {
    expect(renderSarif(REPORTS[name] as Report, { uri })).toBeNull()
  })

  test('in sync is a run without results: that is what closes alerts', () => {
    expect(onlyRun(REPORTS['in-sync'] as Report).results).toEqual([])
  })

  test('an account without a verdict has no run, and keeps its alerts', () => {
    const ids = parsed(REPORTS['several-accounts'] as Report).runs.map(
      ({ automationDetails }) => automationDetails?.id,
    )
    expect(ids).toEqual(['rollcall/chat.acme.com/1/', 'rollcall/chat.acme.com/3/'])
  })

  test('a run says when, that it succeeded, and what its account would end with', () => {
    const run = onlyRun(DRIFT)
    expect(run.columnKind).toBe('utf16CodeUnits')
    expect(run.invocations).toEqual([
      {
        executionSuccessful: true,
        exitCode: 2,
        startTimeUtc: '2026-11-23T08:00:00.000Z',
        endTimeUtc: '2026-11-23T08:00:01.000Z',
      },
    ])
    const codes = parsed(REPORTS['several-accounts'] as Report).runs.map(
      ({ invocations }) => invocations?.[0]?.exitCode,
    )
    expect(codes).toEqual([0, 2])
    expect(onlyRun({ ...DRIFT, exitZero: true }).invocations?.[0]?.exitCode).toBe(0)
  })
})

describe('rules', () => {
  const { name, semanticVersion, rules = [] } = onlyRun(REPORTS['in-sync'] as Report).tool.driver

  test('are all declared, found or not', () => {
    expect([name, semanticVersion]).toEqual(['rollcall', '1.2.3'])
    expect(rules.map(({ id }) => id)).toEqual(Object.keys(FINDINGS))
    expect(new Set(rules.map((rule) => rule.name)).size).toBe(rules.length)
  })

  test.each(rules.map((rule) => [rule.id, rule] as const))(
    '%s says what it means, what to do and how bad it is',
    (id, rule) => {
      const entry = FINDINGS[id as keyof typeof FINDINGS]
      expect(rule.name).toMatch(/^(?:[A-Z][a-z]+)+$/)
      expect(rule.name?.toLowerCase()).toBe(id.replaceAll('-', ''))
      expect(rule.shortDescription?.text).toBe(entry.title)
      // Code scanning cuts descriptions there.
      expect(rule.fullDescription?.text.length).toBeLessThan(1_024)
      expect(rule.help?.text).toContain(entry.remedy)
      expect(rule.help?.markdown).toContain(entry.remedy)
      expect(rule.defaultConfiguration?.level).toBe(entry.severity)
      expect(rule.properties?.tags).toContain('security')
      // The words in which code scanning shows the number.
      const score = Number(rule.properties?.['security-severity'])
      const bands = { critical: [9, 10], high: [7, 8.9], medium: [4, 6.9], low: [0.1, 3.9] }
      const [least, most] = bands[entry.risk] as [number, number]
      expect(score).toBeGreaterThanOrEqual(least)
      expect(score).toBeLessThanOrEqual(most)
    },
  )
})

describe('a result', () => {
  test('is each finding once, worst first, with its rule, level and place', () => {
    const { results = [], tool } = onlyRun(DRIFT)
    const findings = DRIFT.accounts[0]?.findings ?? []
    for (const [index, result] of results.entries()) {
      const finding = findings[index]
      expect(tool.driver.rules?.[result.ruleIndex ?? -1]?.id).toBe(result.ruleId)
      expect(result).toMatchObject({ ruleId: finding?.code, level: finding?.severity })
      expect(addressOf(result)).toBe(finding?.address)
      expect(placeOf(result)).toEqual({
        artifactLocation: { uri: 'access/rollcall.yaml' },
        region: { startLine: finding?.location?.line, startColumn: finding?.location?.column },
      })
    }
    expect(results.length).toBe(findings.length)
    const risks = results.map(({ properties }) => RISKS.indexOf(properties?.['risk']))
    expect(risks).toEqual(risks.toSorted())
  })

  test('says who and what, and the line that would settle it', () => {
    const text = onlyRun(DRIFT).results?.find(
      (each) => addressOf(each) === 'agent/mallory@evil.example',
    )?.message.text
    expect(text).toBe(
      'agent/mallory@evil.example: administrator, not in the policy; in billing.\n' +
        'If the account is correct, the policy should contain below agents:\n' +
        'mallory@evil.example: administrator',
    )
  })

  test('from a policy outside of the repository has an address and no file', () => {
    const [result] = resultsOf(account(POLICY, snapshot(SEEN), '<stdin>'))
    expect(placeOf(result)).toBeUndefined()
    expect(addressOf(result)).toBe('agent/eve@evil.example')
  })

  test('without a place of its own speaks of the policy as a whole', () => {
    const judgedAccount = account(POLICY, snapshot(SEEN))
    const findings = judgedAccount.findings.map((each) => ({ ...each, location: null }))
    const [result] = resultsOf({ ...judgedAccount, findings })
    expect(placeOf(result)).toEqual({ artifactLocation: { uri: 'access/rollcall.yaml' } })
    const hashes = resultsOf({ ...judgedAccount, findings }).map(lineHashOf)
    expect(new Set(hashes).size).toBe(findings.length)
  })

  test('has a URI in which no name means anything but itself', () => {
    const path = 'a b/ü#?%2F"/c:d.yaml'
    const [result] = parsed(DRIFT, { uri: () => path }).runs[0]?.results ?? []
    const found = placeOf(result)?.artifactLocation?.uri ?? ''
    expect(found).toBe('a%20b/%C3%BC%23%3F%252F%22/c%3Ad.yaml')
    expect(decodeURIComponent(found)).toBe(path)
    const [odd] = parsed(DRIFT, { uri: () => 'a\ud800.yaml' }).runs[0]?.results ?? []
    expect(placeOf(odd)?.artifactLocation?.uri).toBe('a%EF%BF%BD.yaml')
  })
})

describe('between runs', () => {
  const own = (results: readonly Result[]) =>
    new Map(results.map((each) => [addressOf(each), each.partialFingerprints] as const))

  test('a fingerprint is made of server, account and finding, and is unique', () => {
    for (const [name, each] of cases) {
      if (WITHHELD.includes(name)) continue
      const results = parsed(each).runs.flatMap((run) => run.results ?? [])
      const all = results.map(({ partialFingerprints }) => partialFingerprints?.['rollcall/v1'])
      expect(new Set(all).size).toBe(results.length)
    }
    expect(onlyRun(DRIFT).results?.[0]?.partialFingerprints?.['rollcall/v1']).toBe(
      'https://chat.acme.com/1/admin-unexpected:agent/mallory@evil.example',
    )
  })

  test('a listed person is found again by the line, as code scanning hashes it', () => {
    const results = resultsOf(account(POLICY, snapshot(SEEN)))
    const pending = results.find(({ ruleId }) => ruleId === 'invite-pending')
    expect(pending && lineHashOf(pending)).toBe(hashLines(POLICY)[4])
  })

  test('no two findings of one rule pass for one alert, even where they share a line', () => {
    for (const each of [DRIFT, REPORTS['two-thousand-findings'] as Report]) {
      const { results = [] } = onlyRun(each)
      const alerts = new Set(results.map((result) => `${result.ruleId} ${lineHashOf(result)}`))
      expect(alerts.size).toBe(results.length)
    }
  })

  test('dismissing one unexpected administrator does not dismiss the next', () => {
    const [eve, ...others] = resultsOf(account(POLICY, snapshot(SEEN)))
    if (eve === undefined) throw new Error('a result was expected')
    expect(others.map(lineHashOf)).not.toContain(lineHashOf(eve))
  })

  test('a fixed finding leaves the identity of the others alone', () => {
    const before = resultsOf(account(POLICY, snapshot(SEEN)))
    const { 'eve@evil.example': _, ...agents } = SEEN.agents ?? {}
    const after = resultsOf(account(POLICY, snapshot({ ...SEEN, agents })))
    const kept = new Map(
      [...own(before)].filter(([address]) => address !== 'agent/eve@evil.example'),
    )
    expect(own(after)).toEqual(kept)
  })

  test('lines above, other line breaks and another account name change no identity', () => {
    const before = own(resultsOf(account(POLICY, snapshot(SEEN))))
    const moved = `# Who may be on the account.\n\n${POLICY}`.replaceAll('\n', '\r\n')
    const renamed = { ...snapshot(SEEN), account: { id: 1, name: 'Renamed' } }
    expect(own(resultsOf(account(moved, renamed)))).toEqual(before)
  })

  test('a line that cannot be hashed leaves the finding its own fingerprint', () => {
    const [result] = resultsOf({ ...account(POLICY, snapshot(SEEN)), policyText: '' }).filter(
      ({ ruleId }) => ruleId === 'invite-pending',
    )
    expect(result && lineHashOf(result)).toBe(
      'https://chat.acme.com/1/invite-pending:agent/hedy@acme.com',
    )
  })

  test('the order in which a server lists things changes no byte', () => {
    const actual = snapshot(SEEN)
    const reversed = {
      ...actual,
      agents: actual.agents.toReversed(),
      groups: actual.groups.toReversed(),
    }
    const of = (each: Snapshot) =>
      renderSarif(concludeReport(DRIFT, [], [account(POLICY, each)]), { uri })
    expect(of(reversed)).toBe(of(actual))
  })
})

describe('hostile names', () => {
  test('are shown, not obeyed', () => {
    const { results = [] } = onlyRun(REPORTS['hostile-names'] as Report)
    const named = results.find(({ ruleId }) => ruleId === 'agent-name-differs')
    expect(named?.message.text?.split('\n')[0]).toBe(
      'agent/ada@acme.com: name "::error::pwn %0A | `x` <script>alert(1)</script> ' +
        '=HYPERLINK("http://e") <U+202E>gpj \\]\\]> ' +
        '<U+0000><U+0007><U+001B>\\[31mred<U+001B>\\[0m<U+009B>1m<U+000D><U+000A><U+2028><U+200B>' +
        '👩<U+200D>💻 <U+D800>", should be "Ada".',
    )
  })

  test('are not taken for a link', () => {
    const name = '[Sign in](https://evil.example) \\[1](1)'
    const text = 'version: 1\nagents:\n  ada@acme.com: { role: administrator, name: Ada }\n'
    const agents = { 'ada@acme.com': { role: 'administrator', name } } as const
    const [result] = resultsOf(account(text, snapshot({ agents })))
    expect(result?.message.text).toContain('"\\[Sign in\\](https://evil.example) \\\\\\[1\\](1)"')
  })

  test('of any kind leave a document that the schema allows, with nothing hidden in it', () => {
    const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.constant(HOSTILE))
    const text =
      'version: 1\nagents:\n  ada@acme.com: { role: administrator, name: Ada }\nteams: {}\n'
    fc.assert(
      fc.property(anything, anything, (name, team) => {
        const agents = { 'ada@acme.com': { role: 'administrator', name } } as const
        const actual = { agents, teams: { [team]: ['ada@acme.com'] } }
        const log = parsed(concludeReport(DRIFT, [], [account(text, snapshot(actual))]))
        expect(texts(log).filter((each) => HARMFUL.test(each))).toEqual([])
        for (const { message } of log.runs[0]?.results ?? []) {
          expect(message.text?.replace(/\\[\\[\]]/g, '')).not.toMatch(/[[\]\\]/)
        }
      }),
      { numRuns: 50 },
    )
  })

  test.each(cases.filter(([name]) => !WITHHELD.includes(name)))(
    '%s holds nothing that reorders or hides text',
    (_name, each) => {
      expect(texts(parsed(each)).filter((text) => HARMFUL.test(text))).toEqual([])
    },
  )
})

test('a waived finding is suppressed, fails no check, and says who accepted it and where', () => {
  const results = onlyRun(REPORTS['waived-and-off'] as Report).results ?? []
  const waived = results.filter(({ suppressions }) => suppressions !== undefined)
  expect(waived.map(({ level }) => level)).toEqual(['note', 'note', 'note', 'note'])
  expect(waived[0]?.suppressions).toEqual([
    {
      kind: 'external',
      status: 'accepted',
      justification:
        'accepted until 2027-01-15 by ada@acme.com: Hand-over until January, approved in SEC-112',
      location: {
        physicalLocation: {
          artifactLocation: { uri: 'access/rollcall.yaml' },
          region: { startLine: 30, startColumn: 5 },
        },
      },
    },
  ])
  const outside = parsed(REPORTS['waived-and-off'] as Report, { uri: () => null }).runs[0]?.results
  expect(outside?.find(({ suppressions }) => suppressions)?.suppressions?.[0]).not.toHaveProperty(
    'location',
  )
})

test('what is switched off is counted in a notification', () => {
  const [invocation] = onlyRun(REPORTS['waived-and-off'] as Report).invocations ?? []
  expect(invocation?.toolConfigurationNotifications?.map(({ message }) => message.text)).toEqual([
    '1 finding switched off by the policy: agent-name-differs.',
    '1 finding switched off by the policy: team-differs.',
  ])
})

test('options that bear on the verdict are named', () => {
  expect(onlyRun(REPORTS['access-that-ended'] as Report).invocations?.[0]?.arguments).toEqual([
    '--today',
    '2027-02-01',
  ])
})
