/**
 * Plans with a snapshot file instead of a server. Checks that the snapshot is of the account that
 * the policy and the settings name, and that it is not too old. Needs no token.
 */
import type { ConnectionFlags } from '../../connect/account.ts'
import { findSetting, readAddress, resolveAccount } from '../../connect/settings.ts'
import { type Diagnostic, Failure, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import type { Location } from '../../core/model/location.ts'
import type { Policy } from '../../core/model/policy.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { showName } from '../../policy/read/named-file.ts'
import type { PolicySource } from '../../policy/read/parse.ts'
import { makeOptionFailure } from '../../shell/command.ts'
import type { World } from '../../shell/world.ts'
import { formatMoment } from '../../views/labels.ts'
import type { PlanFlags } from './plan-options.ts'

/** Throws a Failure if the options cannot be combined. */
export function checkOffline(flags: PlanFlags, sources: readonly PolicySource[]): void {
  if (flags.snapshots !== null) {
    throw makeOptionFailure(
      '--snapshots needs --fleet.',
      'Add --fleet FILE, or use --snapshot FILE.',
    )
  }
  if (flags.snapshot === null && flags['max-age'] !== null) {
    throw makeOptionFailure(
      '--max-age needs --snapshot.',
      'Add --snapshot FILE, or remove --max-age.',
    )
  }
  for (const option of ['snapshot', 'previous'] as const) {
    if (flags[option] === null || sources.length <= 1) continue
    throw makeOptionFailure(
      `--${option} contains one account, but you named ${sources.length} policies.`,
      'Name only the policy of that account.',
    )
  }
}

/** The part of a policy that says which account it is for. */
type Asserted = Pick<Policy, 'account' | 'server'>

/**
 * Throws a Failure with every error.
 * @param policy null: the run has none
 * @param maxAge in milliseconds; null: any
 */
export async function openOffline(
  policy: Asserted | null,
  name: string,
  flags: ConnectionFlags,
  maxAge: number | null,
  world: World,
): Promise<Snapshot> {
  // Loaded late, because most runs read a server.
  const { readSnapshotFile } = await import('../../files/snapshot-file.ts')
  const snapshot = await readSnapshotFile(name, world)
  const file = showName(name)
  const problems = [
    ...checkSameAccount(policy, snapshot, file, flags, world),
    ...checkAge(snapshot, file, maxAge, world),
  ]
  if (problems.length > 0) throw new Failure(...problems)
  return snapshot
}

function checkSameAccount(
  policy: Asserted | null,
  snapshot: Snapshot,
  file: string,
  flags: ConnectionFlags,
  world: World,
): readonly Diagnostic[] {
  const problems: Diagnostic[] = []
  const other = (
    what: 'account' | 'server',
    [from, wanted]: readonly [string, string | number],
    location: Location | null = null,
  ) => {
    const is = what === 'account' ? snapshot.account.id : snapshot.server
    return makeDiagnostic({
      code: 'settings-conflict',
      summary: `The snapshot ${file} is of ${what} ${is}, but ${from} says ${wanted}.`,
      detail: policy && 'rollcall compares a policy only with the account that it names.',
      advice: `Use a snapshot of ${what} ${wanted}, or correct ${from}.`,
      location,
    })
  }
  const { server, account: listed } = policy ?? {}
  if (server && server.value !== snapshot.server) {
    problems.push(other('server', ['the policy', server.value], server.location))
  }
  const address = findSetting('--base-url', flags['base-url'], 'CHATWOOT_BASE_URL', world)
  const named = address && readAddress(address, problems)
  if (address && named && named.origin !== snapshot.server) {
    problems.push(other('server', [address.from, named.origin]))
  }
  const account = resolveAccount(policy, flags, named, address, world, problems)
  if (typeof account === 'number' && account !== snapshot.account.id) {
    const from = listed ? 'the policy' : 'a setting'
    problems.push(other('account', [from, account], listed?.location))
  }
  return problems
}

/** The ids of another account say nothing about the people of this one. */
export function checkPrevious(
  previous: Snapshot | null,
  { server, account }: Snapshot,
): readonly Diagnostic[] {
  if (previous === null) return []
  if (previous.server === server && previous.account.id === account.id) return []
  return [
    makeDiagnostic({
      code: 'settings-conflict',
      summary: `The snapshot of --previous is of account ${previous.account.id} on ${previous.server}, but the policy is for account ${account.id} on ${server}.`,
      advice: 'Use an earlier snapshot of the same account.',
    }),
  ]
}

export function checkAge(
  { finishedAt }: Snapshot,
  file: string,
  maxAge: number | null,
  world: World,
): readonly Diagnostic[] {
  if (maxAge === null) return []
  const age = world.now().getTime() - Date.parse(finishedAt)
  if (age >= -CLOCKS_DIFFER_MS && age <= maxAge) return []
  const what = age < 0 ? 'is from the future' : `is ${formatAge(age)} old`
  return [
    makeDiagnostic({
      code: 'snapshot-too-old',
      summary: `The snapshot ${file} ${what}, and --max-age allows ${formatAge(maxAge)}.`,
      detail: `It was read on ${formatMoment(finishedAt)}.`,
      advice: 'Take a new one with `rollcall snapshot`, or increase --max-age.',
    }),
  ]
}

const CLOCKS_DIFFER_MS = 300_000

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'm'],
  [1_000, 's'],
] as const

/** Shows the two largest units, such as `1d 3h`. */
function formatAge(ms: number): string {
  let rest = Math.max(0, ms)
  const parts: string[] = []
  for (const [unit, letter] of UNITS) {
    const whole = Math.floor(rest / unit)
    rest -= whole * unit
    if (whole > 0 && parts.length < 2) parts.push(`${whole}${letter}`)
  }
  return parts.join(' ') || '0s'
}
