/**
 * Finds what was pasted together with a value: quotes, which `docker --env-file` keeps, or the name
 * of the variable. Pure. Never shows the value, because it may be a secret.
 */

export interface Leftover {
  /** The end of a sentence that starts with the name of the value. */
  readonly flaw: string
  readonly advice: string
}

const QUOTE = /^["'`“”„‘’]|["'`“”„‘’]$/
/** A token may end with `=`, so a character must follow. */
const ASSIGNMENT = /^(?:export\s+)?[a-z_]\w*\s*=+\s*[^\s=]/i

/** @param value without spaces around it. Returns null if there is nothing else. */
export function findLeftover(value: string): Leftover | null {
  if (QUOTE.test(value)) {
    return {
      flaw: 'begins or ends with a quotation mark',
      advice: 'Remove the quotes around it: `docker --env-file`, for example, keeps them.',
    }
  }
  if (ASSIGNMENT.test(value)) {
    return {
      flaw: 'begins with a name and an equals sign',
      advice: 'Use only the part after the equals sign.',
    }
  }
  return null
}
