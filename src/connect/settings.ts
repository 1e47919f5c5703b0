/**
 * Resolves server, account and token for one policy. Options override environment variables. The
 * policy is only a check: it never supplies an address or a token, because somebody who can change
 * a policy must not be able to send the token to another server.
 */
import { isUnencrypted, parseServerAddress } from '../chatwoot/address.ts'
import { findLeftover } from '../chatwoot/pasted-value.ts'
import { findFlaw, type Secret, seal } from '../chatwoot/secret.ts'
import { type Diagnostic, makeDiagnostic } from '../core/messages/diagnostic.ts'
import type { ServerAddress } from '../core/model/fleet.ts'
import type { Located } from '../core/model/location.ts'
import type { Policy } from '../core/model/policy.ts'
import { explainError } from '../files/whole-file.ts'
import { makeReader, type Reader } from '../policy/read/named-file.ts'
import type { Values } from '../shell/arguments.ts'
import type { CONNECTION_OPTIONS } from '../shell/options.ts'
import type { World } from '../shell/world.ts'
import { type NetworkSettings, refuseSetting, resolveNetwork } from './network.ts'

type Flags = Values<typeof CONNECTION_OPTIONS>

/** Which account and server a policy is for; null if there is no policy. */
type Asserted = Pick<Policy, 'account' | 'server'> | null

export interface Connection extends NetworkSettings {
  readonly baseUrl: string
  readonly origin: string
  readonly accountId: number
  readonly token: Secret
}

/** What is known of the target, even if it is incomplete, and every error. */
export interface ResolvedSettings {
  readonly origin: string | null
  readonly accountId: number | null
  readonly connection: Connection | null
  readonly problems: readonly Diagnostic[]
}

/** A value, and the option or variable that it comes from. */
interface Given {
  readonly value: string
  readonly from: string
}

/** The variables that may have the token. */
export interface TokenVariables {
  readonly name: string
  /** Whether there is one for each account, with its id after the name. */
  readonly perAccount: boolean
}

const READING: TokenVariables = { name: 'CHATWOOT_API_TOKEN', perAccount: true }

/** @param read shared by all accounts of a run, because a pipe can be read only once */
export async function resolveSettings(
  policy: Asserted,
  flags: Flags,
  world: World,
  read = makeReader(world),
  variables = READING,
): Promise<ResolvedSettings> {
  const problems: Diagnostic[] = []
  const missing: string[] = []

  const address = findSetting('--base-url', flags['base-url'], 'CHATWOOT_BASE_URL', world)
  const server = address && readServer(address, flags, problems)
  if (address === null)
    missing.push(`the base URL: --base-url URL or ${describeUnset('CHATWOOT_BASE_URL', world)}`)
  if (address && server) checkAssertedServer(policy?.server ?? null, server, address.from, problems)
  const way = server && (await resolveNetwork(server.baseUrl, flags, world, read, problems))

  const account = resolveAccount(policy, flags, server, address, world, problems)
  // An invalid address may still name the account: then it is one error, not two.
  const named = server === null && /\/accounts\/\d/.test(address?.value ?? '')
  if (account === 'missing' && !named) {
    const inPolicy = policy === null ? '' : '`account:` in the policy, '
    const unset = describeUnset('CHATWOOT_ACCOUNT_ID', world)
    missing.push(
      `the account: ${inPolicy}--account-id ID or ${unset} (the number after /app/accounts/ in the URL of the dashboard)`,
    )
  }
  const accountId = typeof account === 'number' ? account : null

  const names = [
    ...(accountId === null || !variables.perAccount ? [] : [`${variables.name}_${accountId}`]),
    variables.name,
  ]
  const token = await resolveToken(names, flags, world, read, problems)
  if (token === 'missing') {
    const unset = names.map((name) => describeUnset(name, world)).join(', ')
    missing.push(`the access token: ${unset} or --api-token-file FILE`)
  }
  if (missing.length > 0) problems.push(describeMissing(missing))

  const { baseUrl, origin } = server ?? {}
  const complete = problems.length === 0 && accountId !== null && baseUrl && origin && way
  return {
    origin: origin ?? null,
    accountId,
    connection:
      complete && typeof token === 'object' && token !== null
        ? { baseUrl, origin, accountId, token: seal(token.value), ...way }
        : null,
    problems,
  }
}

/** An empty variable counts as not set, because a missing CI secret becomes an empty variable. */
export function findSetting(
  flag: string,
  value: string | null,
  variable: string,
  { env }: World,
): Given | null {
  if (value !== null) return { value, from: flag }
  const set = env[variable]?.trim()
  return set ? { value: set, from: variable } : null
}

export function describeUnset(variable: string, { env }: World): string {
  return env[variable] === undefined ? variable : `${variable} (it is set, but empty)`
}

function describeMissing(missing: readonly string[]): Diagnostic {
  return makeDiagnostic({
    code: 'settings-missing',
    summary: `rollcall cannot read the account: ${missing.length === 1 ? 'one setting is' : `${missing.length} settings are`} missing.`,
    detail: `Missing: ${missing.join('; ')}.`,
  })
}

function reportLeftover({ value, from }: Given, problems: Diagnostic[], what?: string): boolean {
  const left = findLeftover(value, from, what)
  if (left !== null) problems.push(left)
  return left !== null
}

