/**
 * The named reports that every view is shown with. Made by the real engine from policy text and
 * snapshots, so that what a golden file shows is what a run would show. No I/O.
 */
import { type Diagnostic, makeDiagnostic } from '../../src/core/messages/diagnostic.ts'
import { INBOX } from '../../src/core/model/kinds.ts'
import type { Snapshot, SnapshotAgent, SnapshotGroup } from '../../src/core/model/snapshot.ts'
import { plan } from '../../src/core/plan/plan.ts'
import {
  type AccountReport,
  concludeAccount,
  concludeReport,
  concludeUnjudged,
  type Report,
} from '../../src/core/report/report.ts'
import { parsePolicy } from '../../src/policy/read/parse.ts'
import { writeFixes } from '../../src/policy/write/yaml.ts'
import { added, member, readLog, roleChanged, signedIn } from '../core/audit-rows.ts'
import { customRoleNamed, type SeenTeam, seenInbox, seenTeam } from '../core/build.ts'

export const HOSTILE =
  '::error::pwn %0A | `x` <script>alert(1)</script> =HYPERLINK("http://e") \u202egpj ]]> ' +
  '\u0000\u0007\u001b[31mred\u001b[0m\u009b1m\r\n\u2028\u200b👩\u200d💻 \ud800'

export const HEAD = {
  command: 'plan',
  tool: { name: 'rollcall', version: '1.2.3' },
  generatedAt: '2026-11-23T08:00:02.000Z',
  exitZero: false,
  strict: false,
  today: null,
}

/** What the closing line says of the options, in brackets. */
export function options({ strict, today }: Report): string | null {
  const given = [...(strict ? ['--strict'] : []), ...(today === null ? [] : [`--today ${today}`])]
  return given.length === 0 ? null : given.join(' ')
}

function agent(email: string, more: Partial<SnapshotAgent> = {}): SnapshotAgent {
  const name = email.slice(0, email.indexOf('@'))
  const base = { id: 1, email, name, role: 'agent', confirmed: true, provider: 'email' } as const
  return { ...base, customRoleId: null, ...more }
}

function team(name: string, members: readonly string[], more: SeenTeam = {}) {
  return seenTeam(name, 1, { members, ...more })
}

function snapshot(
  agents: readonly SnapshotAgent[],
  teams: readonly SnapshotGroup[],
  more: Partial<Snapshot> = {},
): Snapshot {
  return {
    server: 'https://chat.acme.com',
    serverVersion: null,
    coverage: { teams: 'read', inboxes: 'unread' },
    account: { id: 1, name: 'Acme Support' },
    caller: { email: 'ada@acme.com', role: 'administrator' },
    startedAt: '2026-11-23T08:00:00.000Z',
    finishedAt: '2026-11-23T08:00:01.000Z',
    activity: { state: 'not-asked' },
    requests: 3 + teams.length,
    agents,
    groups: teams,
    customRoles: { kind: 'read', roles: [customRoleNamed(1, 'Billing clerk')] },
    ...more,
  }
}

interface Circumstances {
  readonly path?: string
  readonly today?: string
  readonly strict?: boolean
}

function account(
  text: string,
  actual: Snapshot,
  { path = 'rollcall.yaml', today = '2026-11-23', strict = false }: Circumstances = {},
): AccountReport {
  const source = parsePolicy(path, new TextEncoder().encode(text))
  if (source.policy === null)
    return concludeUnjudged({ ...source, server: null, accountId: null }, source.diagnostics)
  const decision = plan(source.policy, actual, today, strict)
  if (decision.kind === 'plan')
    return concludeAccount(source.policy, actual, decision.plan, writeFixes(decision.plan))
  const target = { ...source, server: actual.server, accountId: actual.account.id }
  return concludeUnjudged(target, decision.diagnostics, actual)
}

const REFUSED: Diagnostic = makeDiagnostic({
  code: 'network-refused',
  summary: 'No connection to chat.acme.com:443.',
  detail: 'GET https://chat.acme.com/api/v1/profile failed with ECONNREFUSED. Tried 3 times.',
  advice: 'Check host and port of the base URL.',
  requestId: '00000000-0000-4000-8000-000000000000',
})

const SMALL = `version: 1
account: 1
agents:
  ada@acme.com: administrator
  grace@acme.com: agent
teams:
  billing: [ada@acme.com, grace@acme.com]
`

const IN_STEP = snapshot(
  [agent('ada@acme.com', { role: 'administrator' }), agent('grace@acme.com')],
  [team('billing', ['ada@acme.com', 'grace@acme.com'])],
)

