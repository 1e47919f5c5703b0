/** Taking a person out of a policy, and adding a waiver: what becomes of the text and of its meaning. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AgentKeys,
  type Amendments,
  type NewWaiver,
  NO_AMENDMENTS,
} from '../../src/core/adopt/amendments.ts'
import { isRemoved, planRemoval, type Removal } from '../../src/core/adopt/removal.ts'
import type { GroupSubject } from '../../src/core/model/address.ts'
import { TEAM } from '../../src/core/model/kinds.ts'
import { normaliseEmail } from '../../src/core/model/names.ts'
import { listGroups, type Policy } from '../../src/core/model/policy.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import { amend } from '../../src/policy/write/amend.ts'
import { TODAY, worldOfTeams } from '../core/world.ts'
import { style, written } from './written.ts'

function parsed(text: string): Policy {
  const { policy, diagnostics } = parsePolicy('p.yaml', Buffer.from(text))
  if (policy === null) throw new Error(`${JSON.stringify(diagnostics, null, 1)}\n${text}`)
  return policy
}

function removal(policy: Policy, person: string): Removal {
  const planned = planRemoval(policy, person, TODAY)
  if (planned.kind !== 'removal') throw new Error(JSON.stringify(planned))
  return planned.removal
}

function refusals(text: string, person: string): readonly string[] {
  const planned = planRemoval(parsed(text), person, TODAY)
  return planned.kind === 'refused'
    ? planned.diagnostics.map(({ summary }) => summary)
    : [planned.kind]
}

function changed(text: string, amendments: Amendments): string {
  const amended = amend(parsed(text), amendments)
  if (amended === null) throw new Error(`unknown layout\n${text}`)
  return amended.text
}

function remove(text: string, person: string): string {
  return changed(text, removal(parsed(text), person).amendments)
}

const HEAD = 'version: 1\nagents:\n  ada@acme.com: administrator\n'

describe('after a removal', () => {
  test('the policy means the same without this person, and comments of others stay', () => {
    let removed = 0
    fc.assert(
      fc.property(worldOfTeams, style, fc.nat(), ({ policy }, given, pick) => {
        const text = written(policy, given)
        const before = parsed(text)
        const people = [
          ...new Set([
            ...(before.agents?.entries.keys() ?? []),
            ...listGroups(before).flatMap(({ members }) => [...members.keys()]),
          ]),
        ]
        const person = people[pick % people.length]
        if (person === undefined) return
        const planned = planRemoval(before, person.toUpperCase(), TODAY)
        if (planned.kind !== 'removal') return
        removed += 1
        const next = changed(text, planned.removal.amendments)
        const after = parsed(next)
        expect(isRemoved(before, after, planned.removal)).toBe(true)
        expect(planRemoval(after, person, TODAY).kind).toBe('unlisted')
        const without = (map: ReadonlyMap<string, unknown> | undefined) =>
          [...(map ?? [])].filter(([email]) => email !== person).map(([, each]) => plain(each))
        expect(without(after.agents?.entries)).toEqual(without(before.agents?.entries))
        expect(after.agents === null).toBe(before.agents === null)
        for (const [index, group] of listGroups(before).entries()) {
          const now = listGroups(after)[index]
          const members = [...group.members.keys()].filter((email) => email !== person)
          expect([now?.key, ...(now?.members.keys() ?? [])]).toEqual([group.key, ...members])
          expect(plain(now?.settings)).toEqual(plain(group.settings))
        }
        // Each line that is left was there before, but for those in brackets and for `[]`.
        const lines = new Set(text.split(/\r?\n/))
        for (const line of next.split(/\r?\n/)) {
          if (!/[{[]/.test(line)) expect(lines.has(line)).toBe(true)
        }
        if (text.includes('\r\n')) expect(next.replaceAll('\r\n', '')).not.toContain('\n')
        expect(/\n$/.test(next)).toBe(/\n$/.test(text))
      }),
      { seed: 20_261_125, numRuns: 500 },
    )
    expect(removed).toBeGreaterThan(100)
  })

  test.each<[string, string, string]>([
    [
      'the comments of this person go, those of others and headings stay',
      `${HEAD}  # Hand-over until May\n  eve@acme.com: agent # night\n    # and at weekends\n  # Holiday cover\n  ken@acme.com: agent\n`,
      `${HEAD}  # Holiday cover\n  ken@acme.com: agent\n`,
    ],
    [
      'a heading of several stays, a line about this person goes',
      `${HEAD}\n  # Agents\n  eve@acme.com: agent\n  # Ken: since 2024\n  ken@acme.com: agent\n`,
      `${HEAD}\n  # Agents\n  # Ken: since 2024\n  ken@acme.com: agent\n`,
    ],
    [
      'a comment that names this person goes',
      `${HEAD}\n  # Eve, on leave\n  eve.smith@acme.com: agent\n  ken@acme.com: agent\n`,
      `${HEAD}\n  ken@acme.com: agent\n`,
    ],
    [
      'a comment that begins like this person stays',
      `${HEAD}\n  # Evening shift\n  eve@acme.com: agent\n  ken@acme.com: agent\n`,
      `${HEAD}\n  # Evening shift\n  ken@acme.com: agent\n`,
    ],
    [
      'an empty team keeps its brackets',
      'version: 1\nteams:\n  billing:\n    - eve@acme.com # night\n  sales: [ "eve@acme.com" ]\n  tier 1: { members: [eve@acme.com] }\n  tier 2:\n    members:\n    - EVE@acme.com',
      'version: 1\nteams:\n  billing: []\n  sales: []\n  tier 1: { members: [] }\n  tier 2:\n    members: []\n',
    ],
    [
      'quoted keys, and brackets over several lines',
      'version: 1\nagents: {\n  ada@acme.com: administrator,\n  # hand-over\n  "eve@acme.com": {role: agent},\n  ken@acme.com: agent\n}\n',
      'version: 1\nagents: {\n  ada@acme.com: administrator,\n  ken@acme.com: agent\n}\n',
    ],
    [
      'waivers about this person go, with their comments',
      `${HEAD}  eve@acme.com: agent\nwaivers:\n  # soon\n  - { finding: role-differs, address: agent/EVE@acme.com, reason: x, owner: eve@acme.com, expires: 2027-01-01 }\n  - finding: member-missing\n    address: team/*/eve@acme.com\n    reason: x\n    owner: y\n    expires: 2027-01-01\n  # ken's\n  - finding: member-missing\n    address: team/*/ken@acme.com\n    reason: x\n    owner: y\n    expires: 2027-01-01\n`,
      `${HEAD}waivers:\n  # ken's\n  - finding: member-missing\n    address: team/*/ken@acme.com\n    reason: x\n    owner: y\n    expires: 2027-01-01\n`,
    ],
    [
      'no waivers are left',
      `${HEAD}waivers:\n  - finding: agent-unexpected\n    address: agent/eve@acme.com\n    reason: x\n    owner: y\n    expires: 2027-01-01\n# the end\n`,
      `${HEAD}waivers: []\n# the end\n`,
    ],
  ])('%s', (_, text, next) => {
    expect(remove(text, /eve\S*@acme\.com/i.exec(text)?.[0] ?? '')).toBe(next)
  })
})

