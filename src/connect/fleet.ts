/**
 * The accounts of a fleet file, with the settings of each. Only the fleet file supplies servers and
 * tokens: no option and no `CHATWOOT_*` variable does, because the token of one server must never
 * be sent to another. Does not know what is done with an account.
 */
import { dirname, isAbsolute, join } from 'node:path'
import { isUnencrypted, parseServerAddress } from '../chatwoot/address.ts'
import { seal } from '../chatwoot/secret.ts'
import { type Diagnostic, Failure, makeDiagnostic } from '../core/messages/diagnostic.ts'
import { groupBy } from '../core/model/collect.ts'
import type { Fleet, FleetAccount } from '../core/model/fleet.ts'
import type { Policy } from '../core/model/policy.ts'
import type { Target } from '../core/report/report.ts'
import { explainError } from '../files/whole-file.ts'
import { describeUnreadableFleet, MAX_FLEET_BYTES, parseFleet } from '../policy/read/fleet.ts'
import { loadPolicies } from '../policy/read/load.ts'
import { isStdin, makeReader, type Reader, readNamed, showName } from '../policy/read/named-file.ts'
import { type PolicySource, rejectSource } from '../policy/read/parse.ts'
import type { Values } from '../shell/arguments.ts'
import type { CONNECTION_OPTIONS } from '../shell/options.ts'
import type { World } from '../shell/world.ts'
import { resolveNetwork } from './network.ts'
import { type Servers, withServers } from './servers.ts'
import {
  checkAssertedServer,
  checkToken,
  describeConflict,
  describeUnset,
  type ResolvedSettings,
  readTokenFile,
} from './settings.ts'

type Flags = Values<typeof CONNECTION_OPTIONS>

/** Throws a Failure with every error of the file. */
export async function loadFleet(
  name: string,
  flags: Pick<Flags, 'insecure-http'>,
  world: World,
): Promise<Fleet> {
  const shown = showName(name)
  const bytes = await readNamed(name, MAX_FLEET_BYTES, world).catch((error) => {
    throw new Failure(describeUnreadableFleet(shown, explainError(error)))
  })
  if (bytes === null) throw new Failure(describeUnreadableFleet(shown, 'it is larger than 8 MiB'))
  return parseFleet(shown, bytes, (text) => {
    const address = parseServerAddress(text)
    if (typeof address === 'string' || flags['insecure-http']) return address
    const { baseUrl } = address
    return isUnencrypted(baseUrl)
      ? `rollcall would send the token unencrypted to ${baseUrl}.`
      : address
  })
}

/** Options that would supply what the fleet file supplies. */
const SUPPLIED = [
  'base-url',
  'account-id',
  'api-token-file',
  'chatwoot-api-token',
  'ca-file',
  'header-file',
] as const

/**
 * Throws a Failure if the command line names something that the fleet file supplies.
 * @param others further options that make no sense for a fleet, by whether they are given
 */
export function checkFleetFlags(
  flags: Partial<Pick<Flags, (typeof SUPPLIED)[number]>>,
  positionals: readonly string[],
  others: Readonly<Record<string, boolean>> = {},
): void {
  const given = SUPPLIED.filter((name) => (flags[name] ?? null) !== null)
  const problems = [...given, ...Object.keys(others).filter((name) => others[name])].map((name) =>
    makeDiagnostic({
      code: 'usage-option',
      summary: `--${name} cannot be combined with --fleet.`,
      detail: SUPPLIED.some((each) => each === name)
        ? 'Only the fleet file supplies servers, accounts and tokens.'
        : null,
      advice: `Remove --${name}, or run without --fleet.`,
    }),
  )
  const [policy] = positionals
  if (policy !== undefined) {
    problems.push(
      makeDiagnostic({
        code: 'usage-argument',
        summary: `The policy "${policy}" cannot be combined with --fleet.`,
        advice: 'Name it in the fleet file, or run without --fleet.',
      }),
    )
  }
  if (problems.length > 0) throw new Failure(...problems)
}

/** Files that the fleet names, as this working directory reaches them. */
function locateFile(fleet: Fleet, path: string): string {
  if (isAbsolute(path)) return path
  const joined = join(dirname(fleet.path), path)
  return isStdin(joined) ? `./${joined}` : joined
}

/** Everything that a run over the fleet reads, so that no report overwrites it. */
export function listFleetFiles(fleet: Fleet): readonly string[] {
  return fleet.accounts.flatMap(({ policy, token, caFile, headerFile }) =>
    [policy, token.from === 'token_file' ? token : null, caFile, headerFile].flatMap((each) =>
      each === null ? [] : locateFile(fleet, each.value),
    ),
  )
}

