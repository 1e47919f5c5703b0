/**
 * A plan without a server: the snapshot file, and whether it is of the account that the policy and
 * the settings speak of, and young enough. No token is looked for.
 */
import type { ConnectionFlags } from '../../connect/account.ts'
import { findSetting, readAddress, resolveAccount } from '../../connect/settings.ts'
import { type Diagnostic, diagnostic, Failure } from '../../core/messages/diagnostic.ts'
import type { Location } from '../../core/model/location.ts'
import type { Policy } from '../../core/model/policy.ts'
import type { Snapshot } from '../../core/model/snapshot.ts'
import { readSnapshotFile } from '../../files/snapshot-file.ts'
import type { PolicySource } from '../../policy/read/load.ts'
import { showName } from '../../policy/read/named-file.ts'
import type { World } from '../../shell/world.ts'
import { moment } from '../../views/labels.ts'

export interface OfflineFlags {
  readonly snapshot: string | null
  /** Milliseconds. */
  readonly 'max-age': number | null
}

type Flags = ConnectionFlags & OfflineFlags

export interface Offline {
  readonly snapshot: Snapshot | null
  readonly problems: readonly Diagnostic[]
}

/** Throws a Failure where the options do not go together. */
export function checkOffline(flags: OfflineFlags, sources: readonly PolicySource[]): void {
  const misused = (summary: string, advice: string) =>
    new Failure(diagnostic({ code: 'usage-option', summary, advice }))
  if (flags.snapshot === null) {
    if (flags['max-age'] === null) return
    throw misused('--max-age is given without --snapshot.', 'Name the snapshot, or leave it out.')
  }
  if (sources.length > 1) {
    throw misused(
      `--snapshot is one account, and ${sources.length} policies are named.`,
      'Name the one policy of that account.',
    )
  }
}

export async function openOffline(
  policy: Policy,
  name: string,
  flags: Flags,
  world: World,
): Promise<Offline> {
  try {
    const snapshot = await readSnapshotFile(name, world)
    const file = showName(name)
    const problems = [
      ...checkSameAccount(policy, snapshot, file, flags, world),
      ...checkAge(snapshot, file, flags['max-age'], world),
    ]
    return { snapshot, problems }
  } catch (error) {
    if (error instanceof Failure) return { snapshot: null, problems: error.diagnostics }
    throw error
  }
}

function checkSameAccount(
  policy: Policy,
  snapshot: Snapshot,
  file: string,
  flags: Flags,
  world: World,
): readonly Diagnostic[] {
  const problems: Diagnostic[] = []
  const other = (
    what: 'account' | 'server',
    [from, wanted]: readonly [string, string | number],
    location: Location | null = null,
  ) => {
    const is = what === 'account' ? snapshot.account.id : snapshot.server
    return diagnostic({
      code: 'settings-conflict',
      summary: `The snapshot ${file} is of ${what} ${is}, ${from} says ${wanted}.`,
      detail: 'A policy is only ever compared with the account that it names.',
      advice: `Name the snapshot of ${what} ${wanted}, or correct what says so.`,
      location,
    })
  }
  const { server } = policy
  if (server !== null && server.value !== snapshot.server) {
    problems.push(other('server', ['the policy', server.value], server.location))
  }
  const address = findSetting('--base-url', flags['base-url'], 'CHATWOOT_BASE_URL', world)
  const named = address && readAddress(address, problems)
  if (address && named && named.origin !== snapshot.server) {
    problems.push(other('server', [address.from, named.origin]))
  }
  const account = resolveAccount(policy, flags, named, address, world, problems)
  if (typeof account === 'number' && account !== snapshot.account.id) {
    const from = policy.account === null ? 'a setting' : 'the policy'
    problems.push(other('account', [from, account], policy.account?.location))
  }
  return problems
}

function checkAge(
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
    diagnostic({
      code: 'snapshot-too-old',
      summary: `The snapshot ${file} ${what}, and --max-age allows ${formatAge(maxAge)}.`,
      detail: `It was read on ${moment(finishedAt)}.`,
      advice: 'Take a new one with `rollcall snapshot`, or allow more with --max-age.',
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

/** `7d`, `1d 3h`: the two largest units. */
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