describe('a removal is refused', () => {
  const two = `${HEAD}  eve@acme.com: { role: administrator, expires: 2999-01-01 }\n`
  test.each<[string, string, string, ...string[]]>([
    [
      'of the last administrator',
      HEAD,
      'ADA@acme.com',
      'ada@acme.com is the last administrator of this policy.',
    ],
    [
      'of the last administrator whose access has not ended',
      two.replace('2999', '2001'),
      'ada@acme.com',
      'ada@acme.com is the last administrator of this policy.',
    ],
    [
      'where a rule needs this administrator',
      `${two}rules: { administrators: { min: 2 } }\n`,
      'eve@acme.com',
      'Without eve@acme.com, the policy has fewer administrators than rules.administrators.min requires (2).',
    ],
    [
      'where a rule needs this member',
      `${two}teams:\n  billing: [eve@acme.com]\n  sales: [ada@acme.com, eve@acme.com]\nrules: { team_members: { min: 1 } }\n`,
      'eve@acme.com',
      'Without eve@acme.com, team billing has fewer members than rules.team_members requires (1).',
    ],
    [
      'of the owner of a waiver',
      `${two}waivers:\n  - { finding: member-missing, address: team/x/ada@acme.com, reason: x, owner: Eve@acme.com, expires: 2027-01-01 }\n`,
      'eve@acme.com',
      'Eve@acme.com is the owner of waiver 1.',
    ],
    ['of somebody who is not there', two, 'ken@acme.com', 'unlisted'],
  ])('%s', (_, text, person, ...says) => {
    expect(refusals(text, person)).toEqual(says)
  })

  test('not where the rules hold without this person', () => {
    const text = `${two}teams: { billing: [ada@acme.com, eve@acme.com] }\nrules: { administrators: { min: 1 }, team_members: { min: 1 } }\n`
    expect(refusals(text, 'eve@acme.com')).toEqual(['removal'])
  })
})

