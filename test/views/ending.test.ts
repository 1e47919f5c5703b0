/** A view says what a command ends with as it was told: it never works that out. */
import { expect, test } from 'vitest'
import { concludeCheckup } from '../../src/core/report/checkup.ts'
import { concludeFacts } from '../../src/core/report/facts.ts'
import { listAccount } from '../../src/core/report/listing.ts'
import { concludeValidation } from '../../src/core/report/validation.ts'
import { concludeClose } from '../../src/core/review/closing.ts'
import { renderDoctor, renderDoctorJson } from '../../src/views/doctor.ts'
import { renderListHtml } from '../../src/views/html/list.ts'
import { renderListJson } from '../../src/views/list/json.ts'
import { renderClosed, renderVerified } from '../../src/views/review.ts'
import { PLAIN } from '../../src/views/text/layout.ts'
import { renderListText } from '../../src/views/text/list.ts'
import { renderValidation } from '../../src/views/validation.ts'
import { snapshot } from '../core/build.ts'

const tool = { name: 'rollcall', version: '1.2.3' }
/** As nothing would end that found nothing. */
const exitCode = 1 as const

const generatedAt = '2026-11-23T08:00:02.000Z'
const everybody = listAccount(snapshot({}))
const list = {
  ...concludeFacts({ tool, generatedAt, diagnostics: [], facts: everybody }),
  ...{ exitCode },
}
const checkup = {
  ...concludeCheckup({ tool, server: null, accountId: null, checks: [] }),
  ...{ healthy: false, exitCode },
} as const
const review = { folder: 'r', manifest: '0', problems: [], exitCode } as const
const UNTOUCHED = {
  files: 0,
  compared: true,
  closing: null,
  unchecked: [],
  statement: null,
} as const
const closed = {
  ...concludeClose({
    ...{ folder: 'r', tool, generatedAt, before: snapshot({}), after: null },
    ...{ people: [], others: [], notShown: [] },
    ...{ decisions: [], findings: new Map(), allowed: null, remediation: null, journals: [] },
    ...{ problems: [], remarks: [], manifestSha256: '0', snapshotSha256: '0', policySha256: '0' },
    ...{ form: { name: 'd.csv', bytes: 0, sha256: '1' }, reviewersFile: null, afterFile: null },
  }),
  ...{ exitCode },
}

test.each([
  ['doctor', renderDoctor(checkup, PLAIN)],
  ['doctor as JSON', renderDoctorJson(checkup)],
  ['list', renderListText(everybody, exitCode, PLAIN)],
  ['list as JSON', renderListJson(list)],
  ['list as HTML', renderListHtml(list)],
  ['review close', renderClosed(closed, null, PLAIN)],
  ['review verify', renderVerified({ ...review, ...UNTOUCHED }, PLAIN)],
  [
    'validate',
    renderValidation({ ...concludeValidation(tool, [], []), valid: true, exitCode }, PLAIN),
  ],
])('%s ends with the exit code that it was told', (_name, text) => {
  expect(text.match(/exit[ _]code"?:? \d/g)?.map((each) => each.at(-1))).toEqual(['1'])
})
