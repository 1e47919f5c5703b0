/** The views of an apply: whole files, no text that a terminal would act on, and JSON that stays JSON. */
import stringWidth from 'string-width'
import { describe, expect, test } from 'vitest'
import { REPORT_VIEWS } from '../../src/commands/shared/views.ts'
import { renderApplyJson } from '../../src/views/apply-json.ts'
import {
  renderApply,
  renderProgress,
  renderProposal,
  renderQuestion,
} from '../../src/views/text/apply.ts'
import { PLAIN } from '../../src/views/text/layout.ts'
import { APPLIES, BEFORE } from './applies.ts'
import { matchGolden, matchJsonGolden } from './golden.ts'

const cases = Object.entries(APPLIES)

function named(name: string): (typeof APPLIES)[string] {
  const each = APPLIES[name]
  if (each === undefined) throw new Error(`There is no apply ${name}.`)
  return each
}

/** The plans before and after are documents of their own. */
function short(name: string): string {
  const document = JSON.parse(renderApplyJson(named(name)))
  return `${JSON.stringify({ ...document, before: null, after: null }, null, 2)}\n`
}

describe('text', () => {
  test.each(cases)('%s reads as the golden file', async (name, each) => {
    const model = { document: renderApply(named('refused'), PLAIN), file: 'apply-refused.txt' }
    await matchGolden(renderApply(each, PLAIN), `apply-${name}.txt`, model)
  })

  test('a plan that is on the screen already is not shown again', () => {
    const refused = named('refused')
    const plan = renderProposal(refused, PLAIN).trimEnd()
    expect(renderApply(refused, PLAIN)).toBe(`${plan}\n\n${renderApply(refused, PLAIN, true)}`)
  })

  test.each(cases)('%s ends with the summary and the exit code', (_name, each) => {
    const text = renderApply(each, PLAIN).replaceAll(/\s+/g, ' ')
    expect(text.trimEnd().endsWith(`Exit code ${each.exitCode}.`)).toBe(true)
  })

  test.each(cases)('%s holds nothing that a terminal would act on', (_name, each) => {
    const text = renderApply(each, PLAIN) + renderProposal(each, PLAIN)
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
  })

  test('fits 80 columns, but for an approval and for a name that is longer by itself', () => {
    for (const [name, each] of cases.filter(([name]) => !name.startsWith('hostile'))) {
      const lines = renderApply(each, PLAIN)
        .split('\n')
        .filter((line) => !line.startsWith('Approval: '))
      expect([name, lines.filter((line) => stringWidth(line) > 80)]).toEqual([name, []])
    }
  })
})

test('progress says which step is under way, or what the run waits for, in one line', () => {
  const [step] = named('hostile-names').proposal?.plan.written ?? []
  if (step === undefined) throw new Error('There is no step.')
  const lines = [
    renderProgress({ is: 'step', step, number: 2, of: 3 }),
    renderProgress({ is: 'waiting-for-newcomers' }),
    renderProgress({ is: 'waiting-for-clean-up' }),
  ]
  for (const line of lines) expect(line).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+\n$/u)
  expect(lines[0]?.startsWith(`2/3 ${step.change.step} `)).toBe(true)
})

test('the question names the account and its server, and says what to type', () => {
  const where = { account: { id: 7, name: 'Acme' }, server: 'https://chat.acme.com' }
  expect(renderQuestion(where, 'yes', false)).toBe(
    'Write to account 7 on chat.acme.com? Type "yes" to approve: ',
  )
  expect(renderQuestion(where, 'Acme', true)).toBe(
    'Write to account 7 on chat.acme.com? Type the name of the account ("Acme") to approve: ',
  )
})

describe('JSON', () => {
  test.each(['not-approved', 'applied'])('%s is as the golden file', async (name) => {
    const model = { document: short('not-approved'), file: 'apply-not-approved.json' }
    await matchJsonGolden(short(name), `apply-${name}.json`, model)
  })

  test.each(cases)('%s says what the text says', (_name, each) => {
    const said = JSON.parse(renderApplyJson(each))
    expect(said).toMatchObject({
      format: 'rollcall.apply',
      end: each.end,
      verdict: each.verdict,
      exit_code: each.exitCode,
      summary: each.summary,
      before: { format: 'rollcall.report' },
    })
    expect(said.approval === null).toBe(each.end === 'refused' || each.end === 'nothing')
    expect(said.after === null).toBe(each.after === null)
  })

  test('shows every step that would be written, before any is', () => {
    const each = APPLIES['not-approved']
    if (each === undefined) throw new Error('There is none.')
    const { steps } = JSON.parse(renderApplyJson(each))
    expect(steps).toHaveLength(each.proposal?.plan.written.length ?? -1)
    for (const { status } of steps) expect(status).toBe('not-started')
  })
})

test.each(Object.entries(REPORT_VIEWS))(
  'a report of an apply as %s never says that nothing was changed, and one of a plan says it of itself',
  async (format, render) => {
    const show = async (command: string) => {
      const report = { ...BEFORE, command }
      return render({ report, maxBytes: 60_000, repository: { uri: (file) => file } }, PLAIN)
    }
    const claims = async (command: string) =>
      /nothing was changed/i.test((await show(command)) ?? '')
    expect(await claims('apply')).toBe(false)
    expect(await claims('plan')).toBe(['text', 'markdown', 'github', 'html'].includes(format))
  },
)
