/** Who decided, and whether they may. */
import { describe, expect, test } from 'vitest'
import type { ReviewDecision } from '../../../src/core/review/decisions.ts'
import {
  isAddress,
  judgeOwnDecision,
  simplifyAddress,
} from '../../../src/core/review/one-mailbox.ts'
import { type IdentifyReviewer, identifyRenamed } from '../../../src/core/review/reviewed.ts'
import {
  judgeReviewers,
  type ReviewerRules,
  tallyReviewers,
} from '../../../src/core/review/reviewers.ts'
import { listPeople } from './forms.ts'

describe('nobody decides about themselves', () => {
  test.each([
    ['the same address', 'ken@acme.com', 'same'],
    ['another case', 'KEN@Acme.COM', 'same'],
    ['spaces around it', ' ken@acme.com ', 'same'],
    ['a plus tag', 'ken+review@acme.com', 'variant'],
    ['a full-width plus tag', 'ken＋review@acme.com', 'variant'],
    ['a Cyrillic letter', 'k\u0435n@acme.com', 'variant'],
    ['a Cyrillic letter in the domain', 'ken@\u0430cme.com', 'variant'],
    ['the same domain in punycode', 'ken@xn--cme-5cd.com', 'variant'],
    ['full-width letters', 'ｋｅｎ@acme.com', 'variant'],
    ['mathematical letters', '\u{1d424}en@acme.com', 'variant'],
    ['a zero-width space', 'k\u200ben@acme.com', 'variant'],
    ['a soft hyphen', 'ken@ac\u00adme.com', 'variant'],
    ['a dot at the end', 'ken@acme.com.', 'variant'],
    ['the dot of Chinese texts', 'ken@acme\u3002com', 'variant'],
    ['half of it', 'ken@acme\uff61com', 'variant'],
    ['quotes', '"ken"@acme.com', 'variant'],
    ['an accent that nobody sees', 'ḳen@acme.com', 'variant'],
    ['two of them', '"k\u0435n+1"@acme.com.', 'variant'],
    ['somebody else', 'kenny@acme.com', 'no'],
    ['another domain', 'ken@acme.co', 'no'],
    ['a part of the address', 'en@acme.com', 'no'],
    ['a name', 'Ken', 'no'],
  ])('%s: %j is %s', (_, reviewer, own) => {
    expect(judgeOwnDecision(reviewer, 'ken@acme.com')).toBe(own)
  })

  test.each([
    ['kenthompson@gmail.com', 'variant'],
    ['k.e.n.thompson+x@GoogleMail.com', 'variant'],
    ['ken.thompson@gmail.com.', 'variant'],
    ['ken.thompson@mail.com', 'no'],
    ['ken.thomson@gmail.com', 'no'],
  ])('Google delivers them to one mailbox: %s is %s', (reviewer, own) => {
    expect(judgeOwnDecision(reviewer, 'ken.thompson@gmail.com')).toBe(own)
    expect(judgeOwnDecision('kenthompson@acme.com', 'ken.thompson@acme.com')).toBe('no')
  })

  test('also if the address on the account is the variant', () => {
    expect(judgeOwnDecision('ken@acme.com', 'ken+admin@acme.com')).toBe('variant')
    expect(judgeOwnDecision('ken+a@acme.com', 'ken+b@acme.com')).toBe('variant')
  })

  test('a text without @ stays a text', () => {
    expect([simplifyAddress('Ken'), simplifyAddress('')]).toEqual(['ken', ''])
  })
})

describe('an address', () => {
  test.each([
    'ken@acme.com',
    "o'neil+x@acme.co.uk",
    'k\u00e9n@b\u00fccher.example',
    '"ken"@acme.com',
  ])('is one like %s', (text) => {
    expect(isAddress(text)).toBe(true)
  })

  test.each([
    ...[
      'ken',
      '@acme.com',
      '*@acme.com',
      'ken@*.com',
      'ken@acme.com,',
      'ken@acme.com;',
      'ken@acme.com/',
    ],
    ...[
      'mailto:ken@acme.com',
      'Ken <ken@acme.com>',
      'ken@acme.com, ada@acme.com',
      'ken(x)@acme.com',
    ],
    ...['ken@acme\u3002com', 'ken@@acme.com', 'ken@[127.0.0.1]'],
  ])('is not one like %s', (text) => {
    expect(isAddress(text)).toBe(false)
  })
})

