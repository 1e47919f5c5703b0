/** The result of `rollcall doctor`: the order of its checks, what counts as healthy, the exit code. */

/** In the order in which they run: each one needs those before it. */
export const CHECKS = [
  'settings',
  'name',
  'connection',
  'tls',
  'redirect',
  'version',
  'clock',
  'header',
  'token',
  'membership',
  'role',
  'sight',
] as const

/** After these: what an apply also needs. */
export const APPLY_CHECKS = ['owner', 'features', 'saml', 'limits'] as const

export type CheckName = (typeof CHECKS)[number] | (typeof APPLY_CHECKS)[number]

/** Texts are hostile. */
export interface Check {
  readonly check: CheckName
  readonly status: 'ok' | 'warn' | 'fail'
  readonly summary: string
  readonly detail: string | null
  readonly advice: string | null
  readonly requestId: string | null
}

export interface Checkup {
  readonly tool: { readonly name: string; readonly version: string }
  readonly server: string | null
  readonly accountId: number | null
  readonly checks: readonly Check[]
  /** Those that could not run, because an earlier one failed. */
  readonly notChecked: readonly CheckName[]
  /** How many, of all accounts of a fleet. */
  readonly warnings: number
  readonly failures: number
  readonly healthy: boolean
  readonly exitCode: 0 | 1
  /** Of a fleet: each account by its name, in the order of the fleet file. */
  readonly accounts?: readonly NamedCheckup[]
}

export interface NamedCheckup {
  readonly name: string
  readonly checkup: Checkup
}

export function concludeCheckup(
  of: Pick<Checkup, 'tool' | 'server' | 'accountId' | 'checks'>,
  wanted: readonly CheckName[] = CHECKS,
): Checkup {
  const number = (wanted: Check['status']) =>
    of.checks.filter(({ status }) => status === wanted).length
  const notChecked = wanted.filter((name) => !of.checks.some(({ check }) => check === name))
  return { ...of, notChecked, ...judge(number('warn'), number('fail')) }
}

/** One account that is not healthy makes the whole fleet unhealthy. */
export function concludeFleetCheckup(
  tool: Checkup['tool'],
  accounts: readonly NamedCheckup[],
): Checkup {
  const sum = (key: 'warnings' | 'failures') =>
    accounts.reduce((all, { checkup }) => all + checkup[key], 0)
  const rest = { server: null, accountId: null, checks: [], notChecked: [] }
  return { tool, ...rest, ...judge(sum('warnings'), sum('failures')), accounts }
}

/** A warning does not change the exit code. */
function judge(warnings: number, failures: number) {
  const healthy = failures === 0
  return { warnings, failures, healthy, exitCode: healthy ? 0 : 1 } as const
}
