/** The checks of `rollcall doctor` that need the token: whether it arrives, its owner, what it can read. */
import type { Client } from '../../chatwoot/client.ts'
import type { Owner } from '../../chatwoot/decode.ts'
import { PROFILE_PATH } from '../../chatwoot/paths.ts'
import type { Parts } from '../../chatwoot/read.ts'
import type { Servers } from '../../connect/servers.ts'
import type { Connection } from '../../connect/settings.ts'
import type { Diagnostic } from '../../core/messages/diagnostic.ts'
import { DIAGNOSTICS } from '../../core/messages/diagnostic-records.ts'
import { count, countGroups } from '../../core/messages/phrase.ts'
import { joinWords, KINDS } from '../../core/model/kinds.ts'
import type { CustomRoles, Snapshot } from '../../core/model/snapshot.ts'
import type { Check } from '../../core/report/checkup.ts'
import { describeReading } from '../../core/report/report.ts'
import { API_LIMITS } from '../../views/labels.ts'
import { attempt, type Checking, convertDiagnostic, fail, pass, warn } from './checks.ts'

const ARRIVES = pass('header', 'Api-Access-Token arrives.')

/** The owner of the token; null if the token did not arrive or is unknown. */
export async function* checkToken(
  connection: Connection,
  servers: Servers,
): Checking<Owner | null> {
  const { decodeOwner } = await import('../../chatwoot/decode.ts')
  const ask = (client: Client) => client.get(PROFILE_PATH, decodeOwner)
  const result = await attempt(() => servers.use(connection, ask))
  if ('failure' in result) {
    const { failure } = result
    if (failure.code !== 'token-not-received') {
      if (DIAGNOSTICS[failure.code].shows === 'the token arrived') yield ARRIVES
      yield convertDiagnostic('token', failure)
      return null
    }
    const again = await attempt(() =>
      servers.use({ ...connection, spelling: 'api_access_token' }, ask),
    )
    const arrives = 'value' in again || again.failure.code !== failure.code
    yield {
      ...convertDiagnostic('header', failure),
      summary: arrives
        ? 'Something between you and Chatwoot removes the header Api-Access-Token, but api_access_token arrives.'
        : 'Something between you and Chatwoot removes the token: neither Api-Access-Token nor api_access_token arrives.',
      advice: arrives
        ? 'Configure the proxy in front of Chatwoot to pass on Api-Access-Token: look for its list of allowed headers. rollcall sends only this header, because most proxies remove api_access_token.'
        : 'Configure the proxy in front of Chatwoot to pass on the header Api-Access-Token: look for its lists of allowed or removed headers.',
    }
    return null
  }
  yield ARRIVES
  yield pass('token', `The token belongs to ${result.value.email}.`)
  return result.value
}

/** The role of the owner; null if this person cannot read the account. */
export async function* checkMembership(
  { email, accounts }: Owner,
  accountId: number,
): Checking<string | null> {
  const account = accounts.find(({ id }) => id === accountId)
  if (account === undefined) {
    const own = accounts.map(({ id, name }) => `${id} "${name}"`).join(', ')
    yield fail('membership', `${email} is not on account ${accountId}.`, {
      detail:
        own === '' ? 'This person is not on any account.' : `The accounts of this person: ${own}.`,
      advice: `Correct the account id, or add this person to account ${accountId}; the role agent is enough.`,
    })
    return null
  }
  if (account.suspended) {
    const advice = DIAGNOSTICS['account-suspended'].remedy
    yield fail('membership', `Account ${accountId} is suspended.`, { advice })
    return null
  }
  yield pass('membership', `This person is on account ${accountId}, "${account.name}".`)
  if (account.role === null) {
    yield fail('role', `This person has no role on account ${accountId}.`, {
      advice:
        'Give this person a role in Chatwoot (Settings, Agents), or use the token of another person.',
    })
  }
  return account.role
}

const RESTRICTED = KINDS.filter(({ shownTo }) => shownTo === 'administrators')
/** What a token shows, by the role of its owner. */
const [ADMINISTRATORS, EVERYBODYS] = [
  [...RESTRICTED.map(({ plural }) => plural), 'custom roles'],
  ['agents', ...KINDS.filter((of) => !RESTRICTED.includes(of)).map(({ plural }) => plural)],
].map((words) => joinWords('and', words))
const WEAKEST = 'Use the token of a separate user with the role agent'
const LEAKED = 'Somebody who gets an administrator token controls the account.'