const decide = (email: string, reviewer: string, decision = 'keep'): ReviewDecision =>
  ({ email, reviewer, decision, date: '2026-11-23', ticket: '', why: '' }) as ReviewDecision

function judge(
  decisions: readonly ReviewDecision[],
  rules: Partial<ReviewerRules> = {},
  identify: IdentifyReviewer = (email) => email,
) {
  const people = decisions.map(({ email }) => email)
  const judged = judgeReviewers(tallyReviewers(decisions, identify), {
    ...{ people, doubtful: new Map(), allowed: null },
    ...rules,
  })
  const say = (these: typeof judged.notes) => these.map(({ summary }) => summary)
  return { problems: say(judged.problems), notes: say(judged.notes) }
}

const A = 'ada@acme.com'
const B = 'barbara@acme.com'
const C = 'carl@acme.com'
const NOTHING = { problems: [], notes: [] }
const NOBODY = { reviewedBy: null, decision: null }

test('reviewers are counted, those with the most decisions first', () => {
  const decisions = [
    decide(A, B),
    decide(B, 'X@acme.com', 'remove'),
    decide(C, 'b@acme.com', 'change'),
    decide('d@acme.com', B),
    decide('e@acme.com', A),
  ]
  expect(tallyReviewers(decisions, (email) => email)).toEqual([
    {
      ...{ email: B, known: B },
      decided: { keep: 2, change: 0, remove: 0 },
      ...{ reviewedBy: 'X@acme.com', decision: 'remove' },
    },
    {
      ...{ email: 'X@acme.com', known: 'x@acme.com' },
      decided: { keep: 0, change: 0, remove: 1 },
      ...NOBODY,
    },
    {
      ...{ email: A, known: A },
      decided: { keep: 1, change: 0, remove: 0 },
      ...{ reviewedBy: B, decision: 'keep' },
    },
    {
      ...{ email: 'b@acme.com', known: 'b@acme.com' },
      decided: { keep: 0, change: 1, remove: 0 },
      ...NOBODY,
    },
  ])
})

describe('two people', () => {
  test('who decided only about each other are pointed out', () => {
    expect(judge([decide(A, B), decide(B, A), decide(C, 'x@acme.com')]).notes).toEqual([
      `${A} and ${B} decided only about each other.`,
    ])
    expect(judge([decide(A, 'barbara+1@acme.com'), decide(B, A)]).notes[0]).toContain('each other')
  })

  test.each([
    ['who decided about others too', [decide(A, B), decide(B, A), decide(C, A)]],
    ['of whom one was reviewed by a third', [decide(A, B), decide(C, A), decide(B, C)]],
    ['of whom one is not on the account', [decide(A, 'x@acme.com'), decide(C, A)]],
  ])('%s are not', (_, decisions) => {
    expect(judge(decisions)).toEqual(NOTHING)
  })
})

describe('a list of reviewers', () => {
  test('says who may decide', () => {
    const decisions = [decide(A, B), decide(B, A), decide(C, A)]
    expect(judge(decisions, { allowed: [A.toUpperCase(), B] })).toEqual(NOTHING)
    expect(judge(decisions, { allowed: [B] }).problems).toEqual([
      `${A} decided about 2 people, but may not decide.`,
    ])
  })
})

describe('a reviewer who should not be an administrator', () => {
  const doubtful = new Map([[B, { code: 'admin-unexpected', refused: true } as const]])
  const summary = `${B} decided about 1 person, but the review itself has the finding admin-unexpected about this person.`

  test('may not decide', () => {
    expect(judge([decide(A, B), decide(B, 'x@acme.com')], { doubtful })).toEqual({
      problems: [summary],
      notes: [],
    })
  })

  test('may not decide under another spelling either', () => {
    const { problems } = judge([decide(A, 'barbara+1@acme.com')], { doubtful })
    expect(problems[0]).toContain('the review itself has the finding admin-unexpected')
  })

  test('may decide if a list says so, and is pointed out', () => {
    const rules = { doubtful, allowed: [B, 'x@acme.com'] }
    expect(judge([decide(A, B), decide(B, 'x@acme.com')], rules)).toEqual({
      problems: [],
      notes: [summary],
    })
  })
})

