/**
 * `rollcall doctor`: everything that a plan needs, one check after the other, each with the next
 * step; at the end the same read as that of a plan. Stops where the next check could not tell
 * anything. It reads only, and gives no verdict.
 */
import { resolve } from 'node:path'
import { readFrom, warnings } from '../../connect/account.ts'
import { type Servers, withServers } from '../../connect/servers.ts'
import { type Connection, settle } from '../../connect/settings.ts'
import type { Diagnostic } from '../../core/messages/diagnostic.ts'
import { count } from '../../core/messages/phrase.ts'
import type { Policy } from '../../core/model/policy.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { plan as decide } from '../../core/plan/plan.ts'
import { datedProblems } from '../../core/plan/policy-on-date.ts'
import { isThere } from '../../files/whole-file.ts'
import { loadPolicies } from '../../policy/read/load.ts'
import type { Values } from '../../shell/arguments.ts'
import type { DOCTOR_OPTIONS } from '../../shell/options.ts'
import { TOOL } from '../../shell/tool.ts'
import { today, type World } from '../../shell/world.ts'
import type { Check, Checkup } from '../../views/doctor.ts'
import { namesCustomRole } from '../plan/plan.ts'
import { reached, resolved } from './check-server.ts'
import { elsewhere, recognised, sight, type Wanted } from './check-token.ts'
import { type Add, check, fine, told } from './checks.ts'

type Flags = Values<typeof DOCTOR_OPTIONS>

/** @param named a policy; null: `fallback`, if there is one */
export async function doctor(
  named: string | null,
  fallback: string,
  flags: Flags,
  world: World,
): Promise<Checkup> {
  const checks: Check[] = []
  const add: Add = (...more) => void checks.push(...more)
  const policy = await policyOf(named, fallback, world, add)
  // An account that is not known would only be complained of a second time.
  if (checks.length > 0) return { tool: TOOL, server: null, accountId: null, checks }
  const { connection, origin, accountId, problems } = await settle(policy, flags, world)
  for (const each of [...problems, ...warnings(flags)]) add(told('settings', each))
  if (connection !== null) add(fine('settings', settingsOf(connection)))
  const dated = policy === null ? [] : datedProblems(policy, today(world))
  add(...dated.map(({ value }) => told('settings', value)))
  if (connection !== null) {
    // A policy that cannot be followed today would only be complained of a second time.
    const followed = dated.length === 0 ? policy : null
    const customRoleNames = policy !== null && namesCustomRole(policy)
    const read = (servers: Servers) =>
      readFrom(servers, connection, { customRoleNames }, flags, world)
    const judge = (snapshot: Snapshot) => {
      const decision = followed && decide(followed, snapshot, today(world), false)
      return decision?.kind === 'unknown' ? decision.diagnostics : []
    }
    const asked = { read, judge, customRoleNames }
    await withServers(flags, world, (servers) => examine(connection, asked, servers, add))
  }
  return { tool: TOOL, server: origin, accountId, checks }
}

/** A checkup that could not begin. */
export function refusedCheckup(diagnostics: readonly Diagnostic[]): Checkup {
  const checks = diagnostics.map((each) => told('settings', each))
  return { tool: TOOL, server: null, accountId: null, checks }
}

async function policyOf(
  named: string | null,
  fallback: string,
  world: World,
  add: Add,
): Promise<Policy | null> {
  if (named === null && !(await isThere(resolve(world.cwd, fallback)))) return null
  const sources = await loadPolicies([named ?? fallback], world)
  const [source] = sources
  if (sources.length === 1 && source?.policy) return source.policy
  const path = named ?? fallback
  const [summary, advice] =
    sources.length > 1
      ? [
          `${path} holds ${sources.length} policies.`,
          'Name one of them: a checkup is of one account.',
        ]
      : [
          `The policy ${path} cannot be used.`,
          `Run \`rollcall validate ${path}\` for what is wrong.`,
        ]
  add(check('settings', 'fail', summary, { advice }))
  return null
}

function settingsOf({ baseUrl, accountId, network, headers }: Connection): string {
  const more = [
    ...(network.proxy === null ? [] : [`through the proxy ${network.proxy.shown}`]),
    ...(network.authorities === null ? [] : ['with certificate authorities of your own']),
    ...(Object.keys(headers).length === 0
      ? []
      : [`with ${count(Object.keys(headers).length, 'header')} for a gateway`]),
  ]
  return `${[`${baseUrl}, account ${accountId}`, ...more].join(', ')}.`
}

async function examine(
  connection: Connection,
  wanted: Wanted,
  servers: Servers,
  add: Add,
): Promise<void> {
  const named = await resolved(connection)
  add(named)
  if (named.status === 'fail') return
  if (!(await reached(connection, servers, add))) return
  const owner = await recognised(connection, servers, add)
  if (owner === null) return
  const account = owner.accounts.find(({ id }) => id === connection.accountId)
  if (account === undefined || account.suspended) {
    add(elsewhere(owner, connection.accountId, account !== undefined))
    return
  }
  add(fine('membership', `They are on account ${account.id}, "${account.name}".`))
  add(...(await sight(account.role, wanted, servers)))
}
