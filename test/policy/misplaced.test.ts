/** Slips of indentation and half-finished merges: one cause gives one error, and no access is lost by following it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { restorePlaces } from '../../src/policy/read/misplaced.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import { startProblems } from '../../src/policy/read/problems.ts'
import { decode } from '../../src/policy/read/source-text.ts'
import { readTree } from '../../src/policy/read/syntax.ts'
import { fitsSchema } from '../../src/policy/schema.ts'
import { worldOfTeams } from '../core/world.ts'
import { style, written } from './written.ts'

function read(text: string) {
  const { policy, diagnostics } = parsePolicy('p.yaml', Buffer.from(text))
  return {
    policy,
    errors: diagnostics.map(({ summary, advice, location }) =>
      `${location?.line}:${location?.column} ${summary} ${advice}`.replaceAll('`', ''),
    ),
  }
}

const HEAD = 'version: 1\nagents:\n  ada@acme.com: administrator\n'
const TEAMS = 'teams:\n  billing: [ada@acme.com]\n'
const MEMBER = 'teams:\n  billing: [ada@acme.com, grace@acme.com]\n'
const MARGIN = 'Move it to the left margin, with the lines below it.'
const COLUMN = 'Begin it in the same column as the other lines of its section.'

describe('what is in the wrong place is moved, not removed', () => {
  test.each<[string, string, ...string[]]>([
    [
      'a person at the left margin',
      `${HEAD}grace@acme.com: agent\n${MEMBER}`,
      '4:1 grace@acme.com is at the left margin, outside of agents. Indent it like the other lines below agents:.',
    ],
    [
      'everybody at the left margin, the administrator too',
      'version: 1\nagents:\nada@acme.com: administrator\ngrace@acme.com: { role: agent }\n',
      '3:1 ada@acme.com and 1 more are at the left margin, outside of agents. Indent them like the other lines below agents:.',
    ],
    [
      'a person after the teams',
      `${HEAD}${MEMBER}grace@acme.com: agent\n`,
      '6:1 grace@acme.com looks like a person, but is at the left margin. Move it below agents:, and indent it.',
    ],
    [
      'a person without a section',
      'version: 1\nada@acme.com: administrator\n',
      '2:1 ada@acme.com looks like a person, but is at the left margin. Move it below agents:, and indent it.',
    ],
    [
      'a person whose section is a list',
      'version: 1\nagents: []\nada@acme.com: administrator\n',
      '2:9 agents must be a map from e-mail address to role, not a list. Write each person with their role on a line below it, without -, for example ada@acme.com: agent.',
      '3:1 ada@acme.com is at the left margin, outside of agents. Indent it like the other lines below agents:.',
    ],
    [
      'members of a team as keys',
      `${HEAD}teams:\n  billing:\n    ada@acme.com:\n    grace@acme.com:\n`,
      '6:5 ada@acme.com and 1 more are keys of billing, not members. Begin each line with - and remove the colon after each address.',
    ],
    [
      'a member of an inbox as a key',
      `${HEAD}inboxes:\n  Website:\n    ada@acme.com:\n`,
      '6:5 ada@acme.com is a key of Website, not a member. Begin the line with - and remove the colon after the address.',
    ],
    [
      'people below teams',
      `${HEAD}teams:\n  grace@acme.com: agent\n  ken@acme.com: { role: agent }\n  billing: [grace@acme.com]\n`,
      '5:3 grace@acme.com and 1 more look like a person each, but are below teams. Move them below agents:, and indent them.',
    ],
    [
      'a person below rules',
      `${HEAD}rules:\n  administrators: { min: 1 }\n  grace@acme.com: agent\n${MEMBER}`,
      '6:3 grace@acme.com looks like a person, but is below rules. Move it below agents:, and indent it.',
    ],
    [
      'a person below another person',
      `version: 1\nagents:\n  ada@acme.com:\n    role: administrator\n    grace@acme.com: agent\n${MEMBER}`,
      '5:5 grace@acme.com is indented too far: here, it belongs to ada@acme.com. Move it to the left, in line with ada@acme.com.',
    ],
    [
      'a team at the left margin',
      `${HEAD}${TEAMS}sales: [ada@acme.com]\n`,
      '6:1 sales is at the left margin, outside of teams. Indent it like the other lines below teams:.',
    ],
    [
      'every team at the left margin',
      `${HEAD}teams:\nbilling: [ada@acme.com]\nsales:\n  members: []\n`,
      '5:1 billing and 1 more are at the left margin, outside of teams. Indent them like the other lines below teams:.',
    ],
    [
      'a team below agents',
      `${HEAD}  billing: [ada@acme.com]\n`,
      '4:3 billing looks like a team or inbox, but is below agents. Move it below teams: or inboxes:, and indent it.',
    ],
    [
      'a team at the left margin below agents',
      `${HEAD}billing: [ada@acme.com]\n`,
      '4:1 billing looks like a team or inbox, but is at the left margin. Move it below teams: or inboxes:, and indent it.',
    ],
    [
      'a team below another team',
      `${HEAD}teams:\n  billing:\n    members: [ada@acme.com]\n    sales: [ada@acme.com]\n`,
      '7:5 sales is indented too far: here, it belongs to billing. Move it to the left, in line with billing.',
    ],
    [
      'teams below agents',
      `${HEAD}  teams:\n    billing: [ada@acme.com]\n`,
      `4:3 teams is indented too far: here, it belongs to agents. ${MARGIN}`,
    ],
    [
      'teams two steps below agents',
      `version: 1\nagents:\n  ada@acme.com:\n    role: administrator\n    teams:\n      billing: [ada@acme.com]\n`,
      `5:5 teams is indented too far: here, it belongs to ada@acme.com. ${MARGIN}`,
    ],
    [
      'several sections below agents',
      `${HEAD}  scope:\n    agents: administrators\n  rules:\n    administrators: { min: 1 }\n`,
      '4:3 scope and 1 more are indented too far: here, they belong to agents. Move them to the left margin, with the lines below them.',
    ],
    [
      'every other section, and what names the account',
      `${HEAD}${TEAMS}  waivers: [{ finding: member-missing, address: team/x/a@b.io, reason: x, owner: y, expires: 2027-01-01 }]\n  account: 1\n  server: https://chat.acme.com\n  severity: { agent-name-differs: warning }\n`,
      '6:3 waivers and 3 more are indented too far: here, they belong to teams. Move them to the left margin, with the lines below them.',
    ],
    [
      'a section that is there already',
      `${HEAD}  teams:\n    billing: [ada@acme.com]\n${TEAMS}`,
      `4:3 teams is indented too far: here, it belongs to agents. ${MARGIN}`,
    ],
    [
      'a section in a waiver',
      `${HEAD}waivers:\n  - finding: member-missing\n    address: team/x/ada@acme.com\n    reason: x\n    owner: y\n    expires: 2027-01-01\n    teams:\n      billing: [ada@acme.com]\n`,
      `10:5 teams is indented too far: here, it belongs to item 1 of waivers. ${MARGIN}`,
    ],
    [
      'a section deeper than a value above it',
      `${HEAD}    teams:\n      billing: [ada@acme.com]\n`,
      `4:5 teams is not indented correctly. ${MARGIN}`,
    ],
    [
      'a person deeper than the one above, behind a comment',
      `${HEAD}\n  # new\n     "grace@acme.com": agent\n`,
      `6:6 grace@acme.com is not indented correctly. ${COLUMN}`,
    ],
    [
      'a person less deep than the one above',
      `${HEAD} grace@acme.com: agent\n`,
      `4:2 grace@acme.com is not indented correctly. ${COLUMN}`,
    ],
    [
      'people as a list of lines',
      'version: 1\nagents:\n  - ada@acme.com: administrator\n  - grace@acme.com: agent\n',
      '3:3 agents must be a map from e-mail address to role, not a list. Write each person with their role on a line below it, without -, for example ada@acme.com: agent.',
    ],
    [
      'the keys of a person in line with the person',
      `${HEAD}  grace@acme.com:\n  role: agent\n  reason: SUP-1\n${MEMBER}`,
      '5:3 role and 1 more belong to grace@acme.com, but are in line with it. Indent them further than grace@acme.com.',
    ],
    [
      'the key of a team in line with the team',
      `${HEAD}teams:\n  sales: []\n  billing:\n  members: [ada@acme.com]\n`,
      '7:3 members belongs to billing, but is in line with it. Indent it further than billing.',
    ],
    [
      'the keys of two teams in line with the teams',
      `${HEAD}teams:\n  billing:\n  members: [ada@acme.com]\n  description: x\n  sales:\n  auto_assign: true\n`,
      '6:3 members and 1 more belong to billing, but are in line with it. Indent them further than billing.',
      '9:3 auto_assign belongs to sales, but is in line with it. Indent it further than sales.',
    ],
    [
      'the keys of several people in line with them',
      `${HEAD}  grace@acme.com:\n  role: agent\n  ken@acme.com:\n  role: agent\n  reason: SUP-1\n${MEMBER}`,
      '5:3 role belongs to grace@acme.com, but is in line with it. Indent it further than grace@acme.com.',
      '7:3 role belongs to ken@acme.com, but is in line with it. Indent it further than ken@acme.com.',
      '8:3 reason belongs to ken@acme.com, but is in line with it. Indent it further than ken@acme.com.',
    ],
    [
      'the members of several teams in line with them, also below a team of that name',
      `${HEAD}teams:\n  members: [ada@acme.com]\n  billing:\n  members: [ada@acme.com]\n  sales:\n  members: []\n`,
      '7:3 members belongs to billing, but is in line with it. Indent it further than billing.',
      '9:3 members belongs to sales, but is in line with it. Indent it further than sales.',
    ],
    [
      'the first of several people, left of the others',
      'version: 1\nagents:\n ada@acme.com: administrator\n  grace@acme.com:\n    role: agent\n\n  # new\n  ken@acme.com: agent\nteams: {}\n',
      `4:3 grace@acme.com is not indented correctly. ${COLUMN}`,
    ],
    [
      'the first of a hundred people, left of the others',
      `version: 1\nagents:\n ada@acme.com: administrator\n${Array.from({ length: 100 }, (_, each) => `  u${each}@acme.com: agent\n`).join('')}`,
      `4:3 u0@acme.com is not indented correctly. ${COLUMN}`,
    ],
    [
      'the first of several people, left of the others, in two sections',
      'version: 1\nagents:\n ada@acme.com: administrator\n  grace@acme.com: agent\n  ken@acme.com: agent\nteams:\n x: []\n  y: []\n  z: []\n',
      `4:3 grace@acme.com is not indented correctly. ${COLUMN}`,
      `8:3 y is not indented correctly. ${COLUMN}`,
    ],
    [
      'the key of a person at the left margin, above the other keys',
      `${HEAD}  ken@acme.com:\n    role: agent\nname: Ken\n    reason: SUP-1\n  grace@acme.com: agent\n${TEAMS}  x: []\n   y: []\n`,
      '6:1 name is at the left margin, outside of agents. Indent it like the lines below it.',
      `12:4 y is not indented correctly. ${COLUMN}`,
    ],
    [
      'the first line, right of all others',
      ' version: 1\nagents:\n  ada@acme.com: administrator\n  grace@acme.com: agent\nteams: {}\n',
      `2:1 agents is not indented correctly. ${COLUMN}`,
    ],
    [
      'a rule at the left margin',
      `${HEAD}rules:\n  administrators: { min: 1 }\nemail_domains: [acme.com]\n`,
      '6:1 email_domains is at the left margin, outside of rules. Indent it like the other lines below rules:.',
    ],
    [
      'the first item of a list, right of the others',
      `${HEAD}waivers:\n    - finding: x\n      owner: y\n  - finding: z\n`,
      '7:5 finding is not indented like the other items of the list. Begin every - of the list in the same column.',
    ],
    [
      'a line that is indented too far, outside of all sections',
      'a: b\n  c: d\n',
      `2:3 c is not indented correctly. ${COLUMN}`,
    ],
    [
      'a bracket that closes nothing, before other lines',
      `${HEAD}  ]ken@acme.com: agent\n  grace@acme.com: agent\n  linus@acme.com: agent\n`,
      '4:3 This is not valid YAML: Unexpected flow-seq-end token in YAML stream: "]". Check the indentation, the brackets and the quotes here.',
    ],
    [
      'a custom role at the left margin',
      `${HEAD}custom_roles:\nBilling clerk: [contact_manage]\nNobody: []\n`,
      '5:1 Billing clerk and 1 more are at the left margin, outside of custom_roles. Indent them like the other lines below custom_roles:.',
    ],
    [
      'a custom role as a map at the left margin',
      `${HEAD}custom_roles:\n  Auditor: []\nBilling clerk:\n  permissions: [contact_manage]\n${TEAMS}`,
      '6:1 Billing clerk is at the left margin, outside of custom_roles. Indent it like the other lines below custom_roles:.',
    ],
    [
      'a section without a value above the same section',
      `${HEAD}teams:\n${TEAMS}`,
      '5:1 The key teams already exists at 4:1. Keep one of them, or move both values under one key.',
    ],
    [
      'a line that begins with a tab, before others',
      `${HEAD}teams:\n\t  billing: []\n  sales: []\n`,
      '5:1 This is not valid YAML: Tabs are not allowed as indentation. Indent every line with spaces instead of tabs.',
    ],
    [
      'a section after an empty first line',
      '\nversion: 1\n agents:\n  ada@acme.com: administrator\n',
      `3:2 agents is not indented correctly. ${MARGIN}`,
    ],
    [
      'the last section, left of the others',
      ' version: 1\n agents:\n  ada@acme.com: administrator\nteams: {}\n',
      `4:1 teams is not indented correctly. ${COLUMN}`,
    ],
    [
      'a key below a role on the same line',
      `${HEAD}    reason: SUP-1\n`,
      '4:5 reason is not indented correctly. Write the value of the line above on a line of its own, as role: …, in the same column as reason.',
    ],
    [
      'a key below members in brackets',
      `${HEAD}${TEAMS}    description: Invoices\n`,
      '6:5 description is not indented correctly. Write the value of the line above on a line of its own, as members: …, in the same column as description.',
    ],
    [
      'a person below a value that is no section',
      'version: 1\naccount: 1\n  ada@acme.com: administrator\n',
      '3:3 ada@acme.com is not indented correctly. Move it below agents:, and indent it.',
    ],
    [
      'a bracket that is not closed, before a section',
      `${HEAD}teams:\n  billing: [ada@acme.com\nrules: {}\n`,
      '5:12 The bracket [ is not closed. Write ] where the list ends.',
    ],
    [
      'brackets that are not closed, one inside of the other and at the end',
      `${HEAD}teams:\n  billing: { members: [ada@acme.com\n  sales: { members: []\n`,
      '5:12 The bracket { is not closed. Write } where the map ends.',
      '6:10 The bracket { is not closed. Write } where the map ends.',
    ],
    [
      'a person behind a dash',
      `${HEAD}  - grace@acme.com: agent\n`,
      '4:5 grace@acme.com comes after a -, but the lines above it are not a list. Remove the -, and begin the line in the same column as the lines above it.',
    ],
    [
      'an item below a list in brackets',
      `${HEAD}${TEAMS}    - grace@acme.com\n`,
      '6:1 This is not valid YAML: A block sequence may not be used as an implicit map key. Begin each item of a list with - in the same column, or put all of them in brackets: [ada@acme.com, grace@acme.com].',
    ],
    [
      'a colon in a text between braces',
      `${HEAD}  grace@acme.com: { role: agent, reason: SUP: 1 }\n`,
      '4:42 This is not valid YAML: Block collections are not allowed within flow collections. Put a value that contains ": " in quotes.',
    ],
    [
      'no space after a colon',
      `${HEAD}  grace@acme.com:agent\n`,
      '4:3 There is no colon and space after grace@acme.com:agent. Write a key as key: value, with a colon and a space.',
    ],
    [
      'a quote around a name that is not closed',
      `${HEAD}  "grace@acme.com: agent\n`,
      '4:3 The quote " is not closed. Write " where the text ends.',
    ],
    [
      'blanks that are not spaces',
      `${HEAD}\u00a0\u00a0grace@acme.com: agent\n`,
      '4:1 This line begins with a character that only looks like a space: U+00A0. Indent it with plain spaces, like the other lines.',
    ],
    [
      'a line that was copied from a diff',
      `${HEAD}+  grace@acme.com: agent\n`,
      '4:1 This line begins with a mark or a line number, probably copied with it from a diff or an e-mail. Remove the mark or the number, and indent the line like the others.',
    ],
    [
      'tabs',
      'version: 1\nagents:\n\tada@acme.com: administrator\n\tgrace@acme.com: agent\n',
      '3:1 This is not valid YAML: Tabs are not allowed as indentation. Indent every line with spaces instead of tabs.',
    ],
  ])('%s', (_, text, ...errors) => {
    expect(read(text).errors).toEqual(errors)
    expect(read(text.replaceAll('\n', '\r\n')).errors).toEqual(errors)
  })

  test.each([
    [
      'a team with the name of a section',
      `${HEAD}teams:\n  rules: [ada@acme.com]\n  agents: { members: [] }\n`,
    ],
    ['a team with an address as its name', `${HEAD}teams:\n  help@acme.com: [ada@acme.com]\n`],
    [
      'a scope of agents',
      `${HEAD}scope: { agents: all, ignore: { agents: ["x@y.io"], teams: [x] } }\n`,
    ],
  ])('%s is in its place', (_, text) => {
    expect(read(text).errors).toEqual([])
  })

  test('a misspelt key is still a misspelt key', () => {
    expect(read(`${HEAD}teams:\n  billing: { membres: [ada@acme.com] }\n`).errors).toEqual([
      '5:14 The entry of team billing does not allow the key membres. Did you mean members?',
    ])
    expect(read(`${HEAD}    role: "a: b: c"\n`).errors[0]).toContain('4:5 role is not indented')
    expect(read('version: 1\nagents:\n  ada@acme.com: a: b\n').errors[0]).toContain('in quotes')
  })

  test('whoever is put at the left margin is the only error', () => {
    fc.assert(
      fc.property(worldOfTeams, style, ({ policy }, given) => {
        const text = written(policy, { ...given, section: 'block', entry: 'flow', members: 'flow' })
        const lines = text.split(given.eol)
        const from = lines.indexOf('agents:')
        const people = lines.flatMap((line, index) =>
          index > from && /^ +\S*@\S*: *[{a]/.test(line) ? [index] : [],
        )
        fc.pre(from >= 0 && people.length > 0)
        const last = people.at(-1) ?? 0
        lines[last] = (lines[last] ?? '').trimStart()
        expect(read(text).errors).toEqual([])
        const { errors } = read(lines.join(given.eol))
        expect(errors).toHaveLength(1)
        expect(errors[0]).toMatch(/Indent it like the other lines below agents:/)
      }),
      { seed: 20_261_125, numRuns: 200 },
    )
  })
})

describe('a merge that was not finished is named as such, once', () => {
  const ours = '  grace@acme.com: agent\n'
  const theirs = '  grace@acme.com: administrator\n'
  test.each<[string, string, number, number]>([
    ['a conflict', `${HEAD}<<<<<<< HEAD\n${ours}=======\n${theirs}>>>>>>> other\n`, 4, 1],
    [
      'one with the common text',
      `${HEAD}<<<<<<< HEAD\n${ours}||||||| 1a2b3c\n=======\n${theirs}>>>>>>> other\n`,
      4,
      1,
    ],
    [
      'two conflicts',
      `${HEAD}<<<<<<< HEAD\n=======\n>>>>>>> x\n${TEAMS}<<<<<<< HEAD\n=======\n>>>>>>> x\n`,
      4,
      1,
    ],
    ['a half-resolved one', `${HEAD}${ours}=======\n${TEAMS}`, 5, 1],
    ['one that has lost its beginning', `${HEAD}${ours}${TEAMS}>>>>>>> other\n`, 7, 1],
    [
      'one in a list',
      `${HEAD}teams:\n  billing:\n    - ada@acme.com\n<<<<<<< HEAD\n    - ken@acme.com\n=======\n>>>>>>> x`,
      7,
      1,
    ],
    [
      'one in brackets',
      `version: 1\nagents: {\n<<<<<<< HEAD\n ada@acme.com: administrator,\n=======\n>>>>>>> x\n}\n`,
      3,
      1,
    ],
    [
      'one in a comment',
      `# Who may\n<<<<<<< HEAD\n# be here\n=======\n# be there\n>>>>>>> x\n${HEAD}`,
      2,
      1,
    ],
    [
      'one in a block of text',
      `${HEAD}  ken@acme.com:\n    role: agent\n    reason: |\n<<<<<<< HEAD\n      a\n=======\n      b\n>>>>>>> x\n`,
      7,
      1,
    ],
    [
      'one that was indented since',
      `${HEAD}  <<<<<<< HEAD\n${ours}  =======\n${theirs}  >>>>>>> other\n`,
      4,
      1,
    ],
  ])('%s', (_, text, line, column) => {
    for (const each of [text, text.replaceAll('\n', '\r\n')]) {
      const { policy, errors } = read(each)
      expect(policy).toBeNull()
      expect(errors).toHaveLength(1)
      expect(errors[0]).toMatch(new RegExp(`^${line}:${column} This line is a conflict marker`))
    }
  })

  test.each([
    ['a ruler in a comment', `# =======\n${HEAD}# <<<<<<< HEAD\n`],
    [
      'a ruler in a text',
      `${HEAD}  ken@acme.com:\n    role: agent\n    reason: |\n      =======\n      x\n`,
    ],
  ])('%s is none', (_, text) => {
    expect(read(text).errors).toEqual([])
  })
})

// parse.ts relies on this: it looks for misplaced keys only in what does not fit.
test('nothing that fits the schema stands in a wrong place', () => {
  const key = fc.constantFrom(
    ...['version', 'account', 'agents', 'custom_roles', 'teams', 'inboxes', 'waivers', 'severity'],
    ...['role', 'members', 'permissions', 'name', 'billing', 'ada@acme.com', 'bob@acme.com'],
  )
  const email = fc.constantFrom('ada@acme.com', 'bob@acme.com')
  const role = fc.constantFrom('agent', 'administrator')
  const members = fc.array(email, { maxLength: 2 })
  const permissions = fc.subarray(['contact_manage', 'report_manage'])
  const odd = fc.oneof(role, members, permissions, fc.constant(null), fc.dictionary(key, role))
  const or = <T>(usual: fc.Arbitrary<T>) => fc.oneof({ arbitrary: usual, weight: 15 }, odd)
  const entry = (usual: fc.Arbitrary<unknown>) => fc.oneof(usual, fc.record({ name: key }))
  const group = or(
    fc.oneof(members, fc.record({ members, name: key }, { requiredKeys: ['members'] })),
  )
  const policy = fc.record(
    {
      version: fc.constant(1),
      account: or(fc.constant(1)),
      agents: or(
        fc.dictionary(
          fc.oneof({ arbitrary: email, weight: 9 }, key),
          or(fc.oneof(role, fc.record({ role }))),
        ),
      ),
      custom_roles: or(
        fc.dictionary(key, or(fc.oneof(permissions, fc.record({ permissions }))), { maxKeys: 3 }),
      ),
      teams: or(fc.dictionary(key, entry(group), { maxKeys: 3 })),
      inboxes: or(fc.dictionary(key, group, { maxKeys: 3 })),
      severity: fc.dictionary(key, role, { maxKeys: 1 }),
    },
    { requiredKeys: ['version', 'agents'] },
  )
  let fitting = 0
  fc.assert(
    fc.property(policy, (made) => {
      const source = decode('p.yaml', Buffer.from(JSON.stringify(made)))
      if ('code' in source) throw new Error(source.summary)
      const problems = startProblems(source)
      const tree = readTree(problems)
      if (tree === null || problems.found.length > 0 || !fitsSchema(tree)) return
      fitting += 1
      restorePlaces(problems, tree)
      expect(problems.found).toEqual([])
    }),
    { numRuns: 1500 },
  )
  expect(fitting).toBeGreaterThan(100)
})
