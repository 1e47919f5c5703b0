/** Random accounts whose names are whatever people and servers come up with. */
import fc from 'fast-check'
import { PERMISSIONS } from '../../src/core/model/custom-role.ts'
import { INBOX } from '../../src/core/model/kinds.ts'
import { isEmail } from '../../src/core/model/mistyped.ts'
import {
  normaliseEmail,
  normaliseTeamName,
  spellEmail,
  spellTeamName,
} from '../../src/core/model/names.ts'
import type { CustomRoles, Snapshot } from '../../src/core/model/snapshot.ts'
import { seenTeam } from './build.ts'

const NAMES = [
  '__proto__',
  'constructor',
  'no',
  'Yes',
  'null',
  '~',
  '1',
  '0x1f',
  '1e3',
  '2026-12-07',
  'a: b',
  'a #b',
  '#',
  '- x',
  '? x',
  '*',
  '&a',
  '!tag',
  '%',
  '@',
  '`x`',
  '"',
  "'",
  '{a}',
  '[b]',
  'a, b',
  ' led by spaces ',
  '<<',
  '---',
  '...',
  'Ünïcödé 日本語 👩‍💻',
  'ΟΔΟΣ',
  'a\u0000\u0007\u001b[31m\r\n\tb',
  '\u202egpj\u2028\u2029\ufeff\u0085',
  'x\ud800y',
  '\uffff\ufffe',
  'z'.repeat(1_500),
  '\u0007'.repeat(400),
] as const

const name = fc.oneof(fc.constantFrom(...NAMES), fc.string({ unit: 'binary', maxLength: 12 }))

/** What the schema of policies, and the server, take for an e-mail address. */
const local = name.map((text) => text.replace(/[\s@]/g, '') || 'x')
const email = fc
  .tuple(local, fc.constantFrom('acme.com', 'evil.example', '1', 'xn--e1afmkfd.example', '#'))
  .map(([before, after]) => spellEmail(`${before}@${after}`))
  .filter(isEmail)

const person = fc.record({
  email,
  name,
  role: fc.constantFrom('administrator' as const, 'agent' as const),
  confirmed: fc.constantFrom(true, true, false),
  provider: fc.constantFrom('email', 'saml', null),
  customRoleId: fc.constantFrom<number | null>(null, null, 1, 2, 3, 4, 5, 9),
})

const team = fc.record({
  name: name.filter((text) => text.trim() !== ''),
  description: fc.oneof(fc.constant(''), name),
  autoAssign: fc.boolean(),
  joined: fc.array(fc.nat(20)),
  ghosts: fc.array(email, { maxLength: 2 }),
})

const permissions = fc.subarray([...PERMISSIONS]).map((some) => some.sort())

/** Names may repeat, and differ from each other by the spaces around them alone. */
const inbox = fc.record({
  name: fc.oneof(
    name.filter((text) => text.trim() !== ''),
    fc.constantFrom('Twice', 'Twice ', 'Twice #2'),
  ),
  channel: fc.constantFrom('email', 'web_widget', 'fork::fax'),
  autoAssign: fc.boolean(),
  joined: fc.array(fc.nat(20)),
})

const roles = fc.oneof(
  fc.tuple(name, name, fc.constantFrom('  ', 'Named'), permissions).map(
    ([one, two, five, permissions]): CustomRoles => ({
      kind: 'read',
      // 3 and 4 have one name.
      roles: [one, two, 'Twice', 'Twice', five].map((text, index) => ({
        id: index + 1,
        name: text,
        description: text,
        permissions,
      })),
    }),
  ),
  fc.constantFrom<CustomRoles>({ kind: 'unread' }, { kind: 'unreadable' }, { kind: 'unsupported' }),
)

/** One that is not of the account is drift, whatever a policy says. */
function isPossible(id: number | null, customRoles: CustomRoles): boolean {
  if (customRoles.kind === 'unsupported') return false
  return customRoles.kind !== 'read' || customRoles.roles.some((role) => role.id === id)
}

/** With at least one administrator, unless `leaderless`. */
export function hostileAccount(leaderless = false): fc.Arbitrary<Snapshot> {
  return fc
    .record({
      people: fc.uniqueArray(person, {
        minLength: 1,
        maxLength: 8,
        selector: (each) => normaliseEmail(each.email),
      }),
      teams: fc.uniqueArray(team, {
        maxLength: 5,
        selector: (each) => normaliseTeamName(each.name),
      }),
      inboxes: fc.array(inbox, { maxLength: 5 }),
      roles,
      accountName: name,
    })
    .map(({ people, teams, inboxes, roles: customRoles, accountName }): Snapshot => {
      const agents = people.map((each, index) => ({
        ...each,
        id: index + 1,
        role: leaderless ? 'agent' : index === 0 ? 'administrator' : each.role,
        customRoleId: isPossible(each.customRoleId, customRoles) ? each.customRoleId : null,
      }))
      const present = new Set(agents.map((agent) => agent.email))
      const members = (joined: readonly number[]) =>
        [...new Set(joined)].flatMap((n) => agents[n]?.email ?? [])
      return {
        server: 'https://chat.acme.com',
        serverVersion: '4.16.2',
        coverage: { teams: 'read', inboxes: 'read' },
        account: { id: 1, name: accountName },
        caller: { email: 'ada@acme.com', role: 'administrator' },
        startedAt: '2026-11-23T12:00:00.000Z',
        finishedAt: '2026-11-23T12:00:01.000Z',
        activity: { state: 'not-asked' },
        requests: 5,
        agents,
        groups: [
          ...teams.map(({ joined, ghosts, name: called, ...rest }, index) =>
            seenTeam(spellTeamName(called), index + 1, {
              ...rest,
              members: members(joined),
              ghosts: [...new Set(ghosts)].filter((each) => !present.has(each)),
            }),
          ),
          ...inboxes.map(({ name: called, channel, autoAssign, joined }, index) => ({
            of: INBOX,
            id: index + 1,
            name: called,
            settings: { channel, auto_assign: autoAssign },
            members: members(joined),
            ghosts: [],
          })),
        ],
        customRoles,
      }
    })
}
