/**
 * Turns errors of a state into diagnostics with the file, the place in the JSON and the next step.
 * Does not look for errors itself.
 */
import { Failure, makeDiagnostic } from '../core/messages/diagnostic.ts'

export interface Problem {
  readonly path: readonly (string | number)[]
  /** The end of a sentence that starts with the place: `is not a user of this state`. */
  readonly message: string
  readonly advice?: string
}

/** Nobody would read more. */
const MOST_SHOWN = 10

/** One diagnostic for each of the first errors, and one that counts the others. */
export function refuseState(file: string, problems: readonly Problem[]): Failure {
  const shown = problems.slice(0, MOST_SHOWN).map((problem) =>
    makeDiagnostic({
      code: 'usage-argument',
      summary: `In the state ${file}, ${formatJsonPath(problem.path)} ${problem.message}.`,
      advice: problem.advice ?? 'Correct it; docs/sandbox.md explains every key.',
    }),
  )
  const hidden = problems.length - shown.length
  if (hidden === 0) return new Failure(...shown)
  return new Failure(
    ...shown,
    makeDiagnostic({
      code: 'usage-argument',
      summary: `The state ${file} has ${hidden} more ${hidden === 1 ? 'error' : 'errors'}.`,
      advice: 'Correct these first, then run again.',
    }),
  )
}

/** `accounts[0].members[2].email`; other keys than plain words are quoted. */
function formatJsonPath(path: Problem['path']): string {
  if (path.length === 0) return 'the whole document'
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      if (!/^[$\w]+$/.test(step)) return `[${JSON.stringify(step)}]`
      return index === 0 ? step : `.${step}`
    })
    .join('')
}
