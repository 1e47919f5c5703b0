/**
 * What is wrong with a state, and how it is said: file, place in the JSON, next step. Finds
 * nothing wrong by itself.
 */
import { diagnostic, Failure } from '../core/messages/diagnostic.ts'

export interface Problem {
  readonly path: readonly (string | number)[]
  /** Goes on after the place: `is not a declared user`. */
  readonly message: string
  readonly advice?: string
}

/** More would not be read. */
const MOST_SHOWN = 10

/** One diagnostic for each of the first problems, and one that counts the others. */
export function makeFailure(file: string, problems: readonly Problem[]): Failure {
  const shown = problems.slice(0, MOST_SHOWN).map((problem) =>
    diagnostic({
      code: 'usage-argument',
      summary: `In the state ${file}, ${formatJsonPath(problem.path)} ${problem.message}.`,
      advice: problem.advice ?? 'Correct it; docs/sandbox.md describes every key.',
    }),
  )
  const hidden = problems.length - shown.length
  if (hidden === 0) return new Failure(...shown)
  return new Failure(
    ...shown,
    diagnostic({
      code: 'usage-argument',
      summary: `The state ${file} has more problems than these: ${hidden}.`,
      advice: 'Correct these first, then try again.',
    }),
  )
}

/** `accounts[0].members[2].email`; a key that is no plain word is quoted. */
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
