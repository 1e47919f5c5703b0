/**
 * Every pair in test/fixtures/policies: a new case is two new files. `valid/*.json` is the policy
 * in short (places as line:column), `invalid/*.json` what is wrong and where, in order.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { TEAM } from '../../src/core/model/kinds.ts'
import type { Located, Location } from '../../src/core/model/location.ts'
import type { Policy } from '../../src/core/model/policy.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'

const FOLDER = new URL('../fixtures/policies/', import.meta.url)

function names(kind: 'valid' | 'invalid'): string[] {
  return readdirSync(new URL(kind, FOLDER))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
}

function parse(kind: 'valid' | 'invalid', name: string) {
  return parsePolicy(`${name}.yaml`, readFileSync(new URL(`${kind}/${name}.yaml`, FOLDER)))
}

function expected(kind: 'valid' | 'invalid', name: string) {
  return JSON.parse(readFileSync(new URL(`${kind}/${name}.json`, FOLDER), 'utf8'))
}

const at = ({ line, column }: Location) => `${line}:${column}`
const short = <T>(each: Located<T> | null) => each && [each.value, at(each.location)]

/** Only what is said. */
function ruled({ administrators, emailDomains, teamMembers, ...days }: Policy['rules']) {
  const { min, max, requireReason } = administrators
  const all = {
    min: short(min),
    max: short(max),
    requireReason: short(requireReason),
    emailDomains: emailDomains && [[...emailDomains.value], at(emailDomains.location)],
    teamMembers: short(teamMembers),
    expiresSoonDays: days.expiresSoonDays === 14 ? null : days.expiresSoonDays,
    waiverMaxDays: days.waiverMaxDays,
    dormantDays: short(days.dormantDays),
    inviteMaxDays: short(days.inviteMaxDays),
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null))
}

/** Only what is said. */
function restricted({ deny, limits, protect }: Policy['apply']) {
  const all = [...deny, ...Object.values(limits), ...protect]
  if (all.every((each) => each === null)) return {}
  const { people, share, gain } = limits
  const limited = { people: short(people), share: short(share), gain: short(gain) }
  return { apply: { deny: deny.map(short), ...limited, protect: protect.map(short) } }
}

function summary(policy: Policy) {
  const { account, server, agents, customRoles, groups, scope, rules, severity, waivers } = policy
  const teams = groups.find(({ of }) => of === TEAM)
  const said = ruled(rules)
  const accepted = waivers.map(({ finding, address, location, reason, owner, expires }) => [
    `${finding} ${address}`,
    at(location),
    reason,
    owner,
    short(expires),
  ])
  return {
    ...(waivers.length === 0 ? {} : { waivers: accepted }),
    ...(severity.size === 0
      ? {}
      : {
          severity: [...severity].map(([code, { value, location }]) => [code, value, at(location)]),
        }),
    ...(Object.keys(said).length === 0 ? {} : { rules: said }),
    ...restricted(policy.apply),
    account: short(account),
    server: short(server),
    agents: agents && {
      at: at(agents.location),
      entries: [...agents.entries].map(([email, agent]) => {
        const { name, reason, expires, pendingUntil } = agent
        const ends = expires === null ? {} : { expires }
        const more = { name, customRole: short(agent.customRole), reason, ...ends, pendingUntil }
        const plain = Object.values(more).every((value) => value === null)
        return [email, agent.role, at(agent.location), ...(plain ? [] : [more])]
      }),
    },
    ...(customRoles === null
      ? {}
      : {
          customRoles: {
            at: at(customRoles.location),
            entries: [...customRoles.entries].map(([address, role]) => [
              address,
              role.key,
              at(role.location),
              short(role.description),
              [...role.permissions].map(([each, place]) => `${each} ${at(place)}`),
            ]),
          },
        }),
    teams: teams?.section && {
      at: at(teams.section.location),
      entries: [...teams.section.entries.values()].map((team) => [
        team.key,
        at(team.location),
        short(team.settings['description'] ?? null),
        short(team.settings['auto_assign'] ?? null),
        [...team.members].map(([email, place]) => `${email} ${at(place)}`),
      ]),
    },
    scope: {
      agents: scope.agents,
      ignore: [scope.ignore.map(short), teams?.ignore.map(short)],
    },
  }
}

describe('a valid policy is read as written', () => {
  test.each(names('valid'))('%s', (name) => {
    const source = parse('valid', name)
    expect(source.diagnostics).toEqual([])
    expect(source.policy?.path).toBe(`${name}.yaml`)
    expect(source.policy?.sha256).toBe(source.sha256)
    expect(source.policy && summary(source.policy)).toEqual(expected('valid', name))
  })
})

describe('an invalid policy gives one error per cause, each at its place', () => {
  test('there are fixtures for it', () => {
    expect(names('invalid').length).toBeGreaterThanOrEqual(45)
  })

  test.each(names('invalid'))('%s', (name) => {
    const { policy, diagnostics } = parse('invalid', name)
    const wanted: { code: string; line: number; column: number; says?: string }[] = expected(
      'invalid',
      name,
    )
    expect(policy).toBeNull()
    expect(
      diagnostics.map(({ code, location }) => ({
        code,
        line: location?.line,
        column: location?.column,
      })),
    ).toEqual(wanted.map(({ code, line, column }) => ({ code, line, column })))
    wanted.forEach(({ says }, index) => {
      const { summary, detail, advice } = diagnostics[index] ?? {}
      expect(`${summary} ${advice} ${detail}`).toContain(says ?? '')
    })
    for (const { summary, advice, severity } of diagnostics) {
      expect(summary).toMatch(/^[^\n]+\.$/)
      expect(advice).toMatch(/[.?]$/)
      expect(severity).toBe('error')
    }
  })
})
