/** When a checkup is healthy, and what was not checked. */
import { expect, test } from 'vitest'
import {
  CHECKS,
  type Check,
  concludeCheckup,
  concludeFleetCheckup,
} from '../../src/core/report/checkup.ts'

function concluded(...statuses: readonly Check['status'][]) {
  const texts = { summary: 'Fine.', detail: null, advice: null, requestId: null }
  const checks = statuses.map((status, index) => ({
    check: CHECKS[index] ?? ('sight' as const),
    status,
    ...texts,
  }))
  const tool = { name: 'rollcall', version: '1.2.3' }
  const { healthy, exitCode, notChecked } = concludeCheckup({
    ...{ tool, server: null, accountId: null, checks },
  })
  return [healthy, exitCode, notChecked.length]
}

test('a fleet counts the warnings and failures of all accounts', () => {
  const tool = { name: 'rollcall', version: '1.2.3' }
  const account = (...statuses: readonly Check['status'][]) => {
    const texts = { summary: 'Fine.', detail: null, advice: null, requestId: null }
    const checks = statuses.map((status) => ({ check: 'sight' as const, status, ...texts }))
    return { name: 'a', checkup: concludeCheckup({ tool, server: null, accountId: null, checks }) }
  }
  const fleet = concludeFleetCheckup(tool, [account('warn', 'ok'), account('fail', 'warn')])
  expect(fleet).toMatchObject({ warnings: 2, failures: 1, healthy: false, exitCode: 1 })
  expect(concludeFleetCheckup(tool, [account('warn')])).toMatchObject({
    ...{ warnings: 1, failures: 0, healthy: true, exitCode: 0 },
  })
})

test('warnings alone are healthy, one failure is not', () => {
  expect(concluded('ok', 'warn')).toEqual([true, 0, CHECKS.length - 2])
  expect(concluded('ok', 'fail', 'warn')).toEqual([false, 1, CHECKS.length - 3])
  expect(concluded(...CHECKS.map(() => 'ok' as const))).toEqual([true, 0, 0])
})
