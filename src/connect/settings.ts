/**
 * Where to read and as whom, for one policy: flags, then environment, and the policy only as a
 * check on them. A policy never supplies an address or a token, because whoever can change a
 * policy must not be able to send the token elsewhere.
 */
import { isLoopback, parseServerAddress, type ServerAddress } from '../chatwoot/address.ts'
import { findLeftover } from '../chatwoot/pasted-value.ts'
import { type Secret, seal } from '../chatwoot/secret.ts'
import { type Diagnostic, diagnostic } from '../core/messages/diagnostic.ts'
import type { Located } from '../core/model/location.ts'
import type { Policy } from '../core/model/policy.ts'
import { getReason } from '../files/whole-file.ts'
import { makeReader, type Reader } from '../policy/read/named-file.ts'
import type { Values } from '../shell/arguments.ts'
import type { CONNECTION_OPTIONS } from '../shell/options.ts'
import type { World } from '../shell/world.ts'
import { makeInvalidSetting, type NetworkSettings, resolveNetwork } from './network.ts'

type Flags = Values<typeof CONNECTION_OPTIONS>

/** What a policy says about where it belongs; null where there is no policy. */
type Asserted = Pick<Policy, 'account' | 'server'> | null

export interface Connection extends NetworkSettings {
  readonly baseUrl: string
  readonly origin: string
  readonly accountId: number
  readonly token: Secret
}

/** What is known of the target even when it is not enough, and everything that is wrong. */
export interface ResolvedSettings {
  readonly origin: string | null
  readonly accountId: number | null
  readonly connection: Connection | null
  readonly problems: readonly Diagnostic[]
}

/** A setting with the name of where it comes from, as a message would call it. */
interface Given {
  readonly value: string
  readonly from: string
}

