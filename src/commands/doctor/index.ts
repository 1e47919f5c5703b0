/**
 * `rollcall doctor`: checks everything that a plan needs, one check after the other, each with the
 * next step. The last check reads the account as a plan would. Stops if the next check cannot
 * succeed. Gives no verdict.
 */
import { resolve } from 'node:path'
import { ALL_PARTS, listWarnings, NO_PARTS, readFrom } from '../../connect/account.ts'
import {
  checkFleetFlags,
  loadFleet,
  loadFleetPolicy,
  resolveFleetAccount,
  runFleet,
} from '../../connect/fleet.ts'
import { type Servers, withServers } from '../../connect/servers.ts'
import { type Connection, resolveSettings } from '../../connect/settings.ts'
import { count } from '../../core/messages/phrase.ts'
import type { Fleet } from '../../core/model/fleet.ts'
import type { Policy } from '../../core/model/policy.ts'
import { plan as decide } from '../../core/plan/plan.ts'
import { findDatedProblems } from '../../core/plan/policy-on-date.ts'
import {
  APPLY_CHECKS,
  CHECKS,
  type Check,
  type Checkup,
  concludeCheckup,
  concludeFleetCheckup,
} from '../../core/report/checkup.ts'
import { isThere } from '../../files/whole-file.ts'
import { loadPolicies } from '../../policy/read/load.ts'
import { makeReader } from '../../policy/read/named-file.ts'
import type { Values } from '../../shell/arguments.ts'
import { define, expectNoMore } from '../../shell/command.ts'
import {
  CONNECTION_OPTIONS,
  color,
  DEFAULT_POLICY,
  FLEET_OPTIONS,
  format,
  type Options,
} from '../../shell/options.ts'
import { refuseAs, show, type Views } from '../../shell/show.ts'
import { TOOL } from '../../shell/tool.ts'
import { getToday, type World } from '../../shell/world.ts'
import { listParts } from '../shared/make-report.ts'
import { resolveOwnSettings } from '../shared/own-settings.ts'
import { checkForApply } from './check-apply.ts'
import { checkName, checkServer } from './check-server.ts'
import {
  checkReading,
  checkToken,
  describeMissingMembership,
  describeMissingRole,
  type Wanted,
} from './check-token.ts'
import { type Add, convertDiagnostic, fail, pass } from './checks.ts'

const OPTIONS = {
  format,
  color,
  for: {
    type: 'string',
    choices: ['plan', 'apply'],
    default: 'plan',
    describe: 'What to check for; apply uses the token of CHATWOOT_APPLY_TOKEN',
    group: 'Report',
  },
  ...FLEET_OPTIONS,
  ...CONNECTION_OPTIONS,
} as const satisfies Options

const VIEWS: Views<Checkup, 'text' | 'json'> = {
  text: async (checkup, paint) =>
    (await import('../../views/doctor.ts')).renderDoctor(checkup, paint),
  json: async (checkup) => (await import('../../views/doctor.ts')).renderDoctorJson(checkup),
}

export const command = define('doctor', {
  positional: '[policy]',
  describe: 'Check settings, connection and token, and show the next step',
  options: OPTIONS,
  examples: {
    'rollcall doctor': 'Check the environment variables, and rollcall.yaml if it exists',
    'rollcall doctor --base-url https://chat.acme.com --account-id 1': 'Check without a policy',
    'rollcall doctor --for apply': 'Also check what only an apply needs',
    'rollcall doctor --fleet fleet.yaml': 'Check every account of a fleet',
  },
  run: async ({ positionals, values }, world) => {
    const [name, ...more] = positionals
    if (values.fleet !== null) {
      checkFleetFlags(values, positionals, { for: values.for === 'apply' })
      const fleet = await loadFleet(values.fleet, values, world)
      return show(await examineFleet(fleet, values, world), VIEWS, values, world)
    }
    expectNoMore(more)
    return show(await examine(name ?? null, values, world), VIEWS, values, world)
  },
  refuse: refuseAs(VIEWS, (diagnostics) => {
    const checks = diagnostics.map((each) => convertDiagnostic('settings', each))
    return concludeCheckup({ tool: TOOL, server: null, accountId: null, checks })
  }),
})

/** @param named a policy; null for rollcall.yaml, if it exists */
async function examine(
  named: string | null,
  flags: Values<typeof OPTIONS>,
  world: World,
): Promise<Checkup> {
  const checks: Check[] = []
  const add: Add = (...more) => void checks.push(...more)
  const forApply = flags.for === 'apply'
  const conclude = (found: Pick<Checkup, 'server' | 'accountId'>) =>
    concludeCheckup(
      { tool: TOOL, ...found, checks },
      forApply ? [...CHECKS, ...APPLY_CHECKS] : CHECKS,
    )
  const policy = await loadPolicy(named, world, add)
  // Without a valid policy the account is unknown, and a second error about it would not help.
  if (checks.length > 0) {
    return conclude({ server: null, accountId: null })
  }
  const resolveFor = forApply ? resolveOwnSettings : resolveSettings
  const { connection, origin, accountId, problems } = await resolveFor(policy, flags, world)
  for (const each of [...problems, ...listWarnings(flags)]) add(convertDiagnostic('settings', each))
  if (connection !== null) add(pass('settings', describeSettings(connection)))
  const followed = checkDates(policy, world, add)
  if (connection !== null) {
    await withServers(flags, world, (servers) =>
      checkConnection(connection, policy, followed, servers, flags, world, add),
    )
  }
  return conclude({ server: origin, accountId })
}