describe('somebody who has another address in the later snapshot', () => {
  const people = listPeople(['ada@acme.com', 'grace@acme.com', '#77 mal@evil.example'])
  const identify = (...agents: readonly (readonly [number, string])[]) =>
    identifyRenamed(people, { agents: agents.map(([id, email]) => ({ id, email })) })

  test.each([
    ['is recognised by the user id', [2, 'gh@acme.com'], 'GH@acme.com', 'grace@acme.com'],
    ['also under another spelling', [2, 'gh@acme.com'], 'gh+x@acme.com', 'grace@acme.com'],
    ['also if they were hidden', [3, 'm@acme.com'], 'm@acme.com', 'mal@evil.example'],
    ['is not who had that address at the review', [2, 'ada@acme.com'], 'ada@acme.com', null],
    ['is nobody who is new', [9, 'new@acme.com'], 'new@acme.com', null],
  ] as const)('%s', (_, agent, reviewer, known) => {
    expect(identify(agent)(reviewer)).toBe(known ?? reviewer)
  })

  test('is nobody without a later snapshot', () => {
    expect(identifyRenamed(people, null)('gh@acme.com')).toBe('gh@acme.com')
  })

  test('may decide no more than under the address of the review', () => {
    const doubtful = new Map([[B, { code: 'admin-unexpected' as const, refused: true }]])
    const judged = judge([decide(A, 'bz@acme.com'), decide(B, A)], { doubtful }, (email) =>
      email === 'bz@acme.com' ? B : email,
    )
    expect(judged.problems).toEqual([
      expect.stringContaining('bz@acme.com decided about 1 person, but the review itself has'),
    ])
  })
})

describe('there is a note if a reviewer', () => {
  test('is an agent with a critical or high finding; an error if a look-alike may not decide', () => {
    const agent = { code: 'agent-unexpected', refused: false } as const
    const doubtful = new Map([[B, agent]])
    const decisions = [decide(A, B), decide(B, 'x@acme.com')]
    expect(judge(decisions, { doubtful })).toEqual({
      problems: [],
      notes: [
        `${B} decided about 1 person, but the review itself has the finding agent-unexpected about this person.`,
      ],
    })
    const twin = { code: 'admin-unexpected', refused: true } as const
    const both = new Map<string, typeof twin | typeof agent>([
      ['barbara+1@acme.com', twin],
      ...doubtful,
    ])
    expect(judge(decisions, { doubtful: both }).problems[0]).toContain('admin-unexpected')
  })

  test('is a person whom another decision removes', () => {
    expect(judge([decide(A, B), decide(C, B), decide(B, 'x@acme.com', 'remove')])).toEqual({
      problems: [],
      notes: [`${B} decided about 2 people, but the decision about this person is "remove".`],
    })
  })
})

describe('a reviewer under another spelling', () => {
  test('of somebody on the account is pointed out, with the difference', () => {
    const spelled = '\u0430da@acme.com'
    const { notes } = judge([decide(A, C), decide(B, C), decide(C, spelled)])
    expect(notes).toHaveLength(1)
    expect(notes[0]).toMatch(
      /^The reviewer \u0430da@acme\.com may be ada@acme\.com under another spelling: they look alike, but the first has a Cyrillic letter/,
    )
  })

  test('that no table knows is pointed out too, with the letter', () => {
    const { notes } = judge([decide(A, 'carl\u028f@acme.com'), decide(B, 'outside@acme.com')])
    expect(notes).toEqual([
      'The reviewer carl\u028f@acme.com is not on the account, and the address has another letter (U+028F).',
    ])
  })

  test('is the own one of somebody on the account whose address has such a letter', () => {
    const own = 'j\u00fcrgen@acme.com'
    expect(judge([decide(A, own), decide(own, C), decide(B, C)]).notes).toEqual([])
  })

  test('of another reviewer is pointed out once for each', () => {
    const { notes } = judge([decide(A, 'x@acme.com'), decide(B, 'x+1@acme.com')])
    expect(notes).toEqual([
      'The reviewer x+1@acme.com may be x@acme.com under another spelling.',
      'The reviewer x@acme.com may be x+1@acme.com under another spelling.',
    ])
  })

  test('is not who is on the account as written, even if two there look alike', () => {
    expect(judge([decide(A, 'ada+1@acme.com'), decide('ada+1@acme.com', C)]).notes).toEqual([])
  })
})
