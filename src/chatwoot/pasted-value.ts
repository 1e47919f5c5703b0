/**
 * Reports what was pasted together with a value: quotes, which `docker --env-file` keeps, or the name
 * of the variable. Pure. Never shows the value, because it may be a secret.
 */
import { type Diagnostic, makeDiagnostic } from '../core/messages/diagnostic.ts'

const QUOTE = /^["'`“”„‘’]|["'`“”„‘’]$/
/** A token may end with `=`, so a character must follow. */
const ASSIGNMENT = /^(?:export\s+)?[a-z_]\w*\s*=+\s*[^\s=]/i

/**
 * Null if there is nothing else.
 * @param value without spaces around it
 * @param from the option or variable that it comes from
 * @param what the subject of the sentence
 */
export function findLeftover(value: string, from: string, what = 'The value'): Diagnostic | null {
  const report = (flaw: string, advice: string) =>
    makeDiagnostic({ code: 'settings-invalid', summary: `${from}: ${what} ${flaw}.`, advice })
  if (QUOTE.test(value)) {
    const advice = 'Remove the quotes around it: `docker --env-file`, for example, keeps them.'
    return report('begins or ends with a quotation mark', advice)
  }
  return ASSIGNMENT.test(value)
    ? report('begins with a name and an equals sign', 'Use only the part after the equals sign.')
    : null
}
