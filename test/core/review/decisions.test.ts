/** Which decisions of a review are valid. What one row can get wrong is in test/cli/review.test.ts. */
import { describe, expect, test } from 'vitest'
import type { FindingCode } from '../../../src/core/messages/finding-records.ts'
import { makeFinding } from '../../../src/core/messages/phrase.ts'
import { judgeDecisions } from '../../../src/core/review/decisions.ts'
import { ANSWERED, listPeople, makeFilledForm } from './forms.ts'

const PEOPLE = ['a@acme.com', 'b@acme.com', 'c@acme.com', 'd@acme.com', 'e@acme.com']

type Answers = Partial<Record<'decision' | 'reviewer' | 'date' | 'why' | 'ticket', string>>

/** @param codes one open finding about each person, or null */
function judge(
  answers: readonly Answers[],
  codes: readonly (FindingCode | null)[] = [],
  people: readonly string[] = PEOPLE,
) {
  const emails = listPeople(people).map(({ email }) => email)
  const rows = answers.map((each, index) => ({ email: emails[index] ?? '', ...ANSWERED, ...each }))
  const findings = codes.map((code, index) => {
    const email = people[index] ?? ''
    const open = code === null ? [] : [makeFinding(code, { kind: 'agent', email }, null, 'x')]
    return [email, open] as const
  })
  const rules = {
    people: listPeople(people),
    since: '2026-11-23',
    today: '2026-11-30',
    identify: (email: string) => email,
    findings: new Map(findings),
  }
  const { decisions, problems } = judgeDecisions(makeFilledForm(rows, emails).rows, rules)
  const say = problems.map(({ summary, location }) => [
    summary,
    location && `${location.line}:${location.column}`,
  ])
  return {
    decided: decisions.map(({ email }) => email),
    dates: decisions.map(({ date }) => date),
    say,
  }
}

const all = (answers: Answers) => PEOPLE.map(() => answers)

describe('a hidden member', () => {
  const say = (person: string, reviewer: string) =>
    judge([{ reviewer }], [], [person]).say.map(([summary]) => summary)[0]

  test('without a name in the log is never the same person as a reviewer', () => {
    expect(say('#78', '')).toBe('#78 has no reviewer.')
    expect(judge([{ reviewer: '' }], [], ['#78']).say).toHaveLength(1)
  })

  test('is not the person on the account who has that address now', () => {
    const people = ['#77 mal@acme.com', 'mal@acme.com']
    expect(say('#77 mal@acme.com', 'mal@acme.com')).toContain('decided about their own access')
    expect(judge([{ reviewer: 'mal@acme.com' }], [], people).decided).toEqual(['#77'])
  })
})

describe('to keep somebody with a critical or high finding', () => {
  const SHORT = 'of at least 15 letters'
  const ALIKE = 'with at least 5 different letters'

  test.each<[string, FindingCode, string, string | null]>([
    ['no reason', 'admin-unexpected', '', SHORT],
    ['a word', 'agent-unexpected', 'approved', SHORT],
    ['14 letters', 'agent-unexpected', 'abcdefghijklmn 12345 .....', SHORT],
    ['15 letters', 'agent-unexpected', 'abcde fghij klmno', null],
    ['one letter again and again', 'agent-unexpected', 'aaaaaaaaaaaaaaaa', ALIKE],
    ['a short word again and again', 'admin-unexpected', 'Keep keep KEEP keep', ALIKE],
    ['five different letters', 'agent-unexpected', 'abcde abcde abcde', null],
    ['letters of any script', 'admin-unexpected', 'Она руководит отделом продаж', null],
    ['letters outside the first plane', 'agent-unexpected', '𠀀𠀁𠀂𠀃𠀄'.repeat(3), null],
    ['letters that nobody sees', 'agent-unexpected', 'ok\u3164\u115f\u1160\uffa0'.repeat(4), SHORT],
    ['nothing for a medium finding', 'invite-pending', '', null],
  ])('%s for %s, %j: %s', (_, code, why, wrong) => {
    const { decided, say } = judge([{ why }], [code], ['a@acme.com'])
    expect(decided).toEqual(wrong === null ? ['a@acme.com'] : [])
    const risk = code === 'admin-unexpected' ? 'critical' : 'high'
    const says = `a@acme.com: "keep" needs a reason ${wrong}, because of ${code} (${risk}).`
    expect(say).toEqual(wrong === null ? [] : [[says, '2:41']])
  })

  test('and to change or remove somebody, a reason is what people can read', () => {
    const { decided, say } = judge(
      [{ decision: 'remove', why: ' \u200b\u3164\u2800' }],
      [],
      ['a@x'],
    )
    expect([decided, say.map(([summary]) => summary)]).toEqual([
      [],
      ['a@x: "remove" needs a reason.'],
    ])
  })

  test('needs no reason where there is no finding', () => {
    expect(judge(all({})).say).toEqual([])
  })

  test('is one decision for each person: at most three have the same reason', () => {
    const codes = PEOPLE.map(() => 'agent-unexpected' as const)
    const why = (...texts: string[]) =>
      judge(
        texts.map((text) => ({ why: text })),
        codes,
      ).say
    expect(why(...PEOPLE.map((_, n) => `This is reason number ${n}`))).toEqual([])
    const [X, Y] = ['works for our agency', 'is on the night shift']
    expect(why(X, X, X, Y, Y)).toEqual([])
    expect(why(X, 'Works for our agency!', `  ${X}.`, Y, X.toUpperCase())).toEqual([
      [
        'One reason is given for 4 people with critical or high findings: "works for our agency", in 4 rows (lines 2-4, 6).',
        '2:41',
      ],
    ])
  })

  test('is not another reason if only look-alike letters, accents or signs differ', () => {
    const texts = ['works for our agency', 'w\u043erks for our agency', 'works f\u00f4r our agency']
    const { say } = judge(
      [...texts, 'works for\u200bour agency!', 'is on the night shift'].map((why) => ({ why })),
      PEOPLE.map(() => 'agent-unexpected' as const),
    )
    expect(say).toHaveLength(1)
    expect(say[0]?.[0]).toContain('One reason is given for 4 people')
  })

  test('others may have the same reason', () => {
    const codes = [null, null, 'agent-unexpected', 'agent-unexpected', 'agent-unexpected'] as const
    expect(judge(all({ why: 'works for our agency' }), codes).say).toEqual([])
    const kept = all({ why: 'works for our agency', decision: 'remove' })
    expect(
      judge(
        kept,
        PEOPLE.map(() => 'agent-unexpected' as const),
      ).say,
    ).toEqual([])
  })
})

