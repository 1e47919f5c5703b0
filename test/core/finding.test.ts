/** The catalogue of findings is closed: what there is, how bad it is, and that each explains itself. */
import { describe, expect, test } from 'vitest'
import { type Finding, isDrift } from '../../src/core/messages/finding.ts'
import {
  FINDINGS,
  RISKS,
  type Risk,
  type Severity,
} from '../../src/core/messages/finding-records.ts'

const CATALOGUE: Record<string, [Risk, Severity]> = {
  'admin-unexpected': ['critical', 'error'],
  'agent-unexpected': ['high', 'error'],
  'agent-missing': ['medium', 'error'],
  'agent-renamed': ['medium', 'warning'],
  'role-differs': ['medium', 'error'],
  'custom-role-differs': ['high', 'error'],
  'custom-role-foreign': ['critical', 'error'],
  'custom-role-missing': ['low', 'error'],
  'custom-role-unexpected': ['medium', 'error'],
  'custom-role-permissions-differ': ['high', 'error'],
  'custom-role-settings-differ': ['low', 'error'],
  'admin-with-custom-role': ['high', 'warning'],
  'agent-name-differs': ['low', 'warning'],
  'invite-pending': ['medium', 'error'],
  'invite-unexpected': ['high', 'error'],
  'access-expired': ['high', 'error'],
  'access-expires-soon': ['low', 'warning'],
  'rule-administrators': ['critical', 'error'],
  'rule-email-domain': ['high', 'error'],
  'not-in-roster': ['high', 'error'],
  'agent-dormant': ['medium', 'error'],
  'invite-stale': ['medium', 'error'],
  'inbox-member-hidden': ['critical', 'error'],
  'rule-team-members': ['low', 'error'],
  'inbox-missing': ['medium', 'error'],
  'inbox-unexpected': ['medium', 'error'],
  'inbox-differs': ['low', 'error'],
  'inbox-member-missing': ['low', 'error'],
  'inbox-member-unexpected': ['high', 'error'],
  'waiver-expired': ['high', 'error'],
  'waiver-unused': ['low', 'warning'],
  'waiver-expires-soon': ['low', 'warning'],
  'team-missing': ['low', 'error'],
  'team-unexpected': ['medium', 'error'],
  'team-differs': ['low', 'error'],
  'member-missing': ['low', 'error'],
  'member-unexpected': ['medium', 'error'],
  'member-ghost': ['low', 'warning'],
}

describe('the catalogue of findings', () => {
  test('has exactly these, with these risks and severities', () => {
    const actual = Object.entries(FINDINGS).map(([code, { risk, severity }]) => [
      code,
      [risk, severity],
    ])
    expect(Object.fromEntries(actual)).toEqual(CATALOGUE)
  })

  test('knows the risks from the worst to the least', () => {
    expect(RISKS).toEqual(['critical', 'high', 'medium', 'low'])
  })

  test.each(Object.entries(FINDINGS))('%s says what it is, means and needs', (_, entry) => {
    expect(entry.title).toMatch(/^[A-Z][^.\n]+[^.\s]$/)
    for (const text of [entry.meaning, entry.remedy]) expect(text).toMatch(/^[A-Z].{30,}\.$/)
    expect(entry.meaning).not.toBe(entry.remedy)
  })

  test('has no two entries under one title', () => {
    const titles = Object.values(FINDINGS).map(({ title }) => title)
    expect(new Set(titles).size).toBe(titles.length)
  })
})

test('drift is an open finding of severity error', () => {
  const finding: Finding = {
    id: 'agent-missing:agent/ada@acme.com',
    code: 'agent-missing',
    subject: { kind: 'agent', email: 'ada@acme.com' },
    address: 'agent/ada@acme.com',
    risk: 'medium',
    severity: 'error',
    summary: 'missing, should be agent',
    location: null,
    disposition: 'open',
    difference: null,
    activity: null,
    waiver: null,
  }
  expect(isDrift(finding)).toBe(true)
  expect(isDrift({ ...finding, severity: 'warning' })).toBe(false)
  expect(isDrift({ ...finding, disposition: 'waived' })).toBe(false)
})