const EVERY_KIND = `version: 1
account: 1
agents:
  ada@acme.com: administrator
  old-admin@acme.com: agent
  grace@acme.com:
    role: agent
    name: Grace Hopper
  linus@acme.com: { role: agent, pending_until: 2026-11-22 }
  hedy@acme.com: agent
  ken@acme.com: { role: agent, custom_role: Billing clerk }
  barbara@acme.com: administrator
  restricted@acme.com: administrator
teams:
  billing:
    auto_assign: false
    description: Invoices
    members: [barbara@acme.com, ada@acme.com]
  tier 1: [hedy@acme.com]
scope:
  ignore:
    agents: ["*@integrations.acme.com"]
    teams: ["archive-*"]
`

const EVERYTHING_DIFFERS = snapshot(
  [
    agent('ada@acme.com', { role: 'administrator' }),
    agent('mallory@evil.example', { role: 'administrator' }),
    agent('old-admin@acme.com', { role: 'administrator', customRoleId: 1 }),
    agent('robot@integrations.acme.com', { role: 'administrator' }),
    agent('sync@integrations.acme.com'),
    agent('grace@acme.com'),
    agent('stranger@acme.com'),
    agent('invited@acme.com', { confirmed: false }),
    agent('linus@acme.com', { confirmed: false }),
    agent('ken@acme.com'),
    agent('barbara@acme.com'),
    agent('restricted@acme.com', { role: 'administrator', customRoleId: 1 }),
  ],
  [
    team('billing', ['ada@acme.com', 'grace@acme.com', 'mallory@evil.example'], {
      ghosts: ['gone@acme.com'],
    }),
    team('night shift', ['grace@acme.com', 'stranger@acme.com']),
    team('archive-2024', []),
  ],
)

const TIME_BOXED = `version: 1
account: 1
agents:
  ada@acme.com: administrator
  former@acme.com: { role: administrator, expires: 2026-11-30 }
  temp@vendor.io: { role: agent, expires: 2027-01-31, reason: Holiday cover }
  soon@vendor.io: { role: agent, expires: 2027-02-14 }
  gone@vendor.io: { role: agent, expires: 2027-01-31 }
teams:
  billing: [ada@acme.com, temp@vendor.io, gone@vendor.io]
`

const TURNED_DOWN = EVERY_KIND.concat(`severity:
  agent-name-differs: error
  member-unexpected: warning
  team-unexpected: off
  agent-unexpected: off
  team-differs: off
  agent-missing: off
`)

const ACCEPTED = EVERY_KIND.concat(`severity:
  agent-name-differs: off
  team-differs: off
rules:
  administrators: { max: 4 }
waivers:
  - finding: admin-unexpected
    address: agent/old-admin@acme.com
    reason: Hand-over until January, approved in SEC-112
    owner: ada@acme.com
    expires: 2027-01-15
  - { finding: rule-administrators, address: rule/administrators, reason: As above, owner: ada@acme.com, expires: 2026-12-01 }
  - { finding: member-unexpected, address: team/billing/*, reason: '|</td> ::error::', owner: "]]> \\e[31m", expires: 2027-01-15 }
  - { finding: agent-unexpected, address: agent/stranger@acme.com, reason: Trial, owner: Support, expires: 2026-11-22 }
  - { finding: role-differs, address: agent/barbara@acme.com, reason: Parental leave, owner: Support, expires: 2027-01-15 }
  - { finding: team-missing, address: team/tier 2, reason: Later, owner: Support, expires: 2027-01-15 }
`)

const RULED = `version: 1
account: 1
agents:
  ada@acme.com: { role: administrator, reason: Runs support }
  grace@acme.com: administrator
  vic@vendor.io: agent
teams:
  billing: [ada@acme.com]
rules:
  administrators: { min: 3, max: 4, require_reason: true }
  email_domains: [acme.com]
  team_members: { min: 2 }
`

const BREAKS_ITS_RULES = snapshot(
  [
    agent('ada@acme.com', { role: 'administrator' }),
    agent('grace@acme.com', { role: 'administrator' }),
    agent('vic@vendor.io'),
  ],
  [team('billing', ['ada@acme.com'])],
)

const AFTER_THE_HOLIDAYS = snapshot(
  [
    agent('ada@acme.com', { role: 'administrator' }),
    agent('former@acme.com', { role: 'administrator' }),
    agent('temp@vendor.io'),
    agent('soon@vendor.io'),
  ],
  [team('billing', ['ada@acme.com', 'temp@vendor.io'])],
)

