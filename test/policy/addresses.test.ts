/** Values that can match nobody: each is an error with the value that was probably meant. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FINDINGS, type FindingCode } from '../../src/core/messages/finding-records.ts'
import { correctEmail, isEmail } from '../../src/core/model/mistyped.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'

function problems(text: string) {
  const { diagnostics } = parsePolicy('p.yaml', Buffer.from(text))
  return diagnostics.map(({ code, advice, location }) => ({ code, advice, line: location?.line }))
}

const AGENTS = (key: string) => `version: 1
agents:
  ada@acme.com: administrator
  ${key}: agent
`
const MEMBERS = (item: string) => `version: 1
teams:
  t:
    - ${item}
`
const DOMAINS = (item: string) => `version: 1
teams: {}
rules: { email_domains: [${item}] }
`
const IGNORED = (item: string) => `version: 1
teams: {}
scope: { ignore: { agents: [${item}] } }
`
const WAIVER = (finding: string, address: string) => `version: 1
teams: {}
waivers:
  - { finding: ${finding}, address: ${address}, reason: r, owner: o, expires: 2026-12-31 }
`

describe('an address that nobody can have is an error, in agents and in members', () => {
  test.each([
    'mailto:grace@acme.com',
    'MAILTO:grace@acme.com',
    '“grace@acme.com”',
    '„grace@acme.com“',
    '«grace@acme.com»',
    '‘grace@acme.com’',
    '\\"grace@acme.com\\"',
    '<grace@acme.com>',
    '<<mailto:grace@acme.com>>',
    '(grace@acme.com)',
    '[grace@acme.com]',
    '`grace@acme.com`',
    '<grace@acme.com',
    'grace@acme.com>',
    'grace@acme.com”',
    'grace@acme.com,',
    'grace@acme.com;',
    'grace@acme.com.',
    ',grace@acme.com',
    'grace@acme..com',
    'grace@.acme.com',
    'grace@acme.com/',
    'Grace Hopper <grace@acme.com>',
    'grace @acme.com',
  ])('%s', (written) => {
    for (const [text, line] of [
      [AGENTS(`"${written}"`), 4],
      [MEMBERS(`"${written}"`), 4],
    ] as const) {
      const [first, ...others] = problems(text)
      expect([first?.code, first?.line, others]).toEqual(['policy-value', line, []])
      expect(first?.advice).toContain('`grace@acme.com`')
    }
  })

  test.each([
    "o'brien@acme.com",
    "'o’brien'@acme.com",
    'a..b@acme.com',
    '{ada}@acme.com',
    '\\"ada b\\"x@acme.com'.replace(' ', '.'),
    'ada@[10.0.0.1]',
    'ada@localhost',
    'ada+desk@acme.com',
    'жанна@пример.рф',
    '  grace@acme.com ',
  ])('somebody may have %s', (written) => {
    expect(problems(AGENTS(`"${written}"`))).toEqual([])
  })

  test('and who was meant counts as listed', () => {
    const text = AGENTS('"<grace@acme.com>"').concat('teams: { t: [grace@acme.com] }\n')
    expect(problems(text).map(({ line }) => line)).toEqual([4])
  })
})

describe('a character that nobody sees', () => {
  test.each([
    ['\u200b', 'U+200B', '\\u200b'],
    ['\u00ad', 'U+00AD', '\\u00ad'],
    ['\u202e', 'U+202E', '\\u202e'],
    ['\u3164', 'U+3164', '\\u3164'],
    ['\u{e0041}', 'U+E0041', '\\U000e0041'],
  ])('%j is an error as such, and fine as an escape', (character, name, written) => {
    for (const text of [AGENTS, MEMBERS]) {
      const { diagnostics } = parsePolicy('p.yaml', Buffer.from(text(`gra${character}ce@acme.com`)))
      expect(diagnostics.map(({ summary, advice }) => [summary, advice])).toEqual([
        [
          `\`gra${written}ce@acme.com\` contains an invisible character: ${name}.`,
          `Write \`grace@acme.com\`. If the character belongs there, write it as an escape, in double quotes: "${written}".`,
        ],
      ])
      expect(problems(text(`"gra${written}ce@acme.com"`))).toEqual([])
    }
    expect(problems(DOMAINS(`ac${character}me.com`))[0]?.advice).toContain('Write `acme.com`.')
    expect(problems(WAIVER('agent-missing', `agent/x${character}@acme.com`))[0]?.advice).toContain(
      'Write `agent/x@acme.com`.',
    )
  })
})

describe('a domain that no address can be in is an error', () => {
  test.each([
    'https://acme.com',
    'http://acme.com:8080/x?y#z',
    'acme.com.',
    'acme.com/',
    '/acme.com',
    '.acme.com',
    'acme..com',
    '“acme.com”',
    '<acme.com>',
    'acme.com,',
    'acme.com;',
    'acme.com:25',
    'acme.com\\\\',
    '@acme.com',
    'ada@acme.com',
  ])('%s', (written) => {
    const [first, ...others] = problems(DOMAINS(`"${written}"`))
    expect([first?.code, first?.line, others]).toEqual(['policy-value', 3, []])
    expect(first?.advice).toContain('`acme.com`')
  })

  test.each([
    ['*.acme.com', 'patterns are not allowed'],
    ['*', 'patterns are not allowed'],
    ['acme.com vendor.io', 'patterns are not allowed'],
    ['acme,com', 'Write `acme.com`.'],
  ])('%s, and what is suggested is another domain, if any', (written, advice) => {
    const [first, ...others] = problems(DOMAINS(`"${written}"`))
    expect([first?.line, others]).toEqual([3, []])
    expect(first?.advice).toContain(advice)
  })

  test.each(['acme.com', 'localhost', 'münchen.example', 'xn--mnchen-3ya.example', 'a_b.acme.com'])(
    'an address may be in %s',
    (written) => {
      expect(problems(DOMAINS(written))).toEqual([])
    },
  )
})

describe('a pattern of people that covers nobody is an error', () => {
  test.each([
    ['ada@acme.com.', '`ada@acme.com`'],
    ['<ada@acme.com>', '`ada@acme.com`'],
    ['acme.com', '`*@acme.com`'],
    ['@acme.com', '`*@acme.com`'],
    ['https://acme.com/', '`*@acme.com`'],
    ['agents', 'Write a pattern'],
    ['*@acme.com,', '`*@acme.com`'],
    ['*@acme.com ', '`*@acme.com`'],
    [' *@acme.com', '`*@acme.com`'],
    ['mailto:*@acme.com', '`*@acme.com`'],
    ['<*@acme.com>', '`*@acme.com`'],
    ['*@*.acme.com.', '`*@*.acme.com`'],
    ['*@acme.com\u200b', '`*@acme.com`'],
  ])('%s', (written, advice) => {
    const [first, ...others] = problems(IGNORED(`"${written}"`))
    expect([first?.code, first?.line, others]).toEqual(['policy-value', 3, []])
    expect(first?.advice).toContain(advice)
  })

  test.each([
    '*',
    '*acme.com',
    'ada@*',
    'ada?acme.com',
    '*@*.acme.com',
    "o'b*@acme.com",
    '*@[10.0.0.?]',
    '*\\u00a0',
    '*\\u200b*',
    'жанна@пример.рф',
    'Ada@Acme.com',
  ])('somebody may be covered by %s', (written) => {
    expect(problems(IGNORED(`"${written}"`))).toEqual([])
  })
})

describe('a waiver at an address that its code cannot have is an error', () => {
  test.each([
    ['agent-unexpected', 'team/t/ada@acme.com', '`agent/ada@acme.com`'],
    ['team-missing', 'team/t/ada@acme.com', '`team/t`'],
    ['member-missing', 'agent/ada@acme.com', 'Correct'],
    ['member-missing', 'team/t', 'Correct'],
    ['member-missing', '"agent/*"', 'Correct'],
    ['team-missing', '"team/*/ada@acme.com"', '`team/*`'],
    ['rule-email-domain', 'rule/administrators', 'Correct'],
    ['rule-administrators', 'rule/admins', 'Correct'],
    ['agent-missing', 'agent/ada', 'Correct'],
    ['member-ghost', 'team/t/ada', 'Correct'],
    ['agent-missing', 'Agent/ada@acme.com', '`agent/ada@acme.com`'],
    ['agent-missing', '"agent/*@acme.com."', '`agent/*@acme.com`'],
    ['member-ghost', '"team/t/<*@acme.com>"', '`team/t/*@acme.com`'],
    ['role-differs', 'agent/', 'Correct'],
    ['inbox-member-hidden', 'agent/ada@acme.com', 'Correct'],
    ['inbox-member-hidden', 'inbox/t', 'Correct'],
    ['inbox-member-hidden', 'inbox/t/77', 'Correct'],
    ['agent-missing', '"agent/ada@acme.com "', '`agent/ada@acme.com`'],
    ['agent-missing', '" agent/ada@acme.com"', '`agent/ada@acme.com`'],
    ['agent-missing', '"agent/<ada@acme.com>"', '`agent/ada@acme.com`'],
    ['agent-missing', '"agent/mailto:ada@acme.com"', '`agent/ada@acme.com`'],
    ['agent-missing', 'ada@acme.com', '`agent/ada@acme.com`'],
    ['member-ghost', '"team/t/ada@acme.com,"', '`team/t/ada@acme.com`'],
  ])('%s at %s', (code, address, advice) => {
    const [first, ...others] = problems(WAIVER(code, address))
    expect([first?.code, first?.line, others]).toEqual(['policy-value', 4, []])
    expect(first?.advice).toContain(advice)
  })

  test('an address or pattern that its code can have is none', () => {
    const agent = [
      'agent/ada@acme.com',
      'agent/ada%40acme.com',
      '"agent/*"',
      '"*"',
      '"*@acme.com"',
      '"?gent/x"',
    ]
    const team = ['team/t', '"team/*"', '"*t"', '"team/?"']
    const member = ['team/t/ada@acme.com', '"team/t/*"', '"team/*"', '"*@acme.com"']
    const role = ['custom-role/Clerk', 'custom-role/Clerk#3', '"custom-role/*"', '"*k"']
    const inbox = ['inbox/t', 'inbox/t#3', '"inbox/*"', '"*t"', '"inbox/?"']
    const insider = [
      'inbox/t/ada@acme.com',
      'inbox/t/#77',
      '"inbox/t#3/*"',
      '"inbox/*"',
      '"*@acme.com"',
    ]
    const rule = ['rule/administrators', 'rule/Administrators', '"rule/Adm*"', 'agent/ada@acme.com']
    for (const code of Object.keys(FINDINGS)) {
      if (code.startsWith('waiver-')) continue
      const fine =
        code === 'rule-administrators'
          ? rule
          : FINDINGS[code as FindingCode].about.some((kind) => kind === 'custom-role')
            ? role
            : code.startsWith('inbox-')
              ? code.includes('member')
                ? insider
                : inbox
              : code.startsWith('member-')
                ? member
                : /^team-|team/.test(code)
                  ? team
                  : agent
      for (const address of fine) {
        const found = problems(WAIVER(code, address)).filter((each) => each.code === 'policy-value')
        expect([code, address, found]).toEqual([code, address, []])
      }
    }
  })
})

test('a corrected address is not corrected again, whatever was written', () => {
  const unit = fc.constantFrom(...'ab@.,;<>"“”()[]`/:\\ ', 'mailto:', '\u200b')
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 20 }), (text) => {
      const meant = correctEmail(text)
      if (/^[^\s@]+@[^\s@]+$/.test(meant)) expect(isEmail(meant)).toBe(true)
    }),
    { seed: 20_261_125, numRuns: 5_000 },
  )
})

test('a megabyte of brackets is looked at once', () => {
  expect(problems(AGENTS(`"${'<'.repeat(1_000_000)}a@b"`)).length).toBeLessThan(2)
})
