/** One typo, at each place of a policy where it can happen, gives one error, and near it. */
import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../src/policy/read/parse.ts'

const POLICY = `# Support access
version: 1
account: 3
server: https://chat.acme.com

agents:
  ada@acme.com: administrator
  grace@acme.com: { role: administrator, reason: "Stands in, SUP-1" }
  ken@acme.com:
    role: agent
    custom_role: Billing clerk
  # on loan
  temp@vendor.io: { role: agent, expires: 2027-01-31, reason: 'Holiday cover' }

custom_roles:
  Billing clerk: [conversation_participating_manage, contact_manage]
  Auditor:
    permissions:
      - report_manage

teams:
  billing:
    - ada@acme.com
    - ken@acme.com
  "tier 1": { description: First line, auto_assign: true, members: [grace@acme.com] }
  sales: []

inboxes:
  Website: [grace@acme.com]
  "Support: mail":
    channel: email
    members:
      [
        ken@acme.com,
        grace@acme.com,
      ]

scope:
  ignore:
    agents:
      - "*@bots.acme.com"
    teams: ['archive-*']

rules:
  administrators:
    min: 2
    max: 4

waivers:
  - finding: member-missing
    address: team/billing/temp@vendor.io
    reason: Hand-over
    owner: ada@acme.com
    expires: 2027-01-15
  - finding: admin-unexpected
    address: agent/old@acme.com
    reason: Leaves in January
    owner: ada@acme.com
    expires: 2027-01-15
`

interface Slip {
  readonly text: string
  /** Lines from 1 on. */
  readonly line: number
}

const LINES = POLICY.trimEnd().split('\n')

