/** What `rollcall explain` says of a message is so: checked against the code where that is possible. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { loadCommands } from '../../src/cli/command-list.ts'
import { DIAGNOSTICS, type DiagnosticCode } from '../../src/core/messages/diagnostic-records.ts'
import { FINDINGS } from '../../src/core/messages/finding-records.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'

const OPTIONS = Object.values(await loadCommands()).flatMap(({ options }) => Object.keys(options))
const TEXTS = [
  ...Object.entries(DIAGNOSTICS).map(([code, { meaning, remedy, example }]) => [
    code,
    [meaning, remedy, example].join(' '),
  ]),
  ...Object.entries(FINDINGS).map(([code, { meaning, remedy }]) => [code, `${meaning} ${remedy}`]),
] as [string, string][]

test.each(TEXTS)('what %s names is there: options and variables', (_, text) => {
  for (const [, option = ''] of text.matchAll(/--([a-z][a-z-]*)/g)) {
    expect([...OPTIONS, 'help']).toContain(option)
  }
  const documented = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')
  for (const [variable] of text.matchAll(/\b(CHATWOOT|NODE|HTTPS?|NO)_[A-Z_]+\b/g)) {
    expect(documented).toContain(variable)
  }
})

describe('what a message means', () => {
  test('of a list in pages: its length and page 2 are looked at, and no header', () => {
    const { meaning, example } = DIAGNOSTICS['read-paging']
    expect(meaning).toContain('page 2 contains a different list')
    expect(`${meaning} ${example}`).not.toMatch(/header/i)
  })

  test('of a rate limit: fewer requests a minute or more time help, fewer at a time do not', () => {
    const { remedy } = DIAGNOSTICS['server-rate-limit']
    expect(remedy).toContain('--max-rpm')
    expect(remedy).toContain('--timeout')
    expect(remedy).not.toContain('--concurrency')
  })

  test('of an account that cannot be exported: no administrator, invited ones included', () => {
    expect(DIAGNOSTICS['account-not-exportable'].remedy).not.toContain('accepted')
  })
})

/** Policies around the first piece of code in an example. */
const EXAMPLES: Partial<Record<DiagnosticCode, (piece: string) => string>> = {
  'policy-alias': (piece) => `version: 1\nteams:\n  a: &everybody []\n  ${piece}\n`,
  'policy-merge-key': (piece) => `version: 1\nagents:\n  a@acme.com:\n    ${piece}\n`,
  'policy-key-type': (piece) => `version: 1\nteams:\n  ${piece}\n`,
  'policy-unknown-key': (piece) => `version: 1\nteams:\n  billing:\n    ${piece}\n`,
  'policy-empty-key': (piece) => `version: 1\n${piece}\n`,
  'policy-value': (piece) =>
    `version: 1\nagents:\n  a@acme.com: administrator\n  b@acme.com:\n    ${piece}\n`,
  'policy-duplicate-entry': (piece) =>
    `version: 1\nagents:\n  ${piece}: administrator\n  ada@acme.com: agent\n`,
  'policy-nothing-managed': (piece) => `${piece}\n`,
  'policy-critical-finding': (piece) => `version: 1\nteams: {}\n${piece}\n`,
}

test.each(Object.entries(EXAMPLES))('the example of %s leads to it', (code, policy) => {
  const [, piece = ''] = /`([^`]+)`/.exec(DIAGNOSTICS[code as DiagnosticCode].example) ?? []
  expect(piece).not.toBe('')
  const { diagnostics } = parsePolicy('a.yaml', new TextEncoder().encode(policy(piece)))
  expect(diagnostics.map((each) => each.code)).toContain(code)
})
