/** The view of `rollcall doctor`: escaping, width, what is counted, and what was not checked. */
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { CHECKS, type Check, type Checkup, concludeCheckup } from '../../src/core/report/checkup.ts'
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