/** @param read shared by all accounts of a run */
export async function resolveSettings(
  policy: Asserted,
  flags: Flags,
  world: World,
  read = makeReader(world),
): Promise<ResolvedSettings> {
  const problems: Diagnostic[] = []
  const missing: string[] = []

  const address = findSetting('--base-url', flags['base-url'], 'CHATWOOT_BASE_URL', world)
  const server = address && readServer(address, flags, problems)
  if (address === null)
    missing.push(
      `the server's address: --base-url URL or ${describeUnset('CHATWOOT_BASE_URL', world)}`,
    )
  if (address && server) checkServer(policy?.server ?? null, server, address.from, problems)
  const way = server && (await resolveNetwork(server.baseUrl, flags, world, read, problems))

  const account = resolveAccount(policy, flags, server, address, world, problems)
  if (account === 'missing') {
    const inPolicy = policy === null ? '' : '`account:` in the policy, '
    missing.push(
      `the account: ${inPolicy}--account-id ID or ${describeUnset('CHATWOOT_ACCOUNT_ID', world)}`,
    )
  }
  const accountId = typeof account === 'number' ? account : null

  const token = await resolveToken(accountId, flags, world, read, problems)
  if (token === 'missing') {
    const own =
      accountId === null ? '' : `${describeUnset(`CHATWOOT_API_TOKEN_${accountId}`, world)}, `
    missing.push(
      `the access token: ${own}${describeUnset('CHATWOOT_API_TOKEN', world)} or --api-token-file FILE`,
    )
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

/** A variable that is set but empty counts as not set: that is how a missing CI secret looks. */
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

function describeUnset(variable: string, { env }: World): string {
  return env[variable] === undefined ? variable : `${variable} (it is set, but empty)`
}

function describeMissing(missing: readonly string[]): Diagnostic {
  return diagnostic({
    code: 'settings-missing',
    summary: `Not enough is known to read the account: ${missing.length === 1 ? 'one setting is' : `${missing.length} settings are`} missing.`,
    detail: `Missing: ${missing.join('; ')}.`,
  })
}

/** @param what of the setting, as the beginning of a sentence */
function reportLeftover(
  { value, from }: Given,
  problems: Diagnostic[],
  what = 'The value',
): boolean {
  const left = findLeftover(value)
  if (left !== null) problems.push(makeInvalidSetting(from, `${what} ${left.flaw}.`, left.advice))
  return left !== null
}

/** Null where the address cannot be one; `problems` then says why. */
export function readAddress(address: Given, problems: Diagnostic[]): ServerAddress | null {
  if (reportLeftover(address, problems)) return null
  const parsed = parseServerAddress(address.value)
  if (typeof parsed !== 'string') return parsed
  const advice = 'Write it like https://chat.acme.com, or paste the address of the dashboard.'
  problems.push(makeInvalidSetting(address.from, parsed, advice))
  return null
}

function readServer(address: Given, flags: Flags, problems: Diagnostic[]): ServerAddress | null {
  const parsed = readAddress(address, problems)
  if (parsed === null) return null
  if (
    parsed.baseUrl.startsWith('http:') &&
    !isLoopback(parsed.baseUrl) &&
    !flags['insecure-http']
  ) {
    problems.push(
      diagnostic({
        code: 'settings-insecure',
        summary: `${address.from} is ${parsed.baseUrl}: the token would cross the network in clear.`,
      }),
    )
  }
  return parsed
}

function checkServer(
  asserted: Located<string> | null,
  { origin }: ServerAddress,
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
      const advice = 'Give the number that follows /app/accounts/ in the address of the dashboard.'
      problems.push(
        makeInvalidSetting(
          named.from,
          `The account id "${named.value}" is not a positive number.`,
          advice,
        ),
      )
      return null
    }
    sources.push({ id, from: named.from })
  }
  if (server?.account != null && address) {
    sources.push({ id: server.account, from: `the dashboard address in ${address.from}` })
  }
  const [first, second] = sources
  if (first && second && first.id !== second.id) {
    problems.push(
      diagnostic({
        code: 'settings-conflict',
        summary: `${first.from} says account ${first.id}, ${second.from} says account ${second.id}.`,
        advice: 'Give the account once, or the same both times.',
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

function describeConflict(
  key: string,
  asserted: Located<string | number>,
  from: string,
  value: string | number,
): Diagnostic {
  return diagnostic({
    code: 'settings-conflict',
    summary: `The policy says ${key} ${asserted.value}, ${from} says ${value}.`,
    detail: 'A policy is only ever compared with the account that it names.',
    advice: `Correct \`${key}\` in the policy, or ${from}.`,
    location: asserted.location,
  })
}

/** Null where it is given but unusable; `problems` then says why, and never what it is. */
async function resolveToken(
  accountId: number | null,
  flags: Flags,
  world: World,
  read: Reader,
  problems: Diagnostic[],
): Promise<Given | null | 'missing'> {
  const file = flags['api-token-file']
  const plain = flags['chatwoot-api-token']
  if (file !== null && plain !== null) {
    problems.push(
      diagnostic({
        code: 'settings-conflict',
        summary: '--api-token-file and --chatwoot-api-token both give a token.',
        advice: 'Give one of them, best the file.',
      }),
    )
    return null
  }
  if (file !== null) return readTokenFile(file, read, problems)
  const own = accountId === null ? null : `CHATWOOT_API_TOKEN_${accountId}`
  const token =
    (own && findSetting('--chatwoot-api-token', plain, own, world)) ||
    findSetting('--chatwoot-api-token', plain, 'CHATWOOT_API_TOKEN', world)
  if (!token) return 'missing'
  return reportLeftover(token, problems) ? null : token
}

const LONGEST_TOKEN_FILE = 4096

async function readTokenFile(
  file: string,
  read: Reader,
  problems: Diagnostic[],
): Promise<Given | null> {
  const from = '--api-token-file'
  const advice =
    'Put the access token (Profile settings, Access Token) into that file, and nothing else.'
  try {
    const bytes = await read(file, LONGEST_TOKEN_FILE)
    const text = bytes === null ? null : new TextDecoder().decode(bytes).trim()
    if (text) {
      const token = { value: text, from }
      return reportLeftover(token, problems, `The token in ${file}`) ? null : token
    }
    const what = text === '' ? 'is empty' : 'is too long for a token'
    problems.push(makeInvalidSetting(from, `The file ${file} ${what}.`, advice))
  } catch (error) {
    problems.push(
      makeInvalidSetting(from, `The file ${file} cannot be read (${getReason(error)}).`, advice),
    )
  }
  return null
}
