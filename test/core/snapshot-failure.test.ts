/** What a shard leaves for an account that it could not read: only a whole document is believed. */
import { describe, expect, test } from 'vitest'
import { makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import {
  concludeFleetSnapshots,
  parseSnapshotFailure,
} from '../../src/core/report/snapshot-failure.ts'
import { renderSnapshotFailure } from '../../src/views/snapshot.ts'

const FAILURE = {
  fleet: { name: 'acme', sha256: 'a'.repeat(64) },
  server: 'https://chat.acme.com',
  accountId: 7,
  failedAt: '2026-11-23T08:00:00.000Z',
  diagnostics: [
    makeDiagnostic({ code: 'read-partial', summary: 'It has no inboxes.' }),
    makeDiagnostic({
      code: 'token-unknown',
      summary: 'The server does not know the token.',
      requestId: 'r-1',
      location: { file: 'fleet.yaml', line: 3, column: 11 },
    }),
  ],
}
const TEXT = renderSnapshotFailure(FAILURE, { name: 'rollcall', version: '1.2.3' })

const parse = (document: unknown) =>
  parseSnapshotFailure(document, (path, problem) => {
    throw new Error(`${path.join('/')}: ${problem}`)
  })

test('a fleet of which one snapshot failed has failed; a warning is no failure', () => {
  const [warning, error] = FAILURE.diagnostics
  if (warning === undefined || error === undefined) throw new Error('There are none.')
  expect(concludeFleetSnapshots([[], [warning]])).toEqual({ taken: 2, failed: 0, exitCode: 0 })
  expect(concludeFleetSnapshots([[], [warning, error], [error]])).toEqual({
    ...{ taken: 1, failed: 2, exitCode: 1 },
  })
})

describe('a failed snapshot', () => {
  test('is read as it was written', () => {
    expect(parse(JSON.parse(TEXT))).toEqual(FAILURE)
  })

  test.each<readonly [string, unknown, string]>([
    ['format', 'rollcall.snapshot', 'format: should be "rollcall.snapshot-failure"'],
    ['format_version', '2.0', 'format_version: should be 1.0, or another version'],
    ['fleet', null, 'fleet: should be an object'],
    ['server', 'chat.acme.com', 'server: should be an origin'],
    ['account_id', 0, 'account_id: should be a positive whole number'],
    ['failed_at', 'yesterday', 'failed_at: should be a time'],
    ['diagnostics', [], 'diagnostics: should contain an error'],
    ['diagnostics/1', null, 'diagnostics/1: should be an object'],
    ['diagnostics/1/code', 'no-such-code', 'diagnostics/1/code: should be a known code'],
    ['diagnostics/1/code', 'toString', 'diagnostics/1/code: should be a known code'],
    ['diagnostics/1/severity', 'warning', 'diagnostics: should contain an error'],
    ['diagnostics/1/severity', 'fine', 'diagnostics/1/severity: should be error or warning'],
    ['diagnostics/1/location/line', 0, 'diagnostics/1/location/line: should be a positive'],
    ['diagnostics/0/detail', 7, 'diagnostics/0/detail: should be a string'],
  ])('with %s as %j is refused', (path, value, says) => {
    const document = JSON.parse(TEXT)
    const keys = path.split('/')
    const last = keys.pop() ?? ''
    const owner = keys.reduce((sofar, key) => sofar[key], document)
    owner[last] = value
    expect(() => parse(document)).toThrow(says)
  })
})