describe('the check of a removal', () => {
  const text = `${HEAD}  eve@acme.com: agent\n  ken@acme.com: agent\nteams:\n  billing: [eve@acme.com, ken@acme.com]\n`
  test.each([
    [
      'somebody is left in a team',
      `${HEAD}  eve@acme.com: agent\n  ken@acme.com: agent\nteams:\n  billing: [ken@acme.com]\n`,
    ],
    ['somebody else is gone', `${HEAD}teams:\n  billing: []\n`],
    ['a team is gone', `${HEAD}  ken@acme.com: agent\nteams: {}\n`],
  ])('fails if %s', (_, after) => {
    const before = parsed(text)
    const planned = removal(before, 'eve@acme.com')
    expect(isRemoved(before, parsed(after), planned)).toBe(false)
    expect(isRemoved(before, parsed(remove(text, 'eve@acme.com')), planned)).toBe(true)
  })
})

describe('a new waiver', () => {
  const waiver: NewWaiver = {
    finding: 'agent-unexpected',
    address: 'agent/eve@acme.com',
    reason: 'Hand-over: SEC-7',
    owner: 'ada@acme.com',
    expires: '2027-01-15',
  }
  const added = { ...NO_AMENDMENTS, waivers: { add: [waiver], remove: new Set<number>() } }
  const keys = [
    'finding: agent-unexpected',
    'address: "agent/eve@acme.com"',
    'reason: "Hand-over: SEC-7"',
    'owner: ada@acme.com',
    'expires: 2027-01-15',
  ]
  const block = `  - ${keys.join('\n    ')}\n`
  const inline = `{ ${keys.join(', ')} }`
  const other =
    '{ finding: member-missing, address: team/x/a@b.io, reason: x, owner: y, expires: 2027-01-01 }'

  test.each([
    ['no section', `${HEAD}# the end\n`, `${HEAD}# the end\n\nwaivers:\n${block}`],
    ['no line break at the end', HEAD.trimEnd(), `${HEAD}\nwaivers:\n${block}`.trimEnd()],
    ['an empty section', `${HEAD}waivers: [] # none\n`, `${HEAD}waivers: # none\n${block}`],
    [
      'lines',
      `${HEAD}waivers:\n  - ${other} # old\nscope: { agents: all }\n`,
      `${HEAD}waivers:\n  - ${other} # old\n${block}scope: { agents: all }\n`,
    ],
    ['brackets', `${HEAD}waivers: [${other}]\n`, `${HEAD}waivers: [${other}, ${inline}]\n`],
    [
      'brackets over several lines',
      `${HEAD}waivers: [\n  ${other}\n]\n`,
      `${HEAD}waivers: [\n  ${other},\n  ${inline},\n]\n`,
    ],
  ])('is written where there is %s', (_, text, next) => {
    expect(changed(text, added)).toBe(next)
    const windows = (of: string) => of.replaceAll('\n', '\r\n')
    expect(changed(windows(text), added)).toBe(windows(next))
    expect(parsed(next).waivers.at(-1)).toMatchObject({
      ...waiver,
      expires: { value: '2027-01-15' },
    })
  })

  test.each([
    ['brackets around everything', '{ version: 1, agents: { ada@acme.com: administrator } }\n'],
    [
      'brackets around everything, over several lines',
      '{\n  "version": 1,\n  "agents": {\n    "ada@acme.com": "administrator"\n  }\n}\n',
    ],
    ['a key with a question mark', HEAD.replace('version: 1', '? version\n: 1')],
    ['a mark at the end', `${HEAD}...\n`],
  ])('is refused where there is %s', (_, text) => {
    expect(amend(parsed(text), added)).toBeNull()
  })
})