/**
 * The best token is the weakest one that is strong enough.
 * @param names whether the policy names custom roles and the server supports them
 * @param sections whether the policy has sections that only an administrator can read
 */
function checkRole(role: string, names: boolean, sections: boolean): Check {
  const is = `The role of this person is ${role}`
  if (role !== 'administrator') {
    if (!names) return pass('role', `${is}, the weakest that can read ${EVERYBODYS}.`)
    return warn('role', `${is}, which cannot read the names of custom roles.`, {
      detail:
        'The policy names custom roles. This works now because nobody affected has a custom role.',
      advice:
        'Write custom roles by id, `custom_role: {id: …}`, or use the token of an administrator.',
    })
  }
  if (sections) {
    const why = `only an administrator can read all ${ADMINISTRATORS}`
    return pass('role', `${is}, and the policy needs it: ${why}.`, {
      detail: `${LEAKED} Use it only in a nightly job that saves a snapshot; pull requests plan that snapshot and need no token.`,
    })
  }
  if (names) {
    return pass('role', `${is}, which is needed to read the names of custom roles.`, {
      detail: `${LEAKED} If the policy writes custom roles by id, a user with the role agent is enough.`,
    })
  }
  return warn('role', `${is}, which is more than rollcall needs to read the account.`, {
    detail: LEAKED,
    advice: `${WEAKEST}: it can read ${EVERYBODYS} too. You need an administrator only for ${ADMINISTRATORS}.`,
  })
}

export interface Wanted {
  /** Reads the account as a plan with this policy would. */
  readonly read: (servers: Servers) => Promise<Snapshot>
  /** The errors that would leave that plan without a verdict. */
  readonly judge: (snapshot: Snapshot) => readonly Diagnostic[]
  /** What that plan reads. */
  readonly parts: Parts
}

function isOfRole({ code }: Diagnostic): boolean {
  return DIAGNOSTICS[code].shows === 'a role that is too weak'
}

/**
 * Checks whether a plan with this token would have a verdict, and whether the token fits the job. The
 * snapshot is null if the account could not be read.
 */
export async function checkReading(
  role: string,
  { read, judge, parts }: Wanted,
  servers: Servers,
): Promise<{ readonly checks: readonly Check[]; readonly snapshot: Snapshot | null }> {
  const customRoleNames = parts.customRoles !== 'none'
  const sections = RESTRICTED.some((of) => parts.groups.has(of)) || parts.customRoles === 'all'
  const result = await attempt(() => read(servers))
  if ('failure' in result) {
    const known = customRoleNames || sections ? [] : [checkRole(role, false, false)]
    return { checks: [...known, convertDiagnostic('sight', result.failure)], snapshot: null }
  }
  const snapshot = result.value
  const { customRoles } = snapshot
  const { agents, groups } = describeReading(snapshot, null)
  const problems = judge(snapshot)
  const ofRole = problems.filter(isOfRole)
  const others = problems.filter((each) => !isOfRole(each))
  // A server without custom roles has no names, so they need no stronger token.
  const names = customRoleNames && customRoles.kind !== 'unsupported'
  const summary = `The token can read ${count(agents, 'agent')} with their roles, and ${countGroups(groups).join(', ')} with their members.`
  const detail = `${describeCustomRoles(customRoles, role)} ${API_LIMITS}`
  const checks = [
    ...(ofRole.length > 0
      ? ofRole.map((each) => convertDiagnostic('role', each))
      : [checkRole(role, names, sections)]),
    ...(others.length > 0
      ? others.map((each) => convertDiagnostic('sight', each))
      : [pass('sight', summary, { detail })]),
  ]
  return { checks, snapshot }
}

function describeCustomRoles({ kind }: CustomRoles, role: string): string {
  if (kind === 'unsupported') return 'This server does not support custom roles.'
  const named = kind === 'read' || (kind === 'unread' && role === 'administrator')
  return `It can read ${named ? 'the names' : 'only the ids'} of custom roles.`
}