describe('a problem of more than 20 rows', () => {
  const people = Array.from({ length: 23 }, (_, n) => `p${n}@acme.com`)
  const undecided = people.map(() => ({ decision: '' }))

  test('is one message, with their lines', () => {
    const own = { reviewer: 'me' }
    expect(judge([...undecided.slice(0, 20), own, {}, own], [], people).say).toHaveLength(22)
    expect(judge([...undecided.slice(0, 21), own, {}], [], people).say).toEqual([
      ['21 rows (lines 2-22) have no decision.', '2:11'],
      ['p21@acme.com: the reviewer "me" is not an e-mail address.', '23:21'],
    ])
  })

  test('that are missing is one message too', () => {
    expect(judge([{}, {}, {}], [], people).say).toHaveLength(20)
    expect(judge([{}, {}], [], people).say).toEqual([
      ['There are no rows for p2@acme.com, p3@acme.com, p4@acme.com and 18 more.', null],
    ])
  })
})

describe('dates', () => {
  test('are read as a spreadsheet of any language saves them', () => {
    const days = ['25.11.2026', '26.11.26', '2026-11-27', '28 nov. 2026', '29/11/2026']
    const { dates, say } = judge(days.map((date) => ({ date })))
    expect(say).toEqual([])
    expect(dates).toEqual(['2026-11-25', '2026-11-26', '2026-11-27', '2026-11-28', '2026-11-29'])
  })

  test('that can be two days are one message, however many rows', () => {
    const { decided, say } = judge(all({ date: '05/11/2026' }))
    expect([decided, say]).toEqual([
      [],
      [['The dates in 5 rows (lines 2-6): "05/11/2026" can be 2026-11-05 or 2026-05-11.', '2:31']],
    ])
  })

  test('of every kind are one message together', () => {
    const days = ['05/11/2026', 'soon', '2026-11-25', '', '06/11/2026']
    expect(judge(days.map((date) => ({ date }))).say).toEqual([
      [
        'The dates in 4 rows (lines 2-3, 5-6): "05/11/2026" can be 2026-11-05 or 2026-05-11, and "soon" is not a valid date.',
        '2:31',
      ],
    ])
  })

  test('that are missing are named as missing', () => {
    expect(judge([{ date: ' ' }]).say[0]?.[0]).toMatch(/: the date is missing\.$/)
  })

  test('of rows without a decision neither matter nor settle anything', () => {
    const { say } = judge(
      [{ date: '05/11/2026' }, { date: '23/11/2026', decision: '' }],
      [],
      ['a@acme.com', 'b@acme.com'],
    )
    expect(say.map(([summary]) => summary)).toEqual([
      'b@acme.com has no decision.',
      'a@acme.com: "05/11/2026" can be 2026-11-05 or 2026-05-11.',
    ])
  })
})

test('somebody who decides about themselves under another spelling is named with it', () => {
  const reviewer = '\u0430@acme.com'
  const { say } = judge([{ reviewer }], [], ['a@acme.com'])
  expect(say[0]?.[0]).toBe(`a@acme.com decided about their own access, as "${reviewer}".`)
})