/** Every pair of these looks alike: a no-break space, marks, another script, a blank at the end … */
const ALIKE_POLICY = `version: 1
account: 1
agents:
  ada@acme.com: { role: administrator, name: Zoë }
  bob@acme.com: { role: agent, name: Bob }
  ken@acme.com: { role: agent, custom_role: Billing clerk }
  Кен@acme.com: { role: agent, name: Кен }
  yuki@acme.com: { role: agent, name: 日本 }
teams:
  billing: [ada@acme.com]
  tier 1: { description: First line, members: [ada@acme.com] }
rules:
  email_domains: [acme.com]
waivers:
  - { finding: agent-unexpected, address: agent/stranɡer@acme.com, reason: Trial, owner: Support, expires: 2027-03-15 }
`

const ALIKE_ACCOUNT = snapshot(
  [
    agent('ada@acme.com', { role: 'administrator', name: 'Zoe\u0308' }),
    agent('\u0430da@acme.com', { role: 'administrator' }),
    agent('bob@acme.com', { name: 'Bob\u200b' }),
    agent('bob@acm\u0435.com', { name: 'Bob' }),
    agent('ken@acme.com', { customRoleId: 2 }),
    agent('\u043a\u0435\u043d@acme.com', { name: '\u041a\u0435\u043d' }),
    agent('stranger@acme.com'),
    agent('yuki@acme.com', { name: '\u65e5\u672c' }),
  ],
  [
    team('billing', ['ada@acme.com']),
    team('billing\u00a0', []),
    team('t\u0456er 1', []),
    team('tier 1', ['ada@acme.com'], { description: 'First line ' }),
  ],
  {
    customRoles: {
      kind: 'read',
      roles: [customRoleNamed(1, 'Billing clerk'), customRoleNamed(2, 'Billing\u3000clerk')],
    },
  },
)

const HOSTILE_POLICY = `version: 1
agents:
  ada@acme.com: { role: administrator, name: Ada }
teams:
  billing: { description: Invoices, members: [ada@acme.com] }
`

const MANAGED_ROLES = `version: 1
account: 1
agents:
  ada@acme.com: administrator
  grace@acme.com: { role: agent, custom_role: Billing clerk }
custom_roles:
  Auditor: [report_manage]
  Billing clerk: [contact_manage]
  Desk: { id: 3, name: Front desk, description: First contact, permissions: [contact_manage] }
  Night shift: { description: From ten to six, permissions: [] }
`

const ROLES_DIFFER = snapshot(
  [agent('ada@acme.com', { role: 'administrator' }), agent('grace@acme.com', { customRoleId: 1 })],
  [],
  {
    customRoles: {
      kind: 'read',
      roles: [
        { ...customRoleNamed(1, 'Billing clerk'), permissions: ['report_manage'] },
        { ...customRoleNamed(2, 'Night shift'), description: 'From ten to six' },
        { ...customRoleNamed(3, 'Reception'), description: 'Door' },
        customRoleNamed(4, 'Old clerks'),
      ],
    },
  },
)

const HOSTILE_ACCOUNT = snapshot(
  [
    agent('ada@acme.com', { role: 'administrator', name: HOSTILE }),
    agent(`${HOSTILE.replace(/\s/g, '')}@evil.example`, { role: 'administrator' }),
  ],
  [
    team('billing', [], { description: HOSTILE }),
    team(HOSTILE, ['ada@acme.com']),
    team('x'.repeat(10_000), []),
  ],
  { account: { id: 1, name: HOSTILE } },
)

const LOGGED_POLICY = `version: 1
account: 1
agents:
  ada@acme.com: administrator
  eve@acme.com: agent
  hedy@acme.com: agent
  ken@acme.com: agent
  linus@acme.com: { role: agent, pending_until: 2026-12-15 }
teams:
  billing: [ada@acme.com, ken@acme.com]
inboxes:
  Website: [ken@acme.com]
rules: { dormant_days: 61, invite_max_days: 14 }
`

const BY_APPLY = { apply: 'rollcall-1a2b3c4d-007-3f9c01' }

/** Somebody promoted eve, an apply added sam, and a user who is on no list was put into an inbox. */
const LOGGED = snapshot(
  [
    agent('ada@acme.com', { role: 'administrator', provider: 'saml' }),
    agent('eve@acme.com', { role: 'administrator', id: 2 }),
    agent('ken@acme.com', { id: 3 }),
    agent('linus@acme.com', { id: 4, confirmed: false }),
    agent('sam@acme.com', { id: 5 }),
    agent('guest@acme.com', { id: 6 }),
  ],
  [team('billing', ['ada@acme.com', 'eve@acme.com']), seenInbox({ name: 'Website', id: 1 })],
  {
    coverage: { teams: 'read', inboxes: 'read' },
    activity: readLog(
      [
        roleChanged(20, 2, 'administrator', { by: { id: 9, name: HOSTILE } }),
        added(19, 5, BY_APPLY),
        added(18, 6, { by: null }),
        member(17, 'added', 77),
        member(16, 'removed', 3, 1, INBOX, { by: null }),
        added(2, 4),
        signedIn(21, 3),
        signedIn(20, 5),
        signedIn(20, 6),
      ],
      { from: '2026-08-28T12:00:00.000Z' },
    ),
  },
)

