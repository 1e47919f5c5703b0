/** The checks of `rollcall doctor` that need the token: does it arrive, whose is it, what it sees. */
import type { Client } from '../../chatwoot/client.ts'
import type { Owner } from '../../chatwoot/self.ts'
import type { Servers } from '../../connect/servers.ts'
import type { Connection } from '../../connect/settings.ts'
import type { Diagnostic } from '../../core/messages/diagnostic.ts'
import { DIAGNOSTICS } from '../../core/messages/diagnostic-records.ts'
import { count } from '../../core/messages/phrase.ts'
import type { CustomRoles, Snapshot } from '../../core/model/snapshot.ts'
import type { Check } from '../../core/report/checkup.ts'
import { API_LIMITS } from '../../views/labels.ts'
import { type Add, attempt, check, fine, told } from './checks.ts'

const ARRIVES = fine('header', 'Api-Access-Token arrives.')
/** Refusals of a server that has seen a token. */
const ARRIVED: readonly string[] = ['token-unknown', 'token-of-a-bot']

/** The owner of the token, once it has arrived and is known. */
export async function recognised(
  connection: Connection,
  servers: Servers,
  add: Add,
): Promise<Owner | null> {
  const { decodeOwner } = await import('../../chatwoot/self.ts')
  const ask = (client: Client) => client.get('/api/v1/profile', decodeOwner)
  const asked = await attempt(() => servers.use(connection, ask))
  if ('failure' in asked) {
    const { failure } = asked
    if (failure.code !== 'token-not-received') {
      if (ARRIVED.includes(failure.code)) add(ARRIVES)
      add(told('token', failure))
      return null
    }
    const again = await attempt(() =>
      servers.use({ ...connection, spelling: 'api_access_token' }, ask),
    )
    const arrives = 'value' in again || again.failure.code !== failure.code
    add({
      ...told('header', failure),
      summary: arrives
        ? 'Something on the way drops the header Api-Access-Token; api_access_token arrives.'
        : 'Something on the way drops the token: neither Api-Access-Token nor api_access_token arrives.',
      advice: arrives
        ? 'Let the proxy in front of Chatwoot pass Api-Access-Token on: look for a list of headers that it allows. rollcall sends that form only, because most proxies drop the other one.'
        : 'Let the proxy in front of Chatwoot pass the header Api-Access-Token on: look for a list of headers that it allows or removes.',
    })
    return null
  }
  add(ARRIVES)
  add(fine('token', `The token belongs to ${asked.value.email}.`))
  return asked.value
}

export function elsewhere(
  { email, accounts }: Owner,
  accountId: number,
  suspended: boolean,
): Check {
  if (suspended) {
    return check('membership', 'fail', `Account ${accountId} is suspended.`, {
      advice: DIAGNOSTICS['account-suspended'].remedy,
    })
  }
  const own = accounts.map(({ id, name }) => `${id} "${name}"`).join(', ')
  return check('membership', 'fail', `${email} is not on account ${accountId}.`, {
    detail: own === '' ? 'They are on no account at all.' : `Their accounts: ${own}.`,
    advice: `Correct the account id, or add them to account ${accountId}; the role agent is enough.`,
  })
}

const WEAKEST = 'Use the token of a user of its own with the role agent'
const LEAKED = 'An administrator token that leaks owns the account.'

/**
 * The weakest token that does the job is the best one.
 * @param names whether the policy gives custom roles by name, on a server that has any
 */
function roleOf(role: string, names: boolean): Check {
  if (role !== 'administrator') {
    if (!names)
      return fine('role', `Their role is ${role}, the weakest that reads agents and teams.`)
    return check(
      'role',
      'warn',
      `Their role is ${role}, which does not read names of custom roles.`,
      {
        detail: 'The policy gives custom roles by name. Nobody whom that concerns has one now.',
        advice: 'Write them by id, `custom_role: {id: …}`, or use the token of an administrator.',
      },
    )
  }
  if (names) {
    return check(
      'role',
      'ok',
      'Their role is administrator: the names of custom roles need that.',
      {
        detail: `${LEAKED} With custom roles by id in the policy, a user with the role agent would do.`,
      },
    )
  }
  return check('role', 'warn', 'Their role is administrator, more than a read needs.', {
    detail: LEAKED,
    advice: `${WEAKEST}: it reads agents and teams just as well. Only names of custom roles need more.`,
  })
}

export interface Wanted {
  /** As a plan with this policy reads. */
  readonly read: (servers: Servers) => Promise<Snapshot>
  /** What would keep that plan from a verdict. */
  readonly judge: (snapshot: Snapshot) => readonly Diagnostic[]
  /** Whether the policy gives custom roles by name. */
  readonly customRoleNames: boolean
}

/** What a plan with this token would come to, and whether the token is the right one for it. */
export async function sight(
  role: string,
  { read, judge, customRoleNames }: Wanted,
  servers: Servers,
): Promise<readonly Check[]> {
  const asked = await attempt(() => read(servers))
  if ('failure' in asked) {
    const known = customRoleNames ? [] : [roleOf(role, false)]
    return [...known, told('sight', asked.failure)]
  }
  const { agents, teams, customRoles } = asked.value
  const problems = judge(asked.value)
  const ofRole = problems.filter(({ code }) => code === 'read-custom-roles')
  const others = problems.filter(({ code }) => code !== 'read-custom-roles')
  // Names that no server could have are nothing to be stronger for.
  const names = customRoleNames && customRoles.kind !== 'unsupported'
  const summary = `It sees ${count(agents.length, 'agent')} with their roles, and ${count(teams.length, 'team')} with their members.`
  return [
    ...(ofRole.length > 0 ? ofRole.map((each) => told('role', each)) : [roleOf(role, names)]),
    ...(others.length > 0
      ? others.map((each) => told('sight', each))
      : [check('sight', 'ok', summary, { detail: `${namesIn(customRoles, role)} ${API_LIMITS}` })]),
  ]
}

function namesIn({ kind }: CustomRoles, role: string): string {
  switch (kind) {
    case 'unsupported':
      return 'This server does not know custom roles.'
    case 'read':
      return 'It may read the names of custom roles.'
    case 'unreadable':
      return 'It sees custom roles by id only.'
    case 'unread':
      return role === 'administrator'
        ? 'It may read the names of custom roles.'
        : 'It sees custom roles by id only.'
  }
}