test('a first group inside of brackets is written in brackets', () => {
  const text =
    '{\n  "version": 1,\n  "agents": {\n    "ada@acme.com": "administrator"\n  },\n  "teams": {}\n}\n'
  const subject: GroupSubject = { kind: 'group', of: TEAM, name: 'x', id: null }
  const members = { join: new Set(['ada@acme.com']), leave: new Set<string>() }
  const named = new Map([['team/x', { subject, key: 'x', keys: {}, ...members }]])
  expect(changed(text, { ...NO_AMENDMENTS, named })).toBe(
    text.replace('{}', '{ x: [ada@acme.com] }'),
  )
})

describe('a person who is added stands below a heading that fits', () => {
  const agent = { role: 'agent' } as const
  const administrator = { role: 'administrator' } as const
  const add = (text: string, agents: Amendments['agents']) =>
    changed(text, { ...NO_AMENDMENTS, agents })
  const HEADED =
    'version: 1\nagents:\n  # Administrators\n  lisa@acme.com: administrator\n\n  # Agents\n  mary@acme.com: agent\n'

  test.each<[string, string, Amendments['agents'], string]>([
    [
      'first of the agents',
      HEADED,
      new Map<string, AgentKeys>([['ann@acme.com', agent]]),
      HEADED.replace('  mary', '  ann@acme.com: agent\n  mary'),
    ],
    [
      'first of the administrators',
      HEADED,
      new Map<string, AgentKeys>([['ann@acme.com', administrator]]),
      HEADED.replace('  lisa', '  ann@acme.com: administrator\n  lisa'),
    ],
    [
      'last of each',
      HEADED,
      new Map<string, AgentKeys>([
        ['zoe@acme.com', agent],
        ['yan@acme.com', administrator],
      ]),
      HEADED.replace('\n\n', '\n  yan@acme.com: administrator\n\n').concat(
        '  zoe@acme.com: agent\n',
      ),
    ],
    [
      'agents where there are none, and others of their own kind',
      'version: 1\nagents:\n  # Administrators\n  lisa@acme.com: administrator\n',
      new Map<string, AgentKeys>([
        ['zoe@acme.com', agent],
        ['ann@acme.com', agent],
        ['bob@acme.com', { ...agent, pending_until: '2027-01-01' }],
        ['cy@acme.com', { ...agent, custom_role: { name: 'Clerk' } }],
      ]),
      'version: 1\nagents:\n  # Administrators\n  lisa@acme.com: administrator\n\n  # Agents\n  ann@acme.com: agent\n  zoe@acme.com: agent\n\n  # Agents with a custom role\n  cy@acme.com: { role: agent, custom_role: Clerk }\n\n  # Invitations that are not accepted\n  bob@acme.com: { role: agent, pending_until: 2027-01-01 }\n',
    ],
    [
      'an administrator where only those are listed who have no end',
      'version: 1\nagents:\n  # Agents\n  mary@acme.com: agent\n\n  # Invited\n  lisa@acme.com: { role: administrator, pending_until: 2027-01-01 }\n',
      new Map<string, AgentKeys>([['ann@acme.com', administrator]]),
      'version: 1\nagents:\n  # Agents\n  mary@acme.com: agent\n\n  # Invited\n  lisa@acme.com: { role: administrator, pending_until: 2027-01-01 }\n\n  # Administrators\n  ann@acme.com: administrator\n',
    ],
    [
      'an agent below bosses without that word',
      'version: 1\nagents:\n  # The bosses\n  lisa@acme.com: administrator\n  max@acme.com: administrator\n',
      new Map<string, AgentKeys>([['ann@acme.com', agent]]),
      'version: 1\nagents:\n  # The bosses\n  lisa@acme.com: administrator\n  max@acme.com: administrator\n\n  # Agents\n  ann@acme.com: agent\n',
    ],
    [
      'below a blank line there is no heading',
      'version: 1\nagents:\n  # The bosses\n  lisa@acme.com: administrator\n\n  max@acme.com: administrator\n',
      new Map<string, AgentKeys>([['ann@acme.com', agent]]),
      'version: 1\nagents:\n  # The bosses\n  lisa@acme.com: administrator\n\n  max@acme.com: administrator\n  ann@acme.com: agent\n',
    ],
    [
      "not between somebody's own comment and that person",
      'version: 1\nagents:\n  lisa@acme.com: administrator\n  # Mary: night shift\n  mary@acme.com: agent\n',
      new Map<string, AgentKeys>([['ann@acme.com', agent]]),
      'version: 1\nagents:\n  lisa@acme.com: administrator\n  # Mary: night shift\n  mary@acme.com: agent\n  ann@acme.com: agent\n',
    ],
    [
      'nor above the first of all',
      'version: 1\nagents:\n  # Lisa: founder\n  lisa@acme.com: administrator\n',
      new Map<string, AgentKeys>([['ann@acme.com', administrator]]),
      'version: 1\nagents:\n  ann@acme.com: administrator\n  # Lisa: founder\n  lisa@acme.com: administrator\n',
    ],
    [
      'a plain agent is not one with a custom role',
      'version: 1\nagents:\n  lisa@acme.com: administrator\n\n  # Agents with a custom role: limited\n  mary@acme.com: { role: agent, custom_role: Clerk }\n',
      new Map<string, AgentKeys>([['ann@acme.com', agent]]),
      'version: 1\nagents:\n  lisa@acme.com: administrator\n\n  # Agents with a custom role: limited\n  mary@acme.com: { role: agent, custom_role: Clerk }\n\n  # Agents\n  ann@acme.com: agent\n',
    ],
    [
      'an agent with a custom role may stand among agents without a heading',
      'version: 1\nagents:\n  lisa@acme.com: administrator\n  mary@acme.com: agent\n',
      new Map<string, AgentKeys>([['ann@acme.com', { ...agent, custom_role: { name: 'Clerk' } }]]),
      'version: 1\nagents:\n  lisa@acme.com: administrator\n  ann@acme.com: { role: agent, custom_role: Clerk }\n  mary@acme.com: agent\n',
    ],
    [
      'in brackets over several lines too',
      'version: 1\nagents: {\n  # Administrators\n  lisa@acme.com: administrator,\n  # Agents\n  mary@acme.com: agent,\n}\n',
      new Map<string, AgentKeys>([['ann@acme.com', agent]]),
      'version: 1\nagents: {\n  # Administrators\n  lisa@acme.com: administrator,\n  # Agents\n  ann@acme.com: agent,\n  mary@acme.com: agent,\n}\n',
    ],
    [
      'in brackets, not between somebody and the comment below that person',
      'version: 1\nagents: {\n  lisa@acme.com: administrator,\n  mary@acme.com: agent,\n    # until Easter\n}\n',
      new Map<string, AgentKeys>([['zoe@acme.com', agent]]),
      'version: 1\nagents: {\n  lisa@acme.com: administrator,\n  mary@acme.com: agent,\n    # until Easter\n  zoe@acme.com: agent,\n}\n',
    ],
  ])('%s', (_, text, agents, next) => {
    expect(add(text, agents)).toBe(next)
  })
})

/** Without places, which may move. */
function plain(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value ?? null, (key, each) => (key === 'location' ? null : each)),
  )
}

test('a waiver about something else must stay', () => {
  const waiver = (address: string) =>
    `  - { finding: role-differs, address: ${address}, reason: x, owner: y, expires: 2027-01-01 }\n`
  const text = `${HEAD}  eve@acme.com: agent\nwaivers:\n${waiver('agent/eve@acme.com')}${waiver('agent/ada@acme.com')}`
  const before = parsed(text)
  const planned = removal(before, 'eve@acme.com')
  expect(isRemoved(before, parsed(remove(text, 'eve@acme.com')), planned)).toBe(true)
  expect(isRemoved(before, parsed(`${HEAD}waivers: []\n`), planned)).toBe(false)
})

test('spelling does not matter', () => {
  expect(removal(parsed(`${HEAD}  Eve@Acme.com: agent\n`), ' EVE@acme.com').email).toBe(
    normaliseEmail('Eve@Acme.com'),
  )
})
