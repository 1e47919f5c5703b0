/**
 * `--allow`: which steps a job lets `rollcall apply` write beyond those that it writes by default. Only
 * an option of the job; a policy can only deny.
 */

import { type Diagnostic, makeDiagnostic } from '../messages/diagnostic.ts'
import { normaliseAddress } from '../model/address.ts'
import { makeFinder } from '../model/identity.ts'
import { isStep, type Permission, STEP_NAMES, STEPS, type Step } from '../model/steps.ts'

export interface Allowance {
  /** As it is written, for messages. */
  readonly text: string
  readonly step: Step
  /** Null: every ordinary step of that name. */
  readonly address: string | null
}

type Named = Pick<Asking, 'step' | 'address'>

export interface Allowances {
  readonly allowances: readonly Allowance[]
  /** Errors: if there is one, nothing is allowed. */
  readonly diagnostics: readonly Diagnostic[]
}

export function parseAllowances(values: readonly string[]): Allowances {
  const allowances: Allowance[] = []
  const diagnostics: Diagnostic[] = []
  for (const text of values) {
    const [name = '', ...rest] = text.split(':')
    const address = rest.length === 0 ? null : rest.join(':').trim()
    const step = name.trim()
    if (!isStep(step)) {
      diagnostics.push(
        refuseAllowance(`There is no step "${step}".`, `The steps are ${STEP_NAMES.join(', ')}.`),
      )
    } else if (address === '') {
      diagnostics.push(refuseAllowance(`--allow ${text} has no address after the colon.`))
    } else if (address === null && STEPS[step].needs === 'address') {
      diagnostics.push(
        refuseAllowance(
          `--allow ${step} needs an address.`,
          `Write \`--allow ${step}:ADDRESS\` for each one, with the address that \`rollcall plan --approval\` shows.`,
        ),
      )
    } else allowances.push({ text, step, address })
  }
  return { allowances, diagnostics }
}

/**
 * Each with the address of the one step that it means: another spelling is enough, but never for two
 * people or things that are merely alike.
 */
export function resolveAllowances(
  allowances: readonly Allowance[],
  steps: readonly Named[],
): Allowances {
  const diagnostics: Diagnostic[] = []
  const resolved = allowances.flatMap((allowance) => {
    const { text, step, address } = allowance
    if (address === null) return [allowance]
    const own = steps.filter((each) => each.step === step)
    const meant = makeFinder(own, (each) => each.address, normaliseAddress)(address)
    if (meant !== undefined) return [{ ...allowance, address: meant.address }]
    const normal = normaliseAddress(address)
    const alike = own.filter((each) => normaliseAddress(each.address) === normal)
    if (alike.length === 0) {
      diagnostics.push(refuseAllowance(`--allow ${text} matches no step of this plan.`))
    } else {
      const addresses = alike.map((each) => each.address).join(', ')
      diagnostics.push(
        refuseAllowance(
          `--allow ${text} matches several steps of this plan: ${addresses}.`,
          'Copy the address from the plan, exactly as it is there.',
        ),
      )
    }
    return []
  })
  return { allowances: resolved, diagnostics }
}

interface Asking {
  readonly step: Step
  readonly address: string
  readonly needs: Permission
}

/** Whether one of them is enough for a step. Null: none is. */
export function findAllowance(
  { step, address, needs }: Asking,
  allowances: readonly Allowance[],
): Allowance | null {
  const own = allowances.filter((each) => each.step === step)
  const exact = own.find((each) => each.address === address)
  return exact ?? (needs === 'class' ? own.find((each) => each.address === null) : null) ?? null
}

/** The value of `--allow` that would write the step. */
export function describeAllowance({ step, address, needs }: Asking): string {
  return needs === 'class' ? step : `${step}:${address}`
}

/** An allowance that matches nothing is a typo, or was meant for another plan. After `resolveAllowances`. */
export function findUselessAllowances(
  allowances: readonly Allowance[],
  steps: readonly Asking[],
): readonly Diagnostic[] {
  return allowances.flatMap(({ text, step, address }) => {
    if (address !== null) return []
    const same = steps.filter((each) => each.step === step)
    if (same.length === 0) return [refuseAllowance(`--allow ${text} matches no step of this plan.`)]
    if (same.some(({ needs }) => needs === 'class')) return []
    const asking = same.filter(({ needs }) => needs === 'address')
    if (asking.length === 0) {
      return [refuseAllowance(`--allow ${text} is not needed: the step is written without it.`)]
    }
    const named = asking.map((each) => `--allow ${describeAllowance(each)}`).join(' ')
    return [refuseAllowance(`--allow ${text} needs an address here.`, `Write \`${named}\`.`)]
  })
}

function refuseAllowance(summary: string, advice = 'Remove it, or correct it.'): Diagnostic {
  return makeDiagnostic({ code: 'usage-allow', summary, advice })
}