const INVALID = `version: 1
agents:
  ada@acme.com: administrator
teams:
  billing:
    mebers: [ada@acme.com]
    members: [bob@acme.com]
  tier: []
  tier: []
`

const UNREACHABLE = concludeUnjudged(
  {
    path: 'two.yaml',
    sha256: 'a'.repeat(64),
    policy: null,
    server: 'https://chat.acme.com',
    accountId: 2,
  },
  [REFUSED],
)

const people = Array.from({ length: 2_000 }, (_, index) => agent(`person-${index}@acme.com`))

export const REPORTS: Readonly<Record<string, Report>> = {
  'in-sync': concludeReport(HEAD, [], [account(SMALL, IN_STEP)]),
  'token-owner-at-risk': concludeReport(
    HEAD,
    [],
    [
      account(
        SMALL.replace('ada@acme.com: administrator', 'ada@acme.com: agent').replace(
          'grace@acme.com: agent',
          'grace@acme.com: administrator',
        ),
        IN_STEP,
      ),
    ],
  ),
  'drift-of-every-kind': concludeReport(HEAD, [], [account(EVERY_KIND, EVERYTHING_DIFFERS)]),
  'hostile-names': concludeReport(
    HEAD,
    [],
    [{ ...account(HOSTILE_POLICY, HOSTILE_ACCOUNT), fleetName: HOSTILE }],
  ),
  'look-alikes': concludeReport(HEAD, [], [account(ALIKE_POLICY, ALIKE_ACCOUNT)]),
  'invalid-policy': concludeReport(HEAD, [], [account(INVALID, IN_STEP)]),
  'no-verdict': concludeReport(HEAD, [], [UNREACHABLE]),
  'settings-missing': concludeReport(
    HEAD,
    [],
    [
      {
        ...concludeUnjudged(
          {
            path: 'rollcall.yaml',
            sha256: 'b'.repeat(64),
            policy: null,
            server: null,
            accountId: 1,
          },
          [
            makeDiagnostic({
              code: 'settings-missing',
              summary: 'Not enough is known to read the account.',
              advice: null,
            }),
          ],
        ),
        fleetName: 'brand 1',
      },
    ],
  ),
  'wrong-usage': concludeReport(
    HEAD,
    [
      makeDiagnostic({
        code: 'usage-option',
        summary: '--fromat is not an option of rollcall plan.',
        advice: null,
      }),
    ],
    [],
  ),
  'several-accounts': concludeReport(
    HEAD,
    [],
    [
      account(SMALL, IN_STEP),
      UNREACHABLE,
      account(
        SMALL.replace('account: 1', 'account: 3'),
        { ...EVERYTHING_DIFFERS, account: { id: 3, name: 'Third' } },
        { path: 'three.yaml' },
      ),
    ],
  ),
  'partly-managed': concludeReport(
    HEAD,
    [],
    [
      account(
        'version: 1\nagents: { ada@acme.com: administrator }\nscope: { agents: administrators }\n',
        { ...IN_STEP, customRoles: { kind: 'unsupported' } },
      ),
    ],
  ),
  'audit-log': concludeReport(HEAD, [], [account(LOGGED_POLICY, LOGGED)]),
  'custom-roles': concludeReport(HEAD, [], [account(MANAGED_ROLES, ROLES_DIFFER)]),
  'access-that-ended': concludeReport(
    { ...HEAD, today: '2027-02-01' },
    [],
    [account(TIME_BOXED, AFTER_THE_HOLIDAYS, { today: '2027-02-01' })],
  ),
  'turned-up-and-down': concludeReport(
    { ...HEAD, strict: true },
    [],
    [account(TURNED_DOWN, EVERYTHING_DIFFERS, { strict: true })],
  ),
  'waived-and-off': concludeReport(HEAD, [], [account(ACCEPTED, EVERYTHING_DIFFERS)]),
  'broken-rules': concludeReport(HEAD, [], [account(RULED, BREAKS_ITS_RULES)]),
  'two-thousand-findings': concludeReport(
    HEAD,
    [],
    [account(SMALL, snapshot([...IN_STEP.agents, ...people], IN_STEP.groups))],
  ),
}

export function named(name: string): Report {
  const report = REPORTS[name]
  if (report === undefined) throw new Error(`There is no report ${name}.`)
  return report
}
