/** The outputs of a step: a fixed list of names, and values that no text from a server can be in. */
import { expect, test } from 'vitest'
import type { PastFinding } from '../../src/core/report/earlier.ts'
import { renderGithubOutputs } from '../../src/views/github-outputs.ts'
import { REPORTS } from './reports.ts'

const report = (name: string) => {
  const found = REPORTS[name]
  if (found === undefined) throw new Error(`There is no report ${name}.`)
  return found
}

test.each(Object.entries(REPORTS))('%s: a name and a word or a number on each line', (_, each) => {
  expect(renderGithubOutputs(each)).toMatch(/^(?:[a-z-]+=[a-z0-9_]*\n)+$/)
})

test('several accounts are counted together', () => {
  expect(renderGithubOutputs(report('several-accounts'))).toMatchInlineSnapshot(`
    "verdict=none
    exit-code=1
    cause=network
    findings=12
    waived=0
    critical=4
    accounts-in-sync=1
    accounts-drifted=1
    accounts-without-verdict=1
    approval=
    "
  `)
})

test('what changed since an earlier report is there only if there is one', () => {
  const { accounts, ...rest } = report('in-sync')
  const past: PastFinding = {
    id: 'a:b',
    code: 'a',
    address: 'b',
    risk: 'low',
    recordedAt: null,
    counted: true,
    firstSeen: '2026-11-22T08:00:00.000Z',
  }
  const since = {
    ...{
      reportedAt: '2026-11-22T08:00:00.000Z',
      firstSeen: new Map(),
      countNow: [],
      lostVerdict: false,
    },
    ...{ resolved: [past], notChecked: [past, past] },
  }
  const outputs = (compared: boolean) =>
    renderGithubOutputs({
      ...rest,
      accounts: accounts.map((each) => (compared ? { ...each, since } : each)),
    })
  expect(outputs(true)).toContain('new=0\nresolved=1\nnot-checked=2\nnews=true\napproval=\n')
  expect(outputs(false)).not.toMatch(/^(?:new|resolved|not-checked|news)=/m)
})