/** Also null if the policy is invalid today, because that is reported elsewhere. */
function checkDates(policy: Policy | null, world: World, add: Add): Policy | null {
  const dated = policy === null ? [] : findDatedProblems(policy, getToday(world))
  add(...dated.map((each) => convertDiagnostic('settings', each)))
  return dated.length === 0 ? policy : null
}

async function examineFleet(
  fleet: Fleet,
  flags: Values<typeof OPTIONS>,
  world: World,
): Promise<Checkup> {
  const read = makeReader(world)
  const accounts = await runFleet(fleet.accounts, flags, world, async (account, servers) => {
    const checks: Check[] = []
    const add: Add = (...more) => void checks.push(...more)
    const { policy, diagnostics } = await loadFleetPolicy(fleet, account, world)
    const { connection, origin, accountId, problems } = await resolveFleetAccount(
      fleet,
      account,
      world,
      read,
    )
    add(...[...diagnostics, ...problems].map((each) => convertDiagnostic('settings', each)))
    if (connection !== null && policy !== null) {
      add(pass('settings', describeSettings(connection)))
      const followed = checkDates(policy, world, add)
      await checkConnection(connection, policy, followed, servers, flags, world, add)
    }
    const checkup = concludeCheckup({ tool: TOOL, server: origin, accountId, checks })
    return { name: account.name, checkup }
  })
  return concludeFleetCheckup(TOOL, accounts)
}

async function loadPolicy(named: string | null, world: World, add: Add): Promise<Policy | null> {
  if (named === null && !(await isThere(resolve(world.cwd, DEFAULT_POLICY)))) return null
  const path = named ?? DEFAULT_POLICY
  const sources = await loadPolicies([path], world)
  const [source] = sources
  if (sources.length === 1 && source?.policy) return source.policy
  const [summary, advice] =
    sources.length > 1
      ? [
          `${path} contains ${sources.length} policies.`,
          'Name one of them: rollcall doctor checks only one account.',
        ]
      : [`The policy ${path} is invalid.`, `Run \`rollcall validate ${path}\` to see the errors.`]
  add(fail('settings', summary, { advice }))
  return null
}

function describeSettings({ baseUrl, accountId, network, headers }: Connection): string {
  const more = [
    ...(network.proxy === null ? [] : [`through the proxy ${network.proxy.shown}`]),
    ...(network.authorities === null ? [] : ['with your own certificate authorities']),
    ...(Object.keys(headers).length === 0
      ? []
      : [`with ${count(Object.keys(headers).length, 'header')} for a gateway`]),
  ]
  return `${[`${baseUrl}, account ${accountId}`, ...more].join(', ')}.`
}

/** @param followed the policy, unless it is invalid today */
async function checkConnection(
  connection: Connection,
  policy: Policy | null,
  followed: Policy | null,
  servers: Servers,
  flags: Values<typeof OPTIONS>,
  world: World,
  add: Add,
): Promise<void> {
  const forApply = flags.for === 'apply'
  const needed = policy === null ? NO_PARTS : listParts(policy)
  const parts = forApply ? { ...needed, ...ALL_PARTS } : needed
  const wanted: Wanted = {
    parts,
    read: (opened) => readFrom(opened, connection, parts, flags, world),
    judge: (snapshot) => {
      const decision = followed && decide(followed, snapshot, getToday(world), false)
      return decision?.kind === 'unknown' ? decision.diagnostics : []
    },
  }
  const named = await checkName(connection)
  add(named)
  if (named.status === 'fail') return
  if (!(await checkServer(connection, servers, add))) return
  const owner = await checkToken(connection, servers, add)
  if (owner === null) return
  const account = owner.accounts.find(({ id }) => id === connection.accountId)
  if (account === undefined || account.suspended) {
    add(describeMissingMembership(owner, connection.accountId, account !== undefined))
    return
  }
  add(pass('membership', `This person is on account ${account.id}, "${account.name}".`))
  const { role } = account
  if (role === null) {
    add(describeMissingRole(account.id))
    return
  }
  if (forApply) {
    const today = getToday(world)
    const { email } = owner
    add(...(await checkForApply(email, role, followed, wanted, connection, servers, today)))
  } else add(...(await checkReading(role, wanted, servers)).checks)
}