/** Null if the address is invalid; the error is then in `problems`. */
export function readAddress(address: Given, problems: Diagnostic[]): ServerAddress | null {
  if (reportLeftover(address, problems)) return null
  const parsed = parseServerAddress(address.value)
  if (typeof parsed !== 'string') return parsed
  const advice = 'Write it like https://chat.acme.com, or paste the URL of the dashboard.'
  refuseSetting(problems, address.from, parsed, advice)
  return null
}

function readServer(address: Given, flags: Flags, problems: Diagnostic[]): ServerAddress | null {
  const parsed = readAddress(address, problems)
  if (parsed === null) return null
  if (isUnencrypted(parsed.baseUrl) && !flags['insecure-http']) {
    problems.push(
      makeDiagnostic({
        code: 'settings-insecure',
        summary: `${address.from} is ${parsed.baseUrl}: rollcall would send the token unencrypted over the network.`,
      }),
    )
  }
  return parsed
}

export function checkAssertedServer(
  asserted: Located<string> | null,
  { origin }: Pick<ServerAddress, 'origin'>,
  from: string,
  problems: Diagnostic[],
): void {
  if (asserted === null || asserted.value === origin) return
  problems.push(describeConflict('server', asserted, from, origin))
}

export function resolveAccount(
  policy: Asserted,
  flags: Flags,
  server: ServerAddress | null,
  address: Given | null,
  world: World,
  problems: Diagnostic[],
): number | null | 'missing' {
  const named = findSetting('--account-id', flags['account-id'], 'CHATWOOT_ACCOUNT_ID', world)
  const sources: { id: number; from: string }[] = []
  if (named) {
    if (reportLeftover(named, problems)) return null
    const id = /^[1-9]\d{0,14}$/.test(named.value.trim()) ? Number(named.value) : null
    if (id === null) {
      const advice = 'Use the number that follows /app/accounts/ in the URL of the dashboard.'
      const what = `The account id "${named.value}" is not a positive number.`
      refuseSetting(problems, named.from, what, advice)
      return null
    }
    sources.push({ id, from: named.from })
  }
  if (server?.account != null && address) {
    sources.push({ id: server.account, from: `the dashboard URL in ${address.from}` })
  }
  const [first, second] = sources
  if (first && second && first.id !== second.id) {
    problems.push(
      makeDiagnostic({
        code: 'settings-conflict',
        summary: `${first.from} says account ${first.id}, ${second.from} says account ${second.id}.`,
        advice: 'Use the same account in both, or remove one of them.',
      }),
    )
    return null
  }
  if (policy?.account == null) return first?.id ?? 'missing'
  if (first && first.id !== policy.account.value) {
    problems.push(describeConflict('account', policy.account, first.from, first.id))
  }
  return policy.account.value
}

export function describeConflict(
  key: string,
  asserted: Located<string | number>,
  from: string,
  value: string | number,
): Diagnostic {
  return makeDiagnostic({
    code: 'settings-conflict',
    summary: `The policy says ${key} ${asserted.value}, ${from} says ${value}.`,
    detail: 'rollcall compares a policy only with the account that it names.',
    advice: `Correct \`${key}\` in the policy, or correct ${from}.`,
    location: asserted.location,
  })
}

/** Null if it is given but invalid; `problems` then has the error, never the token. */
async function resolveToken(
  variables: readonly string[],
  flags: Flags,
  world: World,
  read: Reader,
  problems: Diagnostic[],
): Promise<Given | null | 'missing'> {
  const file = flags['api-token-file']
  const plain = flags['chatwoot-api-token']
  if (file !== null && plain !== null) {
    problems.push(
      makeDiagnostic({
        code: 'settings-conflict',
        summary: '--api-token-file and --chatwoot-api-token both give a token.',
        advice: 'Use only one of them, preferably the file.',
      }),
    )
    return null
  }
  if (file !== null) return readTokenFile(file, read, problems)
  const token = variables
    .map((name) => findSetting('--chatwoot-api-token', plain, name, world))
    .find((found) => found !== null)
  if (!token) return 'missing'
  return checkToken(token, problems)
}

/** Null if it cannot be a token. The error, which never quotes it, is then in `problems`. */
export function checkToken(token: Given, problems: Diagnostic[], what = 'The value'): Given | null {
  if (reportLeftover(token, problems, what)) return null
  if (findFlaw(seal(token.value)) === null) return token
  const flaw = 'contains a space, a line break or another character that no token has'
  const advice = 'Copy only the access token, from Profile settings in the dashboard.'
  refuseSetting(problems, token.from, `${what} ${flaw}.`, advice)
  return null
}

const LONGEST_TOKEN_FILE = 4096

export async function readTokenFile(
  file: string,
  read: Reader,
  problems: Diagnostic[],
  from = '--api-token-file',
): Promise<Given | null> {
  const advice = 'Write only the access token (Profile settings, Access Token) into that file.'
  try {
    const bytes = await read(file, LONGEST_TOKEN_FILE)
    const text = bytes === null ? null : new TextDecoder().decode(bytes).trim()
    if (text) {
      return checkToken({ value: text, from }, problems, `The token in ${file}`)
    }
    const what = text === '' ? 'is empty' : 'is too long for a token'
    refuseSetting(problems, from, `The file ${file} ${what}.`, advice)
  } catch (error) {
    refuseSetting(
      problems,
      from,
      `The file ${file} cannot be read (${explainError(error)}).`,
      advice,
    )
  }
  return null
}
