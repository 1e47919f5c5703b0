/** The view of `rollcall doctor`: escaping, width, what is counted, and what was not checked. */
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import {
  CHECKS,
  type Check,
  type Checkup,
  concludeCheckup,
  concludeFleetCheckup,
} from '../../src/core/report/checkup.ts'
import { renderDoctor, renderDoctorJson } from '../../src/views/doctor.ts'
import { PLAIN } from '../../src/views/text/layout.ts'
import { makePaint } from '../../src/views/text/text.ts'
import { HOSTILE } from './reports.ts'

function checkup(...checks: readonly Partial<Check>[]): Checkup {
  const full = checks.map((each, index): Check => {
    const name = CHECKS[index] ?? 'sight'
    const rest = { summary: 'Fine.', detail: null, advice: null, requestId: null } as const
    return { check: name, status: 'ok', ...rest, ...each }
  })
  return concludeCheckup({
    tool: { name: 'rollcall', version: '1.2.3' },
    server: null,
    accountId: null,
    checks: full,
  })
}

const shown = (of: Checkup) => renderDoctor(of, PLAIN)

describe('a checkup', () => {
  test('with warnings is no failure', () => {
    expect(shown(checkup({ status: 'warn' }, {}))).toMatch(/\nOK, 1 warning, exit code 0\n$/)
  })

  test('with a failure says so, beside its warnings', () => {
    const text = shown(checkup({ status: 'fail' }, { status: 'warn' }, { status: 'warn' }))
    expect(text).toMatch(/\nFAIL, 1 failure, 2 warnings, exit code 1\n$/)
  })

  test('names the checks that could not be made', () => {
    expect(shown(checkup({ status: 'fail' }))).toContain('Not checked: name, connection, tls,')
    expect(shown(checkup(...CHECKS.map(() => ({}))))).not.toContain('Not checked')
  })

  test('calls the read of the account `reading` for people, whatever JSON calls it', () => {
    expect(shown(checkup({ check: 'sight' }))).toMatch(/^ok {4}reading {5}Fine\.$/m)
    expect(shown(checkup({ status: 'fail' }))).toMatch(/ reading\.$/m)
    expect(JSON.parse(renderDoctorJson(checkup({ check: 'sight' }))).checks[0].check).toBe('sight')
  })

  test('gives each check its next step', () => {
    const text = shown(checkup({ detail: 'Why.', requestId: 'r-1', advice: 'Do this.' }))
    expect(text).toMatch(/Fine\.\n {18}Why\.\n {18}Request id: r-1\n {18}Do this\.\n/)
  })

  test('neither obeys nor widens with what a server says', () => {
    const hostile = { summary: HOSTILE, detail: HOSTILE, requestId: HOSTILE, advice: HOSTILE }
    const lines = shown(checkup(hostile)).split('\n')
    expect(lines.filter((line) => stringWidth(line) > 80)).toEqual([])
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
  })

  test('is the same in colour, but for the colours', () => {
    const of = checkup({ status: 'ok' }, { status: 'warn' }, { status: 'fail' })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what colour is made of
    const plain = renderDoctor(of, makePaint()).replace(/\u001b\[\d+m/g, '')
    expect(plain).toBe(shown(of))
  })

  test('is one document with the same facts', () => {
    const healthy = JSON.parse(renderDoctorJson(checkup({}, { status: 'warn' })))
    expect(healthy).toMatchObject({ format: 'rollcall.doctor', healthy: true, exit_code: 0 })
    expect(healthy.checks.map(({ status }: Check) => status)).toEqual(['ok', 'warn'])
    expect(healthy.not_checked).toEqual(CHECKS.slice(2))
    const ill = JSON.parse(renderDoctorJson(checkup({ status: 'fail' })))
    expect(ill).toMatchObject({ healthy: false, exit_code: 1 })
  })
})

describe('a checkup of a fleet', () => {
  const tool = { name: 'rollcall', version: '1.2.3' }
  const fleet = (...accounts: readonly Checkup[]) =>
    concludeFleetCheckup(
      tool,
      accounts.map((each, at) => ({
        name: `brand ${at + 1}`,
        checkup: { ...each, server: 'https://chat.acme.com', accountId: at + 1 },
      })),
    )
  const good = checkup(...CHECKS.map(() => ({})))
  const bad = checkup({ status: 'fail' })

  test('takes one line for each account without a problem, after all others', () => {
    expect(shown(fleet(good, bad, good))).toMatch(
      /^brand 2: account 2 on https:\S+\nfail +settings +Fine\.\n\nNot checked: [^.]*\.\n\nok {4}brand 1: account 1 on \S+, 12 checks\nok {4}brand 3: .*\n\nFAIL, 1 failure, exit code 1\n$/s,
    )
  })

  test('is healthy if all accounts are', () => {
    expect(fleet(good, good)).toMatchObject({ healthy: true, exitCode: 0 })
    expect(fleet(good, bad)).toMatchObject({ healthy: false, exitCode: 1 })
    expect(shown(fleet(good, checkup({ status: 'warn' })))).toContain('OK, 1 warning, exit code 0')
  })

  test('has every account by its name in JSON', () => {
    const { accounts, checks } = JSON.parse(renderDoctorJson(fleet(good, bad)))
    expect(checks).toEqual([])
    expect(accounts).toMatchObject([
      { name: 'brand 1', healthy: true, account_id: 1 },
      { name: 'brand 2', healthy: false, exit_code: 1 },
    ])
  })

  test('neither obeys nor shows in the text what a name says', () => {
    const text = shown(concludeFleetCheckup(tool, [{ name: HOSTILE, checkup: good }]))
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
  })
})
