/** `rollcall validate`: reports every error of every policy, without a server. */
import type { Diagnostic } from '../core/messages/diagnostic.ts'
import { findDatedProblems } from '../core/plan/policy-on-date.ts'
import { findSameAccounts } from '../core/plan/same-account.ts'
import { concludeValidation, type Validation } from '../core/report/validation.ts'
import { loadPolicies } from '../policy/read/load.ts'
import type { PolicySource } from '../policy/read/parse.ts'
import { findSkipped } from '../policy/read/skipped-files.ts'
import { define } from '../shell/command.ts'
import { color, DEFAULT_POLICY, FLEET_OPTIONS, format } from '../shell/options.ts'
import { refuseAs, show, type Views } from '../shell/show.ts'
import { TOOL } from '../shell/tool.ts'
import { getToday } from '../shell/world.ts'

const VIEWS: Views<Validation, 'text' | 'json'> = {
  text: async (validation, paint) =>
    (await import('../views/validation.ts')).renderValidation(validation, paint),
  json: async (validation) =>
    (await import('../views/validation.ts')).renderValidationJson(validation),
}

export const command = define('validate', {
  positional: '[policy..]',
  describe: 'Check policies without reading a server',
  options: { format, color, ...FLEET_OPTIONS },
  examples: {
    'rollcall validate': 'Check rollcall.yaml',
    'rollcall validate policies/*.yaml': 'Check several policies and report every error',
    'rollcall validate --fleet fleet.yaml': 'Check a fleet file and every policy that it names',
  },
  run: async ({ positionals, values }, world) => {
    if (values.fleet !== null) {
      // Loaded late, because it loads what reads a server.
      const { checkFleetFlags, loadFleet, loadFleetPolicy } = await import('../connect/fleet.ts')
      checkFleetFlags({}, positionals)
      const fleet = await loadFleet(values.fleet, { 'insecure-http': true }, world)
      const sources: PolicySource[] = []
      for (const account of fleet.accounts) {
        sources.push(judgeDates(await loadFleetPolicy(fleet, account, world), getToday(world)))
      }
      const problems = sources.flatMap(({ diagnostics }) => diagnostics)
      return show(concludeValidation(TOOL, sources, problems), VIEWS, values, world)
    }
    const names = positionals.length === 0 ? [DEFAULT_POLICY] : positionals
    const sources = judge(await loadPolicies(names, world), getToday(world))
    const problems = sources.flatMap(({ diagnostics }) => diagnostics)
    const skipped = await findSkipped(names, world)
    return show(concludeValidation(TOOL, sources, [...skipped, ...problems]), VIEWS, values, world)
  },
  refuse: refuseAs(VIEWS, (diagnostics) => concludeValidation(TOOL, [], diagnostics)),
})

/** A policy is invalid if it cannot be followed today, or not together with the others. */
function judge(sources: readonly PolicySource[], today: string): readonly PolicySource[] {
  const claims = sources.map((source) => {
    return { ...source, accountId: source.policy?.account?.value ?? null, server: null }
  })
  const clashes = findSameAccounts(claims)
  return claims.map((claim) => {
    const clash = clashes.get(claim)
    return judgeDates(claim, today, clash === undefined ? [] : [clash])
  })
}

function judgeDates(
  source: PolicySource,
  today: string,
  others: readonly Diagnostic[] = [],
): PolicySource {
  const dated = source.policy === null ? [] : findDatedProblems(source.policy, today)
  const problems = [...others, ...dated]
  return problems.length === 0 ? source : { ...source, policy: null, diagnostics: problems }
}
