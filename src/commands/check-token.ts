/** The checks of `rollcall doctor` that need the token: does it arrive, whose is it, what it sees. */
import type { Client } from '../chatwoot/client.ts'
import type { Owner } from '../chatwoot/self.ts'
import { count } from '../core/phrase.ts'
import type { Check } from '../views/doctor.ts'
import { BLIND } from '../views/words.ts'
import { type Add, attempt, check, fine, told } from './checks.ts'
import type { Servers } from './servers.ts'
import type { Connection } from './settings.ts'

const ARRIVES = fine('header', 'Api-Access-Token arrives.')
/** Refusals of a server that has seen a token. */
const ARRIVED: readonly string[] = ['token-unknown', 'token-of-a-bot']

/** The owner of the token, once it has arrived and is known. */
export async function recognised(
  connection: Connection,
  servers: Servers,
  add: Add,
): Promise<Owner | null> {
  const { decodeOwner } = await import('../chatwoot/self.ts')
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
      advice: 'Check the account id; a super administrator can set the account to active again.',
    })
  }
  const own = accounts.map(({ id, name }) => `${id} "${name}"`).join(', ')
  return check('membership', 'fail', `${email} is not on account ${accountId}.`, {
    detail: own === '' ? 'They are on no account at all.' : `Their accounts: ${own}.`,
    advice: `Correct the account id, or add them to account ${accountId}; the role agent is enough.`,
  })
}

const WEAKEST = 'Use the token of a user of its own with the role agent'

/**
 * The weakest token that does the job is the best one.
 * @param names whether the policy gives custom roles by name
 */
export function roleOf(role: string, names: boolean): Check {
  if (role !== 'administrator') {
    if (!names)
      return fine('role', `Their role is ${role}, the weakest that reads agents and teams.`)
    return check(
      'role',
      'warn',
      `Their role is ${role}, which does not read names of custom roles.`,
      {
        detail: 'The policy gives custom roles by name.',
        advice: 'Write them by id, `custom_role: {id: …}`, or use the token of an administrator.',
      },
    )
  }
  const leaked = 'An administrator token that leaks owns the account.'
  if (names) {
    return check(
      'role',
      'ok',
      'Their role is administrator: the names of custom roles need that.',
      {
        detail: `${leaked} With custom roles by id in the policy, a user with the role agent would do.`,
      },
    )
  }
  return check('role', 'warn', 'Their role is administrator, more than a read needs.', {
    detail: leaked,
    advice: `${WEAKEST}: it reads agents and teams just as well. Only names of custom roles need more.`,
  })
}

export async function sight(
  connection: Connection,
  role: string,
  servers: Servers,
): Promise<Check> {
  const { decodeAgents, decodeMembers, decodeTeams } = await import('../chatwoot/decode.ts')
  const { accountId } = connection
  const account = `/api/v1/accounts/${accountId}`
  const asked = await attempt(() =>
    servers.use(connection, async (client) => {
      const { agents, customRoles } = await client.get(`${account}/agents`, decodeAgents(accountId))
      const teams = await client.get(`${account}/teams`, decodeTeams(accountId))
      const [first] = teams
      const path = `${account}/teams/${first?.id}/team_members`
      if (first !== undefined) await client.get(path, decodeMembers(accountId))
      return { agents: agents.length, teams: teams.length, customRoles }
    }),
  )
  if ('failure' in asked) return told('sight', asked.failure)
  const { agents, teams, customRoles } = asked.value
  const names = !customRoles
    ? 'This server does not know custom roles.'
    : role === 'administrator'
      ? 'It may read the names of custom roles.'
      : 'It sees custom roles by id only.'
  const summary = `It sees ${count(agents, 'agent')} with their roles, and ${count(teams, 'team')} with their members.`
  return check('sight', 'ok', summary, { detail: `${names} ${BLIND}` })
}
