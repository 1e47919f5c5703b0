/** Whom another policy of the same server removes from its own account. */
import { expect, test } from 'vitest'
import { listNewcomers, listRemovals, mayRemove } from '../../../src/core/apply/elsewhere.ts'
import { policy, snapshot } from '../build.ts'
import { TODAY } from './apply.ts'

const ada = { 'ada@acme.com': 'administrator' } as const

test('whoever is in the policy and not on the account may be invited, however the address is spelled', () => {
  const wanted = policy({ agents: { ...ada, 'bob@acme.com': 'agent', 'fay@acme.com': 'agent' } })
  const account = snapshot({ agents: { 'ADA@acme.com': 'administrator', 'Bob@ACME.com': 'agent' } })
  expect(listNewcomers(wanted, account)).toEqual(['fay@acme.com'])
  expect(listNewcomers(policy({ teams: {} }), account)).toEqual([])
})

test('a policy may remove whom it does not list, or lists until a day that is over', () => {
  const other = policy({
    agents: {
      ...ada,
      'fay@acme.com': 'agent',
      'old@acme.com': { role: 'agent', expires: '2026-11-22' },
    },
  })
  expect(mayRemove(other, ['fay@acme.com'], TODAY)).toBe(false)
  expect(mayRemove(other, ['fay@acme.com', 'bob@acme.com'], TODAY)).toBe(true)
  expect(mayRemove(other, ['old@acme.com'], TODAY)).toBe(true)
  expect(mayRemove(other, [], TODAY)).toBe(false)
  expect(mayRemove(policy({ teams: {} }), ['bob@acme.com'], TODAY)).toBe(false)
})

test('a policy removes people who are on its account and whom its plan removes', () => {
  const account = snapshot({
    agents: { ...ada, 'fay@acme.com': 'agent', 'bot@acme.com': 'agent', 'eve@acme.com': 'agent' },
  })
  const ignoring = policy({
    agents: { ...ada, 'fay@acme.com': 'administrator' },
    ignoreAgents: ['bot@*'],
  })
  expect(listRemovals(ignoring, account, TODAY)).toEqual(['eve@acme.com'])
})

test('without a plan nobody knows', () => {
  const nobody = policy({
    agents: { 'ada@acme.com': { role: 'administrator', expires: '2026-11-01' } },
  })
  expect(listRemovals(nobody, snapshot({ agents: ada }), TODAY)).toBeNull()
})