/** Each match of the pattern in a line, replaced; lines without content stay as they are. */
function replaceEach(pattern: RegExp, replacement: string): readonly Slip[] {
  return LINES.flatMap((line, index) => {
    if (/^\s*(?:#.*)?$/.test(line)) return []
    return Array.from(line.matchAll(pattern), (match) => {
      const rest = line.slice(match.index + match[0].length)
      const lines = LINES.with(index, line.slice(0, match.index) + replacement + rest)
      return { text: `${lines.join('\n')}\n`, line: index + 1 }
    })
  })
}

function read(text: string): readonly string[] {
  return parsePolicy('p.yaml', Buffer.from(text)).diagnostics.map(
    ({ location, summary, advice }) => `${location?.line}:${location?.column} ${summary} ${advice}`,
  )
}

/** The places at which a typo does not give exactly one error near it. */
function findOthers(slips: readonly Slip[]) {
  return slips.flatMap(({ text, line }) => {
    const errors = read(text)
    const isNear = Math.abs(Number.parseInt(errors[0] ?? '', 10) - line) <= 1
    return errors.length === 1 && isNear ? [] : [{ line: text.split('\n')[line - 1], errors }]
  })
}

describe('one typo gives one error near it:', () => {
  test('the policy is valid without a typo', () => {
    expect(read(POLICY)).toEqual([])
  })

  test.each<[string, RegExp, string]>([
    ['no colon after a section', /(?<=^\w+):$/g, ''],
    ['no colon after an entry', /(?<=^ .*[^:]):$/g, ''],
    ['a semicolon instead of a colon at the end of a line', /:$/g, ';'],
    ['a bracket that is not opened', /[[{] ?/g, ''],
    ['a bracket that is not closed', /(?<=[[{].*) ?[\]}]/g, ''],
    ['the end of a bracket at the left margin', /(?<=[[{].*) ?(?=[\w.@ -]*[\]}]$)/g, '\n'],
    ['a bracket at the end of a section', /(?<=^\w+:)$/g, ' }'],
    ['a bracket of the other kind at the end', /\]/g, '}'],
    ['a double quote that is not closed', /(?<=".+)"(?!: mail)/g, ''],
    ['a single quote that is not closed', /(?<='.+)'/g, ''],
    ['a quote before a name', /^ {2}(?=\w)/g, '  "'],
    ['no dash before a list item', /- (?=[a-z])/g, ''],
    ['a tab before a line', /^ +/g, '\t'],
    ['a no-break space before a line', /^ +(?=\S)/g, '\u00a0\u00a0'],
    ['a wide space before a line', /^ +(?=\S)/g, '\u3000'],
    ['a key of a person in line with the person', /^ {4}(?=custom_role)/g, '  '],
    ['a key at the left margin, below a section', /^ {2}(?=ignore|administrators)/g, ''],
    [
      'a key of an entry at the left margin',
      /^ {4}(?=expires|custom_role|permissions|members)/g,
      '',
    ],
    ['a section that is indented', /^(?=custom_roles|teams|inboxes|scope|rules)/g, '  '],
    ['no dash before the first item of a list', /- (?=finding)/g, '  '],
    [
      'one space less before a line',
      /^ (?= +(?:temp|reason|Auditor|"tier|sales|auto|max|owner))/g,
      '',
    ],
    ['one space more before a line', /^ (?= +(?:temp|custom_role|sales|teams|max|owner))/g, '  '],
    ['an entry at the left margin', /^ {2}(?=\w|")/g, ''],
    ['no colon between braces', /(?<=\{.*): (?! mail)/g, ' '],
    ['no space after a colon between braces', /(?<=\{.*): (?!\[)/g, ':'],
    ['a comma instead of a value', /(?<=\{.*): /g, ': , '],
    ['two @ in a pattern or address', /(?<=\*|address: .*)@/g, '@@'],
    ['a plus before the whole line', /^(?= )/g, '+'],
    ['a colon behind a member', /(?<=^ +- \w+@.*)$/g, ':'],
    ['a value that begins with an @', /(?<=: )(?!mail)(?=\w)/g, '@'],
    ['a value that begins with a %', /(?<=: )(?!mail)(?=\w)/g, '%'],
    ['a value that begins with a backtick', /(?<=: )(?!mail)(?=\w)/g, '`'],
  ])('%s', (_, pattern, replacement) => {
    const slips = replaceEach(pattern, replacement)
    expect(slips.length).toBeGreaterThan(0)
    expect(findOthers(slips)).toEqual([])
  })
  test.each<[string, RegExp, string]>([
    ['an address behind a dash without a space', /^ {2}(?=\w+@)/g, '  -'],
    ['an address behind a plus', /^ {2}(?=\w+@)/g, '  +'],
    ['an address behind a bullet', /^ {2}(?=\w+@)/g, '  • '],
    ['two colons', /(?<=^ {2}\w[^{:]*@[^{:]*):(?= |$)/g, '::'],
    ['a comma behind a member', /(?<=^ +- \w+@.*)$/g, ','],
    ['a bracket behind a member', /(?<=^ +- \w+@.*)$/g, ')'],
  ])('%s', (_, pattern, replacement) => {
    const slips = replaceEach(pattern, replacement)
    expect(slips.length).toBeGreaterThan(0)
    expect(findOthers(slips)).toEqual([])
  })
})

describe('several typos are all named in one run:', () => {
  const change = (...changes: readonly (readonly [string, string])[]) => {
    let text = POLICY
    for (const [is, was] of changes) {
      expect(text).toContain(is)
      text = text.replace(is, was)
    }
    return read(text).map((error) => error.replace(/ .*/, ''))
  }

  test('in one section, if each is only about its own line', () => {
    expect(
      change(
        ['ada@acme.com: administrator', 'ada@acme.com administrator'],
        ['ken@acme.com:\n', 'ken@acme.com\n'],
        ["'Holiday cover'", '"Holiday \\cover"'],
      ),
    ).toEqual(['7:3', '9:3', '13:72'])
    expect(
      change(
        ['reason: Hand-over', 'reason: @Hand-over'],
        ['finding: admin-unexpected', 'finding admin-unexpected'],
        ['reason: Leaves', 'reason Leaves'],
      ),
    ).toEqual(['52:13', '55:5'])
  })

  test('two of them never give a third error', () => {
    const slips = [
      ...replaceEach(/(?<=^ .*[^:]):$/g, ''),
      ...replaceEach(/(?<=: )(?!mail)(?=\w)/g, '@'),
      ...replaceEach(/(?<=[[{].*) ?[\]}]/g, ''),
      ...replaceEach(/^ (?= +(?:temp|reason|Auditor|sales|auto|max|owner))/g, ''),
    ]
    const pairs = slips.flatMap((a, index) =>
      slips.slice(index + 1).flatMap((b) => (a.line === b.line ? [] : [[a, b] as const])),
    )
    for (const [a, b] of pairs.filter((_, index) => index % 5 === 0)) {
      const changed = LINES.with(a.line - 1, a.text.split('\n')[a.line - 1] ?? '')
      const text = changed.with(b.line - 1, b.text.split('\n')[b.line - 1] ?? '').join('\n')
      const lines = read(text).map((error) => Number.parseInt(error, 10))
      const isNear = (line: number) => [a, b].some((slip) => Math.abs(slip.line - line) <= 1)
      expect([lines.length > 0 && lines.length <= 2, lines.every(isNear)], text).toEqual([
        true,
        true,
      ])
    }
  })

  test('in different sections, also if one is not valid YAML and the other is not valid in a policy', () => {
    expect(
      change(
        ['ada@acme.com: administrator', 'ada@acme.com administrator'],
        ['sales: []', 'sales: [*sales]'],
        ['auto_assign: true', 'auto_assign: yes'],
        ['channel: email', 'chanel: email'],
        ['    min: 2', '    min: two'],
      ),
    ).toEqual(['7:3', '25:53', '26:11', '31:5', '46:10'])
  })
})

test.each<[string, string, string]>([
  [
    'a policy between code fences',
    `\`\`\`yaml\n${POLICY}\`\`\`\n`,
    '1:1 This line marks a block of code',
  ],
  ['a policy from a diff', POLICY.replace(/^/gm, '+'), '2:1 This line begins with a mark'],
  ['a policy from an e-mail', POLICY.replace(/^/gm, '> '), '2:1 This line begins with a mark'],
  [
    'a policy with line numbers',
    POLICY.split('\n')
      .map((line, index) => `${index + 1} ${line}`)
      .join('\n'),
    '2:1 This line begins with a mark or a line number',
  ],
  [
    'no-break spaces in every line',
    POLICY.replaceAll('  ', '\u00a0\u00a0'),
    '7:1 This line begins',
  ],
  ['tabs in every line', POLICY.replace(/^ +/gm, '\t'), '7:1 This is not valid YAML: Tabs'],
  ['line ends of an old Mac', POLICY.replaceAll('\n', '\r'), '1:17 A line ends with a carriage'],
  ['line ends that were converted twice', POLICY.replaceAll('\n', '\r\r\n'), '1:17 A line ends'],
])('%s: one error for all lines', (_, text, begins) => {
  expect(read(text).map((error) => error.slice(0, begins.length))).toEqual([begins])
})

test.each<[string, string, string]>([
  [
    'a file of another program',
    'version: "3"\nservices:\n  web:\n    image: x\n',
    '1:1 This is not a policy of rollcall',
  ],
  [
    'JSON without its last brace',
    '{\n  "version": 1,\n  "teams": {\n  }',
    '1:1 The bracket `{` is not',
  ],
  ['JSON without a comma', '{\n  "version": 1\n  "teams": {}\n}\n', '2:14 This is not valid YAML'],
  [
    'a list with stars',
    'version: 1\nteams:\n  billing:\n    * ada@acme.com\n    * ken@acme.com\n',
    '4:5 `*` is a YAML alias. A policy must not use aliases. Begin each item of a list with `-`.',
  ],
])('%s is one error', (_, text, begins) => {
  expect(read(text).map((error) => error.slice(0, begins.length))).toEqual([begins])
})

describe('a dash or a plus before the address of a person is an error, except in quotes', () => {
  test.each(['-ken@acme.com', '+ken@acme.com'])('%s', (written) => {
    const readPerson = (email: string) => read(`version: 1\nagents:\n  ${email}: administrator\n`)
    expect(readPerson(written)).toEqual([expect.stringContaining('Write `ken@acme.com`. If it is')])
    expect(readPerson(`"${written}"`)).toEqual([])
  })

  test.each([
    ['apply:\n  protect: [-ken@acme.com]', '5:13'],
    ['scope:\n  ignore:\n    agents: [-*@acme.io]', '6:14'],
    ['teams:\n  billing:\n    - -ken@acme.com', '6:7'],
  ])('%s', (more, place) => {
    const errors = read(`version: 1\nagents:\n  ken@acme.com: administrator\n${more}\n`)
    expect(errors.length).toBe(1)
    expect(errors[0]).toMatch(new RegExp(`^${place} .*begins with \`-\``))
  })
})

test.each([
  '-billing',
  '“first line”',
  'billing,',
  'Team :',
  '+49 30 1234',
  '• VIP',
  'C++',
  '15" screens',
])('a team or an inbox may have the name %s, without quotes', (name) => {
  expect(read(`version: 1\nteams:\n  ${name}: []\ninboxes:\n  ${name}: []\n`)).toEqual([])
})