/** The policy of one account, with an error if it is of another one. */
export async function loadFleetPolicy(
  fleet: Fleet,
  account: FleetAccount,
  world: World,
): Promise<PolicySource> {
  const path = locateFile(fleet, account.policy.value)
  const [source, second] = await loadPolicies([path], world)
  if (source === undefined || second !== undefined) {
    const problem = makeDiagnostic({
      code: 'settings-fleet-invalid',
      summary: `The policy of ${account.name} is the folder ${path}, which contains several policies.`,
      advice: 'Name one of them: an account has one policy.',
      location: account.policy.location,
    })
    return rejectSource(path, problem)
  }
  if (source.policy === null) {
    return { ...source, diagnostics: source.diagnostics.map((each) => placeInFleet(each, account)) }
  }
  const diagnostics = findOtherAccount(source.policy, account)
  return diagnostics.length === 0 ? source : { ...source, policy: null, diagnostics }
}

/** If the file itself is wrong, the error is at the line that names it. */
function placeInFleet(problem: Diagnostic, { name, policy }: FleetAccount): Diagnostic {
  if (problem.location !== null) return problem
  const { location } = policy
  if (problem.code !== 'policy-not-found') return { ...problem, location }
  const advice = `Correct \`policy\` of ${name}: its path is relative to the fleet file.`
  return { ...problem, advice, location }
}

function findOtherAccount(policy: Policy, entry: FleetAccount): readonly Diagnostic[] {
  const problems: Diagnostic[] = []
  const { account, server } = entry
  const from = `the fleet file for ${entry.name}`
  checkAssertedServer(policy.server, server.value, from, problems)
  if (policy.account !== null && policy.account.value !== account.value) {
    problems.push(describeConflict('account', policy.account, from, account.value))
  }
  return problems
}

/** What a report says about an account before it is read. */
export function describeTarget(
  { server, account }: FleetAccount,
  { path, sha256, policy }: PolicySource,
): Target {
  return { path, sha256, policy, server: server.value.origin, accountId: account.value }
}

/** @param read shared by all accounts of a run */
async function resolveFleetAccount(
  fleet: Fleet,
  entry: FleetAccount,
  world: World,
  read: Reader,
): Promise<ResolvedSettings> {
  const { baseUrl, origin } = entry.server.value
  const ofToken: Diagnostic[] = []
  const of = (key: string) => `\`${key}\` of ${entry.name}`
  const token = await resolveToken(fleet, entry, of(entry.token.from), world, read, ofToken)
  const problems = ofToken.map((each) => ({ ...each, location: entry.token.location }))
  const [ca, header] = [entry.caFile, entry.headerFile].map(
    (each) => each && locateFile(fleet, each.value),
  )
  const way = await resolveNetwork(
    baseUrl,
    { 'ca-file': ca ?? null, 'header-file': header ?? null },
    world,
    read,
    problems,
    { ca: of('ca_file'), header: of('header_file') },
  )
  const accountId = entry.account.value
  return {
    origin,
    accountId,
    connection:
      token === null || problems.length > 0
        ? null
        : { baseUrl, origin, accountId, token: seal(token), ...way },
    problems: problems.map((each) => ({ ...each, location: each.location ?? entry.location })),
  }
}

/** Null if there is none; `problems` then has the error, never the token. */
async function resolveToken(
  fleet: Fleet,
  { name, token }: FleetAccount,
  from: string,
  world: World,
  read: Reader,
  problems: Diagnostic[],
): Promise<string | null> {
  if (token.from === 'token_file') {
    const file = locateFile(fleet, token.value)
    return (await readTokenFile(file, read, problems, from))?.value ?? null
  }
  // An empty variable counts as not set, because a missing CI secret becomes an empty variable.
  const value = world.env[token.value]?.trim()
  if (!value) {
    problems.push(
      makeDiagnostic({
        code: 'settings-missing',
        summary: `rollcall cannot read ${name}: its access token is missing.`,
        detail: `Missing: ${describeUnset(token.value, world)}, which the fleet file names.`,
        advice: `Set ${token.value}, or correct \`token_env\` in the fleet file.`,
      }),
    )
    return null
  }
  return checkToken({ value, from }, problems)?.value ?? null
}

/**
 * Does the same work for every account: servers side by side, the accounts of one server one after
 * the other with one pace. The results are in the order of the accounts.
 */
export async function runFleet<T>(
  fleet: Fleet,
  accounts: readonly FleetAccount[],
  flags: Flags,
  world: World,
  visit: (account: FleetAccount, settings: ResolvedSettings, servers: Servers) => Promise<T>,
): Promise<readonly T[]> {
  const read = makeReader(world)
  const results = new Map<FleetAccount, T>()
  const servers = [...groupBy(accounts, ({ server }) => server.value.origin).values()]
  const runs = servers.map((neighbours) =>
    withServers({ ...flags, sideBySide: servers.length > 1 }, world, async (opened) => {
      for (const account of neighbours) {
        world.signal.throwIfAborted()
        const settings = await resolveFleetAccount(fleet, account, world, read)
        results.set(account, await visit(account, settings, opened))
      }
    }),
  )
  // Wait for all of them, so that nothing is still running after an error.
  for (const run of await Promise.allSettled(runs)) {
    if (run.status === 'rejected') throw run.reason
  }
  return accounts.flatMap((account) => {
    const result = results.get(account)
    return result === undefined ? [] : [result]
  })
}
