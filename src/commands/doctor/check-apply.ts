/**
 * The checks of `rollcall doctor --for apply`: the role and the owner of the token, and what the account
 * has that changes what an apply can do. Sends nothing but GET.
 */
import type { Servers } from '../../connect/servers.ts'
import type { Connection } from '../../connect/settings.ts'
import { DIAGNOSTICS } from '../../core/messages/diagnostic-records.ts'
import { type CustomRolesObstacle, findCustomRolesObstacle } from '../../core/model/custom-role.ts'
import { normaliseEmail } from '../../core/model/names.ts'
import { listAgents, type Policy } from '../../core/model/policy.ts'
import { DAILY_LIMITS, SINCE } from '../../core/model/server-version.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { removeExpired } from '../../core/plan/policy-on-date.ts'
import type { Check } from '../../core/report/checkup.ts'
import { checkReading, type Wanted } from './check-token.ts'
import { attempt, fail, pass, warn } from './checks.ts'

/** @param policy null: there is none, or it is not valid today */
export async function checkForApply(
  owner: string,
  role: string,
  policy: Policy | null,
  wanted: Wanted,
  connection: Connection,
  servers: Servers,
  today: string,
): Promise<readonly Check[]> {
  const { checks: reading, snapshot } = await checkReading(role, wanted, servers)
  // A plan needs fewer rights, so its check judges the role differently.
  const checks = [
    checkWritingRole(role),
    ...reading.filter(({ check }) => check !== 'role'),
    checkOwner(owner, policy && removeExpired(policy, today)),
  ]
  if (snapshot === null || role !== 'administrator') return checks
  const features = await checkFeatures(policy, snapshot, connection, servers)
  return [...checks, features, checkSaml(snapshot), describeLimits()]
}

function checkWritingRole(role: string): Check {
  if (role === 'administrator') {
    return pass('role', 'The role of this person is administrator, which an apply needs.')
  }
  return fail('role', `The role of this person is ${role}. An apply needs an administrator.`, {
    advice: 'Use the token of an administrator who was made for apply.',
  })
}

/** An apply never touches its owner, so a plan that would is refused. */
function checkOwner(owner: string, policy: Policy | null): Check {
  if (policy === null) {
    return warn('owner', 'Without a policy, the owner of the token cannot be checked.', {
      advice: 'Name the policy: `rollcall doctor rollcall.yaml --for apply`.',
    })
  }
  if (policy.agents === null)
    return pass('owner', `The policy does not manage people, so not ${owner}.`)
  const entry = [...policy.agents.entries].find(
    ([email]) => normaliseEmail(email) === normaliseEmail(owner),
  )?.[1]
  if (entry?.role === 'administrator') {
    return pass('owner', `${owner} is an administrator of the policy.`)
  }
  const what = entry === undefined ? 'is not in the policy' : 'is an agent in the policy'
  return fail('owner', `${owner}, who owns the token, ${what}.`, {
    detail: DIAGNOSTICS['guard-token-owner'].meaning,
    advice: 'List this person in the policy with the role administrator.',
  })
}

async function checkFeatures(
  policy: Policy | null,
  { customRoles: shown }: Snapshot,
  connection: Connection,
  servers: Servers,
): Promise<Check> {
  const { readAccountFacts } = await import('../../chatwoot/account-facts.ts')
  const result = await attempt(() =>
    servers.use(connection, (client) => readAccountFacts(client, connection.accountId)),
  )
  if ('failure' in result) return fail('features', result.failure.summary)
  const { customRoles, newestAccessRow } = result.value
  const detail =
    newestAccessRow === null
      ? 'The audit log cannot be read, or is empty. An approval then does not notice if the account was changed and changed back.'
      : 'The audit log can be read: an approval also covers its newest row about access.'
  const obstacle = findCustomRolesObstacle(customRoles, shown)
  if (obstacle !== null && policy !== null && usesCustomRoles(policy)) {
    return warn('features', `The policy uses custom roles, but ${OBSTACLES[obstacle]}.`, {
      detail,
      advice: DIAGNOSTICS['guard-custom-roles'].remedy,
    })
  }
  const has = { true: 'has', false: 'does not have', null: 'does not say whether it has' } as const
  return pass('features', `The account ${has[`${customRoles}`]} custom roles.`, { detail })
}

const OBSTACLES: Readonly<Record<CustomRolesObstacle, string>> = {
  unknown: 'the server does not say whether the account has them',
  off: 'the account does not have them',
  hidden: 'the server does not show those of the account',
}

function usesCustomRoles(policy: Policy): boolean {
  const people = listAgents(policy)
  return policy.customRoles !== null || people.some(({ customRole }) => customRole !== null)
}

function checkSaml({ agents }: Snapshot): Check {
  const own = agents.filter(({ provider }) => provider === 'saml').length
  if (own === 0) return pass('saml', 'Nobody on the account signs in with SAML.')
  return warn('saml', `${own} of ${agents.length} people sign in with SAML.`, {
    detail:
      'The identity provider decides too: somebody who is removed comes back when they sign in. Invitations and narrower custom roles need --allow.',
    advice:
      'Remove people at the identity provider first, and keep one administrator with a password.',
  })
}

function describeLimits(): Check {
  const { removals, invitations } = DAILY_LIMITS
  const summary = `An apply writes at most ${removals} removals and ${invitations} invitations.`
  return pass('limits', summary, {
    detail: `From Chatwoot ${SINCE.dailyLimits} on, these are the limits of an account for one day (UTC). This API does not show how much of them is used already, or how many seats are free.`,
  })
}
