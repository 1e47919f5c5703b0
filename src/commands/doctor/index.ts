/**
 * `rollcall doctor`: checks everything that a plan needs, one check after the other, each with the
 * next step. The last check reads the account as a plan would. Stops if the next check cannot
 * succeed. Gives no verdict.
 */
import { resolve } from 'node:path'
import { ALL_PARTS, listWarnings, NO_PARTS, readFrom } from '../../connect/account.ts'
import { checkFleetFlags, loadFleet, loadFleetPolicy, runFleet } from '../../connect/fleet.ts'
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
import type { Values } from '../../shell/arguments.ts'
import { define } from '../../shell/command.ts'
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
import { checkMembership, checkReading, checkToken, type Wanted } from './check-token.ts'
import { type Checking, convertDiagnostic, fail, pass } from './checks.ts'

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
    if (values.fleet !== null) {
      checkFleetFlags(values, positionals, { for: values.for === 'apply' })
      const fleet = await loadFleet(values.fleet, values, world)
      return show(await examineFleet(fleet, values, world), VIEWS, values, world)
    }
    return show(await examine(positionals[0] ?? null, values, world), VIEWS, values, world)
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
  const forApply = flags.for === 'apply'
  const all = forApply ? [...CHECKS, ...APPLY_CHECKS] : CHECKS
  const policy = await loadPolicy(named, world)
  // Without a valid policy the account is unknown, and a second error about it would not help.
  if (policy !== null && 'checks' in policy) {
    return concludeCheckup({ tool: TOOL, server: null, accountId: null, ...policy }, all)
  }
  const resolveFor = forApply ? resolveOwnSettings : resolveSettings
  const { connection, origin, accountId, problems } = await resolveFor(policy, flags, world)
  const checks = [...problems, ...listWarnings(flags)].map((each) =>
    convertDiagnostic('settings', each),
  )
  if (connection === null) checks.push(...checkDates(policy, world))
  else {
    await withServers(flags, world, async (servers) => {
      for await (const each of checkConnection(connection, policy, servers, flags, world)) {
        checks.push(each)
      }
    })
  }
  return concludeCheckup({ tool: TOOL, server: origin, accountId, checks }, all)
}

/** Why the policy is invalid today. */
function checkDates(policy: Policy | null, world: World): readonly Check[] {
  const dated = policy === null ? [] : findDatedProblems(policy, getToday(world))
  return dated.map((each) => convertDiagnostic('settings', each))
}

async function examineFleet(
  fleet: Fleet,
  flags: Values<typeof OPTIONS>,
  world: World,
): Promise<Checkup> {
  const { accounts: all } = fleet
  const accounts = await runFleet(fleet, all, flags, world, async (account, settings, servers) => {
    const { connection, origin, accountId, problems } = settings
    const { policy, diagnostics } = await loadFleetPolicy(fleet, account, world)
    const checks = [...diagnostics, ...problems].map((each) => convertDiagnostic('settings', each))
    if (connection !== null && policy !== null) {
      for await (const each of checkConnection(connection, policy, servers, flags, world)) {
        checks.push(each)
      }
    }
    const checkup = concludeCheckup({ tool: TOOL, server: origin, accountId, checks })
    return { name: account.name, checkup }
  })
  return concludeFleetCheckup(TOOL, accounts)
}

/** Null: none is named, and there is no rollcall.yaml. Checks: it cannot be used. */
async function loadPolicy(
  named: string | null,
  world: World,
): Promise<Policy | { readonly checks: readonly Check[] } | null> {
  if (named === null && !(await isThere(resolve(world.cwd, DEFAULT_POLICY)))) return null
  const path = named ?? DEFAULT_POLICY
  const sources = await loadPolicies([path], world)
  const [source] = sources
  if (sources.length === 1 && source?.policy) return source.policy
  if (sources.length > 1) {
    const advice = 'Name one of them: rollcall doctor checks only one account.'
    return {
      checks: [fail('settings', `${path} contains ${sources.length} policies.`, { advice })],
    }
  }
  const problems = sources.flatMap(({ diagnostics }) => diagnostics)
  return { checks: problems.map((each) => convertDiagnostic('settings', each)) }
}

function describeSettings({ baseUrl, accountId, network, headers }: Connection): string {
  const extra = Object.keys(headers).length
  const parts = [
    `${baseUrl}, account ${accountId}`,
    network.proxy && `through the proxy ${network.proxy.shown}`,
    network.authorities && 'with your own certificate authorities',
    extra > 0 && `with ${count(extra, 'header')} for a gateway`,
  ]
  return `${parts.filter(Boolean).join(', ')}.`
}

async function* checkConnection(
  connection: Connection,
  policy: Policy | null,
  servers: Servers,
  flags: Values<typeof OPTIONS>,
  world: World,
): Checking<void> {
  yield pass('settings', describeSettings(connection))
  const dated = checkDates(policy, world)
  yield* dated
  const followed = dated.length === 0 ? policy : null
  const forApply = flags.for === 'apply'
  const needed = policy === null ? NO_PARTS : listParts(policy)
  const parts = forApply ? { ...needed, ...ALL_PARTS } : needed
  const wanted: Wanted = {
    parts,
    read: (opened) => readFrom(opened, connection, parts),
    judge: (snapshot) => {
      const decision = followed && decide(followed, snapshot, getToday(world), false)
      return decision?.kind === 'unknown' ? decision.diagnostics : []
    },
  }
  const named = await checkName(connection)
  yield named
  if (named.status === 'fail') return
  if (!(yield* checkServer(connection, servers))) return
  const owner = yield* checkToken(connection, servers)
  if (owner === null) return
  const role = yield* checkMembership(owner, connection.accountId)
  if (role === null) return
  if (forApply) {
    const today = getToday(world)
    const { email } = owner
    yield* await checkForApply(email, role, followed, wanted, connection, servers, today)
  } else yield* (await checkReading(role, wanted, servers)).checks
}
