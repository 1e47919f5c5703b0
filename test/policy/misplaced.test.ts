/** Slips of indentation and half-finished merges: one cause gives one error, and no access is lost by following it. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parsePolicy } from '../../src/policy/read/load.ts'
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
      '2:9 agents must be a map from e-mail address to role, not a list. Write one ada@acme.com: agent on each line below it.',
      '3:1 ada@acme.com is at the left margin, outside of agents. Indent it like the other lines below agents:.',
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
