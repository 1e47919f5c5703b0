/**
 * Whether a plan shows what an apply would write, with its approval. This is an option, because an
 * approval covers everything on the account: the run reads more than a plan alone needs.
 */
import { parseAllowances } from '../../core/apply/allow.ts'
import { Failure, makeDiagnostic } from '../../core/messages/diagnostic.ts'
import type { PlanFlags } from './plan-options.ts'

export function isApprovalWanted(flags: PlanFlags): boolean {
  return flags.approval || findWritingOption(flags) !== null
}

function findWritingOption(flags: PlanFlags): string | null {
  if (flags.allow.length > 0) return '--allow'
  const limits = ['max-people', 'max-share', 'max-gain'] as const
  const given = limits.find((name) => flags[name] !== null)
  return given === undefined ? null : `--${given}`
}

/** Throws a Failure if no apply could use the requested approval. */
export function checkApprovalFlags(flags: PlanFlags, policies: number): void {
  if (!isApprovalWanted(flags)) return
  const option = findWritingOption(flags) ?? '--approval'
  const reasons: readonly (readonly [boolean, string, string])[] = [
    [flags.snapshot !== null, '--snapshot', 'apply always reads the account as it is now'],
    [flags.today !== null, '--today', 'apply always plans for today'],
    [flags.strict, '--strict', 'apply does not have this option'],
    [flags['exit-zero'], '--exit-zero', 'a job that approves must see every failure'],
  ]
  const problems = reasons
    .filter(([given]) => given)
    .map(([, other, why]) =>
      makeDiagnostic({
        code: 'usage-option',
        summary: `${option} cannot be combined with ${other}: it shows an approval, and ${why}.`,
        advice: `Remove ${other} or ${option}.`,
      }),
    )
  const many = makeDiagnostic({
    code: 'usage-option',
    summary: `${option} shows an approval, which is for one account, but you named ${policies} policies.`,
    advice: 'Name the one policy to apply.',
  })
  const { diagnostics } = parseAllowances(flags.allow)
  const all = [...problems, ...(policies > 1 ? [many] : []), ...diagnostics]
  if (all.length > 0) throw new Failure(...all)
}
