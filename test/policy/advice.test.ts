/** Following the advice of an error leads to a policy that means what was meant, and checks no less. */
import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../src/policy/read/parse.ts'

function read(text: string): readonly string[] {
  return parsePolicy('p.yaml', Buffer.from(text)).diagnostics.map(({ location, summary, advice }) =>
    `${location?.line}:${location?.column} ${summary} ${advice}`.replaceAll('`', ''),
  )
}

const HEAD = 'version: 1\nagents:\n  ada@acme.com: administrator\n'

describe('a key that belongs elsewhere', () => {
  test.each([
    ['teams: [billing]', '5:5', 'teams', 'billing'],
    ['teams: billing', '5:5', 'teams', 'billing'],
    ['inboxes:\n      - Website', '5:5', 'inboxes', 'Website'],
  ])('the teams and inboxes of a person, as %j, are never ignored', (key, place, section, name) => {
    const errors = read(
      `version: 1\nagents:\n  ada@acme.com:\n    role: administrator\n    ${key}\n`,
    )
    expect(errors).toEqual([
      `${place} The entry of ada@acme.com does not allow the key ${section}. List the person below ${section}: instead, as ${name}: [ada@acme.com], and remove this key.`,
    ])
  })

  test.each([
    ['a section in a group', `${HEAD}inboxes:\n  Website:\n    members: []\n    teams: [x]\n`],
    ['a section in a rule', `${HEAD}rules:\n  agents: [ada@acme.com]\n`],
  ])('%s is not moved to what is ignored', (_, text) => {
    expect(read(text).join()).not.toContain('ignore')
  })

  test('a map does not move to where a number belongs', () => {
    expect(read(`${HEAD}people: { ken@acme.com: agent }\n`).join()).toContain('Remove it.')
    expect(read(`${HEAD}people: 2\n`).join()).toContain('Move it below apply.limits:')
  })

  test('a key with two homes names both', () => {
    expect(read(`${HEAD}rules: { min: 2 }\n`)).toEqual([
      '4:10 rules does not allow the key min. Move it below rules.administrators: or rules.team_members:, and indent it.',
    ])
  })
})

describe('a required key under another name', () => {
  test.each([
    ['teams: { billing: { agents: [ada@acme.com] } }', 'members'],
    ['inboxes: { Website: { agents: [ada@acme.com], channel: email } }', 'members'],
    ['custom_roles: { Clerk: { can: [contact_manage] } }', 'permissions'],
  ])('%s: is renamed, not removed', (section, meant) => {
    const errors = read(`${HEAD}${section}\n`)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toContain(`Did you mean ${meant}?`)
  })

  test('the role of a person', () => {
    expect(read(`${HEAD}  ken@acme.com: { access: agent }\n`)).toEqual([
      '4:19 The entry of ken@acme.com does not allow the key access. Did you mean role?',
    ])
  })

  test('is not guessed if the value does not fit', () => {
    expect(read(`${HEAD}teams: { billing: { lead: 3 } }\n`)[0]).toContain('Remove it.')
  })
})

describe('a word that begins several known words stands for none of them', () => {
  test.each([
    ['custom_roles: { Clerk: [conversation] }', 'Write one of conversation_manage, '],
    ['apply: { deny: [remove] }', 'Write one of create-custom-role, '],
    ['severity: { team: off }', 'Run rollcall explain for a list'],
  ])('%s', (section, advice) => {
    expect(read(`${HEAD}${section}\n`).join()).toContain(advice)
  })
})

describe('a file that is no policy may contain a token, so no message quotes it', () => {
  const TOKEN = 'sW3eTs3cr3tT0k3nOfAda99'
  test.each([
    ['a token', `${TOKEN}\n`],
    ['a token in quotes', `"${TOKEN}"\n`],
    ['settings', `CHATWOOT_BASE_URL=https://chat.acme.com\nCHATWOOT_API_TOKEN=${TOKEN}\n`],
    ['settings with a comment', `# chat\nexport CHATWOOT_API_TOKEN="${TOKEN}"\n`],
    ['headers', `Authorization: Bearer ${TOKEN}\nX-Key: ${TOKEN}: ${TOKEN}\n`],
    ['a header with a version', `X-Key: ${TOKEN}\nX-Version: 3\n`],
    ['a line without a colon', `Bearer ${TOKEN}\nX-Key: 1\n`],
    ['a list', `- ${TOKEN}\n- [${TOKEN}\n`],
    ['a character that YAML reserves', `@${TOKEN}\n`],
  ])('%s', (_, text) => {
    const { diagnostics } = parsePolicy('p.yaml', Buffer.from(text))
    expect(diagnostics.map(({ code, excerpt }) => [code, excerpt])).toEqual([
      ['policy-nothing-managed', null],
    ])
    expect(JSON.stringify(diagnostics)).not.toContain(TOKEN)
    expect(diagnostics[0]?.advice).toContain('Name a policy.')
  })
})

const COMMENT =
  'In YAML, # begins a comment. If it belongs to a name or a text, put that in quotes. Otherwise, '

