/** A view says what a command ends with as it was told: it never works that out. */
import { expect, test } from 'vitest'
import { concludeCheckup } from '../../src/core/report/checkup.ts'
import { listing } from '../../src/core/report/listing.ts'
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

const list = {
  ...{ tool, exitCode, diagnostics: [], listing: listing(snapshot({})) },
  generatedAt: '2026-11-23T08:00:02.000Z',
} as const
const checkup = {
  ...concludeCheckup({ tool, server: null, accountId: null, checks: [] }),
  ...{ healthy: false, exitCode },
} as const
const review = { folder: 'r', manifest: '0', problems: [], exitCode } as const
const closed = { ...review, people: 0, decisions: [], happened: null, decisionsSha256: '1' }

test.each([
  ['doctor', renderDoctor(checkup, PLAIN)],
  ['doctor as JSON', renderDoctorJson(checkup)],
  ['list', renderListText(list.listing, exitCode, PLAIN)],
  ['list as JSON', renderListJson(list)],
  ['list as HTML', renderListHtml(list)],
  ['review close', renderClosed(closed, PLAIN)],
  ['review verify', renderVerified({ ...review, files: 0 }, PLAIN)],
  [
    'validate',
    renderValidation({ tool, valid: true, exitCode, policies: [], diagnostics: [] }, PLAIN),
  ],
])('%s ends with the exit code that it was told', (_name, text) => {
  expect(text.match(/exit[ _]code"?:? \d/g)?.map((each) => each.at(-1))).toEqual(['1'])
})