describe('the advice fits what people do in YAML:', () => {
  test.each<[string, string, string]>([
    [
      'a name that begins with #',
      `${HEAD}teams:\n  #1 support: [ada@acme.com]\n`,
      `4:1 teams has no value. ${COMMENT}remove the key if this policy does not manage teams; write teams: {} if there are none.`,
    ],
    [
      'a name with # in it',
      `${HEAD}teams:\n  billing #1: [ada@acme.com]\n`,
      `5:3 teams must be a map from team name to members, not the text billing. ${COMMENT}write one billing: [ada@acme.com] on each line below it.`,
    ],
    [
      'a text that begins with #',
      `${HEAD}  ken@acme.com:\n    role: agent\n    reason: #12\n`,
      `6:5 reason of ken@acme.com has no value. ${COMMENT}add text, or remove the key.`,
    ],
    [
      'a text with # in it, between braces',
      `${HEAD}  ken@acme.com: { role: agent, reason: ticket #12 }\n`,
      `4:17 The bracket { is not closed. ${COMMENT}write } where the map ends.`,
    ],
    [
      'no space after the colon of a section',
      'version: 1\nagents:{ada@acme.com: administrator}\n',
      '2:1 There is no space after the colon of agents:. Write a key as key: value, with a space after the colon.',
    ],
    [
      'no space after the only colon',
      'version: 1\nagents:\n  ada@acme.com:administrator\n',
      '3:3 agents must be a map from e-mail address to role, not the text ada@acme.com:administrator. Write a space after each colon.',
    ],
    [
      'members with their roles',
      `${HEAD}teams:\n  billing:\n    members:\n      ada@acme.com: agent\n`,
      '7:7 ada@acme.com is a key of members, not a member. Begin the line with - and leave only the address.',
    ],
    [
      'members with their roles, without the key members',
      `${HEAD}teams:\n  billing:\n    ada@acme.com: agent\n`,
      '6:5 ada@acme.com is a key of billing, not a member. Begin the line with - and leave only the address.',
    ],
    [
      'a block of text instead of people',
      'version: 1\nagents: |\n  ada@acme.com: administrator\n',
      '2:9 agents must be a map from e-mail address to role, not the text ada@acme.com: administrator\\n. Remove the | after the colon.',
    ],
    [
      'no space after one dash of several',
      `${HEAD}teams:\n  billing:\n    - ada@acme.com\n    -ken@acme.com\n`,
      '7:5 There is no space after the - in this line. Write a space after each - of a list.',
    ],
    [
      'no space after all dashes',
      `${HEAD}teams:\n  billing:\n    -ada@acme.com\n    -ken@acme.com\n`,
      '6:5 The entry of team billing must be a list of e-mail addresses or a map with members, not the text -ada@acme.com -ken@acme.com. Begin each item with - and a space.',
    ],
    [
      'bullets of a word processor',
      `${HEAD}teams:\n  billing:\n    \u2022 ada@acme.com\n`,
      '6:5 The entry of team billing must be a list of e-mail addresses or a map with members, not the text \u2022 ada@acme.com. Begin each item with - and a space.',
    ],
    [
      'no space after the dash of a waiver',
      `${HEAD}waivers:\n  -finding: member-missing\n    address: team/x/ada@acme.com\n`,
      '5:3 There is no space after the - in this line. Write a space after each - of a list.',
    ],
    [
      'a tab before a dash',
      `${HEAD}teams:\n  billing:\n\t- ada@acme.com\n`,
      '6:1 This is not valid YAML: Tabs are not allowed as indentation. Indent every line with spaces instead of tabs.',
    ],
    [
      'a colon in the first line of a waiver',
      `${HEAD}waivers:\n  - reason: Approved by: Grace\n    finding: member-missing\n`,
      '5:13 This is not valid YAML: Nested mappings are not allowed in compact mappings. Put a value that contains ": " in quotes, and write nested keys on their own lines.',
    ],
    [
      'a name that begins with a bracket',
      `${HEAD}teams:\n  [EU] billing: [ada@acme.com]\n`,
      "5:8 This is not valid YAML: Unexpected scalar token. Put the whole text in quotes. In single quotes, write '' for an apostrophe.",
    ],
    [
      'an apostrophe between single quotes',
      `${HEAD}  ken@acme.com:\n    role: agent\n    reason: 'it's ok'\n`,
      "6:17 This is not valid YAML: Unexpected scalar at node end. Put the whole text in quotes. In single quotes, write '' for an apostrophe.",
    ],
    [
      'a pattern for everything, in brackets',
      `${HEAD}scope: { ignore: { teams: [*] } }\n`,
      '4:28 * is a YAML alias. A policy must not use aliases. Write the value in full, or put the text in quotes: "*".',
    ],
    [
      'a comment of another language',
      `${HEAD}// on loan\n  ken@acme.com: agent\n`,
      '4:1 There is no colon and space after // on loan. If this is a comment, begin it with #.',
    ],
    [
      'a blank pattern',
      `${HEAD}scope: { ignore: { agents: [" "] } }\n`,
      '4:29 No e-mail address can match the pattern  . Write a pattern like *@acme.com.',
    ],
    [
      'agents without a value: an empty map is invalid too',
      'version: 1\nagents:\nteams: {}\n',
      '2:1 agents has no value. List at least one administrator below it, as ada@acme.com: administrator, or remove the key if this policy does not manage agents.',
    ],
  ])('%s', (_, text, error) => {
    expect(read(text)).toEqual([error])
    expect(read(text.replaceAll('\n', '\r\n'))).toHaveLength(1)
  })

  test('a comment that only looks like one is no comment', () => {
    expect(read(`${HEAD}teams: # none yet\n`).join()).not.toContain('begins a comment')
    expect(read(`${HEAD}teams:\n  # billing: []\n`).join()).not.toContain('begins a comment')
    expect(read(`${HEAD}teams: { a: [x # y\n`).join()).not.toContain('begins a comment')
  })
})

test('a finding, as a report shows it, in place of its address is corrected', () => {
  const waiver =
    'waivers:\n  - { finding: team-unexpected, address: "team-unexpected:team/x", reason: x, owner: y, expires: 2027-01-01 }\n'
  expect(read(HEAD + waiver).join()).toMatch(
    /not the text team-unexpected:team\/x. Did you mean team\/x\?$/,
  )
})
